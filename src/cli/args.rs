//! What may stand on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use crate::config::Flags;
use crate::sandbox::options::{ENTRIES, Entry, Shape};
use crate::sandbox::{self, Seed};

/// See, change and watch scheduled pushes on Tencent Cloud Chat.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true,
    after_help = "Without a command the dashboard opens: on the profile that the config file names, or without a \
                  config file on an embedded sandbox with demo data.\n\nThe config file is the one of --config, \
                  of PUSHDECK_CONFIG, or pushdeck/config.toml in the XDG config directory; PUSHDECK_PROFILE \
                  chooses the profile like --profile."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) flags: DashboardFlags,
    /// Append to this file, as JSON lines, every call and what became of writes
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, clap::Args)]
pub(super) struct DashboardFlags {
    /// Open on an embedded sandbox with demo data, whatever the config says
    #[arg(long, conflicts_with = "profile")]
    sandbox: bool,
    /// Read this config file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Open this profile of the config file
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

impl From<DashboardFlags> for Flags {
    fn from(flags: DashboardFlags) -> Self {
        Self { config: flags.config, profile: flags.profile, sandbox: flags.sandbox }
    }
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Serve the five calls on this machine, for tests and training
    Sandbox(SandboxArgs),
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The first line on standard output is \"listening on URL\". SIGINT and SIGTERM answer what \
                        was accepted and end with 0.\n\nEvery flag of the second list is also a key of [sandbox] in \
                        the file of --options, with _ in the place of -; flags win. docs/sandbox.md describes options, file \
                        and control interface."
)]
pub(super) struct SandboxArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    pub(super) listen: SocketAddr,
    /// Let --listen be an address that other machines can reach
    #[arg(long)]
    pub(super) allow_remote: bool,
    /// Keep the tasks in this file instead of in memory
    #[arg(long, value_name = "FILE")]
    pub(super) db: Option<PathBuf>,
    /// Begin a new database with that many demo tasks
    #[arg(long, value_name = "N", default_value_t = Seed::default().tasks)]
    pub(super) tasks: usize,
    /// Make the demo tasks and all random numbers from this seed
    #[arg(long, value_name = "S")]
    pub(super) seed: Option<u64>,
    /// The app that callers must name
    #[arg(long, value_name = "N", default_value_t = sandbox::DEFAULT_SDKAPPID, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) sdkappid: u64,
    /// The administrator that callers must sign as
    #[arg(long, value_name = "NAME", default_value = sandbox::DEFAULT_IDENTIFIER, value_parser = identifier)]
    pub(super) identifier: String,
    /// Take the secret key from this environment variable instead of making one
    #[arg(long, value_name = "VAR")]
    pub(super) secret_key_env: Option<String>,
    /// Serve the control interface under /_sandbox/: faults, clock, outcomes, counters
    #[arg(long)]
    pub(super) control: bool,
    /// Read options and further apps from this TOML file
    #[arg(long, value_name = "FILE")]
    pub(super) options: Option<PathBuf>,
    #[command(flatten)]
    pub(super) set: OptionFlags,
}

/// The options of the sandbox that stand on the command line, made from its own table of them.
#[derive(Debug, Default)]
pub(super) struct OptionFlags(Vec<(&'static Entry, String)>);

impl OptionFlags {
    /// Sets them, the checked values that they are.
    pub(super) fn apply(&self, options: &mut sandbox::Options) -> Result<(), String> {
        self.0.iter().try_for_each(|(entry, text)| entry.set(options, text))
    }
}

impl clap::Args for OptionFlags {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.next_help_heading("How it reads what the documents leave open").args(ENTRIES.iter().map(flag))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for OptionFlags {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        let given = |entry: &'static Entry| Some((entry, matches.get_one::<String>(entry.name)?.clone()));
        Ok(Self(ENTRIES.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn flag(entry: &'static Entry) -> clap::Arg {
    let checked = |text: &str| entry.set(&mut sandbox::Options::default(), text).map(|()| text.to_owned());
    let arg = clap::Arg::new(entry.name)
        .long(entry.name.replace('_', "-"))
        .help(format!("{} [default: {}]", entry.help, entry.default))
        .value_parser(checked);
    match entry.shape {
        Shape::Switch(_) => {
            arg.num_args(0..=1).require_equals(true).default_missing_value("true").value_name("true|false")
        }
        Shape::Number(..) | Shape::Natural(..) | Shape::Size(..) => arg.value_name("N"),
        Shape::Word(words, _) => arg.value_name(words.join("|")),
        Shape::Names(_) => arg.value_name("any|A,B,..."),
        Shape::Clock => arg.value_name("real|virtual|TIME"),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080".to_owned())
}

fn identifier(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > 32 || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("a UserID has 1 to 32 bytes, without blanks".to_owned());
    }
    Ok(text.to_owned())
}
