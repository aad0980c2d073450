//! One page of tasks, and how many there are in all.
//!
//! Reads no task that it does not give back. Without a keyword the tallies and an index tell all; with
//! one the shelves are looked through, as few of them as possible.

use super::shelf::{self, Card, Shelves};
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

/// How many tasks may be looked at one by one before it is cheaper to look through all shelves.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// Most shelves that the index names; with 0 it is not asked.
    shelves: i64,
    /// The range has fewer tasks than this.
    tasks: i64,
}

impl Store {
    /// How many tasks fit, and the wanted page of them: both of the same moment.
    pub(in crate::sandbox) fn list(&self, wanted: &Wanted) -> rusqlite::Result<(i64, Vec<Stored>)> {
        self.list_within(wanted, None)
    }

    fn list_within(&self, wanted: &Wanted, bounds: Option<Bounds>) -> rusqlite::Result<(i64, Vec<Stored>)> {
        let keyword = fold(&wanted.keyword);
        let (total, ids) = match wanted.range_of {
            Some(field) if keyword.is_empty() && field == wanted.order => self.in_order(wanted, field)?,
            Some(_) | None => self.searched(wanted, &keyword, bounds)?,
        };
        let sql = format!("select {COLUMNS} from task where id = ?1");
        let mut row = self.db.prepare_cached(&sql)?;
        let tasks = ids.into_iter().map(|id| row.query_row([id], stored)).collect::<Result<_, _>>()?;
        Ok((total, tasks))
    }

    /// Total and ids of the page where the range is one of the times that order it.
    fn in_order(&self, wanted: &Wanted, field: TimeField) -> rusqlite::Result<(i64, Vec<i64>)> {
        let by = wanted.created_by.unwrap_or(i64::MAX);
        let mut range = (wanted.begin, wanted.end);
        let hidden = match field {
            TimeField::Create => {
                range.1 = range.1.min(by);
                0
            }
            TimeField::Sched if by == i64::MAX => 0,
            TimeField::Sched => self.created_after(wanted, by)?,
        };
        let total = self.tallied(wanted.sdkappid, field, range)? - hidden;
        let mut offset = wanted.offset;
        if hidden == 0 {
            // Otherwise the tallies do not tell how many of an hour are seen.
            (range, offset) = self.ahead(wanted, field, range)?;
        }
        let (column, way) = (field.column(), if wanted.ascending { "asc" } else { "desc" });
        let sql = format!(
            "select id from task where sdkappid = ?1 and {column} between ?2 and ?3 and create_at <= ?6
             order by {column} {way}, id {way} limit ?4 offset ?5"
        );
        let mut ids = self.db.prepare_cached(&sql)?;
        let rows =
            ids.query_map([wanted.sdkappid, range.0, range.1, wanted.want, offset, by], |row| row.get(0))?;
        Ok((total, rows.collect::<Result<_, _>>()?))
    }

    /// How many tasks of the range of schedules were created later than this: few, out of an index.
    fn created_after(&self, wanted: &Wanted, by: i64) -> rusqlite::Result<i64> {
        let sql = "select count(*) from task indexed by task_by_create
            where sdkappid = ?1 and create_at > ?2 and sched_at between ?3 and ?4";
        let Wanted { sdkappid, begin, end, .. } = *wanted;
        self.db.prepare_cached(sql)?.query_row([sdkappid, by, begin, end], |row| row.get(0))
    }

    /// The range without the whole hours that lie before the page, and the offset in what is left.
    fn ahead(
        &self,
        wanted: &Wanted,
        field: TimeField,
        (begin, end): (i64, i64),
    ) -> rusqlite::Result<((i64, i64), i64)> {
        let Wanted { sdkappid: app, ascending, mut offset, .. } = *wanted;
        let Some((first, behind)) = whole_hours(begin, end).filter(|_| offset > 0) else {
            return Ok(((begin, end), offset));
        };
        let part = if ascending { (begin, first.saturating_sub(1)) } else { (behind, end) };
        let before = self.counted(app, field, part)?;
        if offset < before {
            return Ok(((begin, end), offset));
        }
        offset -= before;
        let way = if ascending { "asc" } else { "desc" };
        let sql = format!(
            "select hour, tasks from tally where sdkappid = ?1 and field = ?2 and hour >= ?3 and hour < ?4
             order by hour {way}"
        );
        let mut hours = self.db.prepare_cached(&sql)?;
        let mut hours = hours.query([app, field.number(), first, behind])?;
        while let Some(row) = hours.next()? {
            let (hour, tasks): (i64, i64) = (row.get(0)?, row.get(1)?);
            if offset < tasks {
                let rest = if ascending { (hour, end) } else { (begin, hour + (HOUR - 1)) };
                return Ok((rest, offset));
            }
            offset -= tasks;
        }
        let rest = if ascending { (behind, end) } else { (begin, first.saturating_sub(1)) };
        Ok((rest, offset))
    }

