//! One page of tasks, and how many there are in all.
//!
//! Never reads a task that it does not give back, unless there is a keyword to look for.

use rusqlite::params;

use super::{COLUMNS, Store, Stored, stored};
use crate::domain::text::fold;

/// Which times of a task a list compares and sorts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum TimeField {
    Create,
    Sched,
}

impl TimeField {
    fn column(self) -> &'static str {
        match self {
            Self::Create => "create_at",
            Self::Sched => "sched_at",
        }
    }

    /// As the tallies call it.
    fn number(self) -> i64 {
        match self {
            Self::Create => 0,
            Self::Sched => 1,
        }
    }
}

/// One question of `list_sched_task`; times are Unix seconds, ends inclusive.
#[derive(Debug)]
pub(in crate::sandbox) struct Wanted {
    pub(in crate::sandbox) sdkappid: i64,
    /// `None` when either time may lie inside.
    pub(in crate::sandbox) range_of: Option<TimeField>,
    pub(in crate::sandbox) begin: i64,
    pub(in crate::sandbox) end: i64,
    pub(in crate::sandbox) keyword: String,
    pub(in crate::sandbox) order: TimeField,
    pub(in crate::sandbox) ascending: bool,
    pub(in crate::sandbox) offset: i64,
    pub(in crate::sandbox) want: i64,
    /// Tasks created later than this are not seen yet.
    pub(in crate::sandbox) created_by: Option<i64>,
}

const HOUR: i64 = 3600;

impl Store {
    /// How many tasks fit, and the wanted page of them: both of the same moment.
    pub(in crate::sandbox) fn list(&self, wanted: &Wanted) -> rusqlite::Result<(i64, Vec<Stored>)> {
        let range = match wanted.range_of {
            Some(field) => format!("{} between ?2 and ?3", field.column()),
            None => "(create_at between ?2 and ?3 or sched_at between ?2 and ?3)".to_owned(),
        };
        let folded = fold(&wanted.keyword);
        let found = if folded.is_empty() {
            // Every question has the same parameters.
            "?4 = ''"
        } else {
            "(instr(title_folded, ?4) > 0 or instr(descr_folded, ?4) > 0)"
        };
        let lag = if wanted.created_by.is_some() { "create_at <= ?5" } else { "?5 = 0" };
        let fits = format!("sdkappid = ?1 and {range} and {found} and {lag}");
        let Wanted { sdkappid: app, begin, end, .. } = *wanted;
        let by = wanted.created_by.unwrap_or(0);

        let total = match wanted.range_of {
            Some(field) if folded.is_empty() && wanted.created_by.is_none() => {
                self.tallied(app, field, begin, end)?
            }
            Some(_) | None => {
                let count = format!("select count(*) from task where {fits}");
                let mut count = self.db.prepare_cached(&count)?;
                count.query_row(params![app, begin, end, folded, by], |row| row.get(0))?
            }
        };

        let (column, way) = (wanted.order.column(), if wanted.ascending { "asc" } else { "desc" });
        // The ids come out of an index alone, so that a deep page does not read the rows before it.
        let page = format!(
            "select {COLUMNS} from task where id in (
                select id from task where {fits} order by {column} {way}, id {way} limit ?6 offset ?7)
             order by {column} {way}, id {way}"
        );
        let mut page = self.db.prepare_cached(&page)?;
        let rows =
            page.query_map(params![app, begin, end, folded, by, wanted.want, wanted.offset], stored)?;
        Ok((total, rows.collect::<Result<_, _>>()?))
    }

    /// How many tasks lie in the range: whole hours by their tallies, the ends by the index.
    fn tallied(&self, app: i64, field: TimeField, begin: i64, end: i64) -> rusqlite::Result<i64> {
        let column = field.column();
        let counted = |begin: i64, end: i64| {
            let sql = format!("select count(*) from task where sdkappid = ?1 and {column} between ?2 and ?3");
            self.db.prepare_cached(&sql)?.query_row([app, begin, end], |row| row.get::<_, i64>(0))
        };
        let first = begin.saturating_add(HOUR - 1).div_euclid(HOUR).saturating_mul(HOUR);
        let behind = end.saturating_add(1).div_euclid(HOUR).saturating_mul(HOUR);
        if first >= behind {
            return counted(begin, end);
        }
        let sql = "select coalesce(sum(tasks), 0) from tally
            where sdkappid = ?1 and field = ?2 and hour >= ?3 and hour < ?4";
        let mut whole = self.db.prepare_cached(sql)?;
        let whole: i64 = whole.query_row([app, field.number(), first, behind], |row| row.get(0))?;
        let before = if begin < first { counted(begin, first.saturating_sub(1))? } else { 0 };
        let after = if behind <= end { counted(behind, end)? } else { 0 };
        Ok(before + whole + after)
    }
}
