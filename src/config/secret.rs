//! The secret of a profile, read when it is needed and not before.
//!
//! No error of this module holds a secret, a part of one, or what a command wrote.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::paths::Env;
use super::profile::{Profile, SecretSource};
use super::{ConfigError, Origin, Sourced};
use crate::domain::profile::Environment;

/// How long a `secret_key_command` may take: a password manager may ask for a finger.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);

/// A key has 64 bytes and a `UserSig` some hundreds; what is larger than this is another file.
const MOST_BYTES: u64 = 16 * 1024;

/// What a profile proves itself with. `Debug` shows neither.
#[derive(Clone)]
pub enum Credential {
    /// The app's secret key: signatures are made here.
    Key(SecretString),
    /// A `UserSig` made elsewhere, not yet decoded.
    Sig(SecretString),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key([redacted])",
            Self::Sig(_) => "Sig([redacted])",
        })
    }
}

/// Reads the secret of a profile from where it says. Blocks for up to ten seconds when that is a
/// command.
///
/// # Errors
/// What is missing and what to type, without any part of the secret.
pub fn resolve_secret(profile: &Profile, env: &Env) -> Result<Credential, ConfigError> {
    resolve(profile, env, COMMAND_LIMIT)
}

fn resolve(profile: &Profile, env: &Env, limit: Duration) -> Result<Credential, ConfigError> {
    let Sourced { value: source, origin } = &profile.secret;
    let result = match source {
        SecretSource::Env(name) => from_env(name, env).map(Credential::Key),
        SecretSource::File(path) => from_file(path).map(Credential::Key),
        SecretSource::Command(command) => from_command(command, env, limit).map(Credential::Key),
        SecretSource::Key(key) => in_config(profile, origin).map(|()| Credential::Key(key.clone())),
        SecretSource::Sig(sig) => in_config(profile, origin).map(|()| Credential::Sig(sig.clone())),
    };
    result.map_err(|words| {
        let key = source.key();
        ConfigError::of(origin, format!("{key} of profile \"{}\": {words}", profile.name.value))
    })
}

/// The secret key in a variable of the environment.
///
/// # Errors
/// What is wrong with the name or with the value, without repeating a value.
pub fn from_env(name: &str, env: &Env) -> Result<SecretString, String> {
    if let Some(words) = bad_variable(name) {
        return Err(words.to_owned());
    }
    let value = env.get(name).ok_or_else(|| {
        format!("the environment variable {name} is not set; set it to the app's secret key")
    })?;
    let value =
        value.to_str().ok_or_else(|| format!("the environment variable {name} is not text (UTF-8)"))?;
    one_line(value, &format!("the environment variable {name}"))
}

/// Why this cannot be the name of a variable. Somebody may have written the key itself there, so the
/// words do not repeat it.
pub(super) fn bad_variable(name: &str) -> Option<&'static str> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let digit_first = name.starts_with(|c: char| c.is_ascii_digit());
    if name.len() >= 32 && name.chars().all(|c| c.is_ascii_hexdigit()) {
        return Some(
            "must be the name of a variable, but this looks like a key itself; put the key into a variable such \
             as ACME_IM_KEY and write that name",
        );
    }
    (!plain || digit_first || name.is_empty())
        .then_some("must be the name of a variable: letters, digits and _, such as ACME_IM_KEY")
}

fn from_file(path: &Path) -> Result<SecretString, String> {
    let shown = path.display();
    let file = File::open(path).map_err(|err| format!("cannot read {shown}: {err}"))?;
    let meta = file.metadata().map_err(|err| format!("cannot read {shown}: {err}"))?;
    if meta.is_dir() {
        return Err(format!("{shown} is a directory, not a file"));
    }
    private(path, &meta)?;
    let text = read_text(file).map_err(|why| format!("cannot read {shown}: {why}"))?;
    one_line(&text, &format!("the file {shown}"))
}

/// Refuses a file that anybody but its owner may read or write.
fn private(path: &Path, meta: &std::fs::Metadata) -> Result<(), String> {
    let mode = meta.permissions().mode() & 0o777;
    let for_others = mode & 0o077;
    if for_others == 0 {
        return Ok(());
    }
    let shown = path.display();
    Err(format!("{shown} is open to other users (mode {mode:03o}); type: chmod 600 {}", quoted(path)))
}

