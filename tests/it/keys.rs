//! Every documented key on every screen, and what no terminal should send: after each the program lives
//! and draws, and nothing on its screen is left over from before.

use crossterm::event::{KeyCode, KeyModifiers};
use pushdeck::keymap::{Action, Key, Keymap, Scope};
use pushdeck::sandbox::{Options, Seed};

use crate::service::{KEY, Service};
use crate::terminal::{CTRL_C, ENTER, ESC, Start, Terminal};

/// Esc, and a report behind it: so it is told from a key with alt without waiting.
const ESC_NOW: &[u8] = b"\x1b\x1b[I";
/// On the board.
const BOARD: &str = "n new  e edit";

/// A screen: its keys, how it is opened from the board, and what it shows.
struct Screen {
    scope: Scope,
    path: &'static [&'static str],
    shows: &'static str,
}

/// The screen of a scope. A scope that is new must be given one.
fn screen(scope: Scope) -> Screen {
    let (path, shows): (&'static [&'static str], _) = match scope {
        Scope::Tasks | Scope::Global => (&[], BOARD),
        Scope::Detail => (&[ENTER], "task/JSON"),
        Scope::Filter => (&["/"], "Enter keep"),
        Scope::Find => (&["f"], "Keyword"),
        Scope::Sort => (&["s"], "Enter take"),
        Scope::Menu => (&["x"], "What can be done here"),
        Scope::Copy => (&["y"], "Copy of #"),
        Scope::Form => (&["n"], "New push"),
        Scope::Review => (&["D"], " to cancel "),
        // What was cancelled before stays where it was.
        Scope::Result => (&["j", "D"], "Enter close"),
        Scope::Drafts => (&[":drafts", ENTER], "continue it"),
        Scope::Stop => (&[":stop", ENTER], "What fires next"),
        Scope::Timeline => (&["2"], "+ closer"),
        Scope::Bucket => (&["2", "-", "-", ENTER], "go to it"),
        Scope::Calls => (&["@"], "copy as curl"),
        Scope::Call => (&["@", ENTER], "Its Date"),
        Scope::Profiles => (&["P"], "every app in one table"),
        Scope::Overview => (&["P", "g", ENTER], "go to it"),
        Scope::Help => (&["?"], "cancel the task, through review"),
        Scope::Search => (&["?", "/"], "Enter do it  Esc back"),
        Scope::Palette => (&[":"], "Enter do it"),
    };
    Screen { scope, path, shows }
}

/// What a terminal sends for a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "a key that is new fails the test")]
fn bytes(key: Key) -> Vec<u8> {
    let sequence: &[u8] = match key.code {
        KeyCode::Char(c) if key.mods.contains(KeyModifiers::CONTROL) => return vec![c as u8 & 0x1f],
        KeyCode::Char(c) => return c.to_string().into_bytes(),
        KeyCode::Enter => b"\r",
        KeyCode::Esc => ESC_NOW,
        KeyCode::Tab => b"\t",
        KeyCode::BackTab => b"\x1b[Z",
        KeyCode::Up => b"\x1b[A",
        KeyCode::Down => b"\x1b[B",
        KeyCode::Right => b"\x1b[C",
        KeyCode::Left => b"\x1b[D",
        KeyCode::Home => b"\x1b[H",
        KeyCode::End => b"\x1b[F",
        KeyCode::PageUp => b"\x1b[5~",
        KeyCode::PageDown => b"\x1b[6~",
        code => panic!("what does a terminal send for {code:?}?"),
    };
    sequence.to_vec()
}

fn open(service: &Service) -> Terminal {
    let (config, beside) = (service.config("test"), service.profile("beta", "test"));
    let config = format!("{config}{beside}\n[ui]\nrefresh_seconds = 60\n");
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "PEND"]);
    // So that whatever is chosen can be cancelled, however long this takes.
    terminal.keys("/status=pending in>1h");
    terminal.keys(ENTER);
    terminal.see("filter /status=pending in>1h");
    terminal.keys("g");
    terminal.see(" rows 1–");
    terminal.see(BOARD);
    terminal
}

/// Back to the board, from wherever.
fn to_board(terminal: &mut Terminal) {
    while !terminal.screen().contains(BOARD) {
        terminal.bytes_in(ESC_NOW);
        terminal.repaint();
    }
}

fn go(terminal: &mut Terminal, place: &Screen) {
    to_board(terminal);
    place.path.iter().for_each(|keys| terminal.keys(keys));
    if place.scope == Scope::Result {
        let screen = terminal.see(" to cancel ");
        let asked = screen.split(" to cancel ").next().and_then(|words| words.split_whitespace().last());
        terminal.confirm(" to cancel ", asked.unwrap(), place.shows);
    }
    terminal.see(place.shows);
}

