//! What must never be seen: the key, and any signature, in every form in which they travel.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use pushdeck::sandbox::Options;

use crate::service::{KEY, Service, Way};
use crate::terminal::{CTRL_C, ENTER, ESC, Start};

/// Whether bytes hold the key or a signature: as they are, percent-encoded, in base64 or in hex.
pub(crate) fn tells(bytes: &[u8]) -> bool {
    forms(KEY.as_bytes()).iter().any(|form| holds(bytes, form)) || tells_signature(bytes)
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    !what.is_empty() && bytes.windows(what.len()).any(|window| window == what)
}

/// A text as it is and as others may write it down. Of base64 only what does not depend on what
/// stands before and after it.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex = in_hex("", secret);
    let percent = in_hex("%", secret).to_uppercase();
    let mut forms =
        vec![secret.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes(), percent.into_bytes()];
    for engine in [&STANDARD, &URL_SAFE] {
        // By how many bytes stand before it in its group of three.
        for (before, mixed) in [(0, 0), (1, 2), (2, 3)] {
            let whole = (secret.len() + before) / 3 * 3 - before;
            let text = engine.encode([&vec![0; before][..], &secret[..whole]].concat());
            forms.push(text.as_bytes()[mixed..].to_vec());
        }
    }
    forms
}

fn in_hex(before: &str, bytes: &[u8]) -> String {
    bytes.iter().map(|byte| [before, &format!("{byte:02x}")].concat()).collect()
}

/// What begins every signature is the head of zlib: `eJ` in base64, or that once more in base64 or in
/// hex; followed by enough of the alphabet to be no accident.
fn tells_signature(bytes: &[u8]) -> bool {
    const PLAIN: &str = "*-_%+/=";
    let heads: [(&[u8], &str, usize); 7] = [
        (b"eJ", PLAIN, 60),
        (b"ZUp", "+/=-_", 80),
        (b"654a", "", 120),
        (b"654A", "", 120),
        (b"%65%4A", "%", 180),
        (b"789c", "", 100),
        (b"789C", "", 100),
    ];
    heads.iter().any(|(head, signs, length)| {
        let fits = |byte: &&u8| byte.is_ascii_alphanumeric() || signs.as_bytes().contains(byte);
        let starts = bytes.windows(head.len()).enumerate().filter(|(_, w)| w == head).map(|(at, _)| at);
        starts.into_iter().any(|at| bytes[at..].iter().take_while(fits).count() > *length)
    })
}

#[test]
fn a_secret_is_recognised_in_every_form() {
    let key = secrecy::SecretString::from(KEY);
    let sig = pushdeck::usersig::sign(&key, 1, "a", 1_700_000_000, 60, None).unwrap();
    let in_text = |form: &[u8]| [b"x=\"", form, b"\" "].concat();
    for secret in [KEY, sig.expose()] {
        let percent = secret.replace('*', "%2A").replace('-', "%2D").replace('_', "%5F");
        let hex = in_hex("", secret.as_bytes());
        for form in [secret.to_owned(), percent, STANDARD.encode(secret), URL_SAFE.encode(secret), hex] {
            assert!(tells(&in_text(form.as_bytes())), "{}", form.len());
        }
        for before in ["a", "ab", "abc", "user:"] {
            let form = STANDARD.encode(format!("{before}{secret}"));
            assert!(tells(form.as_bytes()) || secret != KEY, "in base64 behind {before}");
        }
    }
    assert!(!tells(b"eJ and nothing more, however long this text may go on and on and on and on"));
    assert!(!tells("654a and 789c and ZUp are no signature 股票早报".repeat(40).as_bytes()));
}

/// A day on which everything goes wrong: every way in which a call can fail, a wrong key, the API log, a
/// copied call, and a panic. Its screen, its log and all its files are searched when the terminals go.
#[test]
fn nothing_of_a_run_in_which_everything_fails_tells_the_key_or_a_signature() {
    let service = Service::start(Options { rate_limit_per_second: 0, ..Options::default() }, None);
    service.add("to be cancelled", &crate::live::soon(7200));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.log");
    let start = |config: &str| {
        let flags = ["--log", file.to_str().unwrap()];
        Start::new(&flags).config(config).env("ACME_IM_KEY", KEY)
    };
    let config = service.config("test");
    let mut terminal = start(&config).open();
    terminal.row(&["▸", "PEND"]);
    for way in [Way::Deaf, Way::Cut] {
        service.way(way);
        terminal.keys("r");
        terminal.see("OFFLINE");
        service.way(Way::Open);
        terminal.keys("r");
        terminal.see("LIVE");
    }
    // A write whose answer is lost is in the journal, and in the log with its verdict.
    terminal.keys("D");
    terminal.see("to cancel");
    let screen = terminal.screen();
    let (_, asked) = screen.split_once("type ").unwrap();
    let asked = asked.split(' ').next().unwrap();
    service.way(Way::Deaf);
    terminal.keys(asked);
    // The look right before it fails too: a cancel says so and asks once more.
    terminal.see("cancels it unseen");
    terminal.see("type ");
    terminal.keys(asked);
    terminal.see("not known");
    service.way(Way::Open);
    terminal.see("is cancelled");
    terminal.keys(ESC);
    terminal.gone("is cancelled");
    terminal.keys("@");
    terminal.see("API log");
    terminal.keys("y");
    terminal.see("copied");
    terminal.keys(ENTER);
    terminal.see("RequestId");
    terminal.keys("qq");
    terminal.gone("API log");
    // A key that is no more the app's, and an administrator who is none.
    terminal.write_config(&config.replace("\"administrator\"", "\"nobody\""));
    terminal.keys(":reload\r");
    terminal.see("AUTH");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), 0);
    drop(terminal);

    let mut broken = start(&config).env("PUSHDECK_DEBUG_PANIC_AFTER_MS", "1500").open();
    assert_ne!(broken.end(), 0);
    drop(broken);
    let log = std::fs::read_to_string(&file).unwrap();
    for piece in ["\"verdict\"", "list_sched_task", "asked for by a test", "60010"] {
        assert!(log.contains(piece), "{piece} is not in the log");
    }
    assert!(!tells(log.as_bytes()), "a secret went to the log");
}
