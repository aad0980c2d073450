//! How single values of the options file are read, where serde alone does not know what is allowed.

use std::collections::BTreeSet;
use std::num::NonZeroU64;

use clap::ValueEnum;
use secrecy::SecretString;
use serde::de::{Deserialize, Deserializer, Error as _};

use super::super::clock::Clock;
use super::super::credentials::DEFAULT_IDENTIFIER;
use crate::usersig;

/// Names that exist; `None` is all of them.
pub(super) type Names = Option<BTreeSet<String>>;

/// One of the words of a flag.
pub(super) fn word<'de, D: Deserializer<'de>, T: ValueEnum>(source: D) -> Result<T, D::Error> {
    T::from_str(&String::deserialize(source)?, false).map_err(|_| {
        let words = T::value_variants().iter().filter_map(T::to_possible_value);
        let words: Vec<String> = words.map(|word| word.get_name().to_owned()).collect();
        D::Error::custom(format!("it must be {}", words.join(" or ")))
    })
}

pub(super) fn names<'de, D: Deserializer<'de>>(source: D) -> Result<Names, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Any {
        Any,
    }
    #[derive(serde::Deserialize)]
    #[serde(untagged, expecting = "it must be any or a list of texts")]
    enum Given {
        All(Any),
        Listed(BTreeSet<String>),
    }
    Ok(match Given::deserialize(source)? {
        Given::All(Any::Any) => None,
        Given::Listed(names) => Some(names),
    })
}

pub(super) fn own_names<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Names>, D::Error> {
    names(source).map(Some)
}

pub(super) fn clock<'de, D: Deserializer<'de>>(source: D) -> Result<Clock, D::Error> {
    String::deserialize(source)?.parse().map_err(D::Error::custom)
}

pub(super) fn sdkappid<'de, D: Deserializer<'de>>(source: D) -> Result<u64, D::Error> {
    NonZeroU64::deserialize(source).map(NonZeroU64::get)
}

pub(super) fn secret<'de, D: Deserializer<'de>>(source: D) -> Result<SecretString, D::Error> {
    let text = String::deserialize(source)?;
    if text.is_empty() {
        Err(D::Error::custom("it must be a text that is not empty"))
    } else {
        Ok(text.into())
    }
}

pub(super) fn default_admins() -> Vec<String> {
    vec![DEFAULT_IDENTIFIER.to_owned()]
}

pub(super) fn admins<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<String>, D::Error> {
    let admins = Vec::<String>::deserialize(source)?;
    if admins.is_empty() || !admins.iter().all(|admin| usersig::is_user_id(admin)) {
        return Err(D::Error::custom(
            "it must be a list of UserIDs, each of 1 to 32 bytes and without blanks",
        ));
    }
    Ok(admins)
}
