//! A write that the service refused with the code that also says "no such task": the task was read again,
//! so that the operator is told whether it is gone, and not that a request was invalid.

use crate::domain::{Failure, Task};

use super::super::effect::Effect;
use super::super::pending::{Reading, WriteOutcome};
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::super::write::Write;
use super::super::writes::{GONE, deed, gone_words};
use super::learn::learn_gone;
use super::model::{Review, ReviewStage};
use super::screens::Screens;

/// The task was read again, if that was asked for here.
pub(super) fn on_read(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    result: &Result<Task, Failure>,
) -> Vec<Effect> {
    let Some(at) = shared.over.rereads.iter().position(|reread| reread.req == req) else { return Vec::new() };
    let Reading { id, write, .. } = shared.over.rereads.remove(at);
    // What stands was refused for what it is: that was said.
    if result.as_ref().err().and_then(Failure::code) != Some(GONE) {
        return Vec::new();
    }
    let effects = learn_gone(shared, screens, id);
    shared.failed.remove(&id);
    let cancels = matches!(write.write, Write::Cancel { .. });
    let refused = |stage: &ReviewStage| matches!(stage, ReviewStage::Over(WriteOutcome::Refused(_)));
    let shows = |review: &&mut Review| review.req == Some(write.req) && refused(&review.stage);
    let words = format!("{}: {}", deed(&write.write), gone_words(cancels));
    if let Some(review) = screens.review().filter(shows) {
        review.stage = ReviewStage::Over(WriteOutcome::Gone { cancels });
        review.show_result(shared.now.running, words, !cancels);
    } else {
        shared.keep_result(write.req, words, !cancels);
    }
    effects
}
