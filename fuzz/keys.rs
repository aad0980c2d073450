//! Bytes of a keyboard may be anything, in any order: nothing falls, and what comes in one burst, with no
//! quiet between its keys, confirms nothing (U2).

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use pushdeck::app::{Message, Mouse, MouseKind};
use ratatui::layout::Position;

use super::input::Input;
use super::screen::{Dashboard, page};

/// What a burst that is meant to do harm would hold.
const WORDS: &[&str] =
    &["y", "n", "e", "t", "D", "N", "x", "acme", "all acme", "7890", "7891", "/", "f", ":", "?", "@", "q"];

const CODES: &[KeyCode] = &[
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Insert,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::F(1),
    KeyCode::Null,
];

pub(crate) fn hold(bytes: &[u8]) {
    let mut input = Input(bytes);
    let size = if input.byte() < 200 { (80, 24) } else { (1 + input.below(130), 1 + input.below(45)) };
    let is_burst = input.byte() < 128;
    let page = page(&mut Input(input.bytes(24)));
    let mut dashboard = Dashboard::start(page, size);
    for _ in 0..80 {
        if input.is_empty() {
            break;
        }
        for message in messages(&mut input) {
            dashboard.feed(message);
        }
        if !is_burst {
            dashboard.wait(Duration::from_millis(u64::from(input.byte()) * 8));
        }
        if input.byte() < 16 {
            dashboard.draw();
        }
    }
    dashboard.draw();
    assert!(!(is_burst && dashboard.has_written), "a burst of keys was sent: {bytes:?}");
    assert!(dashboard.ids().len() < 100);
}

/// One key, a word, a paste, the mouse, or another size.
fn messages(input: &mut Input<'_>) -> Vec<Message> {
    let modifiers = match input.byte() % 16 {
        0 => KeyModifiers::CONTROL,
        1 => KeyModifiers::ALT,
        2 => KeyModifiers::SHIFT,
        _ => KeyModifiers::NONE,
    };
    let kind = match input.byte() % 32 {
        0 => KeyEventKind::Repeat,
        1 => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    let key = |code| Message::Key(KeyEvent::new_with_kind(code, modifiers, kind));
    match input.byte() % 8 {
        0 | 1 => input.one_of(WORDS).chars().map(|c| key(KeyCode::Char(c))).collect(),
        2 => vec![Message::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL))],
        3 => vec![key(input.one_of(CODES))],
        4 => vec![key(KeyCode::Char(char::from(input.byte() & 0x7f)))],
        5 => input.text(12).chars().map(|c| key(KeyCode::Char(c))).collect(),
        6 => vec![Message::Pasted(input.text(40))],
        _ => {
            let (columns, rows) = (u16::from(input.byte()), u16::from(input.byte()));
            // No test draws so many rows: such a size stands for the mouse.
            let Some(row) = rows.checked_sub(192) else { return vec![Message::Resized { columns, rows }] };
            let kind = [MouseKind::Press, MouseKind::WheelUp, MouseKind::WheelDown][usize::from(columns) % 3];
            let mouse = Mouse { kind, position: Position::new(columns, row) };
            // Often twice, as a double click.
            vec![Message::Mouse(mouse); 1 + usize::from(row % 2)]
        }
    }
}
