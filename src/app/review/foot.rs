//! The lines of the review that always stay in sight: what to do now, and what is waited for. Their number
//! stays while the operator thinks, so that nothing jumps under the eye.

use crate::domain::text;
use crate::keymap::{Action, Scope};

use super::super::lines::{Line, Lines, Tone, part};
use super::super::pending::WriteOutcome;
use super::super::shared::Shared;
use super::again::{Remedy, may_send_again_early, remedy};
use super::level::ConfirmLevel;
use super::model::{Review, ReviewStage};
use super::ready::Ready;
use super::rows::NARROW;
use super::sight::Unseen;
use super::words;

/// With fewer lines than this what is to be read needs all of them.
const LOW: usize = 10;

/// Lines that the foot takes of `height`, with the text that is to be typed in mind from the beginning.
pub(super) fn height(shared: &Shared, review: &Review, width: usize, is_seen: bool, height: usize) -> usize {
    let most = height.saturating_sub(1).max(1);
    let asks = || prompt(shared, review, width).len();
    match review.stage {
        ReviewStage::Asking => {}
        // It says itself whom what reaches, and takes the place of all that was read before.
        ReviewStage::Counting { .. } => {
            return lines_of(shared, review, width).len().max(asks()).clamp(1, height.max(1));
        }
        ReviewStage::Sent { .. } | ReviewStage::Over(_) => {
            return lines_of(shared, review, width).len().clamp(1, most);
        }
    }
    let is_ready = review.ready(shared) == Ready::Yes;
    if !is_seen && height < LOW && is_ready {
        return 1;
    }
    let said = if is_ready { 1 } else { lines_of(shared, review, width).len() };
    said.max(asks()).clamp(1, most)
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
        Unseen::Elsewhere { below, screens, words } if waits_for_reading(shared, review) => {
            to_be_seen(shared, *below, *screens, words, (width, height))
        }
        Unseen::Elsewhere { .. } | Unseen::Nothing | Unseen::NotDrawn => lines_of(shared, review, width),
    };
    // What was typed stands in the last one, and that any key stops it.
    let ends = !review.typed.is_empty() || matches!(review.stage, ReviewStage::Counting { .. });
    if lines.len() > height && ends {
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
            let short = width < NARROW;
            let what = words::about_to(shared, review, short);
            let lead = if short { ":" } else { "" };
            out.say(Tone::Bad, &format!("in {seconds} s{lead} {what} · any key stops it"));
        }
        ReviewStage::Sent { .. } => {
            if may_send_again_early(shared, review) {
                let key = shared.key(Scope::Review, Action::Review);
                let words = format!("{key} requests it again, though it may become a second push");
                out.say(Tone::Watch, &words);
            }
            let back = shared.key(Scope::Review, Action::Back);
            let search = shared.key(Scope::Review, Action::Refresh);
            let words = if width < NARROW {
                format!("{back} leaves · {search} searches")
            } else {
                format!("{back} leaves this; the request goes on · {search} searches now")
            };
            out.say(Tone::Muted, &words);
        }
        ReviewStage::Over(outcome) => over(&mut out, shared, review, outcome),
    }
    out.lines
}

/// The way back, where there is room to say it.
fn back(shared: &Shared, width: usize) -> String {
    if width < NARROW {
        return String::new();
    }
    format!(" · {} goes back", shared.key(Scope::Review, Action::Back))
}

/// What keeps the review from listening, or what is to be typed. Either way what it does stands below.
fn asking(shared: &Shared, review: &Review, width: usize) -> Vec<Line> {
    let back = back(shared, width);
    let waits = review.typed.is_empty() || review.spoiled;
    let (tone, words) = if review.is_complete(shared) {
        let stops = if width < NARROW { "" } else { " · any key stops it" };
        (Tone::Bold, format!("hold still…{stops}"))
    } else if review.guard.is_closed(shared.now.running) {
        (Tone::Muted, format!("read who, when and what{back}"))
    } else if waits && !review.guard.listens() {
        (Tone::Muted, format!("hold still…{back}"))
    } else {
        return prompt(shared, review, width);
    };
    let mut out = Lines { width, lines: Vec::new() };
    out.say(tone, &words);
    let asked = asked(shared, review, width).len();
    out.lines.resize(asked.max(out.lines.len()), Vec::new());
    out.lines.push(then(shared, review, width));
    out.lines.extend(typing(shared, review).filter(|_| !review.typed.is_empty()));
    out.lines
}