/// A path as it can be typed in a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+@%:,".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// A secret in the config file itself asks the same care of that file. A sandbox's key opens
/// nothing, so there the file may be what it is.
fn in_config(profile: &Profile, origin: &Origin) -> Result<(), String> {
    let Origin::File(place) = origin else { return Ok(()) };
    match profile.environment.value {
        Environment::Sandbox => Ok(()),
        Environment::Test | Environment::Prod => {
            let path = &place.path;
            let meta =
                std::fs::metadata(path).map_err(|err| format!("cannot look at {}: {err}", path.display()))?;
            private(path, &meta)
        }
    }
}

fn from_command(command: &str, env: &Env, limit: Duration) -> Result<SecretString, String> {
    let by_hand = "run it by hand to see why";
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .env_clear()
        .envs(env.iter())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // What it says there may hold the secret, or draw over the screen.
        .stderr(Stdio::null())
        .spawn()
        .map_err(|err| format!("cannot start sh: {err}"))?;
    let deadline = Instant::now() + limit;
    let output = child.stdout.take().map(collect);
    let late = || format!("the command did not end within {} s; {by_hand}", limit.as_secs_f32());
    let Some(status) = wait(&mut child, deadline) else {
        // It may have ended just now; then there is nothing to stop.
        let _ = child.kill();
        // Only to leave no zombie behind; how it ended does not matter any more.
        let _ = child.wait();
        return Err(late());
    };
    if !status.success() {
        return Err(format!("the command failed ({status}); {by_hand}"));
    }
    let Some(output) = output else { return Err("the command has no output".to_owned()) };
    let rest = deadline.saturating_duration_since(Instant::now());
    let text = output.recv_timeout(rest).map_err(|_| late())?;
    let text = text.map_err(|why| format!("the output of the command cannot be used: {why}"))?;
    one_line(text.lines().next().unwrap_or(""), "the first line of the command's output")
}

/// Reads on a thread of its own, so that a command that writes much or never ends cannot hold us up.
fn collect(stdout: std::process::ChildStdout) -> Receiver<Result<Zeroizing<String>, String>> {
    let (send, receive) = sync_channel(1);
    std::thread::spawn(move || {
        // Nobody listens any more when the time is up.
        let _ = send.send(read_text(stdout));
    });
    receive
}

fn wait(child: &mut Child, deadline: Instant) -> Option<std::process::ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(10)),
            Ok(None) | Err(_) => return None,
        }
    }
}

fn read_text(mut from: impl Read) -> Result<Zeroizing<String>, String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
    from.by_ref().take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|err| err.to_string())?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("more than {MOST_BYTES} bytes, which is no key"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| "it is not text (UTF-8)".to_owned())?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The secret without blanks and line ends around it.
