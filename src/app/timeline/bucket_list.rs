//! The tasks of one bar as a list. Enter goes to the chosen one on the table.
//!
//! The chosen row is a task, never a row number. Only the rows in sight are read.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use crate::domain::collision::{Collision, Collisions, Policy};
use crate::domain::query::Range;
use crate::domain::schedule::{Schedule, Slot};
use crate::domain::{Audience, Outcome, TaskId, Zone, text};
use crate::keymap::Action;

use super::super::board::by_id::go_to_id;
use super::super::frame::{centred, inside};
use super::super::lines::Memo;
use super::super::list::{self, Rows};
use super::super::next::{Go, Next};
use super::super::shared::Shared;
use super::held::schedule;

/// As much of a title as the widest row could show, in characters.
const MOST: usize = 400;

/// What a row of the list says, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketRow {
    /// Where it is held.
    pub slot: Slot,
    /// The task.
    pub id: TaskId,
    /// When it fires.
    pub at: Option<DateTime<Utc>>,
    /// What became of it.
    pub outcome: Outcome,
    /// Who gets it, in short.
    pub who: String,
    /// Whether that is everybody.
    pub is_everyone: bool,
    /// The title.
    pub title: String,
    /// The profile of its app, where several share the list.
    pub app: Option<String>,
}

/// A row, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketItem {
    /// What it says.
    pub row: BucketRow,
    /// With what it collides.
    pub collisions: Vec<Collision>,
}

fn with_collisions(rows: Vec<BucketRow>, found: &Collisions) -> Vec<BucketItem> {
    let numbers: HashMap<Slot, usize> = (0..).zip(&rows).map(|(number, row)| (row.slot, number)).collect();
    let mut listed: Vec<BucketItem> =
        rows.into_iter().map(|row| BucketItem { row, collisions: Vec::new() }).collect();
    for one in &found.found {
        for slot in [Some(one.slot), one.with.map(|(slot, _)| slot)].into_iter().flatten() {
            let row = numbers.get(&slot).and_then(|number| listed.get_mut(*number));
            if let Some(row) = row {
                row.collisions.push(*one);
            }
        }
    }
    listed
}

impl BucketRow {
    /// Of a task that is held; `None` where its JSON cannot be read.
    pub(super) fn of(schedule: &Schedule, slot: Slot) -> Option<Self> {
        let task = schedule.read(schedule.get(slot)?)?;
        Some(Self {
            slot,
            id: task.id,
            at: task.scheduled_at,
            outcome: task.outcome(),
            who: text::clean(&task.audience_in_short()).into_owned(),
            is_everyone: matches!(task.audience(), Audience::Everyone),
            title: text::clean(&text::head(&task.title, MOST)).into_owned(),
            app: None,
        })
    }
}

/// The rows of some slots, from one on, so many at the most.
pub(super) fn read_rows(schedule: &Schedule, slots: &[Slot], from: usize, most: usize) -> Vec<BucketRow> {
    let row = |slot: &Slot| BucketRow::of(schedule, *slot);
    slots.iter().skip(from).take(most).filter_map(row).collect()
}

/// The list.
#[derive(Clone, Debug)]
pub struct BucketList {
    /// The stretch of the bar.
    pub range: Range,
    /// The same in words.
    pub stretch: String,
    /// The chosen task, from the first moment on: Enter means it, whatever came before it meanwhile.
    chosen: Option<TaskId>,
    /// The row that it had, where the next one is chosen when it goes.
    at: usize,
    top: usize,
    rows: Memo<(u64, usize, usize, Policy, Zone), [BucketItem]>,
    collisions: Memo<(u64, Policy, Zone), Collisions>,
}

/// Widest list.
const WIDEST: u16 = 100;
/// Lines under the rows: what is wrong with the chosen one.
const FOOT: u16 = 2;

