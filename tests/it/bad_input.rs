//! Bad input: each gets a clear message that says what to do; nothing panics, and the terminal is
//! always given back.

use std::process::{Command, Output, Stdio};

use pushdeck::sandbox::Options;

use crate::live::soon;
use crate::service::{KEY, Network, SDKAPPID, Service};
use crate::terminal::{CTRL_C, Start};

const PROFILE: &str = r#"default_profile = "acme"

[profiles.acme]
environment = "test"
region = "singapore"
sdkappid = 1400000042
identifier = "administrator"
secret_key_env = "ACME_IM_KEY"
"#;

/// Starts with a config that it must refuse, and gives what it said.
fn refused(config: &str, env: &[(&str, &str)]) -> String {
    let mut start = Start::new(&[]).config(config);
    for (name, value) in env {
        start = start.env(name, value);
    }
    let mut terminal = start.open();
    assert_eq!(terminal.end(), 2);
    terminal.assert_restored();
    terminal.screen()
}

#[test]
fn a_wrong_config_is_named_by_file_line_and_nearest_key() {
    let said = refused(&PROFILE.replace("region =", "regoin ="), &[]);
    assert!(said.contains("config.toml:5") && said.contains("region"), "{said}");
    let said = refused(&PROFILE.replace("\"singapore\"", "\"singapur\""), &[]);
    assert!(said.contains("config.toml:5") && said.contains("singapore"), "{said}");
    let said = refused(&PROFILE.replace("1400000042", "\"1400000042\""), &[]);
    assert!(said.contains("config.toml:6") && said.contains("sdkappid"), "{said}");
    let said = refused(&format!("{PROFILE}timezone = \"Asia/Shanghay\"\n"), &[]);
    assert!(said.contains("config.toml:9") && said.contains("Asia/Shanghai"), "{said}");
    let said = refused(&format!("{PROFILE}timezone = \"CST\"\n"), &[]);
    assert!(said.contains("Asia/Shanghai\" or \"America/Chicago"), "{said}");
    // Whatever the wrong value is, a key is not repeated: the terminal itself looks for it.
    let said = refused(&PROFILE.replace("\"singapore\"", &format!("\"{KEY}\"")), &[]);
    assert!(said.contains("looks like a key, not shown"), "{said}");
}

#[test]
fn a_secret_that_cannot_be_read_is_said_before_anything_opens() {
    let said = refused(PROFILE, &[]);
    assert!(said.contains("ACME_IM_KEY"), "{said}");
}

#[test]
fn a_key_file_that_cannot_be_read_is_said_on_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (path, words) in [("/nowhere/key", "/nowhere/key"), (pipe.to_str().unwrap(), "is a named pipe")] {
        let line = format!("secret_key_file = \"{path}\"");
        let config = PROFILE.replace("secret_key_env = \"ACME_IM_KEY\"", &line);
        let mut terminal = Start::new(&[]).size(200, 30).config(&config).open();
        let screen = terminal.see(words);
        assert!(screen.contains("STOPPED"), "{screen}");
        terminal.keys("q");
        assert_eq!(terminal.end(), 0);
    }
}

#[test]
fn a_bad_endpoint_says_what_to_write() {
    for endpoint in ["example.com", "ftp://example.com", "http://example.com", "https://example.com/v4?x=1"] {
        let config = PROFILE.replace("region = \"singapore\"", &format!("endpoint = \"{endpoint}\""));
        let said = refused(&config, &[("ACME_IM_KEY", KEY)]);
        assert!(said.contains("endpoint") && said.contains("http"), "{endpoint}: {said}");
        assert!(!said.contains(KEY));
    }
}

