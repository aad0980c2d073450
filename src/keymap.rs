//! The one table of keys: look-up, hint line, help and the README's key table all read it (I7).
//!
//! An action has one help text; a (scope, key) has one action. A key that is not here does nothing,
//! and an action that does not work yet is not here. Texts that name a key ask [`Keymap::key`] for it.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};

mod action;
mod key;
mod rebinding;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use key::Key;

/// Where a key means something; the innermost scope is asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere but in text.
    Global,
    /// The task table.
    Tasks,
    /// The detail of one task.
    Detail,
    /// The line of the local filter.
    Filter,
    /// The form of a server-side find.
    Find,
    /// The picker of the order.
    Sort,
    /// The menu of what can be done.
    Menu,
    /// The menu of what can be copied.
    Copy,
    /// The form of a task.
    Form,
    /// The review before a write.
    Review,
    /// The review after a write: how it ended.
    Result,
    /// The list of drafts.
    Drafts,
    /// The timeline.
    Timeline,
    /// The tasks of one bar of it.
    Bucket,
    /// The list of what fires next.
    Stop,
    /// The API log.
    Calls,
    /// One attempt of the API log.
    Call,
    /// The help page.
    Help,
    /// The help page while it is searched.
    Search,
    /// The palette.
    Palette,
    /// The list of profiles.
    Profiles,
    /// The board of all profiles.
    Overview,
}

impl Scope {
    /// What the config calls it: `[keys.tasks]`.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// Whether printable keys are text there (U5). The keys of [`Self::Global`] count there, too, but for
    /// those that are text.
    pub fn takes_text(self) -> bool {
        match self {
            Self::Filter | Self::Find | Self::Form | Self::Review | Self::Search | Self::Palette => true,
            Self::Global
            | Self::Tasks
            | Self::Detail
            | Self::Sort
            | Self::Menu
            | Self::Copy
            | Self::Drafts
            | Self::Timeline
            | Self::Bucket
            | Self::Stop
            | Self::Calls
            | Self::Call
            | Self::Result
            | Self::Profiles
            | Self::Overview
            | Self::Help => false,
        }
    }

    /// Every scope, in the order of the help page.
    pub const ALL: [Self; 22] = [
        Self::Tasks,
        Self::Detail,
        Self::Filter,
        Self::Find,
        Self::Sort,
        Self::Menu,
        Self::Copy,
        Self::Form,
        Self::Review,
        Self::Result,
        Self::Drafts,
        Self::Timeline,
        Self::Bucket,
        Self::Stop,
        Self::Calls,
        Self::Call,
        Self::Profiles,
        Self::Overview,
        Self::Help,
        Self::Search,
        Self::Palette,
        Self::Global,
    ];

    /// Its heading in the help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Tasks => "Tasks",
            Self::Detail => "Detail",
            Self::Filter => "Filter",
            Self::Find => "Find",
            Self::Sort => "Sort",
            Self::Menu => "Menu",
            Self::Copy => "Copy",
            Self::Form => "Form",
            Self::Review => "Review",
            Self::Result => "Result",
            Self::Drafts => "Drafts",
            Self::Timeline => "Timeline",
            Self::Bucket => "Timeline: tasks of a bar",
            Self::Stop => "Stop",
            Self::Calls => "API log",
            Self::Call => "One call",
            Self::Help => "Help",
            Self::Search => "Search in help",
            Self::Palette => "Palette",
            Self::Profiles => "Profiles",
            Self::Overview => "All profiles",
        }
    }
}

/// A line of the table: the keys of one action in one scope.
#[derive(Clone, Copy, Debug)]
struct Row {
    scope: Scope,
    action: Action,
    keys: &'static [Key],
    hinted: bool,
}

const fn on(scope: Scope, action: Action, keys: &'static [Key]) -> Row {
    Row { scope, action, keys, hinted: false }
}

const fn hint(scope: Scope, action: Action, keys: &'static [Key]) -> Row {
    Row { scope, action, keys, hinted: true }
}

const ENTER: Key = Key::plain(KeyCode::Enter);
const ESC: Key = Key::plain(KeyCode::Esc);
const TAB: Key = Key::plain(KeyCode::Tab);
const BACKTAB: Key = Key::plain(KeyCode::BackTab);
const UP: Key = Key::plain(KeyCode::Up);
const DOWN: Key = Key::plain(KeyCode::Down);
const LEFT: Key = Key::plain(KeyCode::Left);
const RIGHT: Key = Key::plain(KeyCode::Right);
const HOME: Key = Key::plain(KeyCode::Home);
const END: Key = Key::plain(KeyCode::End);
const PGUP: Key = Key::plain(KeyCode::PageUp);
const PGDN: Key = Key::plain(KeyCode::PageDown);

