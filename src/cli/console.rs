//! What a command is given and what it gives back: its environment, its streams, how it ended.
//!
//! What goes to standard error is cleaned of keys here. Every command uses this file, so it uses none.

use std::fmt;
use std::io::{Read, Write};
use std::pin::Pin;

use crate::config::Env;
use crate::config::redact::redact;

/// Everything around a run that tests choose for themselves.
pub struct Console<'a> {
    /// The environment.
    pub env: Env,
    /// The IANA name of the system's zone.
    pub system_zone: Option<String>,
    /// Whether `out` is a terminal.
    pub stdout_is_terminal: bool,
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Ends a server; `None` waits for SIGINT or SIGTERM.
    pub stop: Option<Pin<Box<dyn Future<Output = ()> + 'a>>>,
}

impl Console<'_> {
    /// Everything for one command, while the streams come back afterwards.
    pub(super) fn lend(&mut self) -> Console<'_> {
        Console {
            env: std::mem::take(&mut self.env),
            system_zone: self.system_zone.take(),
            stdout_is_terminal: self.stdout_is_terminal,
            out: &mut *self.out,
            err: &mut *self.err,
            input: &mut *self.input,
            stop: self.stop.take(),
        }
    }

    /// Says what went wrong, one line for each line of it.
    pub(super) fn print_error(&mut self, what: &impl fmt::Display) {
        // A key may have been typed where a name or a path belongs.
        for line in redact(&what.to_string()).lines() {
            self.say(&format!("error: {line}"));
        }
    }

    /// A line for the operator, beside what was asked for.
    pub(super) fn say(&mut self, line: &str) {
        // Nobody is left to be told when standard error is gone.
        let _ = writeln!(self.err, "{line}");
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// As asked.
    Done,
    /// It was tried and failed.
    Failed,
    /// Nothing was tried: the command line, the settings or the terminal do not fit.
    Usage,
}

impl Exit {
    /// The code for the shell.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
        }
    }
}
