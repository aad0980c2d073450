//! The confirmation: what is typed, the quiet around it, the countdown, and the one place where a write
//! begins (U2).

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::effect::Effect;
use super::super::state::{Layer, PendingWrite, State};
use super::doubt::{self, Obstacle};
use super::fresh::ask_fresh;
use super::quiet::Guard;
use super::sight::{self, LineKey, Unseen};
use super::{ConfirmLevel, Ready, Review, Stage, lines, outcome};

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
pub fn on_input(state: &mut State) -> bool {
    let reviews = state.layers.iter_mut().filter_map(|layer| match layer {
        Layer::Review(review) => Some(review),
        _ => None,
    });
    for review in reviews {
        review.guard.on_key();
        review.held = std::mem::take(&mut review.typed);
    }
    stop_countdown(state)
}

/// A key that is part of the confirmation. The moment the whole text stands there, the last quiet begins.
pub(super) fn typed(state: &mut State, event: KeyEvent) -> Vec<Effect> {
    let Some(review) = state.review() else { return Vec::new() };
    let may_type = review.stage == Stage::Asking && review.ready(state) == Ready::Yes;
    if !may_type || matches!(what_is_unseen(state, review), Unseen::Elsewhere { .. }) {
        return Vec::new();
    }
    let wanted = review.wanted(&state.setup);
    let level = review.level(state.setup.environment);
    let now = state.now;
    let Some(review) = state.review_mut() else { return Vec::new() };
    let plain = !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let KeyCode::Char(c) = event.code else { return Vec::new() };
    if !plain || c.is_control() {
        return Vec::new();
    }
    let mut text = std::mem::take(&mut review.held);
    if review.guard.listened() && (text.is_empty() || review.spoiled) {
        (text, review.spoiled) = (String::new(), false);
    } else if text.is_empty() {
        // Too early: it may belong to something else that is being typed.
        return Vec::new();
    }
    if text.chars().count() < LONGEST {
        text.push(c);
    }
    review.spoiled |= !wanted.starts_with(&text);
    // A key of the low level has no line on which a wrong one could stand.
    review.typed = if review.spoiled && level == ConfirmLevel::Low { String::new() } else { text };
    if !review.spoiled && review.typed == wanted && level == ConfirmLevel::High {
        // Its three seconds are quiet, too: any key stops it.
        review.stage = Stage::Counting { until: now.running + COUNTDOWN, ended: false };
        review.guard = Guard::since(now.running);
    }
    Vec::new()
}

/// What of the review is still to be seen, on the screen as it is.
fn what_is_unseen(state: &State, review: &Review) -> Unseen {
    lines::page(state, review, lines::room(state)).unseen(state, review)
}

/// The quiet, or the countdown, after the confirmation is over. What a frame is still to show is waited
/// for.
fn act(state: &mut State) -> Vec<Effect> {
    let Some(review) = state.review() else { return Vec::new() };
    match what_is_unseen(state, review) {
        Unseen::NotDrawn => Vec::new(),
        Unseen::Nothing => send(state),
        Unseen::Elsewhere { .. } => changed_meanwhile(state),
    }
}

fn changed_meanwhile(state: &mut State) -> Vec<Effect> {
    let now = state.now.running;
    if let Some(review) = state.review_mut() {
        review.begin_anew(now);
    }
    state.warn("nothing was sent: what is on the screen changed meanwhile; look again");
    Vec::new()
}

/// Sends what the review shows: the one place where a write begins.
fn send(state: &mut State) -> Vec<Effect> {
    let Some(review) = state.review() else { return Vec::new() };
    let raises = matches!(doubt::obstacle(state, review), Some(Obstacle::Raises(_)));
    if review.ready(state) != Ready::Yes || raises != review.raised {
        return changed_meanwhile(state);
    }
    let (write, subject, source, meant, terms) =
        (review.write(), review.subject.clone(), review.source.clone(), review.meant(), review.terms());
    outcome::supersede(state, &write);
    let req = state.ask();
    let at = state.now;
    state.writes.push(PendingWrite::new(req, write.clone(), at));
    state.desk.add(req, subject, source, meant);
    if let Some(review) = state.review_mut() {
        review.stage = Stage::Sent { req, at };
        review.req = Some(req);
        review.notice = None;
        review.scroll = 0;
    }
    vec![Effect::Write { req, write, terms }]
}

