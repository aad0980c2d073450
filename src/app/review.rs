//! The review: the only place from which anything is written.
//!
//! It never takes Enter, ignores all input when it opens, and its default is always no. What is confirmed is
//! what was on the screen: whenever that changes, the typing begins anew.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use crossterm::event::{KeyEvent, KeyEventKind};

use crate::keymap::Action;

use crate::domain::kept::DraftOrigin;

use super::effect::Effect;
use super::next::Next;
use super::shared::Shared;
use super::write::Subject;
use super::writes::{self, Notice};

mod again;
mod confirm;
mod doubt;
mod elsewhere;
mod foot;
mod fresh;
mod gone;
mod learn;
mod level;
pub mod lines;
pub mod model;
mod outcome;
pub mod page;
mod quiet;
mod ready;
mod screens;
mod sight;
mod stopped;
#[cfg(test)]
mod tests;
mod verification;
mod warnings;

pub(super) use confirm::{on_drawn, on_input, on_tick};
pub(super) use elsewhere::{on_ended_elsewhere, take_up};
pub(super) use fresh::{compare_with_list, on_got};
pub(super) use learn::{learn, on_checked, on_searched};
pub use level::ConfirmLevel;
pub use model::{Review, ReviewStage};
pub(super) use outcome::{on_settled, on_unknown, on_wrote};
pub(super) use page::{compose, in_sight};
pub use ready::Ready;
pub(super) use screens::Screens;
pub(super) use stopped::on_stopped;

/// Opens the review of a write; nothing where the task cannot be cancelled, which is said.
pub(super) fn open(
    shared: &mut Shared,
    subject: Subject,
    source: Option<DraftOrigin>,
) -> Option<(Review, Vec<Effect>)> {
    if let Subject::Cancel(task) = &subject
        && let Some(why) = task.cannot_be_cancelled()
    {
        shared.warn(format!("#{} cannot be cancelled: {why}", task.id));
        return None;
    }
    let mut review = Review::new(subject, source, shared);
    doubt::reconsider(shared, &mut review);
    let effects = review.ask_fresh(shared);
    Some((review, effects))
}

/// Opens the review that tells what was found out about a write.
pub(super) fn open_notice(shared: &Shared, notice: Notice) -> Review {
    let Notice { subject, source, outcome, req } = notice;
    let mut review = Review::new(subject, source, shared);
    review.stage = ReviewStage::Over(outcome);
    review.req = req;
    review
}

/// A key in the review.
pub(super) fn on_key(
    shared: &mut Shared,
    review: &mut Review,
    event: KeyEvent,
    action: Option<Action>,
) -> Next {
    // U2: auto-repeat confirms nothing.
    if event.kind != KeyEventKind::Press {
        return Next::stay();
    }
    match action {
        // The way back is always open: it cannot send anything.
        Some(Action::Back) => return leave(shared, review),
        _ if review.ignores_input(shared.now) => {}
        Some(Action::Refresh) => return refresh(shared, review).into(),
        Some(Action::Review) => return again::open(shared, review).into(),
        Some(action) => scroll(shared, review, action),
        None => confirm::typed(shared, review, event),
    }
    Next::stay()
}

/// Asks now for what the review waits for: the task as it is, and what became of writes in doubt.
fn refresh(shared: &mut Shared, review: &mut Review) -> Vec<Effect> {
    let mut effects = writes::search_now(shared);
    if review.stage == ReviewStage::Asking && review.base().is_some() {
        review.begin_anew(shared.now.running);
        review.fresh.failure = None;
        review.fresh.value = None;
        review.waived.fresh_copy = false;
        // What bars it stays: only a task that moved again makes another change of it.
        effects.extend(review.ask_fresh(shared));
    }
    effects
}

fn scroll(shared: &Shared, review: &mut Review, action: Action) {
    let page = page::page(shared, review, page::room(shared));
    let (at, most, room) = (page.scroll, page.most(), page.room.max(1));
    let at = match action {
        Action::Down => at + 1,
        Action::Up => at.saturating_sub(1),
        // No line is left out.
        Action::PageDown => at + room,
        Action::PageUp => at.saturating_sub(room),
        _ => at,
    };
    review.scroll = u16::try_from(at.min(most)).unwrap_or(u16::MAX);
}

/// One step back. What was sent goes on; what was not is not sent.
fn leave(shared: &mut Shared, review: &Review) -> Next {
    match review.stage {
        ReviewStage::Asking | ReviewStage::Counting { .. } => {}
        ReviewStage::Sent { .. } => shared.say("it was sent; its outcome will be shown here"),
        ReviewStage::Over(_) => review.req.into_iter().for_each(|req| writes::closed(shared, req)),
    }
    Next::close()
}

/// The screen was away for a while: what was typed before it went confirms nothing any more.
pub(super) fn on_resumed(shared: &Shared, review: Option<&mut Review>) {
    if let Some(review) = review.filter(|review| review.is_asking()) {
        review.show_anew(shared.now.running);
    }
}
