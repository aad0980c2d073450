//! The rows of the form, composed before they are drawn, so that the scroll knows how many there
//! are. How many lines a field has depends on its text alone, never on who has the keys or what is
//! said beside it.

use ratatui::style::Style;

use crate::app::State;
use crate::app::form::{Beside, Form, FormField, Purpose, clocks, echo_lines, fields};
use crate::app::lines::Tone;
use crate::domain::fields::Group;
use crate::domain::{Audience, Kind, text};
use crate::theme::Theme;

use super::super::cells::style_of;
use super::super::text_field;

/// One line of the form.
pub(super) struct FormRow {
    /// The places it belongs to: the groups that fold stand side by side.
    pub(super) fields: Vec<FormField>,
    /// Pieces from the left.
    pub(super) parts: Vec<(String, Style)>,
    /// The line of text with its cursor, behind the pieces.
    pub(super) cursor: Option<Cursor>,
    /// What stands beside the text, and from which column on; the text before it is cut.
    pub(super) beside: Option<(usize, String, Style)>,
}

/// A line of text that has the cursor.
pub(super) struct Cursor {
    pub(super) line: String,
    pub(super) column: usize,
    /// Whether all of it is selected.
    pub(super) selected: bool,
}

/// The rows, and what there was no room for beside the field that has the keys.
pub(super) struct ComposedForm {
    pub(super) rows: Vec<FormRow>,
    pub(super) unsaid: Option<(String, Style)>,
}

/// What every row needs to know.
struct FormRows<'a> {
    state: &'a State,
    form: &'a Form,
    theme: &'a Theme,
    /// Cells of the form.
    width: usize,
    /// Cells of the labels.
    label: usize,
    /// Most lines of one field.
    most_lines: usize,
    problems: Vec<(FormField, String)>,
    out: ComposedForm,
}

/// From this width on the clocks of a time stand beside it, not below.
const WIDE: usize = 56;
/// Cells of the labels above the groups: "All attributes".
const LABEL: usize = 14;
/// Cells of the labels of vendors: "OPPO title values".
const VENDOR_LABEL: usize = 17;
/// Cells of the labels on a narrow screen.
const NARROW_LABEL: usize = 8;
/// The column, counted from the right end, in which stands what is said beside the values.
const BESIDE: usize = 22;
/// Cells that a value keeps at least when something stands beside it.
const VALUE: usize = 11;
/// Most lines that a text or list has on the screen; where there is little room, fewer.
const LINES: usize = 5;
/// Lines below the time where nothing but the time is changed.
const TIME_LINES: usize = 2;
const FEW_LINES: usize = 2;

/// Every row of the form for a width.
pub(super) fn all(state: &State, form: &Form, theme: &Theme, width: u16, roomy: bool) -> ComposedForm {
    let width = usize::from(width);
    let mut frame = FormRows {
        state,
        form,
        theme,
        width,
        label: if width < WIDE { NARROW_LABEL } else { LABEL },
        most_lines: if roomy { LINES } else { FEW_LINES },
        problems: form.shown_problems(state.server_now(), state.setup.zone),
        out: ComposedForm { rows: Vec::new(), unsaid: None },
    };
    frame.who();
    let (groups, fields): (Vec<_>, Vec<_>) =
        form.fields().into_iter().partition(|field| matches!(field, FormField::Section(_)));
    let (above, below): (Vec<FormField>, Vec<FormField>) =
        fields.into_iter().partition(|field| !field.group().is_some_and(fields::folds));
    for field in above {
        match field {
            FormField::Kind | FormField::Section(_) => {}
            FormField::Time => frame.time(),
            FormField::Field(_) => frame.field(field),
        }
    }
    if roomy && !groups.is_empty() {
        frame.push(Vec::new(), Vec::new());
    }
    frame.groups(&groups);
    let mut group = None;
    for field in below {
        if field.group() != group {
            group = field.group();
            frame.heading(group, roomy);
        }
        frame.field(field);
    }
    frame.out
}