const DOWN_KEYS: &[Key] = &[Key::char('j'), DOWN];
const UP_KEYS: &[Key] = &[Key::char('k'), UP];
const FIRST_KEYS: &[Key] = &[Key::char('g'), HOME];
const LAST_KEYS: &[Key] = &[Key::char('G'), END];
const ESC_KEY: &[Key] = &[ESC];
const Q_KEY: &[Key] = &[Key::char('q')];

/// The table. Order is the order of help and hints.
const KEYMAP: &[Row] = &[
    on(Scope::Tasks, Action::Down, DOWN_KEYS),
    on(Scope::Tasks, Action::Up, UP_KEYS),
    on(Scope::Tasks, Action::First, FIRST_KEYS),
    on(Scope::Tasks, Action::Last, LAST_KEYS),
    on(Scope::Tasks, Action::PageDown, &[PGDN]),
    on(Scope::Tasks, Action::PageUp, &[PGUP]),
    on(Scope::Tasks, Action::HalfDown, &[Key::ctrl('d')]),
    on(Scope::Tasks, Action::HalfUp, &[Key::ctrl('u')]),
    on(Scope::Tasks, Action::NextPage, &[Key::char('>')]),
    on(Scope::Tasks, Action::PreviousPage, &[Key::char('<')]),
    on(Scope::Tasks, Action::RangeBack, &[Key::char('[')]),
    on(Scope::Tasks, Action::RangeForward, &[Key::char(']')]),
    hint(Scope::Tasks, Action::Open, &[ENTER]),
    hint(Scope::Tasks, Action::New, &[Key::char('n')]),
    on(Scope::Tasks, Action::NewFromThis, &[Key::char('N')]),
    hint(Scope::Tasks, Action::Edit, &[Key::char('e')]),
    hint(Scope::Tasks, Action::EditTime, &[Key::char('t')]),
    hint(Scope::Tasks, Action::Cancel, &[Key::char('D')]),
    on(Scope::Tasks, Action::Menu, &[Key::char('x')]),
    on(Scope::Tasks, Action::Copy, &[Key::char('y')]),
    on(Scope::Tasks, Action::Watch, &[Key::char('w')]),
    hint(Scope::Tasks, Action::Filter, &[Key::char('/')]),
    on(Scope::Tasks, Action::PreviousFilter, &[Key::char('{')]),
    on(Scope::Tasks, Action::NextFilter, &[Key::char('}')]),
    hint(Scope::Tasks, Action::Find, &[Key::char('f')]),
    hint(Scope::Tasks, Action::Now, &[Key::char('.')]),
    hint(Scope::Tasks, Action::Sort, &[Key::char('s')]),
    on(Scope::Tasks, Action::MovePane, &[Key::char('p')]),
    on(Scope::Tasks, Action::SwitchPane, &[TAB]),
    on(Scope::Tasks, Action::Refresh, &[Key::char('r'), Key::ctrl('r')]),
    on(Scope::Tasks, Action::Zone, &[Key::char('z')]),
    on(Scope::Tasks, Action::Acknowledge, &[Key::char('a')]),
    on(Scope::Tasks, Action::Back, ESC_KEY),
    on(Scope::Tasks, Action::Close, Q_KEY),
    on(Scope::Detail, Action::Down, DOWN_KEYS),
    on(Scope::Detail, Action::Up, UP_KEYS),
    on(Scope::Detail, Action::First, FIRST_KEYS),
    on(Scope::Detail, Action::Last, LAST_KEYS),
    on(Scope::Detail, Action::PageDown, &[PGDN]),
    on(Scope::Detail, Action::PageUp, &[PGUP]),
    on(Scope::Detail, Action::HalfDown, &[Key::ctrl('d')]),
    on(Scope::Detail, Action::HalfUp, &[Key::ctrl('u')]),
    hint(Scope::Detail, Action::NextView, &[RIGHT, LEFT]),
    on(Scope::Detail, Action::Open, &[ENTER]),
    hint(Scope::Detail, Action::Edit, &[Key::char('e')]),
    hint(Scope::Detail, Action::EditTime, &[Key::char('t')]),
    on(Scope::Detail, Action::NewFromThis, &[Key::char('N')]),
    hint(Scope::Detail, Action::Cancel, &[Key::char('D')]),
    on(Scope::Detail, Action::Menu, &[Key::char('x')]),
    hint(Scope::Detail, Action::Copy, &[Key::char('y')]),
    on(Scope::Detail, Action::Watch, &[Key::char('w')]),
    on(Scope::Detail, Action::MovePane, &[Key::char('p')]),
    on(Scope::Detail, Action::SwitchPane, &[TAB]),
    on(Scope::Detail, Action::Refresh, &[Key::char('r'), Key::ctrl('r')]),
    on(Scope::Detail, Action::Zone, &[Key::char('z')]),
    on(Scope::Detail, Action::Acknowledge, &[Key::char('a')]),
    hint(Scope::Detail, Action::Back, ESC_KEY),
    on(Scope::Detail, Action::Close, Q_KEY),
    hint(Scope::Filter, Action::KeepFilter, &[ENTER]),
    on(Scope::Filter, Action::EarlierFilter, &[UP]),
    on(Scope::Filter, Action::LaterFilter, &[DOWN]),
    hint(Scope::Filter, Action::Back, ESC_KEY),
    hint(Scope::Find, Action::Ask, &[ENTER]),
    hint(Scope::Find, Action::NextField, &[TAB, DOWN]),
    on(Scope::Find, Action::PreviousField, &[BACKTAB, UP]),
    hint(Scope::Find, Action::Back, ESC_KEY),
    on(Scope::Sort, Action::Down, DOWN_KEYS),
    on(Scope::Sort, Action::Up, UP_KEYS),
    hint(Scope::Sort, Action::Choose, &[ENTER, Key::char('s')]),
    hint(Scope::Sort, Action::Back, ESC_KEY),
    on(Scope::Sort, Action::Close, Q_KEY),
    on(Scope::Menu, Action::Down, DOWN_KEYS),
    on(Scope::Menu, Action::Up, UP_KEYS),
    on(Scope::Menu, Action::First, FIRST_KEYS),
    on(Scope::Menu, Action::Last, LAST_KEYS),
    on(Scope::Menu, Action::PageDown, &[PGDN]),
    on(Scope::Menu, Action::PageUp, &[PGUP]),
    hint(Scope::Menu, Action::Run, &[ENTER]),
    hint(Scope::Menu, Action::Back, ESC_KEY),
    on(Scope::Menu, Action::Close, Q_KEY),
    on(Scope::Copy, Action::CopyTaskId, &[Key::char('i'), Key::char('y')]),
    on(Scope::Copy, Action::CopyPushTaskId, &[Key::char('p')]),
    on(Scope::Copy, Action::CopyJson, &[Key::char('j')]),
    on(Scope::Copy, Action::CopyAccounts, &[Key::char('a')]),
    on(Scope::Copy, Action::CopyTime, &[Key::char('t')]),
    on(Scope::Copy, Action::CopyCurl, &[Key::char('c')]),
    on(Scope::Copy, Action::Down, &[DOWN]),
    on(Scope::Copy, Action::Up, &[UP]),
    hint(Scope::Copy, Action::Choose, &[ENTER]),
    hint(Scope::Copy, Action::Back, ESC_KEY),
    on(Scope::Copy, Action::Close, Q_KEY),
    hint(Scope::Form, Action::NextField, &[TAB]),
    on(Scope::Form, Action::PreviousField, &[BACKTAB]),
    on(Scope::Form, Action::NextChoice, &[RIGHT]),
    on(Scope::Form, Action::PreviousChoice, &[LEFT]),
    on(Scope::Form, Action::NextGroup, &[PGDN]),
    on(Scope::Form, Action::PreviousGroup, &[PGUP]),
    hint(Scope::Form, Action::Review, &[Key::ctrl('s')]),
    hint(Scope::Form, Action::ToggleGroup, &[Key::ctrl('o')]),
    on(Scope::Form, Action::NextFreeSlot, &[Key::ctrl('g')]),
    on(Scope::Form, Action::Discard, &[Key::ctrl('x')]),
    hint(Scope::Form, Action::Back, ESC_KEY),
    on(Scope::Review, Action::Down, &[DOWN]),
    on(Scope::Review, Action::Up, &[UP]),
    on(Scope::Review, Action::PageDown, &[PGDN]),
    on(Scope::Review, Action::PageUp, &[PGUP]),
    on(Scope::Review, Action::ToggleGroup, &[Key::ctrl('o')]),
    hint(Scope::Review, Action::Back, ESC_KEY),
    on(Scope::Review, Action::Refresh, &[Key::ctrl('r')]),
    on(Scope::Review, Action::Review, &[Key::ctrl('s')]),
    on(Scope::Result, Action::Down, DOWN_KEYS),
    on(Scope::Result, Action::Up, UP_KEYS),
    on(Scope::Result, Action::PageDown, &[PGDN]),
    on(Scope::Result, Action::PageUp, &[PGUP]),
    on(Scope::Result, Action::ToggleGroup, &[Key::ctrl('o')]),
    on(Scope::Result, Action::Refresh, &[Key::char('r'), Key::ctrl('r')]),
    on(Scope::Result, Action::Review, &[Key::ctrl('s')]),
    on(Scope::Result, Action::Acknowledge, &[Key::char('a')]),
    hint(Scope::Result, Action::Close, &[ENTER, Key::char('q')]),
    on(Scope::Result, Action::Back, ESC_KEY),
    on(Scope::Drafts, Action::Down, DOWN_KEYS),
    on(Scope::Drafts, Action::Up, UP_KEYS),
    on(Scope::Drafts, Action::First, FIRST_KEYS),
    on(Scope::Drafts, Action::Last, LAST_KEYS),
    on(Scope::Drafts, Action::PageDown, &[PGDN]),
    on(Scope::Drafts, Action::PageUp, &[PGUP]),
    hint(Scope::Drafts, Action::GoOn, &[ENTER]),
    hint(Scope::Drafts, Action::Back, ESC_KEY),
    on(Scope::Drafts, Action::Close, Q_KEY),
    hint(Scope::Timeline, Action::Open, &[ENTER]),
    hint(Scope::Timeline, Action::ZoomIn, &[Key::char('+'), Key::char('=')]),
    hint(Scope::Timeline, Action::ZoomOut, &[Key::char('-')]),
    hint(Scope::Timeline, Action::Now, &[Key::char('.')]),
    hint(Scope::Timeline, Action::NextCollision, &[Key::char('!')]),
    hint(Scope::Timeline, Action::Back, ESC_KEY),
    on(Scope::Timeline, Action::Later, &[RIGHT, Key::char('l')]),
    on(Scope::Timeline, Action::Earlier, &[LEFT, Key::char('h')]),
    on(Scope::Timeline, Action::RangeForward, &[Key::char(']'), PGDN]),
    on(Scope::Timeline, Action::RangeBack, &[Key::char('['), PGUP]),
    on(Scope::Timeline, Action::Refresh, &[Key::char('r'), Key::ctrl('r')]),
    on(Scope::Timeline, Action::Zone, &[Key::char('z')]),
    on(Scope::Timeline, Action::Acknowledge, &[Key::char('a')]),
    on(Scope::Timeline, Action::Close, Q_KEY),
    on(Scope::Bucket, Action::Down, DOWN_KEYS),
    on(Scope::Bucket, Action::Up, UP_KEYS),
    on(Scope::Bucket, Action::First, FIRST_KEYS),
    on(Scope::Bucket, Action::Last, LAST_KEYS),
    on(Scope::Bucket, Action::PageDown, &[PGDN]),
    on(Scope::Bucket, Action::PageUp, &[PGUP]),
    hint(Scope::Bucket, Action::GoTo, &[ENTER]),
    hint(Scope::Bucket, Action::Back, ESC_KEY),
    on(Scope::Bucket, Action::Close, Q_KEY),
    on(Scope::Stop, Action::Down, DOWN_KEYS),
    on(Scope::Stop, Action::Up, UP_KEYS),
    on(Scope::Stop, Action::First, FIRST_KEYS),
    on(Scope::Stop, Action::Last, LAST_KEYS),
    on(Scope::Stop, Action::PageDown, &[PGDN]),
    on(Scope::Stop, Action::PageUp, &[PGUP]),
    hint(Scope::Stop, Action::Review, &[ENTER]),
    hint(Scope::Stop, Action::Cancel, &[Key::char('D')]),
    hint(Scope::Stop, Action::Back, ESC_KEY),
    on(Scope::Stop, Action::Close, Q_KEY),
    on(Scope::Calls, Action::Down, DOWN_KEYS),
    on(Scope::Calls, Action::Up, UP_KEYS),
    on(Scope::Calls, Action::First, FIRST_KEYS),
    on(Scope::Calls, Action::Last, LAST_KEYS),
    on(Scope::Calls, Action::PageDown, &[PGDN]),
    on(Scope::Calls, Action::PageUp, &[PGUP]),
    hint(Scope::Calls, Action::Open, &[ENTER]),
    hint(Scope::Calls, Action::WritesOnly, &[Key::char('w')]),
    hint(Scope::Calls, Action::CopyCurl, &[Key::char('y')]),
    hint(Scope::Calls, Action::Back, ESC_KEY),
    on(Scope::Calls, Action::Close, Q_KEY),
    on(Scope::Call, Action::Down, DOWN_KEYS),
    on(Scope::Call, Action::Up, UP_KEYS),
    on(Scope::Call, Action::First, FIRST_KEYS),
    on(Scope::Call, Action::Last, LAST_KEYS),
    on(Scope::Call, Action::PageDown, &[PGDN]),
    on(Scope::Call, Action::PageUp, &[PGUP]),
    hint(Scope::Call, Action::CopyCurl, &[Key::char('y')]),
    hint(Scope::Call, Action::Back, ESC_KEY),
    on(Scope::Call, Action::Close, Q_KEY),
    on(Scope::Profiles, Action::Down, DOWN_KEYS),
    on(Scope::Profiles, Action::Up, UP_KEYS),
    on(Scope::Profiles, Action::First, FIRST_KEYS),
    on(Scope::Profiles, Action::Last, LAST_KEYS),
    on(Scope::Profiles, Action::PageDown, &[PGDN]),
    on(Scope::Profiles, Action::PageUp, &[PGUP]),
    hint(Scope::Profiles, Action::Choose, &[ENTER]),
    hint(Scope::Profiles, Action::Back, ESC_KEY),
    on(Scope::Profiles, Action::Close, Q_KEY),
    on(Scope::Overview, Action::Down, DOWN_KEYS),
    on(Scope::Overview, Action::Up, UP_KEYS),
    on(Scope::Overview, Action::First, FIRST_KEYS),
    on(Scope::Overview, Action::Last, LAST_KEYS),
    on(Scope::Overview, Action::PageDown, &[PGDN]),
    on(Scope::Overview, Action::PageUp, &[PGUP]),
    on(Scope::Overview, Action::HalfDown, &[Key::ctrl('d')]),
    on(Scope::Overview, Action::HalfUp, &[Key::ctrl('u')]),
    hint(Scope::Overview, Action::GoTo, &[ENTER]),
    on(Scope::Overview, Action::New, &[Key::char('n')]),
    on(Scope::Overview, Action::NewFromThis, &[Key::char('N')]),
    hint(Scope::Overview, Action::Edit, &[Key::char('e')]),
    hint(Scope::Overview, Action::EditTime, &[Key::char('t')]),
    hint(Scope::Overview, Action::Cancel, &[Key::char('D')]),
    on(Scope::Overview, Action::Watch, &[Key::char('w')]),
    hint(Scope::Overview, Action::Now, &[Key::char('.')]),
    on(Scope::Overview, Action::Refresh, &[Key::char('r'), Key::ctrl('r')]),
    on(Scope::Overview, Action::Zone, &[Key::char('z')]),
    hint(Scope::Overview, Action::Back, ESC_KEY),
    on(Scope::Overview, Action::Close, Q_KEY),
    on(Scope::Help, Action::Down, DOWN_KEYS),
    on(Scope::Help, Action::Up, UP_KEYS),
    on(Scope::Help, Action::First, FIRST_KEYS),
    on(Scope::Help, Action::Last, LAST_KEYS),
    on(Scope::Help, Action::PageDown, &[PGDN]),
    on(Scope::Help, Action::PageUp, &[PGUP]),
    hint(Scope::Help, Action::Run, &[ENTER]),
    hint(Scope::Help, Action::Search, &[Key::char('/')]),
    hint(Scope::Help, Action::Back, ESC_KEY),
    on(Scope::Help, Action::Close, Q_KEY),
    on(Scope::Search, Action::Down, &[DOWN]),
    on(Scope::Search, Action::Up, &[UP]),
    on(Scope::Search, Action::PageDown, &[PGDN]),
    on(Scope::Search, Action::PageUp, &[PGUP]),
    hint(Scope::Search, Action::Run, &[ENTER]),
    hint(Scope::Search, Action::Back, ESC_KEY),
    on(Scope::Palette, Action::Down, &[DOWN]),
    on(Scope::Palette, Action::Up, &[UP]),
    hint(Scope::Palette, Action::Run, &[ENTER]),
    hint(Scope::Palette, Action::Back, ESC_KEY),
    on(Scope::Global, Action::Tasks, &[Key::char('1')]),
    on(Scope::Global, Action::Timeline, &[Key::char('2')]),
    on(Scope::Global, Action::Calls, &[Key::char('@')]),
    on(Scope::Global, Action::Profiles, &[Key::char('P')]),
    hint(Scope::Global, Action::Help, &[Key::char('?')]),
    on(Scope::Global, Action::Palette, &[Key::char(':')]),
    on(Scope::Global, Action::Drafts, &[]),
    on(Scope::Global, Action::Stop, &[]),
    on(Scope::Global, Action::Reload, &[]),
    on(Scope::Global, Action::Mouse, &[Key::char('m')]),
    on(Scope::Global, Action::Repaint, &[Key::ctrl('l')]),
    on(Scope::Global, Action::Suspend, &[Key::ctrl('z')]),
    on(Scope::Global, Action::Quit, &[Key::ctrl('c')]),
];

