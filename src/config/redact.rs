//! What looks like a key is not shown, wherever it was typed by mistake.
//!
//! Settings, paths and command lines are repeated in messages, and a key that was pasted into the
//! wrong line must not be. Only the form decides here: nothing in this file knows a secret.

use std::borrow::Cow;
use std::ops::Range;

/// What is shown in the place of it.
const INSTEAD: &str = "[looks like a key, not shown]";

/// So many hexadecimal digits in a row: a key has 64, half of one is as good as none.
const HEX_RUN: usize = 32;
/// So many letters and digits in a row are looked at as one.
const WINDOW: usize = 32;
/// Words have longer pieces of one kind (`Release`, `2026`); of chance there are more than that.
const FEWEST_PIECES: usize = 10;
const FEWEST_DIGITS: usize = 2;

/// The value of a setting as it may be shown: it is all key, or none.
pub fn shown(value: &str) -> Cow<'_, str> {
    if looks_like_key(value) { Cow::Borrowed(INSTEAD) } else { Cow::Borrowed(value) }
}

/// Whether a value looks like a key or a signature, or has such a piece in it.
pub(super) fn looks_like_key(value: &str) -> bool {
    pieces(value, true).any(|piece| is_random(value.get(piece).unwrap_or_default()))
}

/// A text, such as a message with paths in it, without the pieces that look like a key.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut at = 0;
    for piece in pieces(text, false) {
        if is_random(text.get(piece.clone()).unwrap_or_default()) {
            kept.push_str(text.get(at..piece.start).unwrap_or_default());
            kept.push_str(INSTEAD);
            at = piece.end;
        }
    }
    if at == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(kept)
}

/// The pieces of a text that are made of what keys and signatures are made of. A `/` is in base64 as
/// well as in paths, so it is part of a value and ends a piece of a message.
fn pieces(text: &str, with_slash: bool) -> impl Iterator<Item = Range<usize>> {
    let fits = move |c: char| c.is_ascii_alphanumeric() || "+=*_-".contains(c) || (with_slash && c == '/');
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + text.get(at..)?.find(fits)?;
        let rest = text.get(from..)?;
        at = from + rest.find(|c| !fits(c)).unwrap_or(rest.len());
        Some(from..at)
    })
}

/// Whether chance made this, not a person.
fn is_random(piece: &str) -> bool {
    if piece.len() < HEX_RUN.min(WINDOW) || is_uuid(piece) {
        return false;
    }
    let longest = piece.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap_or(0);
    if longest >= HEX_RUN {
        return true;
    }
    let plain: Vec<u8> = piece.bytes().filter(u8::is_ascii_alphanumeric).collect();
    plain.windows(WINDOW).any(|window| {
        let digits = window.iter().filter(|byte| byte.is_ascii_digit()).count();
        let changes = window.windows(2).filter(|two| is_change(two)).count();
        digits >= FEWEST_DIGITS && changes + 1 >= FEWEST_PIECES
    })
}

/// Whether another piece begins between two characters. A capital begins a word, it is none by itself.
fn is_change(two: &[u8]) -> bool {
    let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
    let &[before, after] = two else { return false };
    kind(before) != kind(after) && !(before.is_ascii_uppercase() && after.is_ascii_lowercase())
}

/// `123e4567-e89b-12d3-a456-426614174000`: names of files and machines have it, keys have not.
fn is_uuid(piece: &str) -> bool {
    let groups: Vec<&str> = piece.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
    /// As one looks, without its head: no real one stands in this house.
    const SIG: &str = "xJwtzLEKwjAUheFXKVlF0hubNBQcREHEdlEL3SrJTb1oJTRVCsV3t9Ye4wT-zyD7Yk-sXcuUpYxPWGT8aajx1BhM6c*1-qHHcVg_";

    #[test]
    fn keys_and_signatures_are_known_by_their_form_also_cut_and_in_capitals() {
        let base64 = "q7/Zx0v3hT+8kLm2NpQr5sWuYbEo1cDfGiJ9aRt4eVw=";
        let half = KEY.get(..32).unwrap();
        for key in [KEY, &KEY.to_uppercase(), half, SIG, SIG.get(10..70).unwrap(), base64] {
            assert_eq!(shown(key), INSTEAD, "{key}");
            assert_eq!(shown(&format!("x{key}")), INSTEAD, "{key}");
        }
        assert_eq!(
            redact(&format!("cannot read /etc/pushdeck/{KEY}: no such file, nor {SIG}.")),
            format!("cannot read /etc/pushdeck/{INSTEAD}: no such file, nor {INSTEAD}.")
        );
    }

    #[test]
    fn what_people_write_is_no_key() {
        for text in [
            "",
            "acme",
            "1400000001",
            "administrator",
            "adminapisgp.im.qcloud.com",
            "the-production-app-of-our-company-in-singapore-2026",
            "TheProductionAppOfOurCompanyInSingapore2026",
            "/home/operator/.config/pushdeck/acme-production-key-2026-11-25.key",
            "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/.tmpAb3dEf/c.toml",
            "/proc/12345/fd/63",
            "123e4567-e89b-12d3-a456-426614174000",
            "Africa/Dar_es_Salaam",
            "pushdeck-2026-11-25T14-03-22Z-build-4711.log",
            "股票早报 🔥 and a title of many words, as titles are",
        ] {
            assert_eq!((shown(text), redact(text)), (Cow::Borrowed(text), Cow::Borrowed(text)));
        }
    }

    proptest! {
        #[test]
        fn no_run_of_32_hexadecimal_digits_is_ever_shown(
            before in ".{0,40}", key in "[0-9a-f]{32,128}|[0-9A-F]{32,128}", after in ".{0,40}",
        ) {
            let text = format!("{before} {key} {after}");
            prop_assert!(!redact(&text).contains(&key));
            prop_assert!(looks_like_key(&text));
        }
    }
}
