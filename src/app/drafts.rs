//! The list of drafts: every text that is kept on disk, also those that are used up. Enter goes on
//! with one in the form that it belongs to; nothing is sent from here.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use std::time::Duration;

use crate::domain::TaskId;
use crate::domain::kept::{DraftState, KeptDraft};
use crate::keymap::Action;

use super::effect::Effect;
use super::form::model::Purpose;
use super::frame::centred;
use super::list::Rows;
use super::next::{Destination, Next};
use super::request::ReqId;
use super::shared::Shared;

/// Rows that a page key moves by.
const SCREENFUL: usize = 10;
/// The list is asked for again so soon while something in it may change by itself.
const AGAIN: Duration = Duration::from_secs(1);

/// The list.
#[derive(Clone, Debug, Default)]
pub struct DraftList {
    /// What is on disk, the newest first; `None` while that is read.
    pub drafts: Option<Result<Vec<KeptDraft>, String>>,
    /// The chosen row.
    pub at: usize,
    /// The question for the list, and when it was asked.
    listing: Option<ReqId>,
    listed_at: Duration,
    /// The question for the chosen one.
    asking: Option<ReqId>,
}

impl DraftList {
    /// Whether something in it is known not to last: a write under way, or another process.
    fn may_change(&self) -> bool {
        let changes = |kept: &KeptDraft| matches!(kept.state, DraftState::Sent | DraftState::Elsewhere);
        self.drafts.as_ref().is_some_and(|drafts| drafts.as_ref().is_ok_and(|all| all.iter().any(changes)))
    }

    /// Takes the list; the chosen draft stays the chosen one.
    fn take(&mut self, result: Result<Vec<KeptDraft>, String>) {
        let chosen = self.chosen().map(|kept| kept.id);
        self.drafts = Some(result);
        let drafts = self.drafts.iter().flatten().flatten();
        let place = chosen.and_then(|id| drafts.map(|kept| kept.id).position(|other| other == id));
        self.at = place.unwrap_or(self.at).min(self.last_row());
    }

    fn chosen(&self) -> Option<&KeptDraft> {
        self.drafts.as_ref()?.as_ref().ok()?.get(self.at)
    }

    fn last_row(&self) -> usize {
        let count = self.drafts.as_ref().and_then(|drafts| drafts.as_ref().ok()).map_or(0, Vec::len);
        count.saturating_sub(1)
    }
}

/// Widest list, and its height.
const SIZE: (u16, u16) = (96, 20);

impl DraftList {
    /// Where it lies, and where its rows stand.
    pub fn rows(&self, shared: &Shared) -> Rows {
        let ground = shared.areas().map(|areas| areas.ground()).unwrap_or_default();
        let all = self.drafts.iter().flatten().map(Vec::len).sum();
        Rows::within(centred(ground, SIZE.0, ground.height.min(SIZE.1)), all, 0, self.at)
    }

    /// The list, and the question for it.
    pub(super) fn open(shared: &mut Shared) -> (Self, Vec<Effect>) {
        let mut list = Self::default();
        let effects = list.ask(shared);
        (list, effects)
    }

    fn ask(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let req = shared.ask();
        (self.listing, self.listed_at) = (Some(req), shared.now.running);
        vec![Effect::ListDrafts { req }]
    }

    /// Time went on: what became of a text that was being checked is asked for again.
    pub(super) fn on_tick(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let is_due = shared.now.running >= self.listed_at + AGAIN;
        if self.listing.is_none() && self.may_change() && is_due { self.ask(shared) } else { Vec::new() }
    }

    /// The drafts came, or cannot be read.
    pub(super) fn on_listed(&mut self, req: ReqId, result: &Result<Vec<KeptDraft>, String>) {
        if self.listing == Some(req) {
            self.listing = None;
            self.take(result.clone());
        }
    }

    /// Whether the answer to this question was waited for here; it is not any more.
    pub(super) fn stops_waiting(&mut self, req: ReqId) -> bool {
        self.asking.take_if(|asked| *asked == req).is_some()
    }

    /// A key in the list.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        let end = self.last_row();
        self.at = match action {
            Action::Down => (self.at + 1).min(end),
            Action::Up => self.at.saturating_sub(1),
            Action::PageDown => (self.at + SCREENFUL).min(end),
            Action::PageUp => self.at.saturating_sub(SCREENFUL),
            Action::First => 0,
            Action::Last => end,
            Action::Back | Action::Close => return Next::close(),
            Action::GoOn if self.asking.is_none() => return self.go_on(shared).into(),
            _ => self.at,
        };
        Next::stay()
    }

    /// Asks the disk for the chosen draft; its form opens when that one is the form's again.
    fn go_on(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let Some((id, what)) = self.chosen().map(|kept| (kept.id, kept.state)) else { return Vec::new() };
        match what {
            DraftState::Sent => {
                shared.warn("this text was sent and its outcome is being checked; nothing is sent twice");
                return Vec::new();
            }
            DraftState::Elsewhere => {
                shared.warn("this draft is open in another pushdeck; it stays there");
                return Vec::new();
            }
            DraftState::Current | DraftState::Unknown | DraftState::Created(_) | DraftState::Archived => {}
        }
        let req = shared.ask();
        self.asking = Some(req);
        vec![Effect::RestoreDraft { req, id }]
    }
}