/// A key that was pressed, as help would write it.
pub fn label_of(event: &KeyEvent) -> String {
    Key::of(event).label()
}

/// The keys of one action in one scope; the first is the one that texts and hints name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where.
    pub scope: Scope,
    /// What.
    pub action: Action,
    /// With which keys; none where only the palette knows it.
    pub keys: Vec<Key>,
    /// Whether the hint line shows it.
    pub hinted: bool,
    label: String,
    labels: String,
}

impl Binding {
    /// As texts name it: its first key, or what is typed in the palette where it has none.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// All of its keys, as help writes them: `j ↓`.
    pub fn labels(&self) -> &str {
        &self.labels
    }
}

/// Which key does what, everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    bindings: Arc<[Binding]>,
    palette: Arc<str>,
}

impl Default for Keymap {
    /// The table as it is built in.
    fn default() -> Self {
        Self::of(KEYMAP.iter().map(|row| (row.scope, row.action, row.keys.to_vec(), row.hinted)).collect())
    }
}

impl Keymap {
    fn of(rows: Vec<(Scope, Action, Vec<Key>, bool)>) -> Self {
        let opens = rows.iter().find(|(_, action, ..)| *action == Action::Palette);
        let palette = opens.and_then(|(_, _, keys, _)| keys.first());
        let palette = palette.map(|key| if key.is_printable() { key.label() } else { key.label() + " " });
        let palette = palette.unwrap_or_default();
        let bindings = rows.into_iter().map(|(scope, action, keys, hinted)| {
            let labels: Vec<String> = keys.iter().map(|key| key.label()).collect();
            let named = || format!("{palette}{}", action.name());
            let label = labels.first().cloned().unwrap_or_else(named);
            let labels = if labels.is_empty() { label.clone() } else { labels.join(" ") };
            Binding { scope, action, keys, hinted, label, labels }
        });
        Self { bindings: bindings.collect(), palette: palette.as_str().into() }
    }

