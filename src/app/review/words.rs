//! What the review calls things: whom a push reaches, when it goes out, what is asked of the service. The
//! request and the push are two things, and no word here is used for both.

use chrono::{DateTime, Utc};

use crate::domain::{Audience, Zone, text, when};

use super::super::shared::Shared;
use super::super::write::Subject;
use super::model::Review;

/// How many people that is, as far as anybody knows; nothing where the words of the audience say it.
pub(super) fn size(shared: &Shared, audience: &Audience) -> Option<String> {
    match (audience, shared.setup.audience_all) {
        (Audience::Everyone, Some(size)) => {
            Some(format!("{}, as the profile states", text::counted(size, "user", "users")))
        }
        (Audience::Everyone, None) | (Audience::Matching(_), _) => Some("size unknown".to_owned()),
        (Audience::Accounts(_) | Audience::Unclear(_), _) => None,
    }
}

/// A time with its zone; seconds only where there are some.
pub(super) fn stamp(at: DateTime<Utc>, zone: Zone, now: DateTime<Utc>) -> String {
    let day_time = without_seconds(at, when::day_time(at, zone, now));
    format!("{day_time} {}", when::zone_label(at, zone))
}

fn without_seconds(at: DateTime<Utc>, clock: String) -> String {
    let is_whole = at.timestamp().rem_euclid(60) == 0;
    match clock.strip_suffix(":00").filter(|_| is_whole) {
        Some(short) => short.to_owned(),
        None => clock,
    }
}

/// The clocks of a time: the app's zone, the one that the operator looks at, UTC; each once.
pub(super) fn clocks(shared: &Shared, at: DateTime<Utc>) -> Vec<String> {
    let now = shared.server_now();
    let (own, chosen) = (shared.setup.zone, shared.zone);
    let mut clocks = vec![stamp(at, own, now)];
    let mut offsets = vec![when::offset_and_year(at, own).0];
    for zone in [chosen, Zone::UTC] {
        let offset = when::offset_and_year(at, zone).0;
        if offsets.contains(&offset) {
            continue;
        }
        offsets.push(offset);
        let same_day = at.with_timezone(&own).date_naive() == at.with_timezone(&zone).date_naive();
        let clock = if same_day { when::clock(at, zone) } else { when::day_time(at, zone, now) };
        clocks.push(format!("{} {}", without_seconds(at, clock), when::zone_label(at, zone)));
    }
    clocks
}

/// When the push goes out, and how far that is.
fn goes_out(shared: &Shared, at: Option<DateTime<Utc>>) -> String {
    let now = shared.server_now();
    match at {
        Some(at) if at > now => {
            let (stamp, ahead) = (stamp(at, shared.setup.zone, now), when::age(at - now));
            format!("goes out {stamp} (in {ahead})")
        }
        Some(at) => format!("was due {}", stamp(at, shared.setup.zone, now)),
        None => "goes out at a time that the service does not give".to_owned(),
    }
}

/// What becomes of the push once the request was done.
pub(super) fn then(shared: &Shared, review: &Review) -> String {
    let out = goes_out(shared, review.meant().scheduled_at);
    match &review.subject {
        Subject::Create(_) => format!("then the task is created; the push {out}"),
        Subject::Modify { .. } => format!("then the task is changed; the push {out}"),
        Subject::Cancel(_) => "then the task is cancelled; the push does not go out".to_owned(),
    }
}

/// Whom and when, in as few cells as there are.
pub(super) fn in_short(shared: &Shared, review: &Review, width: usize) -> String {
    let who = review.audience().short();
    let Some(at) = review.meant().scheduled_at else { return who };
    let stamp = stamp(at, shared.setup.zone, shared.server_now());
    let whole = format!("{who} · {stamp}");
    // The weekday was read above; the day says the same.
    match stamp.split_once(' ') {
        Some((_, short)) if text::width(&whole) > width => format!("{who} {short}"),
        Some(_) | None => whole,
    }
}

/// What happens at the end of the countdown.
pub(super) fn about_to(shared: &Shared, review: &Review, is_short: bool) -> String {
    let out = goes_out(shared, review.meant().scheduled_at);
    let who = review.audience().short();
    let verb = review.verb();
    match &review.subject {
        Subject::Cancel(task) if is_short => format!("{verb} #{}", task.id),
        Subject::Cancel(task) => format!("pushdeck asks the service to {verb} #{}", task.id),
        Subject::Create(_) | Subject::Modify { .. } if is_short => format!("{verb}; push {out} to {who}"),
        Subject::Create(_) => {
            format!("pushdeck asks the service to {verb} this task; the push {out} to {who}")
        }
        Subject::Modify { base, .. } => {
            format!("pushdeck asks the service to {verb} #{}; the push {out} to {who}", base.id)
        }
    }
}

/// What is asked of the service, while its answer is awaited.
pub(super) fn asking(review: &Review) -> String {
    format!("asking the service to {}…", review.deed())
}