/// Stops a countdown; says whether there was one.
fn stop_countdown(state: &mut State) -> bool {
    let now = state.now.running;
    let counts = |review: &&mut Review| matches!(review.stage, Stage::Counting { .. });
    let Some(review) = state.review_mut().filter(counts) else { return false };
    review.begin_anew(now);
    state.say("stopped; nothing was sent");
    true
}

/// A frame of the size that the screen has now is on it, and shows these lines. What was typed before the
/// first one was typed blind. `rendered` is the time of the state that it shows.
pub fn on_drawn(state: &mut State, rendered: Duration, lines: Vec<LineKey>) {
    if state.review().is_some_and(|review| review.guard.shows(rendered)) {
        sight::record(state, lines);
    }
    let now = state.now.running;
    let Some(review) = state.review_mut() else { return };
    if review.guard.on_drawn(now, rendered)
        && let Stage::Counting { until, .. } = &mut review.stage
    {
        *until = now + COUNTDOWN;
    }
}

/// Time went on: quiet lasts, a countdown ends, a copy grows old. `before` is the last time that it did.
pub fn on_tick(state: &mut State, before: Duration) -> Vec<Effect> {
    doubt::reconsider(state);
    begin_anew_where_it_changed(state);
    let now = state.now.running;
    let stood_still = now > before + STOOD_STILL;
    let is_complete = state.review().is_some_and(|review| review.is_complete(state));
    let Some(review) = state.review_mut() else { return Vec::new() };
    review.guard.on_tick(now);
    match &mut review.stage {
        Stage::Counting { until, ended } if stood_still => {
            (*until, *ended) = (now + COUNTDOWN, false);
            Vec::new()
        }
        Stage::Counting { until, ended } if now >= *until => {
            // Keys that were pressed in time may still wait behind this tick.
            if std::mem::replace(ended, true) { act(state) } else { Vec::new() }
        }
        Stage::Asking if is_complete && stood_still => changed_meanwhile(state),
        Stage::Asking if is_complete => {
            if review.guard.listens() {
                act(state)
            } else {
                Vec::new()
            }
        }
        Stage::Asking => ask_when_old(state),
        Stage::Counting { .. } | Stage::Sent { .. } | Stage::Over(_) => Vec::new(),
    }
}

fn ask_when_old(state: &mut State) -> Vec<Effect> {
    let now = state.now.running;
    let is_old = |review: &Review| {
        let may_ask = review.fresh.asking.is_none() && review.fresh.failure.is_none();
        may_ask && review.fresh_at.is_some_and(|at| now >= at + FRESH_FOR)
    };
    if state.review().is_some_and(is_old) { ask_fresh(state) } else { Vec::new() }
}

/// What was typed counts for what was on the screen when it was begun: where there is more to be seen
/// now, or it may not be confirmed any more, it begins anew.
fn begin_anew_where_it_changed(state: &mut State) {
    let Some(review) = state.review().filter(|review| review.is_asking()) else { return };
    let has_begun = !review.typed.is_empty() || review.stage != Stage::Asking;
    let (width, _) = lines::room(state);
    let digest = sight::digest(&lines::body(state, review, usize::from(width)));
    let is_other = review.digest.is_some_and(|before| before != digest);
    let is_over = has_begun && review.ready(state) != Ready::Yes;
    let counted = review.stage != Stage::Asking;
    let now = state.now.running;
    let Some(review) = state.review_mut() else { return };
    if is_other || is_over {
        review.begin_anew(now);
    }
    review.digest = Some(digest);
    if counted && (is_other || is_over) {
        state.warn("stopped; nothing was sent: what is on the screen changed meanwhile");
    }
}
