//! The text of the review, line by line for a width: what is said and what it means, not how it
//! looks. Who and when come first, so that they are in sight on the smallest screen.
//!
//! Everything from the wire is cleaned here (I9).

use chrono::{DateTime, Utc};

use crate::domain::profile::Environment;
use crate::domain::{Audience, text, when as times};

use super::super::compare::{self, Version};
use super::super::lines::{Lines, Tone, part};
use super::super::pending::WriteOutcome;
use super::super::shared::Shared;
use super::super::write::Subject;
use super::ended;
use super::level::ConfirmLevel;
use super::model::{Review, ReviewStage};
use super::rows::{NARROW, differences, pair, row, side};
use super::sight::{Text, TextWriter, Topic};
use super::warnings::warnings;
use super::{what, words};

/// What the title says: what it does, or has done, and where, if there is room for that. The badge stands
/// beside it.
pub fn title(shared: &Shared, review: &Review, is_short: bool) -> String {
    let is_done = matches!(review.stage, ReviewStage::Over(WriteOutcome::Done { .. }));
    let what = match &review.subject {
        Subject::Create(_) if is_done => "Created".to_owned(),
        Subject::Create(_) => "Create a task".to_owned(),
        Subject::Modify { base, .. } if is_done => format!("Changed #{}", base.id),
        Subject::Modify { base, .. } => format!("Change #{}", base.id),
        Subject::Cancel(task) if is_done => format!("Cancelled #{}", task.id),
        Subject::Cancel(task) => format!("Cancel #{}", task.id),
    };
    if is_short { what } else { format!("{what} · {}", shared.setup.profile) }
}

/// Whether the frame warns: real people, or everyone.
pub fn is_grave(shared: &Shared, review: &Review) -> bool {
    let environment = shared.setup.environment;
    environment == Environment::Prod || review.level(environment) == ConfirmLevel::High
}

/// Lines from which on there may be a card, as a phone shows it, among them.
const ROOM_FOR_CARD: usize = 14;
/// Lines that are kept for the foot, and the free one above it.
const FOOT: usize = 4;

/// The text that scrolls, and what of it must be seen before anything is confirmed. The message stands on a
/// card where all that must be seen still has room on one screen.
pub(super) fn body(shared: &Shared, review: &Review, (width, height): (u16, u16)) -> Text {
    let (width, height) = (usize::from(width), usize::from(height));
    if height >= ROOM_FOR_CARD {
        let text = composed(shared, review, width, true);
        if text.musts.last().is_none_or(|must| must.at + FOOT < height) {
            return text;
        }
    }
    composed(shared, review, width, false)
}

fn composed(shared: &Shared, review: &Review, width: usize, with_card: bool) -> Text {
    let mut to = TextWriter::new(width);
    ended::outcome(&mut to.out, shared, review, |out, found| differences(out, found, "≠", Tone::Bad));
    let asking = review.is_asking();
    if asking {
        notice(&mut to, review);
    }
    if asking && review.moved() {
        to.out.say(Tone::Bad, "! it changed since you looked");
    }
    who(&mut to, shared, review);
    when(&mut to, shared, review);
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
    if to.out.width >= NARROW {
        to.out.blank();
    }
    let meant = review.meant();
    what::message(&mut to, shared, &meant, with_card);
    what::rest(&mut to, shared, review, &meant);
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

fn who(to: &mut TextWriter, shared: &Shared, review: &Review) {
    let audience = review.audience();
    let tone = match audience {
        Audience::Everyone if shared.setup.environment == Environment::Prod => Tone::Bad,
        Audience::Unclear(_) => Tone::Bad,
        Audience::Everyone | Audience::Matching(_) | Audience::Accounts(_) => Tone::Bold,
    };
    let mark = if audience == Audience::Everyone { "‼ " } else { "" };
    let who = format!("{mark}{}", audience.in_words(&shared.setup.profile));
    let size = words::size(shared, &audience);
    to.must(Topic::Who, &format!("{who} {size:?}"), |out| match size {
        Some(size) => pair(out, "Who", tone, &who, &size),
        None => row(out, "Who", tone, &who),
    });
}

fn when(to: &mut TextWriter, shared: &Shared, review: &Review) {
    let Some(at) = review.meant().scheduled_at else {
        let words = "the service gives no time";
        to.must(Topic::When, words, |out| row(out, "When", Tone::Bad, words));
        return;
    };
    let item = format!("{at} {} {}", shared.setup.zone, shared.zone);
    to.ticking(Topic::When, &item, |out| clocks(out, shared, at));
}

/// The clocks of the push and how far it is, which goes on.
fn clocks(out: &mut Lines, shared: &Shared, at: DateTime<Utc>) {
    let now = shared.server_now();
    let tone = if at <= now { Tone::Bad } else { Tone::Plain };
    let clocks = words::clocks(shared, at);
    let Some((own, others)) = clocks.split_first() else { return };
    let others = [others, &[times::from_now(at, now)]].concat().join(" · ");
    if out.width < NARROW {
        row(out, "When", Tone::Bold, own);
        row(out, "    ", tone, &others);
    } else {
        row(out, "When", Tone::Bold, &format!("{own} ({})", shared.setup.zone.name()));
        row(out, "", tone, &others);
    }
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
    to.must(Topic::Changes, &format!("{found:?}"), |out| differences(out, &found, "→", Tone::Plain));
    if is_wide {
        to.out.blank();
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
        to.must(Topic::Others, &words, |out| row(out, "Status", Tone::Watch, &words));
    }
    if matches!(review.subject, Subject::Cancel(_)) {
        let found = compare::differences(&Version::of(base), &Version::of(fresh), zone, now);
        to.must(Topic::Others, &format!("{found:?}"), |out| differences(out, &found, "→", Tone::Watch));
        return;
    }
    for found in compare::three_way(&Version::of(base), &Version::of(fresh), &review.meant(), zone, now) {
        to.must(Topic::Others, &format!("{found:?}"), |out| three_ways(out, &found));
    }
}

fn three_ways(out: &mut Lines, found: &compare::ThreeWay) {
    let tone = if found.clashes() { Tone::Bad } else { Tone::Watch };
    let both = if found.clashes() { "  (both of you changed it: yours is requested)" } else { "" };
    out.lines.push(vec![part(Tone::Bold, found.name.clone()), part(tone, both)]);
    row(out, "  base  ", Tone::Muted, side(found.base.as_ref()));
    row(out, "  theirs", Tone::Plain, side(found.theirs.as_ref()));
    let mine = if found.mine == found.theirs { "as theirs" } else { side(found.mine.as_ref()) };
    row(out, "  mine  ", tone, mine);
}
