//! What a layer is: the screens that lie over the table, and what each answers to the same few questions.
//!
//! A new screen is its file, its file in `view`, its lines here, and its rows in the key table.

#![expect(clippy::wildcard_enum_match_arm, reason = "an action that opens no screen is none here")]

use std::time::Duration;

use crossterm::event::KeyEvent;
use ratatui::layout::Position;

use crate::keymap::{Action, Scope};

use super::calls::{CallList, OneCall};
use super::copy::CopyMenu;
use super::drafts::DraftList;
use super::effect::Effect;
use super::filter::FilterLine;
use super::find::Find;
use super::form::Form;
use super::help::HelpPage;
use super::list::Rows;
use super::menu::ActionMenu;
use super::next::{Destination, Next};
use super::overview::Overview;
use super::palette::Palette;
use super::profiles::ProfileList;
use super::review::Review;
use super::shared::Shared;
use super::sort::SortPicker;
use super::stop::StopList;
use super::timeline::TimelinePage;
use super::timeline::bucket_list::BucketList;
use super::{detail, form, review};

/// What lies over the table; the last one gets the keys.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The detail of the selected task, on the whole body.
    Detail,
    /// The line of the local filter.
    Filter(Box<FilterLine>),
    /// The form of a server-side find.
    Find(Box<Find>),
    /// The picker of the order.
    Sort(SortPicker),
    /// The menu of what can be done.
    Menu(ActionMenu),
    /// The menu of what can be copied.
    Copy(CopyMenu),
    /// The form of a task.
    Form(Box<Form>),
    /// The review before a write.
    Review(Box<Review>),
    /// The list of drafts.
    Drafts(Box<DraftList>),
    /// The timeline.
    Timeline(Box<TimelinePage>),
    /// The tasks of one bar of it.
    Bucket(Box<BucketList>),
    /// The list of what fires next.
    Stop(StopList),
    /// The API log.
    Calls(CallList),
    /// One attempt of the API log.
    Call(Box<OneCall>),
    /// The help page.
    Help(Box<HelpPage>),
    /// The palette.
    Palette(Box<Palette>),
    /// The list of profiles.
    Profiles(ProfileList),
    /// The board of all profiles, which lies over an empty table.
    Overview(Box<Overview>),
}

impl Layer {
    /// The scope of its keys.
    pub(super) fn scope(&self) -> Scope {
        match self {
            Self::Detail => Scope::Detail,
            Self::Filter(_) => Scope::Filter,
            Self::Find(_) => Scope::Find,
            Self::Sort(_) => Scope::Sort,
            Self::Menu(_) => Scope::Menu,
            Self::Copy(_) => Scope::Copy,
            Self::Form(_) => Scope::Form,
            Self::Review(review) => review.scope(),
            Self::Drafts(_) => Scope::Drafts,
            Self::Timeline(_) => Scope::Timeline,
            Self::Bucket(_) => Scope::Bucket,
            Self::Stop(_) => Scope::Stop,
            Self::Calls(_) => Scope::Calls,
            Self::Call(_) => Scope::Call,
            Self::Help(page) => page.scope(),
            Self::Palette(_) => Scope::Palette,
            Self::Profiles(_) => Scope::Profiles,
            Self::Overview(_) => Scope::Overview,
        }
    }

    /// The scope by which it is opened, and known again.
    pub(super) fn screen(&self) -> Scope {
        if let Self::Help(_) = self { Scope::Help } else { self.scope() }
    }

    /// The scope below, whose keys mean here what they mean there; its own go first.
    pub(super) fn scope_below(&self) -> Option<Scope> {
        if let Self::Menu(menu) = self { Some(menu.scope) } else { None }
    }

    /// Whether printable keys are text here (U5).
    pub fn takes_text(&self) -> bool {
        match self {
            Self::Filter(_) | Self::Find(_) | Self::Form(_) | Self::Palette(_) => true,
            // When it is over nothing is typed any more.
            Self::Review(review) => !review.is_over(),
            Self::Detail
            | Self::Sort(_)
            | Self::Menu(_)
            | Self::Copy(_)
            | Self::Drafts(_)
            | Self::Timeline(_)
            | Self::Bucket(_)
            | Self::Stop(_)
            | Self::Calls(_)
            | Self::Call(_)
            | Self::Profiles(_)
            | Self::Overview(_) => false,
            Self::Help(page) => page.search.is_some(),
        }
    }

