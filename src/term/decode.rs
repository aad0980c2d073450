//! Bytes from the terminal to keys and pastes.
//!
//! It cuts the stream into whole sequences, which `terminput` then reads, and gives up on one that
//! does not end: whatever was begun (a cut arrow key, a torn mouse report, a paste that stalls), after
//! a short quiet the next key is heard, and nothing of a sequence or a paste is ever taken for keys.
//! Of the mouse only presses of its left button and its wheel are told, however many reports come. Time is an
//! argument.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use memchr::memmem;
use ratatui::layout::Position;
use terminput::Event;
use terminput_crossterm::to_crossterm_key;

use super::answer::{self, BACKGROUND};
use crate::app::{Mouse, MouseKind, TerminalAnswer};

/// So long after an ESC nothing more came: it was the key.
pub(super) const ESC_WAIT: Duration = Duration::from_millis(50);
/// So long after its last byte an unfinished sequence or character is given up.
const SEQUENCE_WAIT: Duration = Duration::from_millis(100);
/// So long after its last byte an unfinished paste is taken for all of it. Longer than the rest: over
/// a slow connection a paste comes in pieces.
const PASTE_WAIT: Duration = Duration::from_secs(1);
/// Nobody types so many bytes at once: after a paste that stalled they are more of it.
const BURST: usize = 16;
/// No key is longer. What goes on is dropped up to its end.
const LONGEST: usize = 64;

/// The same for an answer that the terminal was asked for: over a slow connection it comes in pieces.
const ANSWER_WAIT: Duration = Duration::from_secs(1);

const ESC: u8 = 0x1b;
const CTRL_C: u8 = 0x03;
const PASTE_END: &[u8] = b"\x1b[201~";

/// What an operator did, or the terminal said.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Input {
    /// A key.
    Key(KeyEvent),
    /// A text, pasted in one piece.
    Paste(String),
    /// A press of the mouse, or its wheel.
    Mouse(Mouse),
    /// Whether the terminal has the keyboard now.
    Focus(bool),
    /// No deed of an operator: the terminal says what it was asked.
    Answer(TerminalAnswer),
}

/// What was begun and has not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Begun {
    /// Nothing.
    #[default]
    Nothing,
    /// A character of several bytes, of which so many are missing.
    Char(usize),
    /// ESC: the key, or the first byte of anything below.
    Escape,
    /// ESC [: a key, a report.
    Control,
    /// ESC [ [: a function key of the Linux console.
    ConsoleKey,
    /// ESC O: a key.
    Single,
    /// An old mouse report, of which so many bytes are missing.
    Mouse(u8),
    /// ESC ] and the like: an answer that ends with BEL or ESC \.
    Text,
    /// ESC within one.
    TextEscape,
    /// A paste.
    Paste,
}

/// The state between two reads.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    begun: Begun,
    /// The bytes of what was begun.
    held: Vec<u8>,
    /// When the last bytes came.
    last: Duration,
    /// Whether the last paste was given up before it ended.
    stalled: bool,
    /// Whether the terminal was asked something lately.
    expects: bool,
    /// What was given up and may be the beginning of an answer.
    torn: Vec<u8>,
    /// Whether what was begun goes on with that.
    resumed: bool,
}

impl Decoder {
    /// Takes bytes that came at `now`.
    pub(super) fn feed(&mut self, bytes: &[u8], now: Duration, to: &mut Vec<Input>) {
        let quiet = now.saturating_sub(self.last);
        self.last = now;
        let is_broken_off = self.begun == Begun::Paste && quiet >= SEQUENCE_WAIT;
        if is_broken_off && bytes.first() == Some(&CTRL_C) {
            // Nobody has to wait for a paste that hangs.
            self.end_paste(to);
        }
        if self.stalled && self.begun == Begun::Nothing && bytes.len() >= BURST {
            self.begun = Begun::Paste;
        }
        let mut rest = bytes;
        if self.begun == Begun::Nothing {
            self.resume(bytes);
        }
        while let Some((&byte, behind)) = rest.split_first() {
            if self.begun == Begun::Paste {
                rest = self.take_paste(rest, to);
            } else {
                self.step(byte, to);
                rest = behind;
            }
        }
    }

