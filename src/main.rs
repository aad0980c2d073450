//! The program: argv to exit code.

use std::io::{IsTerminal, stderr, stdin, stdout};
use std::process::ExitCode;

use color_eyre::eyre::{Result, WrapErr};
use pushdeck::cli::{Console, Job, LEAVE};
use pushdeck::config::{Env, paths};

fn main() -> Result<ExitCode> {
    // A report with the environment in it could show a secret.
    color_eyre::config::HookBuilder::default().display_env_section(false).install()?;
    let mut console = Console {
        env: Env::process(),
        system_zone: paths::system_zone(),
        stdout_is_terminal: stdout().is_terminal(),
        input: &mut stdin(),
        out: &mut stdout(),
        err: &mut stderr(),
        stop: None,
    };
    let job = match Job::parse(std::env::args_os(), &mut console) {
        Ok(job) => job,
        Err(exit) => return Ok(ExitCode::from(exit.code())),
    };
    // It fails only when there is a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = job.runtime().wrap_err("cannot start the threads of the program")?;
    let exit = runtime.block_on(async {
        // Without it a file that may not grow any more ends the program; that is no reason not to begin.
        let _ = pushdeck::tui::outlive_full_files();
        job.run(console).await
    });
    runtime.shutdown_timeout(LEAVE);
    Ok(ExitCode::from(exit.code()))
}
