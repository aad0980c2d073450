//! `pushdeck sandbox`: the sandbox alone, until it is told to end.
//!
//! The first line on standard output is the address, for scripts. A key that was made here goes to
//! standard error, inside a config profile that is ready to use, and nowhere else.

use std::pin::Pin;

use tokio::signal::unix::{SignalKind, signal};

use super::args::SandboxArgs;
use super::console::{Console, Exit};
use crate::config::secret;
use crate::sandbox::{self, Credentials, Options, ProfileKey, Running, Seed};

pub(super) async fn run(args: SandboxArgs, mut console: Console<'_>) -> Exit {
    let settled = settle(&args, &console);
    let (credentials, options) = match settled {
        Ok(settled) => settled,
        Err(words) => {
            console.print_error(&words);
            return Exit::Usage;
        }
    };
    match serve(args, credentials, options, &mut console).await {
        Ok(()) => Exit::Done,
        Err(words) => {
            console.print_error(&words);
            Exit::Failed
        }
    }
}

/// Everything that the command line, the options file and the environment say.
fn settle(args: &SandboxArgs, console: &Console<'_>) -> Result<(Credentials, Options), String> {
    if !args.listen.ip().is_loopback() && !args.allow_remote {
        let advice = "write 127.0.0.1 or [::1] before the port, or add --allow-remote";
        return Err(format!("the sandbox serves this machine only; {advice}"));
    }
    let key = match &args.secret_key_env {
        Some(name) => {
            secret::from_env(name, &console.env).map_err(|err| format!("--secret-key-env: {err}"))?
        }
        None => sandbox::make_key(&mut rand::rng()),
    };
    let mut options = Options::default();
    if let Some(path) = &args.options {
        let text = std::fs::read_to_string(path)
            .map_err(|err| format!("cannot read the options file {}: {err}", path.display()))?;
        let keys = |name: &str| secret::from_env(name, &console.env);
        options = Options::from_file(path, &text, &keys)?;
    }
    args.set.apply(&mut options).map_err(|err| err.to_string())?;
    options.db.clone_from(&args.db);
    options.random_seed = args.seed;
    options.control = args.control;
    options.control_hosts = args.control_host.iter().cloned().collect();
    Ok((Credentials { sdkappid: args.sdkappid, identifier: args.identifier.clone(), key }, options))
}

async fn serve(
    args: SandboxArgs,
    credentials: Credentials,
    options: Options,
    console: &mut Console<'_>,
) -> Result<(), String> {
    let stop = match console.stop.take() {
        Some(stop) => stop,
        None => until_signal()?,
    };
    let seed = Seed { tasks: args.tasks, number: args.seed.unwrap_or(Seed::default().number) };
    let key = credentials.key.clone();
    let running =
        sandbox::start(args.listen, options, credentials, Some(seed)).await.map_err(|err| err.to_string())?;

    let url = running.base_url();
    if args.secret_key_env.is_none() {
        let profile = sandbox::profile_toml(&url, args.sdkappid, &args.identifier, ProfileKey::Text(&key));
        console
            .say("# No key was given, so one was made. To use this sandbox, put this into a file and name");
        console.say("# that with --config FILE:");
        console.say(profile.trim_end());
    }
    if !args.listen.ip().is_loopback() {
        console
            .say(&format!("warning: other machines can reach this sandbox at {}, without TLS", running.addr));
        if args.control {
            console.say("warning: whoever reaches it can use its control interface, which asks for no key");
        }
    }
    for note in running.notes() {
        console.say(&format!("warning: {note}"));
    }
    let told = writeln!(console.out, "listening on {url}").and_then(|()| console.out.flush());
    if told.is_ok() {
        until(stop, &running, console).await;
    }
    running.stop().await;
    told.map_err(|err| format!("cannot write to standard output: {err}"))
}

/// Waits for the end, and says meanwhile what becomes of the database.
async fn until(
    mut stop: Pin<Box<dyn Future<Output = ()> + '_>>,
    running: &Running,
    console: &mut Console<'_>,
) {
    let mut warnings = running.warnings();
    loop {
        tokio::select! {
            () = &mut stop => return,
            Ok(()) = warnings.changed() => {
                let words = warnings.borrow_and_update().clone();
                console.say(&format!("warning: {words}"));
            }
        }
    }
}

/// Ends when SIGINT or SIGTERM comes. Both are caught from the moment this returns.
fn until_signal() -> Result<Pin<Box<dyn Future<Output = ()>>>, String> {
    let caught = |kind| signal(kind).map_err(|err| format!("cannot listen for signals: {err}"));
    let (mut interrupt, mut terminate) = (caught(SignalKind::interrupt())?, caught(SignalKind::terminate())?);
    Ok(Box::pin(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }))
}
