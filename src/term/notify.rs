//! Tells whoever does not look that something ended: the bell, and a notification that the terminal hands to the
//! desktop (OSC 9 or OSC 777). A terminal that knows neither shows nothing of it.

use std::io;

use crate::domain::text;

use super::clipboard::Between;
use super::screen::Screen;

/// Characters of a notification: what is longer no desktop shows.
const MOST: usize = 200;

/// How the terminal is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notifier {
    between: Between,
    sequences: Sequences,
}

/// Which sequences the terminal takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sequences {
    /// Only the bell.
    Bell,
    /// `OSC 9`: iTerm2, kitty, Ghostty, `WezTerm`, Windows Terminal.
    Nine,
    /// `OSC 777`: urxvt, foot, Konsole, and whatever is made with VTE.
    SevenSevenSeven,
    /// Both: which terminal it is is not known, as over SSH. None of those that are known takes both.
    Both,
}

impl Notifier {
    /// By what the environment says.
    pub fn new(get: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| get(name).is_some_and(|value| !value.is_empty());
        let (term, program) = (get("TERM").unwrap_or_default(), get("TERM_PROGRAM").unwrap_or_default());
        let is_of = |names: &[&str]| names.iter().any(|name| term.contains(name) || program.contains(name));
        let sequences = match () {
            () if term == "linux" || term == "dumb" => Sequences::Bell,
            () if is_of(&["iTerm", "kitty", "ghostty", "WezTerm", "wezterm"]) || is_set("WT_SESSION") => {
                Sequences::Nine
            }
            () if is_of(&["rxvt", "foot"]) || is_set("VTE_VERSION") || is_set("KONSOLE_VERSION") => {
                Sequences::SevenSevenSeven
            }
            () => Sequences::Both,
        };
        Self { between: Between::of(get), sequences }
    }

    /// Rings, and gives the words to the desktop.
    ///
    /// # Errors
    /// When the terminal was given back, or takes nothing any more.
    pub fn notify(&self, screen: &Screen, title: &str, words: &str) -> io::Result<()> {
        screen.send(&self.bytes(title, words))
    }

    fn bytes(self, title: &str, words: &str) -> Vec<u8> {
        let clean = |words: &str| text::cut(&text::clean(words), MOST).into_owned();
        let (title, words) = (clean(title), clean(words));
        let nine = || format!("\x1b]9;{title}: {words}\x1b\\");
        // There a semicolon ends a part.
        let seven =
            || format!("\x1b]777;notify;{};{}\x1b\\", title.replace(';', ","), words.replace(';', ","));
        let all = match self.sequences {
            Sequences::Bell => Vec::new(),
            Sequences::Nine => vec![nine()],
            Sequences::SevenSevenSeven => vec![seven()],
            Sequences::Both => vec![nine(), seven()],
        };
        // The bell goes plain: tmux and screen ring for the window that it comes from.
        let mut bytes = vec![0x07];
        for sequence in all {
            bytes.extend(self.between.through(&sequence).into_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(variables: &[(&str, &str)], words: &str) -> String {
        let get = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        String::from_utf8(Notifier::new(get).bytes("pushdeck acme", words)).unwrap()
    }

    #[test]
    fn a_terminal_is_told_in_the_way_that_it_knows_and_in_both_where_that_is_not_known() {
        let nine = "\x1b]9;pushdeck acme: #1 was sent\x1b\\";
        let seven = "\x1b]777;notify;pushdeck acme;#1 was sent\x1b\\";
        for (variables, sequences) in [
            (&[("TERM", "xterm-256color")][..], format!("{nine}{seven}")),
            (&[("TERM", "xterm-kitty")], nine.to_owned()),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], nine.to_owned()),
            (&[("TERM", "rxvt-unicode-256color")], seven.to_owned()),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")], seven.to_owned()),
            (&[("TERM", "linux")], String::new()),
        ] {
            assert_eq!(bytes(variables, "#1 was sent"), format!("\x07{sequences}"), "{variables:?}");
        }
    }

    #[test]
    fn tmux_hands_it_on_to_the_terminal_in_front_of_it() {
        let told = bytes(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux,1,0")], "done");
        assert!(told.starts_with("\x07\x1bPtmux;\x1b\x1b]9;pushdeck acme: done\x1b\x1b\\\x1b\\"), "{told:?}");
    }

    #[test]
    fn a_title_from_the_service_can_end_no_sequence_and_begin_none() {
        let told = bytes(&[("TERM", "foot")], "a\x1b\\b\x07c\u{9c}d\u{9d}e;f\ng");
        let inner = told.strip_prefix("\x07\x1b]777;notify;pushdeck acme;").unwrap();
        let inner = inner.strip_suffix("\x1b\\").unwrap();
        assert!(!inner.chars().any(char::is_control), "{told:?}");
        assert!(!inner.contains(';'), "{told:?}");
    }
}
