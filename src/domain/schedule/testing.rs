//! Schedules for tests: a task by what matters to its place in time.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::wire::{read_task, time_out};
use super::{Row, Schedule};

/// A task, as far as it counts here.
#[derive(Clone, Debug)]
pub(crate) struct Told<'a> {
    pub(crate) id: u64,
    /// Seconds since 1970.
    pub(crate) at: i64,
    pub(crate) kind: &'a str,
    pub(crate) status: &'a str,
    pub(crate) failed: bool,
    pub(crate) title: &'a str,
    pub(crate) desc: &'a str,
    pub(crate) accounts: &'a [&'a str],
}

impl Default for Told<'_> {
    fn default() -> Self {
        Self {
            id: 1,
            at: 0,
            kind: "All",
            status: "pending",
            failed: false,
            title: "Sale",
            desc: "All of it",
            accounts: &[],
        }
    }
}

impl Told<'_> {
    pub(crate) fn row(&self) -> Row {
        let at: DateTime<Utc> = DateTime::from_timestamp(self.at, 0).unwrap();
        let mut content = json!({ "OfflinePushInfo": { "Title": self.title, "Desc": self.desc } });
        match self.kind {
            "User" => content["To_Account"] = json!(self.accounts),
            "Tag" => content["Condition"] = json!({ "TagsAnd": self.accounts }),
            _ => {}
        }
        let is_sent = self.status == "dispatched" && !self.failed;
        let info: Value = json!({
            "TaskID": self.id, "Sdkappid": 1, "CreateAt": "2026-11-20 02:00:00", "SchedAt": time_out(at),
            "Type": self.kind, "Content": content, "Title": self.title, "Desc": self.desc,
            "Status": self.status, "DispatchSuccess": i32::from(is_sent),
            "DispatchErr": if self.failed { "quota" } else { "" }, "PushTaskID": "",
        });
        Row::of(&read_task(info.as_object().unwrap()).unwrap())
    }
}

/// All of these, in their order in time.
pub(crate) fn schedule<'a>(told: impl IntoIterator<Item = Told<'a>>) -> Schedule {
    let mut schedule = Schedule::default();
    for told in told {
        schedule.put(told.row(), 1);
    }
    schedule.settle();
    schedule
}
