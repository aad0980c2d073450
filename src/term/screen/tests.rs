//! Frames on a terminal that takes them, takes them late, or takes nothing.

use std::num::NonZero;

use super::*;
use crate::domain::text;

fn of(text: &'static str) -> impl FnOnce(Rect, &mut Buffer) -> Option<Position> {
    with_cursor(text, None)
}

fn with_cursor(
    text: &'static str,
    cursor: Option<(u16, u16)>,
) -> impl FnOnce(Rect, &mut Buffer) -> Option<Position> {
    move |area, buffer| {
        for (y, line) in (0..area.height).zip(text.lines()) {
            buffer.set_string(0, y, line, ratatui::style::Style::new());
        }
        cursor.map(Position::from)
    }
}

/// A terminal that takes so many bytes at once, and the rest when one waits for it.
#[derive(Clone, Debug, Default)]
struct Tape {
    written: Arc<Mutex<Vec<u8>>>,
    at_once: usize,
}

impl Tape {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.written.lock().unwrap())
    }

    fn bytes(&self) -> Vec<u8> {
        self.written.lock().unwrap().clone()
    }
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output for Tape {
    fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write(&bytes[..self.at_once.min(bytes.len())])
    }
}

/// A terminal that takes nothing at once.
fn pair() -> (Screen, FrameWriter, watch::Receiver<Progress>, Tape) {
    taking(0)
}

fn taking(at_once: usize) -> (Screen, FrameWriter, watch::Receiver<Progress>, Tape) {
    let tape = Tape { at_once, ..Tape::default() };
    let (screen, writer, progress) = screen(tape.clone(), || true, || Ok((6, 2)));
    (screen, writer, progress, tape)
}

/// What a terminal of this size shows after these bytes.
fn picture(bytes: &[u8], (columns, rows): (u16, u16)) -> String {
    let cells = |count| NonZero::new(count).unwrap();
    let mut parser = vt100::Parser::new(cells(rows), cells(columns), 0);
    parser.process(bytes);
    parser.screen().contents()
}

const AT: Duration = Duration::from_secs(7);

fn frames(shown: &[Shown]) -> Progress {
    Progress::Frames { count: shown.len() as u64, last: shown.iter().cloned().collect() }
}

#[test]
fn what_failed_is_over_whatever_is_written_after_it() {
    let mut progress = frames(&[shown((6, 2), AT)]);
    progress.add(shown((6, 2), AT));
    assert_eq!(progress, frames(&[shown((6, 2), AT), shown((6, 2), AT)]));
    progress = Progress::Failed("gone".to_owned());
    progress.add(shown((6, 2), AT));
    assert_eq!(progress, Progress::Failed("gone".to_owned()));
}

fn shown(size: (u16, u16), rendered: Duration) -> Shown {
    Shown { app: crate::app::AppNumber(0), rendered, size, lines: Vec::new(), awaited: true }
}

#[test]
fn one_frame_is_one_synchronized_update_of_what_differs() {
    let (screen, mut writer, _, tape) = pair();
    screen.show(shown((6, 2), AT), of("abc\ndef"));
    writer.step();
    let first = tape.take();
    assert!(first.starts_with(b"\x1b[?2026h\x1b[0m\x1b[2J") && first.ends_with(b"\x1b[?2026l"), "{first:?}");
    screen.show(shown((6, 2), AT), of("abc\ndXf"));
    writer.step();
    let second = String::from_utf8(tape.take()).unwrap();
    assert!(second.contains('X') && !second.contains('a') && !second.contains("\u{1b}[2J"), "{second:?}");
    screen.show(shown((6, 2), AT), of("abc\ndXf"));
    writer.step();
    assert!(tape.bytes().is_empty(), "what is on the screen already is not written again");
}

#[test]
fn the_cursor_is_shown_where_the_frame_wants_it_and_nowhere_else_and_does_not_blink_about() {
    let (screen, mut writer, _, tape) = pair();
    let mut written = Vec::new();
    let mut show = |text, cursor| {
        screen.show(shown((6, 2), AT), with_cursor(text, cursor));
        writer.step();
        let bytes = tape.take();
        written.extend_from_slice(&bytes);
        let mut terminal = vt100::Parser::new(NonZero::new(2).unwrap(), NonZero::new(6).unwrap(), 0);
        terminal.process(b"\x1b[?25l");
        terminal.process(&written);
        let (row, column) = terminal.screen().cursor_position();
        let at = (!terminal.screen().hide_cursor()).then_some((column, row));
        (at, String::from_utf8(bytes).unwrap())
    };
    assert_eq!(show("abc\ndef", None).0, None);
    let (at, bytes) = show("abX\ndef", Some((3, 1)));
    assert_eq!(at, Some((3, 1)));
    assert!(bytes.ends_with("\u{1b}[?25h\u{1b}[?2026l"), "in the same update: {bytes:?}");
    assert_eq!(show("abX\ndef", Some((3, 1))), (Some((3, 1)), String::new()));
    let (at, bytes) = show("abX\ndef", Some((1, 0)));
    assert_eq!(
        (at, bytes.contains("?25l")),
        (Some((1, 0)), false),
        "a cursor that moves stays on: {bytes:?}"
    );
    let (at, bytes) = show("abX\ndeY", Some((1, 0)));
    assert_eq!((at, bytes.contains("?25l")), (Some((1, 0)), true), "it is not seen where cells are written");
    assert_eq!(show("abX\ndeY", None).0, None);
}

