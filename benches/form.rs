//! What a key costs in the form after a paste of 1 MB: the change of the state and its frame.
//!
//! `cargo bench --bench form` prints it for every kind of text field, in the process itself, without a
//! terminal. Nothing is asserted; run it on a machine that does nothing else.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{TimeZone, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pushdeck::app::{Layer, Message, Moment, State, update};
use pushdeck::theme::{Depth, Theme};
use pushdeck::view;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[path = "support/setup.rs"]
mod setup;

const PASTED: usize = 1 << 20;
const KEYS: u32 = 100;

fn start() -> Result<State, Box<dyn Error>> {
    let utc = Utc.timestamp_opt(1_795_241_002, 0).single().ok_or("no such time")?;
    Ok(State::start(setup::setup()?, Moment { utc, running: Duration::from_secs(1000) }, (120, 40)).0)
}

fn key(state: &mut State, code: KeyCode) {
    update(state, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
}

fn go_to(state: &mut State, label: &str) {
    for _ in 0..80 {
        if let Some(Layer::Form(form)) = state.layers.last()
            && form.focus.label() == label
        {
            return;
        }
        key(state, KeyCode::Tab);
    }
}

/// Pastes into a field of the form, then types.
fn measure(name: &str, kind: char, label: &str, piece: &str) -> Result<(), Box<dyn Error>> {
    let theme = Theme::new(Depth::Indexed);
    let mut state = start()?;
    key(&mut state, KeyCode::Char('n'));
    key(&mut state, KeyCode::Char(kind));
    if label == "App data" {
        // It is in a group that is folded away.
        update(&mut state, Message::Key(KeyEvent::new(KeyCode::Char('o'), KeyModifiers::CONTROL)));
    }
    go_to(&mut state, label);
    let text = piece.repeat(PASTED.div_ceil(piece.len()));
    let began = Instant::now();
    update(&mut state, Message::Pasted(text));
    let paste = began.elapsed();
    let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
    let began = Instant::now();
    for i in 0..KEYS {
        key(&mut state, if i % 2 == 0 { KeyCode::Backspace } else { KeyCode::Char('x') });
        buf.reset();
        view::render(&state, &theme, buf.area, &mut buf);
    }
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("{name:<34} paste {:8.2} ms   key and frame {:8.3} ms", ms(paste), ms(began.elapsed() / KEYS));
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` calls it too; there is nothing to measure in a debug build.
    if !std::env::args().any(|arg| arg == "--bench") {
        return Ok(());
    }
    measure("Title, one word", 'u', "Title", "x")?;
    measure("Title, words", 'u', "Title", "sale ")?;
    measure("Desc, words", 'u', "Text", "Everything 30 % off. ")?;
    measure("Desc, one piece without a blank", 'u', "Text", "a.b-")?;
    measure("Desc, lines", 'u', "Text", "one line\n")?;
    measure("Desc, Chinese", 'u', "Text", "股票早报，")?;
    measure("Ext, JSON", 'u', "App data", "{\"page\":\"sale\"},")?;
    measure("To_Account, lines", 'u', "To", "account_0123456789\n")?;
    measure("TagsOr, commas", 't', "Any tag", "vip,gold,")?;
    Ok(())
}
