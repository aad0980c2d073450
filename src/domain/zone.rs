//! The time zones of the IANA database, compiled in.
//!
//! The rules are those of the crate `tzdb_data`. They hold for every year, and as data without pointers
//! they cost nothing at the start.

use std::fmt;
use std::str::FromStr;

use chrono::{FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use tz::TimeZoneRef;

/// A wall-clock time belongs to an instant at most so many seconds earlier or later than the same figures
/// in UTC: no zone was ever farther ahead or behind.
const FARTHEST: i64 = 16 * 3600;

/// A time zone.
#[derive(Clone, Copy)]
pub struct Zone {
    name: &'static str,
    rules: &'static TimeZoneRef<'static>,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self { name: "UTC", rules: &tzdb_data::time_zone::UTC };

    /// The zone of this name, spelled as the database does.
    pub const fn named(name: &'static str) -> Option<Self> {
        match tzdb_data::find_tz(name.as_bytes()) {
            Some(rules) => Some(Self { name, rules }),
            None => None,
        }
    }

    /// All zones by name, old names among them.
    pub fn all() -> impl Iterator<Item = Self> {
        tzdb_data::TZ_NAMES.iter().filter_map(|name| Self::named(name))
    }

    /// The name in the database, such as `Asia/Shanghai`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Seconds ahead of UTC at this instant, in Unix seconds.
    fn ahead_at(self, unix: i64) -> i64 {
        let known = self.rules.find_local_time_type(unix).ok();
        // After the last change of a zone without a rule for the future: what changed then goes on.
        let last = || {
            let change = self.rules.transitions().last()?;
            self.rules.local_time_types().get(change.local_time_type_index())
        };
        known.or_else(last).map_or(0, |local| i64::from(local.ut_offset()))
    }

    fn offset(self, ahead: i64) -> ZoneOffset {
        // The database has nothing beyond a day.
        let fixed = i32::try_from(ahead).ok().and_then(FixedOffset::east_opt);
        let fixed = fixed.unwrap_or_else(|| Utc.fix());
        ZoneOffset { zone: self, fixed }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// There is no zone of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownZone;

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such time zone")
    }
}

impl std::error::Error for UnknownZone {}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let spelled = tzdb_data::TZ_NAMES.iter().find(|spelled| **spelled == name);
        spelled.and_then(|name| Self::named(name)).ok_or(UnknownZone)
    }
}

/// How far a zone is ahead of UTC at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Zone,
    fixed: FixedOffset,
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.fixed
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fixed.fmt(f)
    }
}

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        let wall = local.and_utc().timestamp();
        // The clocks change at most once in so short a time: the zone keeps to one of these.
        let (before, after) = (self.ahead_at(wall - FARTHEST), self.ahead_at(wall + FARTHEST));
        let shows = |ahead: i64| self.ahead_at(wall - ahead) == ahead;
        match (shows(before), before != after && shows(after)) {
            (true, true) => MappedLocalTime::Ambiguous(self.offset(before), self.offset(after)),
            (true, false) => MappedLocalTime::Single(self.offset(before)),
            (false, true) => MappedLocalTime::Single(self.offset(after)),
            (false, false) => MappedLocalTime::None,
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        self.offset(self.ahead_at(utc.and_utc().timestamp()))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn wall(zone: &'static str, local: &str) -> Vec<String> {
        let zone = Zone::named(zone).unwrap();
        let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
        let found = zone.from_local_datetime(&local);
        let mut all = vec![found.earliest(), found.latest()];
        all.dedup();
        all.into_iter().flatten().map(|at| at.to_utc().format("%d %H:%M").to_string()).collect()
    }

    #[test]
    fn a_wall_clock_that_goes_forward_leaves_a_gap_and_one_that_goes_back_shows_an_hour_twice() {
        assert_eq!(wall("Europe/Berlin", "2026-03-29 01:59"), ["29 00:59"]);
        assert_eq!(wall("Europe/Berlin", "2026-03-29 02:00"), [""; 0]);
        assert_eq!(wall("Europe/Berlin", "2026-03-29 03:00"), ["29 01:00"]);
        assert_eq!(wall("Europe/Berlin", "2026-10-25 02:00"), ["25 00:00", "25 01:00"]);
        assert_eq!(wall("Europe/Berlin", "2026-10-25 03:00"), ["25 02:00"]);
        // By half an hour; in a country whose summer time is called its standard time; in a far year.
        assert_eq!(wall("Australia/Lord_Howe", "2026-04-05 01:45"), ["04 14:45", "04 15:15"]);
        assert_eq!(wall("Europe/Dublin", "2026-03-29 01:30"), [""; 0]);
        assert_eq!(wall("America/New_York", "2099-07-01 09:00"), ["01 13:00"]);
        // A day that did not come.
        assert_eq!(wall("Pacific/Apia", "2011-12-30 12:00"), [""; 0]);
        assert_eq!(wall("Asia/Shanghai", "2026-11-26 09:00"), ["26 01:00"]);
    }

    #[test]
    fn the_rules_are_those_of_this_year() {
        // British Columbia does not go back to standard time any more.
        assert_eq!(wall("America/Vancouver", "2026-12-01 09:00"), ["01 16:00"]);
        assert_eq!(wall("America/Los_Angeles", "2026-12-01 09:00"), ["01 17:00"]);
    }

    #[test]
    fn a_zone_is_found_by_its_exact_name_and_shown_by_it() {
        assert_eq!("Asia/Shanghai".parse(), Ok(Zone::named("Asia/Shanghai").unwrap()));
        for name in ["asia/shanghai", "Asia/Shangha", "", "CST"] {
            assert_eq!(name.parse::<Zone>(), Err(UnknownZone), "{name}");
        }
        assert!(Zone::all().count() > 590);
        assert!(Zone::all().all(|zone| zone.name().parse() == Ok(zone)));
        assert_eq!(format!("{:>5}", Zone::UTC), "  UTC");
    }

    proptest! {
        #[test]
        fn every_instant_is_found_again_by_its_wall_clock(seconds in 0i64..8_000_000_000, pick in any::<prop::sample::Index>()) {
            let zones: Vec<Zone> = Zone::all().collect();
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let there = at.with_timezone(pick.get(&zones));
            let found = pick.get(&zones).from_local_datetime(&there.naive_local());
            prop_assert!(found.earliest() == Some(there) || found.latest() == Some(there), "{found:?}");
            prop_assert!(found.earliest() <= found.latest());
        }
    }
}
