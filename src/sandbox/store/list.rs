//! One page of tasks, and how many there are in all.
//!
//! Found in the indexes alone: no task is read that is not given back.

use super::connection::Database;
use super::query::{ListQuery, ListRange, TimeField};
use super::task::{COLUMNS, TaskRow, task_row};
use crate::domain::text::fold;

impl TimeField {
    fn column(self) -> &'static str {
        match self {
            Self::Create => "create_at",
            Self::Sched => "sched_at",
        }
    }

    /// The index that has it in order.
    fn index(self) -> &'static str {
        match self {
            Self::Create => "task_by_create",
            Self::Sched => "task_by_sched",
        }
    }
}

impl ListRange {
    /// As a condition on the numbers ?1 to ?4.
    fn condition(&self) -> &'static str {
        match self.field {
            Some(TimeField::Create) => "sdkappid = ?1 and create_at between ?2 and ?3 and create_at <= ?4",
            Some(TimeField::Sched) => "sdkappid = ?1 and sched_at between ?2 and ?3 and create_at <= ?4",
            None => {
                "sdkappid = ?1 and (create_at between ?2 and ?3 or sched_at between ?2 and ?3)
                 and create_at <= ?4"
            }
        }
    }

    fn numbers(&self) -> (i64, i64, i64, i64) {
        (self.sdkappid, self.begin, self.end, self.created_by.unwrap_or(i64::MAX))
    }
}

impl ListQuery {
    fn order(&self) -> String {
        let (column, way) = (self.order.column(), if self.ascending { "asc" } else { "desc" });
        format!("order by {column} {way}, id {way}")
    }
}

impl Database {
    /// How many tasks fit, and the wanted page of them: both of the same moment, when this is called
    /// inside one transaction.
    pub(in crate::sandbox) fn list(&self, query: &ListQuery) -> rusqlite::Result<(i64, Vec<TaskRow>)> {
        let keyword = fold(&query.keyword);
        let (total, ids) = if keyword.is_empty() {
            (self.total(&query.range)?, self.page(query)?)
        } else {
            self.search(query, &keyword)?
        };
        let sql = format!("select {COLUMNS} from task where id = ?1");
        let mut row = self.db.prepare_cached(&sql)?;
        let tasks = ids.into_iter().map(|id| row.query_row([id], task_row)).collect::<Result<_, _>>()?;
        Ok((total, tasks))
    }

    fn total(&self, range: &ListRange) -> rusqlite::Result<i64> {
        // The first number changes with what other connections write, the second with what this one does.
        let sql = "select data_version, total_changes() from pragma_data_version";
        let version = self.db.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if let Some(total) = self.totals.borrow().get(version, range) {
            return Ok(total);
        }
        let index = range.field.unwrap_or(TimeField::Sched).index();
        let sql = format!("select count(*) from task indexed by {index} where {}", range.condition());
        let total = self.db.prepare_cached(&sql)?.query_row(range.numbers(), |row| row.get(0))?;
        self.totals.borrow_mut().keep(version, *range, total);
        Ok(total)
    }

    fn page(&self, query: &ListQuery) -> rusqlite::Result<Vec<i64>> {
        let (app, begin, end, created_by) = query.range.numbers();
        let sql = format!(
            "select id from task indexed by {} where {} {} limit ?5 offset ?6",
            query.order.index(),
            query.range.condition(),
            query.order(),
        );
        let mut ids = self.db.prepare_cached(&sql)?;
        let rows =
            ids.query_map((app, begin, end, created_by, query.want, query.offset), |row| row.get(0))?;
        rows.collect()
    }

    /// Total and ids of the page in one reading, for a keyword is found only by looking at every task.
    fn search(&self, query: &ListQuery, keyword: &str) -> rusqlite::Result<(i64, Vec<i64>)> {
        let (app, begin, end, created_by) = query.range.numbers();
        let sql = format!(
            "select id from task indexed by task_by_keyword
             where {} and (instr(title_folded, ?5) or instr(descr_folded, ?5)) {}",
            query.range.condition(),
            query.order(),
        );
        let mut found = self.db.prepare_cached(&sql)?;
        let mut found = found.query((app, begin, end, created_by, keyword))?;
        let (mut total, mut page) = (0, Vec::new());
        let end = query.offset.saturating_add(query.want);
        while let Some(row) = found.next()? {
            if (query.offset..end).contains(&total) {
                page.push(row.get(0)?);
            }
            total += 1;
        }
        Ok((total, page))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::task::{DispatchResult, NewRow, TaskText};
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
            (-4..5_i64, -1..2_i64).prop_map(|(hour, second)| hour * 3600 + second)
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
        fn words(&self) -> TaskText<'_> {
            TaskText { content: "{}", title: &self.title, desc: &self.desc }
        }