    /// A key that means something here; a screen that takes text gets every key by [`Self::on_key`].
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        match self {
            Self::Detail => detail::on_action(shared, action),
            Self::Sort(picker) => picker.on_action(shared, action),
            Self::Menu(menu) => menu.on_action(shared, action),
            Self::Copy(menu) => menu.on_action(shared, action),
            Self::Drafts(list) => list.on_action(shared, action),
            Self::Timeline(page) => page.on_action(shared, action),
            Self::Bucket(list) => list.on_action(shared, action),
            Self::Stop(list) => list.on_action(shared, action),
            Self::Calls(list) => list.on_action(shared, action),
            Self::Call(call) => call.on_action(shared, action),
            Self::Help(page) => page.on_action(shared, action),
            Self::Review(review) => review::on_action(shared, review, action),
            Self::Profiles(list) => list.on_action(shared, action),
            Self::Overview(page) => page.on_action(shared, action),
            Self::Filter(_) | Self::Find(_) | Self::Form(_) | Self::Palette(_) => Next::stay(),
        }
    }

    /// Where the rows of a list stand, of which a press of the mouse chooses one.
    pub(super) fn rows(&self, shared: &Shared) -> Option<Rows> {
        Some(match self {
            Self::Sort(picker) => picker.rows(shared),
            Self::Menu(menu) => menu.rows(shared),
            Self::Copy(menu) => menu.rows(shared),
            Self::Drafts(list) => list.rows(shared),
            Self::Bucket(list) => list.rows(shared),
            Self::Stop(list) => list.rows(shared),
            Self::Calls(list) => list.rows(shared),
            Self::Palette(palette) => palette.rows(shared),
            Self::Profiles(list) => list.rows(shared),
            Self::Detail
            | Self::Filter(_)
            | Self::Find(_)
            | Self::Form(_)
            | Self::Review(_)
            | Self::Timeline(_)
            | Self::Call(_)
            | Self::Help(_)
            | Self::Overview(_) => return None,
        })
    }

    /// The row of a list at a position.
    pub(super) fn row_at(&self, shared: &Shared, position: Position) -> Option<usize> {
        if let Self::Help(page) = self {
            return page.number_at(shared, position);
        }
        if let Self::Timeline(page) = self {
            return page.bucket_at(shared, position);
        }
        if let Self::Overview(page) = self {
            return page.row_at(shared, position);
        }
        self.rows(shared)?.at(position)
    }

    /// The chosen row of a list in which the wheel chooses, and not the keys of the arrows.
    pub(super) fn wheel_row(&self, shared: &Shared, up: bool) -> Option<usize> {
        let Self::Palette(palette) = self else { return None };
        let last = palette.rows(shared).all.saturating_sub(1);
        Some(if up { palette.at.saturating_sub(1) } else { (palette.at + 1).min(last) })
    }

    /// Chooses a row of a list; gives the action that takes it, for a second press.
    pub(super) fn choose(&mut self, shared: &Shared, row: usize) -> Option<Action> {
        let (at, takes) = match self {
            Self::Sort(picker) => (&mut picker.at, Action::Choose),
            Self::Menu(menu) => (&mut menu.at, Action::Run),
            Self::Copy(menu) => (&mut menu.at, Action::Choose),
            Self::Drafts(list) => (&mut list.at, Action::GoOn),
            Self::Palette(palette) => (&mut palette.at, Action::Run),
            Self::Profiles(list) => (&mut list.at, Action::Choose),
            Self::Overview(page) => {
                page.choose(row);
                return Some(Action::GoTo);
            }
            Self::Help(page) => (&mut page.at, Action::Run),
            Self::Timeline(page) => {
                page.choose_bucket(shared, row);
                return Some(Action::Open);
            }
            Self::Bucket(list) => {
                list.choose(shared, row);
                return Some(Action::GoTo);
            }
            Self::Stop(list) => {
                list.choose(shared, row);
                return Some(Action::Review);
            }
            Self::Calls(list) => {
                list.choose_row(shared, row);
                return Some(Action::Open);
            }
            Self::Detail
            | Self::Filter(_)
            | Self::Find(_)
            | Self::Form(_)
            | Self::Review(_)
            | Self::Call(_) => return None,
        };
        *at = row;
        Some(takes)
    }

    /// A key where text is taken, and what it means if it is no text.
    pub(super) fn on_key(&mut self, shared: &mut Shared, event: KeyEvent, action: Option<Action>) -> Next {
        match self {
            Self::Filter(line) => line.on_key(shared, event, action),
            Self::Find(find) => find.on_key(shared, event, action),
            Self::Form(form) => form::on_key(shared, form, event, action),
            Self::Palette(palette) => palette.on_key(shared, event, action),
            Self::Review(review) => review::on_key(shared, review, event, action),
            Self::Help(page) => page.on_key(shared, event, action),
            Self::Detail
            | Self::Sort(_)
            | Self::Menu(_)
            | Self::Copy(_)
            | Self::Drafts(_)
            | Self::Timeline(_)
            | Self::Bucket(_)
            | Self::Stop(_)
            | Self::Calls(_)
            | Self::Call(_)
            | Self::Profiles(_)
            | Self::Overview(_) => Next::stay(),
        }
    }

    /// A paste, where text is taken.
    pub(super) fn on_paste(&mut self, shared: &mut Shared, text: &str) {
        match self {
            Self::Filter(line) => line.on_paste(shared, text),
            Self::Find(find) => find.on_paste(shared, text),
            Self::Form(form) => form::on_paste(shared, form, text),
            Self::Palette(palette) => palette.on_paste(shared, text),
            Self::Help(page) => page.on_paste(shared, text),
            // U2: nothing can be confirmed by a paste.
            Self::Review(_) => shared.warn("a paste confirms nothing; type it"),
            Self::Detail
            | Self::Sort(_)
            | Self::Menu(_)
            | Self::Copy(_)
            | Self::Drafts(_)
            | Self::Timeline(_)
            | Self::Bucket(_)
            | Self::Stop(_)
            | Self::Calls(_)
            | Self::Call(_)
            | Self::Profiles(_)
            | Self::Overview(_) => shared.drop_paste(),
        }
    }

    /// Time went on. `before` is the last time that it did.
    pub(super) fn on_tick(&mut self, shared: &mut Shared, before: Duration) -> Vec<Effect> {
        match self {
            Self::Drafts(list) => list.on_tick(shared),
            Self::Stop(list) => {
                list.follow(shared);
                Vec::new()
            }
            Self::Bucket(list) => {
                list.follow(shared);
                Vec::new()
            }
            Self::Review(review) => review::on_tick(shared, review, before),
            Self::Detail
            | Self::Filter(_)
            | Self::Find(_)
            | Self::Sort(_)
            | Self::Menu(_)
            | Self::Copy(_)
            | Self::Form(_)
            | Self::Timeline(_)
            | Self::Calls(_)
            | Self::Call(_)
            | Self::Help(_)
            | Self::Palette(_)
            | Self::Profiles(_)
            | Self::Overview(_) => Vec::new(),
        }
    }

    /// The screen of a target, and what it asks for first; `None` where it is refused, which is said.
    /// `scopes` are those of where it is opened.
    pub(super) fn open(
        target: Destination,
        shared: &mut Shared,
        scopes: &[Scope],
    ) -> Option<(Self, Vec<Effect>)> {
        let (layer, effects) = match target {
            Destination::Screen(scope) => return Self::of_scope(scope, shared, scopes),
            Destination::Form(purpose, None) => {
                let (form, effects) = form::open(shared, purpose)?;
                (Self::Form(Box::new(form)), effects)
            }
            Destination::Form(purpose, Some(kept)) => {
                (Self::Form(Box::new(form::open_kept(shared, purpose, *kept))), Vec::new())
            }
            Destination::Review(write) => {
                let (subject, source) = *write;
                let (review, effects) = review::open(shared, subject, source)?;
                (Self::Review(Box::new(review)), effects)
            }
            Destination::Notice(notice) => {
                (Self::Review(Box::new(review::open_notice(shared, *notice))), Vec::new())
            }
            Destination::Call(number) => (Self::Call(Box::new(OneCall::open(shared, number)?)), Vec::new()),
            Destination::Bucket(range, stretch) => {
                (Self::Bucket(Box::new(BucketList::open(shared, range, stretch))), Vec::new())
            }
        };
        Some((layer, effects))
    }

    fn of_scope(scope: Scope, shared: &mut Shared, scopes: &[Scope]) -> Option<(Self, Vec<Effect>)> {
        let layer = match scope {
            Scope::Detail => Self::Detail,
            Scope::Filter => Self::Filter(Box::new(FilterLine::open(shared))),
            Scope::Find => Self::Find(Box::new(Find::open(shared))),
            Scope::Sort => Self::Sort(SortPicker::open(shared)),
            Scope::Menu => Self::Menu(ActionMenu::open(scopes)),
            Scope::Copy => Self::Copy(CopyMenu::open(shared)?),
            Scope::Drafts => {
                let (list, effects) = DraftList::open(shared);
                return Some((Self::Drafts(Box::new(list)), effects));
            }
            Scope::Timeline => Self::Timeline(Box::default()),
            Scope::Stop => Self::Stop(StopList::open(shared)),
            Scope::Calls => Self::Calls(CallList::default()),
            Scope::Help => Self::Help(Box::new(HelpPage::open(scopes))),
            Scope::Palette => Self::Palette(Box::new(Palette::open(scopes, shared.lies_over.text))),
            Scope::Profiles => Self::Profiles(ProfileList::open(shared)?),
            // These need to be told of what they are, or are no layers.
            Scope::Form
            | Scope::Review
            | Scope::Result
            | Scope::Call
            | Scope::Bucket
            | Scope::Search
            | Scope::Overview
            | Scope::Tasks
            | Scope::Global => {
                return None;
            }
        };
        Some((layer, Vec::new()))
    }

    /// The screen that an action opens from everywhere.
    pub(super) fn opened_by(action: Action) -> Option<Scope> {
        match action {
            Action::Help => Some(Scope::Help),
            Action::Palette => Some(Scope::Palette),
            Action::Drafts => Some(Scope::Drafts),
            Action::Timeline => Some(Scope::Timeline),
            Action::Stop => Some(Scope::Stop),
            Action::Calls => Some(Scope::Calls),
            Action::Profiles => Some(Scope::Profiles),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::app::testing::screens;

    #[test]
    fn a_screen_takes_text_exactly_where_the_key_table_says_so() {
        for (name, state) in screens((120, 40)) {
            for layer in &state.layers {
                assert_eq!(layer.takes_text(), layer.scope().takes_text(), "{name}");
            }
        }
    }
}
