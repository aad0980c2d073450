//! The command line: argv to an exit code, over streams that are arguments.
//!
//! Prints to `out` what was asked for and to `err` what there is to say about it. Never a secret,
//! but for the key that `pushdeck sandbox` makes up itself.

mod args;
pub mod dashboard;
mod sandbox;
mod signals;

use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::pin::Pin;

use clap::Parser;

use crate::config::Env;
use args::{Args, Command};

/// Everything around a run that tests choose for themselves.
pub struct World<'a> {
    /// The environment.
    pub env: Env,
    /// The IANA name of the system's zone.
    pub system_zone: Option<String>,
    /// Whether `out` is a terminal.
    pub stdout_is_terminal: bool,
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Ends a server; `None` waits for SIGINT or SIGTERM.
    pub stop: Option<Pin<Box<dyn Future<Output = ()> + 'a>>>,
}

impl World<'_> {
    /// Says what went wrong, one line for each line of it.
    fn complain(&mut self, what: &impl fmt::Display) {
        for line in what.to_string().lines() {
            self.say(&format!("error: {line}"));
        }
    }

    /// A line for the operator, beside what was asked for.
    fn say(&mut self, line: &str) {
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

/// Runs one command; `args` begins with the name of the program.
pub async fn run(args: impl IntoIterator<Item = OsString>, mut world: World<'_>) -> Exit {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(answer) => return parse_answer(&answer, &mut world),
    };
    match args.command {
        None => dashboard::run(&args.flags.into(), world).await,
        Some(Command::Sandbox(args)) => sandbox::run(args, world).await,
    }
}

/// Help and version are answers, everything else is a complaint.
fn parse_answer(answer: &clap::Error, world: &mut World<'_>) -> Exit {
    let text = answer.render();
    if answer.use_stderr() {
        // Nobody is left to be told when standard error is gone.
        let _ = write!(world.err, "{text}");
        return Exit::Usage;
    }
    match write!(world.out, "{text}").and_then(|()| world.out.flush()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Failed,
    }
}
