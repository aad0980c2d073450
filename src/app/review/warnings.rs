//! What the operator should think of before confirming, and what could be repeated by it.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;

use crate::domain::profile::Environment;
use crate::domain::{Audience, NewTask, TaskId, duplicate, when};
use crate::keymap::{Action, Scope};

use super::super::compare::Version;
use super::super::lines::Tone;
use super::super::pending::PendingWrite;
use super::super::shared::Shared;
use super::super::write::{Subject, Verdict, Write};
use super::super::writes;
use super::doubt::{self, Obstacle};
use super::model::{Review, ReviewStage};

/// Due within this time: there may be none left to stop it.
const SOON: TimeDelta = TimeDelta::minutes(2);

/// What a vendor does otherwise than one would think: its fields are folded, and this must not be.
const UNUSUAL: [(&str, &str, &str); 3] = [
    ("OfflinePushInfo.ApnsInfo.ContentAvailable", "1", "Apple: a silent push, people see nothing of it"),
    ("OfflinePushInfo.ApnsInfo.IsVoipPush", "1", "Apple: a VoIP push, which rings like a call"),
    (
        "OfflinePushInfo.ApnsInfo.InterruptionLevel",
        "critical",
        "Apple: critical, it sounds also where people have muted everything",
    ),
];

/// Another write to the task of a cancel whose outcome is not known; it does not hold the cancel up.
fn busy(shared: &Shared, review: &Review) -> Option<String> {
    writes::busy(shared, review.base()?.id)
}

/// What the operator should think of before confirming.
pub(super) fn warnings(shared: &Shared, review: &Review) -> Vec<(Tone, String)> {
    let mut found = Vec::new();
    let mut warn = |tone: Tone, words: String| found.push((tone, words));
    let (now, zone) = (shared.server_now(), shared.setup.zone);
    let meant = review.meant();
    let cancels = matches!(review.subject, Subject::Cancel(_));
    if cancels && let Some(open) = busy(shared, review) {
        warn(Tone::Watch, open);
    }
    let profile = &shared.setup.profile;
    match review.audience() {
        Audience::Everyone if shared.setup.environment == Environment::Prod && !cancels => {
            warn(Tone::Bad, format!("this is PROD: it reaches EVERYONE of {profile}"));
        }
        Audience::Unclear(_) => warn(Tone::Bad, "whom it reaches is not known".to_owned()),
        Audience::Everyone | Audience::Matching(_) | Audience::Accounts(_) => {}
    }
    if let Some(words) = earlier(review) {
        warn(Tone::Watch, words);
    }
    let due = meant.scheduled_at.map(|at| at - now);
    if let Some(due) = due.filter(|due| *due < SOON) {
        let words = if due <= TimeDelta::zero() {
            "its time is past: it may be dispatched at any moment".to_owned()
        } else {
            format!("due in {}: there is hardly time to stop it", when::span(due))
        };
        warn(Tone::Watch, words);
    }
    if cancels {
        let key = shared.key(Scope::Tasks, Action::NewFromThis);
        let words = format!("a cancelled task does not come back; {key} makes a new one from a task");
        warn(Tone::Watch, words);
        return found;
    }
    if meant.content.at("OfflinePushInfo.PushFlag").and_then(Value::as_i64) == Some(1) {
        warn(Tone::Watch, "PushFlag 1: online only, whoever is offline gets nothing".to_owned());
    }
    for (path, value, words) in UNUSUAL {
        let text = |set: &Value| set.as_str().map_or_else(|| set.to_string(), str::to_owned);
        if meant.content.at(path).map(text).as_deref() == Some(value) {
            warn(Tone::Watch, words.to_owned());
        }
    }
    if meant.content.text("OfflinePushInfo.Title").trim().is_empty()
        && meant.content.text("OfflinePushInfo.Desc").trim().is_empty()
    {
        warn(Tone::Watch, "neither title nor text".to_owned());
    }
    let gone: Vec<String> = review
        .pending_changes(zone, now)
        .into_iter()
        .filter(|difference| difference.new.is_none())
        .map(|difference| difference.name)
        .collect();
    if !gone.is_empty() {
        let names = gone.join(", ");
        warn(
            Tone::Watch,
            format!("{names}: the service may keep what a change leaves out; it is checked afterwards"),
        );
    }
    found.extend(repeats(shared, review).into_iter().map(|words| (Tone::Bad, words)));
    found
}

