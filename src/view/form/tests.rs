//! The form as it looks, at three sizes as a snapshot and at every size without a panic.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::testing::{board, ctrl, feed, key, typed};
use crate::app::{Message, State};
use crate::theme::{Depth, Theme};
use crate::view::testing::{at_every_size, body, lines_of, screen};

/// A form on the board, after these messages; the note of the drafts is gone.
fn after(size: (u16, u16), messages: Vec<Message>) -> State {
    let mut state = board(size);
    feed(&mut state, messages);
    state
}

fn tabs(count: usize) -> Vec<Message> {
    (0..count).map(|_| key(KeyCode::Tab)).collect()
}

fn scenes(size: (u16, u16)) -> Vec<(&'static str, State)> {
    let pasted = |words: &str| vec![Message::Pasted(words.to_owned())];
    let chinese = [
        typed("nu"),
        tabs(1),
        typed("tomorrow 9:00"),
        tabs(1),
        pasted("anna\nbela\n王小明"),
        tabs(1),
        pasted("股票早报 · 今日行情与热点解读"),
        tabs(1),
        pasted("沪指收涨 0.8%，新能源板块领涨。\n点击查看今日热点与明日展望。\nAll in one place 🔥"),
    ];
    let missing = [typed("nt"), tabs(1), typed("13:00"), vec![ctrl('s')], tabs(1)];
    let vendors = [typed("n"), vec![ctrl('o')], tabs(24)];
    vec![
        ("new", after(size, typed("n"))),
        ("chinese", after(size, chinese.concat())),
        ("problems", after(size, missing.concat())),
        ("vendors", after(size, vendors.concat())),
        ("edit", after(size, [typed("e"), typed("!!")].concat())),
        ("time", after(size, [typed("t"), vec![ctrl('u')], typed("+45m")].concat())),
    ]
}

fn snapshots(size: (u16, u16)) {
    for (name, state) in scenes(size) {
        insta::assert_snapshot!(format!("{}x{}_{name}", size.0, size.1), body(&state));
    }
}

#[test]
fn the_hints_of_the_form() {
    let sizes = [(120, 40), (80, 24), (40, 12)];
    insta::assert_snapshot!("hints", lines_of(scenes, &sizes, |areas| areas.hint));
}

#[test]
fn the_form_at_80x24() {
    snapshots((80, 24));
}

#[test]
fn the_form_at_120x40() {
    snapshots((120, 40));
}

#[test]
fn the_form_at_40x12() {
    snapshots((40, 12));
}

#[test]
fn the_field_that_has_the_keys_is_in_sight_at_every_size() {
    let (least_width, least_height) = crate::app::frame::LEAST;
    let one_in_turn = |step: usize, count: usize| vec![step % count];
    at_every_size(scenes((80, 24)), one_in_turn, |name, (width, height), buf| {
        if width >= least_width && height >= least_height {
            let pointer = (1..height).any(|y| (0..width.min(8)).any(|x| buf[(x, y)].symbol() == "▸"));
            assert!(pointer, "{name} at {width}x{height}");
        }
    });
}

#[test]
fn the_form_fits_areas_that_are_no_screen() {
    let theme = Theme::new(Depth::None);
    for (_, state) in scenes((80, 24)) {
        let form = state.form().unwrap();
        for width in 0..=12 {
            for height in 0..=8 {
                let mut buf = Buffer::empty(Rect::new(0, 0, 12, 8));
                super::render(&state, form, &theme, Rect::new(1, 1, width, height), &mut buf);
            }
        }
    }
}

#[test]
fn a_list_says_how_many_items_it_took_at_every_size() {
    let scene = [typed("nu"), tabs(2), typed("mona, li_wei, mona")].concat();
    for (size, focus_away) in [((120, 40), false), ((80, 24), true), ((40, 12), false)] {
        let mut state = after(size, scene.clone());
        if focus_away {
            feed(&mut state, [key(KeyCode::BackTab)]);
        }
        let shown = screen(&state);
        let said = shown.matches("3 accounts").count();
        // Also where the audience is told in words, if that is in sight.
        assert!(said >= 1, "{size:?}\n{shown}");
        assert!(size.1 < 20 || shown.contains("mona appears twice"), "{size:?}\n{shown}");
    }
}

#[test]
fn a_paste_that_was_cut_is_said_beside_its_field() {
    for size in [(120, 40), (80, 24), (40, 12)] {
        let paste = Message::Pasted("sale ".repeat(1 << 18));
        let shown = screen(&after(size, [typed("nu"), tabs(3), vec![paste]].concat()));
        assert!(shown.contains("! cut at 4 096"), "{size:?}\n{shown}");
    }
}

#[test]
fn the_form_of_a_task_with_any_odd_field_is_drawn() {
    use serde_json::json;

    let theme = Theme::new(Depth::None);
    let area = Rect::new(0, 0, 100, 30);
    let mut state = board((100, 30));
    for field in crate::domain::fields::FIELDS {
        for odd in [json!(null), json!(5), json!([null, 7]), json!({"a": "\u{1b}"})] {
            let mut task = crate::app::testing::tasks().swap_remove(4);
            task.content.set(field.path, Some(odd));
            crate::app::testing::open_edit(&mut state, &task);
            let mut buf = Buffer::empty(area);
            crate::view::render(&state, &theme, area, &mut buf);
            state.layers.clear();
        }
    }
}
