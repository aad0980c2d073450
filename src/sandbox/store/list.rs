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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{End, NewRow, Words};
    use super::*;
    use crate::domain::Kind;

    #[derive(Clone, Debug)]
    enum Step {
        Add { app: i64, create: i64, sched: i64, word: u8 },
        Move { at: usize, sched: i64 },
        Delete { at: usize },
        End { at: usize },
    }

    /// Around a few hours, also before the year 1970.
    fn time() -> impl Strategy<Value = i64> {
        -15_000..15_000_i64
    }

    fn step() -> impl Strategy<Value = Step> {
        let at = any::<usize>;
        prop_oneof![
            4 => (1..3_i64, time(), time(), 0..3_u8)
                .prop_map(|(app, create, sched, word)| Step::Add { app, create, sched, word }),
            1 => (at(), time()).prop_map(|(at, sched)| Step::Move { at, sched }),
            1 => at().prop_map(|at| Step::Delete { at }),
            1 => at().prop_map(|at| Step::End { at }),
        ]
    }

    fn words(word: u8) -> (&'static str, &'static str) {
        [("Sale", "today"), ("news", "of the sale"), ("x", "y")][usize::from(word)]
    }

    /// What the store should hold: id, app, create, sched, word, active.
    type Model = Vec<(i64, i64, i64, i64, u8, bool)>;

    fn played(store: &Store, steps: &[Step]) -> Model {
        let mut model = Model::new();
        for step in steps {
            let len = model.len().max(1);
            match *step {
                Step::Add { app, create, sched, word } => {
                    let (title, desc) = words(word);
                    let words = Words { content: "{}", title, desc };
                    let (kind, end) = (&Kind::All, None);
                    let new = NewRow { sdkappid: app, kind, create_at: create, sched_at: sched, words, end };
                    model.push((store.add(&new).unwrap(), app, create, sched, word, true));
                }
                Step::Move { at, sched } => {
                    let Some(task) = model.get_mut(at % len) else { continue };
                    task.3 = sched;
                    let (title, desc) = words(task.4);
                    store.modify(task.0, sched, &Words { content: "{}", title, desc }).unwrap();
                }
                Step::Delete { at } if !model.is_empty() => {
                    store.delete(model.remove(at % len).0).unwrap();
                }
                Step::End { at } => {
                    let Some(task) = model.get_mut(at % len) else { continue };
                    task.5 = false;
                    store.end(task.0, End::Sent("id")).unwrap();
                }
                Step::Delete { .. } => {}
            }
        }
        model
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Totals, pages and quota are those of a plain list that is filtered and sorted.
        #[test]
        fn totals_and_pages_are_those_of_a_plain_list(
            steps in proptest::collection::vec(step(), 0..60),
            (begin, end) in (time(), time()),
            (field, order, ascending) in (0..3_u8, any::<bool>(), any::<bool>()),
            (offset, want) in (0..6_i64, 1..9_i64),
            keyword in prop_oneof![Just(""), Just("SALE"), Just("none")],
            created_by in proptest::option::of(time()),
        ) {
            let store = Store::open(None, 1).unwrap();
            store.note_app(1, 0).unwrap();
            let model = played(&store, &steps);
            let order = if order { TimeField::Create } else { TimeField::Sched };
            let range_of = [None, Some(TimeField::Create), Some(TimeField::Sched)][usize::from(field)];
            let wanted = Wanted {
                sdkappid: 1, range_of, begin, end, keyword: keyword.to_owned(), order, ascending, offset, want, created_by,
            };
            let inside = |at: i64| begin <= at && at <= end;
            let mut fits: Vec<_> = model.iter().filter(|task| {
                let (title, desc) = words(task.4);
                let words = format!("{title} {desc}").to_lowercase();
                let range = match range_of {
                    None => inside(task.2) || inside(task.3),
                    Some(TimeField::Create) => inside(task.2),
                    Some(TimeField::Sched) => inside(task.3),
                };
                task.1 == 1 && range && words.contains(&keyword.to_lowercase()) && created_by.is_none_or(|by| task.2 <= by)
            }).collect();
            fits.sort_by_key(|task| (if order == TimeField::Create { task.2 } else { task.3 }, task.0));
            if !ascending {
                fits.reverse();
            }
            let (total, page) = store.list(&wanted).unwrap();
            prop_assert_eq!(total, i64::try_from(fits.len()).unwrap());
            let expected: Vec<i64> =
                fits.iter().skip(usize::try_from(offset).unwrap()).take(usize::try_from(want).unwrap()).map(|task| task.0).collect();
            prop_assert_eq!(page.iter().map(|task| task.id).collect::<Vec<_>>(), expected);
            let active = model.iter().filter(|task| task.1 == 1 && task.5).count();
            prop_assert_eq!(store.active(1).unwrap(), i64::try_from(active).unwrap());
        }
    }
}
