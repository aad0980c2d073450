//! UserSig (TLSSigAPIv2): make one from the secret key, read one, check one.
//!
//! Pure in key, identity, time and lifetime: it never reads a clock, and it never lets a key or a
//! signature into `Debug`, `Display` or an error. Source: 1047/34385 and the official libraries.

use std::fmt;
use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

/// The lifetime that the documents and the official libraries take when none is named: 180 days.
pub const DEFAULT_LIFETIME: u64 = 180 * 86_400;

/// The longest lifetime that any of the documents allows: 50 years.
pub const LONGEST_LIFETIME: u64 = 50 * 366 * 86_400;

/// A real document has some 200 bytes; more than this is an attempt to fill the memory.
const MOST_INFLATED: u64 = 4096;

/// A stored (uncompressed) document of [`MOST_INFLATED`] bytes still fits.
const MOST_ENCODED: usize = 8192;

/// What proves to the service who is calling. `Debug` shows neither.
#[derive(Clone)]
pub enum Credential {
    /// The app's secret key: signatures are made here.
    Key(SecretString),
    /// A `UserSig` made elsewhere, not yet decoded; it cannot be renewed.
    Sig(SecretString),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key([redacted])",
            Self::Sig(_) => "Sig([redacted])",
        })
    }
}

/// Whether this can be a `UserID`: 1 to 32 bytes, without blanks and controls (documents, "`UserSig`").
pub fn is_user_id(text: &str) -> bool {
    let unfit = |c: char| c.is_whitespace() || c.is_control();
    (1..=32).contains(&text.len()) && !text.contains(unfit)
}

/// A signature as it goes into the URL. It is a secret until it expires: whoever has it is the
/// administrator.
#[derive(Clone)]
pub struct UserSig(SecretString);

impl UserSig {
    /// Takes a signature that was made elsewhere, unchecked; see [`decode`].
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text, for the query of a request and for nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for UserSig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserSig([redacted])")
    }
}

/// Why no signature could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The key is empty.
    EmptyKey,
    /// The identifier is empty, longer than 32 bytes, or holds blanks or control characters.
    Identifier,
    /// The lifetime is zero or longer than 50 years.
    Lifetime,
    /// The document could not be packed.
    Packing,
}

impl SignError {
    /// What happened and what to do about it.
    pub fn words(self) -> &'static str {
        match self {
            Self::EmptyKey => "the secret key is empty; copy it from the console",
            Self::Identifier => "the identifier must have 1 to 32 bytes without blanks",
            Self::Lifetime => "the lifetime of a UserSig must be between 1 second and 50 years",
            Self::Packing => "the UserSig could not be packed",
        }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl std::error::Error for SignError {}

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reject {
    /// It is no UserSig at all: not the alphabet, not zlib, not the JSON document.
    Malformed,
    /// It was made for another application.
    WrongApp,
    /// It was made for another identifier.
    WrongIdentifier,
    /// Its last second is over.
    Expired,
    /// It was made with another key, or changed afterwards.
    BadMac,
}

impl Reject {
    /// The `ErrorCode` of the service for it (documents, *Error codes*).
    pub fn code(self) -> i64 {
        match self {
            Self::Malformed => 70003,
            Self::WrongApp => 70014,
            Self::WrongIdentifier => 70013,
            Self::Expired => 70001,
            Self::BadMac => 70009,
        }
    }

    /// What is wrong, in words that follow "the UserSig".
    pub fn words(self) -> &'static str {
        match self {
            Self::Malformed => "is illegal and cannot be decoded; please regenerate it",
            Self::WrongApp => "was made for another SDKAppID",
            Self::WrongIdentifier => "was made for another identifier",
            Self::Expired => "has expired",
            Self::BadMac => "was not made with the key of this SDKAppID",
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the UserSig {}", self.words())
    }
}

impl std::error::Error for Reject {}

/// What a signature says about itself. [`decode`] believes it, [`verify`] proves it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Document {
    /// The application it is for.
    #[serde(rename = "TLS.sdkappid")]
    pub sdkappid: u64,
    /// The UserID it is for.
    #[serde(rename = "TLS.identifier")]
    pub identifier: String,
    /// When it was made, Unix seconds.
    #[serde(rename = "TLS.time")]
    pub time: i64,
    /// How long it holds, seconds; below zero it never did.
    #[serde(rename = "TLS.expire")]
    pub expire: i64,
    #[serde(rename = "TLS.userbuf")]
    userbuf: Option<String>,
    #[serde(rename = "TLS.sig")]
    sig: String,
}