    /// Total and ids of the page where tasks must be looked at.
    fn searched(
        &self,
        wanted: &Wanted,
        keyword: &str,
        bounds: Option<Bounds>,
    ) -> rusqlite::Result<(i64, Vec<i64>)> {
        let inside = |at: i64| wanted.begin <= at && at <= wanted.end;
        let fits = |card: &Card| {
            let range = match wanted.range_of {
                Some(TimeField::Create) => inside(card.create_at),
                Some(TimeField::Sched) => inside(card.sched_at),
                None => inside(card.create_at) || inside(card.sched_at),
            };
            range
                && card.sdkappid == wanted.sdkappid
                && wanted.created_by.is_none_or(|by| card.create_at <= by)
        };
        let bounds = if let Some(bounds) = bounds {
            bounds
        } else {
            // One shelf found by itself costs up to twice as much as one in a row.
            let half = shelf::about(&self.db)? / 2;
            Bounds { shelves: half, tasks: half }
        };
        let shelves = self.shelves(wanted, keyword, bounds)?;
        let mut page = Page::new(wanted);
        shelf::search(&self.db, &shelves, keyword, fits, |card| page.take(card))?;
        Ok(page.done())
    }

    /// As few shelves as can be told cheaply, with all tasks that may fit.
    fn shelves(&self, wanted: &Wanted, keyword: &str, bounds: Bounds) -> rusqlite::Result<Shelves> {
        let mut named = None;
        if bounds.shelves > 0 {
            named = shelf::named(&self.db, keyword, bounds.shelves)?;
        }
        let fewer =
            named.as_ref().map_or(bounds.tasks, |named| i64::try_from(named.len()).unwrap_or(i64::MAX));
        let fields = match wanted.range_of {
            Some(TimeField::Create) => &[TimeField::Create][..],
            Some(TimeField::Sched) => &[TimeField::Sched],
            None => &[TimeField::Create, TimeField::Sched],
        };
        let (app, range) = (wanted.sdkappid, (wanted.begin, wanted.end));
        let mut tasks = 0;
        for field in fields {
            tasks += self.tallied(app, *field, range)?;
        }
        if tasks >= fewer {
            return Ok(named.map_or(Shelves::All, Shelves::Named));
        }
        let mut ids: Vec<i64> = Vec::new();
        for field in fields {
            let column = field.column();
            let sql = format!("select id from task where sdkappid = ?1 and {column} between ?2 and ?3");
            let mut found = self.db.prepare_cached(&sql)?;
            for id in found.query_map([app, range.0, range.1], |row| row.get(0))? {
                ids.push(id?);
            }
        }
        ids.sort_unstable();
        Ok(Shelves::Of(ids))
    }

    /// How many tasks lie in the range: whole hours by their tallies, the ends by the index.
    fn tallied(&self, app: i64, field: TimeField, (begin, end): (i64, i64)) -> rusqlite::Result<i64> {
        let Some((first, behind)) = whole_hours(begin, end) else {
            return self.counted(app, field, (begin, end));
        };
        let sql = "select coalesce(sum(tasks), 0) from tally
            where sdkappid = ?1 and field = ?2 and hour >= ?3 and hour < ?4";
        let mut whole = self.db.prepare_cached(sql)?;
        let whole: i64 = whole.query_row([app, field.number(), first, behind], |row| row.get(0))?;
        let before = self.counted(app, field, (begin, first.saturating_sub(1)))?;
        let after = self.counted(app, field, (behind, end))?;
        Ok(before + whole + after)
    }

