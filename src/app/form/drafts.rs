//! Drafts: what keeps every typed word over Esc, a crash and `kill -9`.
//!
//! A draft goes to disk while it is typed, at most once a second. It is also kept here, so that a
//! full disk costs nothing as long as the program runs.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{Draft, TaskId, when};

use super::super::effect::Effect;
use super::super::message::ReqId;
use super::super::review;
use super::super::state::{Layer, State};
use super::{Form, SAVE_EVERY, errand};

/// The drafts of forms that were left.
#[derive(Clone, Debug, Default)]
pub struct Drafts {
    kept: BTreeMap<String, (Draft, DateTime<Utc>)>,
    thrown: BTreeMap<String, Draft>,
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
    form.thrown = state.drafts.thrown.remove(&slot);
    if let Some((draft, at)) = state.drafts.kept.remove(&slot) {
        form.disk.anything = true;
        if review::is_on_its_way(state, &slot, &draft) {
            set_aside(state, draft);
            return Vec::new();
        }
        put_back(state, draft, at);
        return Vec::new();
    }
    let req = state.ask();
    if let Some(Layer::Form(form)) = state.layers.last_mut() {
        form.disk.loading = Some(req);
    }
    vec![Effect::LoadDraft { req, slot }]
}

/// Another task may be written while a draft is on its way; that one stays within reach.
fn set_aside(state: &mut State, draft: Draft) {
    let Some(form) = state.form_mut() else { return };
    form.thrown = Some(draft);
    state.say("the last text was sent and its outcome is awaited · ctrl-x shows it");
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
    if draft == form.pristine {
        return;
    }
    form.put_draft(draft);
    state.say(format!("draft from {age} brought back · ctrl-x throws it away{moved}"));
}

/// The draft on disk came.
pub fn on_draft_loaded(
    state: &mut State,
    req: ReqId,
    result: Result<Option<(Draft, DateTime<Utc>)>, String>,
) -> Vec<Effect> {
    let Some(form) = state.form_mut().filter(|form| form.disk.loading == Some(req)) else {
        return Vec::new();
    };
    form.disk.loading = None;
    match result {
        Ok(None) => {}
        Ok(Some((draft, at))) => {
            form.disk.anything = true;
            let (slot, untouched) = (form.slot.clone(), form.draft == form.pristine);
            if review::is_on_its_way(state, &slot, &draft) {
                set_aside(state, draft);
            } else if untouched {
                put_back(state, draft, at);
            } else {
                // The operator was faster than the disk: both texts stay within reach.
                state.form_mut().into_iter().for_each(|form| form.thrown = Some(draft.clone()));
                state.say("an earlier draft is here too · ctrl-x changes to it and back");
            }
        }
        Err(words) => disk_failed(state, &words),
    }
    Vec::new()
}

/// The draft is on disk, or not.
pub fn on_draft_kept(state: &mut State, req: ReqId, result: Result<(), String>) {
    let Some((slot, draft)) = state.drafts.asked.remove(&req) else { return };
    match result {
        Ok(()) => state.drafts.disk_failed = false,
        Err(words) => {
            // Where a newer text is on its way already, that one counts.
            if !state.drafts.asked.values().any(|(other, _)| *other == slot) {
                state.drafts.failed.insert(slot, draft);
                state.drafts.retry_at = state.now.running + RETRY_EVERY;
            }
            disk_failed(state, &words);
        }
    }
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
    let due = |form: &Form| form.disk.saved_at.is_none_or(|at| now >= at + SAVE_EVERY);
    let mut effects = if state.form().is_some_and(due) { save_now(state) } else { Vec::new() };
    if now >= state.drafts.retry_at {
        effects.extend(retry(state));
    }
    effects
}

/// Keeps the draft before leaving.
pub fn keep_draft_now(state: &mut State) -> Vec<Effect> {
    let mut effects = save_now(state);
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
    let untouched = draft == form.pristine;
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
    let effects = save_now(state);
    let Some(Layer::Form(form)) = state.layers.last() else { return effects };
    let (slot, draft, thrown) = (form.slot.clone(), form.draft.clone(), form.thrown.clone());
    let typed = draft != form.pristine;
    state.layers.pop();
    if let Some(thrown) = thrown {
        state.drafts.thrown.insert(slot.clone(), thrown);
    }
    if typed {
        let key = match slot.split(' ').next() {
            Some("edit") => "e",
            Some("time") => "t",
            Some("from") => "N",
            _ => "n",
        };
        state.drafts.kept.insert(slot, (draft, state.now.utc));
        state.say(format!("draft kept · {key} brings it back"));
    }
    effects
}

/// Throws the text away, or changes to the one that was thrown away.
pub(super) fn discard(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Form(form)) = state.layers.last_mut() else { return Vec::new() };
    let untouched = form.draft == form.pristine;
    let words = match (form.thrown.take(), untouched) {
        (None, true) => "nothing is typed yet",
        (None, false) => {
            let pristine = form.pristine.clone();
            form.thrown = Some(std::mem::replace(&mut form.draft, pristine));
            "draft thrown away · ctrl-x brings it back"
        }
        (Some(other), untouched) => {
            let before = std::mem::replace(&mut form.draft, other);
            if untouched {
                "draft brought back · ctrl-x throws it away"
            } else {
                form.thrown = Some(before);
                "the other draft · ctrl-x changes back"
            }
        }
    };
    let draft = form.draft.clone();
    form.put_draft(draft);
    form.touched.clear();
    form.all_shown = false;
    form.refused.clear();
    state.say(words);
    save_now(state)
}

/// Forgets a draft that was sent and stands. Another text under the same name is left alone.
pub(super) fn forget(state: &mut State, slot: &str, draft: &Draft, id: TaskId) -> Vec<Effect> {
    let drafts = &mut state.drafts;
    if drafts.kept.get(slot).is_some_and(|(kept, _)| kept == draft) {
        drafts.kept.remove(slot);
    }
    if drafts.thrown.get(slot) == Some(draft) {
        drafts.thrown.remove(slot);
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
            other_text = form.disk.anything;
        }
    }
    if other_text {
        return Vec::new();
    }
    vec![errand(state, slot.to_owned(), None)]
}
