//! The dispatcher: due tasks go from pending over dispatching to dispatched (section 8.6).
//!
//! A round is a function of the store and a time, so that tests need no waiting. It never sends a
//! task twice and never retries a failed one.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::{Rng, RngExt};

use super::options::Options;
use super::store::{End, Leaving, Store};
use crate::domain::JsonObject;

/// One round. Gives how long the next one may wait.
pub(super) fn round(
    store: &Store,
    now: DateTime<Utc>,
    options: &Options,
    rng: &mut impl Rng,
) -> rusqlite::Result<Duration> {
    let now_ms = now.timestamp_millis();
    let stay = i64::try_from(options.dispatch_duration_ms).unwrap_or(i64::MAX);
    store.atomically(|store| {
        finish(store, now, stay, rng)?;
        if store.start_due(now_ms)? > 0 && stay == 0 {
            finish(store, now, stay, rng)?;
        }
        let tick = options.tick_ms.max(1);
        let left = store.dispatching_since()?.map(|since| since.saturating_add(stay) - now_ms);
        let left = left.and_then(|left| u64::try_from(left.max(1)).ok());
        Ok(Duration::from_millis(left.map_or(tick, |left| left.min(tick))))
    })
}

fn finish(store: &Store, now: DateTime<Utc>, stay: i64, rng: &mut impl Rng) -> rusqlite::Result<()> {
    let now_ms = now.timestamp_millis();
    for task in store.leaving(now_ms.saturating_sub(stay), now_ms)? {
        match &task.failure {
            Some(failure) => store.end(task.id, End::Failed(failure))?,
            None => store.end(task.id, End::Sent(&push_id_of(&task, now, rng)))?,
        }
    }
    Ok(())
}

fn push_id_of(task: &Leaving, now: DateTime<Utc>, rng: &mut impl Rng) -> String {
    let content: JsonObject = serde_json::from_str(&task.content).unwrap_or_default();
    push_id(&task.kind, task.sdkappid, now.timestamp(), &content, rng)
}

/// A `PushTaskID` of the shape that the documents' samples have (section 3.3): hex of the time, the
/// application, two random groups, `MsgRandom`; pushes to users begin with `batch_`.
pub(super) fn push_id(
    kind: &str,
    sdkappid: i64,
    at: i64,
    content: &JsonObject,
    rng: &mut impl Rng,
) -> String {
    let random = content.get("MsgRandom").and_then(serde_json::Value::as_u64);
    let random = random.and_then(|n| u32::try_from(n).ok()).unwrap_or_else(|| rng.random());
    let front = if kind == "User" { "batch_" } else { "" };
    let (node, serial): (u64, u32) = (rng.random::<u64>() >> 20, rng.random());
    format!("{front}{at:08x}_{sdkappid:08x}_2000{node:011x}_{serial:08x}_{random:08x}")
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_push_id_has_the_shape_of_the_documents_sample() {
        let content: JsonObject = serde_json::from_str(r#"{"MsgRandom": 1364337933}"#).unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        let sample = "69cf7344_537529d8_200003546b784eb_3a080d7b_5152250d";
        let made = push_id("All", 0x5375_29d8, 0x69cf_7344, &content, &mut rng);
        let lengths = |id: &str| id.split('_').map(str::len).collect::<Vec<_>>();
        assert_eq!(lengths(&made), lengths(sample));
        assert!(made.starts_with("69cf7344_537529d8_2000") && made.ends_with("_5152250d"), "{made}");
        assert!(push_id("User", 1, 1, &content, &mut rng).starts_with("batch_00000001_"));
    }
}