/// How much is still to be seen, and which key shows it.
fn to_be_seen(
    shared: &Shared,
    below: bool,
    screens: usize,
    words: &str,
    (width, height): (usize, usize),
) -> Vec<Line> {
    let action = if below { Action::PageDown } else { Action::PageUp };
    let key = shared.key(Scope::Review, action);
    let counted = text::counted(screens as u64, "more screen", "more screens");
    let said = format!("{counted} to see: {key}");
    let mut out = Lines { width, lines: Vec::new() };
    out.say(Tone::Watch, &format!("{said} ({words})"));
    if out.lines.len() > height {
        out.lines = vec![vec![part(Tone::Watch, text::cut(&said, width).into_owned())]];
    }
    out.lines
}

/// What is to be typed, what it does, and what was typed.
fn prompt(shared: &Shared, review: &Review, width: usize) -> Vec<Line> {
    let mut lines = asked(shared, review, width);
    lines.push(then(shared, review, width));
    lines.extend(typing(shared, review));
    lines
}

/// What is to be typed.
fn asked(shared: &Shared, review: &Review, width: usize) -> Vec<Line> {
    let mut out = Lines { width, lines: Vec::new() };
    let short = width < NARROW;
    let deed = if short { review.verb().to_owned() } else { review.deed() };
    let back = back(shared, width);
    let wanted = review.wanted(&shared.setup);
    let wanted = text::clean(&wanted);
    match review.level(shared.setup.environment) {
        ConfirmLevel::Low => out.say(Tone::Bold, &format!("press {wanted} to {deed}{back}")),
        ConfirmLevel::Middle => out.say(Tone::Bold, &format!("type {wanted} to {deed}{back}")),
        ConfirmLevel::High if short => out.say(Tone::Bold, &format!("type \"{wanted}\" to {deed}")),
        ConfirmLevel::High => {
            out.say(Tone::Bold, &format!("type \"{wanted}\" to {deed}, after 3 s{back}"));
        }
    }
    out.lines
}

/// What becomes of the push then. One line, whatever it says: where it ends changes with the time that is left.
fn then(shared: &Shared, review: &Review, width: usize) -> Line {
    let words =
        if width < NARROW { words::in_short(shared, review, width) } else { words::then(shared, review) };
    vec![part(Tone::Muted, text::cut(&words, width).into_owned())]
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
fn over(out: &mut Lines, shared: &Shared, review: &Review, outcome: &WriteOutcome) {
    let key = shared.key(Scope::Result, Action::Review);
    match remedy(outcome) {
        // The key is not heard yet; its line has its place.
        Some(Remedy::SendAgain | Remedy::PutRight) if review.ignores_input(shared.now) => {
            out.lines.push(Vec::new());
        }
        Some(Remedy::SendAgain) => {
            out.say(Tone::Bold, &format!("{key} reviews it again, to request it once more"));
        }
        Some(Remedy::PutRight) => {
            out.say(Tone::Bad, &format!("{key} corrects it, through the review"));
        }
        None => {}
    }
    let to_form = match outcome {
        WriteOutcome::Refused(_)
        | WriteOutcome::NotDone
        | WriteOutcome::CannotTell(_)
        | WriteOutcome::NothingSent(_)
        | WriteOutcome::Gone { .. } => shared.lies_over.form,
        WriteOutcome::Done { .. } | WriteOutcome::Several(_) => false,
    };
    let close = shared.key(Scope::Result, Action::Close);
    let back = shared.key(Scope::Result, Action::Back);
    let keys = if review.unread.is_some() { back.to_owned() } else { format!("{close} or {back}") };
    let words = if to_form {
        format!("{keys} goes back to the form; all text is there")
    } else {
        format!("{keys} closes this")
    };
    out.say(Tone::Muted, &words);
}
