//! Text that terminals stumble over, in every place where text stands: no border moves for it, neither in what is
//! drawn nor in a terminal that gets it.

use std::num::NonZero;
use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::json;

use crate::app::testing::{feed, key, open_cancel, open_edit, screens, task, typed, with_page};
use crate::app::{Message, State};
use crate::domain::text;
use crate::term;
use crate::term::testing::Tape;
use crate::theme::{Depth, Theme};
use crate::view::testing::rows;

const SIZES: [(u16, u16); 5] = [(200, 60), (120, 40), (80, 24), (40, 12), (30, 8)];

/// Families, flags, keycaps, skin tones, variations; letters from right to left; marks that pile up; scripts
/// whose letters join; characters of which terminals disagree.
const NASTY: [&str; 12] = [
    "👨‍👩‍👧‍👦 family 👩🏽‍🚀 and 🏳️‍🌈",
    "🇸🇬🇨🇳🇺 flags 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "1️⃣ 2️⃣ *️⃣ keycaps ❤️ ☎︎ ™️",
    "👍🏻👍🏿🤝🏽 tones",
    "مرحبا بكم في المتجر لا إله 123",
    "שלום עולם — 30% הנחה",
    "Z̷̢̡̛̗̰̠̞͕̼̙̔̈́̐͑a̴̛͖͉̘̲̐̆̊l̵̡̩̻͖̾̓g̷̨̛̝̤̈́̕o̸͙͋",
    "각 한국어 각각",
    "ที่นี่ กำลัง ราคา",
    "क्षि श्री हिन्दी ௐ தமிழ்",
    "①②Ⅷ½°±§… “x” ★→☂▣",
    "so\u{AD}ft \u{3164}葛\u{E0100} \u{202E}rev \u{2066}x \u{200B}y ｱｲｳ ﷽",
];

fn nasty(size: (u16, u16), words: &str) -> Vec<(&'static str, State)> {
    let more = json!({ "Content": { "From_Account": words, "DataId": words, "Title": words,
        "To_Account": [words, words], "OfflinePushInfo": { "Title": words, "Desc": format!("{words}\n{words} {words}"),
            "Ext": words, "AndroidInfo": { "OPPOChannelID": words } } } });
    let tasks = || {
        vec![
            task(1, -700, "User", "dispatched", words, &more),
            task(2, 3600, "User", "pending", words, &more),
        ]
    };
    let start = || {
        let mut state = with_page(size, tasks());
        state.shared.setup.profile = words.to_owned();
        state.shared.setup.place = words.to_owned();
        feed(&mut state, typed("G"));
        state
    };
    let after = |messages: Vec<Message>| {
        let mut state = start();
        feed(&mut state, messages);
        state
    };
    let pasted = || vec![Message::Pasted(words.to_owned())];
    let with = |open: &dyn Fn(&mut State)| {
        let mut state = start();
        open(&mut state);
        state
    };
    vec![
        ("board", start()),
        ("detail", after(vec![key(KeyCode::Enter)])),
        ("json", after(vec![key(KeyCode::Enter), key(KeyCode::Right)])),
        ("find", after([typed("f"), pasted()].concat())),
        ("filter", after([typed("/"), pasted()].concat())),
        ("palette", after([typed(":"), pasted()].concat())),
        ("menu", after(typed("x"))),
        ("copy", after(typed("y"))),
        ("edit", with(&|state| drop(open_edit(state, &tasks()[1])))),
        (
            "new",
            after(
                [typed("n"), vec![key(KeyCode::Tab)], pasted(), vec![key(KeyCode::Tab)], pasted()].concat(),
            ),
        ),
        ("cancel", with(&|state| drop(open_cancel(state, &tasks()[1])))),
        ("note", with(&|state| drop(feed(state, [Message::Noted(words.to_owned())])))),
    ]
}

/// A terminal that shows one state after another.
struct Emulated {
    tape: Tape,
    screen: term::Screen,
    _writer: term::FrameWriter,
    parser: vt100::Parser,
}