impl Document {
    /// The last second in which it is valid, Unix seconds.
    pub fn expires_at(&self) -> i64 {
        self.time.saturating_add(self.expire)
    }

    /// Whether its last second is over. One that is to hold for less than nothing is over at any time,
    /// also when it was made in the future.
    pub fn is_expired(&self, now: i64) -> bool {
        self.expire < 0 || now > self.expires_at()
    }

    fn content_to_sign(&self) -> String {
        let Self { identifier, sdkappid, time, expire, userbuf, sig: _ } = self;
        let mut text = format!(
            "TLS.identifier:{identifier}\nTLS.sdkappid:{sdkappid}\nTLS.time:{time}\nTLS.expire:{expire}\n"
        );
        if let Some(userbuf) = userbuf {
            text.push_str("TLS.userbuf:");
            text.push_str(userbuf);
            text.push('\n');
        }
        text
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("sdkappid", &self.sdkappid)
            .field("identifier", &self.identifier)
            .field("time", &self.time)
            .field("expire", &self.expire)
            .finish_non_exhaustive()
    }
}

/// Whether signatures can be made with this key for this identifier.
///
/// # Errors
/// An empty key, an identifier the service does not know.
pub fn check_signer(key: &SecretString, identifier: &str) -> Result<(), SignError> {
    if !is_user_id(identifier) {
        return Err(SignError::Identifier);
    }
    if key.expose_secret().is_empty() {
        return Err(SignError::EmptyKey);
    }
    Ok(())
}

/// Makes a signature for `identifier` of the application. `now` is Unix seconds, `lifetime`
/// seconds; the key is used as text, never decoded from hex. REST calls need no `userbuf`.
///
/// # Errors
/// An empty key, an identifier the service does not know, a lifetime out of range.
pub fn sign(
    key: &SecretString,
    sdkappid: u64,
    identifier: &str,
    now: i64,
    lifetime: u64,
    userbuf: Option<&[u8]>,
) -> Result<UserSig, SignError> {
    check_signer(key, identifier)?;
    if lifetime == 0 || lifetime > LONGEST_LIFETIME {
        return Err(SignError::Lifetime);
    }
    let expire = i64::try_from(lifetime).map_err(|_| SignError::Lifetime)?;
    let mut document = Document {
        sdkappid,
        identifier: identifier.to_owned(),
        time: now,
        expire,
        userbuf: userbuf.map(|bytes| STANDARD.encode(bytes)),
        sig: String::new(),
    };
    let mac = mac_of(key.expose_secret().as_bytes(), &document).ok_or(SignError::EmptyKey)?;
    document.sig = STANDARD.encode(mac.finalize().into_bytes());
    pack(&document).map(UserSig::new).ok_or(SignError::Packing)
}

/// Reads a signature without proving it: the client looks at a given one before the first call.
///
/// # Errors
/// Only `Malformed`.
pub fn decode(sig: &str) -> Result<Document, Reject> {
    unpack(sig).ok_or(Reject::Malformed)
}

/// Checks a signature against the key and against what the URL says, in the order of the official
/// verifier: form, application, identifier, expiry, MAC. A time in the future passes, as there.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(
    sig: &str,
    key: &SecretString,
    sdkappid: u64,
    identifier: &str,
    now: i64,
) -> Result<Document, Reject> {
    verify_with(sig, key.expose_secret().as_bytes(), sdkappid, identifier, now)
}

