//! The rows of the form, composed before they are drawn, so that the scroll knows how many there
//! are.

use ratatui::style::Style;

use crate::app::State;
use crate::app::form::{Form, FormField, Purpose, clocks, fields};
use crate::domain::fields::Group;
use crate::domain::{Audience, Kind, text, when};
use crate::theme::Theme;

use super::super::text_field;

/// Lines of a text that are shown while it has the keys.
const LINES_FOCUSED: usize = 6;
/// Lines of a text that are shown otherwise.
const LINES: usize = 3;

/// One line of the form.
pub(super) struct FormRow {
    /// The place it belongs to.
    pub(super) field: Option<FormField>,
    /// Pieces from the left.
    pub(super) parts: Vec<(String, Style)>,
    /// The line of text with its cursor, behind the pieces.
    pub(super) cursor: Option<(String, usize)>,
    /// What stands at the right end, such as "2 accounts"; the text before it is cut.
    pub(super) beside: Option<String>,
}

/// What every row needs to know.
struct FormRows<'a> {
    state: &'a State,
    form: &'a Form,
    theme: &'a Theme,
    /// Cells of the labels.
    label: usize,
    /// Cells of the values.
    value: usize,
    problems: Vec<(FormField, String)>,
    rows: Vec<FormRow>,
}

/// Cells that a list keeps at least when its count stands beside it.
const BESIDE: usize = 14;
/// Cells before the value besides the label: the pointer, and the mark with its blanks.
const MARKS: usize = 5;

/// Every row of the form for a width.
pub(super) fn all(state: &State, form: &Form, theme: &Theme, width: u16, roomy: bool) -> Vec<FormRow> {
    let width = usize::from(width);
    let fields = form.fields();
    let labels = fields.iter().filter(|field| !matches!(field, FormField::Section(_)));
    let widest = labels.map(|field| text::width(field.label())).max().unwrap_or(0).max(12);
    let label = widest.min(width / 3);
    let mut out = FormRows {
        state,
        form,
        theme,
        label,
        value: width.saturating_sub(label + MARKS),
        problems: form.shown_problems(state.server_now(), state.setup.zone),
        rows: Vec::new(),
    };
    if form.purpose.task().is_some() {
        out.fixed_kind();
    }
    let mut group = None;
    for field in fields {
        if field.group() != group {
            group = field.group();
            if let Some(group) = group {
                out.heading(group, roomy);
            }
        }
        match field {
            FormField::Kind => out.kind(),
            FormField::Time => out.time(),
            FormField::Section(_) => {}
            FormField::Field(_) => out.field(field),
        }
    }
    out.rows
}