/// A change that brings the push forward: it is easily mistyped, and leaves less time to stop it.
fn earlier(review: &Review) -> Option<String> {
    let Subject::Modify { change, .. } = &review.subject else { return None };
    let (from, to) = (review.standing()?.scheduled_at?, change.scheduled_at?);
    (to < from).then(|| format!("it goes out {} than it is scheduled now", when::moved(from, to)))
}

/// What else was sent, or stands, that this create could repeat.
fn repeats(shared: &Shared, review: &Review) -> Vec<String> {
    let Subject::Create(new) = &review.subject else { return Vec::new() };
    if !matches!(review.stage, ReviewStage::Asking | ReviewStage::Counting { .. }) {
        return Vec::new();
    }
    let mut words = Vec::new();
    if let Some(Obstacle::Raises(why)) = doubt::obstacle(shared, review) {
        words.push(why);
    }
    words.extend(not_there(shared, new));
    words.extend(duplicates(shared, new));
    words
}

/// The same push was sent before and not found: how old that is.
fn not_there(shared: &Shared, new: &NewTask) -> Vec<String> {
    let same = |write: &&PendingWrite| match &write.write {
        Write::Create(old) => {
            write.verdict == Some(Verdict::NotDone)
                && shared.now.running >= write.opens_at
                && duplicate::is_duplicate(new, &old.kind, Some(old.scheduled_at), &old.content)
        }
        Write::Modify(_) | Write::Cancel { .. } => false,
    };
    let words = |write: &PendingWrite| {
        let sent = writes::seconds(shared.now.running.saturating_sub(write.sent.running));
        let seen = write
            .sight
            .as_ref()
            .map_or(Duration::ZERO, |(_, at)| shared.now.running.saturating_sub(at.running));
        format!(
            "requested before, {sent} ago, and not there {} ago: it is searched for once more before this is",
            writes::seconds(seen)
        )
    };
    shared.writes.iter().filter(same).map(words).collect()
}

/// Tasks that stand already, as far as they were seen, and are the same push: the very same, or one so
/// near that it reads like it.
fn duplicates(shared: &Shared, new: &NewTask) -> Vec<String> {
    let near = duplicate::near(new.scheduled_at);
    let rows: Vec<_> = shared.board.to_come(near).collect();
    let rows = rows.iter().filter(|task| task.locked_because().is_none());
    let rows = rows.map(|task| (task.id, &task.kind, task.scheduled_at, &task.content));
    let made = shared.over.created();
    let made = made.map(|(id, old)| (*id, &old.kind, Some(old.scheduled_at), &old.content));
    let mut found: BTreeMap<TaskId, String> = BTreeMap::new();
    for (id, kind, at, content) in rows.chain(made) {
        if !duplicate::is_duplicate(new, kind, at, content) {
            continue;
        }
        let meant = Version::new(Some(new.scheduled_at), &new.content);
        let apart = at.map_or(TimeDelta::zero(), |at| new.scheduled_at - at);
        let words = if Version::new(at, content) == meant {
            format!("#{id} is the very same task and already exists: this would be one more")
        } else if apart.is_zero() {
            format!("#{id} says the same to the same people at the same time")
        } else {
            let side = if apart > TimeDelta::zero() { "earlier" } else { "later" };
            format!("#{id} says the same to the same people {} {side}", when::age(apart.abs()))
        };
        found.insert(id, words);
    }
    found.into_values().collect()
}
