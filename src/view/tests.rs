//! Every screen at five sizes as a snapshot, at every size without a panic, and without colour.
//!
//! Header and hints stand in a snapshot of their own and on a few whole screens; all others show what
//! their scene is about, so that one wording changes few files.

use std::collections::HashSet;

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::app::frame::LEAST;
use crate::app::testing::{
    asked, auth, board, feed, in_doubt, key, later, now, offline, rebound, screens, task, tasks, typed,
    with_page,
};
use crate::app::{Layer, Message, State};
use crate::domain::{Page, Zone, text};
use crate::keymap::{Action, Keymap, Scope};
use crate::theme::testing::{LEAST as LEAST_CONTRAST, every_built_in, least_contrast};
use crate::theme::{Depth, Theme};
use crate::view::testing::{at_every_size, body, drawn, lines_of, rows, screen};

mod wide;

/// The sizes of the documents, and the least.
const SIZES: [(u16, u16); 5] = [(200, 60), (120, 40), (80, 24), (40, 12), LEAST];

#[test]
fn the_whole_screen_at_every_size() {
    for size in SIZES {
        insta::assert_snapshot!(format!("whole_{}x{}", size.0, size.1), screen(&board(size)));
    }
}

#[test]
fn a_layer_lies_on_the_board_between_header_and_message() {
    let mut state = board((80, 24));
    feed(&mut state, typed("s"));
    insta::assert_snapshot!("whole_80x24_sort", screen(&state));
}

#[test]
fn the_header_of_every_screen() {
    insta::assert_snapshot!("headers", lines_of(screens, &SIZES, |areas| areas.header));
}

#[test]
fn the_hints_of_every_screen() {
    insta::assert_snapshot!("hints", lines_of(screens, &SIZES, |areas| areas.hint));
}

fn snapshots(size: (u16, u16)) {
    for (name, state) in screens(size) {
        insta::assert_snapshot!(format!("{}x{}_{name}", size.0, size.1), body(&state));
    }
}

#[test]
fn every_screen_at_80x24() {
    snapshots((80, 24));
}

#[test]
fn every_screen_at_120x40() {
    snapshots((120, 40));
}

#[test]
fn every_screen_at_40x12() {
    snapshots((40, 12));
}

#[test]
fn every_screen_at_30x8() {
    snapshots(LEAST);
}

#[test]
fn every_screen_at_200x60() {
    snapshots((200, 60));
}

#[test]
fn no_size_panics_and_a_screen_without_room_says_what_it_needs() {
    let two_in_turn = |step: usize, count: usize| vec![step % count, (step + count / 2) % count];
    at_every_size(screens((80, 24)), two_in_turn, |name, (width, height), buf| {
        let shown = rows(buf).concat();
        assert!(!shown.trim().is_empty(), "{name} at {width}x{height}");
        if (width < LEAST.0 || height < LEAST.1) && width >= 10 {
            assert!(shown.contains("needs 30x8"), "{width}x{height}: {shown}");
        }
    });
}

#[test]
fn a_terminal_of_another_size_than_the_state_knows_is_drawn_as_far_as_it_goes() {
    let theme = Theme::new(Depth::Indexed);
    let state = board((80, 24));
    for (width, height) in [(1, 1), (79, 23), (81, 25), (200, 60), (20, 60)] {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        super::render(&state, &theme, buf.area, &mut buf);
    }
}

#[test]
fn without_colour_nothing_has_a_colour_and_what_matters_still_stands_out() {
    for (name, state) in screens((120, 40)) {
        let buf = drawn(&state, Depth::None);
        for cell in buf.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}");
        }
    }
    let buf = drawn(&in_doubt((120, 40)), Depth::None);
    let lines = rows(&buf);
    for word in ["OK", "FAIL", ">>DISP", "PEND", "?UNK", " PROD ", "LIVE"] {
        assert!(lines.iter().any(|line| line.contains(word)), "{word}");
    }
    let selected = lines.iter().position(|line| line.contains("▸")).unwrap();
    assert!(buf[(5, u16::try_from(selected).unwrap())].modifier.contains(Modifier::REVERSED));
}

