//! A service for update tests: it answers the reads at once, and nothing else.

use std::sync::Arc;

use crate::app::request::Wanted;
use crate::app::{Effect, Message, ReqId, State, update};
use crate::domain::coverage::{TimeWindow, WindowState};
use crate::domain::limits::RangeOf;
use crate::domain::{Coverage, Failure, Order, Page, Query, Task, TaskId};

use super::{now, with_json};

/// A service with these tasks, which answers what is asked of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Service {
    pub(crate) tasks: Vec<Arc<Task>>,
    /// Whether the whole of a range can be read.
    pub(crate) is_cut: bool,
}

impl Service {
    pub(crate) fn new<T: Into<Arc<Task>>>(tasks: impl IntoIterator<Item = T>) -> Self {
        let tasks = tasks.into_iter().map(|task| Arc::new(with_json(Arc::unwrap_or_clone(task.into()))));
        Self { tasks: tasks.collect(), is_cut: false }
    }

    /// A page, as it is asked for.
    pub(crate) fn page(&self, query: &Query) -> Page {
        let is_found =
            |task: &Task| task.title.contains(&query.keyword) || task.desc.contains(&query.keyword);
        let is_inside = |task: &Task| query.order.time_of(task).is_none_or(|at| query.range.holds(at));
        let inside = self.tasks.iter().filter(|task| is_inside(task) && is_found(task));
        let mut inside: Vec<Arc<Task>> = inside.cloned().collect();
        inside.sort_by_key(|task| (query.order.time_of(task), task.id));
        if !query.ascending {
            inside.reverse();
        }
        let total = inside.len() as u64;
        let skip = usize::try_from(query.offset).unwrap();
        Page::new(total, inside.into_iter().skip(skip).take(usize::try_from(query.page_size).unwrap()))
    }

    /// What it says to an effect.
    #[expect(clippy::wildcard_enum_match_arm, reason = "it answers the reads and nothing else")]
    pub(crate) fn reply(&self, effect: &Effect) -> Vec<Message> {
        match effect {
            Effect::List { req, query, .. } => {
                vec![Message::Listed { req: *req, result: Ok(self.page(query)) }]
            }
            Effect::Sync { req, wanted } => self.read_whole(*req, wanted),
            Effect::Get { req, id, .. } => vec![Message::Got { req: *req, result: self.get(*id) }],
            _ => Vec::new(),
        }
    }

    fn read_whole(&self, req: ReqId, wanted: &Wanted) -> Vec<Message> {
        let query = Query {
            range: wanted.range,
            keyword: wanted.keyword.clone(),
            page_size: u32::MAX,
            ..Query::around(now().utc, 100)
        };
        let page = self.page(&query);
        let mut window = TimeWindow::waiting(Order::Scheduled, wanted.range);
        if !self.is_cut {
            window.state = WindowState::Fresh { at: now().utc, total: page.total };
        }
        let (range, windows) = (wanted.range, vec![window]);
        let coverage = Coverage { range, reading: RangeOf::Scheduled, windows, created_since: None };
        let coverage = Box::new(coverage);
        vec![
            Message::SyncRead { req, page, coverage: coverage.clone() },
            Message::Synced { req, result: Ok(coverage) },
        ]
    }

    fn get(&self, id: TaskId) -> Result<Box<Task>, Failure> {
        let gone = || Failure::Refused { code: 90104, info: String::new(), invalid_accounts: Vec::new() };
        let found = self.tasks.iter().find(|task| task.id == id);
        found.map(|task| Box::new(Task::clone(task))).ok_or_else(gone)
    }

    /// Answers all of these, and what they lead to; says how many were questions.
    pub(crate) fn answer(&self, state: &mut State, mut effects: Vec<Effect>) -> usize {
        let mut asked = 0;
        while let Some(effect) = effects.pop() {
            for message in self.reply(&effect) {
                asked += 1;
                assert!(asked < 60, "it asks without end: {effect:?}");
                effects.extend(update(state, message));
            }
        }
        asked
    }
}
