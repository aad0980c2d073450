//! The whole schedule in memory: every task that was read, each in little room, and their order in time.
//!
//! A task is kept as the JSON that came, with what is needed to sort, filter and count it beside it; it is read
//! whole only where it is looked at. Nothing here decides what is asked for, or what is shown.

mod likeness;
mod row;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod texts;

use std::cmp::Ordering;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashTable;

use super::json::SharedText;
use super::query::Range;
use super::task::{Task, TaskId};
use super::wire;

pub use likeness::{AudienceKey, ContentKey};
pub use row::{END, KindCode, NO_TIME, Row, SEPARATOR, TaskState, TaskWords, TextPart};
use texts::{Span, TextStore};

/// The number under which a task is held; it stays the same as long as the task is held.
pub type Slot = u32;

/// One task, as far as it is needed without being read.
#[derive(Clone, Debug)]
pub struct HeldTask {
    /// `TaskID`.
    pub id: TaskId,
    /// `SchedAt`, in seconds since 1970; [`row::NO_TIME`] where it is no time.
    pub scheduled: i64,
    /// `CreateAt`, likewise.
    pub created: i64,
    /// `Status` and `DispatchSuccess`, read together.
    pub state: TaskState,
    /// `Type`.
    pub kind: KindCode,
    /// What it says, as far as it can be like another.
    pub content: ContentKey,
    /// Whom it reaches, likewise.
    pub audience: AudienceKey,
    flags: u8,
    /// Which of the senders it names; [`OTHER_SENDER`] where that stands behind its words.
    sender: u8,
    /// In which pass of reading it was seen last.
    pub pass: u32,
    json: Span,
    words: Span,
}

/// Set of a task that is not there any more; it is held until it is swept, because it may still be on the screen.
const GONE: u8 = 1;
/// Set of a task that does not stand in the order in time as it should.
const MOVED: u8 = 2;

/// In place of a number: more senders than that are not told apart by one.
const OTHER_SENDER: u8 = u8::MAX;

impl HeldTask {
    /// Whether it is not there any more; it can be read until it is swept.
    pub fn is_gone(&self) -> bool {
        self.flags & GONE != 0
    }

    fn is_moved(&self) -> bool {
        self.flags & MOVED != 0
    }

    /// Its scheduled time.
    pub fn scheduled_at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.scheduled, 0)
    }

    /// Its creation time.
    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.created, 0)
    }

    /// Bytes of its words, as far as a word is searched in them.
    pub fn length_of_words(&self) -> usize {
        self.words.len()
    }
}

/// What a row changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// The task was not held before.
    New(Slot),
    /// To the byte as it was.
    Same(Slot),
    /// It is another than it was; the JSON of before.
    Changed(Slot, String),
}

impl Put {
    /// The slot of the task.
    pub fn slot(&self) -> Slot {
        match self {
            Self::New(slot) | Self::Same(slot) | Self::Changed(slot, _) => *slot,
        }
    }
}

/// Every task that is held.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    held: Vec<HeldTask>,
    free: Vec<Slot>,
    gone: Vec<Slot>,
    slots: HashTable<Slot>,
    hasher: RandomState,
    jsons: TextStore,
    words: TextStore,
    /// Whom tasks name as their sender; hardly any service knows more than one or two.
    senders: Vec<Box<str>>,
    by_time: Vec<Slot>,
    moved: Vec<Slot>,
    version: u64,
    /// Whether the order in time lacks what is moved, or still holds what went.
    is_unsettled: bool,
}

impl Schedule {
    /// Takes a row up, seen in this pass. [`Self::settle`] brings the order in time up to date.
    pub fn put(&mut self, row: Row, pass: u32) -> Put {
        if let Some(slot) = self.slot_at_all(row.id) {
            return self.renew(slot, row, pass);
        }
        self.version += 1;
        let (json, (sender, words)) = (self.jsons.add(&row.json), self.take_up_words(&row));
        let Row { id, scheduled, created, state, kind, content, audience, json: _, words: _, sender: _ } =
            row;
        let flags = MOVED;
        let held = HeldTask {
            id,
            scheduled,
            created,
            state,
            kind,
            content,
            audience,
            flags,
            sender,
            pass,
            json,
            words,
        };
        let slot = self.store(held);
        self.moved.push(slot);
        self.is_unsettled = true;
        let (held, hasher) = (&self.held, &self.hasher);
        let hash_of = |slot: &Slot| hasher.hash_one(held[*slot as usize].id.0);
        self.slots.insert_unique(hasher.hash_one(id.0), slot, hash_of);
        Put::New(slot)
    }

