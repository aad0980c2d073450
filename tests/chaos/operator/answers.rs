//! What the operator makes of an answer of the worker, and what he notes.

use std::env;
use std::time::{Duration, Instant};

use pushdeck::app::{Message, ReqId, Stop, Verdict, Write, Written};
use pushdeck::domain::wire::time_in;
use pushdeck::domain::{Change, Content, Failure, Page, Status, Task, failure::NotSent};
use pushdeck::store::IntentId;
use serde_json::json;

use super::super::inherit::Found;
use super::super::ledger::{By, Line, Note};
use super::super::plan::{self, Due, Edit, Plan, Step};
use super::super::process::{note_down, tell, time};
use super::{Asked, Operator};

/// No end of a task.
const GONE: i64 = 90104;

impl Operator {
    pub(super) async fn hear(&mut self, message: Message) {
        match message {
            Message::LeftOpen(left) => self.on_left_open(left).await,
            Message::EndedElsewhere { entry, .. } => self.read_journal(entry).await,
            Message::Stopped { req, why } => {
                let Asked::Write(story) = self.take(req) else { panic!("{req:?} was no write") };
                self.on_stopped(story, why);
            }
            Message::Wrote { req, result } => {
                let Asked::Write(story) = self.take(req) else { panic!("{req:?} was no write") };
                self.on_wrote(story, result);
            }
            Message::OutcomeUnknown { req, failure, .. } => {
                let Some(Asked::Write(story)) = self.asked.get(&req).copied() else { panic!("{req:?}") };
                self.note(story, Note::Unknown(failure.words().what));
                tell("unknown");
            }
            Message::Settled { req, verdict } => match self.take(req) {
                Asked::Write(story) => self.on_verdict(story, verdict, By::Verdict).await,
                // Else his own search has found it out meanwhile.
                Asked::Settle(Found { story, at, is_known: false }) if self.stories[story].at == at => {
                    self.on_verdict(story, verdict, By::Inherited).await;
                }
                Asked::Settle(Found { story, at, .. }) => {
                    let note = Note::Afterwards(format!("{verdict:?}"));
                    self.ledger.write(&Line { story, at, note });
                    tell("settled");
                }
                Asked::SettleForTheOther => tell("settled for the other"),
                other => panic!("{other:?} was settled"),
            },
            Message::Got { req, result } => match self.take(req) {
                Asked::Fresh(story) => self.on_fresh(story, result).await,
                Asked::ReadTask(story) => self.on_read_task(story, result).await,
                other => panic!("{other:?} was answered with a task"),
            },
            Message::Listed { req, result } => {
                let Asked::ReadList(story) = self.take(req) else { panic!("{req:?} was no list") };
                self.on_read_list(story, result).await;
            }
            other => self.pass_over(&other),
        }
    }

    fn take(&mut self, req: ReqId) -> Asked {
        self.asked.remove(&req).unwrap_or_else(|| panic!("{req:?} was answered twice, or never asked"))
    }

    fn pass_over(&self, message: &Message) {
        match message {
            Message::Called(_) | Message::Signed { .. } => {}
            // No event: how often it is searched is no matter of the plan.
            Message::Checked { req, sight, .. } if env::var_os("PUSHDECK_CHAOS_KEEP").is_some() => {
                note_down(&format!("checked {req:?} {:?}: {sight:?}", self.asked.get(req)));
            }
            Message::Checked { .. } | Message::Learnt { .. } | Message::Narrowed { .. } => {}
            Message::Noted(words) => tell(&format!("noted {words}")),
            other => panic!("unexpected: {other:?}"),
        }
    }

    fn on_wrote(&mut self, story: usize, result: Result<Written, Failure>) {
        match result {
            Ok(written) => self.done(story, written, By::Answer),
            Err(failure) => {
                if matches!(&failure, Failure::NotSent { reason: NotSent::Refused, .. }) {
                    tell("unreachable");
                }
                self.refused(story, failure.code(), By::Answer);
                self.hold(story);
            }
        }
    }

    /// Nothing was sent.
    fn on_stopped(&mut self, story: usize, why: Stop) {
        match why {
            Stop::Stands { id, entry } => {
                tell("stands");
                let entry = self.store.intent(IntentId(entry)).unwrap().unwrap();
                let due = entry.what.body["SchedAt"].as_str().and_then(time_in).unwrap();
                self.note(story, Note::Stands(id.0, due.timestamp()));
            }
            Stop::Moved(_) | Stop::Unread(_) | Stop::NoJournal(_) | Stop::Elsewhere => {
                if matches!(why, Stop::NoJournal(_)) {
                    tell("no journal");
                }
                self.note(story, Note::Unsent);
                self.hold(story);
            }
            Stop::Gone | Stop::OtherApp => panic!("story {story}: {why:?}"),
        }
    }

    fn done(&mut self, story: usize, written: Written, by: By) {
        let step = self.plan.stories[story].step(self.stories[story].at).unwrap();
        let id = match (step, written) {
            (Step::Create, Written::Created(id))
            | (Step::Modify(_), Written::Modified(id))
            | (Step::Cancel, Written::Cancelled(id)) => id,
            other => panic!("story {story}: {other:?}"),
        };
        self.note(story, Note::Done(id.0, by));
    }

    fn refused(&mut self, story: usize, code: Option<i64>, by: By) {
        self.note(story, refusal(&self.plan, story, self.stories[story].at, code, by));
    }

