//! What the line above the table says of its rows: which are on the screen, of how many, and how far that is known.

use crate::terminal::Terminal;

/// The rows on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The first one, counted from 1.
    pub(crate) first: usize,
    /// The last one.
    pub(crate) last: usize,
    /// All tasks of the range, whatever a filter hides.
    pub(crate) of: usize,
    /// Whether these are all, and were read in this run.
    pub(crate) is_whole: bool,
    /// Tasks that pass the filter, where one is on.
    pub(crate) matches: Option<usize>,
}

impl Shown {
    /// What a screen says; `None` where it says nothing of rows.
    pub(crate) fn on(screen: &str) -> Option<Self> {
        let (before, words) = screen.lines().find_map(|line| line.split_once(" rows "))?;
        // Where there is little room only what is missing is said of all rows: "1 of 5 windows missing".
        let words: Vec<&str> = words.split_whitespace().collect();
        let is_missing = words.last() == Some(&"missing");
        let words = words[..words.len().saturating_sub(if is_missing { 5 } else { 0 })].join(" ");
        let words = words.trim_end_matches(',');
        let (rows, of) = words.split_once(" of ").unwrap_or((words, "at least 0"));
        let (first, last) = rows.split_once('–').unwrap_or((rows, rows));
        let of_all = of.strip_prefix("at least ").unwrap_or(of);
        let matches = before.trim_end().strip_suffix(" match ·").map(|words| {
            // What is said before it stands at a distance.
            number(words.rsplit("  ").next().unwrap_or(words))
        });
        let is_whole = !is_missing && of_all.len() == of.len() && !of.contains(" as of ");
        Some(Self { first: number(first), last: number(last), of: number(of_all), is_whole, matches })
    }
}

/// The number with which a text begins; its digits stand in groups of three.
fn number(text: &str) -> usize {
    let digits = text.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == ' ');
    digits.filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
}

/// Waits until everything was read and the screen says so of that many tasks.
pub(crate) fn whole(terminal: &Terminal, of: usize) -> Shown {
    let what = format!("all {of} tasks to be read");
    let is_whole = |screen: &str| Shown::on(screen).is_some_and(|shown| shown.is_whole && shown.of == of);
    let screen = terminal.wait(&what, is_whole);
    Shown::on(&screen).unwrap()
}

/// The same where the reading takes longer than anything is waited for: it only has to go on.
pub(crate) fn read_through(terminal: &Terminal, of: usize) {
    let mut read = 0;
    while read < of {
        let screen = terminal.wait(&format!("more than {read} of {of} tasks"), |screen| {
            let goes_on = |shown: Shown| shown.of > read || shown.is_whole && shown.of == of;
            Shown::on(screen).is_some_and(goes_on)
        });
        read = Shown::on(&screen).unwrap().of;
    }
    whole(terminal, of);
}

/// Waits until these rows are other ones.
pub(crate) fn other(terminal: &Terminal, than: &Shown) -> Shown {
    let is_other = |screen: &str| Shown::on(screen).is_some_and(|shown| shown != *than);
    let screen = terminal.wait("other rows", is_other);
    Shown::on(&screen).unwrap()
}

/// Turns the pages from the first to the last and back: each begins behind the last row of the one before.
pub(crate) fn turn_all(terminal: &mut Terminal, of: usize) {
    terminal.keys("g");
    let is_first = |screen: &str| Shown::on(screen).is_some_and(|shown| shown.first == 1);
    let mut at = Shown::on(&terminal.wait("the first row", is_first)).unwrap();
    while at.last < of {
        terminal.keys(">");
        let next = other(terminal, &at);
        let is_behind = next.first == at.last + 1 || next.last == of && next.first <= at.last + 1;
        assert!(is_behind && next.last > at.last, "{next:?} after {at:?}");
        at = next;
    }
    terminal.keys(">");
    terminal.see("this is the last page");
    while at.first > 1 {
        terminal.keys("<");
        let before = other(terminal, &at);
        let is_before = before.last + 1 == at.first || before.first == 1 && before.last + 1 >= at.first;
        assert!(is_before, "{before:?} before {at:?}");
        at = before;
    }
    terminal.keys("<");
    terminal.see("this is the first page");
}

#[test]
fn the_words_above_the_table_are_understood() {
    let shown = |line: &str| Shown::on(&format!("a line\n{line}\nanother")).unwrap();
    let all = shown(" Fri 14 Nov → 14 Dec · scheduled ↑         rows 1–20 of 3 000");
    assert_eq!(all, Shown { first: 1, last: 20, of: 3000, is_whole: true, matches: None });
    let some = shown(" 14 Nov → 14 Dec   12 match · rows 1–12 of at least 412, 1 of 5 windows missing");
    assert_eq!(some, Shown { first: 1, last: 12, of: 412, is_whole: false, matches: Some(12) });
    assert!(!shown("   rows 1–20 of 128 as of 3h ago").is_whole);
    assert!(!shown("   rows 1–20 1 of 2 windows missing").is_whole);
    assert_eq!(shown("   0 match · rows 0 of 128").matches, Some(0));
    assert_eq!(Shown::on("nothing loaded yet"), None);
}
