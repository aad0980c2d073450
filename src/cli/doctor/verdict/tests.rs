//! Each finding against its line: level, what was found, what to do.

use super::*;
use crate::config::{self, Env, Flags, resolve_secret};
use crate::domain::wire::time_in;
use crate::store::Opened;

fn now() -> DateTime<Utc> {
    time_in("2026-11-21 06:00:00").unwrap()
}

fn base(url: &str) -> Url {
    Url::parse(url).unwrap()
}

fn not_sent(reason: NotSent) -> Failure {
    Failure::NotSent { reason, detail: "why".to_owned() }
}

fn refused(code: i64) -> Failure {
    Failure::Refused { code, info: String::new(), invalid_accounts: Vec::new() }
}

fn hello(status: u16) -> Hello {
    Hello { version: "HTTP/2.0".to_owned(), status, skew: None, took: Duration::from_millis(35) }
}

/// Level, finding and advice in one text.
fn shown(line: &CheckLine) -> String {
    let next = line.next.as_ref().map(|next| format!(" / {next}")).unwrap_or_default();
    format!("{} {}: {}{next}", line.level.name(), line.check.name(), line.what)
}

fn http_proxy() -> Proxy {
    Proxy { scheme: "http".to_owned(), host: "proxy.corp".to_owned(), port: 3128 }
}

/// Settings read from a real file.
fn loaded(text: &str) -> Result<Settings, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c.toml");
    std::fs::write(&path, text).unwrap();
    let flags = Flags { config: Some(path), ..Flags::default() };
    config::load(&flags, &Env::default(), None)
}

const GOOD: &str = "[profiles.acme]\nenvironment = \"prod\"\nregion = \"singapore\"\nsdkappid = 1400000001\n\
                    identifier = \"administrator\"\nsecret_key_env = \"ACME_IM_KEY\"\n";

#[test]
fn every_fault_of_the_config_is_a_line_with_its_place_and_what_to_write() {
    let faulty = loaded(&GOOD.replace("singapore", "singapur").replace("1400000001", "0"));
    let lines: Vec<String> = config(faulty.as_ref()).iter().map(shown).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("fail config: /"), "{lines:?}");
    assert!(
        lines[0].contains("c.toml:3:10: \"region\" cannot be \"singapur\" / did you mean \"singapore\"?")
    );
    assert!(lines[1].contains("\"sdkappid\" is 0 / it must be 1 or more"), "{lines:?}");
}

#[test]
fn good_settings_name_file_app_administrator_and_place() {
    let settings = loaded(GOOD).unwrap();
    let line = shown(&config(Ok(&settings))[0]);
    assert!(line.starts_with("ok config: /") && line.ends_with("(named by --config on the command line)"));
    assert_eq!(
        shown(&profile(&settings)),
        "ok profile: acme (prod): administrator for SDKAppID 1400000001 at https://adminapisgp.im.qcloud.com"
    );
}

#[test]
fn a_secret_that_cannot_be_read_says_what_to_type() {
    let settings = loaded(GOOD).unwrap();
    let acme = settings.profile.as_ref().unwrap();
    let missing = resolve_secret(acme, &Env::default());
    let line = shown(&secret(acme, missing.as_ref()));
    assert!(
        line.starts_with("fail secret: ") && line.contains("ACME_IM_KEY is not set / set it to"),
        "{line}"
    );
    let there = resolve_secret(acme, &Env::of([("ACME_IM_KEY", "5up3r")]));
    assert_eq!(shown(&secret(acme, there.as_ref())), "ok secret: secret_key_env: read");
}

#[test]
fn a_given_signature_is_warned_of_in_its_last_hour_and_refused_after_it() {
    let line = |hours, given| {
        let signed = Signed { until: now() + TimeDelta::hours(hours), given };
        shown(&signature(Ok(&signed), "ops", 7, now()))
    };
    assert_eq!(
        line(48, false),
        "ok signature: made here for ops and 7, renewed ahead of 2026-11-23 06:00:00 UTC"
    );
    assert_eq!(
        line(2, true),
        "ok signature: given, for ops and 7, ends in 2h 00m, at 2026-11-21 08:00:00 UTC"
    );
    assert!(line(1, true).starts_with("warn signature: given, for ops and 7, ends in 1h 00m / put a new"));
    let past = Failure::Local { detail: "it expired; put in a new one".to_owned() };
    assert_eq!(
        shown(&signature(Err(&past), "ops", 7, now())),
        "fail signature: it expired / put in a new one"
    );
}

#[test]
fn a_proxy_is_named_and_one_that_is_not_spoken_to_fails() {
    let at = base("https://im.example");
    assert_eq!(shown(&proxy(None, false, &at)), "ok proxy: none");
    assert_eq!(shown(&proxy(None, true, &at)), "ok proxy: the one that is set is not for im.example");
    assert!(
        shown(&proxy(Some(&http_proxy()), true, &at))
            .starts_with("ok proxy: calls go through proxy.corp:3128")
    );
    let socks = Proxy { scheme: "socks5".to_owned(), ..http_proxy() };
    let line = shown(&proxy(Some(&socks), true, &at));
    assert!(line.starts_with("fail proxy: ") && line.contains("NO_PROXY=im.example"), "{line}");
}

