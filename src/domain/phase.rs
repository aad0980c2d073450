//! How near a task is to its time, and whether it is over it: what turns amber, red, late or stuck. It is decided here
//! and nowhere else, by the service's clock.

use chrono::{DateTime, Utc};

use super::schedule::{NO_TIME, TaskState};
use super::task::Task;

/// A pending task is soon to go out from so many seconds before its time on.
const SOON: i64 = 15 * 60;
/// And about to go out from so many on.
const IMMINENT: i64 = 2 * 60;
/// One that is still pending so long after its time is late.
const LATE: i64 = 60;
/// One that is still dispatched so long after its time is stuck.
const STUCK: i64 = 10 * 60;

/// What calls for attention in a task that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// It goes out within 15 minutes.
    Soon,
    /// It goes out within 2 minutes, or its time has just come.
    Imminent,
    /// It is still pending, a minute after its time.
    Late,
    /// It is still being dispatched, ten minutes after its time.
    Stuck,
}

impl Phase {
    /// The phase of a task in that state with that time in seconds; `None` where there is nothing to say.
    pub fn of(state: TaskState, scheduled: i64, now: i64) -> Option<Self> {
        if scheduled == NO_TIME {
            return None;
        }
        let over = now.saturating_sub(scheduled);
        match state {
            TaskState::Pending if over >= LATE => Some(Self::Late),
            TaskState::Pending if over > -IMMINENT => Some(Self::Imminent),
            TaskState::Pending if over > -SOON => Some(Self::Soon),
            TaskState::Dispatching if over > STUCK => Some(Self::Stuck),
            TaskState::Pending
            | TaskState::Dispatching
            | TaskState::Sent
            | TaskState::Failed
            | TaskState::Unclear => None,
        }
    }

    /// The same of a task as it was read.
    pub fn of_task(task: &Task, now: DateTime<Utc>) -> Option<Self> {
        Self::of(TaskState::from(&task.outcome()), task.scheduled_at?.timestamp(), now.timestamp())
    }

    /// When a task in that state becomes late or stuck, in seconds; `None` where it never does.
    pub fn overdue_from(state: TaskState, scheduled: i64) -> Option<i64> {
        match state {
            _ if scheduled == NO_TIME => None,
            TaskState::Pending => Some(scheduled.saturating_add(LATE)),
            TaskState::Dispatching => Some(scheduled.saturating_add(STUCK + 1)),
            TaskState::Sent | TaskState::Failed | TaskState::Unclear => None,
        }
    }

    /// In place of the word of the state, where the task is overdue.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Soon | Self::Imminent => None,
            Self::Late => Some("LATE"),
            Self::Stuck => Some("STUCK"),
        }
    }

    /// Whether it needs somebody now, and not only soon.
    pub fn is_urgent(self) -> bool {
        self != Self::Soon
    }

    /// The same in plain words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Soon => "soon: goes out within 15 minutes",
            Self::Imminent => "now: goes out within 2 minutes; it can still be cancelled",
            Self::Late => {
                "late: its time has come and the service has not begun to send it; it can still be cancelled"
            }
            Self::Stuck => {
                "stuck: it has been dispatched for over 10 minutes, and the service does not say why"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pending_task_turns_amber_red_and_late_and_one_that_is_dispatched_stuck() {
        for (state, over, phase) in [
            (TaskState::Pending, -901, None),
            (TaskState::Pending, -900, None),
            (TaskState::Pending, -899, Some(Phase::Soon)),
            (TaskState::Pending, -120, Some(Phase::Soon)),
            (TaskState::Pending, -119, Some(Phase::Imminent)),
            (TaskState::Pending, 0, Some(Phase::Imminent)),
            (TaskState::Pending, 59, Some(Phase::Imminent)),
            (TaskState::Pending, 60, Some(Phase::Late)),
            (TaskState::Pending, 1_000_000, Some(Phase::Late)),
            (TaskState::Dispatching, 600, None),
            (TaskState::Dispatching, 601, Some(Phase::Stuck)),
            (TaskState::Sent, 601, None),
            (TaskState::Failed, 601, None),
            (TaskState::Unclear, 601, None),
        ] {
            assert_eq!(Phase::of(state, 1000, 1000 + over), phase, "{state:?} {over}");
            let is_overdue = matches!(phase, Some(Phase::Late | Phase::Stuck));
            let from = Phase::overdue_from(state, 1000);
            assert_eq!(from.is_some_and(|from| 1000 + over >= from), is_overdue, "{state:?} {over}");
            assert_eq!(Phase::of(state, NO_TIME, over), None);
        }
    }
}
