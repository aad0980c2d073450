//! Drafts: what keeps every typed word over Esc, a crash and `kill -9`.
//!
//! A draft goes to disk while it is typed, at most once a second. It is also kept here, so that a
//! full disk costs nothing as long as the program runs. What was thrown away is within reach as long
//! as its form is open, and in the list of drafts after that.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::kept::{DraftState, FoundDraft, KeptDraft};
use crate::domain::{Draft, TaskId, when};

use super::super::effect::Effect;
use super::super::message::ReqId;
use super::super::review;
use super::super::state::{Layer, State};
use super::{Form, SAVE_EVERY, errand};

/// The text of a form that was left.
#[derive(Clone, Debug)]
struct Left {
    draft: Draft,
    at: DateTime<Utc>,
    created_as: Option<TaskId>,
}

/// The texts of forms and lines that were left.
#[derive(Clone, Debug, Default)]
pub struct Drafts {
    /// What was typed into the filter line when it was left by Esc.
    pub filter: Option<String>,
    /// What was typed into the find form when it was left by Esc: keyword, from, to.
    pub find: Option<[String; 3]>,
    kept: BTreeMap<String, Left>,
    /// The form that was left last, while its text is on its way to the disk.
    leaving: Option<String>,
    /// What the disk was asked for, by slot.
    loading: BTreeMap<ReqId, String>,
    /// Texts that were thrown away, on their way to the list of drafts.
    aside: BTreeSet<ReqId>,
    asked: BTreeMap<ReqId, (String, Option<Draft>)>,
    /// What the disk did not take: the text of a slot, or that it is to be forgotten.
    failed: BTreeMap<String, Option<Draft>>,
    /// When that is tried again, by [`crate::app::Moment::running`].
    retry_at: Duration,
    disk_failed: bool,
}

/// What the disk did not take is tried again after so long.
const RETRY_EVERY: Duration = Duration::from_secs(5);

impl Drafts {
    pub(super) fn asked(&mut self, req: ReqId, slot: String, draft: Option<Draft>) {
        self.failed.remove(&slot);
        self.asked.insert(req, (slot, draft));
    }
}

/// What of a form is on disk.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    /// The text that was last sent there, or the untouched form.
    saved: Draft,
    /// When, by [`crate::app::Moment::running`].
    saved_at: Option<Duration>,
    /// Whether anything lies there.
    anything: bool,
    /// The question for what lies there.
    loading: Option<ReqId>,
}

impl Disk {
    pub(super) fn new(draft: &Draft) -> Self {
        Self { saved: draft.clone(), saved_at: None, anything: false, loading: None }
    }
}

/// Puts the draft of that slot back into the form just opened, or asks the disk for it.
pub(super) fn bring_back(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Form(form)) = state.layers.last_mut() else { return Vec::new() };
    let slot = form.slot.clone();
    if state.drafts.kept.get(&slot).is_some_and(|left| review::is_on_its_way(state, &slot, &left.draft)) {
        // It stays kept: should nothing come of it, it is a draft again.
        state.say(SENT);
        return Vec::new();
    }
    if let Some(Left { draft, at, created_as }) = state.drafts.kept.remove(&slot) {
        if let Some(form) = state.form_mut() {
            form.disk.anything = true;
            form.created_as = created_as;
        }
        put_back(state, draft, at);
        return Vec::new();
    }
    let req = state.ask();
    if let Some(Layer::Form(form)) = state.layers.last_mut() {
        form.disk.loading = Some(req);
    }
    state.drafts.loading.insert(req, slot.clone());
    vec![Effect::LoadDraft { req, slot }]
}

/// Another task may be written while a draft is on its way. That one is no draft to go on with: who
/// changed a word of it would make a second push.
const SENT: &str = "the last text was sent and its outcome is being checked · :drafts shows it";
/// What another process has is its own.
const ELSEWHERE: &str = "another pushdeck has a draft of this; it stays there";
/// While the disk has not answered.
const KEEPING: &str = "keeping the draft…";

