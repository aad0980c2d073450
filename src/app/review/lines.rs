//! The text of the review, line by line for a width: what is said and what it means, not how it
//! looks. Who and when come first, so that they are in sight on the smallest screen.
//!
//! Everything from the wire is cleaned here (I9).

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::domain::draft::entry_text;
use crate::domain::fields::{FIELDS, Field, Shape};
use crate::domain::profile::Environment;
use crate::domain::{Audience, NewTask, TaskId, duplicate, text, when};
use crate::keymap::{self, Action, Scope};

use super::super::detail::lines::{Line, Lines, Tone, card, card_shows_all, field_text, part, unknown};
use super::super::effect::Write;
use super::super::form::clocks;
use super::super::message::Verdict;
use super::super::state::{State, Underway};
use super::again::may_send_again_early;
use super::compare::{self, Difference, Version};
use super::doubt::{self, Obstacle, deed};
use super::outcome::{not_done, stand_twice};
use super::{Ending, Grade, Proof, Ready, Remedy, Review, Stage, Subject, remedy};

/// Widest text of a review.
pub const WIDEST: u16 = 76;
/// Under this width the lines say the least.
const NARROW: usize = 50;
/// Room of the labels before values.
const LABEL: usize = 9;
/// Accounts that the sentence about the audience names.
const NAMED: usize = 8;
/// Due within this time: there may be none left to stop it.
const SOON: TimeDelta = TimeDelta::minutes(2);

/// Cells across and lines down that the text has, on the screen as it is: the ground between header
/// and hints, without border and padding.
pub fn room(state: &State) -> (u16, u16) {
    let Some(areas) = state.areas() else { return (0, 0) };
    let height = areas.ground().height;
    (areas.header.width.saturating_sub(4).min(WIDEST), height.saturating_sub(2))
}

/// The farthest scroll: the last line of the text stands just above the foot.
pub fn longest_scroll(state: &State) -> u16 {
    let Some(review) = state.review() else { return 0 };
    let (width, height) = room(state);
    let width = usize::from(width);
    let lines = body(state, review, width).len();
    let foot = u16::try_from(foot(state, review, width).len()).unwrap_or(u16::MAX);
    u16::try_from(lines).unwrap_or(u16::MAX).saturating_sub(height.saturating_sub(foot))
}

/// What the title says: what it does and where. The badge stands beside it.
pub fn title(state: &State, review: &Review) -> String {
    let what = match &review.subject {
        Subject::Create(_) => "Create a task".to_owned(),
        Subject::Modify { base, .. } => format!("Change #{}", base.id),
        Subject::Cancel(task) => format!("Cancel #{}", task.id),
    };
    format!("{what} · {}", state.setup.profile)
}

/// Whether the frame warns: real people, or everyone.
pub fn is_grave(state: &State, review: &Review) -> bool {
    let environment = state.setup.environment;
    environment == Environment::Prod || review.grade(environment) == Grade::High
}

/// The text that scrolls.
pub fn body(state: &State, review: &Review, width: usize) -> Vec<Line> {
    let mut out = Lines { width, lines: Vec::new() };
    outcome(&mut out, state, review);
    let asking = matches!(review.stage, Stage::Asking | Stage::Counting { .. });
    if let Some(notice) = review.notice.as_ref().filter(|_| asking) {
        out.say(Tone::Bad, &format!("! {notice}"));
        if let Some(without) = review.does_without() {
            out.say(Tone::Bad, &format!("Confirming now cancels it {without}."));
        }
        out.blank();
    }
    if asking && review.moved() {
        out.say(Tone::Bad, "! it changed since you looked");
    }
    who_and_when(&mut out, state, review);
    changes(&mut out, state, review);
    if asking {
        for (tone, words) in warnings(state, review) {
            out.say(tone, &format!("! {words}"));
        }
        moved(&mut out, state, review);
    }
    out.blank();
    let meant = review.meant();
    let (title, desc) =
        (meant.content.text("OfflinePushInfo.Title"), meant.content.text("OfflinePushInfo.Desc"));
    out.lines.extend(card(&state.setup.profile, title, desc, width));
    out.blank();
    rest(&mut out, &meant);
    out.lines
}

