//! What the terminal is asked when it is taken over, and how its answers are known from keys.
//!
//! It is asked for its background (OSC 11). Nothing waits for the answer: it comes late, in pieces, or never.

use std::time::Duration;

use crate::app::TerminalAnswer;

/// So long after the questions an answer may come in pieces, and what looks like a piece of one is none of
/// the keys.
pub(super) const ANSWERS_WAIT: Duration = Duration::from_secs(10);

/// What the answer begins with.
pub(super) const BACKGROUND: &[u8] = b"\x1b]11;";

/// What a background may be written with, and the end of it.
const OF_BACKGROUND: &[u8] = b"rgba:/0123456789abcdefABCDEF\x1b\\\x07";
/// No answer is longer.
const LONGEST: usize = 48;

/// The question. What a terminal prints of it all the same is cleared with the first frame.
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";

/// Whether a terminal of this environment understands the question.
pub fn can_be_asked(env: impl Fn(&str) -> Option<String>) -> bool {
    // The console of Linux has no answer, and older ones print what they do not know.
    env("TERM").is_some_and(|term| term != "linux")
}

/// Whether these bytes may be an answer of which the rest is still to come.
pub(super) fn may_become_one(bytes: &[u8]) -> bool {
    BACKGROUND.starts_with(bytes)
        || bytes
            .strip_prefix(BACKGROUND)
            .is_some_and(|rest| bytes.len() < LONGEST && rest.iter().all(|byte| OF_BACKGROUND.contains(byte)))
}

/// The answer that a whole sequence is, without what ends it.
pub(super) fn read(bytes: &[u8]) -> Option<TerminalAnswer> {
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
    fn a_terminal_that_would_print_the_question_is_not_asked() {
        let can =
            |term: Option<&str>| can_be_asked(|name| term.filter(|_| name == "TERM").map(str::to_owned));
        assert!(can(Some("xterm-256color")) && !can(Some("linux")) && !can(None));
    }
}
