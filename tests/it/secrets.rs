//! What must never be seen: the key, and any signature, in every form in which they travel.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use pushdeck::sandbox::Options;

use crate::service::{KEY, Network, Service};
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

/// A service, or a gateway before it, that repeats the signature it was sent in all of its answers, never
/// to the letter. Gives its address and the signatures that came.
fn quoting() -> (std::net::SocketAddr, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let sigs = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&sigs);
    std::thread::spawn(move || {
        for (number, mut stream) in listener.incoming().flatten().enumerate() {
            let mut request = [0; 8192];
            let length = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let Some((_, rest)) = request.split_once("usersig=") else { continue };
            let sig = rest.split('&').next().unwrap().replace("%2A", "*");
            let (start, end) = sig.split_at_checked(sig.len() / 2).unwrap();
            let cut = sig.get(1..sig.len() - 1).unwrap();
            let info = match number % 3 {
                0 => format!("not good, cut: {cut}"),
                1 => format!("not good, split: {start} {end}"),
                _ => format!("not good, broken: {}", cut.replace('J', "J<br>").replace('M', "M%20")),
            };
            seen.lock().unwrap().push(sig.clone());
            let body = serde_json::json!({
                "ActionStatus": "FAIL", "ErrorCode": 91000, "ErrorInfo": info, "RequestId": format!("r-{}", cut.get(..50).unwrap()),
            })
            .to_string();
            // Who went away has seen nothing.
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    (address, sigs)
}

#[test]
fn a_service_that_repeats_the_signature_inexactly_brings_it_neither_to_the_screen_nor_to_the_log() {
    let (address, sigs) = quoting();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.log");
    let config = format!(
        "[profiles.acme]\nenvironment = \"test\"\nendpoint = \"http://{address}\"\nsdkappid = 1400000042\n\
         identifier = \"administrator\"\nsecret_key_env = \"ACME_IM_KEY\"\n"
    );
    let mut terminal = Start::new(&["--log", file.to_str().unwrap()])
        .config(&config)
        .env("ACME_IM_KEY", KEY)
        .size(160, 40)
        .open();
    terminal.see("not good");
    terminal.keys("@");
    terminal.see("API log");
    terminal.keys(ENTER);
    terminal.see("[signature]");
    for _ in 0..2 {
        let count = sigs.lock().unwrap().len();
        terminal.keys("\x12");
        while sigs.lock().unwrap().len() == count {
            std::thread::yield_now();
        }
    }
    terminal.keys(CTRL_C);
    terminal.end();
    let log = std::fs::read_to_string(&file).unwrap();
    assert!(log.contains("cut: [signature]") && log.contains("split: [signature]"), "{log}");
    let plain = |text: &str| {
        text.replace("<br>", "").replace("%20", "").replace(|c: char| !c.is_ascii_alphanumeric(), "")
    };
    // The screen with its control sequences, in which a line may be broken.
    let shown = plain(&String::from_utf8_lossy(&terminal.bytes()))
        + "|"
        + &plain(&terminal.screen())
        + "|"
        + &plain(&log);
    for sig in sigs.lock().unwrap().iter().map(|sig| plain(sig)) {
        let told = sig.as_bytes().windows(16).find(|run| shown.contains(std::str::from_utf8(run).unwrap()));
        assert_eq!(told.map(String::from_utf8_lossy), None);
    }
}

#[test]
fn what_others_could_read_is_closed_at_the_start_and_said() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let (state, log) = (home.path().join("state/pushdeck"), home.path().join("run.log"));
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(&log, "").unwrap();
    for (path, mode) in [(&state, 0o755), (&log, 0o644)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let flags = ["--sandbox", "--log", log.to_str().unwrap()];
    let mut terminal = Start::new(&flags).home(home).size(200, 40).open();
    terminal.see("was open to other users (mode 755)");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), 0);
    for (path, mode) in [(&state, 0o700), (&log, 0o600)] {
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, mode, "{}", path.display());
    }
    let said = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(said.contains("run.log was open to other users (mode 644)"), "{said}");
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
    for way in [Network::AnswersLost, Network::Cut] {
        service.network(way);
        terminal.keys("r");
        terminal.see("OFFLINE");
        service.network(Network::Open);
        terminal.keys("r");
        terminal.see("LIVE");
    }
    // A write whose answer is lost is in the journal, and in the log with its verdict.
    terminal.keys("D");
    terminal.see("to cancel");
    let screen = terminal.screen();
    let (_, asked) = screen.split_once("type ").unwrap();
    let asked = asked.split(' ').next().unwrap();
    service.network(Network::AnswersLost);
    terminal.keys(asked);
    // The look right before it fails too: a cancel says so and asks once more.
    terminal.see("cancels it unseen");
    terminal.see("type ");
    terminal.keys(asked);
    terminal.see("outcome not known");
    service.network(Network::Open);
    terminal.see("Cancelled #");
    terminal.keys(ESC);
    terminal.gone("Cancelled #");
    terminal.keys("@");
    terminal.see("API log");
    terminal.keys("y");
    terminal.see("sent to the terminal");
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
