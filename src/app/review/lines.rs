//! The text of the review, line by line for a width: what is said and what it means, not how it
//! looks. Who and when come first, so that they are in sight on the smallest screen.
//!
//! Everything from the wire is cleaned here (I9).

use serde_json::Value;

use crate::domain::draft::entry_text;
use crate::domain::fields::{self, FIELDS, Field, Shape};
use crate::domain::profile::Environment;
use crate::domain::{Audience, text};

use super::super::compare::{self, Difference, Version};
use super::super::form::clocks;
use super::super::lines::{Lines, Tone, card, card_shows_all, field_text, part, unknown};
use super::super::pending::{Verification, WriteOutcome};
use super::super::shared::Shared;
use super::super::write::Subject;
use super::super::writes;
use super::level::ConfirmLevel;
use super::model::{Review, ReviewStage};
use super::sight::{Text, TextWriter, Topic};
use super::warnings::warnings;

/// Under this width the lines say the least.
pub(super) const NARROW: usize = 50;
/// Room of the labels before values.
const LABEL: usize = 9;
/// The data of a push, for the app.
const DATA: &str = "OfflinePushInfo.Ext";
/// What else people read, or what makes it.
const MESSAGE: [&str; 4] = [
    "OfflinePushInfo.MultiLanguageContent",
    "OfflinePushInfo.PushTemplateId",
    "OfflinePushInfo.PushTemplateParam",
    DATA,
];
/// Accounts that the sentence about the audience names.
const NAMED: usize = 8;

/// What the title says: what it does and where. The badge stands beside it.
pub fn title(shared: &Shared, review: &Review) -> String {
    let what = match &review.subject {
        Subject::Create(_) => "Create a task".to_owned(),
        Subject::Modify { base, .. } => format!("Change #{}", base.id),
        Subject::Cancel(task) => format!("Cancel #{}", task.id),
    };
    format!("{what} · {}", shared.setup.profile)
}

/// Whether the frame warns: real people, or everyone.
pub fn is_grave(shared: &Shared, review: &Review) -> bool {
    let environment = shared.setup.environment;
    environment == Environment::Prod || review.level(environment) == ConfirmLevel::High
}

/// The text that scrolls, and what of it must be seen before anything is confirmed.
pub(super) fn body(shared: &Shared, review: &Review, width: usize) -> Text {
    let mut to = TextWriter::new(width);
    outcome(&mut to.out, shared, review);
    let asking = review.is_asking();
    if asking {
        notice(&mut to, review);
    }
    if asking && review.moved() {
        to.out.say(Tone::Bad, "! it changed since you looked");
    }
    who_and_when(&mut to, shared, review);
    changes(&mut to, shared, review);
    if asking {
        for (tone, words) in warnings(shared, review) {
            let said = format!("! {words}");
            match tone {
                Tone::Bad => to.ticking(Topic::Warnings, &said, |out| out.say(tone, &said)),
                _ => to.out.say(tone, &said),
            }
        }
        moved(&mut to, shared, review);
    }
    to.out.blank();
    let meant = review.meant();
    message(&mut to, shared, &meant);
    to.out.blank();
    rest(&mut to.out, &meant);
    to.done()
}

/// Why nothing was sent before, and what a cancel will do without.
fn notice(to: &mut TextWriter, review: &Review) {
    if let Some(notice) = &review.notice {
        to.must(Topic::Notice, notice, |out| out.say(Tone::Bad, &format!("! {notice}")));
    }
    if let Some(without) = review.does_without() {
        let words = format!("Confirming now cancels it {without}.");
        to.must(Topic::Notice, &words, |out| out.say(Tone::Bad, &words));
    }
    if review.notice.is_some() || review.does_without().is_some() {
        to.out.blank();
    }
}