#[test]
fn after_another_program_had_the_terminal_the_cursor_is_where_it_belongs() {
    let (screen, mut writer, _, tape) = pair();
    screen.show(shown((6, 2), AT), with_cursor("abc", Some((2, 1))));
    writer.step();
    screen.repaint();
    screen.show(shown((6, 2), AT), with_cursor("abc", Some((2, 1))));
    tape.take();
    writer.step();
    assert!(tape.take().ends_with(b"\x1b[2;3H\x1b[?25h\x1b[?2026l"));
    screen.repaint();
    screen.show(shown((6, 2), AT), of("abc"));
    writer.step();
    let bytes = String::from_utf8(tape.take()).unwrap();
    assert!(bytes.contains("?25l") && !bytes.contains("?25h"), "{bytes:?}");
}

#[test]
fn behind_a_character_that_terminals_see_otherwise_the_next_place_is_said() {
    let odd = ["👨", "🇸🇬", "e\u{301}", "क्षि", "ם\u{200E}", "1\u{20E3}", "❤", "각"];
    for symbol in odd {
        let (screen, mut writer, _, tape) = pair();
        let cells = u16::try_from(text::width(symbol)).unwrap();
        screen.show(shown((6, 2), AT), move |_, buffer| {
            buffer[(1, 0)].set_symbol(symbol);
            buffer[(1 + cells, 0)].set_symbol("│");
            None
        });
        writer.step();
        let bytes = String::from_utf8(tape.take()).unwrap();
        let behind = bytes.split_once(symbol).unwrap().1;
        let place = format!("\u{1b}[1;{}H", 2 + cells);
        let border = behind.find('│').unwrap();
        assert!(behind.find(&place).is_some_and(|at| at < border), "{symbol}: {bytes:?}");
        let before = bytes.split_once(symbol).unwrap().0;
        let emptied = format!("{}\u{1b}", " ".repeat(usize::from(cells)));
        assert!(before.contains(&emptied), "{symbol}: {bytes:?}");
    }
    let (screen, mut writer, _, tape) = pair();
    screen.show(shown((6, 2), AT), of("abc·é"));
    writer.step();
    let bytes = String::from_utf8(tape.take()).unwrap();
    assert!(bytes.contains("abc·é"), "what all agree about is written in one go: {bytes:?}");
}

#[test]
fn a_frame_that_was_passed_over_is_missing_in_no_picture() {
    let (screen, mut writer, progress, tape) = pair();
    for (text, written) in [("one\ntwo", true), ("xxx\nxxx", false), ("\n", false), ("one\nxyz", true)] {
        screen.show(shown((6, 2), AT), of(text));
        if written {
            writer.step();
            assert_eq!(picture(&tape.bytes(), (6, 2)), text);
        }
    }
    assert_eq!(*progress.borrow(), frames(&[shown((6, 2), AT), shown((6, 2), AT)]));
}

#[test]
fn the_news_is_of_the_frame_that_was_written_and_not_of_one_that_waits() {
    let (screen, mut writer, progress, _) = pair();
    screen.show(shown((6, 2), AT), of("a"));
    assert_eq!(*progress.borrow(), Progress::Nothing);
    writer.step();
    screen.show(shown((5, 2), 2 * AT), of("b"));
    assert_eq!(*progress.borrow(), frames(&[shown((6, 2), AT)]));
    writer.step();
    // Who was not quick enough to hear of the first hears of both.
    assert_eq!(*progress.borrow(), frames(&[shown((6, 2), AT), shown((5, 2), 2 * AT)]));
    for _ in 0..MOST_FRAMES {
        screen.show(shown((5, 2), 3 * AT), of("b"));
        writer.step();
    }
    let Progress::Frames { count, last } = &*progress.borrow() else { panic!() };
    assert_eq!((*count, last.len()), (2 + MOST_FRAMES as u64, MOST_FRAMES));
}

#[test]
fn a_repaint_and_another_size_draw_in_full_and_ask_nothing() {
    let (screen, mut writer, _, tape) = pair();
    screen.show(shown((6, 2), AT), of("abc\ndef"));
    writer.step();
    let mut bytes = [tape.take(), b"\x1b[1;1H####".to_vec()].concat();
    screen.repaint();
    // A wish to repaint outlives a frame that is passed over.
    screen.show(shown((6, 2), AT), of("xxx\nxxx"));
    screen.show(shown((6, 2), AT), of("abc\ndef"));
    writer.step();
    let repaint = tape.take();
    bytes.extend_from_slice(&repaint);
    assert_eq!(picture(&bytes, (6, 2)), "abc\ndef");
    screen.show(shown((4, 1), AT), of("wxyz"));
    writer.step();
    assert_eq!(picture(&tape.bytes(), (4, 1)), "wxyz");
    for written in [&repaint, &tape.bytes()] {
        let asks = |query: &[u8]| written.windows(query.len()).any(|window| window == query);
        assert!(!asks(b"\x1b[6n") && !asks(b"\x1b[c") && !asks(b"\x1b]"), "{written:?}");
    }
}