    /// What a key means, in the innermost of these scopes that knows it.
    pub fn lookup(&self, scopes: &[Scope], event: &KeyEvent) -> Option<Action> {
        let key = Key::of(event);
        let of = |scope: &Scope| self.bindings.iter().find(|b| b.scope == *scope && b.keys.contains(&key));
        scopes.iter().find_map(of).map(|binding| binding.action)
    }

    /// The bindings of a scope, in order.
    pub fn of_scope(&self, scope: Scope) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.scope == scope)
    }

    /// The key by which a text names an action of a scope: `ctrl-r`; where it has none, `:refresh`.
    pub fn key(&self, scope: Scope, action: Action) -> &str {
        self.of_scope(scope).find(|binding| binding.action == action).map_or("", Binding::label)
    }

    /// What is typed to do it by its name: `:reload`.
    pub fn command(&self, action: Action) -> String {
        format!("{}{}", self.palette, action.name())
    }
}

/// The README's key table, as Markdown.
pub fn markdown() -> String {
    let mut out = String::from("| where | key | does | in the config |\n|---|---|---|---|\n");
    let keymap = Keymap::default();
    for scope in Scope::ALL {
        for binding in keymap.of_scope(scope) {
            let mut keys: Vec<String> = binding.keys.iter().map(|key| format!("`{}`", key.label())).collect();
            if keys.is_empty() {
                keys.push(format!("`{}`", binding.label()));
            }
            let name = format!("`{}.{}`", scope.name(), binding.action.name());
            let row = [scope.title(), &keys.join(" "), binding.action.help(), &name].join(" | ");
            out.push_str("| ");
            out.push_str(&row);
            out.push_str(" |\n");
        }
    }
    out
}