    /// When what was begun is given up; `None` while nothing is.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let wait = match self.begun {
            Begun::Nothing => return None,
            Begun::Escape => ESC_WAIT,
            Begun::Control | Begun::Text | Begun::TextEscape if self.answers() && !self.may_be_key() => {
                ANSWER_WAIT
            }
            Begun::Paste => PASTE_WAIT,
            Begun::Char(_)
            | Begun::Control
            | Begun::ConsoleKey
            | Begun::Single
            | Begun::Mouse(_)
            | Begun::Text
            | Begun::TextEscape => SEQUENCE_WAIT,
        };
        Some(self.last + wait)
    }

    /// Nothing came up to the deadline: gives up what was begun.
    pub(super) fn expire(&mut self, to: &mut Vec<Input>) {
        if self.answers() && !self.may_be_key() {
            self.torn.clone_from(&self.held);
        }
        self.drop_resumed(to);
        match (self.begun, &self.held[..]) {
            (Begun::Paste, _) => {
                self.end_paste(to);
                self.stalled = true;
            }
            (Begun::Escape, _) => to.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            (Begun::Control | Begun::Text, [ESC, b'[' | b']']) if self.expects => {}
            // The first two bytes of a sequence are also a key pressed with alt.
            (Begun::Control | Begun::Single | Begun::Text, [ESC, second]) => {
                to.push(key(KeyCode::Char(char::from(*second)), KeyModifiers::ALT));
            }
            _ => {}
        }
        self.drop_held();
    }

    /// Says whether the terminal was asked something lately: then what looks like a piece of an answer is no key,
    /// also when it comes in pieces.
    pub(super) fn expect(&mut self, expects: bool) {
        self.expects = expects;
        if !expects {
            self.torn.clear();
        }
    }

    /// Whether what was begun may be an answer.
    fn answers(&self) -> bool {
        let has_begun =
            matches!(self.begun, Begun::Escape | Begun::Control | Begun::Text | Begun::TextEscape);
        self.expects && has_begun && answer::may_become_one(&self.held)
    }

    /// Goes on with an answer that was given up, when that is what these bytes do.
    fn resume(&mut self, bytes: &[u8]) {
        let torn = std::mem::take(&mut self.torn);
        let Some(first) = bytes.first().filter(|_| self.expects && !torn.is_empty()) else { return };
        if !answer::may_become_one(&[&torn[..], &[*first]].concat()) {
            return;
        }
        self.begun = match torn[..] {
            [ESC] => Begun::Escape,
            [ESC, b'[', ..] => Begun::Control,
            [.., ESC] => Begun::TextEscape,
            _ => Begun::Text,
        };
        self.held = torn;
        self.resumed = true;
    }

    /// Whether what goes on with an ESC that was taken for the key is no more than the next key.
    fn may_be_key(&self) -> bool {
        self.resumed && self.held.len() == 2
    }

    /// A key that was taken for the second byte of an answer, and is none.
    fn drop_resumed(&mut self, to: &mut Vec<Input>) {
        if let ([ESC, second], true) = (&self.held[..], self.may_be_key()) {
            to.push(key(KeyCode::Char(char::from(*second)), KeyModifiers::NONE));
            self.drop_held();
        }
    }

    fn drop_held(&mut self) {
        self.begun = Begun::Nothing;
        self.held.clear();
        self.resumed = false;
    }

    fn end_paste(&mut self, to: &mut Vec<Input>) {
        let text = String::from_utf8_lossy(&self.held).into_owned();
        self.drop_held();
        if !text.is_empty() {
            to.push(Input::Paste(text));
        }
    }

    /// Takes the text of a paste up to its end, and gives what stands behind it.
    fn take_paste<'a>(&mut self, bytes: &'a [u8], to: &mut Vec<Input>) -> &'a [u8] {
        let before = self.held.len();
        self.held.extend_from_slice(bytes);
        // The end may have begun in an earlier read.
        let from = before.saturating_sub(PASTE_END.len() - 1);
        let found = self.held.get(from..).and_then(|tail| memmem::find(tail, PASTE_END));
        let Some(at) = found.map(|at| from + at) else { return &[] };
        let used = (at + PASTE_END.len()).saturating_sub(before);
        self.held.truncate(at);
        self.end_paste(to);
        self.stalled = false;
        bytes.get(used..).unwrap_or_default()
    }

    /// Takes one byte that is not part of a paste.
    fn step(&mut self, byte: u8, to: &mut Vec<Input>) {
        match self.begun {
            Begun::Nothing => self.begin(byte, to),
            Begun::Char(missing) => self.in_char(byte, missing, to),
            Begun::Escape => self.in_escape(byte, to),
            Begun::Control => self.in_control(byte, to),
            Begun::ConsoleKey => match byte {
                0x20..=0x7e => self.finish(byte, to),
                _ => self.break_off(byte, to),
            },
            Begun::Single => match byte {
                0x40..=0x7e => self.finish(byte, to),
                0x20..=0x3f => self.hold(byte),
                _ => self.break_off(byte, to),
            },
            Begun::Mouse(missing) => match byte {
                0x00..0x20 => self.break_off(byte, to),
                _ if missing == 1 => self.drop_held(),
                _ => self.begun = Begun::Mouse(missing - 1),
            },
            Begun::Text => match byte {
                0x07 => self.end_text(to),
                0x18 | 0x1a => self.drop_held(),
                ESC => {
                    self.hold(ESC);
                    self.begun = Begun::TextEscape;
                }
                CTRL_C => self.break_off(byte, to),
                _ if self.breaks_answer(byte) => self.break_off(byte, to),
                _ => self.hold(byte),
            },
            Begun::TextEscape if byte == b'\\' => {
                self.held.pop();
                self.end_text(to);
            }
            Begun::TextEscape => {
                self.break_off(ESC, to);
                self.step(byte, to);
            }
            Begun::Paste => {}
        }
    }

    fn begin(&mut self, byte: u8, to: &mut Vec<Input>) {
        self.held.clear();
        match byte {
            ESC => {
                self.held.push(ESC);
                self.begun = Begun::Escape;
            }
            0x80.. => self.begin_char(byte),
            _ => self.finish(byte, to),
        }
    }

    fn begin_char(&mut self, byte: u8) {
        let missing = match byte {
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            // No character begins so.
            _ => return self.drop_held(),
        };
        self.held.push(byte);
        self.begun = Begun::Char(missing);
    }

    fn in_char(&mut self, byte: u8, missing: usize, to: &mut Vec<Input>) {
        match byte {
            0x80..=0xbf if missing == 1 => self.finish(byte, to),
            0x80..=0xbf => {
                self.held.push(byte);
                self.begun = Begun::Char(missing - 1);
            }
            _ => self.break_off(byte, to),
        }
    }

    fn in_escape(&mut self, byte: u8, to: &mut Vec<Input>) {
        let begun = match byte {
            b'[' => Begun::Control,
            b'O' => Begun::Single,
            b']' | b'P' | b'X' | b'^' | b'_' => Begun::Text,
            ESC | CTRL_C => {
                to.push(key(KeyCode::Esc, KeyModifiers::NONE));
                return self.break_off(byte, to);
            }
            0x80.. => return self.begin_char(byte),
            _ => return self.finish(byte, to),
        };
        self.held.push(byte);
        self.begun = begun;
    }

    /// The end of an answer.
    fn end_text(&mut self, to: &mut Vec<Input>) {
        if self.held.len() < LONGEST {
            to.extend(answer::read(&self.held).map(Input::Answer));
        }
        self.drop_held();
    }

    /// Whether an answer that was waited for cannot hold this byte, so that it is a key.
    fn breaks_answer(&self, byte: u8) -> bool {
        let is_long_begun = self.resumed || self.held.starts_with(BACKGROUND);
        self.answers() && is_long_begun && !answer::may_become_one(&[&self.held[..], &[byte]].concat())
    }

    fn in_control(&mut self, byte: u8, to: &mut Vec<Input>) {
        match byte {
            _ if self.resumed && self.breaks_answer(byte) => self.break_off(byte, to),
            b'[' if self.held.len() == 2 => {
                self.held.push(byte);
                self.begun = Begun::ConsoleKey;
            }
            b'M' if self.held.len() == 2 => self.begun = Begun::Mouse(3),
            b'~' if self.held == b"\x1b[200" => {
                self.held.clear();
                self.stalled = false;
                self.begun = Begun::Paste;
            }
            0x20..=0x3f => self.hold(byte),
            0x40..=0x7e => {
                // The end of a paste that was given up.
                self.stalled &= !(byte == b'~' && self.held == b"\x1b[201");
                self.finish(byte, to);
            }
            // No sequence holds such a byte: this one ends here, and the key counts.
            _ => self.break_off(byte, to),
        }
    }

    fn hold(&mut self, byte: u8) {
        if self.held.len() < LONGEST {
            self.held.push(byte);
        }
    }

    /// Gives up what was begun: `byte` is something new.
    fn break_off(&mut self, byte: u8, to: &mut Vec<Input>) {
        self.drop_resumed(to);
        self.drop_held();
        self.begin(byte, to);
    }

    /// The last byte of a key.
    fn finish(&mut self, byte: u8, to: &mut Vec<Input>) {
        let is_whole = self.held.len() < LONGEST;
        self.held.push(byte);
        if is_whole {
            to.extend(read_report(&self.held).or_else(|| read_key(&self.held).map(Input::Key)));
        }
        self.drop_held();
    }
}

