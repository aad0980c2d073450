//! A name and what stands behind it, as the review writes them: in a column where there is room, and as
//! running text where every cell counts. The words are whole either way.

use crate::domain::text;

use super::super::compare::Difference;
use super::super::lines::{Lines, Tone, part};

/// Under this width the lines say the least.
pub(super) const NARROW: usize = 50;
/// Room of the labels before values.
const LABEL: usize = 9;
/// Widest room of labels that stand in a column.
const WIDEST: usize = 24;

/// One name and its value.
pub(super) fn row(out: &mut Lines, label: &str, tone: Tone, value: &str) {
    if out.width < NARROW {
        run_on(out, label, tone, value);
    } else {
        out.row(label, (text::width(label) + 2).clamp(LABEL, WIDEST), tone, value);
    }
}

/// One name and two values, on one line where both fit: the second begins a line else, so that no number in
/// it is broken.
pub(super) fn pair(out: &mut Lines, label: &str, tone: Tone, first: &str, second: &str) {
    let both = format!("{first} · {second}");
    let name = if out.width < NARROW { text::width(label) + 1 } else { LABEL };
    if name + text::width(&both) <= out.width {
        row(out, label, tone, &both);
    } else {
        row(out, label, tone, first);
        row(out, &" ".repeat(text::width(label)), tone, second);
    }
}

/// Names and values, the values below each other.
pub(super) fn table(out: &mut Lines, rows: &[(String, String)], tone: Tone) {
    let widest = rows.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0);
    let label = (widest + 2).clamp(LABEL, WIDEST);
    for (name, value) in rows {
        if out.width < NARROW {
            run_on(out, name, tone, value);
        } else {
            out.row(name, label, tone, value);
        }
    }
}

/// What differs: one side, the sign, the other.
pub(super) fn differences(out: &mut Lines, found: &[Difference], sign: &str, tone: Tone) {
    let words = |row: &Difference| format!("{} {sign} {}", side(row.old.as_ref()), side(row.new.as_ref()));
    let rows: Vec<(String, String)> = found.iter().map(|row| (row.name.clone(), words(row))).collect();
    table(out, &rows, tone);
}

/// A value, or that there is none.
pub(super) fn side(value: Option<&String>) -> &str {
    value.map_or("(none)", String::as_str)
}

/// The name before the first word, and every line as long as there is room.
fn run_on(out: &mut Lines, label: &str, tone: Tone, value: &str) {
    let before = format!("{} ", text::clean(label));
    let mut lines: Vec<String> = text::clean_lines(value);
    if lines.is_empty() {
        lines.push(String::new());
    }
    if let Some(first) = lines.first_mut() {
        first.insert_str(0, &before);
    }
    let width = out.width;
    let mut before = Some(before);
    let lines = lines.iter().flat_map(|line| text::wrap(line, width)).map(|line| {
        let name = before.take().filter(|name| line.starts_with(name.as_str()));
        match name.and_then(|name| Some((line.strip_prefix(name.as_str())?.to_owned(), name))) {
            Some((rest, name)) => vec![part(Tone::Muted, name), part(tone, rest)],
            None => vec![part(tone, line)],
        }
    });
    out.add(lines);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(width: usize, label: &str, value: &str) -> Vec<String> {
        let mut out = Lines { width, lines: Vec::new() };
        row(&mut out, label, Tone::Plain, value);
        out.lines.iter().map(|line| line.iter().map(|part| part.text.as_str()).collect()).collect()
    }

    #[test]
    fn where_every_cell_counts_a_value_runs_on_behind_its_name_and_keeps_its_lines() {
        assert_eq!(rows(20, "Text", "one two three four\nfive"), ["Text one two three", "four", "five"]);
        assert_eq!(rows(60, "Text", "one\ntwo"), ["Text     one", "         two"]);
        assert_eq!(rows(20, "Text", ""), ["Text"]);
        assert_eq!(rows(8, "A long name", "x"), ["A long", "name x"]);
    }
}