    async fn on_verdict(&mut self, story: usize, verdict: Verdict, by: By) {
        match verdict {
            Verdict::Done(written) => self.done(story, written, by),
            Verdict::NotDone => self.note(story, Note::NotDone(by)),
            Verdict::Several(ids) => panic!("story {story} stands more than once: {ids:?}"),
            Verdict::CannotTell(words) => {
                self.note(story, Note::CannotTell(words));
                tell("cannot tell");
                self.check_by_reading(story).await;
            }
        }
    }

    async fn on_read_list(&mut self, story: usize, result: Result<Page, Failure>) {
        match result {
            Ok(Page { tasks, .. }) => match tasks.as_slice() {
                [] => self.on_missing(story),
                [task] => {
                    self.missing.remove(&story);
                    self.note(story, Note::Done(task.id.0, By::Operator));
                }
                several => panic!("story {story} stands more than once: {several:?}"),
            },
            Err(failure) => {
                is_to_be_asked_again(&failure);
                self.lists.push_front(story);
            }
        }
        self.read_next_list().await;
    }

    /// The list may lag: it must have stayed so for long.
    fn on_missing(&mut self, story: usize) {
        let since = *self.missing.entry(story).or_insert_with(Instant::now);
        if since.elapsed() >= Duration::from_millis(self.plan.sure_after) {
            self.missing.remove(&story);
            self.note(story, Note::NotDone(By::Operator));
        } else {
            self.hold(story);
        }
    }

    async fn on_read_task(&mut self, story: usize, result: Result<Box<Task>, Failure>) {
        let at = self.stories[story].at;
        let id = self.task(story);
        let note = match (self.plan.stories[story].step(at).unwrap(), result) {
            (Step::Cancel, Err(failure)) if failure.code() == Some(GONE) => Note::Done(id.0, By::Operator),
            (Step::Modify(edit), Ok(task)) if is_as_asked(&task, edit, at) => Note::Done(id.0, By::Operator),
            (_, Ok(_)) => Note::NotDone(By::Operator),
            (_, Err(failure)) => {
                is_to_be_asked_again(&failure);
                return self.check_by_reading(story).await;
            }
        };
        self.note(story, note);
    }

    /// What is done is done to the task as it is, as in the review.
    async fn on_fresh(&mut self, story: usize, result: Result<Box<Task>, Failure>) {
        let task = match result {
            Ok(task) => task,
            Err(failure) => {
                is_to_be_asked_again(&failure);
                self.hold(story);
                return;
            }
        };
        if task.status != Status::Pending {
            self.note(story, Note::TooLate(By::Operator));
            return;
        }
        let at = self.stories[story].at;
        let (due, write) = match self.plan.stories[story].step(at).unwrap() {
            Step::Create => panic!("{story} {at}"),
            Step::Modify(edit) => {
                let (due, content) = changed(&task, edit, at);
                let (id, kind) = (task.id, task.kind.clone());
                (due, Write::Modify(Change { id, kind, scheduled_at: due.map(time), content }))
            }
            Step::Cancel => (None, Write::Cancel { id: task.id, kind: task.kind.clone() }),
        };
        self.hand_over(story, due, write, Some(task)).await;
    }
}

/// What is noted when the service said no.
pub(crate) fn refusal(plan: &Plan, story: usize, at: usize, code: Option<i64>, by: By) -> Note {
    match code {
        Some(90106 | 90107) if at > 0 => Note::TooLate(by),
        // It waited until its time was past; it gets another.
        Some(90110) if at == 0 && matches!(plan.stories[story].due, Due::Soon(_)) => Note::Refused(code, by),
        None | Some(60007 | 90109) => Note::Refused(code, by),
        other => panic!("story {story}, write {at}: refused with {other:?}"),
    }
}

/// Trouble that passes; anything else is a failure of the test.
fn is_to_be_asked_again(failure: &Failure) {
    match failure {
        Failure::NotSent { reason: NotSent::Refused, .. } => tell("unreachable"),
        // All is busy.
        Failure::NotSent { reason: NotSent::ConnectTimeout, .. } => {}
        Failure::NotSent { .. } | Failure::Local { .. } => panic!("{failure:?}"),
        Failure::TimedOut { .. } | Failure::Cut { .. } | Failure::Unreadable { .. } => {}
        Failure::Refused { code: 60007 | 60008 | 90105, .. } => {}
        Failure::Refused { .. } => panic!("{failure:?}"),
    }
}

/// The new time and the new content that an edit asks for.
fn changed(task: &Task, edit: Edit, at: usize) -> (Option<i64>, Option<Content>) {
    let mut content = task.content.without_random();
    content.set("OfflinePushInfo.Desc", Some(json!(plan::text(at))));
    match edit {
        Edit::Text => (None, Some(content)),
        Edit::Time(due) => (Some(due), None),
        Edit::TextAndTime(due) => (Some(due), Some(content)),
        Edit::TakeAway => {
            content.set("OfflinePushInfo.Ext", None);
            (None, Some(content))
        }
    }
}

fn is_as_asked(task: &Task, edit: Edit, at: usize) -> bool {
    let has_text = task.content.text("OfflinePushInfo.Desc") == plan::text(at);
    let has_time = |due| task.scheduled_at == Some(time(due));
    match edit {
        Edit::Text | Edit::TakeAway => has_text,
        Edit::Time(due) => has_time(due),
        Edit::TextAndTime(due) => has_text && has_time(due),
    }
}