fn verify_with(sig: &str, key: &[u8], sdkappid: u64, identifier: &str, now: i64) -> Result<Document, Reject> {
    let document = decode(sig)?;
    if document.sdkappid != sdkappid {
        return Err(Reject::WrongApp);
    }
    if document.identifier != identifier {
        return Err(Reject::WrongIdentifier);
    }
    if document.is_expired(now) {
        return Err(Reject::Expired);
    }
    let given = STANDARD.decode(&document.sig).map_err(|_| Reject::BadMac)?;
    let mac = mac_of(key, &document).ok_or(Reject::BadMac)?;
    // Compares in constant time.
    mac.verify_slice(&given).map_err(|_| Reject::BadMac)?;
    Ok(document)
}

/// `None` for an empty key, which HMAC would take.
fn mac_of(key: &[u8], document: &Document) -> Option<Hmac<Sha256>> {
    if key.is_empty() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(document.content_to_sign().as_bytes());
    Some(mac)
}

fn pack(document: &Document) -> Option<String> {
    let Document { sdkappid, identifier, time, expire, userbuf, sig } = document;
    let mut json = json!({
        "TLS.ver": "2.0",
        "TLS.identifier": identifier,
        "TLS.sdkappid": sdkappid,
        "TLS.time": time,
        "TLS.expire": expire,
    });
    if let Some(object) = json.as_object_mut() {
        if let Some(userbuf) = userbuf {
            object.insert("TLS.userbuf".to_owned(), json!(userbuf));
        }
        object.insert("TLS.sig".to_owned(), json!(sig));
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(json.to_string().as_bytes()).ok()?;
    let base64 = STANDARD.encode(encoder.finish().ok()?);
    let substituted = base64.chars().map(|c| match c {
        '+' => '*',
        '/' => '-',
        '=' => '_',
        other => other,
    });
    Some(substituted.collect())
}

fn unpack(sig: &str) -> Option<Document> {
    if sig.len() > MOST_ENCODED || sig.contains(['+', '/', '=']) {
        return None;
    }
    let base64: String = sig
        .chars()
        .map(|c| match c {
            '*' => '+',
            '-' => '/',
            '_' => '=',
            other => other,
        })
        .collect();
    let packed = STANDARD.decode(base64).ok()?;
    let mut text = Vec::new();
    ZlibDecoder::new(packed.as_slice()).take(MOST_INFLATED + 1).read_to_end(&mut text).ok()?;
    if text.len() as u64 > MOST_INFLATED {
        return None;
    }
    let document: Document = serde_json::from_slice(&text).ok()?;
    let userbuf_fits = document.userbuf.as_ref().is_none_or(|text| STANDARD.decode(text).is_ok());
    userbuf_fits.then_some(document)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const VECTORS: &str = include_str!("../tests/data/usersig-vectors.json");
    const SPELLINGS: [&str; 3] = ["usersig_node", "usersig_python", "usersig_stored_zlib"];

    fn file() -> Value {
        serde_json::from_str(VECTORS).unwrap()
    }

    fn vectors() -> Vec<Value> {
        file()["vectors"].as_array().unwrap().clone()
    }

    fn text(value: &Value) -> &str {
        value.as_str().unwrap()
    }

    fn key_of(vector: &Value) -> SecretString {
        SecretString::from(text(&vector["input"]["key"]))
    }

    /// The inflated JSON of a signature.
    fn inflated(sig: &str) -> Value {
        let packed = STANDARD.decode(sig.replace('*', "+").replace('-', "/").replace('_', "=")).unwrap();
        let mut out = String::new();
        ZlibDecoder::new(packed.as_slice()).read_to_string(&mut out).unwrap();
        serde_json::from_str(&out).unwrap()
    }

    fn deflated(bytes: &[u8]) -> String {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        let base64 = STANDARD.encode(encoder.finish().unwrap());
        base64.replace('+', "*").replace('/', "-").replace('=', "_")
    }

    #[test]
    fn what_we_sign_is_the_document_of_the_official_libraries() {
        for vector in vectors() {
            let input = &vector["input"];
            let sig = sign(
                &key_of(&vector),
                input["sdkappid"].as_u64().unwrap(),
                text(&input["userid"]),
                input["time"].as_i64().unwrap(),
                input["expire"].as_u64().unwrap(),
                input["userbuf_utf8"].as_str().map(str::as_bytes),
            )
            .unwrap();
            assert_eq!(inflated(sig.expose()), vector["document"], "{}", vector["name"]);
            assert!(!sig.expose().contains(['+', '/', '=', '%', '&']), "URL-safe");
        }
    }

    #[test]
    fn the_text_to_sign_is_the_documents_to_the_letter() {
        for vector in vectors() {
            let document = decode(text(&vector["usersig_node"])).unwrap();
            assert_eq!(document.content_to_sign(), text(&vector["content_to_sign"]));
            assert_eq!(document.expires_at(), vector["expires_at"].as_i64().unwrap());
        }
    }

    #[test]
    fn every_spelling_of_every_vector_is_accepted() {
        for vector in vectors() {
            let input = &vector["input"];
            for spelling in SPELLINGS {
                let verified = verify(
                    text(&vector[spelling]),
                    &key_of(&vector),
                    input["sdkappid"].as_u64().unwrap(),
                    text(&input["userid"]),
                    input["time"].as_i64().unwrap(),
                );
                assert!(verified.is_ok(), "{spelling} of {}: {verified:?}", vector["name"]);
            }
        }
    }

    #[test]
    fn every_verification_case_gives_its_code() {
        let file = file();
        let cases = file["verification_cases"].as_array().unwrap();
        assert_eq!(cases.len(), 15);
        let vectors = vectors();
        for case in cases {
            let vector = vectors.iter().find(|v| v["name"] == case["vector"]);
            let input = vector.map(|v| &v["input"]);
            let mut sigs: Vec<String> = case["usersig"].as_str().map(str::to_owned).into_iter().collect();
            if let Some(vector) = vector {
                sigs.extend(SPELLINGS.iter().map(|s| text(&vector[*s]).to_owned()));
            }
            if let (Some(changes), Some(vector)) = (case["document_changes"].as_object(), vector) {
                let mut document = vector["document"].clone();
                for (name, value) in changes {
                    let object = document.as_object_mut().unwrap();
                    object.shift_remove(name);
                    if !value.is_null() {
                        object.insert(name.clone(), value.clone());
                    }
                }
                sigs = vec![deflated(document.to_string().as_bytes())];
            }
            let key = match (case["key"].as_str(), case["key_bytes_hex"].as_str()) {
                (Some(key), _) => key.as_bytes().to_vec(),
                (None, Some(hex)) => (0..hex.len() / 2)
                    .map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2).unwrap(), 16).unwrap())
                    .collect(),
                (None, None) => input.map_or("any".into(), |i| text(&i["key"]).as_bytes().to_vec()),
            };
            let app = case["url_sdkappid"].as_u64().or(input.and_then(|i| i["sdkappid"].as_u64())).unwrap();
            let who = case["url_identifier"].as_str().or(input.and_then(|i| i["userid"].as_str())).unwrap();
            assert!(!sigs.is_empty());
            for sig in sigs {
                let got = verify_with(&sig, &key, app, who, case["check_time"].as_i64().unwrap());
                let code = got.map_or_else(Reject::code, |_| 0);
                assert_eq!(Some(code), case["expect_code"].as_i64(), "{}", case["name"]);
            }
        }
    }

    #[test]
    fn a_lifetime_below_zero_has_expired_and_can_be_read() {
        let vector = vectors()[0].clone();
        let input = &vector["input"];
        let (app, who) = (input["sdkappid"].as_u64().unwrap(), text(&input["userid"]));
        let made = input["time"].as_i64().unwrap();
        let with = |expire: Value| {
            let mut document = vector["document"].clone();
            document["TLS.expire"] = expire;
            deflated(document.to_string().as_bytes())
        };
        for expire in [-1, -15_552_000, i64::MIN] {
            let sig = with(json!(expire));
            assert_eq!(decode(&sig).unwrap().expire, expire);
            // Also before it was made: no time is inside.
            for now in [made - 1_000_000_000, made, made + 1] {
                assert_eq!(verify(&sig, &key_of(&vector), app, who, now), Err(Reject::Expired));
            }
            // Who it is for comes first, as with any other.
            assert_eq!(verify(&sig, &key_of(&vector), app + 1, who, made), Err(Reject::WrongApp));
            assert_eq!(verify(&sig, &key_of(&vector), app, "other", made), Err(Reject::WrongIdentifier));
        }
        for expire in [json!("-1"), json!(-1.5), json!(null), json!(u64::MAX)] {
            assert_eq!(decode(&with(expire)), Err(Reject::Malformed), "no Integer of 64 bits");
        }
    }

    #[test]
    fn a_bomb_is_malformed_before_it_is_large() {
        let blanks = vec![b' '; 3_000_000];
        assert_eq!(decode(&deflated(&blanks)), Err(Reject::Malformed));
        assert_eq!(decode(&"A".repeat(1 << 20)), Err(Reject::Malformed));
        let vector = &vectors()[0];
        let long = format!("{}{}", vector["document"], " ".repeat(4096));
        assert_eq!(decode(&deflated(long.as_bytes())), Err(Reject::Malformed));
        let fits = format!("{}{}", vector["document"], " ".repeat(3000));
        assert!(decode(&deflated(fits.as_bytes())).is_ok());
    }

    #[test]
    fn the_usual_alphabet_is_not_ours() {
        let vector = vectors()[0].clone();
        let usual = text(&vector["usersig_node"]).replace('*', "+");
        assert_eq!(decode(&usual), Err(Reject::Malformed));
    }

    #[test]
    fn what_cannot_be_signed_is_said() {
        let key = SecretString::from("k");
        let try_sign = |key: &SecretString, who: &str, lifetime| sign(key, 1, who, 0, lifetime, None).err();
        assert_eq!(try_sign(&SecretString::from(""), "a", 1), Some(SignError::EmptyKey));
        for who in ["", "two words", "line\nbreak", &"x".repeat(33)] {
            assert_eq!(try_sign(&key, who, 1), Some(SignError::Identifier), "{who:?}");
        }
        assert_eq!(try_sign(&key, "a", 0), Some(SignError::Lifetime));
        assert_eq!(try_sign(&key, "a", u64::MAX), Some(SignError::Lifetime));
    }

    #[test]
    fn neither_signature_nor_mac_shows_in_debug() {
        let key = SecretString::from("0123456789abcdef");
        let sig = sign(&key, 7, "anna", 1_750_000_000, 60, None).unwrap();
        let document = decode(sig.expose()).unwrap();
        let shown = format!("{sig:?} {document:?} {:?}", Some((&sig, &document)));
        assert!(shown.contains("anna"));
        assert!(!shown.contains(sig.expose()) && !shown.contains(&document.sig), "{shown}");
    }

    proptest! {
        #[test]
        fn whatever_is_signed_verifies_until_its_last_second(
            key in "[ -~]{1,80}", app in 0u64..u64::MAX, who in "[a-zA-Z0-9_-]{1,32}",
            now in 0i64..4_000_000_000, lifetime in 1u64..1_000_000_000,
        ) {
            let key = SecretString::from(key);
            let sig = sign(&key, app, &who, now, lifetime, None).unwrap();
            let last = now.saturating_add_unsigned(lifetime);
            prop_assert_eq!(verify(sig.expose(), &key, app, &who, last).unwrap().expires_at(), last);
            prop_assert_eq!(verify(sig.expose(), &key, app, &who, last + 1), Err(Reject::Expired));
        }

        #[test]
        fn any_text_is_decoded_or_rejected(sig in ".{0,200}", packed in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&sig).is_err());
            prop_assert!(decode(&deflated(&packed)).is_err());
        }
    }
}
