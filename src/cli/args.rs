//! What may stand on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches, Parser};
use secrecy::SecretString;

use crate::config::{BackgroundChoice, Flags};
use crate::domain::when;
use crate::sandbox::{self, Options, Seed};
use crate::usersig;

/// See, change and watch scheduled pushes on Tencent Cloud Chat.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    disable_help_subcommand = true,
    after_help = "Without a command the dashboard opens: on the profile that the config file names, or without a \
                  config file on an embedded sandbox with demo data.\n\nThe config file is the one of --config, \
                  of PUSHDECK_CONFIG, or pushdeck/config.toml in the XDG config directory; PUSHDECK_PROFILE \
                  chooses the profile like --profile."
)]
pub(super) struct Args {
    /// Open on an embedded sandbox with demo data, whatever the config says
    #[arg(long, conflicts_with = "profile")]
    sandbox: bool,
    /// Use this theme: default, solarized, high-contrast, colour-blind, or one of your own
    #[arg(long, value_name = "NAME")]
    theme: Option<String>,
    /// Say what the background of the terminal is, which is else asked: auto, dark or light
    #[arg(long, value_name = "WHICH", value_parser = background)]
    background: Option<BackgroundChoice>,
    #[command(flatten)]
    given: GlobalFlags,
    #[command(subcommand)]
    command: Option<CliCommand>,
}

