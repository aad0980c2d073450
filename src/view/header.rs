//! The header: where one is, what is at stake, how fresh the data is, what time it is.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::State;
use crate::app::connection::Health;
use crate::app::neighbour::Neighbour;
use crate::domain::profile::ALL_PROFILES;
use crate::domain::wire::Command;
use crate::domain::{Zone, text, when};
use crate::theme::Theme;

use crate::keymap::{Action, Scope};

use super::cells::{Segment, line};

/// Calls a second from which the budget is nearly used.
const NEARLY_USED: f64 = 4.5;
/// Calls a second that the service takes for each API.
const BUDGET: u32 = 5;
/// A signature that ends sooner than this is worth a look.
const ENDS_SOON: TimeDelta = TimeDelta::hours(1);

/// In which order pieces leave when the header is narrow. Badge and state never do.
mod leaves {
    pub(super) const NEVER: u8 = 0;
    pub(super) const WRITES: u8 = 1;
    pub(super) const PRODUCT: u8 = 2;
    pub(super) const UTC: u8 = 3;
    pub(super) const READS: u8 = 4;
    pub(super) const SIGNATURE: u8 = 5;
    pub(super) const CALLS: u8 = 6;
    pub(super) const REGION: u8 = 7;
    pub(super) const APP: u8 = 8;
    pub(super) const DETAIL: u8 = 9;
    pub(super) const NEXT: u8 = 10;
    pub(super) const WARNING: u8 = 11;
    pub(super) const CLOCK: u8 = 12;
    pub(super) const PROFILE: u8 = 13;
}

/// Draws the header.
pub(super) fn render(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let plain = theme.plain();
    let setup = &state.setup;
    let left = vec![
        Segment::new("", " pushdeck ", theme.bold(), leaves::PRODUCT),
        Segment::new(
            " ",
            format!(" {} ", setup.environment.name().to_uppercase()),
            theme.badge(setup.environment),
            leaves::NEVER,
        ),
        Segment::new(" ", text::clean(&setup.profile), theme.bold(), leaves::PROFILE),
        Segment::new(" · ", text::clean(&setup.place), plain, leaves::REGION),
        Segment::new(" · ", setup.sdkappid.to_string(), plain, leaves::APP),
    ];
    let mut right = neighbours(state, theme);
    right.extend(health(state, theme));
    right.extend(calls(state, theme));
    right.extend(signature(state, theme));
    right.extend(skew(state, theme));
    right.extend(clocks(state, theme));
    line(left, right, theme.muted(), area, buf);
}

/// Which other apps that are open have something to be read: writes in doubt, and results.
fn neighbours(state: &State, theme: &Theme) -> Vec<Segment> {
    let waiting = state.neighbours.iter().filter(|neighbour| neighbour.to_read > 0);
    let said = |neighbour: &Neighbour| {
        let words = format!("{}: {} to read", text::clean(&neighbour.profile), neighbour.to_read);
        Segment::new("   ", words, theme.warn(), leaves::WARNING)
    };
    waiting.map(said).collect()
}

/// The header of the board of all profiles: no app is that of all of them.
pub(super) fn of_overview(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let count = state.setup.profiles.len() as u64;
    let left = vec![
        Segment::new("", " pushdeck ", theme.bold(), leaves::PRODUCT),
        Segment::new(" ", ALL_PROFILES, theme.bold(), leaves::NEVER),
        Segment::new(" · ", text::counted(count, "app", "apps"), theme.plain(), leaves::APP),
        Segment::new(" · ", "reads only", theme.muted(), leaves::REGION),
    ];
    line(left, clocks(state, theme), theme.muted(), area, buf);
}

/// The state of the connection, in words with an age.
fn health(state: &State, theme: &Theme) -> Vec<Segment> {
    let (word, style, more) = words(state, theme);
    let mut said = vec![Segment::new("   ", word, style, leaves::NEVER)];
    said.extend(more.into_iter().map(|(gap, words, goes)| Segment::new(gap, words, style, goes)));
    said
}