/// Puts a draft of the list into the form on top.
pub(super) fn take_back(state: &mut State, kept: KeptDraft) {
    let KeptDraft { slot, draft, at, state: what, .. } = kept;
    // The disk has put aside what lay there.
    state.drafts.kept.remove(&slot);
    state.drafts.failed.remove(&slot);
    if let Some(form) = state.form_mut() {
        form.disk.anything = true;
    }
    put_back(state, draft, at);
    match what {
        DraftState::Created(id) => {
            if let Some(form) = state.form_mut() {
                form.created_as = Some(id);
                form.sent_as = Some((form.draft.clone(), id));
            }
            state.warn(format!("this text was created as #{id}: sent once more it is another push"));
        }
        DraftState::Unknown => {
            state.warn(
                "whether this text was created was never found out; look at the list before you send it",
            );
        }
        DraftState::Current | DraftState::Elsewhere | DraftState::Sent | DraftState::Aside => {}
    }
}

/// Puts an earlier draft into the form on top.
fn put_back(state: &mut State, draft: Draft, at: DateTime<Utc>) {
    let age = when::from_now(at, state.now.utc);
    let zone = state.setup.zone;
    let Some(form) = state.form_mut() else { return };
    let mut moved = "";
    let draft = match form.purpose.task() {
        Some(task) => {
            if task.content.without_random() != draft.base {
                moved = " · the task changed meanwhile: your changes lie over it as it is now";
            }
            draft.laid_over(task, zone)
        }
        None => draft,
    };
    form.disk.saved = draft.clone();
    if draft.says_the_same(&form.pristine) {
        return;
    }
    form.put_draft(draft);
    state.say(format!("draft from {age} brought back · ctrl-x throws it away{moved}"));
}

/// The draft on disk came.
pub fn on_draft_loaded(state: &mut State, req: ReqId, result: Result<FoundDraft, String>) -> Vec<Effect> {
    let Some(slot) = state.drafts.loading.remove(&req) else { return Vec::new() };
    let Some(form) = state.form_mut().filter(|form| form.disk.loading == Some(req)) else {
        return came_late(state, slot, result);
    };
    form.disk.loading = None;
    let found = match result {
        Ok(found) => found,
        Err(words) => {
            disk_failed(state, &words);
            return Vec::new();
        }
    };
    let mut effects = Vec::new();
    if let Some((draft, at)) = found.draft {
        form.disk.anything = true;
        let untouched = form.draft.says_the_same(&form.pristine);
        if review::is_on_its_way(state, &slot, &draft) {
            state.say(SENT);
        } else if untouched {
            state.form_mut().into_iter().for_each(|form| form.created_as = found.created_as);
            put_back(state, draft, at);
        } else {
            // The operator was faster than the disk: both texts stay within reach.
            effects.push(put_aside(state, slot, draft));
            state.say("an earlier draft was put aside · :drafts shows it");
        }
    } else if found.sent {
        state.say(SENT);
    }
    if found.elsewhere {
        match &mut state.note {
            Some(note) if !note.bad && state.now.running < note.until => {
                note.text = format!("{} · {ELSEWHERE}", note.text);
            }
            _ => state.say(ELSEWHERE),
        }
    }
    effects
}

/// The draft on disk came when its form was left already. Where another text was kept in its place since,
/// it is put aside.
fn came_late(state: &mut State, slot: String, result: Result<FoundDraft, String>) -> Vec<Effect> {
    let Some((draft, _)) = result.ok().and_then(|found| found.draft) else { return Vec::new() };
    let left = state.drafts.kept.get(&slot).map(|left| &left.draft);
    let open = state.form().filter(|form| form.slot == slot && form.disk.anything).map(|form| &form.draft);
    let replaced = left.or(open).is_some_and(|ours| *ours != draft);
    if !replaced || review::is_on_its_way(state, &slot, &draft) {
        return Vec::new();
    }
    vec![put_aside(state, slot, draft)]
}