/// What can be said before a command as well as after it.
#[derive(Debug, Default, clap::Args)]
struct GlobalFlags {
    /// Read this config file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Take this profile of the config file
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Append to this file, as JSON lines, every call and what became of writes
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

/// What a command line asks for.
#[derive(Debug)]
pub(super) struct CommandLine {
    /// `None` is the dashboard.
    pub(super) command: Option<CliCommand>,
    pub(super) flags: Flags,
    pub(super) log: Option<PathBuf>,
}

impl Args {
    /// What was said on both sides of the command, together.
    ///
    /// # Errors
    /// What was said twice, and what means nothing to the command.
    pub(super) fn settled(self) -> Result<CommandLine, String> {
        let Self { sandbox, theme, background, given: before, mut command } = self;
        let name = command.as_ref().map_or("", CliCommand::name);
        let after = command.as_mut().map(CliCommand::take_given).unwrap_or_default();
        let config = one("--config", before.config, after.config, name)?;
        let profile = one("--profile", before.profile, after.profile, name)?;
        let log = one("--log", before.log, after.log, name)?;
        let of_dashboard =
            [(sandbox, "--sandbox"), (theme.is_some(), "--theme"), (background.is_some(), "--background")];
        if let Some((_, flag)) = of_dashboard.into_iter().find(|(given, _)| *given && command.is_some()) {
            let is_for = if sandbox { "opens" } else { "is for" };
            return Err(format!(
                "{flag} {is_for} the dashboard and does not apply to pushdeck {name}; leave one of them out"
            ));
        }
        if let Some(CliCommand::Sandbox(_)) = command {
            let advice =
                "which reads no config file: its settings are its own flags, and the file of --options";
            let useless = [(config.is_some(), "--config"), (profile.is_some(), "--profile")];
            if let Some((_, flag)) = useless.into_iter().find(|(given, _)| *given) {
                return Err(format!("{flag} does not apply to pushdeck {name}, {advice}"));
            }
        }
        Ok(CommandLine { command, flags: Flags { config, profile, theme, background, sandbox }, log })
    }
}

fn background(word: &str) -> Result<BackgroundChoice, String> {
    let known = BackgroundChoice::ALL.into_iter().find(|background| background.name() == word);
    known.ok_or_else(|| BackgroundChoice::ALL.map(BackgroundChoice::name).join(", "))
}

/// The commands, as they are typed; all of them do without a screen.
pub(super) fn commands() -> Vec<String> {
    Args::command().get_subcommands().map(|command| format!("pushdeck {}", command.get_name())).collect()
}

/// A flag that may stand on either side of the command, but not on both.
fn one<T>(flag: &str, before: Option<T>, after: Option<T>, command: &str) -> Result<Option<T>, String> {
    match (before, after) {
        (Some(_), Some(_)) => Err(format!("{flag} is given before and after {command}; give it once")),
        (before, after) => Ok(before.or(after)),
    }
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum CliCommand {
    /// Serve the five calls on this machine, for tests and training
    Sandbox(SandboxArgs),
    /// Make a signature (UserSig) for scripts, or say what a given one is
    Usersig(UsersigArgs),
    /// Check settings, connection, rights and terminal, and say what to fix
    Doctor(DoctorArgs),
}

impl CliCommand {
    /// As it is typed.
    fn name(&self) -> &'static str {
        match self {
            Self::Sandbox(_) => "sandbox",
            Self::Usersig(_) => "usersig",
            Self::Doctor(_) => "doctor",
        }
    }

    /// What was said after it.
    fn take_given(&mut self) -> GlobalFlags {
        match self {
            Self::Sandbox(SandboxArgs { config, profile, log, .. }) => {
                GlobalFlags { config: config.take(), profile: profile.take(), log: log.take() }
            }
            Self::Usersig(UsersigArgs { given, .. }) | Self::Doctor(DoctorArgs { given, .. }) => {
                std::mem::take(given)
            }
        }
    }
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "This is the one place where pushdeck shows a signature: it is all of standard output, and whoever \
                  has it is the administrator until it ends. What it is for and until when goes to standard error. \
                  The key is never shown, and a signature given to --decode is not repeated.\n\n\
                  What stands in a command line stays in the history of the shell and can be seen by others on \
                  the machine: give a signature to --decode - on standard input.\n\n\
                  Exit status: 0 made, or good; 1 illegible, past its end, or not of the profile; 2 nothing was tried."
)]
pub(super) struct UsersigArgs {
    #[command(flatten)]
    given: GlobalFlags,
    /// How long it is valid: 30m, 12h, 180d, or seconds; at most 50 years
    #[arg(long, value_name = "TIME", default_value = "180d", value_parser = lifetime, conflicts_with = "decode")]
    pub(super) expire: u64,
    /// Make none, say what this one is; - reads it from standard input
    #[arg(long, value_name = "SIG", value_parser = |text: &str| Ok::<_, String>(SecretString::from(text)))]
    pub(super) decode: Option<SecretString>,
    /// A signature in the wrong place, taken so that it is not repeated in an error
    #[arg(hide = true, value_parser = |text: &str| Ok::<_, String>(SecretString::from(text)))]
    pub(super) stray: Option<SecretString>,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each line says ok, warn, fail or skip (not tried, because something before it failed) and, where \
                  there is something to do, what. It sends one question without a signature and one list call; \
                  it changes nothing at the service.\n\nExit status: 0 when nothing failed, 1 otherwise."
)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    given: GlobalFlags,
    /// Print one JSON document instead of lines
    #[arg(long)]
    pub(super) json: bool,
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
    /// A further name or address by which the control interface may be called; may be given often
    #[arg(long, value_name = "NAME", requires = "control", value_parser = sandbox::host_name)]
    pub(super) control_host: Vec<String>,
    /// Read options and further apps from this TOML file
    #[arg(long, value_name = "FILE")]
    pub(super) options: Option<PathBuf>,
    /// Append to this file, as JSON lines, when it began and ended
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Taken only to say that it means nothing here
    #[arg(long, hide = true)]
    config: Option<PathBuf>,
    /// The same
    #[arg(long, hide = true)]
    profile: Option<String>,
    #[command(flatten)]
    pub(super) set: OptionFlags,
}

/// The options of the sandbox that were given as flags: only these win over the file.
#[derive(Debug)]
pub(super) struct OptionFlags(Box<ArgMatches>);

