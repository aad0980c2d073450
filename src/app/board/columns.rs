//! Where the columns of the table stand, which of them leave when it is narrow, and how its times
//! are written so that each carries its zone.

use chrono::{DateTime, Utc};

use crate::domain::{Zone, text, when};

use super::super::shared::Shared;

/// First cell and width of a column, counted from the inside of the border.
pub type Cells = (u16, u16);

/// The columns for one width.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The state.
    pub status: Cells,
    /// How long until then, or since.
    pub due: Cells,
    /// The scheduled time.
    pub scheduled: Cells,
    /// Whether that is written with its seconds.
    pub seconds: bool,
    /// Whether it is written with its weekday.
    pub weekday: bool,
    /// Who gets it.
    pub who: Cells,
    /// The title.
    pub title: Cells,
    /// In whose name, where there is room.
    pub sender: Option<Cells>,
    /// When it was created, where there is room.
    pub created: Option<Cells>,
}

const POINTER: u16 = 2;
const STATUS: u16 = 6;
const DUE: u16 = 8;
const SENDER: u16 = 14;
/// Room of the audience: at most, at least before something else leaves, and in short form.
const WHO_MOST: u16 = 30;
const WHO: u16 = 15;
const WHO_SHORT: u16 = 10;
const WHO_LEAST: u16 = 6;
/// Room that the title has at least before something else leaves, beside a third of the width.
const TITLE: u16 = 12;

/// What a width still has room for, the richest first: this is the order in which columns leave.
const STAGES: [Stage; 7] = [
    Stage { sender: true, created: true, seconds: true, weekday: true, who: WHO },
    Stage { sender: false, created: true, seconds: true, weekday: true, who: WHO },
    Stage { sender: false, created: false, seconds: true, weekday: true, who: WHO },
    Stage { sender: false, created: false, seconds: false, weekday: true, who: WHO },
    Stage { sender: false, created: false, seconds: false, weekday: true, who: WHO_SHORT },
    Stage { sender: false, created: false, seconds: false, weekday: false, who: WHO_SHORT },
    Stage { sender: false, created: false, seconds: false, weekday: false, who: WHO_LEAST },
];

#[expect(clippy::struct_excessive_bools, reason = "each column leaves by itself")]
struct Stage {
    created: bool,
    sender: bool,
    seconds: bool,
    weekday: bool,
    who: u16,
}

impl Columns {
    /// The columns for the inside of a table of this width. The audience takes what the page needs.
    pub fn fit(width: u16, times: &Times, widest_who: usize) -> Self {
        let longest = u16::try_from(widest_who).unwrap_or(u16::MAX).max(8);
        let gap = if width >= 76 { 2 } else { 1 };
        let least = (width / 3).max(TITLE);
        let placed = |stage: &Stage| {
            let seconds = stage.seconds && times.seconds;
            let time = times.width(seconds, stage.weekday);
            let mut taken = POINTER + STATUS + DUE + time + 4 * gap;
            if stage.sender {
                taken += SENDER + gap;
            }
            if stage.created {
                taken += times.width(false, true) + gap;
            }
            // The audience takes what it needs of what the title does not.
            let room = width.saturating_sub(taken);
            let who = longest.min(WHO_MOST).min(room.saturating_sub(least)).max(longest.min(stage.who));
            (
                Self::arrange(stage, gap, (time, times.width(false, true)), who, room.saturating_sub(who)),
                seconds,
            )
        };
        let fits = |(columns, _): &(Self, bool)| columns.title.1 >= least;
        let narrowest = || STAGES.last().map(placed);
        let (columns, seconds) = STAGES.iter().map(placed).find(fits).or_else(narrowest).unwrap_or_default();
        Self { seconds, ..columns }
    }

    fn arrange(stage: &Stage, gap: u16, (time, created): (u16, u16), who: u16, title: u16) -> Self {
        let mut x = POINTER;
        let mut next = |width: u16| {
            let place = (x, width);
            x = x.saturating_add(width).saturating_add(gap);
            place
        };
        let (status, due, scheduled) = (next(STATUS), next(DUE), next(time));
        let (who, title) = (next(who), next(title));
        let sender = stage.sender.then(|| next(SENDER));
        let created = stage.created.then(|| next(created));
        Self { status, due, scheduled, seconds: false, weekday: stage.weekday, who, title, sender, created }
    }
}

/// How the times of a page are written.
pub struct Times {
    zone: Zone,
    now: DateTime<Utc>,
    /// The offset of all of them; `None` when the clocks change within the page.
    label: Option<String>,
    /// Whether some lie in another year than this one.
    years: bool,
    /// Whether some are due at another second than the first of a minute.
    pub seconds: bool,
}

impl Times {
    /// For the tasks that are held, in the zone that is shown.
    pub fn of(shared: &Shared) -> Self {
        let (zone, now) = (shared.zone, shared.server_now());
        let extent = shared.board.extent;
        let here = when::offset_and_year(now, zone);
        let (mut same_offset, mut years) = (true, false);
        for (offset, year) in extent.samples(now).map(|at| when::offset_and_year(at, zone)) {
            same_offset &= offset == here.0;
            years |= year != here.1;
        }
        let seconds = extent.seconds;
        Self { zone, now, seconds, label: same_offset.then(|| when::zone_label(now, zone)), years }
    }

    /// The head of a column of times, with the zone where it is the same for all.
    pub fn head(&self, word: &str) -> String {
        match &self.label {
            Some(label) => format!("{word} ({label})"),
            None => word.to_owned(),
        }
    }

    fn width(&self, seconds: bool, weekday: bool) -> u16 {
        // `Sat 21 Nov 14:15:26`, ` 2027`, ` +05:30`.
        let zone = if self.label.is_none() { 7 } else { 0 };
        let year = if self.years { 5 } else { 0 };
        let least = if seconds { 19 } else { 16 } - if weekday { 0 } else { 4 };
        (least + year + zone)
            .max(u16::try_from(self.head("SCHEDULED").len()).unwrap_or(0).min(least + year + zone + 1))
    }

    /// A time as a cell shows it.
    pub fn cell(&self, at: Option<DateTime<Utc>>, seconds: bool, weekday: bool) -> String {
        let Some(at) = at else { return "no readable time".to_owned() };
        let whole = when::day_time(at, self.zone, self.now);
        let matters = seconds && at.timestamp() % 60 != 0;
        let shown = if matters { whole.as_str() } else { without_seconds(&whole) };
        let shown = if weekday { shown } else { shown.split_once(' ').map_or(shown, |(_, date)| date) };
        match &self.label {
            Some(_) => shown.to_owned(),
            None => format!("{shown} {}", when::zone_label(at, self.zone)),
        }
    }

    /// With its zone, as much as fits: the weekday leaves first, then the day.
    pub fn short(&self, at: Option<DateTime<Utc>>, room: usize) -> String {
        let Some(at) = at else { return "no readable time".to_owned() };
        let label = when::zone_label(at, self.zone);
        let whole = when::day_time(at, self.zone, self.now);
        let day = without_seconds(&whole);
        let date = day.split_once(' ').map_or(day, |(_, date)| date);
        let time = day.rsplit_once(' ').map_or(day, |(_, time)| time);
        let forms = [whole.as_str(), day, date, time];
        let fitting = forms.iter().find(|form| text::width(form) + 1 + label.len() <= room);
        fitting.map_or_else(|| time.to_owned(), |form| format!("{form} {label}"))
    }
}

fn without_seconds(whole: &str) -> &str {
    whole.rsplit_once(':').map_or(whole, |(minutes, _)| minutes)
}