/// The message as it will look, and all of its words where the card cuts them.
fn message(to: &mut TextWriter, shared: &Shared, meant: &Version) {
    let path = |name: &str| format!("OfflinePushInfo.{name}");
    let (title, desc) = (meant.content.text(&path("Title")), meant.content.text(&path("Desc")));
    let mut card = card(&shared.setup.profile, title, desc, to.out.width);
    if card_shows_all(title, desc, to.out.width) {
        // Border and app above, border below.
        let edge = card.pop();
        let mut card = card.into_iter();
        to.out.lines.extend(card.by_ref().take(2));
        to.must_lines(Topic::Title, title, card.by_ref().take(1).collect());
        to.must_lines(Topic::Text, desc, card.collect());
        to.out.lines.extend(edge);
    } else {
        to.out.lines.extend(card);
        to.out.blank();
        to.must(Topic::Title, title, |out| out.row("Title", LABEL, Tone::Plain, title));
        if !desc.is_empty() {
            to.must(Topic::Text, desc, |out| out.row("Desc", LABEL, Tone::Plain, desc));
        }
    }
    // Of data only the data are the message.
    let is_data = title.trim().is_empty() && desc.trim().is_empty();
    let others = MESSAGE.into_iter().filter(|path| is_data || *path != DATA);
    for field in others.filter_map(fields::find) {
        let Some(value) = meant.content.at(field.path) else { continue };
        let words = words_of(field, value);
        let label = text::width(field.name()) + 2;
        to.must(Topic::Text, &words, |out| out.row(field.name(), label.max(LABEL), Tone::Plain, &words));
    }
}

fn who_and_when(to: &mut TextWriter, shared: &Shared, review: &Review) {
    let audience = review.audience();
    let tone = match audience {
        Audience::Everyone if shared.setup.environment == Environment::Prod => Tone::Bad,
        Audience::Unclear(_) => Tone::Bad,
        Audience::Everyone | Audience::Matching(_) | Audience::Accounts(_) => Tone::Bold,
    };
    let who = audience.in_words(&shared.setup.profile);
    to.must(Topic::Who, &who, |out| out.row("Who", LABEL, tone, &who));
    let (now, zone) = (shared.server_now(), shared.setup.zone);
    let Some(at) = review.meant().scheduled_at else {
        let words = "the service gives no time";
        to.must(Topic::When, words, |out| out.row("When", LABEL, Tone::Bad, words));
        return;
    };
    let tone = if at <= now { Tone::Bad } else { Tone::Plain };
    let item = format!("{at} {zone}");
    to.ticking(Topic::When, &item, |out| {
        let clocks = clocks(at, now, zone);
        let (own, others) = clocks
            .split_first()
            .map_or((String::new(), Vec::new()), |(own, rest)| (own.clone(), rest.to_vec()));
        if out.width < NARROW {
            // Weekday and offset stand in the stamp already; what is spared shows what changes.
            out.row("When", LABEL, Tone::Bold, &own);
            out.row("", LABEL, tone, &others.join(" · "));
            return;
        }
        out.row("When", LABEL, Tone::Bold, &format!("{own} ({})", zone.name()));
        let day = at.with_timezone(&zone).format("%A");
        out.row("", LABEL, tone, &format!("{}, {day}", others.join(" · ")));
    });
}

fn side(value: Option<&String>) -> &str {
    value.map_or("(none)", String::as_str)
}

