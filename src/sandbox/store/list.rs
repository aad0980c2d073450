//! One page of tasks, and how many there are in all.
//!
//! Never reads a task that it does not give back, unless there is a keyword to look for.

use rusqlite::Row;

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
        let keyword = fold(&wanted.keyword);
        let field = wanted.range_of.filter(|_| keyword.is_empty() && wanted.created_by.is_none());
        let (total, ids) = match field {
            Some(field) => (self.tallied(wanted, field)?, self.page(wanted)?),
            None => self.searched(wanted, &keyword)?,
        };
        let sql = format!("select {COLUMNS} from task where id = ?1");
        let mut row = self.db.prepare_cached(&sql)?;
        let tasks = ids.into_iter().map(|id| row.query_row([id], stored)).collect::<Result<_, _>>()?;
        Ok((total, tasks))
    }

    /// The ids of the page, out of an index alone: a deep page does not read the rows before it.
    fn page(&self, wanted: &Wanted) -> rusqlite::Result<Vec<i64>> {
        let sql = format!("select id {} limit ?4 offset ?5", scan(wanted));
        let mut ids = self.db.prepare_cached(&sql)?;
        let Wanted { sdkappid, begin, end, want, offset, .. } = *wanted;
        let rows = ids.query_map([sdkappid, begin, end, want, offset], |row| row.get(0))?;
        rows.collect()
    }

    /// Total and ids of the page where every task of the range must be looked at, out of an index.
    fn searched(&self, wanted: &Wanted, keyword: &str) -> rusqlite::Result<(i64, Vec<i64>)> {
        let sql = format!("select id, create_at, title_folded, descr_folded {}", scan(wanted));
        let mut tasks = self.db.prepare_cached(&sql)?;
        let Wanted { sdkappid, begin, end, offset, want, .. } = *wanted;
        let mut rows = tasks.query([sdkappid, begin, end])?;
        let (mut total, mut ids) = (0, Vec::new());
        let words = |row: &Row<'_>, column: usize| -> rusqlite::Result<bool> {
            Ok(row.get_ref(column)?.as_str().is_ok_and(|words| words.contains(keyword)))
        };
        while let Some(row) = rows.next()? {
            let seen = match wanted.created_by {
                Some(by) => row.get::<_, i64>(1)? <= by,
                None => true,
            };
            if !seen || !(keyword.is_empty() || words(row, 2)? || words(row, 3)?) {
                continue;
            }
            if total >= offset && total - offset < want {
                ids.push(row.get(0)?);
            }
            total += 1;
        }
        Ok((total, ids))
    }

    /// How many tasks lie in the range: whole hours by their tallies, the ends by the index.
    fn tallied(&self, wanted: &Wanted, field: TimeField) -> rusqlite::Result<i64> {
        let Wanted { sdkappid: app, begin, end, .. } = *wanted;
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

/// From which tasks in which order; `?1` to `?3` are application, begin and end.
fn scan(wanted: &Wanted) -> String {
    let range = match wanted.range_of {
        Some(field) => format!("{} between ?2 and ?3", field.column()),
        None => "(create_at between ?2 and ?3 or sched_at between ?2 and ?3)".to_owned(),
    };
    let (column, way) = (wanted.order.column(), if wanted.ascending { "asc" } else { "desc" });
    format!("from task where sdkappid = ?1 and {range} order by {column} {way}, id {way}")
}