    /// The same, one by one.
    fn counted(&self, app: i64, field: TimeField, (begin, end): (i64, i64)) -> rusqlite::Result<i64> {
        if begin > end {
            return Ok(0);
        }
        let column = field.column();
        let sql = format!("select count(*) from task where sdkappid = ?1 and {column} between ?2 and ?3");
        self.db.prepare_cached(&sql)?.query_row([app, begin, end], |row| row.get(0))
    }
}

/// Start of the first hour that lies in the range as a whole, and of the first behind them.
fn whole_hours(begin: i64, end: i64) -> Option<(i64, i64)> {
    let first = begin.saturating_add(HOUR - 1).div_euclid(HOUR).saturating_mul(HOUR);
    let behind = end.saturating_add(1).div_euclid(HOUR).saturating_mul(HOUR);
    (first < behind).then_some((first, behind))
}

/// Counts what is found and keeps what may be on the page.
struct Page {
    order: TimeField,
    ascending: bool,
    offset: usize,
    want: usize,
    total: i64,
    /// Time and id, both turned round when they descend.
    best: Vec<(i64, i64)>,
}

impl Page {
    fn new(wanted: &Wanted) -> Self {
        let size = |number: i64| usize::try_from(number.max(0)).unwrap_or(usize::MAX);
        Self {
            order: wanted.order,
            ascending: wanted.ascending,
            offset: size(wanted.offset),
            want: size(wanted.want),
            total: 0,
            best: Vec::new(),
        }
    }

    fn take(&mut self, card: &Card) {
        let at = match self.order {
            TimeField::Create => card.create_at,
            TimeField::Sched => card.sched_at,
        };
        self.total += 1;
        self.best.push(if self.ascending { (at, card.id) } else { (!at, !card.id) });
        // A keyword that everything has must not take much memory for a first page.
        let most = self.offset.saturating_add(self.want);
        if self.best.len() / 2 > most.max(2048) {
            self.best.select_nth_unstable(most);
            self.best.truncate(most);
        }
    }

