//! The form as it looks, at three sizes as a snapshot and at every size without a panic.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::testing::{board, ctrl, feed, key, later, typed};
use crate::app::{Message, State};
use crate::theme::{Depth, Theme};
use crate::view::testing::{at_every_size, body, drawn, lines_of, rows, screen};

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
        pasted("anna\nbela\n王小明"),
        tabs(1),
        pasted("股票早报 · 今日行情与热点解读"),
        tabs(1),
        pasted("沪指收涨 0.8%，新能源板块领涨。\n点击查看今日热点与明日展望。\nAll in one place 🔥"),
        tabs(1),
        typed("tomorrow 9:00"),
        vec![key(KeyCode::BackTab)],
    ];
    let drawn = [
        typed("nu"),
        tabs(1),
        typed("mona, li_wei"),
        tabs(1),
        typed("Order shipped"),
        tabs(1),
        typed("Your order is ready."),
        tabs(1),
        typed("tomorrow 9:00"),
    ]
    .concat();
    let missing = [typed("nt"), tabs(8), typed("13:00"), vec![ctrl('s')]];
    let choices = [typed("na"), tabs(3), vec![ctrl('o')], tabs(12), typed("1")];
    let vendors =
        [typed("nu"), tabs(5), [KeyCode::Right, KeyCode::Right, KeyCode::Enter].map(key).to_vec(), tabs(7)];
    let everyone =
        [typed("na"), tabs(1), typed("A title that is too long for every vendor of phones there is")];
    let twice = [typed("nu"), tabs(1), typed("mona, li_wei, mona")];
    vec![
        ("new", after(size, typed("n"))),
        ("chinese", after(size, chinese.concat())),
        ("problems", after(size, missing.concat())),
        ("vendors", after(size, vendors.concat())),
        ("choices", after(size, choices.concat())),
        ("everyone", after(size, everyone.concat())),
        ("twice", after(size, twice.concat())),
        ("drawn", after(size, drawn.clone())),
        (
            "reopened",
            after(size, [drawn, vec![key(KeyCode::Esc), Message::Ticked(later(60))], typed("n")].concat()),
        ),
        ("selected", after(size, typed("e"))),
        ("edit", after(size, [typed("e"), vec![key(KeyCode::End)], typed("!!")].concat())),
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
fn the_form_at_30x8() {
    snapshots((30, 8));
}

#[test]
fn the_form_at_200x60() {
    snapshots((200, 60));
}

#[test]
fn the_field_that_has_the_keys_is_in_sight_at_every_size() {
    let (least_width, least_height) = crate::app::frame::LEAST;
    let one_in_turn = |step: usize, count: usize| vec![step % count];
    at_every_size(scenes((80, 24)), one_in_turn, |name, (width, height), buf| {
        if width >= least_width && height >= least_height {
            let pointer = (1..height).any(|y| (0..width).any(|x| buf[(x, y)].symbol() == "▸"));
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

/// The lines at which the labels above the groups stand.
fn label_lines(state: &State) -> Vec<(&'static str, usize)> {
    let shown = screen(state);
    let at = |label: &'static str| {
        let line = shown.lines().position(|line| {
            let rest = line.trim_start_matches(['│', '▸', ' ']);
            line.starts_with('│') && rest.strip_prefix(label).is_some_and(|rest| rest.starts_with(' '))
        });
        line.map(|line| (label, line))
    };
    ["Who", "To", "Title", "Text", "When", "+ Extras", "− Extras"].into_iter().filter_map(at).collect()
}

#[test]
fn nothing_moves_when_help_errors_counters_and_groups_come_and_go() {
    for size in [(80, 24), (120, 40)] {
        let start = label_lines(&after(size, typed("nu")));
        assert_eq!(start.len(), 6, "{size:?}");
        let mut steps = tabs(1);
        steps.extend(typed("mona mona"));
        steps.push(key(KeyCode::Tab));
        steps.extend(typed("A title that somebody would cut"));
        steps.extend(tabs(2));
        steps.extend(typed("13:00"));
        steps.push(ctrl('s'));
        steps.extend(typed("x"));
        steps.push(ctrl('u'));
        steps.extend(typed("tomorrow 9:00"));
        steps.push(key(KeyCode::Tab));
        steps.extend(tabs(3));
        let mut state = after(size, typed("nu"));
        for step in steps {
            feed(&mut state, [step]);
            state.note = None;
            assert_eq!(label_lines(&state), start, "{size:?}\n{}", screen(&state));
        }
        // What is opened stands below.
        feed(&mut state, [ctrl('o')]);
        assert_eq!(label_lines(&state)[..5], start[..5], "{size:?}\n{}", screen(&state));
    }
}

#[test]
fn what_is_wrong_is_said_once() {
    let wrong = |messages: Vec<Vec<Message>>, words: &str| {
        for size in [(200, 60), (120, 40), (80, 24), (40, 12)] {
            let state = after(size, messages.concat());
            let shown = screen(&state).replace('\n', " ");
            assert_eq!(shown.matches(words).count(), 1, "{size:?}\n{}", screen(&state));
        }
    };
    wrong(vec![typed("na"), tabs(3), typed("13:00"), vec![ctrl('s'), ctrl('s')], tabs(2)], "is past");
    wrong(vec![typed("nt"), vec![ctrl('s')]], "a task of type Tag");
    wrong(vec![typed("nu"), tabs(1), typed("mona mona")], "appears twice");
    wrong(vec![typed("na"), vec![ctrl('s')]], "says nothing");
}

#[test]
fn everyone_is_said_loudly_at_every_size() {
    let theme = Theme::new(Depth::True);
    for size in [(200, 60), (80, 24), (40, 12), (30, 8)] {
        let state = after(size, typed("na"));
        let buf = drawn(&state, Depth::True);
        let line = rows(&buf)
            .iter()
            .position(|line| line.contains(" To ") && line.contains("‼ EVERY"))
            .expect("said");
        let x = (0..size.0).find(|x| buf[(*x, u16::try_from(line).unwrap())].symbol() == "‼").unwrap();
        assert_eq!(buf[(x, u16::try_from(line).unwrap())].fg, theme.everyone().fg.unwrap(), "{size:?}");
    }
}

#[test]
fn no_label_is_a_name_of_the_service() {
    use crate::domain::fields::{FIELDS, Field};

    let is_spelled =
        |name: &&str| name.contains('_') || name.chars().filter(|c| c.is_uppercase()).count() > 1;
    let names: Vec<_> = FIELDS.iter().map(Field::name).filter(is_spelled).collect();
    for kind in ["nt", "nu"] {
        let shown = screen(&after((200, 160), [typed(kind), vec![ctrl('o')]].concat()));
        assert!(shown.contains("Sound length"), "all of it is in sight");
        for line in shown.lines().filter(|line| !line.contains("├─")) {
            let wire = line.split_whitespace().find(|word| names.contains(word));
            assert_eq!(wire, None, "{line}");
        }
    }
}

#[test]
fn a_list_says_how_many_items_it_took_at_every_size() {
    let scene = [typed("nu"), tabs(1), typed("mona, li_wei, mona")].concat();
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
        let shown = screen(&after(size, [typed("nu"), tabs(2), vec![paste]].concat()));
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
