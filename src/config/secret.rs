//! The secret of a profile, read when it is needed and not before.
//!
//! No error of this module holds a secret, a part of one, or what a command wrote.

use std::fs::Metadata;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::fault::ConfigError;
use super::origin::{Origin, Sourced};
use super::paths::{self, Env};
use super::profile::{Profile, SecretSource};
use super::{command, redact};
use crate::domain::profile::Environment;
use crate::domain::text;
use crate::usersig::Credential;

/// How long a `secret_key_command` may take: a password manager may ask for a finger.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);

/// A key has 64 bytes and a `UserSig` some hundreds; what is larger than this is another file.
const MOST_BYTES: usize = 16 * 1024;

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
    if redact::looks_like_key(name) {
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
    let (file, meta) = paths::open_file(path).map_err(|err| err.words(&shown.to_string()))?;
    private(path, &meta)?;
    let text = read_text(file).map_err(|why| format!("cannot read {shown}: {why}"))?;
    one_line(&text, &format!("the file {shown}"))
}

/// Refuses a file that anybody but the operator may have written, or may read.
fn private(path: &Path, meta: &Metadata) -> Result<(), String> {
    let shown = path.display();
    let me = rustix::process::geteuid().as_raw();
    if let Some(words) = foreign(meta.uid(), me) {
        let from = quoted(path);
        return Err(format!("{shown} {words}; copy it to a file of your own: install -m 600 {from} FILE"));
    }
    let mode = meta.permissions().mode() & 0o777;
    let for_others = mode & 0o077;
    if for_others == 0 {
        return Ok(());
    }
    Err(format!("{shown} is open to other users (mode {mode:03o}); type: chmod 600 {}", quoted(path)))
}

/// Why a file of this user is not trusted: whoever owns it may change it, also under root's hands.
fn foreign(owner: u32, me: u32) -> Option<String> {
    (owner != me).then(|| format!("belongs to another user (uid {owner}, you are uid {me})"))
}

/// A path as it can be typed in a shell.
fn quoted(path: &Path) -> String {
    text::shell_word(&path.display().to_string())
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
    let bytes = command::output(command, env, limit, MOST_BYTES)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| "the output of the command cannot be used: it is not text (UTF-8)".to_owned())?;
    one_line(text.lines().next().unwrap_or(""), "the first line of the command's output")
}

fn read_text(mut from: impl Read) -> Result<Zeroizing<String>, String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
    from.by_ref().take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|err| err.to_string())?;
    if bytes.len() > MOST_BYTES {
        return Err(format!("more than {MOST_BYTES} bytes, which is not a key"));
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
    fn what_is_no_regular_file_is_refused_at_once() {
        let setup = setup("prod", "secret_key_file = \"pipe\"");
        let path = setup.dir.path().join("pipe");
        fifo(&path);
        // Nobody writes into it: opened as usual, it would never come back.
        assert!(refusal(&setup).ends_with("pipe is a named pipe, not a file"));
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(refusal(&setup).ends_with("pipe is a device, not a file"));
        fs::remove_file(&path).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(refusal(&setup).contains("/pipe: "));
    }

    #[test]
    fn a_file_of_another_user_is_refused_by_everybody_and_by_root_too() {
        assert_eq!(foreign(1000, 1000), None);
        for (owner, me) in [(1000, 0), (0, 1000), (1000, 1001)] {
            let words = format!("belongs to another user (uid {owner}, you are uid {me})");
            assert_eq!(foreign(owner, me), Some(words));
        }
        let found = setup("prod", "secret_key_file = \"key\"");
        let path = found.dir.path().join("key");
        write(&path, SECRET, 0o600);
        // Only root can give a file away; whoever is not root meets one of root.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
            fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        }
        assert!(refusal(&found).contains("key belongs to another user (uid "));
        let config = setup("prod", "secret_key = \"5up3rs3cr3t\"");
        let path = config.dir.path().join("config.toml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
            assert!(refusal(&config).contains("config.toml belongs to another user (uid 12345"));
        }
    }

    fn fifo(path: &Path) {
        use rustix::fs::{CWD, FileType, Mode};
        rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    }

    /// A profile whose command opens a pipe, as everything does that it starts, and the other end of it.
    fn holding(command: &str) -> (Setup, fs::File) {
        let mut found = setup("prod", "secret_key_command = \"x\"");
        let path = found.dir.path().join("held");
        fifo(&path);
        let held = fs::OpenOptions::new()
            .read(true)
            .custom_flags(i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap())
            .open(&path)
            .unwrap();
        let command = format!("exec 9>{}; echo begun >&9; {command}", path.display());
        found.profile.secret.value = SecretSource::Command(command);
        (found, held)
    }

    /// Comes back when nobody is left who holds the pipe; says whether the command had begun.
    fn is_left_by_all(mut held: fs::File) -> bool {
        rustix::fs::fcntl_setfl(&held, rustix::fs::OFlags::empty()).unwrap();
        let mut said = String::new();
        held.read_to_string(&mut said).unwrap();
        assert!(["", "begun\n"].contains(&said.as_str()), "{said}");
        !said.is_empty()
    }

    /// The same for a command that has begun.
    fn all_are_gone(held: fs::File) {
        assert!(is_left_by_all(held), "it never began");
    }

    #[test]
    fn a_command_that_never_ends_is_stopped_and_so_is_everything_that_it_started() {
        for command in [
            "sleep 3000",
            "sleep 3000 & sleep 3001 | sleep 3002",
            "trap '' TERM INT HUP; sleep 3000; sleep 3000",
        ] {
            // On a busy machine the time may be over before the command has begun: then it gets more.
            let has_begun = [300, 3_000, 30_000].into_iter().any(|limit| {
                let (setup, held) = holding(command);
                let found = resolve(&setup.profile, &path_env(), Duration::from_millis(limit));
                let found = found.unwrap_err().to_string();
                assert!(found.contains("did not end within "), "{found}");
                assert!(found.ends_with(" s; run it by hand to see why"), "{found}");
                is_left_by_all(held)
            });
            assert!(has_begun, "{command}");
        }
    }

    #[test]
    fn what_a_good_command_leaves_in_the_background_is_neither_waited_for_nor_left() {
        for rest in ["sleep 3000 &", "(sleep 3000; echo no) & sleep 3001 &"] {
            let (setup, held) = holding(&format!("{rest} echo $ACME_IM_KEY"));
            assert_eq!(key(resolve_secret(&setup.profile, &path_env())), SECRET);
            all_are_gone(held);
        }
    }

    /// Such as the agent of a password manager, which is there to stay.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_left_the_group_by_itself_is_not_waited_for_though_it_holds_the_output() {
        let setup = setup("prod", "secret_key_command = \"setsid sleep 20 & echo $ACME_IM_KEY\"");
        assert_eq!(key(resolve_secret(&setup.profile, &path_env())), SECRET);
    }

    #[test]
    fn a_command_that_writes_without_end_is_ended_by_the_size_of_a_key() {
        let setup = setup("prod", "secret_key_command = \"yes\"");
        assert!(refusal(&setup).ends_with("more than 16384 bytes, which is not a key"));
    }

    #[test]
    fn a_command_that_is_stopped_because_it_asks_at_the_terminal_is_not_waited_for() {
        let setup = setup("prod", "secret_key_command = \"kill -STOP $$\"");
        assert!(refusal(&setup).contains("wants to ask at the terminal"));
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
