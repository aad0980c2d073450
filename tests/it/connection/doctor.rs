//! `pushdeck doctor` against real sandboxes: what is wrong is found, named once, and what to do is said.

use std::os::unix::fs::PermissionsExt;

use chrono::{DateTime, TimeDelta};
use pushdeck::sandbox::{Clock, Options, VirtualClock};
use pushdeck::usersig;
use secrecy::SecretString;

use super::program::{APP, Home, KEY, sandbox, text};
use super::tls::{Behind, Tls, authority};

/// Everything that needs an answer of the service.
const BEYOND: [&str; 2] = ["access", "list"];

#[tokio::test(flavor = "multi_thread")]
async fn a_good_profile_fails_nowhere() {
    let running = sandbox(Options::default()).await;
    let home = Home::keyed(&running.base_url(), "");
    let found = home.doctor(&[]);
    assert_eq!((found.code, found.at("fail"), found.at("warn")), (0, vec![], vec![]), "{found:?}");
    assert_eq!(found.at("skip"), ["size"]);
    assert_eq!(found.line("tls"), "ok: not used: plain http to this machine");
    assert_eq!(found.line("access"), "ok: administrator may call for 1400000042 here");
    assert!(
        found.line("list").ends_with("tasks in its range from 7 days back to 23 days ahead"),
        "{found:?}"
    );
    assert_eq!(found.line("state"), format!("ok: {} can be written", home.state().display()));
    assert_eq!(found.line("private"), "ok: drafts and journal are yours alone");
    let left: Vec<_> =
        std::fs::read_dir(home.state()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let is_ours = |name: &str| name.starts_with("state.db") || name == "processes";
    assert!(left.iter().all(|name| is_ours(&name.to_string_lossy())), "{left:?}");
    // For people the same, line by line.
    let shown = home.run(&["doctor", "--profile", "acme"], &[], "");
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    assert!(shown.out.starts_with("ok    config     /"), "{}", shown.out);
    assert!(shown.out.ends_with("\n\n1 not tried\n"), "{}", shown.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_config_it_looks_at_the_embedded_sandbox() {
    let found = Home::with("").doctor(&[]);
    assert_eq!((found.code, found.at("fail")), (0, vec![]), "{found:?}");
    assert!(found.line("profile").contains("embedded sandbox"));
    assert!(found.line("list").starts_with("ok: the service counts 128 tasks"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_takes_only_short_ranges_is_no_failure() {
    let running = sandbox(Options { list_max_range_days: 7, ..Options::default() }).await;
    let found = Home::keyed(&running.base_url(), "").doctor(&[]);
    assert_eq!((found.code, found.at("fail")), (0, vec![]), "{found:?}");
    let words = "in its range of 7 days around the present; it refuses a range of 30 days";
    assert!(found.line("list").ends_with(words), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_named_with_its_code() {
    let running = sandbox(Options { auth_lockout: true, ..Options::default() }).await;
    let found = Home::keyed(&running.base_url(), "").doctor(&[("ACME_IM_KEY", &KEY.replace('0', "f"))]);
    assert_eq!((found.code, found.at("fail")), (1, vec!["access"]), "{found:?}");
    assert!(found.line("access").contains("(70009)"), "{found:?}");
    assert!(found.line("access").contains(" / Check the secret key of this SDKAppID"), "{found:?}");
    assert_eq!(found.line("list"), "skip: not tried: access failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_app_and_a_wrong_administrator_are_named() {
    let running = sandbox(Options::default()).await;
    let profile = |app: u64, who: &str| {
        Home::with(&format!(
            "[profiles.acme]\nenvironment = \"test\"\nendpoint = \"{}\"\nsdkappid = {app}\nidentifier = \"{who}\"\n\
             secret_key_env = \"ACME_IM_KEY\"\n",
            running.base_url()
        ))
    };
    for (home, code) in [(profile(7, "administrator"), "(70020)"), (profile(APP, "bela"), "(60010)")] {
        let found = home.doctor(&[]);
        assert_eq!((found.code, found.at("fail")), (1, vec!["access"]), "{found:?}");
        assert!(found.line("access").contains(code), "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_port_ends_the_way_at_tcp_and_the_rest_is_still_looked_at() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let found = Home::keyed(&format!("http://{address}"), "").doctor(&[]);
    assert_eq!((found.code, found.at("fail")), (1, vec!["tcp"]), "{found:?}");
    assert!(found.line("tcp").contains(&format!("({address}: Connection refused")), "{found:?}");
    assert!(found.line("tcp").contains(" / check the endpoint"), "{found:?}");
    for check in ["tls", "http", "clock"].iter().chain(&BEYOND) {
        assert_eq!(found.line(check), "skip: not tried: tcp failed");
    }
    assert!(found.line("journal").starts_with("ok"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_without_an_address_ends_the_way_at_dns() {
    // No resolver takes a label of more than 63 bytes, so none is asked.
    let endpoint = format!("https://{}.example", "x".repeat(64));
    let found = Home::keyed(&endpoint, "").doctor(&[]);
    assert_eq!((found.code, found.at("fail")), (1, vec!["dns"]), "{found:?}");
    assert!(found.line("dns").starts_with("fail: the service's host name has no address ("), "{found:?}");
    assert!(found.line("dns").contains(" / check region or endpoint"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skewed_clock_is_warned_of_and_does_not_fail() {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let now = DateTime::from_timestamp(i64::try_from(now).unwrap(), 0).unwrap();
    let clock = Clock::Virtual(VirtualClock::new(now + TimeDelta::hours(3)));
    let running = sandbox(Options { clock, ..Options::default() }).await;
    let found = Home::keyed(&running.base_url(), "").doctor(&[]);
    assert_eq!((found.code, found.at("warn")), (0, vec!["clock"]), "{found:?}");
    assert!(
        found.line("clock").contains("h behind the service / set it")
            || found.line("clock").contains("m behind the service / set it"),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_an_unknown_authority_fails_until_the_ca_file_names_it() {
    let running = sandbox(Options::default()).await;
    let tls = Tls::start("server", Behind::Server(running.addr)).await;
    let bare =
        Home::keyed(&tls.url(), "").doctor(&[("SSL_CERT_FILE", text(&super::tls::file("expired.pem")))]);
    assert_eq!((bare.code, bare.at("fail")), (1, vec!["tls"]), "{bare:?}");
    assert!(
        bare.line("tls").starts_with("fail: the service's certificate is not trusted here ("),
        "{bare:?}"
    );
    assert!(bare.line("tls").contains("ca_file"), "{bare:?}");
    assert_eq!(bare.line("list"), "skip: not tried: tls failed");

    let home = Home::keyed(&tls.url(), "ca_file = \"ca.pem\"");
    let pem = std::fs::read_to_string(authority()).unwrap();
    let ca_file = home.write("config/pushdeck/ca.pem", &pem, 0o644);
    let good = home.doctor(&[]);
    assert_eq!((good.code, good.at("fail")), (0, vec![]), "{good:?}");
    let words = format!("ok: the certificate of localhost is good, with the ca_file {}", ca_file.display());
    assert_eq!(good.line("tls"), words);
    assert!(good.line("access").starts_with("ok"), "{good:?}");

    home.write("config/pushdeck/ca.pem", "no certificate", 0o644);
    let broken = home.doctor(&[]);
    assert_eq!((broken.code, broken.at("fail")), (1, vec!["tls"]), "{broken:?}");
    let start = format!("fail: ca_file {} holds no certificate / it must be PEM", ca_file.display());
    assert!(broken.line("tls").starts_with(&start), "{broken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_faults_of_a_certificate_and_a_machine_without_authorities_are_told_apart() {
    let elsewhere = Tls::start("elsewhere", Behind::EmptyList).await;
    let expired = Tls::start("expired", Behind::EmptyList).await;
    let ca_file = format!("ca_file = \"{}\"", text(&authority()));
    for (tls, words) in [
        (&elsewhere, "is for another name (asked for localhost, it is for elsewhere.test)"),
        (&expired, "is not valid today (it expired at 2021-01-01 00:00:00 UTC)"),
    ] {
        let found = Home::keyed(&tls.url(), &ca_file).doctor(&[]);
        assert_eq!(found.at("fail"), ["tls"], "{found:?}");
        assert!(found.line("tls").contains(words), "{found:?}");
    }
    let none = [("SSL_CERT_FILE", "/nowhere/ca.pem"), ("SSL_CERT_DIR", "/nowhere")];
    let found = Home::keyed(&expired.url(), "").doctor(&none);
    assert_eq!(found.at("fail"), ["tls"], "{found:?}");
    assert!(found.line("tls").starts_with("fail: this machine has no CA store"), "{found:?}");
    assert!(found.line("tls").contains(" / install one, such as the package ca-certificates"), "{found:?}");
    // With authorities of its own none of the system's is needed.
    let server = Tls::start("server", Behind::EmptyList).await;
    let found = Home::keyed(&server.url(), &ca_file).doctor(&none);
    assert!(found.line("tls").starts_with("ok"), "{found:?}");
    assert!(found.line("http").starts_with("ok: HTTP/2.0, status 200"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_that_others_can_read_comes_with_the_command_to_type() {
    let running = sandbox(Options::default()).await;
    let home = Home::of(&running.base_url(), "secret_key_file = \"acme.key\"");
    let key = home.write("config/pushdeck/acme.key", KEY, 0o644);
    let found = home.doctor(&[]);
    assert_eq!((found.code, found.at("fail")), (1, vec!["secret"]), "{found:?}");
    assert!(found.line("secret").contains("is open to other users (mode 644) / chmod 600 "), "{found:?}");
    // The way is looked at all the same.
    assert!(found.line("http").starts_with("ok"), "{found:?}");
    for check in ["signature"].iter().chain(&BEYOND) {
        assert_eq!(found.line(check), "skip: not tried: secret failed");
    }
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(home.doctor(&[]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_signature_is_looked_at_before_it_is_used() {
    let running = sandbox(Options::default()).await;
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let given = |app, made, lifetime| {
        let sig =
            usersig::sign(&SecretString::from(KEY), app, "administrator", made, lifetime, None).unwrap();
        Home::of(&running.base_url(), &format!("usersig = \"{}\"", sig.expose())).doctor(&[])
    };
    let soon = given(APP, now, 1_800);
    assert_eq!((soon.code, soon.at("warn")), (0, vec!["signature"]), "{soon:?}");
    assert!(soon.line("signature").contains("put a new usersig into the profile"), "{soon:?}");
    for (found, words) in
        [(given(7, now, 1_800), "was made for SDKAppID 7"), (given(APP, now - 100, 60), "expired at 20")]
    {
        assert_eq!((found.code, found.at("fail")), (1, vec!["signature"]), "{found:?}");
        assert!(found.line("signature").contains(words), "{found:?}");
        assert_eq!(found.line("list"), "skip: not tried: signature failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_the_config_is_a_line_and_this_machine_is_looked_at_all_the_same() {
    let found = Home::with("[profiles.acme]\nregion = \"singapur\"\n").doctor(&[]);
    assert_eq!(found.code, 1);
    assert_eq!(found.at("fail").len(), 5, "{found:?}");
    assert_eq!(found.line("list"), "skip: not tried: config failed");
    assert!(found.line("state").starts_with("ok"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_directory_or_journal_that_cannot_be_used_fails() {
    let running = sandbox(Options::default()).await;
    let home = Home::keyed(&running.base_url(), "");
    let found = home.doctor(&[("XDG_STATE_HOME", "/proc/nowhere")]);
    assert_eq!((found.code, found.at("fail")), (1, vec!["state"]), "{found:?}");
    assert!(found.line("state").contains("XDG_STATE_HOME"), "{found:?}");
    home.write("state/pushdeck/state.db", &"no database ".repeat(1000), 0o600);
    let found = home.doctor(&[]);
    assert_eq!((found.code, found.at("fail")), (1, vec!["journal"]), "{found:?}");
    assert!(found.line("journal").contains("it was left as it is"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_journal_that_others_could_read_are_closed_and_said_once() {
    let running = sandbox(Options::default()).await;
    let home = Home::keyed(&running.base_url(), "");
    assert!(home.doctor(&[]).line("private").starts_with("ok"));
    let set = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&home.state(), 0o755);
    set(&home.state().join("state.db"), 0o644);
    let found = home.doctor(&[]);
    assert_eq!((found.code, found.at("warn")), (0, vec!["private"]), "{found:?}");
    assert!(found.line("private").contains("was open to other users (mode 755)"), "{found:?}");
    for (path, mode) in [(home.state(), 0o700), (home.state().join("state.db"), 0o600)] {
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            mode,
            "{}",
            path.display()
        );
    }
    assert!(home.doctor(&[]).line("private").starts_with("ok"));
}

/// `Home` itself sees to it that the key is nowhere in what was said.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_wrong_line_of_the_config_is_shown_by_no_command() {
    let good = "environment = \"test\"\nregion = \"singapore\"\nsdkappid = 7\nidentifier = \"ops\"\n\
                secret_key_env = \"ACME_IM_KEY\"\n";
    let mut configs: Vec<String> =
        ["environment", "region", "identifier", "secret_key_env", "timezone", "from_account"]
            .map(|name| {
                let others: Vec<&str> = good.lines().filter(|line| !line.starts_with(name)).collect();
                let others = others.join("\n");
                format!("[profiles.acme]\n{others}\n{name} = \"{KEY}\"\n")
            })
            .to_vec();
    for name in ["secret_key_file", "ca_file"] {
        for path in [KEY.to_owned(), format!("/nowhere/{KEY}"), format!("~/{KEY}")] {
            let kept = if name == "ca_file" { good } else { good.split("secret").next().unwrap() };
            configs.push(format!("[profiles.acme]\n{kept}{name} = \"{path}\"\n"));
        }
    }
    configs.push(format!("[profiles.{KEY}]\n{good}"));
    configs.push(format!("default_profile = \"{KEY}\"\n[profiles.acme]\n{good}"));
    configs.push(format!(
        "[profiles.acme]\n{}",
        good.replace("region = \"singapore\"", &format!("endpoint = \"https://{KEY}\""))
    ));
    for config in configs {
        let home = Home::with(&config);
        // No answer is waited for: nothing listens at the proxy.
        let env = [("HTTPS_PROXY", "http://127.0.0.1:1")];
        let found = home.run(&["doctor"], &env, "");
        assert!(found.out.starts_with("ok    config") || found.code == 1, "{}", found.out);
        home.run(&["usersig"], &env, "");
        home.run(&["doctor", "--json", "--profile", KEY], &env, "");
    }
    home_is_refused_too();
}

/// The same on the command line.
fn home_is_refused_too() {
    let home = Home::with("");
    for args in [&["doctor", KEY][..], &[KEY], &["--config", KEY, "doctor"], &["usersig", "--expire", KEY]] {
        let ended = home.run(args, &[], "");
        assert_ne!(ended.code, 0, "{ended:?}");
        assert!(format!("{}{}", ended.out, ended.err).contains("looks like a key, not shown"), "{ended:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn no_command_leaves_a_core_file_behind_whatever_the_shell_allows() {
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    // The shell of whoever debugs something else in the same window.
    let start = "ulimit -c unlimited 2>/dev/null || ulimit -c hard; exec \"$0\" sandbox --tasks 0";
    let mut child = Command::new("sh")
        .args(["-c", start, env!("CARGO_BIN_EXE_pushdeck")])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on"), "{line}");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert!(status.signal().is_some() && !status.core_dumped(), "{status:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
