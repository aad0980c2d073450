//! The program: argv to exit code.

use std::io::{IsTerminal, stderr, stdin, stdout};
use std::process::ExitCode;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr};
use pushdeck::cli::{self, Console};
use pushdeck::config::{Env, paths};

/// How long work that nobody waits for may hold up the end of the program.
const LEAVE: Duration = Duration::from_secs(1);

fn main() -> Result<ExitCode> {
    // A report with the environment in it could show a secret.
    color_eyre::config::HookBuilder::default().display_env_section(false).install()?;
    // It fails only when there is a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .wrap_err("cannot start the threads of the program")?;
    let console = Console {
        env: Env::process(),
        system_zone: paths::system_zone(),
        stdout_is_terminal: stdout().is_terminal(),
        input: &mut stdin(),
        out: &mut stdout(),
        err: &mut stderr(),
        stop: None,
    };
    let exit = runtime.block_on(async {
        // Without it a file that may not grow any more ends the program; that is no reason not to begin.
        let _ = pushdeck::tui::outlive_full_files();
        cli::run(std::env::args_os(), console).await
    });
    runtime.shutdown_timeout(LEAVE);
    Ok(ExitCode::from(exit.code()))
}