impl Emulated {
    fn new((columns, rows): (u16, u16)) -> Self {
        let tape = Tape::default();
        let (screen, writer, _) = term::screen(tape.clone(), || true, || Ok((1, 1)));
        let parser = vt100::Parser::new(NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap(), 0);
        Self { tape, screen, _writer: writer, parser }
    }

    fn show(&mut self, state: &State) -> Buffer {
        let theme = Theme::new(Depth::Indexed);
        let mut drawn = Buffer::default();
        let shown = term::Shown {
            app: crate::app::AppNumber(0),
            rendered: Duration::ZERO,
            size: state.size,
            lines: Vec::new(),
            awaited: false,
        };
        self.screen.show(shown, |area, buf| {
            let cursor = crate::view::render(state, &theme, area, buf);
            drawn = buf.clone();
            cursor
        });
        self.parser.process(&std::mem::take(&mut *self.tape.0.lock().unwrap()));
        drawn
    }
}

fn is_box(symbol: &str) -> bool {
    symbol.chars().all(|c| ('─'..='╿').contains(&c))
}

/// Fails where a character of a text stands in the edge of a box.
fn assert_edges(buf: &Buffer, at: &str) {
    let Rect { width, height, .. } = buf.area;
    for (corner, y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (buf[(x, y)].symbol(), y, x))) {
        if !["┌", "┐", "╭", "╮"].contains(&corner) {
            continue;
        }
        let below = (y + 1..height).map(|y| buf[(x, y)].symbol()).find(|symbol| *symbol != "│");
        let symbol = below.unwrap_or_default();
        assert!(
            symbol.is_ascii() || is_box(symbol),
            "{at}: {symbol:?} in the edge below {x},{y}:\n{}",
            rows(buf).join("\n")
        );
    }
}

#[test]
fn no_text_moves_a_border_on_any_screen_at_any_size() {
    for (i, size) in SIZES.into_iter().enumerate() {
        for (j, words) in NASTY.into_iter().enumerate() {
            let texts = [words.to_owned(), words.repeat(8), format!("{}{words}", "x".repeat(17))];
            // Every text at every size, and in each length at some.
            for text in texts.into_iter().skip((i + j) % 3).take(1) {
                let mut terminal = Emulated::new(size);
                for (name, state) in nasty(size, &text) {
                    let buf = terminal.show(&state);
                    let at = format!("{name} at {size:?} with \"{text}\"");
                    // A long note lies over the lower edge.
                    if name != "note" {
                        assert_edges(&buf, &at);
                    }
                    // Where all terminals agree, and every edge is such a place, this one shows what is meant; also
                    // after other screens were on it.
                    for position in buf.area.positions() {
                        let symbol = buf[position].symbol();
                        let is_sure =
                            symbol.chars().count() == 1 && symbol.chars().all(|c| text::alone(c).is_some());
                        let cell = terminal.parser.screen().cell(position.y, position.x).unwrap();
                        if is_sure && symbol != " " {
                            assert_eq!(cell.contents(), symbol, "{at} at {position}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn behind_letters_from_right_to_left_everything_goes_on_from_left_to_right() {
    for size in SIZES {
        for words in NASTY.into_iter().filter(|words| text::turns(words)) {
            for (name, state) in nasty(size, &words.repeat(3)).into_iter().chain(screens(size)) {
                let mut buf = Buffer::empty(Rect::new(0, 0, size.0, size.1));
                crate::view::render(&state, &Theme::new(Depth::None), buf.area, &mut buf);
                for y in 0..size.1 {
                    let mut turned = false;
                    for x in 0..size.0 {
                        let symbol = buf[(x, y)].symbol();
                        assert!(
                            !(turned && is_box(symbol)),
                            "{name} at {size:?}: the edge at {x},{y}: {buf:?}"
                        );
                        for c in symbol.chars() {
                            turned = match c {
                                text::LEFT_TO_RIGHT => false,
                                c if text::turns(&c.to_string()) => true,
                                c => turned && !c.is_alphabetic(),
                            };
                        }
                    }
                }
            }
        }
    }
}
