//! The command line: argv to an exit code, over streams that are arguments.
//!
//! Prints to `out` what was asked for and to `err` what there is to say about it. Never a secret,
//! but for the key that `pushdeck sandbox` makes up itself and the signature that `pushdeck usersig`
//! is there to make.

mod args;
mod background;
mod clock;
mod console;
mod dashboard;
mod doctor;
mod dumps;
mod log;
mod plan;
mod sandbox;
mod usersig;

use std::ffi::OsString;
use std::io;

use clap::Parser;
use tokio::runtime::{Builder, Runtime};

use crate::config::redact::redact;
use args::{Args, CliCommand, CommandLine};
use log::Log;

pub use background::LEAVE;
pub use console::{Console, Exit};

/// A command that can be run.
#[derive(Debug)]
pub struct Job {
    asked: CommandLine,
    log: Option<Log>,
}

impl Job {
    /// Reads the command line.
    ///
    /// # Errors
    /// There is nothing to run: help or version were shown, or what does not fit was said.
    pub fn parse(args: impl IntoIterator<Item = OsString>, console: &mut Console<'_>) -> Result<Self, Exit> {
        // Before anything that may be a key is looked at.
        dumps::forbid();
        let args = Args::try_parse_from(args).map_err(|answer| parse_answer(&answer, console))?;
        let opened = args.settled().and_then(|asked| {
            let log = asked.log.as_deref().map(Log::open).transpose()?;
            Ok((asked, log))
        });
        let (asked, log) = opened.map_err(|words| {
            console.print_error(&words);
            Exit::Usage
        })?;
        let (log, warning) = log.unzip();
        if let Some(words) = warning.flatten() {
            console.say(&format!("warning: {words}"));
        }
        Ok(Self { asked, log })
    }

    /// What it runs on: a server uses every core, and all else is quickest on one thread.
    ///
    /// # Errors
    /// When the system has no threads for it.
    pub fn runtime(&self) -> io::Result<Runtime> {
        let mut builder = match self.asked.command {
            Some(CliCommand::Sandbox(_)) => Builder::new_multi_thread(),
            Some(CliCommand::Usersig(_) | CliCommand::Doctor(_)) | None => Builder::new_current_thread(),
        };
        builder.enable_all().build()
    }

    /// Runs it.
    pub async fn run(self, mut console: Console<'_>) -> Exit {
        tracing::info!(event = "start", version = env!("CARGO_PKG_VERSION"), pid = std::process::id());
        let CommandLine { command, flags, .. } = self.asked;
        let exit = match command {
            // By far the largest of them: it does not make the others as large.
            None => Box::pin(dashboard::run(&flags, console.lend())).await,
            Some(CliCommand::Sandbox(args)) => sandbox::run(args, console.lend()).await,
            Some(CliCommand::Usersig(args)) => usersig::run(args, &flags, console.lend()),
            Some(CliCommand::Doctor(args)) => doctor::run(args, &flags, console.lend()).await,
        };
        tracing::info!(event = "stop", exit = exit.code());
        if let Some(words) = self.log.and_then(Log::close) {
            console.print_error(&words);
        }
        exit
    }
}

