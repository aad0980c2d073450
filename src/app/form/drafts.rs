//! Drafts: what keeps every typed word over Esc, a crash and `kill -9`.
//!
//! A draft goes to disk while it is typed, at most once a second. It is also kept here, so that a
//! full disk costs nothing as long as the program runs. What was thrown away is within reach as long
//! as its form is open, and in the list of drafts after that.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::kept::{DraftState, FoundDraft, KeptDraft};
use crate::domain::{Draft, TaskId};

use crate::keymap::{Action, Scope};

use super::super::effect::Effect;
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::super::writes;
use super::left::Left;
use super::model::Form;

/// The form's draft is written to disk at most so often.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// What the disk did not take is tried again after so long.
const RETRY_EVERY: Duration = Duration::from_secs(5);

/// Puts the draft of that slot back into the form just opened, or asks the disk for it.
pub(super) fn bring_back(shared: &mut Shared, form: &mut Form) -> Vec<Effect> {
    let slot = form.slot.clone();
    if shared.drafts.kept.get(&slot).is_some_and(|left| writes::is_on_its_way(shared, &slot, &left.draft)) {
        // It stays kept: should nothing come of it, it is a draft again.
        shared.say(sent(shared));
        return Vec::new();
    }
    if let Some(Left { draft, at, created_as }) = shared.drafts.kept.remove(&slot) {
        form.disk.anything = true;
        form.created_as = created_as;
        put_back(shared, form, draft, at);
        return Vec::new();
    }
    let req = shared.ask();
    form.disk.loading = Some(req);
    shared.drafts.loading.insert(req, slot.clone());
    vec![Effect::LoadDraft { req, slot }]
}

/// Another task may be written while a draft is on its way. That one is no draft to go on with: who
/// changed a word of it would make a second push.
fn sent(shared: &Shared) -> String {
    let list = shared.key(Scope::Global, Action::Drafts);
    format!("the last text was sent and its outcome is being checked · {list} shows it")
}

/// What another process has is its own.
const ELSEWHERE: &str = "another pushdeck has a draft of this; it stays there";
/// While the disk has not answered.
const KEEPING: &str = "keeping the draft…";

/// Puts a draft of the list into the form just opened.
pub(super) fn take_back(shared: &mut Shared, form: &mut Form, kept: KeptDraft) {
    let KeptDraft { slot, draft, at, state: what, .. } = kept;
    // The disk has archived what lay there.
    shared.drafts.kept.remove(&slot);
    shared.drafts.failed.remove(&slot);
    form.disk.anything = true;
    put_back(shared, form, draft, at);
    match what {
        DraftState::Created(id) => {
            form.created_as = Some(id);
            form.sent_as = Some((form.draft.clone(), id));
            shared.warn(format!("this text was created as #{id}: sent once more it is another push"));
        }
        DraftState::Unknown => {
            shared.warn(
                "whether this text was created was never determined; check the list before you send it",
            );
        }
        DraftState::Current | DraftState::Elsewhere | DraftState::Sent | DraftState::Archived => {}
    }
}

/// Puts an earlier draft into the form.
fn put_back(shared: &mut Shared, form: &mut Form, draft: Draft, at: DateTime<Utc>) {
    let zone = shared.setup.zone;
    let mut moved = false;
    let draft = match form.purpose.task() {
        Some(task) => {
            moved = task.content.without_random() != draft.base;
            draft.laid_over(task, zone)
        }
        None => draft,
    };
    form.disk.saved = draft.clone();
    if draft.says_the_same(&form.pristine) {
        return;
    }
    let at_the_start = form.touched.is_empty();
    form.put_draft(draft);
    if at_the_start {
        form.begin(shared.server_now(), zone);
    }
    // Its title says so for as long as it is open.
    form.restored = Some(at);
    if moved {
        shared.say("the task changed meanwhile: your changes lie over it as it is now");
    }
}

