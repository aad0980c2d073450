//! The real binary as a child process, in a home of its own and with an environment that is given.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pushdeck::sandbox::{self, Credentials, Options, Running, Seed};
use secrecy::SecretString;
use serde_json::Value;

/// The app of the sandboxes here.
pub(crate) const APP: u64 = 1_400_000_042;
/// Its key: made up, of no real app.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A sandbox with some tasks, for [`APP`].
pub(crate) async fn sandbox(options: Options) -> Running {
    let credentials =
        Credentials { sdkappid: APP, identifier: "administrator".to_owned(), key: SecretString::from(KEY) };
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let seed = Seed { tasks: 3, ..Seed::default() };
    sandbox::start(anywhere, options, credentials, Some(seed)).await.unwrap()
}

/// A home directory with a config file.
pub(crate) struct Home(tempfile::TempDir);

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    /// A profile for an endpoint; `lines` are added, and the key is read from `ACME_IM_KEY`.
    pub(crate) fn of(endpoint: &str, lines: &str) -> Self {
        Self::with(&format!(
            "[profiles.acme]\nenvironment = \"test\"\nendpoint = \"{endpoint}\"\nsdkappid = {APP}\n\
             identifier = \"administrator\"\n{lines}\n"
        ))
    }

    /// The same with `secret_key_env`.
    pub(crate) fn keyed(endpoint: &str, lines: &str) -> Self {
        Self::of(endpoint, &format!("secret_key_env = \"ACME_IM_KEY\"\n{lines}"))
    }

    /// A home with this config file, which only its owner can read.
    pub(crate) fn with(config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let this = Self(home);
        this.write("config/pushdeck/config.toml", config, 0o600);
        this
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    /// Runs the program here to its end. Blocks, so it must stand on a runtime of several threads.
    pub(crate) fn run(&self, args: &[&str], env: &[(&str, &str)], input: &str) -> Ended {
        let run = || {
            let mut child = Command::new(env!("CARGO_BIN_EXE_pushdeck"))
                .args(args)
                .env_clear()
                .env("HOME", self.0.path())
                .env("XDG_CONFIG_HOME", self.path("config"))
                .env("XDG_STATE_HOME", self.path("state"))
                .env("TERM", "xterm-256color")
                .env("LANG", "C.UTF-8")
                .env("ACME_IM_KEY", KEY)
                .envs(env.iter().copied())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // It need not read what it was not asked to read.
            let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
            child.wait_with_output().unwrap()
        };
        let output = tokio::task::block_in_place(run);
        let ended = Ended {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ended.out.contains(KEY) && !ended.err.contains(KEY), "the key was shown");
        ended
    }

    /// What the doctor says here.
    pub(crate) fn doctor(&self, env: &[(&str, &str)]) -> Diagnosis {
        let Ended { code, out, err } = self.run(&["doctor", "--json"], env, "");
        assert_eq!(err, "");
        // The random name of the folder may hold any two letters.
        let said = out.replace(&*self.path("").to_string_lossy(), "");
        for sign in ["eJ", "usersig="] {
            assert!(!said.contains(sign), "a signature was shown: {out}");
        }
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["ok"], code == 0, "{out}");
        Diagnosis { code, document }
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("state/pushdeck")
    }
}

/// What the doctor said.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    pub(crate) code: i32,
    document: Value,
}

impl Diagnosis {
    /// The first line about a check: `level: finding / what to do`.
    pub(crate) fn line(&self, check: &str) -> String {
        let lines = self.document["checks"].as_array().unwrap();
        let line = lines.iter().find(|line| line["check"] == check).unwrap();
        let text = |name: &str| line[name].as_str().unwrap_or("").to_owned();
        let next = line["next"].as_str().map(|next| format!(" / {next}")).unwrap_or_default();
        format!("{}: {}{next}", text("level"), text("what"))
    }

    /// The names of the checks at a level.
    pub(crate) fn at(&self, level: &str) -> Vec<&str> {
        let lines = self.document["checks"].as_array().unwrap();
        lines
            .iter()
            .filter(|line| line["level"] == level)
            .map(|line| line["check"].as_str().unwrap())
            .collect()
    }
}

/// A path as text.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
