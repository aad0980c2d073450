//! A signature may be any text: it is refused, or it says what was signed.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use pushdeck::usersig::{LONGEST_LIFETIME, Reject, SignError, decode, sign, verify};
use secrecy::SecretString;

use super::answers::is_plain;
use super::input::{Input, changed, replaced};

const DOCUMENT: &str = r#"{"TLS.ver":"2.0","TLS.identifier":"administrator","TLS.sdkappid":1400000001,"TLS.time":1795240000,"TLS.expire":86400,"TLS.userbuf":"YWJj","TLS.sig":"AAAA"}"#;

const VALUES: &[&str] = &[
    "null",
    "-1",
    "0",
    "1e3",
    "18446744073709551615",
    "9223372036854775807",
    "\"\"",
    "\"=\"",
    "[]",
    "\"\\u0000\\n\"",
];

pub(crate) fn hold(bytes: &[u8]) {
    let mut input = Input(bytes);
    let _ = told(decode(&String::from_utf8_lossy(bytes)));
    let document = replaced(DOCUMENT, &mut Input(input.0), VALUES);
    let _ = told(decode(&packed(document.as_bytes())));
    let _ = told(decode(&packed(bytes)));
    signs(&mut input);
}

fn told<T>(result: Result<T, Reject>) -> Option<T> {
    result.inspect_err(|reject| assert!(reject.code() > 70_000 && is_plain(&reject.to_string()))).ok()
}

/// As a signature is packed, with any document in it.
fn packed(document: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(document).unwrap();
    let text = STANDARD.encode(encoder.finish().unwrap());
    text.replace('+', "*").replace('/', "-").replace('=', "_")
}

fn signs(input: &mut Input<'_>) {
    let key = SecretString::from(input.text(80));
    let other_key = SecretString::from("another");
    let app = input.number();
    let identifier = if input.byte() < 128 { "administrator".to_owned() } else { input.text(40) };
    let now = i64::from_le_bytes(input.number().to_le_bytes()) >> (input.byte() % 64);
    let lifetime = input.number() >> (input.byte() % 64);
    let userbuf = (input.byte() < 128).then(|| input.bytes(64));
    let sig = match sign(&key, app, &identifier, now, lifetime, userbuf) {
        Ok(sig) => sig,
        Err(SignError::Lifetime) => return assert!(lifetime == 0 || lifetime > LONGEST_LIFETIME),
        Err(error) => return assert!(is_plain(error.words())),
    };
    assert!(!format!("{sig:?}").contains(sig.expose()), "a signature shows itself");
    let text = sig.expose();
    let document = verify(text, &key, app, &identifier, now).unwrap();
    assert!(decode(text).unwrap() == document);
    assert_eq!((document.sdkappid, document.identifier.as_str()), (app, identifier.as_str()));
    let (last, app_beside) = (document.expires_at(), app.wrapping_add(1));
    assert!(verify(text, &key, app, &identifier, last).is_ok());
    assert_eq!(told_why(verify(text, &key, app_beside, &identifier, now)), Reject::WrongApp);
    assert_eq!(told_why(verify(text, &key, app, "x y", now)), Reject::WrongIdentifier);
    if let Some(after) = last.checked_add(1) {
        assert_eq!(told_why(verify(text, &key, app, &identifier, after)), Reject::Expired);
    }
    assert_eq!(told_why(verify(text, &other_key, app, &identifier, now)), Reject::BadMac);
    // Nobody makes another document of it.
    let forged = changed(text.as_bytes(), input, &["A", "*", "-", "_", "eJ", "AAAA"]);
    let forged = String::from_utf8_lossy(&forged);
    if let Ok(other) = verify(&forged, &key, app, &identifier, now) {
        assert!(other == document, "a forged signature holds: {other:?}");
    }
}

fn told_why<T>(result: Result<T, Reject>) -> Reject {
    result.err().unwrap()
}