fn one_line(text: &str, what: &str) -> Result<SecretString, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("{what} is empty; it must hold the app's secret key"));
    }
    if text.contains(char::is_control) {
        return Err(format!(
            "{what} holds more than one line; it must hold the app's secret key and nothing else"
        ));
    }
    Ok(SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::OpenOptionsExt;

    use secrecy::ExposeSecret;

    use super::*;

    const SECRET: &str = "5up3rs3cr3t";

    /// A directory with a config file that has one profile with this secret.
    struct Setup {
        dir: tempfile::TempDir,
        profile: Profile,
    }

    fn setup(environment: &str, secret: &str) -> Setup {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        let text = format!(
            "[profiles.acme]\nenvironment = \"{environment}\"\nendpoint = \"http://127.0.0.1:1\"\nsdkappid = 1\n\
             identifier = \"administrator\"\n{secret}\n"
        );
        write(&path, &text, 0o644);
        let profile = super::super::file::parse(&path, &text, None).unwrap().profiles.remove(0);
        Setup { dir, profile }
    }

    fn write(path: &Path, text: &str, mode: u32) {
        use std::io::Write;
        let mut file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_permissions(fs::Permissions::from_mode(mode)).unwrap();
    }

    fn path_env() -> Env {
        Env::of([("PATH", "/usr/local/bin:/usr/bin:/bin"), ("ACME_IM_KEY", " 5up3rs3cr3t\n"), ("EMPTY", "")])
    }

    fn key(found: Result<Credential, ConfigError>) -> String {
        match found {
            Ok(Credential::Key(key)) => key.expose_secret().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    fn refusal(setup: &Setup) -> String {
        let words = resolve_secret(&setup.profile, &path_env()).unwrap_err().to_string();
        assert!(!words.contains(SECRET), "{words}");
        words
    }

    #[test]
    fn a_key_comes_from_the_variable_that_was_named() {
        let found = setup("prod", "secret_key_env = \"ACME_IM_KEY\"");
        assert_eq!(key(resolve_secret(&found.profile, &path_env())), SECRET);
        for name in ["OTHER", "EMPTY"] {
            let missing = setup("prod", &format!("secret_key_env = \"{name}\""));
            let config = missing.dir.path().join("config.toml");
            assert_eq!(
                refusal(&missing),
                format!(
                    "{}:6:18: secret_key_env of profile \"acme\": the environment variable {name} is not set; set it to \
                     the app's secret key",
                    config.display()
                )
            );
        }
    }

    #[test]
    fn a_key_file_must_be_there_be_private_and_hold_one_line() {
        let setup = setup("prod", "secret_key_file = \"a key\"");
        let path = setup.dir.path().join("a key");
        assert!(refusal(&setup).contains(&format!("cannot read {}: No such file", path.display())));
        write(&path, "5up3rs3cr3t\n", 0o600);
        assert_eq!(key(resolve_secret(&setup.profile, &path_env())), SECRET);
        for mode in [0o640, 0o604, 0o620] {
            write(&path, "5up3rs3cr3t\n", mode);
            let words = format!("(mode {mode:03o}); type: chmod 600 '{}'", path.display());
            let found = refusal(&setup);
            assert!(found.ends_with(&words), "{found}");
        }
        write(&path, "\n", 0o600);
        assert!(refusal(&setup).ends_with("is empty; it must hold the app's secret key"));
        write(&path, "5up3rs3cr3t\nmore\n", 0o600);
        assert!(refusal(&setup).contains("holds more than one line"));
        write(&path, &"x".repeat(20_000), 0o600);
        assert!(refusal(&setup).contains("more than 16384 bytes"));
        fs::write(&path, b"\xff\xfe").unwrap();
        assert!(refusal(&setup).contains("it is not text (UTF-8)"));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(refusal(&setup).ends_with("is a directory, not a file"));
    }

    #[test]
    fn a_key_is_the_first_line_that_a_command_writes() {
        let found = setup("prod", "secret_key_command = \"echo $ACME_IM_KEY; echo more\"");
        assert_eq!(key(resolve_secret(&found.profile, &path_env())), SECRET);
    }

    #[test]
    fn a_command_that_fails_says_how_it_ended_but_not_what_it_wrote() {
        let failing =
            setup("prod", "secret_key_command = \"echo $ACME_IM_KEY; echo $ACME_IM_KEY >&2; exit 3\"");
        assert!(
            refusal(&failing).ends_with("the command failed (exit status: 3); run it by hand to see why")
        );
        let silent = setup("prod", "secret_key_command = \"true\"");
        assert!(refusal(&silent).ends_with("output is empty; it must hold the app's secret key"));
        let unknown = setup("prod", "secret_key_command = \"no-such-program-here\"");
        assert!(refusal(&unknown).contains("the command failed (exit status: 127)"));
    }

    #[test]
    fn a_command_that_never_ends_is_stopped() {
        for command in ["sleep 30", "sleep 30 & echo 5up3rs3cr3t"] {
            let setup = setup("prod", &format!("secret_key_command = \"{command}\""));
            let found =
                resolve(&setup.profile, &path_env(), Duration::from_millis(300)).unwrap_err().to_string();
            assert!(found.ends_with("did not end within 0.3 s; run it by hand to see why"), "{found}");
        }
    }

    #[test]
    fn a_secret_in_the_config_asks_for_a_private_file_except_for_a_sandbox() {
        let open = setup("prod", "secret_key = \"5up3rs3cr3t\"");
        let config = open.dir.path().join("config.toml");
        assert!(refusal(&open).contains("(mode 644); type: chmod 600 "));
        fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(key(resolve_secret(&open.profile, &path_env())), SECRET);
        let sandbox = setup("sandbox", "usersig = \"5up3rs3cr3t\"");
        let found = resolve_secret(&sandbox.profile, &path_env()).unwrap();
        assert!(matches!(&found, Credential::Sig(sig) if sig.expose_secret() == SECRET));
        assert_eq!(format!("{found:?}"), "Sig([redacted])");
    }
}
