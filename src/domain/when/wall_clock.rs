//! Where a wall-clock time is meant: the zone behind an entry, and the instant that it names there.

use chrono::{
    DateTime, Duration, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone,
    Utc,
};

use super::super::zone::Zone;
use super::problem::WhenProblem;

/// The wall clock there. At the very ends of the calendar it stands a few days inside them: there is no local
/// time beyond.
pub(super) fn local<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> DateTime<Z> {
    let margin = Duration::days(2);
    at.clamp(DateTime::<Utc>::MIN_UTC + margin, DateTime::<Utc>::MAX_UTC - margin).with_timezone(zone)
}

/// Where a wall-clock time is meant.
#[derive(Clone, Copy)]
pub(super) enum ZoneOrOffset {
    Zone(Zone),
    Offset(FixedOffset),
}

impl ZoneOrOffset {
    pub(super) fn naive(self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Zone(tz) => local(at, &tz).naive_local(),
            Self::Offset(offset) => local(at, &offset).naive_local(),
        }
    }

    pub(super) fn instant(self, wall: NaiveDateTime) -> Result<DateTime<Utc>, WhenProblem> {
        match self {
            Self::Offset(offset) => match offset.from_local_datetime(&wall) {
                MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Ok(at.to_utc()),
                MappedLocalTime::None => Err(WhenProblem::NotUnderstood),
            },
            Self::Zone(tz) => match tz.from_local_datetime(&wall) {
                MappedLocalTime::Single(at) => Ok(at.to_utc()),
                MappedLocalTime::Ambiguous(first, second) => Err(WhenProblem::Twice {
                    first: format!("{} {}", wall.format("%Y-%m-%d %H:%M:%S"), first.offset().fix()),
                    second: format!("{} {}", wall.format("%Y-%m-%d %H:%M:%S"), second.offset().fix()),
                }),
                MappedLocalTime::None => Err(WhenProblem::Gap { zone: tz.name().to_owned() }),
            },
        }
    }

    /// The name of the zone, or the offset.
    pub(super) fn name(self) -> String {
        match self {
            Self::Zone(zone) => zone.name().to_owned(),
            Self::Offset(offset) => offset.to_string(),
        }
    }

    /// The first instant of a day that does not lie before this time of day: where the clocks go forward over
    /// it, the one right behind.
    pub(super) fn first_instant(self, date: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
        // One zone has left out a whole day.
        const MOST: i64 = 26 * 60;
        let wall = date.and_time(time);
        (0..=MOST).find_map(|minutes| {
            let wall = wall.checked_add_signed(Duration::minutes(minutes))?;
            match self {
                Self::Offset(offset) => offset.from_local_datetime(&wall).earliest().map(|at| at.to_utc()),
                Self::Zone(tz) => tz.from_local_datetime(&wall).earliest().map(|at| at.to_utc()),
            }
        })
    }
}

/// The first instant of a day in a zone: also where the clocks skip midnight, or the whole day.
pub fn day_begin(date: NaiveDate, zone: Zone) -> Option<DateTime<Utc>> {
    ZoneOrOffset::Zone(zone).first_instant(date, NaiveTime::MIN)
}

/// The day that the wall clock shows there.
pub fn day_of(at: DateTime<Utc>, zone: Zone) -> NaiveDate {
    local(at, &zone).date_naive()
}

/// Whether the wall clock there names this time and no other.
pub(super) fn is_plain(at: DateTime<Utc>, zone: Zone) -> bool {
    matches!(zone.from_local_datetime(&local(at, &zone).naive_local()), MappedLocalTime::Single(_))
}

/// Takes the zone off the end of an entry.
pub(super) fn split_place(entry: &str, default: Zone) -> (&str, ZoneOrOffset) {
    let utc = ZoneOrOffset::Zone(Zone::UTC);
    for suffix in ["utc", "gmt", "z"] {
        if let Some(rest) = entry.strip_suffix(suffix)
            && rest.ends_with(|c: char| c.is_ascii_digit() || c == ' ' || c == 'm')
        {
            return (rest.trim_end(), utc);
        }
    }
    if let Some((rest, last)) = entry.rsplit_once(' ')
        && last.contains('/')
        && let Some(zone) = Zone::all().find(|zone| zone.name().eq_ignore_ascii_case(last))
    {
        return (rest.trim_end(), ZoneOrOffset::Zone(zone));
    }
    // An offset stands behind a time of day: behind the last colon, blank, or `t`.
    if let Some(at) = entry.rfind(['+', '-'])
        && let (Some(rest), Some(tail)) = (entry.get(..at), entry.get(at..))
        && (rest.contains(':') || rest.ends_with(' '))
        && let Some(offset) = parse_offset(tail)
    {
        return (rest.trim_end(), ZoneOrOffset::Offset(offset));
    }
    (entry, ZoneOrOffset::Zone(default))
}

/// `+8`, `+08`, `+0530`, `+05:30`.
fn parse_offset(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number =
        |s: &str| (s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<i32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}