/// Keeps a text for the list of drafts only.
fn put_aside(state: &mut State, slot: String, draft: Draft) -> Effect {
    let req = state.ask();
    state.drafts.aside.insert(req);
    Effect::PutDraftAside { req, slot, draft }
}

/// The draft is on disk, or not.
pub fn on_draft_kept(state: &mut State, req: ReqId, result: Result<(), String>) {
    if state.drafts.aside.remove(&req) {
        if let Err(words) = result {
            state.warn(format!("what was thrown away is not in the list of drafts: {words}"));
        }
        return;
    }
    let Some((slot, draft)) = state.drafts.asked.remove(&req) else { return };
    let left = state.drafts.leaving.take_if(|left| *left == slot && !is_asked(&state.drafts.asked, &slot));
    match result {
        Ok(()) => {
            state.drafts.disk_failed = false;
            if left.is_some() && state.note.as_ref().is_some_and(|note| note.text == KEEPING) {
                state.say(format!("draft kept · {} brings it back", key_of(&slot)));
            }
        }
        Err(words) => {
            if left.is_some() {
                state.drafts.disk_failed = true;
                state.warn(in_memory(&slot, &words));
            }
            // Where a newer text is on its way already, that one counts.
            if !is_asked(&state.drafts.asked, &slot) {
                state.drafts.failed.insert(slot, draft);
                state.drafts.retry_at = state.now.running + RETRY_EVERY;
            }
            disk_failed(state, &words);
        }
    }
}

/// Whether the disk has still to answer for that slot.
fn is_asked(asked: &BTreeMap<ReqId, (String, Option<Draft>)>, slot: &str) -> bool {
    asked.values().any(|(other, _)| other == slot)
}

/// The key that opens the form of a slot.
fn key_of(slot: &str) -> &'static str {
    match slot.split(' ').next() {
        Some("edit") => "e",
        Some("time") => "t",
        Some("from") => "N",
        _ => "n",
    }
}

fn in_memory(slot: &str, words: &str) -> String {
    format!("the draft is NOT on disk: {words} · while pushdeck runs {} brings it back", key_of(slot))
}

/// Tries again what the disk did not take.
fn retry(state: &mut State) -> Vec<Effect> {
    let failed = std::mem::take(&mut state.drafts.failed);
    failed.into_iter().map(|(slot, draft)| errand(state, slot, draft)).collect()
}

/// Says once that the disk does not take drafts; the text stays here.
fn disk_failed(state: &mut State, words: &str) {
    if !state.drafts.disk_failed {
        state.drafts.disk_failed = true;
        state.warn(format!("draft is not on disk: {words}"));
    }
}

/// Time went on: a draft that changed is kept on disk.
pub fn on_tick(state: &mut State) -> Vec<Effect> {
    let now = state.now.running;
    // A disk that is slower than the fingers gets the newest text when it is done with the one before,
    // not every text in between; and no text before it has told what lies there.
    let due = |form: &Form| {
        form.disk.saved_at.is_none_or(|at| now >= at + SAVE_EVERY)
            && form.disk.loading.is_none()
            && !is_asked(&state.drafts.asked, &form.slot)
    };
    let mut effects = if state.form().is_some_and(due) { save_now(state) } else { Vec::new() };
    if now >= state.drafts.retry_at {
        effects.extend(retry(state));
    }
    effects
}

/// Keeps the draft before leaving.
pub fn keep_draft_now(state: &mut State) -> Vec<Effect> {
    // What lies on disk is not known yet, and nobody will hear the answer: nothing may be put over it.
    let unknown = |form: &&Form| form.disk.loading.is_some() && !form.draft.says_the_same(&form.pristine);
    let beside = state.form().filter(unknown).map(|form| (form.slot.clone(), form.draft.clone()));
    let mut effects = match beside {
        Some((slot, draft)) => vec![put_aside(state, slot, draft)],
        None => save_now(state),
    };
    effects.extend(retry(state));
    effects
}

