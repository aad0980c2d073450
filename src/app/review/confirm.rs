//! The confirmation: what is typed, the quiet around it, the countdown, and the one place where a write
//! begins (U2).

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::effect::Effect;
use super::super::lines::LineKey;
use super::super::pending::{PendingWrite, Reviewed};
use super::super::shared::Shared;
use super::super::writes;
use super::doubt::{self, Obstacle};
use super::level::ConfirmLevel;
use super::model::{Review, ReviewStage};
use super::page;
use super::quiet::InputGuard;
use super::ready::Ready;
use super::screens::Screens;
use super::sight::{self, Unseen};

/// The visible countdown of the high level.
const COUNTDOWN: Duration = Duration::from_secs(3);
/// A countdown, or the quiet after a confirmation, that stood still for longer was not seen to run, and
/// begins anew.
const STOOD_STILL: Duration = Duration::from_secs(1);
/// A copy older than this is asked for again while the operator still thinks.
const FRESH_FOR: Duration = Duration::from_secs(15);
/// Longest text that is taken for a confirmation.
const LONGEST: usize = 80;

/// A key or a paste came, whatever it means and whatever lies on top (U2): it breaks the quiet, clears
/// what was typed unless it goes on with that, and stops a countdown. Says whether there was one.
pub(in crate::app) fn on_input(shared: &mut Shared, review: &mut Review) -> bool {
    review.guard.on_key();
    review.held = std::mem::take(&mut review.typed);
    stop_countdown(shared, review)
}

/// A key that is part of the confirmation. The moment the whole text stands there, the last quiet begins.
pub(super) fn typed(shared: &Shared, review: &mut Review, event: KeyEvent) {
    let may_type = review.stage == ReviewStage::Asking && review.ready(shared) == Ready::Yes;
    if !may_type || matches!(what_is_unseen(shared, review), Unseen::Elsewhere { .. }) {
        return;
    }
    let wanted = review.wanted(&shared.setup);
    let level = review.level(shared.setup.environment);
    let now = shared.now;
    let plain = !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let KeyCode::Char(c) = event.code else { return };
    if !plain || c.is_control() {
        return;
    }
    let mut text = std::mem::take(&mut review.held);
    if review.guard.listened() && (text.is_empty() || review.spoiled) {
        (text, review.spoiled) = (String::new(), false);
    } else if text.is_empty() {
        // Too early: it may belong to something else that is being typed.
        return;
    }
    if text.chars().count() < LONGEST {
        text.push(c);
    }
    review.spoiled |= !wanted.starts_with(&text);
    // A key of the low level has no line on which a wrong one could stand.
    review.typed = if review.spoiled && level == ConfirmLevel::Low { String::new() } else { text };
    if !review.spoiled && review.typed == wanted && level == ConfirmLevel::High {
        // Its three seconds are quiet, too: any key stops it.
        review.stage = ReviewStage::Counting { until: now.running + COUNTDOWN, ended: false };
        review.guard = InputGuard::since(now.running);
    }
}

/// What of the review is still to be seen, on the screen as it is.
fn what_is_unseen(shared: &Shared, review: &Review) -> Unseen {
    page::page(shared, review, page::room(shared)).unseen(shared, review)
}

/// The quiet, or the countdown, after the confirmation is over. What a frame is still to show is waited
/// for.
fn act(shared: &mut Shared, review: &mut Review) -> Vec<Effect> {
    match what_is_unseen(shared, review) {
        Unseen::NotDrawn => Vec::new(),
        Unseen::Nothing => send(shared, review),
        Unseen::Elsewhere { .. } => changed_meanwhile(shared, review),
    }
}

fn changed_meanwhile(shared: &mut Shared, review: &mut Review) -> Vec<Effect> {
    review.begin_anew(shared.now.running);
    shared.warn("nothing was sent: what is on the screen changed meanwhile; look again");
    Vec::new()
}

/// Sends what the review shows: the one place where a write begins.
fn send(shared: &mut Shared, review: &mut Review) -> Vec<Effect> {
    let raises = matches!(doubt::obstacle(shared, review), Some(Obstacle::Raises(_)));
    if review.ready(shared) != Ready::Yes || raises != review.raised {
        return changed_meanwhile(shared, review);
    }
    let (write, terms) = (review.write(), review.terms());
    let reviewed =
        Reviewed { subject: review.subject.clone(), source: review.source.clone(), meant: review.meant() };
    writes::supersede(shared, &write);
    let req = shared.ask();
    let at = shared.now;
    let pending = PendingWrite::new(req, write.clone(), at);
    shared.writes.push(PendingWrite { reviewed: Some(reviewed), ..pending });
    review.stage = ReviewStage::Sent { req, at };
    review.req = Some(req);
    review.notice = None;
    review.scroll = 0;
    vec![Effect::Write { req, write, terms }]
}

