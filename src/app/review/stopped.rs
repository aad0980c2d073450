//! A write that was confirmed and not sent, because what had to hold right before did not.

use super::super::board::ask as board;
use super::super::effect::Effect;
use super::super::pending::WriteOutcome;
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::super::write::{Stop, Verdict, Write, Written};
use super::super::writes::{self, deed, gone_words};
use super::fresh;
use super::learn::learn_gone;
use super::model::Review;
use super::outcome::{end, on_settled};
use super::screens::Screens;

/// Nothing was sent after it was confirmed: the operator is shown why, and what can be done.
pub(in crate::app) fn on_stopped(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    why: Stop,
) -> Vec<Effect> {
    let Some(write) = shared.pending_write(req) else { return Vec::new() };
    let (deed, task, sent) = (deed(&write.write), write.task(), write.write.clone());
    let cancels = matches!(write.write, Write::Cancel { .. });
    drop(writes::take_off(shared, req));
    let words = match &why {
        Stop::Moved(_) => "it changed since you looked".to_owned(),
        Stop::Gone => gone_words(cancels),
        Stop::Stands { id, .. } => format!("it already exists as #{id}, made by the attempt before"),
        Stop::Unread(failure) => {
            format!("what must be read right before could not be read: {}", failure.words().what)
        }
        Stop::NoJournal(why) => format!("the journal cannot be written: {why}"),
        Stop::Elsewhere => {
            "another pushdeck has requested the same push, and is checking its outcome".to_owned()
        }
        Stop::OtherApp => "another app is in use by now".to_owned(),
    };
    let mut effects = Vec::new();
    if let Stop::Stands { id, entry } = why {
        let earlier = shared.writes.iter().find(|write| write.entry == Some(entry)).map(|write| write.req);
        if let Some(earlier) = earlier {
            effects.extend(on_settled(shared, screens, earlier, Verdict::Done(Written::Created(id))));
        } else if let Write::Create(new) = sent {
            // Made by an earlier run: whoever tries once more is warned of it.
            shared.over.record_created(id, new);
        }
    }
    if let (Stop::Gone, Some(id)) = (&why, task) {
        effects.extend(learn_gone(shared, screens, id));
    }
    if screens.shown(req).is_none() {
        if let Some(id) = task.filter(|_| why != Stop::Gone) {
            shared.failed.insert(id, words.clone());
        }
        shared.keep_result(req, format!("{deed}: nothing was sent, {words}"), true);
        return effects;
    }
    let said = format!("{deed}: nothing was sent, {words}");
    match why {
        Stop::Moved(now) => {
            reopen(shared, screens, format!("nothing was sent: {words}; look again"), |_| {});
            fresh::take(shared, screens, *now);
        }
        Stop::Unread(_) => reopen(shared, screens, format!("nothing was sent: {words}"), |review| {
            review.waived.fresh_copy = review.cancels();
        }),
        Stop::NoJournal(_) => reopen(shared, screens, format!("nothing was sent: {words}"), |review| {
            review.waived.journal = review.cancels();
        }),
        Stop::Gone => end(shared, screens, req, WriteOutcome::Gone { cancels }, &said, !cancels),
        Stop::Stands { .. } | Stop::Elsewhere | Stop::OtherApp => {
            let outcome = WriteOutcome::NothingSent(format!("nothing was sent: {words}"));
            end(shared, screens, req, outcome, &said, true);
        }
    }
    effects.extend(board::reload(shared));
    effects
}

/// The review asks once more.
fn reopen(shared: &Shared, screens: &mut Screens<'_>, notice: String, change: impl FnOnce(&mut Review)) {
    let now = shared.now.running;
    if let Some(review) = screens.review() {
        change(review);
        review.notice = Some(notice);
        review.req = None;
        review.begin_anew(now);
    }
}
