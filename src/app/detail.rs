//! The detail of the selected task: where it stands, what of it is shown, how far it is scrolled.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use ratatui::layout::Rect;

use crate::keymap::{Action, Scope};

pub mod lines;
pub mod pane;

pub use pane::ViewMode;

use super::frame::inside;
use super::next::{Destination, Next};
use super::shared::Shared;
use super::task_actions;

/// The room for the text: the inside of the pane, or of the whole body when the detail lies over
/// it. `None` when the detail is not shown.
pub fn room(shared: &Shared) -> Option<Rect> {
    frame(shared).map(inside)
}

/// The border around that room.
pub fn frame(shared: &Shared) -> Option<Rect> {
    let areas = shared.areas()?;
    if shared.lies_over.detail {
        return Some(areas.detail.map_or(areas.table, |pane| areas.table.union(pane)));
    }
    areas.detail
}

/// The farthest scroll: the last line of the text stands on the last line of the room.
pub fn longest_scroll(shared: &Shared) -> u16 {
    let Some(room) = room(shared) else { return 0 };
    let lines = lines::lines(shared, usize::from(room.width)).len();
    u16::try_from(lines).unwrap_or(u16::MAX).saturating_sub(room.height)
}

/// A key in the detail, in the pane or on the whole body.
pub fn on_action(shared: &mut Shared, action: Action) -> Next {
    let screenful = room(shared).map_or(1, |room| room.height.saturating_sub(1).max(1));
    let longest = longest_scroll(shared);
    // The text may have become shorter since the last key.
    let scroll = shared.detail.scroll.min(longest);
    let moved = match action {
        Action::Down => scroll.saturating_add(1),
        Action::Up => scroll.saturating_sub(1),
        Action::PageDown => scroll.saturating_add(screenful),
        Action::PageUp => scroll.saturating_sub(screenful),
        Action::HalfDown => scroll.saturating_add(screenful.div_ceil(2)),
        Action::HalfUp => scroll.saturating_sub(screenful.div_ceil(2)),
        Action::First => 0,
        Action::Last => longest,
        _ => return on_other(shared, action),
    };
    shared.detail.scroll = moved.min(longest);
    Next::stay()
}

fn on_other(shared: &mut Shared, action: Action) -> Next {
    match action {
        Action::NextView => {
            shared.detail.scroll = 0;
            shared.detail.mode = match shared.detail.mode {
                ViewMode::Task => ViewMode::Json,
                ViewMode::Json => ViewMode::Task,
            };
        }
        Action::Open if !shared.lies_over.detail => return Next::open(Destination::Screen(Scope::Detail)),
        Action::Back | Action::Close | Action::SwitchPane if shared.lies_over.detail => return Next::close(),
        Action::Back | Action::Close | Action::SwitchPane => shared.detail.focused = false,
        _ => return task_actions::on_action(shared, action),
    }
    Next::stay()
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use crate::app::testing::{board, feed, key, typed};

    use super::*;

    #[test]
    fn scrolling_stops_at_the_last_line_in_both_view_modes_and_at_every_width() {
        for size in [(40, 12), (80, 24), (80, 40), (120, 30), (30, 8)] {
            let mut state = board(size);
            feed(&mut state, [key(KeyCode::Enter)]);
            for mode in [ViewMode::Task, ViewMode::Json] {
                assert_eq!(state.detail.mode, mode);
                let room = room(&state).unwrap();
                let lines = lines::lines(&state, usize::from(room.width)).len();
                feed(&mut state, typed("G"));
                let last = usize::from(state.detail.scroll);
                assert_eq!(last, lines.saturating_sub(usize::from(room.height)), "{size:?} {mode:?}");
                feed(&mut state, typed("jjj"));
                assert_eq!(usize::from(state.detail.scroll), last);
                feed(&mut state, typed("k"));
                assert_eq!(usize::from(state.detail.scroll), last.saturating_sub(1));
                feed(&mut state, [key(KeyCode::Right)]);
            }
        }
    }

    #[test]
    fn no_line_is_wider_than_the_room() {
        for width in 24..=90 {
            let mut state = board((120, 40));
            for mode in [ViewMode::Task, ViewMode::Json] {
                state.detail.mode = mode;
                for line in lines::lines(&state, width).iter() {
                    let cells: usize = line.iter().map(|part| crate::domain::text::width(&part.text)).sum();
                    assert!(cells <= width, "{width}: {line:?}");
                }
            }
        }
    }

    #[test]
    fn every_field_of_the_content_is_named_also_unknown_ones() {
        let state = board((120, 40));
        let text: String = lines::lines(&state, 60)
            .iter()
            .map(|line| line.iter().map(|part| part.text.clone()).collect::<String>() + "\n")
            .collect();
        for piece in [
            "Marker",
            "campaign-77",
            "0 (online if possible, else offline)",
            "OPPO channel",
            "Badge   ",
            "MsgRandom",
            "287454020",
            "NewThing",
            r#"{"a":1}"#,
        ] {
            assert!(text.contains(piece), "{piece} is missing in\n{text}");
        }
    }

    #[test]
    fn what_is_composed_does_not_grow_with_the_texts_that_somebody_sends() {
        let count = |length: usize| {
            let mut state = board((120, 40));
            let long = "a.b ".repeat(length / 4);
            let selected = state.board.selected;
            let mut task = crate::domain::Task::clone(&state.board.task(selected.unwrap()).unwrap());
            (task.title, task.desc) = (long.clone(), long.clone());
            let known = crate::domain::fields::FIELDS.iter().map(|field| field.path);
            for path in known.chain(["DataId", "Unknown.Thing", "Another"]) {
                task.content.set(path, Some(long.clone().into()));
            }
            task.raw.insert("Title".to_owned(), long.into());
            task.raw.insert("Content".to_owned(), task.content.0.clone().into());
            state.board.hold([crate::app::testing::with_json(task)]);
            let modes = [ViewMode::Task, ViewMode::Json].map(|mode| {
                state.detail.mode = mode;
                let lines = lines::lines(&state, 60);
                lines.iter().flatten().map(|part| part.text.len()).sum::<usize>()
            });
            modes.iter().sum::<usize>()
        };
        let (long, longer) = (count(100_000), count(1_000_000));
        assert!(long < 200_000, "{long}");
        assert!(longer <= long + 100, "{longer} after {long}");
    }

    #[test]
    fn a_failed_dispatch_says_why_and_what_to_do() {
        let mut state = board((120, 40));
        feed(&mut state, typed("kk"));
        let text: String =
            lines::lines(&state, 200).iter().flatten().map(|part| part.text.clone() + "\n").collect();
        assert!(text.contains("REST call frequency exceeded (60007)"), "{text}");
        assert!(text.contains("push gateway: 60007"), "{text}");
        assert!(text.contains("N makes a new task from this one"), "{text}");
    }
}