/// Help and version are answers, everything else is a complaint.
fn parse_answer(answer: &clap::Error, console: &mut Console<'_>) -> Exit {
    let text = answer.render().to_string();
    if answer.use_stderr() {
        // What was not understood may be a key. Nobody is left to be told when standard error is gone.
        let _ = write!(console.err, "{}", redact(&text));
        return Exit::Usage;
    }
    match write!(console.out, "{text}").and_then(|()| console.out.flush()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use secrecy::ExposeSecret;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;
    use crate::config::{self, Credential, Env};
    use crate::usersig;

    /// A stream that a test can read while a command writes.
    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Screen {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    /// Runs one command; `args` begins with the name of the program.
    async fn run(args: impl IntoIterator<Item = OsString>, mut console: Console<'_>) -> Exit {
        match Job::parse(args, &mut console) {
            Ok(job) => job.run(console).await,
            Err(exit) => exit,
        }
    }

    async fn try_run(line: &[&str], env: Env, terminal: bool) -> (Exit, String, String) {
        let (mut out, mut err) = (Screen::default(), Screen::default());
        let (shown, said) = (out.clone(), err.clone());
        let console = Console {
            env,
            system_zone: None,
            stdout_is_terminal: terminal,
            input: &mut std::io::empty(),
            out: &mut out,
            err: &mut err,
            stop: Some(Box::pin(std::future::ready(()))),
        };
        let args = ["pushdeck"].iter().chain(line).map(OsString::from);
        let exit = run(args, console).await;
        (exit, shown.text(), said.text())
    }

    #[tokio::test]
    async fn version_and_help_are_answers_on_standard_output() {
        let (exit, out, err) = try_run(&["--version"], Env::default(), false).await;
        assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Done, "pushdeck 0.1.0\n", ""));
        let (exit, out, _) = try_run(&["--help"], Env::default(), false).await;
        assert_eq!(exit, Exit::Done);
        for word in [
            "--sandbox",
            "--config <FILE>",
            "--profile <NAME>",
            "--log <FILE>",
            "PUSHDECK_CONFIG",
            "PUSHDECK_PROFILE",
        ] {
            assert!(out.contains(word), "{word}");
        }
    }

    #[tokio::test]
    async fn a_command_line_that_does_not_fit_says_what_would() {
        for (line, words) in [
            (&["--sandbx"][..], "'--sandbox'"),
            (&["--sandbox", "--profile", "acme"], "cannot be used with '--profile <NAME>'"),
            (
                &["sandbox", "--listen", "0.0.0.0:8080"],
                "the sandbox serves this machine only; write 127.0.0.1",
            ),
            (&["sandbox", "--listen", "localhost"], "write an IP address and a port, such as 127.0.0.1:8080"),
            (&["sandbox", "--sdkappid", "0"], "0 is not in 1.."),
            (&["--sandbox", "doctor"], "--sandbox opens the dashboard and does not apply to pushdeck doctor"),
            (
                &["--sandbox", "sandbox"],
                "--sandbox opens the dashboard and does not apply to pushdeck sandbox",
            ),
            (&["--config", "a", "doctor", "--config", "b"], "--config is given before and after doctor"),
            (&["--profile", "a", "usersig", "--profile", "a"], "--profile is given before and after usersig"),
            (&["--log", "a", "sandbox", "--log", "b"], "--log is given before and after sandbox"),
            (&["--config", "c.toml", "sandbox"], "--config does not apply to pushdeck sandbox"),
            (&["sandbox", "--config", "c.toml"], "--config does not apply to pushdeck sandbox"),
            (&["--profile", "acme", "sandbox"], "--profile does not apply to pushdeck sandbox"),
            (&["sandbox", "--profile", "acme"], "--profile does not apply to pushdeck sandbox"),
            (&["sandbox", "--identifier", "two words"], "a UserID has 1 to 32 bytes, without blanks"),
            (&["sandbox", "--secret-key-env", "NOT_SET"], "the environment variable NOT_SET is not set"),
        ] {
            let (exit, out, err) = try_run(line, Env::default(), true).await;
            assert_eq!((exit, out.as_str()), (Exit::Usage, ""), "{line:?}");
            assert!(err.starts_with("error: ") && err.contains(words), "{line:?}: {err}");
        }
    }

    #[tokio::test]
    async fn a_key_or_signature_in_the_wrong_place_of_a_command_line_is_not_repeated() {
        let key = crate::sandbox::make_key(&mut rand::rng());
        let key = key.expose_secret();
        for line in [
            &[key][..],
            &["doctor", key],
            &["usersig", "--expire", key],
            &["sandbox", "--secret-key-env", key],
            &["sandbox", "--sdkappid", key],
            &["sandbox", "--options", key],
            &["--config", key, "doctor"],
            &["--profile", key, "usersig"],
            &["--log", &format!("/nowhere/{key}"), "doctor"],
            &[&format!("--{key}")],
        ] {
            let (_, out, err) = try_run(line, Env::default(), true).await;
            let all = format!("{out}{err}");
            assert!(!all.contains(key) && all.contains("looks like a key"), "{line:?}: {all}");
        }
    }

    #[tokio::test]
    async fn settings_and_profile_can_be_named_before_and_after_a_command() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.toml");
        let profile = |name: &str, app: u64| {
            format!(
                "[profiles.{name}]\nenvironment = \"test\"\nregion = \"singapore\"\nsdkappid = {app}\n\
                 identifier = \"ops\"\nsecret_key_env = \"KEY\"\n"
            )
        };
        std::fs::write(&path, profile("acme", 1) + &profile("beta", 2)).unwrap();
        let path = path.to_str().unwrap();
        for line in [
            ["--config", path, "--profile", "beta", "usersig"],
            ["--config", path, "usersig", "--profile", "beta"],
            ["--profile", "beta", "usersig", "--config", path],
            ["usersig", "--config", path, "--profile", "beta"],
        ] {
            let (exit, out, err) = try_run(&line, Env::of([("KEY", "5up3rs3cr3t")]), false).await;
            assert_eq!(exit, Exit::Done, "{err}");
            assert_eq!(usersig::decode(out.trim()).unwrap().sdkappid, 2, "{line:?}");
        }
        let (_, out, _) =
            try_run(&["--config", path, "--profile", "beta", "doctor", "--json"], Env::default(), false)
                .await;
        assert!(out.contains(path) && out.contains("beta (test)"), "{out}");
    }

    #[tokio::test]
    async fn a_log_that_cannot_be_written_is_said_before_anything_starts() {
        let after = ["sandbox", "--log", "/nowhere/x.log"];
        for line in [&["--log", "/nowhere/x.log"][..], &after, &["--log", "/nowhere/x.log", "doctor"]] {
            let (exit, out, err) = try_run(line, Env::default(), true).await;
            assert_eq!((exit, out.as_str()), (Exit::Usage, ""), "{line:?}");
            assert!(err.starts_with("error: cannot write the log /nowhere/x.log: No such file"), "{err}");
        }
    }

    #[tokio::test]
    async fn the_dashboard_refuses_an_output_that_is_no_terminal_before_anything_else() {
        // Even a broken config is not looked at.
        let (exit, out, err) = try_run(&["--config", "/nowhere/c.toml"], Env::default(), false).await;
        assert_eq!((exit.code(), out.as_str()), (2, ""));
        assert_eq!(
            err,
            "error: standard output is not a terminal, and the dashboard needs one; start pushdeck without a pipe or \
             a redirection, and over ssh with: ssh -t HOST pushdeck\n"
        );
    }

    #[tokio::test]
    async fn every_fault_of_a_config_is_a_line_on_standard_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.toml");
        std::fs::write(&path, "[ui]\nrefresh_seconds = 0\nrefresh = 1\n").unwrap();
        let path = path.to_str().unwrap();
        let (exit, out, err) = try_run(&["--config", path], Env::default(), true).await;
        assert_eq!((exit.code(), out.as_str()), (2, ""));
        let lines: Vec<&str> = err.lines().collect();
        assert_eq!(lines.len(), 2, "{err}");
        assert!(lines[0].starts_with(&format!("error: {path}:2:19: \"refresh_seconds\" is 0")), "{err}");
        assert!(lines[1].starts_with(&format!("error: {path}:3:1: unknown key \"refresh\"")), "{err}");
    }

    /// One call of the list, over a plain socket, by the profile that the sandbox printed.
    async fn list(profile: &str) -> String {
        let file = config::file::parse(std::path::Path::new("printed"), profile, None).unwrap();
        let [profile] = file.profiles.as_slice() else { panic!("{profile}") };
        let Ok(Credential::Key(key)) = config::resolve_secret(profile, &Env::default()) else { panic!() };
        let (app, who) = (profile.sdkappid.value, profile.identifier.value.as_str());
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let sig = usersig::sign(&key, app, who, i64::try_from(now).unwrap(), 60, None).unwrap();
        let host = profile.endpoint.value.strip_prefix("http://").unwrap();
        let body = serde_json::json!({
            "Sdkappid": app, "Offset": 0, "Want": 1, "OrderBy": "createat", "Asc": true,
            "BeginTime": "2026-11-01 00:00:00", "EndTime": "2026-11-02 00:00:00",
        })
        .to_string();
        let request = format!(
            "POST /v4/timpush/list_sched_task?sdkappid={app}&identifier={who}&usersig={}&random=1&contenttype=json \
             HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            sig.expose(),
            body.len()
        );
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn the_sandbox_prints_its_address_first_and_a_profile_that_works() {
        let (mut out, mut err) = (Screen::default(), Screen::default());
        let (shown, said) = (out.clone(), err.clone());
        let (first_line, profile) = (shown.clone(), said.clone());
        let stop = async move {
            let out = first_line.text();
            let url = out.strip_prefix("listening on ").and_then(|rest| rest.strip_suffix('\n')).unwrap();
            assert!(url.starts_with("http://127.0.0.1:"), "{url}");
            assert!(profile.text().contains(url), "{}", profile.text());
            let answer = list(&profile.text()).await;
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"ErrorCode\":0"), "{answer}");
        };
        let console = Console {
            env: Env::default(),
            system_zone: None,
            stdout_is_terminal: false,
            input: &mut std::io::empty(),
            out: &mut out,
            err: &mut err,
            stop: Some(Box::pin(stop)),
        };
        let line =
            ["pushdeck", "sandbox", "--tasks", "3", "--seed", "7", "--sdkappid", "77", "--identifier", "ops"];
        assert_eq!(run(line.map(OsString::from), console).await, Exit::Done);
        assert_eq!(shown.text().lines().count(), 1);
        assert!(said.text().contains("sdkappid = 77\nidentifier = \"ops\"\n"), "{}", said.text());
    }

    #[tokio::test]
    async fn a_sandbox_with_a_given_key_prints_the_address_and_nothing_else() {
        let env = Env::of([("SANDBOX_KEY", "5up3rs3cr3t")]);
        let line = ["sandbox", "--tasks", "0", "--secret-key-env", "SANDBOX_KEY"];
        let (exit, out, err) = try_run(&line, env, false).await;
        assert_eq!((exit, err.as_str()), (Exit::Done, ""));
        assert!(out.starts_with("listening on http://127.0.0.1:") && out.lines().count() == 1, "{out}");
    }

    #[tokio::test]
    async fn the_help_of_the_sandbox_names_every_option_with_its_default() {
        let (exit, out, _) = try_run(&["sandbox", "--help"], Env::default(), false).await;
        assert_eq!(exit, Exit::Done);
        let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
        for arg in <crate::sandbox::Options as clap::CommandFactory>::command().get_arguments() {
            let default = arg.get_default_values()[0].to_str().unwrap();
            let meaning = format!("{} [default: {default}]", arg.get_help().unwrap());
            let flag = format!("--{}", arg.get_id().as_str().replace('_', "-"));
            assert!(words.contains(&flag) && words.contains(&meaning), "{flag}");
        }
        for flag in ["--listen", "--allow-remote", "--db", "--control", "--options", "docs/sandbox.md"] {
            assert!(words.contains(flag), "{flag}");
        }
    }

    #[tokio::test]
    async fn options_come_from_a_file_and_from_flags_and_their_faults_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("o.toml");
        let file = path.to_str().unwrap();
        let run = async |text: &str, flags: &[&str]| {
            std::fs::write(&path, text).unwrap();
            let env = Env::of([("SANDBOX_KEY", "5up3rs3cr3t"), ("SECOND_KEY", "an0th3r")]);
            let mut line =
                vec!["sandbox", "--tasks", "0", "--secret-key-env", "SANDBOX_KEY", "--options", file];
            line.extend(flags);
            let (exit, _, err) = try_run(&line, env, false).await;
            (exit, err)
        };
        let good = "[sandbox]\ntick_ms = 50\n[[sandbox.apps]]\nsdkappid = 2\nkey_env = \"SECOND_KEY\"\n";
        let flags = ["--known-accounts", "u1,u2", "--auth-lockout", "--request-id=false", "--control"];
        assert_eq!(run(good, &flags).await, (Exit::Done, String::new()));
        let (exit, err) = run("[sandbox]\ntick_m = 5\n", &[]).await;
        assert_eq!((exit, err.lines().count()), (Exit::Usage, 1));
        assert!(
            err.contains("o.toml:2:1: unknown key \"tick_m\"") && err.contains("mean \"tick_ms\"?"),
            "{err}"
        );
        let (exit, err) = run(good, &["--list-max-want", "0"]).await;
        assert!(exit == Exit::Usage && err.contains("0 is not in 1..=10000"), "{err}");
        let (exit, err) = run("[[sandbox.apps]]\nsdkappid = 2\nkey_env = \"NOT_SET\"\n", &[]).await;
        assert!(
            exit == Exit::Usage && err.contains(":3:11: \"key_env\": the environment variable NOT_SET"),
            "{err}"
        );
        let (exit, err) = run("[[sandbox.apps]]\nsdkappid = 1400000001\nkey = \"k\"\n", &[]).await;
        assert!(exit == Exit::Failed && err.contains("1400000001 is named twice"), "{err}");
        let (exit, _, err) = try_run(&["sandbox", "--options", "/nowhere.toml"], Env::default(), false).await;
        assert!(exit == Exit::Usage && err.contains("cannot read the options file /nowhere.toml"), "{err}");
    }

    #[tokio::test]
    async fn listening_for_other_machines_must_be_allowed_and_is_warned_of() {
        let env = || Env::of([("SANDBOX_KEY", "5up3rs3cr3t")]);
        let line = ["sandbox", "--tasks", "0", "--secret-key-env", "SANDBOX_KEY", "--listen", "0.0.0.0:0"];
        let (exit, out, err) = try_run(&line, env(), false).await;
        assert_eq!((exit, out.as_str()), (Exit::Usage, ""));
        assert!(err.contains("add --allow-remote"), "{err}");
        let allowed: Vec<&str> = line.into_iter().chain(["--allow-remote", "--control"]).collect();
        let (exit, out, err) = try_run(&allowed, env(), false).await;
        assert!(exit == Exit::Done && out.starts_with("listening on http://127.0.0.1:"), "{out}");
        let lines: Vec<&str> = err.lines().collect();
        assert!(lines[0].starts_with("warning: other machines can reach this sandbox at 0.0.0.0:"), "{err}");
        assert!(lines[1].contains("control interface, which asks for no key"), "{err}");
    }

    #[tokio::test]
    async fn a_port_that_is_taken_and_a_database_that_is_none_say_so() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let (exit, out, err) = try_run(&["sandbox", "--listen", &address], Env::default(), false).await;
        assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
        assert!(err.contains(&format!("cannot listen on {address}")), "{err}");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tasks.db");
        std::fs::write(&path, "no database ".repeat(100)).unwrap();
        let (exit, _, err) =
            try_run(&["sandbox", "--db", path.to_str().unwrap()], Env::default(), false).await;
        assert_eq!(exit, Exit::Failed);
        assert!(err.contains(path.to_str().unwrap()), "{err}");
    }

    #[test]
    fn a_made_key_never_reaches_a_debug_text() {
        let key = crate::sandbox::make_key(&mut rand::rng());
        assert_eq!(key.expose_secret().len(), 64);
        assert!(!format!("{:?}", Credential::Key(key.clone())).contains(key.expose_secret()));
    }
}