fn who_and_when(out: &mut Lines, state: &State, review: &Review) {
    let audience = review.audience();
    let tone = match audience {
        Audience::Everyone if state.setup.environment == Environment::Prod => Tone::Bad,
        Audience::Unclear(_) => Tone::Bad,
        Audience::Everyone | Audience::Matching(_) | Audience::Accounts(_) => Tone::Bold,
    };
    out.row("Who", LABEL, tone, &audience.in_words(&state.setup.profile));
    let (now, zone) = (state.server_now(), state.setup.zone);
    let Some(at) = review.meant().scheduled_at else {
        out.row("When", LABEL, Tone::Bad, "the service tells no time");
        return;
    };
    let tone = if at <= now { Tone::Bad } else { Tone::Plain };
    let clocks = clocks(at, now, zone);
    let (own, others) =
        clocks.split_first().map_or((String::new(), Vec::new()), |(own, rest)| (own.clone(), rest.to_vec()));
    if out.width < NARROW {
        // Weekday and offset stand in the stamp already; what is spared shows what changes.
        out.row("When", LABEL, Tone::Bold, &own);
        out.row("", LABEL, tone, &others.join(" · "));
        return;
    }
    out.row("When", LABEL, Tone::Bold, &format!("{own} ({})", zone.name()));
    let day = at.with_timezone(&zone).format("%A");
    out.row("", LABEL, tone, &format!("{}, {day}", others.join(" · ")));
}

/// Another write to the task of a cancel whose outcome is not known; it does not hold the cancel up.
fn busy(state: &State, review: &Review) -> Option<String> {
    super::busy(state, review.base()?.id)
}

/// What the operator should think of before confirming.
pub fn warnings(state: &State, review: &Review) -> Vec<(Tone, String)> {
    let mut found = Vec::new();
    let mut warn = |tone: Tone, words: String| found.push((tone, words));
    let (now, zone) = (state.server_now(), state.setup.zone);
    let meant = review.meant();
    let cancels = matches!(review.subject, Subject::Cancel(_));
    if cancels && let Some(open) = busy(state, review) {
        warn(Tone::Watch, open);
    }
    let profile = &state.setup.profile;
    match review.audience() {
        Audience::Everyone if state.setup.environment == Environment::Prod && !cancels => {
            warn(Tone::Bad, format!("this is PROD: it reaches EVERYONE of {profile}"));
        }
        Audience::Everyone | Audience::Matching(_) if !cancels => {
            warn(Tone::Watch, "how many people that is, the service does not say".to_owned());
        }
        Audience::Unclear(_) => warn(Tone::Bad, "whom it reaches cannot be told".to_owned()),
        Audience::Everyone | Audience::Matching(_) | Audience::Accounts(_) => {}
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
        warn(Tone::Watch, "a cancelled task does not come back; N makes a new one from a task".to_owned());
        return found;
    }
    if meant.content.at("OfflinePushInfo.PushFlag").and_then(serde_json::Value::as_i64) == Some(1) {
        warn(Tone::Watch, "PushFlag 1: online only, whoever is offline gets nothing".to_owned());
    }
    if meant.content.text("OfflinePushInfo.Title").trim().is_empty()
        && meant.content.text("OfflinePushInfo.Desc").trim().is_empty()
    {
        warn(Tone::Watch, "neither title nor text".to_owned());
    }
    let gone: Vec<String> = pending_changes(review, zone, now)
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
    found.extend(repeats(state, review).into_iter().map(|words| (Tone::Bad, words)));
    found
}

/// What else was sent, or stands, that this create could repeat.
fn repeats(state: &State, review: &Review) -> Vec<String> {
    let Subject::Create(new) = &review.subject else { return Vec::new() };
    if !matches!(review.stage, Stage::Asking | Stage::Counting { .. }) {
        return Vec::new();
    }
    let mut words = Vec::new();
    if let Some(Obstacle::Raises(why)) = doubt::obstacle(state, review) {
        words.push(why);
    }
    words.extend(not_there(state, new));
    words.extend(duplicates(state, new));
    words
}

/// The same push was sent before and not found: how old that is.
fn not_there(state: &State, new: &NewTask) -> Vec<String> {
    let same = |write: &&Underway| match &write.write {
        Write::Create(old) => {
            write.verdict == Some(Verdict::NotDone)
                && state.now.running >= write.opens_at
                && duplicate::is_duplicate(new, &old.kind, Some(old.scheduled_at), &old.content)
        }
        Write::Modify(_) | Write::Cancel { .. } => false,
    };
    let words = |write: &Underway| {
        let sent = when::age(from_std(state.now.running.saturating_sub(write.sent.running)));
        let seen = write
            .sight
            .as_ref()
            .map_or(Duration::ZERO, |(_, at)| state.now.running.saturating_sub(at.running));
        format!(
            "sent before, {sent} ago, and not there {} ago: it is looked for once more before this goes out",
            when::age(from_std(seen))
        )
    };
    state.writes.iter().filter(same).map(words).collect()
}