fn changes(to: &mut TextWriter, shared: &Shared, review: &Review) {
    if matches!(review.stage, ReviewStage::Over(WriteOutcome::Done { .. })) {
        return;
    }
    let found = review.pending_changes(shared.setup.zone, shared.server_now());
    if found.is_empty() {
        return;
    }
    let is_wide = to.out.width >= NARROW;
    if is_wide {
        to.out.blank();
        to.out.say(Tone::Bold, "What changes");
    }
    to.must(Topic::Changes, &format!("{found:?}"), |out| rows_of(out, &found, "→", Tone::Plain));
    if is_wide {
        to.out.blank();
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
fn moved(to: &mut TextWriter, shared: &Shared, review: &Review) {
    let (Some(base), Some(fresh)) = (review.base(), &review.fresh.value) else { return };
    if !review.moved() {
        return;
    }
    let (zone, now) = (shared.setup.zone, shared.server_now());
    to.out.blank();
    to.out.say(Tone::Watch, "It changed since you looked:");
    if base.status != fresh.status {
        let words = format!("{} → {}", text::clean(base.status.wire()), text::clean(fresh.status.wire()));
        to.must(Topic::Others, &words, |out| out.row("Status", LABEL, Tone::Watch, &words));
    }
    if matches!(review.subject, Subject::Cancel(_)) {
        let found = compare::differences(&Version::of(base), &Version::of(fresh), zone, now);
        to.must(Topic::Others, &format!("{found:?}"), |out| rows_of(out, &found, "→", Tone::Watch));
        return;
    }
    for row in compare::three_way(&Version::of(base), &Version::of(fresh), &review.meant(), zone, now) {
        to.must(Topic::Others, &format!("{row:?}"), |out| three_ways(out, &row));
    }
}

fn three_ways(out: &mut Lines, row: &compare::ThreeWay) {
    let tone = if row.clashes() { Tone::Bad } else { Tone::Watch };
    let both = if row.clashes() { "  (both of you changed it: yours is sent)" } else { "" };
    out.lines.push(vec![part(Tone::Bold, row.name.clone()), part(tone, both)]);
    out.row("  base", LABEL, Tone::Muted, side(row.base.as_ref()));
    out.row("  theirs", LABEL, Tone::Plain, side(row.theirs.as_ref()));
    let mine = if row.mine == row.theirs { "as theirs" } else { side(row.mine.as_ref()) };
    out.row("  mine", LABEL, tone, mine);
}

/// What neither the message nor the sentence about the audience shows, or not in full.
fn rest(out: &mut Lines, meant: &Version) {
    let has_words = |path| !meant.content.text(path).trim().is_empty();
    let is_data = !has_words("OfflinePushInfo.Title") && !has_words("OfflinePushInfo.Desc");
    let shown = |path: &str| match path {
        "OfflinePushInfo.Title" | "OfflinePushInfo.Desc" => true,
        DATA => is_data,
        path if MESSAGE.contains(&path) => true,
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
fn outcome(out: &mut Lines, shared: &Shared, review: &Review) {
    match &review.stage {
        ReviewStage::Asking | ReviewStage::Counting { .. } => return,
        ReviewStage::Sent { req, at } => {
            let age = writes::seconds(shared.now.running.saturating_sub(at.running));
            let write = shared.pending_write(*req);
            match write.and_then(|write| write.doubt.as_ref()) {
                None => out.say(Tone::Watch, &format!("sending… {age}")),
                Some(failure) => {
                    out.say(Tone::Bad, &format!("?UNK outcome not known: {}", failure.words().what));
                    let progress = write.map(|write| writes::progress(shared, write)).unwrap_or_default();
                    out.say(
                        Tone::Watch,
                        &format!("Sent {age} ago. What happened is being checked: {progress}."),
                    );
                    out.say(Tone::Plain, "Nothing is sent again automatically.");
                }
            }
        }
        ReviewStage::Over(outcome) => ended(out, shared, review, outcome),
    }
    out.blank();
}

fn ended(out: &mut Lines, shared: &Shared, review: &Review, outcome: &WriteOutcome) {
    match outcome {
        WriteOutcome::Done { words, verification } => {
            out.say(Tone::Good, &format!("✓ {words}"));
            proven(out, verification);
        }
        WriteOutcome::Refused(failure) => {
            let words = failure.words();
            out.say(Tone::Bad, &format!("✗ Not done: {}.", words.what));
            out.say(Tone::Plain, &words.next);
        }
        WriteOutcome::NotDone => {
            let write = review.write();
            out.say(Tone::Watch, &format!("✗ {}: {}", writes::deed(&write), writes::not_done(&write)));
            if let Some(write) = review.req.and_then(|req| shared.pending_write(req)) {
                let age = writes::seconds(shared.now.running.saturating_sub(write.sent.running));
                out.say(Tone::Plain, &format!("Sent {age} ago; {}.", writes::progress(shared, write)));
            }
        }
        WriteOutcome::NothingSent(words) => out.say(Tone::Bad, &format!("✗ {words}.")),
        WriteOutcome::Gone { cancels } => {
            let (tone, words) =
                (if *cancels { Tone::Watch } else { Tone::Bad }, writes::gone_words(*cancels));
            out.say(tone, &format!("✗ {}: {words}.", writes::deed(&review.write())));
        }
        WriteOutcome::Several(ids) => {
            out.say(Tone::Bad, &format!("✗ {}.", writes::stand_twice(ids)));
        }
        WriteOutcome::CannotTell(words) => {
            out.say(Tone::Bad, "?UNK whether it was done could not be determined.");
            out.say(Tone::Plain, words);
            let stays = "Nothing was sent again. Check the table before you send this once more.";
            out.say(Tone::Plain, stays);
        }
    }
}

fn proven(out: &mut Lines, verification: &Verification) {
    match verification {
        Verification::None => {}
        Verification::Asked(_) => out.say(Tone::Watch, "reading the task back, to verify it…"),
        Verification::Holds => out.say(Tone::Good, "✓ verified: time, audience and content are as intended"),
        Verification::Fails { found, .. } => {
            out.say(Tone::Bad, "✗ it is NOT as intended (intended ≠ actual):");
            rows_of(out, found, "≠", Tone::Bad);
        }
        Verification::Unread(failure) => {
            out.say(Tone::Bad, &format!("it could not be verified: {}", failure.words().what));
        }
    }
}