        fn store(&mut self, store: &Database) {
            let (kind, end, seeded) = (&Kind::All, None, false);
            let (sdkappid, create_at, sched_at) = (self.app, self.create, self.sched);
            let new = NewRow { sdkappid, kind, create_at, sched_at, words: self.words(), seeded, end };
            self.id = store.add(&new).unwrap();
        }
    }

    /// The same letters, another one first.
    fn rotated(text: &str, by: usize) -> String {
        let many = text.chars().count().max(1);
        text.chars().cycle().skip(by % many).take(text.chars().count()).collect()
    }

    fn play(store: &Database, model: &mut Vec<Task>, steps: &[Step]) {
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
                        store.end(task.id, DispatchResult::Sent("id")).unwrap();
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

    /// The ids of a plain list that is filtered and sorted.
    fn plain(model: &[Task], query: &ListQuery) -> Vec<i64> {
        let ListRange { field, begin, end, created_by, .. } = query.range;
        let inside = |at: i64| begin <= at && at <= end;
        let keyword = fold(&query.keyword);
        let fits = |task: &&Task| {
            let range = match field {
                None => inside(task.create) || inside(task.sched),
                Some(TimeField::Create) => inside(task.create),
                Some(TimeField::Sched) => inside(task.sched),
            };
            let words = fold(&task.title).contains(&keyword) || fold(&task.desc).contains(&keyword);
            task.app == 1 && range && words && created_by.is_none_or(|by| task.create <= by)
        };
        let mut fits: Vec<&Task> = model.iter().filter(fits).collect();
        let at = |task: &Task| if query.order == TimeField::Create { task.create } else { task.sched };
        fits.sort_by_key(|task| (at(task), task.id));
        if !query.ascending {
            fits.reverse();
        }
        fits.into_iter().map(|task| task.id).collect()
    }

    fn same(store: &Database, model: &[Task], mut query: ListQuery, from: usize) {
        let expected = plain(model, &query);
        let from = from % (expected.len() + 3);
        query.offset = i64::try_from(from).unwrap();
        let many = usize::try_from(query.want).unwrap();
        let ids: Vec<i64> = expected.iter().copied().skip(from).take(many).collect();
        let (total, page) = store.list(&query).unwrap();
        assert_eq!(total, i64::try_from(expected.len()).unwrap(), "{query:?}");
        assert_eq!(page.iter().map(|task| task.id).collect::<Vec<_>>(), ids, "{query:?}");
    }

    const FIELDS: [TimeField; 2] = [TimeField::Create, TimeField::Sched];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Totals, pages and quota are those of a plain list that is filtered and sorted, also where the
        /// same was asked before and something changed since.
        #[test]
        fn totals_and_pages_are_those_of_a_plain_list(
            (steps, asked_at) in (proptest::collection::vec(step(), 0..40), 0..40_usize),
            (begin, length) in (time(), prop_oneof![1 => -9..3_i64, 4 => 0..30_000_i64]),
            (field, order, ascending) in (0..3_usize, 0..2_usize, any::<bool>()),
            (from, want) in (any::<usize>(), 1..9_i64),
            (parts, foreign) in (proptest::collection::vec(any_part(), 6), text(5)),
            created_by in proptest::option::of(time()),
        ) {
            let store = Database::open(None, 1).unwrap();
            store.note_app(1).unwrap();
            let query = |field, order, ascending, keyword| {
                let range = ListRange { sdkappid: 1, field, begin, end: begin + length, created_by };
                ListQuery { range, keyword, order, ascending, offset: 0, want }
            };
            let pages = |model: &[Task]| {
                for field in [None, Some(TimeField::Create), Some(TimeField::Sched)] {
                    for (order, from) in FIELDS.into_iter().flat_map(|order| [from, from / 3, from / 7, from / 31].map(|from| (order, from))) {
                        same(&store, model, query(field, order, true, String::new()), from);
                        same(&store, model, query(field, order, false, String::new()), from);
                    }
                }
            };
            let mut model = Vec::new();
            let (before, after) = steps.split_at(asked_at.min(steps.len()));
            play(&store, &mut model, before);
            pages(&model);
            play(&store, &mut model, after);
            pages(&model);
            for keyword in parts.iter().map(|part| part.of(&model)).chain([foreign]) {
                let field = [None, Some(FIELDS[0]), Some(FIELDS[1])][field];
                same(&store, &model, query(field, FIELDS[order], ascending, keyword), from);
            }
            let active = model.iter().filter(|task| task.app == 1 && task.active).count();
            prop_assert_eq!(store.active(1).unwrap(), i64::try_from(active).unwrap());
        }
    }
}
