//! The system's proxy settings, as the real binary meets them in its environment.

use pushdeck::sandbox::Options;

use super::program::{Home, sandbox, text};
use super::proxy::{Manner, Proxy};
use super::tls::{Behind, Tls, authority};

/// A name that no resolver knows, and that the tests' certificate is for: only the proxy gets there.
const ENDPOINT: &str = "https://push.test";

fn home() -> Home {
    Home::keyed(ENDPOINT, &format!("ca_file = \"{}\"", text(&authority())))
}

#[tokio::test(flavor = "multi_thread")]
async fn https_proxy_carries_every_call_and_is_shown_without_its_password() {
    let running = sandbox(Options::default()).await;
    let tls = Tls::start("server", Behind::Server(running.addr)).await;
    let proxy = Proxy::start(Manner::Guarded(tls.address)).await;
    let found = home().doctor(&[("HTTPS_PROXY", &format!("http://op:5up3r@{}", proxy.address))]);
    assert_eq!((found.code, found.at("fail")), (0, vec![]), "{found:?}");
    assert_eq!(found.line("proxy"), format!("ok: calls go through {}, as the system says", proxy.address));
    assert!(found.line("tls").starts_with("ok: the certificate of push.test is good"), "{found:?}");
    assert!(found.line("access").starts_with("ok"), "{found:?}");
    assert!(!format!("{found:?}").contains("5up3r"));
    let asked = proxy.asked();
    assert!(
        asked.len() >= 2 && asked.iter().all(|line| line == "CONNECT push.test:443 HTTP/1.1"),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_wants_a_login_or_refuses_is_said_so() {
    let nowhere = "127.0.0.1:1".parse().unwrap();
    for (manner, words) in [
        (Manner::Guarded(nowhere), "the proxy wants a user name and a password ("),
        (Manner::Refuse, "the proxy did not pass the call on ("),
    ] {
        let proxy = Proxy::start(manner).await;
        let found = home().doctor(&[("HTTPS_PROXY", &format!("http://{}", proxy.address))]);
        assert_eq!((found.code, found.at("fail")), (1, vec!["http"]), "{found:?}");
        assert!(found.line("http").contains(words), "{found:?}");
        assert!(found.line("http").contains(&proxy.address.to_string()), "{found:?}");
        assert!(found.line("http").contains("NO_PROXY"), "{found:?}");
        assert_eq!(found.line("tls"), "skip: not tried: there was no connection");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_not_there_is_not_taken_for_the_service() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let found = home().doctor(&[("ALL_PROXY", &address)]);
    assert_eq!((found.code, found.at("fail")), (1, vec!["tcp"]), "{found:?}");
    let start = format!("fail: the proxy cannot be reached ({address}: ");
    assert!(found.line("tcp").starts_with(&start), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_and_this_machine_go_around_it() {
    let proxy = Proxy::start(Manner::Refuse).await;
    let through = format!("http://{}", proxy.address);
    // Around the proxy there is no such name, however long the label is.
    let endpoint = format!("https://{}.test", "x".repeat(64));
    let around = Home::keyed(&endpoint, "").doctor(&[("HTTPS_PROXY", &through), ("NO_PROXY", ".test")]);
    assert_eq!(around.at("fail"), ["dns"], "{around:?}");
    assert!(around.line("proxy").starts_with("ok: the one that is set is not for xxx"), "{around:?}");

    let running = sandbox(Options::default()).await;
    let every = [("HTTPS_PROXY", &*through), ("HTTP_PROXY", &*through), ("ALL_PROXY", &*through)];
    let local = Home::keyed(&running.base_url(), "").doctor(&every);
    assert_eq!(local.code, 0, "{local:?}");
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_to_another_machine_takes_the_proxy_too_and_is_warned_of() {
    let proxy = Proxy::start(Manner::Refuse).await;
    let home = Home::keyed("http://push.test", "allow_http = true");
    let found = home.doctor(&[("HTTP_PROXY", &format!("http://{}", proxy.address))]);
    assert!(found.line("tls").starts_with("warn: not used: plain http to another machine"), "{found:?}");
    assert_eq!(proxy.asked()[0], "POST http://push.test/v4/timpush/list_sched_task HTTP/1.1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_of_proxy_that_is_not_spoken_to_is_named_as_such() {
    let proxy = Proxy::start(Manner::Refuse).await;
    let found = home().doctor(&[("ALL_PROXY", &format!("socks5://{}", proxy.address))]);
    assert_eq!(found.code, 1);
    assert!(found.line("proxy").contains("only HTTP proxies are supported"), "{found:?}");
}
