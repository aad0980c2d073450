//! The lines of the review that always stay in sight: what to do now, and what is waited for. Their number
//! stays while the operator thinks, so that nothing jumps under the eye.

use crate::domain::text;
use crate::keymap::{Action, Scope};

use super::super::lines::{Line, Lines, Tone, part};
use super::super::pending::WriteOutcome;
use super::super::shared::Shared;
use super::again::{Remedy, may_send_again_early, remedy};
use super::level::ConfirmLevel;
use super::lines::NARROW;
use super::model::{Review, ReviewStage};
use super::ready::Ready;
use super::sight::Unseen;

/// With fewer lines than this what is to be read needs all of them.
const LOW: usize = 6;

/// Lines that the foot takes of `height`, with the text that is to be typed in mind from the beginning.
pub(super) fn height(shared: &Shared, review: &Review, width: usize, is_seen: bool, height: usize) -> usize {
    let most = height.saturating_sub(1).max(1);
    if review.stage != ReviewStage::Asking {
        return lines_of(shared, review, width).len().clamp(1, most);
    }
    let is_ready = review.ready(shared) == Ready::Yes;
    if !is_seen && height < LOW && is_ready {
        return 1;
    }
    let said = if is_ready { 1 } else { lines_of(shared, review, width).len() };
    said.max(prompt(shared, review, width).len()).clamp(1, most)
}

/// The foot, exactly so many lines of it.
pub(super) fn lines(
    shared: &Shared,
    review: &Review,
    width: usize,
    unseen: &Unseen,
    height: usize,
) -> Vec<Line> {
    let mut lines = match unseen {
        Unseen::Elsewhere { below, words } if waits_for_reading(shared, review) => {
            to_be_seen(shared, *below, words, width, height)
        }
        Unseen::Elsewhere { .. } | Unseen::Nothing | Unseen::NotDrawn => lines_of(shared, review, width),
    };
    if lines.len() > height {
        // What was typed stands in the last one.
        lines.drain(height.saturating_sub(1)..lines.len() - 1);
    }
    lines.resize(height, Vec::new());
    lines
}

/// Whether it could be confirmed, were all seen that must be, and a key is heard that shows it.
fn waits_for_reading(shared: &Shared, review: &Review) -> bool {
    let hears = !review.guard.is_closed(shared.now.running);
    review.stage == ReviewStage::Asking && hears && review.ready(shared) == Ready::Yes
}

fn lines_of(shared: &Shared, review: &Review, width: usize) -> Vec<Line> {
    let mut out = Lines { width, lines: Vec::new() };
    match &review.stage {
        ReviewStage::Asking => match review.ready(shared) {
            Ready::Wait(words) => out.say(Tone::Watch, &words),
            Ready::No(why) => out.say(Tone::Bad, &format!("✗ {why}")),
            Ready::Yes => return asking(shared, review, width),
        },
        ReviewStage::Counting { until, .. } => {
            let left = until.saturating_sub(shared.now.running);
            let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
            let what = if width < NARROW { "" } else { "the request is " };
            out.say(Tone::Bad, &format!("{what}sent in {seconds} s · any key stops it"));
        }
        ReviewStage::Sent { .. } => {
            if may_send_again_early(shared, review) {
                let key = shared.key(Scope::Review, Action::Review);
                out.say(Tone::Watch, &format!("{key} sends it again, though it may become a second push"));
            }
            out.say(Tone::Muted, "Esc leaves this; what was sent goes on · ctrl-r searches now");
        }
        ReviewStage::Over(outcome) => over(&mut out, shared, outcome),
    }
    out.lines
}