/// A draft of the list is the one of its form again, or could not be: the form to be opened, where the
/// list lies on top.
pub(super) fn on_restored(
    shared: &mut Shared,
    is_on_top: bool,
    result: Result<KeptDraft, String>,
) -> Option<Destination> {
    let kept = match result {
        Ok(kept) => kept,
        Err(why) => {
            shared.warn(why);
            return None;
        }
    };
    if !is_on_top {
        shared.say("the draft is restored; its form opens it");
        return None;
    }
    let (what, id) = kept.slot.split_once(' ').unwrap_or((&kept.slot, ""));
    let id = id.parse().ok().map(TaskId);
    let task =
        id.and_then(|id| shared.board.task(id)).map(|task| Box::new(std::sync::Arc::unwrap_or_clone(task)));
    let purpose = match (what, id, task) {
        ("from", Some(id), _) => Purpose::From(id),
        ("edit", _, Some(task)) => Purpose::Edit(task),
        ("time", _, Some(task)) => Purpose::Time(task),
        ("edit" | "time", Some(id), None) => {
            let key = if what == "edit" { "e" } else { "t" };
            shared
                .warn(format!("#{id} is not in the list that is shown: find it, then {key} opens the draft"));
            return None;
        }
        _ => Purpose::New,
    };
    Some(Destination::Form(purpose, Some(Box::new(kept))))
}

/// The form that a draft belongs to, in words.
pub fn form_of(slot: &str) -> String {
    match slot.split_once(' ') {
        Some(("edit", id)) => format!("edit #{id}"),
        Some(("time", id)) => format!("time of #{id}"),
        Some(("from", id)) => format!("new from #{id}"),
        Some(_) | None => slot.to_owned(),
    }
}