    fn done(mut self) -> (i64, Vec<i64>) {
        self.best.sort_unstable();
        let ids = self.best.into_iter().skip(self.offset).take(self.want);
        (self.total, ids.map(|(_, id)| if self.ascending { id } else { !id }).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::{End, NewRow, Words};
    use super::*;
    use crate::domain::Kind;

    #[derive(Clone, Debug)]
    enum Step {
        Add { app: i64, create: i64, sched: i64, title: String, desc: String, many: usize },
        Move { at: usize, sched: i64 },
        Reword { at: usize, title: String, desc: String },
        Delete { at: usize, many: usize },
        End { at: usize, many: usize },
        Forget { before: i64 },
    }

    /// Around a few hours, also before the year 1970; often where one hour ends and the next begins.
    fn time() -> impl Strategy<Value = i64> {
        prop_oneof![
            -15_000..15_000_i64,
            (-4..5_i64, -1..2_i64).prop_map(|(hour, second)| hour * HOUR + second)
        ]
    }

    /// Few enough characters that keywords are found, of every sort: what folding joins, what SQL or the
    /// index could take for a sign of its own, one to four bytes; now and then any.
    fn letter() -> impl Strategy<Value = char> {
        let usual = "aAbBsSkK\u{212A}ſéÉσςΣ快递股票早报 %_*\"'-\0😀ß".chars().collect::<Vec<_>>();
        prop_oneof![12 => select(usual), 1 => any::<char>()]
    }

    fn text(most: usize) -> impl Strategy<Value = String> {
        proptest::collection::vec(letter(), 0..most).prop_map(String::from_iter)
    }

    fn step() -> impl Strategy<Value = Step> {
        let at = any::<usize>;
        prop_oneof![
            6 => (1..3_i64, time(), time(), text(9), text(14), 1..30_usize)
                .prop_map(|(app, create, sched, title, desc, many)| Step::Add { app, create, sched, title, desc, many }),
            1 => (at(), time()).prop_map(|(at, sched)| Step::Move { at, sched }),
            2 => (at(), text(9), text(14)).prop_map(|(at, title, desc)| Step::Reword { at, title, desc }),
            1 => (at(), prop_oneof![Just(1), 1..90_usize]).prop_map(|(at, many)| Step::Delete { at, many }),
            1 => (at(), 1..40_usize).prop_map(|(at, many)| Step::End { at, many }),
            1 => time().prop_map(|before| Step::Forget { before }),
        ]
    }

    /// A task as it should be.
    #[derive(Clone, Debug)]
    struct Task {
        id: i64,
        app: i64,
        create: i64,
        sched: i64,
        title: String,
        desc: String,
        active: bool,
        reworded: bool,
    }

    impl Task {
        fn words(&self) -> Words<'_> {
            Words { content: "{}", title: &self.title, desc: &self.desc }
        }

        fn store(&mut self, store: &Store) {
            let (kind, end) = (&Kind::All, None);
            let (sdkappid, create_at, sched_at) = (self.app, self.create, self.sched);
            let new = NewRow { sdkappid, kind, create_at, sched_at, words: self.words(), end };
            self.id = store.add(&new).unwrap();
        }
    }

    /// The same letters, another one first.
    fn rotated(text: &str, by: usize) -> String {
        let many = text.chars().count().max(1);
        text.chars().cycle().skip(by % many).take(text.chars().count()).collect()
    }

    fn played(store: &Store, steps: &[Step]) -> Vec<Task> {
        let mut model: Vec<Task> = Vec::new();
        for step in steps.iter().cloned() {
            let len = model.len().max(1);
            match step {
                Step::Add { app, create, sched, title, desc, many } => {
                    for i in 0..many {
                        let (title, desc) = (rotated(&title, i), rotated(&desc, i));
                        let mut task =
                            Task { id: 0, app, create, sched, title, desc, active: true, reworded: false };
                        task.store(store);
                        model.push(task);
                    }
                }
                Step::Move { at, sched } => {
                    let Some(task) = model.get_mut(at % len) else { continue };
                    task.sched = sched;
                    store.modify(task.id, sched, &task.words()).unwrap();
                }
                Step::Reword { at, title, desc } => {
                    let Some(task) = model.get_mut(at % len) else { continue };
                    (task.title, task.desc, task.reworded) = (title, desc, true);
                    store.modify(task.id, task.sched, &task.words()).unwrap();
                }
                Step::Delete { at, many } => {
                    let from = (at % len).min(model.len());
                    for task in model.drain(from..(from + many).min(model.len())) {
                        store.delete(task.id).unwrap();
                    }
                }
                Step::End { at, many } => {
                    for task in model.iter_mut().skip(at % len).take(many) {
                        task.active = false;
                        store.end(task.id, End::Sent("id")).unwrap();
                    }
                }
                Step::Forget { before } => {
                    let gone = |task: &Task| !task.active && task.sched < before;
                    let many = model.iter().filter(|task| gone(task)).count();
                    assert_eq!(store.forget(before, 1000).unwrap(), many);
                    model.retain(|task| !gone(task));
                }
            }
        }
        model
    }

    /// Which characters of which task are a keyword.
    #[derive(Clone, Debug)]
    struct Part {
        /// Only of tasks that got other words.
        reworded: bool,
        at: usize,
        of_desc: bool,
        from: usize,
        many: usize,
        upper: bool,
    }

    impl Part {
        fn of(&self, model: &[Task]) -> String {
            let fits = |task: &&Task| task.app == 1 && (task.reworded || !self.reworded);
            let tasks: Vec<&Task> = model.iter().filter(fits).collect();
            let Some(task) = tasks.get(self.at % tasks.len().max(1)) else { return String::new() };
            let text = if self.of_desc { &task.desc } else { &task.title };
            let part = text.chars().skip(self.from % text.chars().count().max(1)).take(self.many);
            if self.upper { part.flat_map(char::to_uppercase).collect() } else { part.collect() }
        }
    }

    fn any_part() -> impl Strategy<Value = Part> {
        let at = any::<usize>;
        (any::<bool>(), at(), any::<bool>(), at(), 0..6_usize, any::<bool>()).prop_map(
            |(reworded, at, of_desc, from, many, upper)| Part { reworded, at, of_desc, from, many, upper },
        )
    }

    const WAYS: [Option<Bounds>; 4] = [
        None,
        Some(Bounds { shelves: 0, tasks: 0 }),
        Some(Bounds { shelves: i64::MAX, tasks: 0 }),
        Some(Bounds { shelves: 0, tasks: i64::MAX }),
    ];

    /// The ids of a plain list that is filtered and sorted.
    fn plain(model: &[Task], wanted: &Wanted) -> Vec<i64> {
        let inside = |at: i64| wanted.begin <= at && at <= wanted.end;
        let keyword = fold(&wanted.keyword);
        let fits = |task: &&Task| {
            let range = match wanted.range_of {
                None => inside(task.create) || inside(task.sched),
                Some(TimeField::Create) => inside(task.create),
                Some(TimeField::Sched) => inside(task.sched),
            };
            let words = fold(&task.title).contains(&keyword) || fold(&task.desc).contains(&keyword);
            task.app == 1 && range && words && wanted.created_by.is_none_or(|by| task.create <= by)
        };
        let mut fits: Vec<&Task> = model.iter().filter(fits).collect();
        let at = |task: &Task| if wanted.order == TimeField::Create { task.create } else { task.sched };
        fits.sort_by_key(|task| (at(task), task.id));
        if !wanted.ascending {
            fits.reverse();
        }
        fits.into_iter().map(|task| task.id).collect()
    }

    /// Asks for the page in every way the tasks can be looked for.
    fn same(store: &Store, model: &[Task], mut wanted: Wanted, from: usize) {
        let expected = plain(model, &wanted);
        let from = from % (expected.len() + 3);
        wanted.offset = i64::try_from(from).unwrap();
        let many = usize::try_from(wanted.want).unwrap();
        let ids: Vec<i64> = expected.iter().copied().skip(from).take(many).collect();
        for way in WAYS {
            let (total, page) = store.list_within(&wanted, way).unwrap();
            assert_eq!(total, i64::try_from(expected.len()).unwrap(), "{wanted:?} {way:?}");
            assert_eq!(page.iter().map(|task| task.id).collect::<Vec<_>>(), ids, "{wanted:?} {way:?}");
        }
    }

    const FIELDS: [TimeField; 2] = [TimeField::Create, TimeField::Sched];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Totals, pages and quota are those of a plain list that is filtered and sorted, whichever way
        /// the tasks are looked for.
        #[test]
        fn totals_and_pages_are_those_of_a_plain_list(
            steps in proptest::collection::vec(step(), 0..40),
            (begin, length) in (time(), prop_oneof![1 => -9..3_i64, 4 => 0..30_000_i64]),
            (field, order, ascending) in (0..3_usize, 0..2_usize, any::<bool>()),
            (from, want) in (any::<usize>(), 1..9_i64),
            (parts, foreign) in (proptest::collection::vec(any_part(), 6), text(5)),
            created_by in proptest::option::of(time()),
        ) {
            let store = Store::open(None, 1).unwrap();
            store.note_app(1, 0).unwrap();
            let model = played(&store, &steps);
            let wanted = |range_of, order, ascending, keyword| Wanted {
                sdkappid: 1, range_of, begin, end: begin + length, keyword, order, ascending, offset: 0, want, created_by,
            };
            for keyword in parts.iter().map(|part| part.of(&model)).chain([foreign]) {
                let wanted = wanted([None, Some(FIELDS[0]), Some(FIELDS[1])][field], FIELDS[order], ascending, keyword);
                same(&store, &model, wanted, from);
            }
            for range_of in [None, Some(TimeField::Create), Some(TimeField::Sched)] {
                for (order, from) in FIELDS.into_iter().flat_map(|order| [from, from / 3, from / 7, from / 31].map(|from| (order, from))) {
                    same(&store, &model, wanted(range_of, order, true, String::new()), from);
                    same(&store, &model, wanted(range_of, order, false, String::new()), from);
                }
            }
            let active = model.iter().filter(|task| task.app == 1 && task.active).count();
            prop_assert_eq!(store.active(1).unwrap(), i64::try_from(active).unwrap());
        }
    }
}