/// The draft on disk came.
pub(in crate::app) fn on_draft_loaded(
    shared: &mut Shared,
    mut form: Option<&mut Form>,
    req: ReqId,
    result: Result<FoundDraft, String>,
) -> Vec<Effect> {
    let Some(slot) = shared.drafts.loading.remove(&req) else { return Vec::new() };
    let Some(form) = form.take_if(|form| form.disk.loading == Some(req)) else {
        return came_late(shared, form.as_deref(), slot, result);
    };
    form.disk.loading = None;
    let found = match result {
        Ok(found) => found,
        Err(words) => {
            disk_failed(shared, &words);
            return Vec::new();
        }
    };
    let mut effects = Vec::new();
    if let Some((draft, at)) = found.draft {
        form.disk.anything = true;
        let untouched = form.draft.says_the_same(&form.pristine);
        if writes::is_on_its_way(shared, &slot, &draft) {
            shared.say(sent(shared));
        } else if untouched {
            form.created_as = found.created_as;
            put_back(shared, form, draft, at);
        } else {
            // The operator was faster than the disk: both texts stay within reach.
            effects.push(archive(shared, slot, draft));
            let list = shared.key(Scope::Global, Action::Drafts);
            shared.say(format!("an earlier draft was archived · {list} shows it"));
        }
    } else if found.sent {
        shared.say(sent(shared));
    }
    if found.elsewhere {
        match &mut shared.note {
            Some(note) if !note.bad && shared.now.running < note.until => {
                note.text = format!("{} · {ELSEWHERE}", note.text);
            }
            _ => shared.say(ELSEWHERE),
        }
    }
    effects
}

/// The draft on disk came when its form was left already. Where another text was kept in its place since,
/// it is archived.
fn came_late(
    shared: &mut Shared,
    form: Option<&Form>,
    slot: String,
    result: Result<FoundDraft, String>,
) -> Vec<Effect> {
    let Some((draft, _)) = result.ok().and_then(|found| found.draft) else { return Vec::new() };
    let left = shared.drafts.kept.get(&slot).map(|left| &left.draft);
    let open = form.filter(|form| form.slot == slot && form.disk.anything).map(|form| &form.draft);
    let replaced = left.or(open).is_some_and(|ours| *ours != draft);
    if !replaced || writes::is_on_its_way(shared, &slot, &draft) {
        return Vec::new();
    }
    vec![archive(shared, slot, draft)]
}

/// Keeps a text for the list of drafts only.
fn archive(shared: &mut Shared, slot: String, draft: Draft) -> Effect {
    let req = shared.ask();
    shared.drafts.archived.insert(req);
    Effect::ArchiveDraft { req, slot, draft }
}

/// Keeps a draft on disk, or with `None` forgets it.
fn store(shared: &mut Shared, slot: String, draft: Option<Draft>) -> Effect {
    let req = shared.ask();
    shared.drafts.asked(req, slot.clone(), draft.clone());
    match draft {
        Some(draft) => Effect::SaveDraft { req, slot, draft },
        None => Effect::DropDraft { req, slot },
    }
}

