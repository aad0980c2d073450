//! The form of a task: new, from another, edit, change time. It writes nothing: its way out is the
//! review.
//!
//! Every printable key is text, Enter never submits, and no way out loses a word: the text lies in
//! the [`Draft`] and goes to disk while it is typed.

use crossterm::event::KeyEvent;

use crate::domain::kept::DraftOrigin;
use crate::domain::kept::KeptDraft;
use crate::domain::{Draft, Kind, draft as content, text};
use crate::keymap::{self, Action, Scope};

use super::effect::Effect;
use super::next::{Destination, Go, Next};
use super::shared::Shared;
use super::write::Subject;
use super::writes;

mod beside;
mod composed;
mod drafts;
pub mod fields;
mod free_slot;
mod keys;
pub mod left;
pub mod model;
#[cfg(test)]
mod tests;

pub use beside::{Beside, echo_lines};
pub(super) use drafts::{forget, keep_draft_now, on_draft_kept, on_draft_loaded, on_tick};
pub use fields::FormField;
pub(super) use keys::on_paste;
pub use left::Drafts;
pub use model::{Form, FormRequest, Purpose, clocks};

/// Opens the form and brings back the draft of it that was left; nothing where a task cannot be changed
/// here, which is said.
pub(super) fn open(shared: &mut Shared, purpose: Purpose) -> Option<(Form, Vec<Effect>)> {
    let mut left_out = Vec::new();
    let (slot, draft) = match &purpose {
        Purpose::New => ("new".to_owned(), Draft::new(&shared.setup.from_account)),
        Purpose::From(id) => {
            let task = shared.board.task(*id)?;
            let mut draft = Draft::clone_of(&task);
            if !Kind::KNOWN.contains(&task.kind) {
                draft.kind = None;
            }
            left_out = content::unreadable(&task.content);
            (format!("from {id}"), draft)
        }
        Purpose::Edit(task) | Purpose::Time(task) => {
            if let Some(why) = writes::unknown_kind(task) {
                shared.warn(why);
                return None;
            }
            let what = if matches!(purpose, Purpose::Edit(_)) { "edit" } else { "time" };
            (format!("{what} {}", task.id), Draft::from_task(task, shared.setup.zone))
        }
    };
    let mut form = Form::new(purpose, slot, draft);
    let effects = drafts::bring_back(shared, &mut form);
    if !left_out.is_empty() {
        shared.warn(format!("not copied, as it cannot be read: {}", left_out.join(", ")));
    }
    Some((form, effects))
}

/// Opens the form with a draft of the list, which the disk has made that form's own.
pub(super) fn open_kept(shared: &mut Shared, purpose: Purpose, kept: KeptDraft) -> Form {
    let pristine = match &purpose {
        Purpose::New | Purpose::From(_) => Draft::new(&shared.setup.from_account),
        Purpose::Edit(task) | Purpose::Time(task) => Draft::from_task(task, shared.setup.zone),
    };
    let mut form = Form::new(purpose, kept.slot.clone(), pristine);
    drafts::take_back(shared, &mut form, kept);
    form
}

/// A key in the form.
pub(super) fn on_key(shared: &mut Shared, form: &mut Form, event: KeyEvent, action: Option<Action>) -> Next {
    match action {
        Some(Action::Back) => Next { effects: drafts::leave(shared, form), go: Go::Close },
        Some(Action::Review) => to_review(shared, form),
        Some(Action::Discard) => drafts::discard(shared, form).into(),
        Some(Action::NextFreeSlot) => {
            free_slot::take(shared, form);
            Next::stay()
        }
        other => {
            if !keys::on_key(form, event, other) {
                // Where nothing is typed a character that chooses nothing is a dead key (U6).
                let key = text::clean(&keymap::label_of(&event)).into_owned();
                shared.say(format!("no key {key} here"));
            }
            Next::stay()
        }
    }
}

/// The review of what the form asks for, or the first thing that keeps it from being sent.
fn to_review(shared: &mut Shared, form: &mut Form) -> Next {
    let (now, zone) = (shared.server_now(), shared.setup.zone);
    let source = DraftOrigin { slot: form.slot.clone(), draft: form.draft.clone() };
    if let Some((_, id)) = form.sent_as.as_ref().filter(|(draft, _)| *draft == source.draft) {
        let (back, again) =
            (shared.key(Scope::Form, Action::Back), shared.key(Scope::Tasks, Action::NewFromThis));
        shared.warn(format!("this was sent and exists as #{id}; {back} leaves, {again} on it makes another"));
        return Next::stay();
    }
    let task = form.purpose.task().map(|task| task.id);
    if let Some(why) = writes::keeps_from_sending(shared, &source, task) {
        shared.warn(why);
        return Next::stay();
    }
    let subject = match form.request(now, zone) {
        Err(problems) => {
            form.all_shown = true;
            let Some((field, _)) = problems.first() else { return Next::stay() };
            // What is wrong stands beside the field.
            form.go(*field);
            let count = problems.len();
            let more = if count > 1 { format!(" · {count} problems in all") } else { String::new() };
            shared.warn(format!("not ready: {}{more}", field.label()));
            return Next::stay();
        }
        Ok(FormRequest::Nothing) => {
            shared.say("nothing differs from the current task: there is nothing to send");
            return Next::stay();
        }
        Ok(FormRequest::Create(new)) => Subject::Create(new),
        Ok(FormRequest::Modify(change)) => {
            let Some(base) = form.purpose.task().cloned() else { return Next::stay() };
            Subject::Modify { base: Box::new(base), change }
        }
    };
    let effects = drafts::save_now(shared, form);
    Next { effects, go: Go::Open(Destination::review(subject, Some(source))) }
}