#[test]
fn names_and_connections_are_those_of_the_proxy_where_there_is_one() {
    let one: SocketAddr = "10.1.2.3:443".parse().unwrap();
    let twice = [one, one];
    assert_eq!(shown(&dns("im.example", Ok(&twice), None)), "ok dns: im.example has 10.1.2.3");
    assert_eq!(shown(&dns("10.1.2.3", Ok(&twice), None)), "ok dns: 10.1.2.3 is an address already");
    let proxy = http_proxy();
    assert!(shown(&dns("proxy.corp", Ok(&twice), Some(&proxy))).contains("the proxy proxy.corp has"));
    let line = shown(&dns("im.example", Err(&not_sent(NotSent::Dns)), None));
    assert!(
        line.starts_with("fail dns: the service's host name has no address (why) / check region"),
        "{line}"
    );
    let line = shown(&dns("proxy.corp", Err(&not_sent(NotSent::Dns)), Some(&proxy)));
    assert!(line.starts_with("fail dns: the proxy cannot be reached (proxy.corp:3128: why)"), "{line}");
    let line = shown(&tcp(Err(&not_sent(NotSent::Refused)), None));
    assert!(line.starts_with("fail tcp: nobody answers at the service's address (why) / check the endpoint"));
    let line = shown(&tcp(Err(&not_sent(NotSent::ConnectTimeout)), None));
    assert!(line.starts_with("fail tcp: no connection to the service in time"), "{line}");
    assert_eq!(
        shown(&tcp(Ok(&(one, Duration::from_millis(7))), None)),
        "ok tcp: 10.1.2.3:443 answers in 7 ms"
    );
}

#[test]
fn without_tls_it_is_said_and_to_another_machine_warned_of() {
    let local = shown(&tls(&base("http://127.0.0.1:8080"), Ok(&hello(200)), None));
    assert_eq!(local, "ok tls: not used: plain http to this machine");
    let other = shown(&tls(&base("http://10.0.0.5"), Ok(&hello(200)), None));
    assert!(other.starts_with("warn tls: not used: plain http to another machine"), "{other}");
}

#[test]
fn a_certificate_is_judged_by_what_stopped_the_question() {
    let at = base("https://im.example");
    let of = |failure: &Failure| shown(&tls(&at, Err(failure), None));
    for (reason, next) in [
        (NotSent::Untrusted, "ca_file"),
        (NotSent::WrongName, "check the host in the endpoint"),
        (NotSent::OutOfDate, "check this machine's clock"),
        (NotSent::Tls, "speaks https"),
    ] {
        let line = of(&not_sent(reason));
        assert!(line.starts_with("fail tls: ") && line.contains(next), "{line}");
        assert_eq!(shown(&http(Err(&not_sent(reason)))), "skip http: not tried: tls failed");
    }
    let no_store = Failure::Local { detail: "no CA store; install one".to_owned() };
    assert_eq!(of(&no_store), "fail tls: no CA store / install one");
    assert_eq!(of(&not_sent(NotSent::ProxyLogin)), "skip tls: not tried: there was no connection");
    assert!(shown(&http(Err(&not_sent(NotSent::ProxyLogin)))).contains("USER:PASSWORD@HOST"));
    let late = Failure::TimedOut { after: Duration::from_secs(10) };
    assert_eq!(of(&late), "ok tls: the certificate of im.example is good");
    let by = shown(&tls(&at, Ok(&hello(200)), Some(Path::new("/etc/ca.pem"))));
    assert_eq!(by, "ok tls: the certificate of im.example is good, with the ca_file /etc/ca.pem");
}

#[test]
fn any_status_but_200_is_not_the_services() {
    assert_eq!(shown(&http(Ok(&hello(200)))), "ok http: HTTP/2.0, status 200 after 35 ms");
    assert!(shown(&http(Ok(&hello(502)))).starts_with("warn http: HTTP/2.0, status 502"));
    assert!(shown(&http(Ok(&hello(307)))).starts_with("fail http: HTTP/2.0, status 307"));
    let login = shown(&http(Ok(&hello(407))));
    assert!(login.starts_with("fail http: ") && login.contains("USER:PASSWORD@HOST"), "{login}");
}

#[test]
fn a_skew_over_two_seconds_is_warned_of_with_its_direction() {
    assert!(shown(&clock(Some(TimeDelta::seconds(-2)))).starts_with("ok clock: "));
    let line = shown(&clock(Some(TimeDelta::seconds(3_725))));
    assert!(line.starts_with("warn clock: this machine is 1h 02m behind the service / set it"), "{line}");
    assert!(shown(&clock(Some(TimeDelta::seconds(-3)))).contains("3s ahead of the service"));
    assert!(shown(&clock(None)).starts_with("warn clock: the answer has no Date header"));
}