#[test]
fn every_word_on_every_screen_can_be_read_in_every_theme_at_every_depth_on_every_ground() {
    let screens = screens((120, 40));
    for (theme_name, depth, ground, theme) in every_built_in() {
        let mut measured: HashSet<Style> = HashSet::new();
        for (name, state) in &screens {
            let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
            super::render(state, &theme, buf.area, &mut buf);
            for cell in buf.content().iter().filter(|cell| cell.symbol() != " ") {
                let style = cell.style();
                if !measured.insert(style) {
                    continue;
                }
                let ratio = least_contrast(style, depth, ground);
                let at = format!("{} on {name} in {theme_name} at {depth:?} on {ground:?}", cell.symbol());
                let ratio = ratio.unwrap_or_else(|why| panic!("{at}: {style:?}: {why}"));
                assert!(ratio.is_none_or(|ratio| ratio >= LEAST_CONTRAST), "{at}: {style:?} has {ratio:?}");
            }
        }
    }
}

#[test]
fn nothing_that_a_terminal_would_act_on_reaches_the_screen() {
    for (name, state) in screens((120, 40)) {
        for cell in drawn(&state, Depth::Indexed).content() {
            let bad = |c: char| c.is_control() || ('\u{202A}'..='\u{202E}').contains(&c);
            assert!(!cell.symbol().contains(bad), "{name}: {:?}", cell.symbol());
        }
    }
}

#[test]
fn a_changed_cell_is_bold_for_two_beats() {
    let mut state = board((80, 24));
    let mut page = tasks();
    page[4].title = "Flash sale moved".to_owned();
    page[4] = crate::app::testing::with_json(page[4].clone());
    let req = asked(&feed(&mut state, [Message::Ticked(later(2))]));
    feed(&mut state, [Message::Listed { req, result: Ok(Page::new(128, page)) }]);
    let is_bold = |state: &State| {
        let buf = drawn(state, Depth::None);
        let y = rows(&buf).iter().position(|line| line.contains("Flash sale moved")).unwrap();
        let row = &rows(&buf)[y];
        let x = u16::try_from(text::width(row.split("Flash").next().unwrap())).unwrap();
        buf[(x, u16::try_from(y).unwrap())].modifier.contains(Modifier::BOLD)
    };
    assert!(is_bold(&state));
    feed(&mut state, [Message::Ticked(later(5))]);
    assert!(!is_bold(&state));
}

#[test]
fn a_task_whose_last_write_failed_is_marked_in_its_row_at_every_width() {
    for size in [(120, 40), (80, 24), (40, 12)] {
        let mut state = board(size);
        let marked = |state: &State| {
            let lines = rows(&drawn(state, Depth::None));
            let is_row = |line: &String| line.contains("Flash sale") && !line.contains("NEXT");
            let title = lines.iter().position(is_row).unwrap();
            // On a narrow screen a task has two lines.
            let first = if size.0 < 60 { title - 1 } else { title };
            lines[first].contains('!')
        };
        let before = marked(&state);
        let id = tasks()[4].id;
        state.failed.insert(id, "not done".to_owned());
        assert_eq!((before, marked(&state)), (false, true), "{size:?}");
    }
}

/// Where the cursor stands, with what stands before it and on it.
fn cursor_of(state: &State) -> Option<(String, String)> {
    let mut buf = Buffer::empty(Rect::new(0, 0, state.size.0, state.size.1));
    let cursor = super::render(state, &Theme::new(Depth::None), buf.area, &mut buf)?;
    let symbol = |x| buf[(x, cursor.y)].symbol().trim_end_matches(text::LEFT_TO_RIGHT);
    let before = (0..cursor.x).map(|x| symbol(x).trim_end()).collect::<String>();
    Some((before, symbol(cursor.x).to_owned()))
}

