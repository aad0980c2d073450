//! `[profiles.NAME.limits]`: what an app allows, which the service does not say. What is left out is not judged by.

use chrono::TimeDelta;

use super::origin::Sourced;
use super::reader::{FileReader, Table, told};
use crate::domain::collision::{Policy, QuietHours};
use crate::domain::when;

/// Its keys.
pub(super) const LIMIT_KEYS: [&str; 5] =
    ["daily_allowance", "task_quota", "quiet_hours", "same_content_within", "most_per_audience_a_day"];

/// The longest time within which texts are compared.
const LONGEST: TimeDelta = TimeDelta::days(30);

impl FileReader<'_> {
    /// The limits of a profile.
    pub(super) fn limits(&mut self, profile: &Table<'_, '_>) -> Policy {
        let title = format!("{}.limits]", profile.title.trim_end_matches(']'));
        let Some(table) = self.table(profile, "limits", &title) else { return Policy::default() };
        self.unknown_keys(&table, &LIMIT_KEYS);
        Policy {
            daily_allowance: self.count(&table, "daily_allowance"),
            task_quota: self.count(&table, "task_quota"),
            quiet_hours: self.quiet_hours(&table),
            same_content_within: self.within(&table),
            most_per_audience_a_day: self.count(&table, "most_per_audience_a_day"),
        }
    }

    fn count(&mut self, table: &Table<'_, '_>, key: &str) -> Option<u32> {
        let given = self.integer(table, key, 1..=1_000_000)?;
        u32::try_from(given.value).ok()
    }

    fn quiet_hours(&mut self, table: &Table<'_, '_>) -> Option<QuietHours> {
        let given = self.string(table, "quiet_hours")?;
        self.read(table, "quiet_hours", given, QuietHours::read, "two times of day, such as \"22:00-08:00\"")
    }

    fn within(&mut self, table: &Table<'_, '_>) -> Option<TimeDelta> {
        let given = self.string(table, "same_content_within")?;
        let read = |text: &str| {
            when::read_span(text).filter(|span| (TimeDelta::seconds(1)..=LONGEST).contains(span))
        };
        self.read(table, "same_content_within", given, read, "a span of at most 30 days, such as \"24h\"")
    }

    fn read<T>(
        &mut self,
        table: &Table<'_, '_>,
        key: &str,
        given: Sourced<String>,
        read: impl Fn(&str) -> Option<T>,
        what: &str,
    ) -> Option<T> {
        let read = read(&given.value);
        if read.is_none() {
            let words = format!("\"{key}\" cannot be \"{}\"; it must be {what}", told(&given.value));
            self.fault(table.get(key)?.span(), words);
        }
        read
    }
}