type More = Vec<(&'static str, String, u8)>;

fn words(state: &State, theme: &Theme) -> (String, Style, More) {
    let age = |age: Duration| when::age(TimeDelta::from_std(age).unwrap_or_default());
    let none = Vec::new();
    let retry = |retry_in: Duration| {
        if retry_in.is_zero() || state.board.remote.asking.is_some() {
            return "trying now".to_owned();
        }
        // Counted up, so that it reaches 1s and not 0s before the try.
        let left = TimeDelta::from_std(retry_in).unwrap_or_default() + TimeDelta::milliseconds(999);
        format!("retry in {}", when::age(left))
    };
    let waits = |retry_in, old: Option<_>| {
        let mut more = vec![(" ", retry(retry_in), leaves::NEXT)];
        more.extend(old.map(|old| (" · ", format!("data {} old", age(old)), leaves::DETAIL)));
        more
    };
    let health = state.connection.health(state.now, state.expected_pace());
    let word = health.word();
    match health {
        Health::Connecting => (word.to_owned(), theme.warn(), none),
        Health::Live(old) => (format!("{word} {}", age(old)), theme.ok(), none),
        Health::Stale(old) => (format!("{word} {}", age(old)), theme.warn(), none),
        Health::Busy { retry_in, age } => (word.to_owned(), theme.warn(), waits(retry_in, age)),
        Health::Offline { retry_in, age } | Health::Refused { retry_in, age } => {
            (word.to_owned(), theme.danger(), waits(retry_in, age))
        }
        Health::Stopped => (word.to_owned(), theme.danger(), vec![(" · ", tries(state), leaves::NEXT)]),
        Health::Auth => {
            let mut more = vec![(" ", "stopped".to_owned(), leaves::DETAIL)];
            let code = state.connection.failure.as_ref().and_then(crate::domain::Failure::code);
            more.extend(code.map(|code| (" ", format!("({code})"), leaves::DETAIL)));
            more.push((" · ", tries(state), leaves::NEXT));
            (word.to_owned(), theme.danger(), more)
        }
    }
}

/// Which keys try again what was stopped.
fn tries(state: &State) -> String {
    let again = state.key(Scope::Tasks, Action::Refresh);
    format!("{again} or {} tries", state.setup.keys.command(Action::Reload))
}

/// How much of the budget is used: by the busiest API, then by each, and what gives way.
fn calls(state: &State, theme: &Theme) -> Vec<Segment> {
    let style = |used: f64| if used > NEARLY_USED { theme.warn() } else { theme.muted() };
    let busiest = state.connection.busiest();
    let mut said =
        vec![Segment::new("   ", format!("calls {busiest:.1}/{BUDGET}"), style(busiest), leaves::CALLS)];
    for (command, used) in Command::ALL.into_iter().zip(state.connection.used()).rev() {
        // Reads, which go on all the time, stay longer than writes.
        let goes = if command.writes() { leaves::WRITES } else { leaves::READS };
        said.push(Segment::new(" ", format!("{} {used:.1}", command.word()), style(used), goes));
    }
    if let Some((command, gap)) = state.connection.slowed(state.now) {
        let words = format!("{} slowed, one in {}s", command.word(), gap.as_secs_f32());
        said.push(Segment::new("   ", words, theme.warn(), leaves::WARNING));
    }
    said
}

fn signature(state: &State, theme: &Theme) -> Option<Segment> {
    let left = state.connection.signed_until? - state.server_now();
    let soon = if left < ENDS_SOON { theme.warn() } else { theme.muted() };
    Some(match left.num_hours() {
        _ if left <= TimeDelta::zero() => Segment::new("   ", "sig expired", theme.danger(), leaves::WARNING),
        0 => Segment::new("   ", format!("sig {}", when::age(left)), soon, leaves::WARNING),
        hours @ 1..100 => Segment::new("   ", format!("sig {hours}h"), soon, leaves::SIGNATURE),
        hours => Segment::new(
            "   ",
            format!("sig {}d", text::grouped(hours.unsigned_abs() / 24)),
            soon,
            leaves::SIGNATURE,
        ),
    })
}

/// How far this machine's clock is off, when that is worth a word. The clock beside it is the
/// service's, by which countdowns run.
fn skew(state: &State, theme: &Theme) -> Option<Segment> {
    let skew = state.connection.shown_skew()?;
    let direction = if skew > TimeDelta::zero() { "behind" } else { "ahead" };
    let words = format!("this clock {} {direction}", when::age(skew.abs()));
    Some(Segment::new("   ", words, theme.warn(), leaves::WARNING))
}

fn clocks(state: &State, theme: &Theme) -> Vec<Segment> {
    let now: chrono::DateTime<Utc> = state.server_now();
    let label = when::zone_label(now, state.zone);
    let mut said = vec![Segment::new(
        "   ",
        format!("{} {label}", when::clock(now, state.zone)),
        theme.plain(),
        leaves::CLOCK,
    )];
    if label != "UTC" {
        let utc = format!("({} UTC)", when::clock(now, Zone::UTC));
        said.push(Segment::new(" ", utc, theme.muted(), leaves::UTC));
    }
    said.push(Segment::new("", " ", theme.plain(), leaves::CLOCK));
    said
}