/// Sends the draft to disk if it differs from what lies there.
pub(super) fn save_now(state: &mut State) -> Vec<Effect> {
    let now = state.now.running;
    let Some(form) = state.form_mut() else { return Vec::new() };
    if form.draft == form.disk.saved {
        return Vec::new();
    }
    let (slot, draft) = (form.slot.clone(), form.draft.clone());
    let untouched = draft.says_the_same(&form.pristine);
    form.disk.saved_at = Some(now);
    form.disk.saved = draft.clone();
    let drop = untouched && form.disk.anything;
    form.disk.anything = !untouched;
    if untouched && !drop {
        return Vec::new();
    }
    vec![errand(state, slot, (!drop).then_some(draft))]
}

/// Leaves the form; its text stays within reach.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    let mut effects = save_now(state);
    let Some(Layer::Form(form)) = state.layers.last() else { return effects };
    let (slot, draft, thrown) = (form.slot.clone(), form.draft.clone(), form.thrown.clone());
    let (typed, created_as) = (!draft.says_the_same(&form.pristine), form.created_as);
    state.layers.pop();
    if let Some(draft) = thrown {
        effects.push(put_aside(state, slot.clone(), draft));
    }
    if typed {
        state.drafts.kept.insert(slot.clone(), Left { draft, at: state.now.utc, created_as });
        if is_asked(&state.drafts.asked, &slot) {
            state.say(KEEPING);
            state.drafts.leaving = Some(slot);
        } else if state.drafts.failed.contains_key(&slot) {
            state.warn(in_memory(&slot, "it is tried again"));
        } else {
            state.say(format!("draft kept · {} brings it back", key_of(&slot)));
        }
    }
    effects
}

/// Throws the text of this form away; again, before anything was typed, brings it back.
pub(super) fn discard(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Form(form)) = state.layers.last_mut() else { return Vec::new() };
    let untouched = form.draft.says_the_same(&form.pristine);
    let mut effects = Vec::new();
    let (draft, words) = match (form.thrown.take(), untouched) {
        (None, true) => (form.draft.clone(), "nothing is typed yet"),
        (Some(thrown), true) => (thrown, "draft brought back · ctrl-x throws it away"),
        (older, false) => {
            form.thrown = Some(form.draft.clone());
            let (slot, pristine) = (form.slot.clone(), form.pristine.clone());
            // One text can be brought back by the key; an older one can from the list.
            effects.extend(older.map(|older| put_aside(state, slot, older)));
            (pristine, "draft thrown away · ctrl-x brings it back")
        }
    };
    let Some(Layer::Form(form)) = state.layers.last_mut() else { return effects };
    form.put_draft(draft);
    form.touched.clear();
    form.all_shown = false;
    form.refused.clear();
    state.say(words);
    effects.extend(save_now(state));
    effects
}

/// Forgets a draft that was sent and stands. Another text under the same name is left alone.
pub(super) fn forget(state: &mut State, slot: &str, draft: &Draft, id: TaskId) -> Vec<Effect> {
    let drafts = &mut state.drafts;
    if drafts.kept.get(slot).is_some_and(|left| left.draft == *draft) {
        drafts.kept.remove(slot);
    }
    let mut other_text = drafts.kept.contains_key(slot);
    if let Some(form) = state.form_mut().filter(|form| form.slot == slot) {
        if form.thrown.as_ref() == Some(draft) {
            form.thrown = None;
        }
        if form.draft == *draft {
            form.sent_as = Some((draft.clone(), id));
            form.pristine = draft.clone();
            form.disk.saved = draft.clone();
            form.disk.anything = false;
        } else {
            // Also one that is still on its way to the disk, or that the disk has not told of yet.
            let typed = !form.draft.says_the_same(&form.pristine);
            other_text = form.disk.anything || typed || form.disk.loading.is_some();
        }
    }
    if other_text {
        return Vec::new();
    }
    vec![errand(state, slot.to_owned(), None)]
}