/// The draft is on disk, or not.
pub(in crate::app) fn on_draft_kept(shared: &mut Shared, req: ReqId, result: Result<(), String>) {
    if shared.drafts.archived.remove(&req) {
        if let Err(words) = result {
            shared.warn(format!("what was discarded is not in the list of drafts: {words}"));
        }
        return;
    }
    let Some((slot, draft)) = shared.drafts.asked.remove(&req) else { return };
    let left = shared.drafts.leaving.take_if(|left| *left == slot && !is_asked(&shared.drafts.asked, &slot));
    match result {
        Ok(()) => {
            shared.drafts.disk_failed = false;
            if left.is_some() && shared.note.as_ref().is_some_and(|note| note.text == KEEPING) {
                shared.say(format!("draft kept · {} restores it", key_of(&slot)));
            }
        }
        Err(words) => {
            if left.is_some() {
                shared.drafts.disk_failed = true;
                shared.warn(in_memory(&slot, &words));
            }
            // Where a newer text is on its way already, that one counts.
            if !is_asked(&shared.drafts.asked, &slot) {
                shared.drafts.failed.insert(slot, draft);
                shared.drafts.retry_at = shared.now.running + RETRY_EVERY;
            }
            disk_failed(shared, &words);
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
    format!("the draft is NOT on disk: {words} · while pushdeck runs {} restores it", key_of(slot))
}

/// Tries again what the disk did not take.
fn retry(shared: &mut Shared) -> Vec<Effect> {
    let failed = std::mem::take(&mut shared.drafts.failed);
    failed.into_iter().map(|(slot, draft)| store(shared, slot, draft)).collect()
}

/// Says once that the disk does not take drafts; the text stays here.
fn disk_failed(shared: &mut Shared, words: &str) {
    if !shared.drafts.disk_failed {
        shared.drafts.disk_failed = true;
        shared.warn(format!("draft is not on disk: {words}"));
    }
}

/// Time went on: a draft that changed is kept on disk.
pub(in crate::app) fn on_tick(shared: &mut Shared, form: Option<&mut Form>) -> Vec<Effect> {
    let now = shared.now.running;
    // A disk that is slower than the fingers gets the newest text when it is done with the one before,
    // not every text in between; and no text before it has told what lies there.
    let due = |form: &&mut Form| {
        form.disk.saved_at.is_none_or(|at| now >= at + SAVE_EVERY)
            && form.disk.loading.is_none()
            && !is_asked(&shared.drafts.asked, &form.slot)
    };
    let mut effects = match form.filter(due) {
        Some(form) => save_now(shared, form),
        None => Vec::new(),
    };
    if now >= shared.drafts.retry_at {
        effects.extend(retry(shared));
    }
    effects
}

/// Keeps the draft before leaving.
pub(in crate::app) fn keep_draft_now(shared: &mut Shared, form: Option<&mut Form>) -> Vec<Effect> {
    let mut effects = match form {
        // What lies on disk is not known yet, and nobody will hear the answer: nothing may be put over it.
        Some(form) if form.disk.loading.is_some() && !form.draft.says_the_same(&form.pristine) => {
            vec![archive(shared, form.slot.clone(), form.draft.clone())]
        }
        Some(form) => save_now(shared, form),
        None => Vec::new(),
    };
    effects.extend(retry(shared));
    effects
}

/// Sends the draft to disk if it differs from what lies there.
pub(super) fn save_now(shared: &mut Shared, form: &mut Form) -> Vec<Effect> {
    if form.draft == form.disk.saved {
        return Vec::new();
    }
    let (slot, draft) = (form.slot.clone(), form.draft.clone());
    let untouched = draft.says_the_same(&form.pristine);
    form.disk.saved_at = Some(shared.now.running);
    form.disk.saved = draft.clone();
    let drop = untouched && form.disk.anything;
    form.disk.anything = !untouched;
    if untouched && !drop {
        return Vec::new();
    }
    vec![store(shared, slot, (!drop).then_some(draft))]
}

/// The form is left; its text stays within reach.
pub(super) fn leave(shared: &mut Shared, form: &mut Form) -> Vec<Effect> {
    let mut effects = save_now(shared, form);
    let (slot, draft) = (form.slot.clone(), form.draft.clone());
    let (typed, created_as) = (!draft.says_the_same(&form.pristine), form.created_as);
    if let Some(draft) = form.thrown.take() {
        effects.push(archive(shared, slot.clone(), draft));
    }
    if typed {
        shared.drafts.kept.insert(slot.clone(), Left { draft, at: shared.now.utc, created_as });
        if is_asked(&shared.drafts.asked, &slot) {
            shared.say(KEEPING);
            shared.drafts.leaving = Some(slot);
        } else if shared.drafts.failed.contains_key(&slot) {
            shared.warn(in_memory(&slot, "it is tried again"));
        } else {
            shared.say(format!("draft kept · {} restores it", key_of(&slot)));
        }
    }
    effects
}

/// Throws the text of this form away; again, before anything was typed, restores it.
pub(super) fn discard(shared: &mut Shared, form: &mut Form) -> Vec<Effect> {
    let untouched = form.draft.says_the_same(&form.pristine);
    let mut effects = Vec::new();
    let (draft, words) = match (form.thrown.take(), untouched) {
        (None, true) => (form.draft.clone(), "nothing is typed yet"),
        (Some(thrown), true) => (thrown, "draft restored"),
        (older, false) => {
            form.thrown = Some(form.draft.clone());
            // One text can be restored by the key; an older one can from the list.
            effects.extend(older.map(|older| archive(shared, form.slot.clone(), older)));
            (form.pristine.clone(), "draft dropped")
        }
    };
    form.put_draft(draft);
    form.touched.clear();
    form.all_shown = false;
    form.refused.clear();
    shared.say(words);
    effects.extend(save_now(shared, form));
    effects
}

/// Forgets a draft that was sent and stands, here and on disk. Another text under the same name, also one
/// that was typed into the same form since, is left alone.
pub(in crate::app) fn forget(
    shared: &mut Shared,
    form: Option<&mut Form>,
    (slot, draft): (&str, &Draft),
    id: TaskId,
) -> Vec<Effect> {
    let drafts = &mut shared.drafts;
    if drafts.kept.get(slot).is_some_and(|left| left.draft == *draft) {
        drafts.kept.remove(slot);
    }
    let mut other_text = drafts.kept.contains_key(slot);
    if let Some(form) = form.filter(|form| form.slot == slot) {
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
    vec![store(shared, slot.to_owned(), None)]
}