impl OptionFlags {
    /// Sets them.
    pub(super) fn apply(&self, options: &mut Options) -> Result<(), clap::Error> {
        options.update_from_arg_matches(&self.0)
    }
}

impl clap::Args for OptionFlags {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.args(Options::command().get_arguments())
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OptionFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = matches.clone();
        for id in matches.ids() {
            if matches.value_source(id.as_str()) != Some(ValueSource::CommandLine) {
                given
                    .try_clear_id(id.as_str())
                    .map_err(|error| clap::Error::raw(ErrorKind::InvalidValue, error))?;
            }
        }
        Ok(Self(Box::new(given)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080".to_owned())
}

/// A span in seconds; its bounds are those of `usersig`.
fn lifetime(text: &str) -> Result<u64, String> {
    let wrong = || "write a whole number with s, m, h or d behind it, such as 30m, 12h or 180d".to_owned();
    let seconds = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_| wrong())?
    } else {
        let span = when::read_span(text).ok_or_else(wrong)?;
        u64::try_from(span.num_seconds()).map_err(|_| wrong())?
    };
    if !(1..=usersig::LONGEST_LIFETIME).contains(&seconds) {
        return Err(usersig::SignError::Lifetime.words().to_owned());
    }
    Ok(seconds)
}

fn identifier(text: &str) -> Result<String, String> {
    if !usersig::is_user_id(text) {
        return Err("a UserID has 1 to 32 bytes, without blanks".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_number_with_a_unit_or_seconds() {
        for (text, seconds) in [
            ("30m", 1_800),
            ("12h", 43_200),
            ("180d", usersig::DEFAULT_LIFETIME),
            ("90", 90),
            ("45s", 45),
            ("1d 2h", 93_600),
        ] {
            assert_eq!(lifetime(text), Ok(seconds), "{text}");
        }
        for text in ["", "d", "1.5h", "-1d", "1y", "+5m", "99999999999999999999"] {
            assert!(lifetime(text).unwrap_err().starts_with("write a whole number"), "{text}");
        }
        for text in ["0", "0d", "51y", "20000d"] {
            assert!(lifetime(text).is_err(), "{text}");
        }
        assert!(lifetime("20000d").unwrap_err().contains("between 1 second and 50 years"));
    }

    #[test]
    fn a_further_name_for_the_control_interface_is_a_name_and_needs_the_interface() {
        let parse = |flags: &[&str]| {
            let line = ["pushdeck", "sandbox"].iter().chain(flags);
            match Args::try_parse_from(line).map(|args| args.command) {
                Ok(Some(CliCommand::Sandbox(args))) => Ok(args.control_host),
                Ok(_) => Err("another command".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        };
        let names = ["--control", "--control-host", "Bench.example.", "--control-host", "[FE80::1]"];
        assert_eq!(parse(&names).unwrap(), ["bench.example", "[fe80::1]"]);
        for wrong in ["", ".", "bench.example:8400", "http://bench.example", "a b", "me@bench.example"] {
            let words = parse(&["--control", "--control-host", wrong]).unwrap_err();
            assert!(words.contains("without a port"), "{wrong}: {words}");
        }
        assert!(parse(&["--control-host", "bench.example"]).unwrap_err().contains("--control"));
    }

    #[test]
    fn only_flags_that_are_given_win_over_the_file_whatever_their_value() {
        let line = ["pushdeck", "sandbox", "--list-max-want", "100", "--known-accounts", "any"];
        let Some(CliCommand::Sandbox(args)) = Args::try_parse_from(line).unwrap().command else { panic!() };
        let known_accounts = Some(["u1".to_owned()].into());
        let mut options = Options { list_max_want: 5, tick_ms: 7, known_accounts, ..Options::default() };
        args.set.apply(&mut options).unwrap();
        assert_eq!((options.list_max_want, options.tick_ms, options.known_accounts), (100, 7, None));
    }
}