#[test]
fn the_cursor_stands_behind_what_was_typed_in_every_field_and_nowhere_else() {
    let words = "早报 e\u{301}שלום 🔥";
    for size in [(120, 40), (80, 24), (40, 12), LEAST] {
        for opens in ["/", "f", ":", "n"] {
            let mut state = board(size);
            assert_eq!(cursor_of(&state), None);
            feed(&mut state, typed(opens));
            if opens == "n" {
                // The field that says which type it is takes no text.
                feed(&mut state, [key(KeyCode::Char('u')), key(KeyCode::Tab)]);
            }
            for typed in [words, &words.repeat(4)] {
                feed(&mut state, [key(KeyCode::End), Message::Pasted(typed.to_owned())]);
                let (before, on) = cursor_of(&state).unwrap_or_else(|| panic!("{opens} at {size:?}"));
                let row = rows(&drawn(&state, Depth::None)).join("\n");
                assert!(before.ends_with("לום🔥") && on == " ", "{opens} at {size:?}: {before}[{on}]\n{row}");
            }
            feed(&mut state, [key(KeyCode::Left), key(KeyCode::Left)]);
            assert_eq!(cursor_of(&state).unwrap().1, " ", "{opens} at {size:?}");
            feed(&mut state, [key(KeyCode::Left), key(KeyCode::Left)]);
            assert_eq!(cursor_of(&state).unwrap().1, "ו", "{opens} at {size:?}");
        }
    }
}

#[test]
fn what_lies_over_a_field_has_the_cursor_or_nothing_has() {
    let mut state = board((80, 24));
    feed(&mut state, typed("n"));
    assert!(cursor_of(&state).is_none() || state.form().is_some());
    feed(&mut state, [key(KeyCode::F(1))]);
    assert_eq!(cursor_of(&state), None, "the help lies over the form");
    for (name, state) in screens((80, 24)) {
        let takes_text = state.layers.last().is_some_and(Layer::takes_text);
        assert!(takes_text || cursor_of(&state).is_none(), "{name}");
    }
}

#[test]
fn changes_that_wait_are_offered() {
    let mut state = board((80, 24));
    feed(&mut state, [Message::Ticked(later(2))]);
    let req = state.board.remote.asking.unwrap();
    feed(&mut state, typed("s"));
    let none = serde_json::json!({});
    let mut tasks = tasks();
    tasks.extend([1, 2].map(|id| task(id, 500, "All", "pending", "new", &none)));
    feed(&mut state, [Message::Listed { req, result: Ok(Page::new(12, tasks)) }]);
    assert!(screen(&state).contains("2 changes · r to apply"));
}

#[test]
fn a_find_and_a_filter_look_different() {
    let mut state = board((120, 40));
    state.board.keyword = "stock".to_owned();
    feed(&mut state, typed("/status=pending"));
    feed(&mut state, [key(KeyCode::Enter)]);
    let buf = drawn(&state, Depth::Indexed);
    let line = rows(&buf)[2].clone();
    assert!(line.contains("find \"stock\" · filter /status=pending"), "{line}");
    let look = |word: &str| {
        let x = text::width(line.split(word).next().unwrap());
        let cell = &buf[(u16::try_from(x).unwrap() + 1, 2)];
        (cell.fg, cell.modifier)
    };
    assert_ne!(look("\"stock\""), look("/status"));
}

#[test]
fn times_carry_their_own_zone_when_the_clocks_change_within_the_page() {
    let summer = serde_json::json!({ "CreateAt": "2026-09-01 02:00:00" });
    let mut state = with_page((220, 40), vec![task(1, 60, "All", "pending", "winter", &summer)]);
    state.zone = Zone::named("Europe/Berlin").unwrap();
    let shown = screen(&state);
    assert!(shown.contains("SCHEDULED  ") && !shown.contains("SCHEDULED ("), "{shown}");
    assert!(shown.contains("07:04:22 +01") && shown.contains("04:00 +02"), "{shown}");
}

