//! The application that is served first: its number, who may call for it, its key.

use rand::{CryptoRng, RngExt};
use secrecy::{ExposeSecret, SecretString};

/// The application that the sandbox serves when none is named.
pub const DEFAULT_SDKAPPID: u64 = 1_400_000_001;

/// The administrator of that application.
pub const DEFAULT_IDENTIFIER: &str = "administrator";

/// The first application that the sandbox serves, and who may call for it. Others are in
/// [`Options::apps`](super::Options::apps).
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Its number.
    pub sdkappid: u64,
    /// The UserID of its App administrator.
    pub identifier: String,
    /// Its secret key, as text.
    pub key: SecretString,
}

impl Credentials {
    /// The default application with a key made at the start.
    pub fn made(rng: &mut impl CryptoRng) -> Self {
        Self { sdkappid: DEFAULT_SDKAPPID, identifier: DEFAULT_IDENTIFIER.to_owned(), key: make_key(rng) }
    }
}

/// A secret key of the shape that the console gives: 64 hex digits.
pub fn make_key(rng: &mut impl CryptoRng) -> SecretString {
    let digit = || char::from_digit(rng.random_range(0..16), 16).unwrap_or('0');
    SecretString::from(std::iter::repeat_with(digit).take(64).collect::<String>())
}

/// Where a profile takes the key from.
#[derive(Clone, Copy, Debug)]
pub enum ProfileKey<'a> {
    /// An environment variable of this name.
    Env(&'a str),
    /// The key itself, for one that was made at the start.
    Text(&'a SecretString),
}

/// A ready-made configuration for this sandbox. With [`ProfileKey::Text`] it holds the key: it is
/// meant for the operator's eyes and file, not for a log.
pub fn profile_toml(base_url: &str, sdkappid: u64, identifier: &str, key: ProfileKey<'_>) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let key = match key {
        ProfileKey::Env(name) => format!("secret_key_env = {}", quoted(name)),
        ProfileKey::Text(key) => format!("secret_key = {}", quoted(key.expose_secret())),
    };
    format!(
        "default_profile = \"sandbox\"\n\n[profiles.sandbox]\nenvironment = \"sandbox\"\nendpoint = {}\n\
         sdkappid = {sdkappid}\nidentifier = {}\n{key}\n",
        quoted(base_url),
        quoted(identifier),
    )
}