/// What a whole report of mouse or focus tells; `None` for other sequences, and for reports of which nobody
/// wants to hear.
fn read_report(bytes: &[u8]) -> Option<Input> {
    match bytes {
        b"\x1b[I" => Some(Input::Focus(true)),
        b"\x1b[O" => Some(Input::Focus(false)),
        [ESC, b'[', b'<', numbers @ .., b'M'] => read_mouse(numbers).map(Input::Mouse),
        _ => None,
    }
}

/// Bits of a button's number: shift, alt and control, which change nothing here.
const MODIFIERS: u16 = 0b1_1100;

/// `button;column;row`, the cells counted from 1.
fn read_mouse(numbers: &[u8]) -> Option<Mouse> {
    let mut numbers = std::str::from_utf8(numbers).ok()?.split(';').map(|number| number.parse::<u16>().ok());
    let (button, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let kind = match button & !MODIFIERS {
        0 if button == 0 => MouseKind::Press,
        64 => MouseKind::WheelUp,
        65 => MouseKind::WheelDown,
        _ => return None,
    };
    let position = Position::new(column.checked_sub(1)?, row.checked_sub(1)?);
    numbers.next().is_none().then_some(Mouse { kind, position })
}

/// The key that a whole sequence stands for; reports of mouse, focus or cursor are none.
fn read_key(bytes: &[u8]) -> Option<KeyEvent> {
    if let [ESC, b'[', rest @ .., last] = bytes {
        let is_mouse = rest.first() == Some(&b'<') || matches!(last, b'M' | b'm');
        let is_cursor = *last == b'R' && !rest.is_empty() && !rest.starts_with(b"1;");
        if is_mouse || is_cursor {
            return None;
        }
    }
    let Ok(Some(Event::Key(event))) = Event::parse_from(bytes) else { return None };
    let event = to_crossterm_key(event);
    let is_backtab = event.code == KeyCode::Tab && event.modifiers.contains(KeyModifiers::SHIFT);
    Some(KeyEvent { code: if is_backtab { KeyCode::BackTab } else { event.code }, ..event })
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, modifiers))
}

#[cfg(test)]
mod tests;