#[test]
fn the_header_tells_skew_and_an_expired_signature() {
    let mut state = board((120, 40));
    state.connection.skew = Some(TimeDelta::seconds(75));
    state.connection.signed_until = Some(state.now.utc - TimeDelta::hours(1));
    let header = screen(&state).lines().next().unwrap().to_owned();
    assert!(header.contains("this clock 1m behind"), "{header}");
    assert!(header.contains("sig expired") && header.contains("14:04:37 +08"), "{header}");
}

#[test]
fn badge_and_state_stay_on_the_narrowest_header() {
    for (state, word) in
        [(board((30, 8)), "LIVE"), (offline(board((30, 8))), "OFFLINE"), (auth(board((30, 8))), "AUTH")]
    {
        let header = screen(&state).lines().next().unwrap().to_owned();
        assert!(header.contains("PROD") && header.contains(word), "{header}");
    }
}

#[test]
fn the_selected_row_stays_in_sight_below_tasks_in_doubt() {
    let mut state = in_doubt((40, 12));
    feed(&mut state, typed("G"));
    let shown = screen(&state);
    assert!(shown.contains("▸") && shown.contains("Spring is here"), "{shown}");
}

#[test]
fn an_empty_screen_and_a_whole_page_are_drawn_by_the_rows_that_fit() {
    let none = serde_json::json!({});
    let many: Vec<_> =
        (1..=100).map(|id| task(id, i64::try_from(id).unwrap() * 60, "All", "pending", "x", &none)).collect();
    let mut state = with_page((80, 24), many);
    feed(&mut state, typed("G"));
    let shown = screen(&state);
    let drawn_rows = shown.lines().filter(|line| line.contains("PEND")).count();
    assert_eq!(drawn_rows, state.areas().unwrap().rows());
    assert!(shown.contains("▸ PEND"));
}

#[test]
fn the_title_keeps_a_third_of_every_width_and_everybody_is_named() {
    for width in 60..=220 {
        let mut state = board((width, 24));
        state.detail.placement = crate::app::frame::Placement::Off;
        let lines = rows(&drawn(&state, Depth::None));
        let head = lines.iter().find(|line| line.contains("STATUS")).unwrap();
        let title = text::width(head.split("TITLE").next().unwrap());
        let end = head.split_once("SENDER").or_else(|| head.split_once("CREATED"));
        let end = end.map_or(usize::from(width) - 2, |(before, _)| text::width(before) - 1);
        assert!((end - title) * 3 >= usize::from(width) - 6, "{width}: {head}");
        assert!(lines.iter().any(|line| line.contains("‼ EVERYONE") || line.contains("‼ ALL")), "{width}");
        assert!(head.contains("SCHEDULED (+08)") || head.contains("TIME (+08)"), "{width}: {head}");
    }
}

/// The row of the screen, from the top, on which the mark of the chosen row stands: that of the list on top, where
/// there is one, and not that of the table behind it.
fn marked(state: &State, rows: &[String]) -> Option<usize> {
    let first = if state.layers.is_empty() { 1 } else { 2 };
    rows.iter().position(|row| row.chars().skip(first).any(|c| c == '▸'))
}

