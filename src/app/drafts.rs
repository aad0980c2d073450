//! The list of drafts: every text that is kept on disk, also those that are used up. Enter goes on
//! with one in the form that it belongs to; nothing is sent from here.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an action or key that means nothing here does nothing here"
)]

use std::time::Duration;

use crate::domain::TaskId;
use crate::domain::kept::{DraftState, KeptDraft};
use crate::keymap::Action;

use super::effect::Effect;
use super::form::{self, Purpose};
use super::message::ReqId;
use super::state::{Layer, State};

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

/// Opens the list and asks the disk for it.
pub fn open(state: &mut State) -> Vec<Effect> {
    if matches!(state.layers.last(), Some(Layer::Drafts(_))) {
        return Vec::new();
    }
    let req = state.ask();
    let listed_at = state.now.running;
    let list = DraftList { listing: Some(req), listed_at, ..DraftList::default() };
    state.layers.push(Layer::Drafts(Box::new(list)));
    vec![Effect::ListDrafts { req }]
}

/// Time went on: what became of a text that was being checked is asked for again.
pub fn on_tick(state: &mut State) -> Vec<Effect> {
    let now = state.now.running;
    let Some(Layer::Drafts(list)) = state.layers.last() else { return Vec::new() };
    if list.listing.is_some() || !list.may_change() || now < list.listed_at + AGAIN {
        return Vec::new();
    }
    let req = state.ask();
    if let Some(Layer::Drafts(list)) = state.layers.last_mut() {
        (list.listing, list.listed_at) = (Some(req), now);
    }
    vec![Effect::ListDrafts { req }]
}

/// The drafts came, or cannot be read.
pub fn on_listed(state: &mut State, req: ReqId, result: Result<Vec<KeptDraft>, String>) -> Vec<Effect> {
    let lists = state.layers.iter_mut().filter_map(|layer| match layer {
        Layer::Drafts(list) => Some(list),
        _ => None,
    });
    for list in lists.filter(|list| list.listing == Some(req)) {
        list.listing = None;
        list.take(result.clone());
    }
    Vec::new()
}

/// A key in the list.
pub fn on_action(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Layer::Drafts(list)) = state.layers.last_mut() else { return Vec::new() };
    let end = list.last_row();
    list.at = match action {
        Action::Down => (list.at + 1).min(end),
        Action::Up => list.at.saturating_sub(1),
        Action::PageDown => (list.at + SCREENFUL).min(end),
        Action::PageUp => list.at.saturating_sub(SCREENFUL),
        Action::First => 0,
        Action::Last => end,
        Action::Back | Action::Close => {
            state.layers.pop();
            return Vec::new();
        }
        Action::GoOn if list.asking.is_none() => return go_on(state),
        _ => list.at,
    };
    Vec::new()
}

/// Asks the disk for the chosen draft; its form opens when that one is the form's again.
fn go_on(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Drafts(list)) = state.layers.last() else { return Vec::new() };
    let Some((id, what)) = list.chosen().map(|kept| (kept.id, kept.state)) else { return Vec::new() };
    match what {
        DraftState::Sent => {
            state.warn("this text was sent and its outcome is being checked; nothing is sent twice");
            return Vec::new();
        }
        DraftState::Elsewhere => {
            state.warn("this draft is open in another pushdeck; it stays there");
            return Vec::new();
        }
        DraftState::Current | DraftState::Unknown | DraftState::Created(_) | DraftState::Aside => {}
    }
    let req = state.ask();
    if let Some(Layer::Drafts(list)) = state.layers.last_mut() {
        list.asking = Some(req);
    }
    vec![Effect::RestoreDraft { req, id }]
}

/// A draft of the list is the one of its form again, or could not be.
pub fn on_restored(state: &mut State, req: ReqId, result: Result<KeptDraft, String>) -> Vec<Effect> {
    let waits = |layer: &Layer| matches!(layer, Layer::Drafts(list) if list.asking == Some(req));
    let Some(at) = state.layers.iter().position(waits) else { return Vec::new() };
    let on_top = at + 1 == state.layers.len();
    if let Some(Layer::Drafts(list)) = state.layers.get_mut(at) {
        list.asking = None;
    }
    let kept = match result {
        Ok(kept) => kept,
        Err(why) => {
            state.warn(why);
            return Vec::new();
        }
    };
    if !on_top {
        state.say("the draft is back; its form brings it");
        return Vec::new();
    }
    state.layers.pop();
    let (what, id) = kept.slot.split_once(' ').unwrap_or((&kept.slot, ""));
    let id = id.parse().ok().map(TaskId);
    let task = id.and_then(|id| state.board.task(id)).cloned().map(Box::new);
    let purpose = match (what, id, task) {
        ("from", Some(id), _) => Purpose::From(id),
        ("edit", _, Some(task)) => Purpose::Edit(task),
        ("time", _, Some(task)) => Purpose::Time(task),
        ("edit" | "time", Some(id), None) => {
            let key = if what == "edit" { "e" } else { "t" };
            state.warn(format!(
                "#{id} is not in the list that is shown: find it, then {key} brings the draft"
            ));
            return Vec::new();
        }
        _ => Purpose::New,
    };
    form::open_kept(state, purpose, kept);
    Vec::new()
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
        DraftState::Unknown => "sent, never found out".to_owned(),
        DraftState::Created(id) => format!("created as #{id}"),
        DraftState::Aside => "put aside".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::app::Message;
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
            let draft = kept(1, &slot, "t", DraftState::Aside);
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
