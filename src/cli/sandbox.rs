//! `pushdeck sandbox`: the sandbox alone, until it is told to end.
//!
//! The first line on standard output is the address, for scripts. A key that was made here goes to
//! standard error, inside a config profile that is ready to use, and nowhere else.

use std::pin::Pin;

use secrecy::SecretString;

use super::args::SandboxArgs;
use super::signals;
use super::{Exit, World};
use crate::config::secret;
use crate::sandbox::{self, Credentials, Options, ProfileKey, Seed};

pub(super) async fn run(args: SandboxArgs, mut world: World<'_>) -> Exit {
    let given = match given_key(&args, &world) {
        Ok(given) => given,
        Err(words) => {
            world.complain(&words);
            return Exit::Usage;
        }
    };
    match serve(args, given, &mut world).await {
        Ok(()) => Exit::Done,
        Err(words) => {
            world.complain(&words);
            Exit::Failed
        }
    }
}

fn given_key(args: &SandboxArgs, world: &World<'_>) -> Result<Option<SecretString>, String> {
    let Some(name) = &args.secret_key_env else { return Ok(None) };
    secret::from_env(name, &world.env).map(Some).map_err(|words| format!("--secret-key-env: {words}"))
}

async fn serve(args: SandboxArgs, given: Option<SecretString>, world: &mut World<'_>) -> Result<(), String> {
    let stop = match world.stop.take() {
        Some(stop) => stop,
        None => until_signal()?,
    };
    let made = given.is_none();
    let key = given.unwrap_or_else(|| sandbox::make_key(&mut rand::rng()));
    let credentials =
        Credentials { sdkappid: args.sdkappid, identifier: args.identifier.clone(), key: key.clone() };
    let seed = Seed { tasks: args.tasks, number: args.seed.unwrap_or(Seed::default().number) };
    let options = Options { db: args.db, random_seed: args.seed, ..Options::demo() };
    let running =
        sandbox::start(args.listen, options, credentials, Some(seed)).await.map_err(|err| err.to_string())?;

    let url = running.base_url();
    if made {
        let profile = sandbox::profile_toml(&url, args.sdkappid, &args.identifier, ProfileKey::Text(&key));
        world.say("# No key was given, so one was made. To use this sandbox, put this into a file and name");
        world.say("# that with --config FILE:");
        world.say(profile.trim_end());
    }
    let told = writeln!(world.out, "listening on {url}").and_then(|()| world.out.flush());
    if told.is_ok() {
        stop.await;
    }
    running.stop().await;
    told.map_err(|err| format!("cannot write to standard output: {err}"))
}

fn until_signal() -> Result<Pin<Box<dyn Future<Output = ()>>>, String> {
    let ended = signals::ended().map_err(|err| format!("cannot listen for signals: {err}"))?;
    Ok(Box::pin(ended))
}