    /// Notes that a task was seen in this pass, if it is held to the byte as it came.
    pub fn see(&mut self, id: TaskId, json: &str, pass: u32) -> bool {
        let Some(slot) = self.slot(id) else { return false };
        let is_it = |held: &&mut HeldTask| self.jsons.get(held.json) == json;
        let Some(held) = self.held.get_mut(slot as usize).filter(is_it) else { return false };
        held.pass = pass;
        true
    }

    /// Notes that a task was seen in this pass, whatever was said of it.
    pub fn see_changed(&mut self, id: TaskId, pass: u32) {
        if let Some(slot) = self.slot(id)
            && let Some(held) = self.held.get_mut(slot as usize)
        {
            held.pass = pass;
        }
    }

    /// The sender's number, and the words; behind them the sender where it has no number.
    fn take_up_words(&mut self, row: &Row) -> (u8, Span) {
        let known = self.senders.iter().position(|sender| **sender == *row.sender);
        let number = known.unwrap_or(self.senders.len());
        match u8::try_from(number).ok().filter(|number| *number != OTHER_SENDER) {
            Some(number) => {
                if known.is_none() {
                    self.senders.push(row.sender.as_str().into());
                }
                (number, self.words.add(&row.words))
            }
            None => (OTHER_SENDER, self.words.add(&format!("{}{END}{}", row.words, row.sender))),
        }
    }

    fn store(&mut self, held: HeldTask) -> Slot {
        if let Some(slot) = self.free.pop()
            && let Some(there) = self.held.get_mut(slot as usize)
        {
            *there = held;
            return slot;
        }
        self.held.push(held);
        Slot::try_from(self.held.len() - 1).unwrap_or(Slot::MAX)
    }

    fn renew(&mut self, slot: Slot, row: Row, pass: u32) -> Put {
        let Some(held) = self.held.get_mut(slot as usize) else { return Put::Same(slot) };
        held.pass = pass;
        let was_gone = held.is_gone();
        held.flags &= !GONE;
        let before = self.jsons.get(held.json);
        if was_gone {
            self.gone.retain(|gone| *gone != slot);
        } else if *before == *row.json {
            return Put::Same(slot);
        }
        self.version += 1;
        let before = before.to_owned();
        if (was_gone || held.scheduled != row.scheduled) && !held.is_moved() {
            held.flags |= MOVED;
            self.moved.push(slot);
            self.is_unsettled = true;
        }
        (held.scheduled, held.created) = (row.scheduled, row.created);
        (held.state, held.kind) = (row.state, row.kind);
        (held.content, held.audience) = (row.content, row.audience);
        let (json, words) = (held.json, held.words);
        self.jsons.remove(json);
        let json = self.jsons.add(&row.json);
        let has_same_words = self.get(slot).is_some_and(|held| self.words(held) == row.words());
        let renewed = (!has_same_words).then(|| {
            self.words.remove(words);
            self.take_up_words(&row)
        });
        if let Some(held) = self.held.get_mut(slot as usize) {
            held.json = json;
            (held.sender, held.words) = renewed.unwrap_or((held.sender, words));
        }
        if was_gone { Put::New(slot) } else { Put::Changed(slot, before) }
    }

    /// The task is not there any more. It can still be read until [`Self::sweep`].
    pub fn remove(&mut self, id: TaskId) -> Option<Slot> {
        let slot = self.slot(id)?;
        let held = self.held.get_mut(slot as usize)?;
        held.flags |= GONE;
        self.gone.push(slot);
        self.is_unsettled = true;
        self.version += 1;
        Some(slot)
    }

    /// Puts the order in time in order again, after rows were taken up or tasks went.
    pub fn settle(&mut self) {
        self.close_up();
        if !std::mem::take(&mut self.is_unsettled) {
            return;
        }
        let held = &self.held;
        let stays = |slot: &Slot| held.get(*slot as usize).is_some_and(|held| held.flags == 0);
        self.by_time.retain(stays);
        let moved = std::mem::take(&mut self.moved);
        for slot in &moved {
            if let Some(held) = self.held.get_mut(*slot as usize) {
                held.flags &= !MOVED;
            }
        }
        let held = &self.held;
        let key = |slot: &Slot| held.get(*slot as usize).map(|held| (held.scheduled, held.id));
        let is_there = |slot: &Slot| held.get(*slot as usize).is_some_and(|held| !held.is_gone());
        let moved = moved.into_iter().filter(is_there).collect();
        merge(&mut self.by_time, moved, |a, b| key(a).cmp(&key(b)));
    }

