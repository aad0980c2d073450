//! What may stand on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use crate::config::Flags;
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
pub(super) struct SandboxArgs {
    /// Where to listen; only this machine, port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    pub(super) listen: SocketAddr,
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
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080".to_owned())?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err("the sandbox serves this machine only; write 127.0.0.1 or [::1] before the port".to_owned())
}

fn identifier(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > 32 || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("a UserID has 1 to 32 bytes, without blanks".to_owned());
    }
    Ok(text.to_owned())
}