/// A picture without what turns with time.
fn still(screen: &str) -> String {
    screen.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// Fails unless the screen shows just what it would if everything were redrawn.
fn assert_draws(terminal: &mut Terminal, after: &str) {
    let mut pictures = (String::new(), String::new());
    for _ in 0..20 {
        pictures = (terminal.screen(), terminal.repaint());
        if still(&pictures.0) == still(&pictures.1) {
            return;
        }
    }
    panic!("after {after} the screen was\n{}\nand redrawn it is\n{}", pictures.0, pictures.1);
}

/// Presses every key that means something at a place.
fn press_all(scope: Scope) {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let place = screen(scope);
    let mut terminal = open(&service);
    let mut leave = Vec::new();
    let keys = Keymap::default();
    for binding in keys.of_scope(scope).chain(keys.of_scope(Scope::Global)) {
        for key in &binding.keys {
            let closes = binding.action == Action::Close && scope == Scope::Tasks;
            if closes || binding.action == Action::Quit {
                leave.push(*key);
                continue;
            }
            go(&mut terminal, &place);
            terminal.bytes_in(&bytes(*key));
            assert_draws(&mut terminal, &format!("{} in {:?}", key.label(), place.scope));
        }
    }
    for key in leave {
        go(&mut terminal, &place);
        terminal.bytes_in(&bytes(key));
        assert_eq!(terminal.end(), 0, "{} in {scope:?}", key.label());
        terminal.assert_restored();
        terminal = open(&service);
    }
}

#[test]
fn every_key_of_the_table() {
    press_all(Scope::Tasks);
}

#[test]
fn every_key_of_the_detail() {
    press_all(Scope::Detail);
}

#[test]
fn every_key_of_filter_find_and_sort() {
    press_all(Scope::Filter);
    press_all(Scope::Find);
    press_all(Scope::Sort);
}

#[test]
fn every_key_of_the_menus() {
    press_all(Scope::Menu);
    press_all(Scope::Copy);
}

#[test]
fn every_key_of_the_form() {
    press_all(Scope::Form);
}

#[test]
fn every_key_of_the_review() {
    press_all(Scope::Review);
}

#[test]
fn every_key_of_the_result() {
    press_all(Scope::Result);
}

#[test]
fn every_key_of_the_drafts_and_the_api_log() {
    press_all(Scope::Drafts);
    press_all(Scope::Stop);
    press_all(Scope::Calls);
    press_all(Scope::Call);
}

#[test]
fn every_key_of_the_timeline() {
    press_all(Scope::Timeline);
    press_all(Scope::Bucket);
}

#[test]
fn every_key_of_help_and_palette() {
    press_all(Scope::Help);
    press_all(Scope::Search);
    press_all(Scope::Palette);
}

#[test]
fn every_scope_has_its_journey() {
    let here = include_str!("keys.rs");
    for scope in Scope::ALL.into_iter().filter(|scope| *scope != Scope::Global) {
        assert!(here.contains(&format!("press_all(Scope::{scope:?});")), "{scope:?}");
    }
}

/// Presses `?`, as a person does who does not see the help come.
fn press_until_heard(terminal: &mut Terminal) {
    let (began, mut pressed) = (std::time::Instant::now(), std::time::Instant::now());
    terminal.keys("?");
    while !terminal.screen().contains("cancel the task, through review") {
        if pressed.elapsed() > std::time::Duration::from_millis(250) {
            pressed = std::time::Instant::now();
            terminal.keys("?");
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(30), "the keyboard is gone");
        std::thread::yield_now();
    }
}

#[test]
fn an_unfinished_sequence_does_not_take_the_keyboard_away() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let mut terminal = open(&service);
    let cut: [&[u8]; 8] = [
        b"\x1b[<",
        b"\x1b[?",
        b"\x1b[1;",
        b"\x1bO",
        b"\x1b[<0;12",
        b"\x1b]11;rgb:1e1e/",
        b"\x1bP>|",
        b"\xe6\x97",
    ];
    for bytes in cut {
        terminal.bytes_in(bytes);
        press_until_heard(&mut terminal);
        terminal.keys(ESC);
        terminal.see(BOARD);
    }
    terminal.bytes_in(b"\x1b[200~a paste that never ends, with D and q in it");
    terminal.see("a paste outside of a text field was dropped");
    press_until_heard(&mut terminal);
    terminal.bytes_in(b"\x1b[1;");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn only_the_background_is_asked_of_the_terminal_and_once_whatever_its_size_becomes() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let mut terminal = open(&service);
    for (columns, rows) in [(80, 24), (40, 12), (20, 5), (1, 1), (250, 80), (120, 40)] {
        terminal.resize(columns, rows);
        terminal.repaint();
    }
    terminal.row(&["▸", "PEND"]);
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    let raw = terminal.bytes();
    let asked = |query: &[u8]| raw.windows(query.len()).filter(|window| *window == query).count();
    for query in
        [b"\x1b[6n".as_slice(), b"\x1b[c", b"\x1b[0c", b"\x1b]10", b"\x1b]12", b"\x1b[?u", b"\x1b[5n"]
    {
        assert_eq!(asked(query), 0, "{query:?} was asked");
    }
    assert_eq!(asked(b"\x1b]11;?"), 1, "dark or light, at the start");
    terminal.assert_restored();
}

#[test]
fn every_key_of_the_profiles() {
    press_all(Scope::Profiles);
    press_all(Scope::Overview);
}
