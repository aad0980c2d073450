//! The review: the only place from which anything is written.
//!
//! It never takes Enter, ignores all input when it opens, and its default is always no. What is confirmed is
//! what was on the screen: whenever that changes, the typing begins anew.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use crate::keymap::{Action, Scope};

use crate::domain::kept::DraftOrigin;

use super::effect::Effect;
use super::next::Next;
use super::pending::{Mismatch, Verification, WriteOutcome};
use super::request::ReqId;
use super::shared::Shared;
use super::write::Subject;
use super::writes::{self, Notice};

mod again;
mod confirm;
mod doubt;
mod elsewhere;
mod ended;
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
mod rows;
mod screens;
mod sight;
mod stopped;
#[cfg(test)]
mod tests;
mod verification;
mod warnings;
mod what;
mod words;

pub(super) use confirm::{on_drawn, on_input, on_tick};
pub(super) use elsewhere::{on_ended_elsewhere, take_up};
pub(super) use fresh::{compare_with_list, on_got};
pub(super) use learn::{learn, on_checked, on_searched};
pub use level::ConfirmLevel;
use model::UnreadResult;
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
    // Its line waits in the message row already, if it has one.
    review.show_result(shared.now.running, "", true);
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
    if let Some(action) = action {
        return on_action(shared, review, action);
    }
    if event.code == KeyCode::Enter {
        on_enter(shared, review);
    } else if !review.ignores_input(shared.now) {
        confirm::typed(shared, review, event);
    }
    Next::stay()
}

/// A key of the table, or an action of the palette. None of them confirms anything.
pub(super) fn on_action(shared: &mut Shared, review: &mut Review, action: Action) -> Next {
    match action {
        // The way back is always open: it cannot send anything.
        Action::Back => return leave(shared, review),
        // By a key that was meant for something else nothing is closed unread.
        Action::Close | Action::Acknowledge if review.unread.is_some() => {}
        Action::Close | Action::Acknowledge => return leave(shared, review),
        _ if review.ignores_input(shared.now) => {}
        Action::Refresh => return refresh(shared, review).into(),
        Action::Review => return again::open(shared, review).into(),
        Action::ToggleGroup => toggle_vendors(shared, review),
        action => scroll(shared, review, action),
    }
    Next::stay()
}

/// The key that confirms elsewhere confirms nothing here, and that is said (U2).
fn on_enter(shared: &mut Shared, review: &Review) {
    let back = shared.key(Scope::Review, Action::Back);
    let words = if review.is_asking() {
        format!("Enter confirms nothing; type what is asked for, or {back} goes back")
    } else {
        format!("the request goes on, its outcome will be shown here; {back} leaves this")
    };
    shared.say(words);
}

/// Shows the fields of the vendors one by one, or folds them away.
fn toggle_vendors(shared: &mut Shared, review: &mut Review) {
    review.unfolded = !review.unfolded;
    page::compose(shared, review);
    let page = page::page(shared, review, page::room(shared));
    let Some(at) = page.text.folds_at else {
        shared.say("no fields of a vendor are set");
        return;
    };
    // Whoever opens them wants to see them.
    if review.unfolded && !(page.scroll..page.scroll + page.room).contains(&(at + 1)) {
        review.scroll = u16::try_from(at.min(page.most())).unwrap_or(u16::MAX);
    }
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

/// One step back. What was requested goes on; what was not is not.
fn leave(shared: &mut Shared, review: &Review) -> Next {
    match &review.stage {
        ReviewStage::Asking | ReviewStage::Counting { .. } => {}
        ReviewStage::Sent { .. } => shared.say("the request goes on; its outcome will be shown here"),
        ReviewStage::Over(outcome) => match &review.unread {
            Some(result) => keep(shared, review.req, outcome, result),
            None => review.req.into_iter().for_each(|req| writes::closed(shared, req)),
        },
    }
    Next::close()
}

/// What nobody can have read was not acknowledged (U9): it stays for the message row and the next notice.
fn keep(shared: &mut Shared, req: Option<ReqId>, outcome: &WriteOutcome, result: &UnreadResult) {
    if let WriteOutcome::Done { verification: verification @ Verification::Fails { stands, .. }, .. } =
        outcome
    {
        let mismatch = Mismatch { stands: stands.clone(), verification: verification.clone() };
        shared.over.mismatches.push(mismatch);
    }
    match req {
        _ if result.words.is_empty() => {}
        Some(req) if result.bad => shared.keep_result(req, result.words.clone(), true),
        Some(_) | None => shared.say(result.words.clone()),
    }
}

/// The screen has another size.
pub(super) fn on_resized(shared: &mut Shared, review: Option<&mut Review>) {
    if let Some(review) = review {
        confirm::on_resized(shared, review);
    }
}

/// The screen was away for a while: what was typed before it went confirms nothing any more.
pub(super) fn on_resumed(shared: &Shared, review: Option<&mut Review>) {
    if let Some(review) = review.filter(|review| review.is_asking()) {
        review.show_anew(shared.now.running);
    }
}