impl FormRows<'_> {
    fn push(&mut self, fields: Vec<FormField>, parts: Vec<(String, Style)>) {
        self.out.rows.push(FormRow { fields, parts, cursor: None, beside: None });
    }

    /// Cells of a value.
    fn room(&self) -> usize {
        self.width.saturating_sub(self.before())
    }

    /// Pointer, label and mark of a place.
    fn lead(&self, field: FormField) -> Vec<(String, Style)> {
        let focused = self.form.focus == field;
        let (pointer, style) =
            if focused { ("▸ ", self.theme.accent()) } else { ("  ", self.theme.muted()) };
        let is_wrong = self.problems.iter().any(|(at, _)| *at == field);
        let (mark, mark_style) = match (is_wrong, self.form.differs(field)) {
            (true, _) => ("! ", self.theme.danger()),
            (false, true) => ("● ", self.theme.mark()),
            (false, false) => ("  ", self.theme.muted()),
        };
        vec![
            (pointer.to_owned(), style),
            (format!("{} ", text::pad(field.label(), self.label)), style),
            (mark.to_owned(), mark_style),
        ]
    }

    /// Cells before the value: pointer, label and mark, each with a blank behind it.
    fn before(&self) -> usize {
        2 + self.label + 1 + 2
    }

    fn indent(&self) -> (String, Style) {
        (" ".repeat(self.before()), self.theme.plain())
    }

    /// What stands before a line below a value, and the cells of that: on a narrow screen it needs the labels'.
    fn below(&self) -> ((String, Style), usize) {
        if self.width >= WIDE {
            return (self.indent(), self.room());
        }
        ((" ".repeat(2), self.theme.plain()), self.width.saturating_sub(2))
    }

    /// The type.
    fn who(&mut self) {
        let mut parts = self.lead(FormField::Kind);
        if let Some(task) = self.form.purpose.task() {
            parts.push((format!("{} (fixed)", text::clean(task.kind.wire())), self.theme.plain()));
        } else {
            let kinds = [Kind::User, Kind::Tag, Kind::All];
            let named = kinds.map(|kind| (kind.wire().to_owned(), kind.wire().to_owned()));
            let mut options = self.options(&named, self.form.text(FormField::Kind));
            if cells(&options) > self.room() {
                // All three have to be seen: they stand close, and need no mark before them.
                parts.pop();
                for (words, _) in &mut options {
                    let close = words.trim().to_owned();
                    *words = close + " ";
                }
            }
            parts.extend(options);
        }
        let used = cells(&parts);
        self.push(vec![FormField::Kind], parts);
        self.put_beside(FormField::Kind, self.out.rows.len() - 1, used.saturating_sub(self.before()));
        self.reached();
    }

    /// In the place of accounts who is reached, where nobody has to be named.
    fn reached(&mut self) {
        let (theme, app) = (self.theme, &self.state.setup.profile);
        let everyone = || (format!("‼ EVERYONE of {}", text::clean(app)), theme.everyone());
        let (words, style) = match (&self.form.purpose, &self.form.draft.kind) {
            (Purpose::Time(task), _) => match task.audience() {
                Audience::Everyone => everyone(),
                who @ (Audience::Matching(_) | Audience::Accounts(_) | Audience::Unclear(_)) => {
                    (who.in_words(app), theme.plain())
                }
            },
            (_, Some(Kind::All)) => everyone(),
            (_, None) => ("nobody: nothing is chosen".to_owned(), theme.muted()),
            (_, Some(Kind::User | Kind::Tag | Kind::Other(_))) => return,
        };
        self.fixed("To", words, style);
    }

    /// A line that nobody can change.
    fn fixed(&mut self, label: &str, words: String, style: Style) {
        let label = format!("  {}", text::pad(label, self.before() - 2));
        self.push(Vec::new(), vec![(label, self.theme.muted()), (words, style)]);
    }

    /// The time entry, and what it means: beside it, and on a narrow screen below.
    fn time(&mut self) {
        let only_time = matches!(self.form.purpose, Purpose::Time(_));
        if let (true, Some(task)) = (only_time, self.form.purpose.task()) {
            let title = text::clean(&task.title).into_owned();
            self.fixed("Title", title, self.theme.plain());
        }
        let first = self.value_rows(FormField::Time);
        if only_time {
            return self.clocks_below();
        }
        if self.width < WIDE {
            self.push_beside_below(FormField::Time);
        } else {
            self.put_beside(FormField::Time, first, text::width(self.form.text(FormField::Time)) + 1);
        }
        let Some(task) = self.form.purpose.task() else { return };
        // The line is kept, so that nothing moves when the time is changed.
        let (now, zone) = (self.state.server_now(), self.state.setup.zone);
        let was = task.scheduled_at.filter(|_| self.form.differs(FormField::Time));
        let was = was.map(|at| format!("was {}", clocks(at, now, zone).join(" · "))).unwrap_or_default();
        let (indent, room) = self.below();
        let parts = vec![indent, (text::cut(&was, room).into_owned(), self.theme.muted())];
        self.push(vec![FormField::Time], parts);
    }

    /// All that a change of time means, or what is wrong with it, on lines that are kept for it.
    fn clocks_below(&mut self) {
        let (indent, room) = self.below();
        let (now, zone) = (self.state.server_now(), self.state.setup.zone);
        let wrong = self.problems.iter().find(|(field, _)| *field == FormField::Time);
        let (mut lines, style) = if let Some((_, words)) = wrong {
            (text::wrap(&text::clean(&format!("! {words}")), room), self.theme.danger())
        } else {
            let clocks = self.form.time_echo(now, zone).unwrap_or_default();
            (echo_lines(&clocks, room, TIME_LINES), self.theme.plain())
        };
        lines.resize(lines.len().max(TIME_LINES), String::new());
        for line in lines {
            self.push(vec![FormField::Time], vec![indent.clone(), (line, style)]);
        }
    }

    fn field(&mut self, field: FormField) {
        let first = self.value_rows(field);
        let shown = self.out.rows.get(first).map_or(0, |row| match &row.cursor {
            Some(cursor) => text::width(&cursor.line) + 1,
            None => cells(&row.parts).saturating_sub(self.before()),
        });
        self.put_beside(field, first, shown);
    }

    fn beside(&self, field: FormField) -> Option<(Beside, Style)> {
        let (now, zone) = (self.state.server_now(), self.state.setup.zone);
        let beside = self.form.beside(field, &self.problems, now, zone)?;
        let style = style_of(beside.tone, self.theme);
        Some((beside, style))
    }

    /// Puts beside the value, which has so many cells, what is to be said of it, in the widest wording for
    /// which there is room. Of a place that has the keys the rest is said elsewhere.
    fn put_beside(&mut self, field: FormField, row: usize, value: usize) {
        let Some((beside, style)) = self.beside(field) else { return };
        let room = self.room();
        let fits = |words: &String, value: usize| value + 2 + text::width(words) <= room;
        let mut wordings = beside.wordings.iter().map(|words| text::clean(words).into_owned());
        let Some(whole) = wordings.next() else { return };
        let shorter: Vec<String> = wordings.collect();
        let found = std::iter::once(&whole).chain(&shorter).find(|words| fits(words, value));
        // A value that is longer than its room is cut for the shortest.
        let found = found.or(shorter.last().or(Some(&whole)).filter(|words| fits(words, VALUE)));
        let has_keys = self.form.focus == field;
        let matters = matters(&beside);
        if has_keys && found != Some(&whole) && (matters || shorter.is_empty()) {
            self.out.unsaid = Some((whole, style));
            return;
        }
        let words = match found {
            Some(words) => words.clone(),
            None if matters && room > VALUE + 2 => text::cut(&whole, room - VALUE - 2).into_owned(),
            None => return,
        };
        let width = text::width(&words);
        let column = self.width.saturating_sub(BESIDE);
        let lead = self.before();
        let at = if width <= BESIDE && lead + value + 2 <= column { column } else { self.width - width };
        if let Some(row) = self.out.rows.get_mut(row) {
            row.beside = Some((at, words, style));
        }
    }

    /// The same on a line of its own below the value, which is there also when nothing is said.
    fn push_beside_below(&mut self, field: FormField) {
        let (indent, room) = self.below();
        let mut parts = vec![indent];
        if let Some((beside, style)) = self.beside(field) {
            let mut wordings = beside.wordings.iter().map(|words| text::clean(words).into_owned());
            let whole = wordings.next().unwrap_or_default();
            if text::width(&whole) <= room {
                parts.push((whole, style));
            } else if let Some(shorter) = wordings.find(|words| text::width(words) <= room) {
                parts.push((shorter, style));
            } else if matters(&beside) && self.form.focus == field {
                self.out.unsaid = Some((whole, style));
            } else {
                parts.push((text::cut(&whole, room).into_owned(), style));
            }
        }
        self.push(vec![field], parts);
    }

    /// The text of a place, with the cursor where it has the keys; gives the first row. Where a line of it
    /// does not fit, it is cut.
    fn value_rows(&mut self, field: FormField) -> usize {
        let first = self.out.rows.len();
        if !field.takes_text() {
            self.choice(field);
        } else if self.form.focus == field {
            self.focused_rows(field);
        } else {
            self.plain_rows(field);
        }
        first
    }

    fn plain_rows(&mut self, field: FormField) {
        let whole = self.form.text(field);
        let count = whole.lines().count();
        let shown = if count > self.most_lines { self.most_lines - 1 } else { count };
        // No more of it is composed than is shown: a line has at most so many cells.
        let lines: Vec<String> = whole.lines().take(shown).map(|line| shown_of(line, self.room())).collect();
        let mut parts = self.lead(field);
        match lines.first() {
            None => parts.push(("·".to_owned(), self.theme.muted())),
            Some(first) => parts.push((first.clone(), self.theme.plain())),
        }
        self.push(vec![field], parts);
        for line in lines.into_iter().skip(1) {
            let parts = vec![self.indent(), (line, self.theme.plain())];
            self.push(vec![field], parts);
        }
        if count > shown {
            let more = text::counted((count - shown) as u64, "more line", "more lines");
            let parts = vec![self.indent(), (format!("… {more}"), self.theme.muted())];
            self.push(vec![field], parts);
        }
    }

    fn focused_rows(&mut self, field: FormField) {
        let entry = &self.form.entry;
        let lines = entry.rows();
        let (at, column) = entry.cursor();
        let first = at.saturating_sub(self.most_lines - 1);
        for (i, line) in lines.iter().enumerate().skip(first).take(self.most_lines) {
            let mut parts = if i == first { self.lead(field) } else { vec![self.indent()] };
            let mut cursor = None;
            if i == at {
                let (line, column) = text_field::around(line, column, self.room());
                cursor = Some(Cursor { line, column, selected: entry.is_selected() });
            } else {
                parts.push((shown_of(line, self.room()), self.theme.plain()));
            }
            self.out.rows.push(FormRow { fields: vec![field], parts, cursor, beside: None });
        }
        if lines.len() > self.most_lines
            && let Some(last) = self.out.rows.last_mut()
        {
            let words = format!("line {} of {}", at + 1, lines.len());
            last.beside = Some((self.width.saturating_sub(text::width(&words)), words, self.theme.muted()));
        }
    }

    /// The values of a place, the chosen one in brackets; without the keys only that.
    fn choice(&mut self, field: FormField) {
        let chosen = self.form.text(field).trim();
        let choices = field.choices();
        let found = choices.iter().find(|(value, _)| value == chosen);
        let mut parts = self.lead(field);
        if self.form.focus == field {
            let named = |means: bool| {
                let mut all = vec![(String::new(), "not set".to_owned())];
                if !chosen.is_empty() && found.is_none() {
                    all.push((chosen.to_owned(), text::clean(chosen).into_owned()));
                }
                all.extend(choices.iter().map(|(value, meaning)| {
                    let words = if means && !meaning.is_empty() { *meaning } else { value.as_str() };
                    (value.clone(), words.to_owned())
                }));
                all
            };
            let whole = self.options(&named(true), chosen);
            let short = self.options(&named(false), chosen);
            if cells(&whole) <= self.room() {
                parts.extend(whole);
            } else {
                // Where not even the values fit, the chosen one is in sight.
                let fits = cells(&short) <= self.room();
                parts.extend(short.into_iter().filter(|(words, _)| fits || words.starts_with('[')));
                let meaning = found.map_or("", |(_, means)| means);
                parts.push((format!(" {meaning}"), self.theme.plain()));
            }
        } else {
            let (words, style) = match (found, chosen) {
                (_, "") => ("·".to_owned(), self.theme.muted()),
                (Some((_, means)), _) if !means.is_empty() => ((*means).to_owned(), self.theme.plain()),
                (_, value) => (shown_of(value, self.room()), self.theme.plain()),
            };
            parts.push((words, style));
        }
        self.push(vec![field], parts);
    }

    /// Values side by side, the chosen one in brackets.
    fn options(&self, all: &[(String, String)], chosen: &str) -> Vec<(String, Style)> {
        let one = |(value, words): &(String, String)| {
            if value == chosen {
                (format!("[{words}] "), self.theme.bold())
            } else {
                (format!(" {words}  "), self.theme.muted())
            }
        };
        all.iter().map(one).collect()
    }

    /// The groups that fold, side by side on as few lines as they need, each with what it holds.
    fn groups(&mut self, groups: &[FormField]) {
        let theme = self.theme;
        let (mut line, mut used) = ((Vec::new(), Vec::new()), 0);
        for field in groups {
            let Some(group) = field.group() else { continue };
            let (pointer, style) =
                if self.form.focus == *field { ("▸ ", theme.accent()) } else { ("  ", theme.plain()) };
            let sign = if self.form.open.contains(&group) { "−" } else { "+" };
            let mut parts = vec![(pointer.to_owned(), style), (format!("{sign} {}", group.label()), style)];
            let filled = fields::filled(group, &self.form.draft);
            if filled > 0 {
                parts.push((format!(" {filled}"), theme.muted()));
            }
            if self.problems.iter().any(|(at, _)| at.group() == Some(group)) {
                parts.push((" !".to_owned(), theme.danger()));
            }
            let width = cells(&parts);
            if used > 0 && used + 1 + width > self.width {
                let (fields, parts) = std::mem::take(&mut line);
                self.push(fields, parts);
                used = 0;
            }
            if used > 0 {
                line.1.push((" ".to_owned(), theme.plain()));
                used += 1;
            }
            used += width;
            line.0.push(*field);
            line.1.extend(parts);
        }
        if used > 0 {
            self.push(line.0, line.1);
        }
    }

    /// The heading of a group that is open, and from there on room for the labels of its fields.
    fn heading(&mut self, group: Option<Group>, roomy: bool) {
        let Some(group) = group else { return };
        if roomy {
            self.push(Vec::new(), Vec::new());
        }
        self.label = VENDOR_LABEL.min(self.width * 2 / 5);
        let name = group.name().map(|name| format!("  {name}")).unwrap_or_default();
        let parts = vec![(format!("  {}", group.label()), self.theme.bold()), (name, self.theme.muted())];
        self.push(Vec::new(), parts);
    }
}

/// Whether something has to be read to its end.
fn matters(beside: &Beside) -> bool {
    match beside.tone {
        Tone::Bad | Tone::Watch => beside.wordings.len() == 1,
        Tone::Plain | Tone::Muted | Tone::Bold | Tone::Good | Tone::Cursor => false,
    }
}

fn cells(parts: &[(String, Style)]) -> usize {
    parts.iter().map(|(words, _)| text::width(words)).sum()
}

/// As much of a line as can be seen in so many cells. Characters without a cell of their own are few;
/// where they are many, the rest of them is not shown.
fn shown_of(line: &str, cells: usize) -> String {
    let some: String = line.chars().take(cells * text_field::CHARS_PER_CELL + 1).collect();
    text::clean(&some.replace('\t', "    ")).into_owned()
}