impl FormRows<'_> {
    fn push(&mut self, field: Option<FormField>, parts: Vec<(String, Style)>) {
        self.rows.push(FormRow { field, parts, cursor: None, beside: None });
    }

    /// Pointer, label and mark of a place.
    fn lead(&self, field: FormField) -> Vec<(String, Style)> {
        let focused = self.form.focus == field;
        let (pointer, style) =
            if focused { ("▸ ", self.theme.accent()) } else { ("  ", self.theme.muted()) };
        let mark = if self.form.differs(field) { " ● " } else { "   " };
        vec![
            (pointer.to_owned(), style),
            (text::pad_left(field.label(), self.label), style),
            (mark.to_owned(), self.theme.mark()),
        ]
    }

    fn indent(&self) -> (String, Style) {
        (" ".repeat(self.label + MARKS), self.theme.plain())
    }

    /// Lines under the value of a place.
    fn under(&mut self, field: FormField, words: &str, style: Style) {
        for line in text::wrap(&text::clean(words), self.value) {
            let parts = vec![self.indent(), (line, style)];
            self.push(Some(field), parts);
        }
    }

    /// Pieces under the value of a place, broken only between them.
    fn under_pieces(&mut self, field: FormField, pieces: &[String], style: Style) {
        let mut line = String::new();
        for piece in pieces {
            if line.is_empty() {
                line.clone_from(piece);
            } else if text::width(&line) + text::width(piece) + 3 <= self.value {
                line = format!("{line} · {piece}");
            } else {
                let full = std::mem::replace(&mut line, piece.clone());
                self.under(field, &full, style);
            }
        }
        self.under(field, &line, style);
    }

    fn problems_of(&mut self, field: FormField) {
        let own: Vec<String> =
            self.problems.iter().filter(|(at, _)| *at == field).map(|(_, words)| words.clone()).collect();
        for words in own {
            self.under(field, &format!("! {words}"), self.theme.danger());
        }
    }

    /// The type of a task that stands.
    fn fixed_kind(&mut self) {
        let Some(task) = self.form.purpose.task() else { return };
        let theme = self.theme;
        let label = |words: &str, frame: &Self| {
            vec![("  ".to_owned(), theme.muted()), (text::pad_left(words, frame.label), theme.muted())]
        };
        let mut parts = label("Type", self);
        parts.push((format!("   {} (fixed)", text::clean(task.kind.wire())), theme.plain()));
        self.push(None, parts);
        if let Purpose::Time(_) = self.form.purpose {
            let who = task.audience().in_words(&self.state.setup.profile);
            let mut parts = label("Who", self);
            parts.push((format!("   {}", text::cut(&who, self.value)), theme.plain()));
            self.push(None, parts);
        }
    }

    /// The three types, the chosen one in brackets, and whom that reaches.
    fn kind(&mut self) {
        let mut parts = self.lead(FormField::Kind);
        let chosen = self.form.draft.kind.clone();
        for kind in [Kind::User, Kind::Tag, Kind::All] {
            let (words, style) = if chosen.as_ref() == Some(&kind) {
                (format!("[{}]", kind.wire()), self.theme.bold())
            } else {
                (format!(" {} ", kind.wire()), self.theme.muted())
            };
            parts.push((words, style));
            parts.push((" ".to_owned(), self.theme.plain()));
        }
        self.push(Some(FormField::Kind), parts);
        let content = self.form.content();
        match chosen {
            None => self.under(FormField::Kind, "nothing is chosen: it goes to nobody", self.theme.muted()),
            Some(kind) => {
                let audience = content.audience(&kind);
                let words = audience.in_words(&self.state.setup.profile);
                match audience {
                    Audience::Everyone => self.under(FormField::Kind, &words, self.theme.warn()),
                    Audience::Matching(_) | Audience::Accounts(_) => {
                        self.under(FormField::Kind, &words, self.theme.plain());
                    }
                    Audience::Unclear(_) => {}
                }
            }
        }
        self.problems_of(FormField::Kind);
    }

    /// The time entry, what it means, and its zone.
    fn time(&mut self) {
        self.value_rows(FormField::Time);
        let (now, zone) = (self.state.server_now(), self.state.setup.zone);
        if let Some(echo) = self.form.time_echo(now, zone) {
            self.under_pieces(FormField::Time, &echo, self.theme.plain());
        }
        if self.form.focus == FormField::Time {
            let label = when::zone_label(now, zone);
            let words = format!("in {} ({label}) unless it names another zone", zone.name());
            self.under(FormField::Time, &words, self.theme.muted());
        }
        let before = self.form.purpose.task().and_then(|task| task.scheduled_at);
        if let Some(at) = before.filter(|_| self.form.differs(FormField::Time)) {
            let mut was = clocks(at, now, zone);
            if let Some(first) = was.first_mut() {
                *first = format!("was {first}");
            }
            self.under_pieces(FormField::Time, &was, self.theme.muted());
        }
        self.problems_of(FormField::Time);
    }

    fn field(&mut self, field: FormField) {
        let first = self.rows.len();
        self.value_rows(field);
        if let Some(count) = self.form.count(field) {
            // Beside the first line, where the list keeps enough room.
            match self.rows.get_mut(first) {
                Some(row) if self.value >= text::width(&count) + BESIDE => row.beside = Some(count),
                Some(_) | None => self.under(field, &count, self.theme.muted()),
            }
        }
        for remark in self.form.remarks(field) {
            self.under(field, &remark, self.theme.warn());
        }
        self.problems_of(field);
    }

    /// The text of a place, with the cursor where it has the keys.
    fn value_rows(&mut self, field: FormField) {
        if self.form.focus == field {
            self.focused_rows(field);
            return;
        }
        let whole = self.form.text(field);
        // No more of it is composed than is shown: a line has at most so many cells.
        let shown: Vec<String> = whole.lines().take(LINES).map(|line| shown_of(line, self.value)).collect();
        let mut parts = self.lead(field);
        let Some(first) = shown.first() else {
            parts.push(("·".to_owned(), self.theme.muted()));
            self.push(Some(field), parts);
            return;
        };
        let meaning = field.choices().into_iter().find(|(value, _)| value == first.trim());
        parts.push((first.clone(), self.theme.plain()));
        if let Some((_, means)) = meaning.filter(|(_, means)| !means.is_empty()) {
            parts.push((format!("  {means}"), self.theme.muted()));
        }
        self.push(Some(field), parts);
        for line in shown.iter().skip(1) {
            let parts = vec![self.indent(), (line.clone(), self.theme.plain())];
            self.push(Some(field), parts);
        }
        let hidden = whole.lines().skip(LINES).count();
        if hidden > 0 {
            let more = text::counted(hidden as u64, "more line", "more lines");
            let parts = vec![self.indent(), (format!("… {more}"), self.theme.muted())];
            self.push(Some(field), parts);
        }
    }

    fn focused_rows(&mut self, field: FormField) {
        let lines = self.form.entry.rows();
        let (at, column) = self.form.entry.cursor();
        let first = at.saturating_sub(LINES_FOCUSED - 1);
        for (i, line) in lines.iter().enumerate().skip(first).take(LINES_FOCUSED) {
            let mut parts = if i == first { self.lead(field) } else { vec![self.indent()] };
            if i == at {
                let cursor = Some(text_field::around(line, column, self.value));
                self.rows.push(FormRow { field: Some(field), parts, cursor, beside: None });
            } else {
                parts.push((shown_of(line, self.value), self.theme.plain()));
                self.push(Some(field), parts);
            }
        }
        let hidden = lines.len().saturating_sub(LINES_FOCUSED);
        if hidden > 0 {
            let words = format!("line {} of {}", at + 1, lines.len());
            self.under(field, &words, self.theme.muted());
        }
    }

    /// The heading of a group; a folding one says what it holds.
    fn heading(&mut self, group: Group, roomy: bool) {
        let theme = self.theme;
        if !fields::folds(group) {
            if roomy {
                self.push(None, Vec::new());
            }
            self.push(None, vec![(format!("  {}", group.label()), theme.bold())]);
            return;
        }
        let field = FormField::Section(group);
        if roomy && (group == Group::Apple || self.form.open.contains(&group)) {
            self.push(None, Vec::new());
        }
        let open = self.form.open.contains(&group);
        let (pointer, style) =
            if self.form.focus == field { ("▸ ", theme.accent()) } else { ("  ", theme.bold()) };
        let sign = if open { "−" } else { "+" };
        let count = fields::fields_of(group, self.form.draft.kind.as_ref()).count() as u64;
        let filled = fields::filled(group, &self.form.draft);
        let mut said = format!("  {}", text::counted(count, "field", "fields"));
        if filled > 0 {
            said = format!("{said}, {filled} filled");
        }
        let mut parts = vec![
            (pointer.to_owned(), style),
            (format!("{sign} {}", group.label()), style),
            (said, theme.muted()),
        ];
        let wrong = self.problems.iter().filter(|(at, _)| at.group() == Some(group)).count() as u64;
        if wrong > 0 && !open {
            parts.push((format!("  ! {}", text::counted(wrong, "problem", "problems")), theme.danger()));
        }
        self.push(Some(field), parts);
    }
}

/// As much of a line as can be seen in so many cells. Characters without a cell of their own are few;
/// where they are many, the rest of them is not shown.
fn shown_of(line: &str, cells: usize) -> String {
    let some: String = line.chars().take(cells * text_field::CHARS_PER_CELL + 1).collect();
    text::clean(&some.replace('\t', "    ")).into_owned()
}