#[test]
fn what_is_no_frame_goes_first_whole_and_with_a_bound() {
    let (screen, mut writer, _, tape) = pair();
    screen.show(shown((6, 2), AT), of("abc"));
    screen.send(b"<one>").unwrap();
    screen.show(shown((6, 2), AT), of("abd"));
    screen.send(b"<two>").unwrap();
    writer.step();
    assert!(tape.bytes().starts_with(b"<one><two>\x1b[?2026h"), "{:?}", tape.bytes());
    screen.send(&vec![b'x'; MOST_WAITING]).unwrap();
    assert!(screen.send(b"y").is_err());
    let (closed, _, _) = super::screen(Tape::default(), || false, || Ok((1, 1)));
    assert!(closed.send(b"x").is_err());
}

#[test]
fn what_waited_when_the_terminal_was_away_is_not_written_over_what_stands_there() {
    let (screen, mut writer, _, tape) = pair();
    screen.show(shown((6, 2), AT), of("old"));
    let pen = screen.pen(Duration::ZERO).unwrap();
    assert!(screen.pen(Duration::ZERO).is_none(), "there is one pen");
    screen.begin(b"<enter>");
    drop(pen);
    writer.step();
    assert_eq!(tape.bytes(), b"<enter>");
    screen.show(shown((6, 2), AT), of("new"));
    writer.step();
    assert!(tape.bytes().starts_with(b"<enter>\x1b[?2026h\x1b[0m\x1b[2J"), "{:?}", tape.bytes());
    assert_eq!(picture(&tape.bytes(), (6, 2)), "<enter>new".split_at(7).1);
}

#[test]
fn a_terminal_that_is_gone_is_told() {
    #[derive(Debug)]
    struct Gone;
    impl Output for Gone {
        fn write_now(&mut self, _: &[u8]) -> io::Result<usize> {
            Ok(0)
        }
    }
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (screen, mut writer, progress) = screen(Gone, || true, || Ok((6, 2)));
    screen.show(shown((6, 2), AT), of("abc"));
    writer.step();
    assert_eq!(*progress.borrow(), Progress::Failed("gone".to_owned()));
}

#[test]
fn what_the_terminal_takes_at_once_is_written_at_once_and_the_rest_by_the_thread() {
    let (screen, _writer, progress, tape) = taking(usize::MAX);
    screen.show(shown((6, 2), AT), of("abc\ndef"));
    assert_eq!(picture(&tape.bytes(), (6, 2)), "abc\ndef");
    assert_eq!(*progress.borrow(), frames(&[shown((6, 2), AT)]));

    // However little it takes: no byte is written twice, and none is missing.
    for at_once in 0..60 {
        let (screen, mut writer, progress, tape) = taking(at_once);
        screen.show(shown((6, 2), AT), of("abc\ndef"));
        screen.show(shown((6, 2), AT), of("xyz\ndef"));
        screen.send(b"\x1b]2;sent\x07").unwrap();
        screen.show(shown((6, 2), AT), of("uvw\ndef"));
        writer.step();
        assert_eq!(picture(&tape.bytes(), (6, 2)), "uvw\ndef", "{at_once}");
        assert_eq!(tape.bytes().windows(4).filter(|window| window == b"sent").count(), 1);
        screen.show(shown((6, 2), AT), of("uvw\nend"));
        writer.step();
        assert_eq!(picture(&tape.bytes(), (6, 2)), "uvw\nend", "{at_once}");
        let Progress::Frames { count, .. } = *progress.borrow() else { panic!() };
        assert!((2..=4).contains(&count), "{count}");
    }
}

#[test]
fn while_something_is_left_nobody_else_gets_the_pen() {
    let (screen, mut writer, _, tape) = taking(3);
    screen.show(shown((6, 2), AT), of("abc\ndef"));
    assert_eq!(tape.bytes(), b"\x1b[?", "it is in the middle of a sequence");
    assert!(screen.pen(Duration::ZERO).is_none());
    writer.step();
    assert!(screen.pen(Duration::ZERO).is_some() && tape.bytes().ends_with(b"\x1b[?2026l"));
}

#[test]
fn only_a_frame_that_is_awaited_wakes_whoever_listens() {
    let (screen, _writer, mut progress, _) = taking(usize::MAX);
    let _ = progress.borrow_and_update();
    screen.show(Shown { awaited: false, ..shown((6, 2), AT) }, of("a"));
    assert!(!progress.has_changed().unwrap());
    screen.show(shown((6, 2), AT), of("b"));
    assert!(progress.has_changed().unwrap());
    let Progress::Frames { count, .. } = &*progress.borrow() else { panic!() };
    assert_eq!(*count, 2, "and tells of the one before as well");
}
