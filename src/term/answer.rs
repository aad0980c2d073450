//! What the terminal is asked when it is taken over, and how its answers are known from keys.
//!
//! It is asked for its background (OSC 11) and whether it shows joined characters as one (mode 2027). Nothing
//! waits for the answers: they come late, in pieces, or never.

use std::time::Duration;

use crate::app::TerminalAnswer;

/// So long after the questions an answer may come in pieces, and what looks like a piece of one is none of
/// the keys.
pub(super) const ANSWERS_WAIT: Duration = Duration::from_secs(10);

/// What each answer begins with.
pub(super) const BACKGROUND: &[u8] = b"\x1b]11;";
const JOINED: &[u8] = b"\x1b[?2027;";

/// What a background may be written with, and the end of it.
const OF_BACKGROUND: &[u8] = b"rgba:/0123456789abcdefABCDEF\x1b\\\x07";
const OF_JOINED: &[u8] = b"01234$y";
/// No answer is longer.
const LONGEST: usize = 48;

/// What a terminal is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// What its background is.
    pub background: bool,
    /// Whether it shows joined characters as one.
    pub joined: bool,
}

impl Questions {
    /// Those that a terminal of this environment understands. Others would print them.
    pub fn of(env: impl Fn(&str) -> Option<String>) -> Self {
        let is = |name: &str, value: &str| env(name).is_some_and(|found| found == value);
        let understands = !is("TERM", "linux");
        Self { background: understands, joined: understands && !is("TERM_PROGRAM", "Apple_Terminal") }
    }

    /// The questions. What a terminal prints of them all the same is cleared with the first frame.
    pub(super) fn bytes(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.joined {
            bytes.extend_from_slice(b"\x1b[?2027$p");
        }
        if self.background {
            // Asked last: who has answered it has answered all.
            bytes.extend_from_slice(b"\x1b]11;?\x1b\\");
        }
        bytes
    }
}

/// Whether these bytes may be an answer of which the rest is still to come.
pub(super) fn may_become_one(bytes: &[u8]) -> bool {
    [(BACKGROUND, OF_BACKGROUND), (JOINED, OF_JOINED)].into_iter().any(|(beginning, of)| {
        beginning.starts_with(bytes)
            || bytes
                .strip_prefix(beginning)
                .is_some_and(|rest| bytes.len() < LONGEST && rest.iter().all(|byte| of.contains(byte)))
    })
}

/// The answer that a whole sequence is, without what ends it.
pub(super) fn read(bytes: &[u8]) -> Option<TerminalAnswer> {
    if let Some(rest) = bytes.strip_prefix(JOINED) {
        // 1: it is so now; 3: always.
        return Some(TerminalAnswer::ShowsJoined(rest == b"1$y" || rest == b"3$y"));
    }
    let rest = std::str::from_utf8(bytes.strip_prefix(BACKGROUND)?).ok()?;
    let parts = rest.strip_prefix("rgb:").or_else(|| rest.strip_prefix("rgba:"))?;
    let parts: Vec<f64> = parts.split('/').map(part).collect::<Option<_>>()?;
    let [red, green, blue] = *parts.get(..3)? else { return None };
    // Above this black can be read better on it than white.
    let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    Some(TerminalAnswer::Background { is_light: luminance > 0.179 })
}

/// How much of a colour: 1 to 4 digits, of which the largest number is all of it. As light, not as a number.
fn part(digits: &str) -> Option<f64> {
    let length = i32::try_from(digits.len()).ok().filter(|length| (1..=4).contains(length))?;
    let value = u16::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    Some((f64::from(value) / (16_f64.powi(length) - 1.0)).powf(2.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_background_is_read_in_every_form_that_terminals_write() {
        let light = |is_light| Some(TerminalAnswer::Background { is_light });
        for (answer, is) in [
            ("rgb:0000/0000/0000", light(false)),
            ("rgb:1e1e/1e1e/1e1e", light(false)),
            ("rgb:00/2b/36", light(false)),
            ("rgb:f/f/f", light(true)),
            ("rgba:fdfd/f6f6/e3e3/ffff", light(true)),
            ("rgb:fff/fff/fff", light(true)),
            ("rgb:8000/8000/8000", light(true)),
            ("rgb:ffff/ffff", None),
            ("rgb:fffff/0/0", None),
            ("rgb:/0/0", None),
            ("rgb:+1/0/0", None),
            ("", None),
            ("?", None),
        ] {
            assert_eq!(read(format!("\u{1b}]11;{answer}").as_bytes()), is, "{answer}");
        }
        assert_eq!(read(b"\x1b]10;rgb:0/0/0"), None);
    }

    #[test]
    fn a_terminal_shows_joined_characters_as_one_when_it_says_so() {
        for (state, is) in [(0, false), (1, true), (2, false), (3, true), (4, false)] {
            let answer = format!("\u{1b}[?2027;{state}$y");
            assert_eq!(read(answer.as_bytes()), Some(TerminalAnswer::ShowsJoined(is)), "{answer}");
        }
    }

    #[test]
    fn a_terminal_is_asked_what_it_understands() {
        let questions = |pairs: &'static [(&str, &str)]| {
            Questions::of(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())).bytes()
        };
        assert_eq!(questions(&[("TERM", "xterm-256color")]), b"\x1b[?2027$p\x1b]11;?\x1b\\");
        assert_eq!(questions(&[("TERM", "linux")]), b"");
        assert_eq!(questions(&[("TERM_PROGRAM", "Apple_Terminal")]), b"\x1b]11;?\x1b\\");
    }
}
