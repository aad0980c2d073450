//! How much of a frame goes to the terminal: what changed, as one synchronized update, and nothing else. It is held low
//! because the line may be slow, and counted, so that no speed matters.

use super::*;
use crate::app::testing::{board, feed, fill, later};
use crate::term::testing::Tape;

/// A state, and what is written for it.
struct Drawn {
    state: State,
    screen: Screen,
    tape: Tape,
    themes: Themes,
}

impl Drawn {
    fn new(state: State) -> Self {
        let tape = Tape::default();
        let (screen, _, _) = term::screen(tape.clone(), || true, || Ok(SIZE));
        let mut drawn = Self { state, screen, tape, themes: Themes::new(Depth::True) };
        drawn.frame();
        drawn
    }

    /// What the next frame writes.
    fn frame(&mut self) -> Vec<u8> {
        let Self { state, screen, themes, .. } = self;
        let shown = Shown {
            app: AppNumber(0),
            rendered: state.now.running,
            size: state.size,
            lines: Vec::new(),
            awaited: false,
        };
        screen.show(shown, |area, buffer| view::render(state, themes.on(Some(false)), area, buffer));
        std::mem::take(&mut self.tape.0.lock().unwrap())
    }

    /// What is written after these messages.
    fn after(&mut self, messages: Vec<Message>) -> Vec<u8> {
        feed(&mut self.state, messages);
        self.frame()
    }
}

/// Many tasks, and the selection in the middle of the screen.
fn table(size: (u16, u16)) -> Drawn {
    let mut state = board(size);
    fill(&mut state);
    feed(&mut state, typed("gjj"));
    Drawn::new(state)
}

fn is_one_update(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let marks = |mark| text.matches(mark).count();
    text.starts_with("\u{1b}[?2026h")
        && text.ends_with("\u{1b}[?2026l")
        && (marks("\u{1b}[?2026h"), marks("\u{1b}[?2026l"), marks("\u{1b}[2J")) == (1, 1, 0)
}

#[test]
fn a_key_that_moves_writes_little_more_than_two_rows_and_the_detail() {
    for (size, most) in [((120, 40), 2700), ((80, 24), 400), ((40, 12), 550)] {
        let mut drawn = table(size);
        for key in ["j", "k", "j", "j", "j"] {
            let bytes = drawn.after(typed(key));
            assert!(is_one_update(&bytes), "{size:?}: {:?}", String::from_utf8_lossy(&bytes));
            assert!(bytes.len() <= most, "{key} at {size:?} writes {} bytes", bytes.len());
        }
    }
}

#[test]
fn a_second_that_passes_writes_the_digits_that_turn() {
    for (size, most) in [((120, 40), 170), ((80, 24), 130), ((40, 12), 70)] {
        let mut drawn = table(size);
        drawn.after(vec![Message::Ticked(later(1))]);
        let mut written = 0;
        for second in 2..62 {
            let bytes = drawn.after(vec![Message::Ticked(later(second))]);
            assert!(is_one_update(&bytes), "{size:?}: {:?}", String::from_utf8_lossy(&bytes));
            written += bytes.len();
        }
        assert!(written <= 60 * most, "a minute at {size:?} writes {written} bytes");
        assert!(drawn.frame().is_empty(), "what is on the screen is not written again");
    }
}