#[test]
fn what_is_pressed_is_what_is_drawn_there() {
    use crate::app::{Mouse, MouseKind};
    use ratatui::layout::Position;
    let chosen = [
        "board",
        "in_doubt",
        "filter_hides_all",
        "sort",
        "menu",
        "menu_dispatched",
        "copy",
        "drafts",
        "calls",
        "palette",
        "help",
        "help_search",
    ];
    for size in SIZES {
        for (name, state) in screens(size).into_iter().filter(|(name, _)| chosen.contains(name)) {
            // The hints of the last line do what their keys do.
            let areas = state.areas().unwrap();
            let head = areas.table.y + 1;
            let before = rows(&drawn(&state, Depth::None));
            let was = marked(&state, &before);
            // The head of a column sorts, and takes the selected row along.
            for y in (0..size.1 - 1).filter(|y| areas.row_height == 2 || *y != head) {
                let mut state = state.clone();
                let position = Position::new(size.0 / 3, y);
                feed(&mut state, [Message::Mouse(Mouse { kind: MouseKind::Press, position })]);
                let line = &before[usize::from(y)];
                // The pane beside the table names states, too.
                let table = usize::from(state.areas().unwrap().table.right());
                let cells: String = line.chars().take(table.min(20)).collect();
                let is_row = ["PEND", "OK", "FAIL", ">>DISP"].iter().any(|word| cells.contains(word));
                let after = rows(&drawn(&state, Depth::None));
                let is = marked(&state, &after);
                if name == "board" && is_row && y < state.areas().unwrap().table.bottom() {
                    // On a narrow screen a task takes two lines.
                    assert_eq!(is, Some(usize::from(y)), "{name} {size:?} {line}");
                }
                let near = |row: usize| (row..row + 2).contains(&usize::from(y));
                assert!(is == was || is.is_some_and(near), "{name} {size:?} {y}: {}", after.join("\n"));
            }
        }
    }
}

#[test]
fn every_screen_names_the_keys_that_hold() {
    let mut config = String::new();
    for scope in Scope::ALL {
        let has_back = Keymap::default().of_scope(scope).any(|binding| binding.action == Action::Back);
        if has_back {
            config = format!("{config}[keys.{}]\nback = 'F9'\n", scope.name());
        }
        if scope == Scope::Tasks {
            config.push_str("refresh = 'F5'\nfind = 'F7'\nfilter = 'F8'\nnew = 'F4'\n");
        }
        if scope == Scope::Overview {
            config.push_str("new = 'F4'\n");
        }
    }
    config.push_str("[keys.global]\nhelp = 'F1'\npalette = 'F2'\n");
    let keys = rebound(&config);
    for (name, mut state) in screens((200, 60)) {
        state.setup.keys = keys.clone();
        // What was said before is not said anew.
        state.note = None;
        // The review composes its text after every message.
        feed(&mut state, [Message::Ticked(now())]);
        let shown = rows(&drawn(&state, Depth::None)).join("\n");
        for old in ["Esc", "? help", "n new", "/ filter", "f find", "r or :", "r asks", ":reload", ":drafts"]
        {
            assert!(!shown.contains(old), "{name} names {old}:\n{shown}");
        }
    }
}

#[test]
fn what_is_soon_late_or_stuck_has_its_word_and_its_colour() {
    let none = serde_json::json!({});
    let tasks = vec![
        task(1, -700, "User", "dispatching", "Stuck for long", &none),
        task(2, -60, "User", "pending", "Late by a minute", &none),
        task(3, 90, "User", "pending", "Goes out now", &none),
        task(4, 600, "User", "pending", "Goes out soon", &none),
        task(5, 3600, "User", "pending", "In an hour", &none),
    ];
    for size in [(120, 40), (80, 24)] {
        let mut state = with_page(size, tasks.clone());
        feed(&mut state, [Message::Ticked(now())]);
        insta::assert_snapshot!(format!("phases_{}x{}", size.0, size.1), screen(&state));
    }
    let mut state = with_page((120, 40), tasks);
    // The selected row has colours of its own.
    feed(&mut state, typed("G"));
    let buf = drawn(&state, Depth::True);
    let theme = Theme::new(Depth::True);
    let text = rows(&buf);
    for (title, word, style) in [
        ("Goes out now", "1m 30s", theme.danger()),
        ("Goes out soon", "10m 00s", theme.warn()),
        ("Late by a minute", "LATE", theme.danger()),
        ("Stuck for long", "STUCK", theme.danger()),
    ] {
        let y = text
            .iter()
            .position(|row| row.starts_with('│') && row.contains(title) && row.contains(word))
            .unwrap();
        let before = text[y].split(word).next().unwrap();
        let x = crate::domain::text::width(before);
        let cell = &buf[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())];
        assert_eq!(Some(cell.fg), style.fg, "{title}");
    }
}
