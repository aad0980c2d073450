//! Writes that another pushdeck on the same database has open. It finds out what became of them; here
//! they are shown, keep the same from being sent a second time, and are never offered to be sent.

use std::time::Duration;

use crate::domain::kept::Origin;
use crate::domain::{Failure, text};

use super::super::board;
use super::super::effect::{Effect, Write};
use super::super::message::{OpenWrite, Verdict, Written};
use super::super::state::{PendingWrite, State};
use super::doubt::deed;
use super::{Source, outcome};

/// After so long a write is not on its way any more, also where nobody ever closes it: then the fresh
/// copy of the task says what stands.
const SURELY_OVER: Duration = Duration::from_mins(10);

/// Takes up what others have open, and gives back what is this program's to look into.
pub(super) fn sort_out(state: &mut State, left: Vec<OpenWrite>) -> Vec<OpenWrite> {
    // The last word on an entry counts: also one that another had open may have come to this program.
    state
        .writes
        .retain(|write| !left.iter().any(|open| write.elsewhere.is_some() && write.elsewhere == open.entry));
    let (theirs, ours): (Vec<_>, Vec<_>) = left.into_iter().partition(|open| open.elsewhere);
    if !theirs.is_empty() && ours.is_empty() {
        let counted = text::counted(theirs.len() as u64, "write", "writes");
        state.say(format!("{counted} of another pushdeck: being checked there, nothing is sent from here"));
    }
    for open in theirs {
        let req = state.ask();
        let detail = "another pushdeck has sent it and waits for its outcome".to_owned();
        state.writes.push(PendingWrite {
            doubt: Some(Failure::Cut { detail }),
            elsewhere: open.entry,
            entry: open.entry,
            opens_at: state.now.running + open.opens_in,
            ..PendingWrite::new(req, open.write, state.now)
        });
    }
    ours
}

/// The other pushdeck knows how its write ended.
pub fn on_ended_elsewhere(state: &mut State, entry: i64, verdict: Verdict) -> Vec<Effect> {
    let Some(at) = state.writes.iter().position(|write| write.elsewhere == Some(entry)) else {
        return Vec::new();
    };
    let PendingWrite { write, req, .. } = state.writes.remove(at);
    let what = deed(&write);
    if let Write::Create(new) = &write {
        match &verdict {
            Verdict::Done(Written::Created(id)) => outcome::stands_by_now(state, req, new, &[*id]),
            Verdict::Several(ids) => outcome::stands_by_now(state, req, new, ids),
            Verdict::Done(_) | Verdict::NotDone | Verdict::CannotTell(_) => {}
        }
    }
    let (words, bad) = match verdict {
        Verdict::Done(Written::Created(id)) => (format!("#{id} was created"), false),
        Verdict::Done(Written::Modified(id)) => (format!("#{id} was changed"), false),
        Verdict::Done(Written::Cancelled(id)) => (format!("#{id} was cancelled"), false),
        Verdict::NotDone => (format!("{what} was not done"), true),
        Verdict::Several(ids) => (format!("{what}: {}", outcome::stand_twice(&ids)), true),
        Verdict::CannotTell(why) => (format!("{what}: {why}; look at the list"), true),
    };
    let words = format!("another pushdeck: {words}");
    if bad {
        state.keep_result(req, words, true);
    } else {
        state.say(words);
    }
    board::reload(state)
}

/// How far what another pushdeck has open stands in the way: it may be looked at here, and never sent.
pub(super) fn bars(state: &State, write: &PendingWrite) -> Option<String> {
    write.elsewhere?;
    let is_old = state.now.running >= write.sent.running + SURELY_OVER;
    match &write.write {
        Write::Create(_) => Some(format!("{} is being checked in another pushdeck", deed(&write.write))),
        Write::Modify(_) | Write::Cancel { .. } if is_old => None,
        Write::Modify(_) | Write::Cancel { .. } => {
            Some(format!("{} is under way in another pushdeck", deed(&write.write)))
        }
    }
}

/// The draft that a write was made from, for the journal.
pub(super) fn origin_of(source: Option<&Source>) -> Option<Origin> {
    source.map(|source| Origin { slot: source.slot.clone(), draft: source.draft.clone() })
}
