//! Writes that another pushdeck on the same database has open. It finds out what became of them; here
//! they are shown, keep the same from being sent a second time, and are never offered to be sent.

use std::time::Duration;

use crate::domain::kept::Origin;
use crate::domain::{Failure, NewTask, text};

use super::super::board;
use super::super::effect::{Effect, Write};
use super::super::message::{OpenWrite, ReqId, Verdict, Written};
use super::super::state::{State, Underway};
use super::compare::Version;
use super::{Source, Subject};

/// After so long a write is not on its way any more, also where nobody ever closes it: then the fresh
/// copy of the task says what stands.
const SURELY_OVER: Duration = Duration::from_mins(10);

/// Takes up what others have open, and gives back what is this program's to look into.
pub(super) fn sort_out(state: &mut State, left: Vec<OpenWrite>) -> Vec<OpenWrite> {
    // The last word on an entry counts: also one that another had open may have come to this program.
    state.writes.retain(|write| !left.iter().any(|open| write.elsewhere == Some(open.entry)));
    let (theirs, ours): (Vec<_>, Vec<_>) = left.into_iter().partition(|open| open.elsewhere);
    if !theirs.is_empty() && ours.is_empty() {
        let counted = text::counted(theirs.len() as u64, "write", "writes");
        state.say(format!("{counted} of another pushdeck: being checked there, nothing is sent from here"));
    }
    for open in theirs {
        let req = state.ask();
        let detail = "another pushdeck has sent it and waits for its outcome".to_owned();
        state.writes.push(Underway {
            req,
            write: open.write,
            sent: state.now,
            doubt: Some(Failure::Cut { detail }),
            inherited: false,
            elsewhere: Some(open.entry),
            verdict: None,
        });
    }
    ours
}

/// The other pushdeck knows how its write ended.
pub fn on_ended_elsewhere(state: &mut State, entry: i64, verdict: Verdict) -> Vec<Effect> {
    let Some(at) = state.writes.iter().position(|write| write.elsewhere == Some(entry)) else {
        return Vec::new();
    };
    let write = state.writes.remove(at).write;
    let what = match &write {
        Write::Create(new) => {
            format!("create of \"{}\"", text::clean(new.content.text("OfflinePushInfo.Title")))
        }
        Write::Modify(change) => format!("change of #{}", change.id),
        Write::Cancel { id, .. } => format!("cancel of #{id}"),
    };
    let (words, bad) = match verdict {
        Verdict::Done(Written::Created(id)) => (format!("#{id} was created"), false),
        Verdict::Done(Written::Modified(id)) => (format!("#{id} was changed"), false),
        Verdict::Done(Written::Cancelled(id)) => (format!("#{id} was cancelled"), false),
        Verdict::NotDone => (format!("its {what} was not done"), false),
        Verdict::Several(ids) => (super::outcome::stand_twice(&ids), true),
        Verdict::CannotTell(why) => (format!("its {what}: {why}; look at the list"), true),
    };
    let words = format!("another pushdeck: {words}");
    if bad {
        state.warn(words);
    } else {
        state.say(words);
    }
    board::reload(state)
}

/// Forgets what others have open: it belongs to the app of before.
pub fn forget_elsewhere(state: &mut State) {
    state.writes.retain(|write| write.elsewhere.is_none());
}

/// Why this is not to be sent now: another pushdeck is at the same. A cancel is never kept from going.
pub(super) fn bars(state: &State, subject: &Subject) -> Option<String> {
    let mut theirs = state.writes.iter().filter(|write| write.elsewhere.is_some());
    match subject {
        Subject::Create(new) => theirs
            .any(|write| is_create_of(&write.write, new))
            .then(|| "another pushdeck is checking whether this very push was created…".to_owned()),
        Subject::Modify { base, .. } => theirs
            .filter(|write| state.now.running < write.sent.running + SURELY_OVER)
            .any(|write| write.task() == Some(base.id))
            .then(|| format!("another pushdeck has a write to #{} under way…", base.id)),
        Subject::Cancel(_) => None,
    }
}

fn is_create_of(write: &Write, new: &NewTask) -> bool {
    let version = |new: &NewTask| Version::new(Some(new.scheduled_at), &new.content);
    match write {
        Write::Create(theirs) => theirs.kind == new.kind && version(theirs) == version(new),
        Write::Modify(_) | Write::Cancel { .. } => false,
    }
}

/// What tells the journal from which draft a create was made.
pub(super) fn origin_of(req: ReqId, subject: &Subject, source: Option<&Source>) -> Option<Effect> {
    let (Subject::Create(_) | Subject::Modify { .. }, Some(source)) = (subject, source) else { return None };
    let origin = Origin { slot: source.slot.clone(), draft: source.draft.clone() };
    Some(Effect::NameOrigin { req, origin })
}