#[test]
fn a_wrong_key_is_said_in_words_and_the_dashboard_stays() {
    let service = Service::start(Options::default(), None);
    let wrong = KEY.replace('0', "f");
    let mut terminal = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", &wrong).open();
    let screen = terminal.see("70009");
    assert!(screen.contains("AUTH"), "{screen}");
    terminal.keys("?");
    terminal.see("┌ Help");
    terminal.keys("qq");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn a_signature_of_another_app_or_one_that_is_none_is_refused_before_the_first_call() {
    let service = Service::start(Options::default(), None);
    let other_app = signature(7, 36_000);
    let past = signature(SDKAPPID, -60);
    for (sig, words) in [
        ("bm8gc2ln", "70003"),
        (other_app.as_str(), "was made for SDKAppID 7"),
        (past.as_str(), "expired at"),
    ] {
        let mut terminal = with_signature(&service, sig);
        let code = terminal.end();
        let said = terminal.screen();
        assert_ne!(code, 0, "{said}");
        assert!(said.contains("the UserSig in the configuration") && said.contains(words), "{said}");
        assert!(!said.contains(sig), "{said}");
        terminal.assert_restored();
    }
}

#[test]
fn a_given_signature_that_ends_within_the_hour_is_said_at_the_start() {
    let service = Service::start(Options::default(), None);
    let mut terminal = with_signature(&service, &signature(SDKAPPID, 3_000));
    terminal.see("the UserSig of the config ends in");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

/// A signature that was made elsewhere and ends in so many seconds.
fn signature(app: u64, ends_in: i64) -> String {
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let key = secrecy::SecretString::from(KEY);
    let lifetime = 100_000;
    let made = now + ends_in - 100_000;
    pushdeck::usersig::sign(&key, app, "administrator", made, lifetime, None).unwrap().expose().to_owned()
}

/// The dashboard on a profile with this signature in the place of a key.
fn with_signature(service: &Service, sig: &str) -> crate::terminal::Terminal {
    let line = format!("usersig = \"{sig}\"");
    let config = service.config("test").replace("secret_key_env = \"ACME_IM_KEY\"", &line);
    Start::new(&[]).config(&config).private_config().open()
}

#[test]
fn an_unreachable_host_is_said_and_tried_again() {
    let config = PROFILE.replace("region = \"singapore\"", "endpoint = \"http://127.0.0.1:1\"");
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.see("OFFLINE");
    terminal.see("nobody answers");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn an_answer_that_is_no_json_is_said() {
    let page = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = page.local_addr().unwrap();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for mut stream in page.incoming().flatten() {
            let mut request = [0; 4096];
            // Whatever was asked, a proxy's page is the answer.
            let _ = stream.read(&mut request);
            let body = "<html><body>Welcome to the \x1b[31mhotel\x1b[0m</body></html>";
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let config = PROFILE.replace("region = \"singapore\"", &format!("endpoint = \"http://{address}\""));
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.see("OFFLINE");
    terminal.see("not the service's JSON");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn every_size_down_to_one_cell_is_survived() {
    let mut terminal = Start::new(&["--sandbox"]).size(20, 5).open();
    terminal.see("30x8");
    for (columns, rows) in [(1, 1), (2, 2), (80, 2), (3, 50), (30, 8), (29, 8), (200, 60), (80, 24)] {
        terminal.resize(columns, rows);
    }
    terminal.see("PEND");
    terminal.keys("n");
    terminal.resize(1, 1);
    terminal.resize(40, 12);
    terminal.see("Type");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

fn without_terminal(args: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_pushdeck"))
        .args(args)
        .env_clear()
        .env("HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn standard_output_that_is_no_terminal_is_refused_in_words() {
    let output = without_terminal(&["--sandbox"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("not a terminal"), "{said}");
}

#[test]
fn unknown_arguments_are_refused_with_the_nearest_one() {
    let output = without_terminal(&["--sandbix"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--sandbox"));
}

#[test]
fn titles_with_controls_emoji_direction_marks_and_wide_characters_cannot_harm_the_screen() {
    let service = Service::start(Options::default(), None);
    for title in [
        "clear \u{1b}[2J\u{1b}[H",
        "right \u{202e}to left مرحبا",
        "股票早报 今日",
        "flag 🇸🇬 👨‍👩‍👧‍👦 sale",
        "bell \u{7} tab\t nul \u{0}",
    ] {
        service.add(title, &soon(86_400));
    }
    let config = service.config("test");
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.see("股票早报");
    let screen = terminal.see("clear");
    assert!(screen.contains("right") && screen.contains("bell"), "{screen}");
    assert!(screen.contains(" TEST  acme"), "the header was wiped: {screen}");
    assert!(screen.contains(&SDKAPPID.to_string()));
    for _ in 0..5 {
        terminal.keys("\rj");
    }
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
    service.network(Network::Cut);
}