#[test]
fn a_refusal_is_about_who_we_are_or_about_the_call() {
    let ok = listed(Ok(&ListFindings { total: 128, days: None }), "ops", 7).map(|line| shown(&line));
    assert_eq!(
        ok,
        [
            "ok access: ops may call for 7 here",
            "ok list: the service counts 128 tasks in its range from 7 days back to 23 days ahead"
        ]
    );
    for (code, words) in [
        (60010, "App administrator"),
        (70050, "wait at least one minute"),
        (70009, "secret key"),
        (70016, "Is this app in that region?"),
        (60026, "Is this app in that region?"),
        (70020, "SDKAppID"),
    ] {
        let [access, list] = listed(Err(&refused(code)), "ops", 7).map(|line| shown(&line));
        assert!(access.starts_with("fail access: ") && access.contains(words), "{access}");
        assert!(access.contains(&format!("({code})")), "{access}");
        assert_eq!(list, "skip list: not tried: access failed");
    }
    let [access, list] = listed(Err(&refused(90105)), "ops", 7).map(|line| shown(&line));
    assert_eq!(access, "skip access: not known: the list call failed");
    assert!(list.starts_with("fail list: "), "{list}");
}

#[test]
fn a_place_where_nothing_can_be_kept_fails_and_open_writes_are_told() {
    assert!(shown(&state(None)).starts_with("warn state: there is no home directory"));
    let place = |result| Some((PathBuf::from("/state"), result));
    assert_eq!(shown(&state(place(Ok(Vec::new())).as_ref())), "ok state: /state can be written");
    assert_eq!(
        shown(&private(place(Ok(Vec::new())).as_ref())),
        "ok private: drafts and journal are yours alone"
    );
    let opened = |mode, trouble| Opened { path: "/state/x".into(), mode, trouble };
    let closed = private(place(Ok(vec![opened(0o755, None), opened(0o644, None)])).as_ref());
    assert_eq!(
        shown(&closed),
        "warn private: /state/x was open to other users (mode 755) and is yours alone now, and 1 more / nothing is left \
         to do; others may have read the texts of pushes in it"
    );
    let stays = private(place(Ok(vec![opened(0o755, None), opened(0o640, Some("no".to_owned()))])).as_ref());
    assert!(shown(&stays).contains("(mode 640) and cannot be closed: no, and 1 more / make it yours: chown"));
    assert_eq!(shown(&private(place(Err(String::new())).as_ref())), "skip private: not tried: state failed");
    let full = state(place(Err("disk full".to_owned())).as_ref());
    assert!(shown(&full).starts_with("fail state: nothing can be kept in /state: disk full / make it yours"));
    assert_eq!(shown(&journal(Ok(0))), "ok journal: can be read; no write is open");
    assert!(shown(&journal(Ok(2))).starts_with("warn journal: 2 writes are of unknown outcome / open the"));
    assert!(shown(&journal(Err("damaged".to_owned()))).starts_with("fail journal: damaged / move the file"));
}

#[test]
fn a_terminal_is_judged_by_its_name_colours_locale_and_size() {
    let of = |pairs: &[(&str, &str)], size| {
        let env = Env::of(pairs.iter().copied());
        terminal(&|name| env.text(name), size).map(|line| shown(&line)).to_vec()
    };
    let good = of(&[("TERM", "xterm-256color"), ("LANG", "de_DE.UTF-8")], Some((120, 40)));
    assert_eq!(
        good,
        [
            "ok terminal: TERM is xterm-256color",
            "ok colour: 256",
            "ok locale: LANG is de_DE.UTF-8",
            "ok size: 120 columns, 40 rows",
        ]
    );
    let poor = of(&[("TERM", "dumb"), ("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")], Some((29, 40)));
    assert!(poor[0].starts_with("warn terminal: TERM is dumb"), "{poor:?}");
    assert!(poor[1].starts_with("ok colour: none, as NO_COLOR or TERM says"), "{poor:?}");
    assert!(poor[2].starts_with("warn locale: LC_ALL is C, which is not UTF-8"), "{poor:?}");
    assert!(poor[3].starts_with("warn size: 29 columns, 40 rows: too small"), "{poor:?}");
    let bare = of(&[], None);
    assert!(bare[0].starts_with("warn terminal: TERM is not set / export TERM"), "{bare:?}");
    assert!(bare[2].starts_with("warn locale: no locale is set"), "{bare:?}");
    assert_eq!(bare[3], "skip size: standard output is not a terminal here");
    assert!(of(&[], Some((40, 12)))[3].starts_with("ok size: 40 columns"));
}

#[test]
fn what_came_from_outside_cannot_draw_on_the_terminal() {
    let odd = Failure::Refused { code: 1, info: "\u{1b}[2J".to_owned(), invalid_accounts: Vec::new() };
    let line = shown(&listed(Err(&odd), "ops", 7)[1]);
    assert!(!line.contains('\u{1b}'), "{line:?}");
    let line = CheckLine::ok(Check::Locale, "\u{1b}[2J");
    assert!(!line.what.contains('\u{1b}'));
}
