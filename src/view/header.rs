//! The header: where one is, what is at stake, how fresh the data is, what time it is.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::State;
use crate::app::link::Health;
use crate::domain::{text, when};
use crate::theme::Theme;

use super::{Segment, line};

/// Calls a second from which the budget is nearly used.
const NEARLY_USED: f64 = 4.5;
/// Calls a second that the service takes for each API.
const BUDGET: u32 = 5;
/// A signature that ends sooner than this is worth a look.
const ENDS_SOON: TimeDelta = TimeDelta::hours(1);

/// Draws the header. When it is narrow, pieces leave in this order: the product's name, the time in
/// UTC, the age of the signature, the calls, the region, the app's number, the details of the
/// state, the clock, the profile. Badge and state never leave.
pub fn render(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let plain = theme.plain();
    let setup = &state.setup;
    let left = vec![
        Segment::new("", " pushdeck ", theme.bold(), 1),
        Segment::new(" ", format!(" {} ", setup.environment.badge()), theme.badge(setup.environment), 0),
        Segment::new(" ", text::clean(&setup.profile), theme.bold(), 11),
        Segment::new(" · ", text::clean(&setup.place), plain, 5),
        Segment::new(" · ", setup.sdkappid.to_string(), plain, 6),
    ];
    let mut right = health(state, theme);
    let busiest = state.link.busiest();
    let calls = if busiest > NEARLY_USED { theme.warn() } else { theme.muted() };
    right.push(Segment::new("   ", format!("calls {busiest:.1}/{BUDGET}"), calls, 4));
    right.extend(signature(state, theme));
    right.extend(skew(state, theme));
    right.extend(clocks(state, theme));
    line(left, right, theme.muted(), area, buf);
}

/// The state of the connection, in words with an age.
fn health(state: &State, theme: &Theme) -> Vec<Segment> {
    let (word, style, more) = words(state, theme);
    let mut said = vec![Segment::new("   ", word, style, 0)];
    said.extend(more.into_iter().map(|(gap, words, leaves)| Segment::new(gap, words, style, leaves)));
    said
}

type More = Vec<(&'static str, String, u8)>;

fn words(state: &State, theme: &Theme) -> (String, Style, More) {
    let age = |age: Duration| when::age(TimeDelta::from_std(age).unwrap_or_default());
    let none = Vec::new();
    match state.link.health(state.now, state.setup.refresh) {
        Health::Connecting => ("CONNECTING".to_owned(), theme.warn(), none),
        Health::Live(old) => (format!("LIVE {}", age(old)), theme.ok(), none),
        Health::Stale(old) => (format!("STALE {}", age(old)), theme.warn(), none),
        Health::Offline { retry_in, age: old } => {
            let retry = if retry_in.is_zero() || state.board.remote.asking.is_some() {
                "trying now".to_owned()
            } else {
                // Counted up, so that it reaches 1s and not 0s before the try.
                let left = TimeDelta::from_std(retry_in).unwrap_or_default() + TimeDelta::milliseconds(999);
                format!("retry in {}", when::age(left))
            };
            let mut more = vec![(" ", retry, 8)];
            more.extend(old.map(|old| (" · ", format!("data {} old", age(old)), 7)));
            ("OFFLINE".to_owned(), theme.danger(), more)
        }
        Health::Auth => {
            let mut more = vec![(" ", "stopped".to_owned(), 7)];
            let code = state.link.failure.as_ref().and_then(crate::domain::Failure::code);
            more.extend(code.map(|code| (" ", format!("({code})"), 7)));
            more.push((" · ", "r tries".to_owned(), 8));
            ("AUTH".to_owned(), theme.danger(), more)
        }
    }
}

fn signature(state: &State, theme: &Theme) -> Option<Segment> {
    let left = state.link.signed_until? - state.server_now();
    let soon = if left < ENDS_SOON { theme.warn() } else { theme.muted() };
    Some(match left.num_hours() {
        _ if left <= TimeDelta::zero() => Segment::new("   ", "sig expired", theme.danger(), 9),
        0 => Segment::new("   ", format!("sig {}", when::age(left)), soon, 9),
        hours @ 1..100 => Segment::new("   ", format!("sig {hours}h"), soon, 3),
        hours => Segment::new("   ", format!("sig {}d", text::grouped(hours.unsigned_abs() / 24)), soon, 3),
    })
}

/// How far this machine's clock is off, when that is worth a word. The clock beside it is the
/// service's, by which countdowns run.
fn skew(state: &State, theme: &Theme) -> Option<Segment> {
    let skew = state.link.shown_skew()?;
    let direction = if skew > TimeDelta::zero() { "behind" } else { "ahead" };
    let words = format!("this clock {} {direction}", when::age(skew.abs()));
    Some(Segment::new("   ", words, theme.warn(), 9))
}

fn clocks(state: &State, theme: &Theme) -> Vec<Segment> {
    let now: chrono::DateTime<Utc> = state.server_now();
    let label = when::zone_label(now, state.zone);
    let mut said =
        vec![Segment::new("   ", format!("{} {label}", when::clock(now, state.zone)), theme.plain(), 10)];
    if label != "UTC" {
        let utc = format!("({} UTC)", when::clock(now, chrono_tz::Tz::UTC));
        said.push(Segment::new(" ", utc, theme.muted(), 2));
    }
    said.push(Segment::new("", " ", theme.plain(), 1));
    said
}