/// Stops a countdown; says whether there was one.
fn stop_countdown(shared: &mut Shared, review: &mut Review) -> bool {
    if !matches!(review.stage, ReviewStage::Counting { .. }) {
        return false;
    }
    review.begin_anew(shared.now.running);
    shared.say("stopped; nothing was sent");
    true
}

/// A frame of the size that the screen has now is on it, and shows these lines. What was typed before the
/// first one was typed blind. `rendered` is the time of the state that it shows.
pub(in crate::app) fn on_drawn(
    shared: &Shared,
    screens: &mut Screens<'_>,
    rendered: Duration,
    lines: Vec<LineKey>,
) {
    let Some(review) = screens.review() else { return };
    if review.guard.shows(rendered) {
        review.seen_lines.record(shared.size, lines);
    }
    let now = shared.now.running;
    if review.guard.on_drawn(now, rendered)
        && let ReviewStage::Counting { until, .. } = &mut review.stage
    {
        *until = now + COUNTDOWN;
    }
}

/// The screen has another size: what was seen at the one before does not count, and what was typed neither.
pub(in crate::app) fn on_resized(shared: &mut Shared, review: &mut Review) {
    if !review.is_asking() {
        return;
    }
    let had_begun = !review.typed.is_empty() || review.stage != ReviewStage::Asking;
    review.show_anew(shared.now.running);
    if had_begun {
        shared.warn("stopped; nothing was sent: the screen has another size, look again");
    }
}

/// Time went on: quiet lasts, a countdown ends, a copy grows old. `before` is the last time that it did.
pub(in crate::app) fn on_tick(shared: &mut Shared, review: &mut Review, before: Duration) -> Vec<Effect> {
    doubt::reconsider(shared, review);
    begin_anew_where_it_changed(shared, review);
    let now = shared.now.running;
    let stood_still = now > before + STOOD_STILL;
    let is_complete = review.is_complete(shared);
    review.guard.on_tick(now);
    if review.is_over() && review.guard.listens() {
        review.unread = None;
    }
    match &mut review.stage {
        ReviewStage::Counting { until, ended } if stood_still => {
            (*until, *ended) = (now + COUNTDOWN, false);
            Vec::new()
        }
        ReviewStage::Counting { until, ended } if now >= *until => {
            // Keys that were pressed in time may still wait behind this tick.
            if std::mem::replace(ended, true) { act(shared, review) } else { Vec::new() }
        }
        ReviewStage::Asking if is_complete && stood_still => changed_meanwhile(shared, review),
        ReviewStage::Asking if is_complete => {
            if review.guard.listens() {
                act(shared, review)
            } else {
                Vec::new()
            }
        }
        ReviewStage::Asking => ask_when_old(shared, review),
        ReviewStage::Counting { .. } | ReviewStage::Sent { .. } | ReviewStage::Over(_) => Vec::new(),
    }
}

fn ask_when_old(shared: &mut Shared, review: &mut Review) -> Vec<Effect> {
    let may_ask = review.fresh.asking.is_none() && review.fresh.failure.is_none();
    let is_old = review.fresh_at.is_some_and(|at| shared.now.running >= at + FRESH_FOR);
    if may_ask && is_old { review.ask_fresh(shared) } else { Vec::new() }
}

/// What was typed counts for what was on the screen when it was begun: where there is more to be seen
/// now, or it may not be confirmed any more, it begins anew.
fn begin_anew_where_it_changed(shared: &mut Shared, review: &mut Review) {
    if !review.is_asking() {
        return;
    }
    let has_begun = !review.typed.is_empty() || review.stage != ReviewStage::Asking;
    page::compose(shared, review);
    let digest = sight::digest(&page::text(shared, review, page::room(shared)));
    let is_other = review.digest.is_some_and(|before| before != digest);
    let is_over = has_begun && review.ready(shared) != Ready::Yes;
    let counted = review.stage != ReviewStage::Asking;
    if is_other || is_over {
        review.begin_anew(shared.now.running);
    }
    review.digest = Some(digest);
    if counted && (is_other || is_over) {
        shared.warn("stopped; nothing was sent: what is on the screen changed meanwhile");
    }
}