/// What keeps the review from listening, or what is to be typed.
fn asking(shared: &Shared, review: &Review, width: usize) -> Vec<Line> {
    let short = width < NARROW;
    let back = if short { "" } else { " · Esc goes back" };
    let mut out = Lines { width, lines: Vec::new() };
    let waits = review.typed.is_empty() || review.spoiled;
    if review.is_complete(shared) {
        let stops = if short { "" } else { " · any key stops it" };
        out.say(Tone::Bold, &format!("hold still…{stops}"));
    } else if review.guard.is_closed(shared.now.running) {
        out.say(Tone::Muted, &format!("read who, when and what{back}"));
    } else if waits && !review.guard.listens() {
        out.say(Tone::Muted, &format!("hold still…{back}"));
    } else {
        return prompt(shared, review, width);
    }
    if let Some(typing) = typing(shared, review).filter(|_| !review.typed.is_empty()) {
        // Where it stands below the prompt, too.
        let above = prompt(shared, review, width).len().saturating_sub(1);
        out.lines.resize(above.max(out.lines.len()), Vec::new());
        out.lines.push(typing);
    }
    out.lines
}

/// Which key shows what is still to be seen.
fn to_be_seen(shared: &Shared, below: bool, words: &str, width: usize, height: usize) -> Vec<Line> {
    let action = if below { Action::Down } else { Action::Up };
    let key = shared.key(Scope::Review, action);
    let mut out = Lines { width, lines: Vec::new() };
    out.say(Tone::Watch, &format!("{key} shows the rest: {words}"));
    if out.lines.len() > height {
        let short = text::cut(&format!("{key} rest: {words}"), width).into_owned();
        out.lines = vec![vec![part(Tone::Watch, short)]];
    }
    out.lines
}

/// What is to be typed, and what was.
fn prompt(shared: &Shared, review: &Review, width: usize) -> Vec<Line> {
    let mut out = Lines { width, lines: Vec::new() };
    let short = width < NARROW;
    let deed = if short { review.verb().to_owned() } else { review.deed() };
    let back = if short { "" } else { " · Esc goes back" };
    let wanted = review.wanted(&shared.setup);
    let wanted = text::clean(&wanted);
    match review.level(shared.setup.environment) {
        ConfirmLevel::Low => out.say(Tone::Bold, &format!("press {wanted} to {deed}{back}")),
        ConfirmLevel::Middle => out.say(Tone::Bold, &format!("type {wanted} to {deed}{back}")),
        ConfirmLevel::High if short => out.say(Tone::Bold, &format!("type \"{wanted}\" to {deed}")),
        ConfirmLevel::High => {
            let words = format!("type \"{wanted}\" to {deed}; sent 3 s later{back}");
            out.say(Tone::Bold, &words);
        }
    }
    out.lines.extend(typing(shared, review));
    out.lines
}

/// What was typed so far; the low level has no line for its one key.
fn typing(shared: &Shared, review: &Review) -> Option<Line> {
    if review.level(shared.setup.environment) == ConfirmLevel::Low {
        return None;
    }
    let typed = text::clean(&review.typed).into_owned();
    let tone = if review.spoiled { Tone::Bad } else { Tone::Plain };
    let mut line = vec![part(Tone::Muted, "› "), part(tone, typed), part(Tone::Cursor, "")];
    if review.spoiled && !review.typed.is_empty() {
        line.push(part(Tone::Bad, "  ! that does not match"));
    }
    Some(line)
}

/// What can be done when it is over.
fn over(out: &mut Lines, shared: &Shared, outcome: &WriteOutcome) {
    let key = shared.key(Scope::Review, Action::Review);
    match remedy(outcome) {
        Some(Remedy::SendAgain) => {
            out.say(Tone::Bold, &format!("{key} reviews it again, to send it once more"));
        }
        Some(Remedy::PutRight) => {
            out.say(Tone::Bad, &format!("{key} corrects it, through the review"));
        }
        None => {}
    }
    let back = match outcome {
        WriteOutcome::Refused(_)
        | WriteOutcome::NotDone
        | WriteOutcome::CannotTell(_)
        | WriteOutcome::NothingSent(_)
        | WriteOutcome::Gone { .. } => shared.lies_over.form,
        WriteOutcome::Done { .. } | WriteOutcome::Several(_) => false,
    };
    let words = if back { "Esc goes back to the form; all text is there" } else { "Esc closes this" };
    out.say(Tone::Muted, words);
}