    /// Gives memory back where much of it lies between what is held: a little of it at once.
    fn close_up(&mut self) {
        let (jsons, words) = (self.jsons.sparse(), self.words.sparse());
        if jsons.is_empty() && words.is_empty() {
            return;
        }
        for held in &mut self.held {
            held.json = self.jsons.take_up_again(held.json, &jsons);
            held.words = self.words.take_up_again(held.words, &words);
        }
    }

    /// Forgets the tasks that went: nothing shows them any more.
    pub fn sweep(&mut self) {
        self.settle();
        for slot in std::mem::take(&mut self.gone) {
            let Some(held) = self.held.get_mut(slot as usize) else { continue };
            let id = held.id;
            self.jsons.remove(std::mem::take(&mut held.json));
            self.words.remove(std::mem::take(&mut held.words));
            if let Ok(entry) = self.slots.find_entry(self.hasher.hash_one(id.0), |found| *found == slot) {
                entry.remove();
            }
            self.free.push(slot);
        }
    }

    fn slot_at_all(&self, id: TaskId) -> Option<Slot> {
        let is_it = |slot: &Slot| self.held.get(*slot as usize).is_some_and(|held| held.id == id);
        self.slots.find(self.hasher.hash_one(id.0), is_it).copied()
    }

    /// Under which number a task is held, if it is there.
    pub fn slot(&self, id: TaskId) -> Option<Slot> {
        self.slot_at_all(id).filter(|slot| self.get(*slot).is_some_and(|held| !held.is_gone()))
    }

    /// The task of a slot.
    pub fn get(&self, slot: Slot) -> Option<&HeldTask> {
        self.held.get(slot as usize)
    }

    /// Reads the whole task of that number, if it is held.
    pub fn task(&self, id: TaskId) -> Option<Task> {
        self.read(self.get(self.slot(id)?)?)
    }

    /// Reads the whole of a task that is held.
    pub fn read(&self, held: &HeldTask) -> Option<Task> {
        wire::read_task_text(&Arc::from(self.json(held)))
    }

    /// The task as it came, as JSON.
    pub fn json(&self, held: &HeldTask) -> &str {
        self.jsons.get(held.json)
    }

    /// The tasks of these slots as they came, to be kept whatever becomes of them here.
    pub fn share(&mut self, slots: impl IntoIterator<Item = Slot>) -> Vec<SharedText> {
        let (held, jsons) = (&self.held, &mut self.jsons);
        let json = |slot: Slot| held.get(slot as usize).map(|held| held.json);
        slots.into_iter().filter_map(json).map(|json| jsons.share(json)).collect()
    }

    /// Its words.
    pub fn words(&self, held: &HeldTask) -> TaskWords<'_> {
        let HeldTask { id, kind, sender, words, .. } = *held;
        let words = self.words.get(words);
        let (searched, sender) = match self.senders.get(usize::from(sender)) {
            Some(sender) => (words, &**sender),
            // Behind the last line end.
            None => words.rsplit_once(END).unwrap_or((words, "")),
        };
        TaskWords { id, kind, searched, sender }
    }

    /// All of them, the earliest first; those without a time before them.
    pub fn by_time(&self) -> &[Slot] {
        &self.by_time
    }

    /// Those whose scheduled time lies in the range, both ends included.
    pub fn between(&self, range: Range) -> &[Slot] {
        let (begin, end) = (range.begin.timestamp(), range.end.timestamp());
        let time = |slot: &Slot| self.get(*slot).map_or(row::NO_TIME, |held| held.scheduled);
        let first = self.by_time.partition_point(|slot| time(slot) < begin);
        let last = self.by_time.partition_point(|slot| time(slot) <= end);
        self.by_time.get(first..last).unwrap_or_default()
    }

    /// How many are held.
    pub fn len(&self) -> usize {
        self.slots.len() - self.gone.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Another number after every change.
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// Merges slots into an order that holds none of them.
pub fn merge(order: &mut Vec<Slot>, mut new: Vec<Slot>, compare: impl Fn(&Slot, &Slot) -> Ordering) {
    if new.is_empty() {
        return;
    }
    new.sort_unstable_by(&compare);
    let mut merged = Vec::with_capacity(order.len() + new.len());
    let mut from = 0;
    for slot in new {
        let rest = order.get(from..).unwrap_or_default();
        let before = rest.partition_point(|old| compare(old, &slot) == Ordering::Less);
        merged.extend_from_slice(rest.get(..before).unwrap_or_default());
        merged.push(slot);
        from += before;
    }
    merged.extend_from_slice(order.get(from..).unwrap_or_default());
    *order = merged;
}
