//! What happened while nothing was known of the service: the connection was down, the machine slept, or the program was
//! stopped. Once everything was read again it is said in one line.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::when;

use super::super::effect::Effect;
use super::super::request::Moment;
use super::super::shared::Shared;
use super::absence::Away;
use super::seen::Tally;
use super::sync;

/// A shorter time without an answer is none.
const LEAST: Duration = Duration::from_secs(30);

/// Time went on: `before` is the last time that it did.
pub(super) fn on_tick(shared: &mut Shared, before: Moment) -> Vec<Effect> {
    let now = shared.now;
    let idle_since = stopped_since(shared).or_else(|| slept_since(before, now));
    let last_good = shared.connection.last_good();
    let silent = last_good.map_or(Duration::ZERO, |at| now.running.saturating_sub(at));
    let is_down = shared.connection.failure.is_some() && silent >= LEAST;
    let had_answer = last_good.is_some();
    match shared.board.away {
        Away::Not | Away::Back { .. } if had_answer && (idle_since.is_some() || is_down) => {
            let silent = || now.utc - TimeDelta::from_std(silent).unwrap_or_default();
            let since = match shared.board.away {
                Away::Back { since, .. } => since,
                Away::Not | Away::Gone(_) => idle_since.unwrap_or_else(silent),
            };
            shared.board.away = Away::Gone(since);
            shared.board.changes.missed.get_or_insert_default();
            if !is_down {
                return return_from(shared, since);
            }
        }
        Away::Gone(since) if shared.connection.failure.is_none() => return return_from(shared, since),
        Away::Back { since, until, at } if sync::has_read_since(shared, at) => {
            shared.board.away = Away::Not;
            sum_up(shared, until - since);
        }
        Away::Not | Away::Gone(_) | Away::Back { .. } => {}
    }
    Vec::new()
}

/// Since when the machine slept until now: what counts for the program stands still then.
fn slept_since(before: Moment, now: Moment) -> Option<DateTime<Utc>> {
    let passed = (now.utc - before.utc).to_std().unwrap_or_default();
    let slept = passed.saturating_sub(now.running.saturating_sub(before.running));
    (slept > LEAST).then_some(before.utc)
}

/// Since when the program was stopped until now; the first time that goes on after that tells.
fn stopped_since(shared: &mut Shared) -> Option<DateTime<Utc>> {
    let at = shared.presence.stopped_at.take()?;
    (shared.now.running.saturating_sub(at.running) > LEAST).then_some(at.utc)
}

/// The service is there again: all is read once more.
fn return_from(shared: &mut Shared, since: DateTime<Utc>) -> Vec<Effect> {
    shared.board.away = Away::Back { since, until: shared.now.utc, at: shared.now.running };
    sync::read_again_at_once(shared)
}

/// Says what happened; where something failed, until it is acknowledged (U9).
fn sum_up(shared: &mut Shared, span: TimeDelta) {
    let tally: Tally = shared.board.changes.missed.take().unwrap_or_default();
    let words = format!("while away {}: {}", when::age(span), tally.words());
    if tally.failed > 0 {
        let req = shared.ask();
        shared.keep_result(req, words, true);
    } else {
        shared.say_beside(&words);
    }
}
