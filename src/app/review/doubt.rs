//! How far other writes stand in the way of the one under review: those of unknown outcome could be the
//! same push (W2).

use crate::domain::{NewTask, duplicate};

use super::super::pending::PendingWrite;
use super::super::shared::Shared;
use super::super::write::{Subject, Verdict, Write};
use super::super::writes::{bars, being_checked, deed, seconds};
use super::model::Review;

/// How far another write stands in the way of the one under review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// It may be confirmed one level higher: this may become a second push.
    Raises(String),
    /// It may not be confirmed yet.
    Waits(String),
}

/// What stands in the way; the worst of it. A cancel is never held up (U11).
pub(super) fn obstacle(shared: &Shared, review: &Review) -> Option<Obstacle> {
    let others = shared.writes.iter().filter(|write| Some(write.req) != review.req);
    let found: Vec<Obstacle> = match &review.subject {
        Subject::Create(new) => others.filter_map(|write| of_create(shared, write, new)).collect(),
        Subject::Modify { base, .. } => {
            let open = others.filter(|write| write.task() == Some(base.id) && write.is_open());
            let waits = |write: &PendingWrite| match write.elsewhere {
                Some(_) => bars(shared, write),
                None => Some(being_checked(shared, write)),
            };
            open.filter_map(waits).map(Obstacle::Waits).collect()
        }
        Subject::Cancel(_) => Vec::new(),
    };
    let waits = found.iter().position(|one| matches!(one, Obstacle::Waits(_))).unwrap_or(0);
    found.into_iter().nth(waits)
}

/// Only what could be the same push stands in the way of a create.
fn of_create(shared: &Shared, write: &PendingWrite, new: &NewTask) -> Option<Obstacle> {
    let Write::Create(old) = &write.write else { return None };
    if !duplicate::is_duplicate(new, &old.kind, Some(old.scheduled_at), &old.content) {
        return None;
    }
    if let Some(why) = bars(shared, write) {
        return Some(Obstacle::Waits(why));
    }
    let too_early = shared.now.running < write.opens_at;
    let raises = || Some(Obstacle::Raises(may_be_second(shared, write)));
    match &write.verdict {
        Some(Verdict::Done(_) | Verdict::Several(_)) => None,
        Some(_) if write.searching.is_some() => Some(Obstacle::Waits(being_checked(shared, write))),
        Some(Verdict::NotDone) => too_early.then(raises).flatten(),
        Some(Verdict::CannotTell(_)) => raises(),
        // Until a search was answered nothing at all is known.
        None if write.sight.is_none() => Some(Obstacle::Waits(being_checked(shared, write))),
        None => raises(),
    }
}

fn may_be_second(shared: &Shared, write: &PendingWrite) -> String {
    let left = write.opens_at.saturating_sub(shared.now.running);
    let until = if left.is_zero() { String::new() } else { format!(" for {}", seconds(left)) };
    format!(
        "this may become a second push: {} was requested {} ago and may still appear{until}",
        deed(&write.write),
        seconds(shared.now.running.saturating_sub(write.sent.running)),
    )
}

/// Time or news went on: where it makes another level of the confirmation, the typing begins anew.
pub(super) fn reconsider(shared: &Shared, review: &mut Review) {
    if !review.is_asking() {
        return;
    }
    let raised = matches!(obstacle(shared, review), Some(Obstacle::Raises(_)));
    if review.raised != raised {
        review.raised = raised;
        review.begin_anew(shared.now.running);
    }
}