impl BucketList {
    /// The list, with its first task chosen.
    pub(in crate::app) fn open(shared: &Shared, range: Range, stretch: String) -> Self {
        let (rows, collisions) = (Memo::default(), Memo::default());
        let mut list = Self { range, stretch, chosen: None, at: 0, top: 0, rows, collisions };
        list.choose(shared, 0);
        list
    }

    /// Every task of the bar, in the order of time.
    pub fn slots<'s>(&self, schedule: &'s Schedule) -> &'s [Slot] {
        schedule.between(self.range)
    }

    /// Whether this task is the chosen one. None is between the moment at which it went and the next tick.
    pub fn is_chosen(&self, id: TaskId) -> bool {
        self.chosen == Some(id)
    }

    /// The row of the chosen task, or the one nearest to where it went.
    pub fn row(&self, schedule: &Schedule) -> usize {
        let slots = self.slots(schedule);
        let held = self.chosen.and_then(|id| schedule.get(schedule.slot(id)?));
        let row = held.map(|held| {
            let key = (held.scheduled, held.id);
            slots.partition_point(|slot| {
                schedule.get(*slot).is_some_and(|other| (other.scheduled, other.id) < key)
            })
        });
        row.unwrap_or(self.at).min(slots.len().saturating_sub(1))
    }

    /// Where its rows stand.
    pub fn rows(&self, shared: &Shared) -> Rows {
        let schedule = schedule(shared);
        let ground = shared.areas().map(|areas| areas.ground()).unwrap_or_default();
        let all = self.slots(schedule).len();
        let lines = u16::try_from(all).unwrap_or(u16::MAX).saturating_add(2 + FOOT);
        let frame = centred(ground, WIDEST, lines.min(ground.height));
        // Where there are few lines, what is wrong has none of its own.
        let foot = if inside(frame).height > 2 * FOOT { FOOT } else { 0 };
        let above = Rect { height: frame.height - foot, ..frame };
        Rows { frame, ..Rows::within(above, all, self.top, self.row(schedule)) }
    }

    /// The lines under the rows.
    pub fn foot(&self, rows: &Rows) -> Rect {
        let inner = inside(rows.frame);
        let y = rows.area.bottom();
        Rect { y, height: inner.bottom().saturating_sub(y), ..inner }
    }

    /// The rows in sight, read.
    pub fn in_sight(&self, shared: &Shared, rows: &Rows) -> Arc<[BucketItem]> {
        let schedule = schedule(shared);
        let (policy, zone) = (shared.setup.limits, shared.setup.zone);
        let found = self
            .collisions
            .get((schedule.version(), policy, zone), || Collisions::of(schedule, self.range, &policy, zone));
        let key = (schedule.version(), rows.top, rows.count(), policy, zone);
        self.rows.get(key, || {
            let rows = read_rows(schedule, self.slots(schedule), rows.top, rows.count());
            with_collisions(rows, &found)
        })
    }

    /// A key in the list.
    pub(in crate::app) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        if matches!(action, Action::Back | Action::Close) {
            return Next::close();
        }
        if action == Action::GoTo {
            // What was on the screen is what is meant, also where it is not in this bar any more.
            let Some(id) = self.chosen else { return Next::stay() };
            return Next { effects: go_to_id(shared, id), go: Go::CloseAll };
        }
        let rows = self.rows(shared);
        let at = self.row(schedule(shared));
        if let Some(at) = list::moved(action, at, rows.all, usize::from(rows.area.height)) {
            self.choose(shared, at);
        }
        Next::stay()
    }

    /// Time went on: the chosen task stays chosen; where it went, the one in its place is.
    pub(in crate::app) fn follow(&mut self, shared: &Shared) {
        self.choose(shared, self.row(schedule(shared)));
    }

    /// Chooses the task of a row.
    pub(in crate::app) fn choose(&mut self, shared: &Shared, at: usize) {
        let schedule = schedule(shared);
        let slot = self.slots(schedule).get(at).copied();
        self.chosen = slot.and_then(|slot| schedule.get(slot)).map(|held| held.id);
        self.at = at;
        self.top = self.rows(shared).top;
    }
}
