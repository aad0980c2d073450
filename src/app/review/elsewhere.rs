//! Writes that this program did not send: of an earlier run, and those that another pushdeck on the same
//! database has open. That one finds out what became of them; here they are shown, keep the same from being
//! sent a second time, and are never offered to be sent.

use crate::domain::{Failure, text};

use super::super::board::ask as board;
use super::super::effect::Effect;
use super::super::pending::PendingWrite;
use super::super::request::Moment;
use super::super::shared::Shared;
use super::super::write::{OpenWrite, Verdict, Write, Written};
use super::super::writes::{deed, stand_twice};
use super::outcome;
use super::screens::Screens;

/// Takes up what others have open, and gives back what is this program's to look into.
fn sort_out(shared: &mut Shared, left: Vec<OpenWrite>) -> Vec<OpenWrite> {
    // The last word on an entry counts: also one that another had open may have come to this program.
    shared
        .writes
        .retain(|write| !left.iter().any(|open| write.elsewhere.is_some() && write.elsewhere == open.entry));
    let (theirs, ours): (Vec<_>, Vec<_>) = left.into_iter().partition(|open| open.elsewhere);
    if !theirs.is_empty() && ours.is_empty() {
        let counted = text::counted(theirs.len() as u64, "write", "writes");
        shared.say(format!("{counted} of another pushdeck: being checked there, nothing is sent from here"));
    }
    for open in theirs {
        let req = shared.ask();
        let detail = "another pushdeck has sent it and waits for its outcome".to_owned();
        shared.writes.push(PendingWrite {
            doubt: Some(Failure::Cut { detail }),
            elsewhere: open.entry,
            entry: open.entry,
            opens_at: shared.now.running + open.opens_in,
            ..PendingWrite::new(req, open.write, shared.now)
        });
    }
    ours
}

/// The other pushdeck knows how its write ended.
pub(in crate::app) fn on_ended_elsewhere(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    entry: i64,
    verdict: Verdict,
) -> Vec<Effect> {
    let Some(at) = shared.writes.iter().position(|write| write.elsewhere == Some(entry)) else {
        return Vec::new();
    };
    let PendingWrite { write, req, .. } = shared.writes.remove(at);
    let what = deed(&write);
    if let Write::Create(new) = &write {
        match &verdict {
            Verdict::Done(Written::Created(id)) => outcome::stands_by_now(shared, screens, req, new, &[*id]),
            Verdict::Several(ids) => outcome::stands_by_now(shared, screens, req, new, ids),
            Verdict::Done(_) | Verdict::NotDone | Verdict::CannotTell(_) => {}
        }
    }
    let (words, bad) = match verdict {
        Verdict::Done(Written::Created(id)) => (format!("#{id} was created"), false),
        Verdict::Done(Written::Modified(id)) => (format!("#{id} was changed"), false),
        Verdict::Done(Written::Cancelled(id)) => (format!("#{id} was cancelled"), false),
        Verdict::NotDone => (format!("{what} was not done"), true),
        Verdict::Several(ids) => (format!("{what}: {}", stand_twice(&ids)), true),
        Verdict::CannotTell(why) => (format!("{what}: {why}; check the list"), true),
    };
    let words = format!("another pushdeck: {words}");
    if bad {
        shared.keep_result(req, words, true);
    } else {
        shared.say(words);
    }
    board::reload(shared)
}

/// Writes of an earlier run whose outcome is not known: what happened is checked, and only what could
/// collide with one of them waits for it.
pub(in crate::app) fn take_up(shared: &mut Shared, left: Vec<OpenWrite>) -> Vec<Effect> {
    let left = sort_out(shared, left);
    if left.is_empty() {
        return Vec::new();
    }
    let mut named: Vec<String> = left.iter().take(2).map(|open| deed(&open.write)).collect();
    if left.len() > named.len() {
        named.push(text::counted((left.len() - named.len()) as u64, "other write", "other writes"));
    }
    let named = named.join(" and ");
    shared.warn(format!(
        "{named} of the last run: outcome not known; what happened is being checked, nothing is sent again"
    ));
    let mut effects = Vec::new();
    for open in left {
        let req = shared.ask();
        let detail = "pushdeck ended before the answer came".to_owned();
        let utc = open.sent;
        let age = (shared.now.utc - utc).to_std().unwrap_or_default();
        let sent = Moment { utc, running: shared.now.running.saturating_sub(age) };
        shared.writes.push(PendingWrite {
            doubt: Some(Failure::Cut { detail }),
            inherited: true,
            entry: open.entry,
            opens_at: shared.now.running + open.opens_in,
            ..PendingWrite::new(req, open.write.clone(), sent)
        });
        effects.push(Effect::Settle { req, open });
    }
    effects
}