/// Tasks that stand already, as far as they were seen, and are the same push: the very same, or one so
/// near that it reads like it.
fn duplicates(state: &State, new: &NewTask) -> Vec<String> {
    let rows = state.board.tasks.iter().filter(|task| task.locked_because().is_none());
    let rows = rows.map(|task| (task.id, &task.kind, task.scheduled_at, &task.content));
    let made = state.desk.created();
    let made = made.map(|(id, old)| (*id, &old.kind, Some(old.scheduled_at), &old.content));
    let mut found: BTreeMap<TaskId, String> = BTreeMap::new();
    for (id, kind, at, content) in rows.chain(made) {
        if !duplicate::is_duplicate(new, kind, at, content) {
            continue;
        }
        let meant = Version::new(Some(new.scheduled_at), &new.content);
        let apart = at.map_or(TimeDelta::zero(), |at| new.scheduled_at - at);
        let words = if Version::new(at, content) == meant {
            format!("#{id} is the very same task and stands already: this would be one more")
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

/// Old to new, from the task as it stands.
fn pending_changes(review: &Review, zone: chrono_tz::Tz, now: DateTime<Utc>) -> Vec<Difference> {
    let (Subject::Modify { .. }, Some(standing)) = (&review.subject, review.standing()) else {
        return Vec::new();
    };
    let standing = Version::new(standing.scheduled_at, &standing.content);
    compare::differences(&standing, &review.meant(), zone, now)
}

fn side(value: Option<&String>) -> &str {
    value.map_or("(none)", String::as_str)
}

fn changes(out: &mut Lines, state: &State, review: &Review) {
    if matches!(review.stage, Stage::Over(Ending::Done { .. })) {
        return;
    }
    let found = pending_changes(review, state.setup.zone, state.server_now());
    if found.is_empty() {
        return;
    }
    if out.width >= NARROW {
        out.blank();
        out.say(Tone::Bold, "What changes");
    }
    rows_of(out, &found, "→", Tone::Plain);
    if out.width >= NARROW {
        out.blank();
    }
}

fn rows_of(out: &mut Lines, found: &[Difference], arrow: &str, tone: Tone) {
    let widest = found.iter().map(|row| text::width(&row.name)).max().unwrap_or(0);
    let label = (widest + 2).clamp(LABEL, 22);
    for row in found {
        let words = format!("{} {arrow} {}", side(row.old.as_ref()), side(row.new.as_ref()));
        out.row(&text::cut(&row.name, 20), label, tone, &words);
    }
}

/// What somebody else changed since the operator began.
fn moved(out: &mut Lines, state: &State, review: &Review) {
    let (Some(base), Some(fresh)) = (review.base(), &review.fresh.value) else { return };
    if !review.moved() {
        return;
    }
    let (zone, now) = (state.setup.zone, state.server_now());
    let version = |task: &crate::domain::Task| Version::new(task.scheduled_at, &task.content);
    out.blank();
    out.say(Tone::Watch, "It changed since you looked:");
    if base.status != fresh.status {
        let words = format!("{} → {}", text::clean(base.status.wire()), text::clean(fresh.status.wire()));
        out.row("Status", LABEL, Tone::Watch, &words);
    }
    if matches!(review.subject, Subject::Cancel(_)) {
        rows_of(out, &compare::differences(&version(base), &version(fresh), zone, now), "→", Tone::Watch);
        return;
    }
    for row in compare::three_way(&version(base), &version(fresh), &review.meant(), zone, now) {
        let tone = if row.clashes() { Tone::Bad } else { Tone::Watch };
        let both = if row.clashes() { "  (both of you changed it: yours goes out)" } else { "" };
        out.lines.push(vec![part(Tone::Bold, row.name.clone()), part(tone, both)]);
        out.row("  base", LABEL, Tone::Muted, side(row.base.as_ref()));
        out.row("  theirs", LABEL, Tone::Plain, side(row.theirs.as_ref()));
        let mine = if row.mine == row.theirs { "as theirs" } else { side(row.mine.as_ref()) };
        out.row("  mine", LABEL, tone, mine);
    }
}

/// What neither the card nor the sentence about the audience shows, or not in full.
fn rest(out: &mut Lines, meant: &Version) {
    let (title, desc) =
        (meant.content.text("OfflinePushInfo.Title"), meant.content.text("OfflinePushInfo.Desc"));
    let on_the_card = card_shows_all(title, desc, out.width);
    let shown = |path: &str| match path {
        "OfflinePushInfo.Title" | "OfflinePushInfo.Desc" => on_the_card,
        "To_Account" => meant.content.at(path).and_then(Value::as_array).is_none_or(|all| all.len() <= NAMED),
        _ => path.starts_with("Condition."),
    };
    let others = FIELDS.iter().filter(|field| !shown(field.path));
    let set: Vec<_> = others.filter_map(|field| Some((field, meant.content.at(field.path)?))).collect();
    let mut rows: Vec<(String, String)> =
        set.into_iter().map(|(field, value)| (field.name().to_owned(), words_of(field, value))).collect();
    let mut strange = Vec::new();
    unknown(&meant.content.0, "", &mut strange);
    let of_audience = |name: &str| name.starts_with("Condition");
    let strange = strange.into_iter().filter(|(name, _)| !of_audience(name));
    rows.extend(strange.map(|(name, value)| (text::clean(&name).into_owned(), value)));
    let widest = rows.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0);
    for (name, value) in rows {
        out.row(&name, (widest + 2).clamp(LABEL, 24), Tone::Plain, &value);
    }
}

fn words_of(field: &Field, value: &Value) -> String {
    if matches!(field.shape, Shape::Strings { .. }) {
        // A long list takes as few lines as it can.
        return field_text(field, value);
    }
    entry_text(field, value)
}

/// How far a write is, or how it ended.
fn outcome(out: &mut Lines, state: &State, review: &Review) {
    match &review.stage {
        Stage::Asking | Stage::Counting { .. } => return,
        Stage::Sent { req, at } => {
            let age = when::age(from_std(state.now.running.saturating_sub(at.running)));
            let write = state.underway(*req);
            match write.and_then(|write| write.doubt.as_ref()) {
                None => out.say(Tone::Watch, &format!("sending… {age}")),
                Some(failure) => {
                    out.say(Tone::Bad, &format!("?UNK outcome not known: {}", failure.words().what));
                    let progress = write.map(|write| super::progress(state, write)).unwrap_or_default();
                    out.say(
                        Tone::Watch,
                        &format!("Sent {age} ago. What happened is being checked: {progress}."),
                    );
                    out.say(Tone::Plain, "Nothing is sent again by itself.");
                }
            }
        }
        Stage::Over(ending) => ended(out, state, review, ending),
    }
    out.blank();
}

fn ended(out: &mut Lines, state: &State, review: &Review, ending: &Ending) {
    match ending {
        Ending::Done { words, proof } => {
            out.say(Tone::Good, &format!("✓ {words}"));
            proven(out, proof);
        }
        Ending::Refused(failure) => {
            let words = failure.words();
            out.say(Tone::Bad, &format!("✗ Not done: {}.", words.what));
            out.say(Tone::Plain, &words.next);
        }
        Ending::NotDone => {
            let write = review.write();
            out.say(Tone::Watch, &format!("✗ {}: {}", deed(&write), not_done(&write)));
            if let Some(write) = review.req.and_then(|req| state.underway(req)) {
                let age = when::age(from_std(state.now.running.saturating_sub(write.sent.running)));
                out.say(Tone::Plain, &format!("Sent {age} ago; {}.", super::progress(state, write)));
            }
        }
        Ending::NothingSent(words) => out.say(Tone::Bad, &format!("✗ {words}.")),
        Ending::Several(ids) => {
            out.say(Tone::Bad, &format!("✗ {}.", stand_twice(ids)));
        }
        Ending::CannotTell(words) => {
            out.say(Tone::Bad, "?UNK whether it was done could not be found out.");
            out.say(Tone::Plain, words);
            let stays = "Nothing was sent again. Look at the table before you send this once more.";
            out.say(Tone::Plain, stays);
        }
    }
}

fn proven(out: &mut Lines, proof: &Proof) {
    match proof {
        Proof::None => {}
        Proof::Asked(_) => out.say(Tone::Watch, "asking for it, to see that it stands as meant…"),
        Proof::Holds => out.say(Tone::Good, "✓ verified: time, audience and content are as meant"),
        Proof::Fails { found, .. } => {
            out.say(Tone::Bad, "✗ it does NOT stand as meant (meant ≠ stands):");
            rows_of(out, found, "≠", Tone::Bad);
        }
        Proof::Unread(failure) => {
            out.say(Tone::Bad, &format!("it could not be verified: {}", failure.words().what));
        }
    }
}

/// The lines that always stay in sight: what to do now.
pub fn foot(state: &State, review: &Review, width: usize) -> Vec<Line> {
    let mut out = Lines { width, lines: Vec::new() };
    match &review.stage {
        Stage::Asking => match review.ready(state) {
            // What cannot be typed yet is not asked for: its first letters would be lost.
            Ready::Yes if review.is_deaf(state.now) => out.say(Tone::Muted, "read it first…"),
            Ready::Wait(words) => out.say(Tone::Watch, &words),
            Ready::No(why) => out.say(Tone::Bad, &format!("✗ {why}")),
            Ready::Yes => prompt(&mut out, state, review),
        },
        Stage::Counting { until } => {
            let left = until.saturating_sub(state.now.running);
            let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
            out.say(Tone::Bad, &format!("goes out in {seconds} s · any key stops it"));
        }
        Stage::Sent { .. } => {
            if may_send_again_early(state, review) {
                let key = keymap::first_key(Scope::Review, Action::Review).unwrap_or_default();
                out.say(Tone::Watch, &format!("{key} sends it again, though it may become a second push"));
            }
            out.say(Tone::Muted, "Esc leaves this; what was sent goes on · ctrl-r searches now");
        }
        Stage::Over(ending) => over(&mut out, state, ending),
    }
    out.lines
}

/// What can be done when it is over.
fn over(out: &mut Lines, state: &State, ending: &Ending) {
    let key = keymap::first_key(Scope::Review, Action::Review).unwrap_or_default();
    match remedy(ending) {
        Some(Remedy::SendAgain) => {
            out.say(Tone::Bold, &format!("{key} reviews it again, to send it once more"));
        }
        Some(Remedy::PutRight) => {
            out.say(Tone::Bad, &format!("{key} puts it right, through the review"));
        }
        None => {}
    }
    let back = match ending {
        Ending::Refused(_) | Ending::NotDone | Ending::CannotTell(_) | Ending::NothingSent(_) => {
            state.form().is_some()
        }
        Ending::Done { .. } | Ending::Several(_) => false,
    };
    let words = if back { "Esc goes back to the form; all text is there" } else { "Esc closes this" };
    out.say(Tone::Muted, words);
}

fn prompt(out: &mut Lines, state: &State, review: &Review) {
    let short = out.width < NARROW;
    let deed = if short { review.verb().to_owned() } else { review.deed() };
    let back = if short { "" } else { " · Esc goes back" };
    let wanted = review.wanted(&state.setup);
    let wanted = text::clean(&wanted);
    if review.is_deaf(state.now) {
        out.say(Tone::Muted, "read who, when and what · Esc goes back");
        if review.grade(state.setup.environment) != Grade::Low {
            // What is typed into stands here in a moment: nothing may jump then.
            out.blank();
        }
        return;
    }
    match review.grade(state.setup.environment) {
        Grade::Low => out.say(Tone::Bold, &format!("press {wanted} to {deed}{back}")),
        Grade::Middle => out.say(Tone::Bold, &format!("type {wanted} to {deed}{back}")),
        Grade::High => {
            let words = format!("type \"{wanted}\" to {deed}, 3 s later it goes out{back}");
            out.say(Tone::Bold, &words);
        }
    }
    if review.grade(state.setup.environment) != Grade::Low {
        let typed = text::clean(&review.typed).into_owned();
        let right = wanted.starts_with(typed.as_str());
        let mut line =
            vec![part(Tone::Muted, "› "), part(if right { Tone::Plain } else { Tone::Bad }, typed)];
        line.push(part(Tone::Bold, "▏"));
        if !right {
            line.push(part(Tone::Bad, "  ! that is something else"));
        }
        out.lines.push(line);
    }
}

fn from_std(span: Duration) -> TimeDelta {
    TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX)
}