/// What became of a draft, in words; nothing for one that simply waits.
pub fn mark_of(state: DraftState) -> String {
    match state {
        DraftState::Current => String::new(),
        DraftState::Elsewhere => "in another pushdeck".to_owned(),
        DraftState::Sent => "sent, being checked".to_owned(),
        DraftState::Unknown => "sent, outcome unknown".to_owned(),
        DraftState::Created(id) => format!("created as #{id}"),
        DraftState::Archived => "archived".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::app::Layer;
    use crate::app::Message;
    use crate::app::State;
    use crate::app::testing::{board, feed, key, later, now, press, tasks, typed};
    use crate::domain::Draft;
    use crate::domain::kept::DraftId;

    fn kept(id: i64, slot: &str, title: &str, state: DraftState) -> KeptDraft {
        let mut draft = Draft::new("administrator");
        draft.put("OfflinePushInfo.Title", title);
        KeptDraft { id: DraftId(id), slot: slot.to_owned(), draft, at: now().utc, state }
    }

    /// The list with these rows.
    fn listed(drafts: Vec<KeptDraft>) -> State {
        let mut state = board((120, 40));
        let effects = feed(&mut state, [typed(":drafts"), vec![key(KeyCode::Enter)]].concat());
        let [Effect::ListDrafts { req }] = effects[..] else { panic!("{effects:?}") };
        feed(&mut state, [Message::DraftsListed { req, result: Ok(drafts) }]);
        state
    }

    fn note(state: &State) -> &str {
        state.note.as_ref().map_or("", |note| note.text.as_str())
    }

    /// Takes the chosen row, as the disk would give it.
    fn take(state: &mut State, draft: &KeptDraft) {
        let effects = press(state, KeyCode::Enter);
        let [Effect::RestoreDraft { req, id }] = effects[..] else { panic!("{effects:?}") };
        assert_eq!(id, draft.id);
        feed(state, [Message::DraftRestored { req, result: Ok(Box::new(draft.clone())) }]);
    }

    #[test]
    fn a_text_that_became_a_task_opens_a_form_that_goes_on_saying_so_and_is_not_sent_as_it_is() {
        let used_up = kept(1, "new", "Flash sale", DraftState::Created(TaskId(7)));
        let mut state = listed(vec![kept(2, "new", "other", DraftState::Current), used_up.clone()]);
        press(&mut state, KeyCode::Char('j'));
        take(&mut state, &used_up);
        let form = state.form().unwrap();
        assert_eq!(form.draft.entry("OfflinePushInfo.Title"), "Flash sale");
        assert_eq!(form.created_as, Some(TaskId(7)));
        assert!(note(&state).contains("created as #7"), "{}", note(&state));
        feed(&mut state, [crate::app::testing::ctrl('s')]);
        assert!(state.review().is_none() && note(&state).contains("#7"), "{}", note(&state));
        // Also after it was left and opened once more.
        feed(&mut state, [key(KeyCode::Esc)]);
        feed(&mut state, typed("n"));
        assert_eq!(state.form().unwrap().created_as, Some(TaskId(7)));
    }

    #[test]
    fn what_is_being_checked_or_belongs_to_another_is_not_taken() {
        let rows = vec![kept(1, "new", "a", DraftState::Sent), kept(2, "new", "b", DraftState::Elsewhere)];
        let mut state = listed(rows);
        assert_eq!(press(&mut state, KeyCode::Enter), []);
        assert!(note(&state).contains("outcome is being checked"), "{}", note(&state));
        press(&mut state, KeyCode::Char('j'));
        assert_eq!(press(&mut state, KeyCode::Enter), []);
        assert!(note(&state).contains("another pushdeck"), "{}", note(&state));
        press(&mut state, KeyCode::Esc);
        assert!(state.layers.is_empty());
    }

    #[test]
    fn what_becomes_of_a_text_that_is_being_checked_is_seen_without_opening_the_list_again() {
        let rows = vec![kept(1, "new", "a", DraftState::Sent), kept(2, "new", "b", DraftState::Current)];
        let mut state = listed(rows);
        press(&mut state, KeyCode::Char('j'));
        assert_eq!(feed(&mut state, [Message::Ticked(later(0))]), []);
        let effects = feed(&mut state, [Message::Ticked(later(1))]);
        let asks = |effect: &Effect| match effect {
            Effect::ListDrafts { req } => Some(*req),
            _ => None,
        };
        let req = effects.iter().find_map(asks).unwrap();
        assert_eq!(
            feed(&mut state, [Message::Ticked(later(2))]).iter().find_map(asks),
            None,
            "one at a time"
        );
        let rows = vec![
            kept(3, "new", "c", DraftState::Current),
            kept(1, "new", "a", DraftState::Created(TaskId(7))),
            kept(2, "new", "b", DraftState::Current),
        ];
        feed(&mut state, [Message::DraftsListed { req, result: Ok(rows) }]);
        let Some(Layer::Drafts(list)) = state.layers.last() else { panic!("no list") };
        assert_eq!(list.chosen().map(|kept| kept.id), Some(DraftId(2)), "the chosen one stays chosen");
        assert_eq!(
            feed(&mut state, [Message::Ticked(later(9))]).iter().find_map(asks),
            None,
            "all is settled"
        );
    }

    #[test]
    fn a_draft_opens_the_form_that_it_belongs_to() {
        let id = tasks()[4].id;
        let cases = [
            ("new".to_owned(), Some("New")),
            ("from 12".to_owned(), Some("From")),
            (format!("edit {id}"), Some("Edit")),
            (format!("time {id}"), Some("Time")),
            ("edit 12".to_owned(), None),
        ];
        for (slot, form) in cases {
            let draft = kept(1, &slot, "t", DraftState::Archived);
            let mut state = listed(vec![draft.clone()]);
            take(&mut state, &draft);
            let opened = state.form().map(|form| match form.purpose {
                Purpose::New => "New",
                Purpose::From(_) => "From",
                Purpose::Edit(_) => "Edit",
                Purpose::Time(_) => "Time",
            });
            assert_eq!(opened, form, "{slot}");
        }
    }

    #[test]
    fn a_disk_that_cannot_be_read_is_said_and_a_late_answer_changes_nothing() {
        let mut state = board((80, 24));
        let effects = feed(&mut state, [typed(":drafts"), vec![key(KeyCode::Enter)]].concat());
        let [Effect::ListDrafts { req }] = effects[..] else { panic!("{effects:?}") };
        press(&mut state, KeyCode::Enter);
        feed(&mut state, [Message::DraftsListed { req, result: Err("busy".to_owned()) }]);
        let Some(Layer::Drafts(list)) = state.layers.last() else { panic!("no list") };
        assert_eq!(list.drafts, Some(Err("busy".to_owned())));
        assert_eq!(press(&mut state, KeyCode::Enter), []);
        press(&mut state, KeyCode::Char('q'));
        let kept = kept(1, "new", "t", DraftState::Current);
        feed(&mut state, [Message::DraftRestored { req, result: Ok(Box::new(kept)) }]);
        assert!(state.layers.is_empty());
    }
}
