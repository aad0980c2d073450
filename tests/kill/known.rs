//! What is known of a task. All that it says follows from its name and its version, so that half of
//! a version is noticed.

use serde_json::{Value, json};

use super::process::{APP, WHO};

/// A task as its writer knows it. All that it says follows from its name and its version.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) number: u32,
    /// Due at once, and changed in its content only; else far away, and changed in its time as well.
    pub(crate) due: bool,
    pub(crate) sched_at: i64,
    pub(crate) id: Option<i64>,
    /// The version that was acknowledged; 0 is none.
    pub(crate) version: u32,
    /// What was asked and not answered when the process died.
    pub(crate) asked: Option<Asked>,
    /// Its last shape, once it was seen dispatched: that never changes.
    pub(crate) end: Option<Value>,
    /// It was seen dispatching: it never is pending again.
    pub(crate) begun: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Create, or change to this version.
    Version(u32),
    Delete,
}

pub(crate) fn time(at: i64) -> String {
    chrono::DateTime::from_timestamp(at, 0).unwrap().format("%Y-%m-%d %H:%M:%S").to_string()
}

impl Known {
    pub(crate) fn content(&self, version: u32) -> Value {
        let Self { name, number, .. } = self;
        // Long enough to lie on more than one page of the database now and then.
        let ext = format!("{name}/{version};").repeat(1 + (version as usize * 7 + *number as usize) % 60);
        json!({"From_Account": WHO, "MsgRandom": number, "OfflinePushInfo": {
            "Title": format!("{name} v{version}"), "Desc": format!("text {version}"), "Ext": ext}})
    }

    pub(crate) fn sched_at(&self, version: u32) -> String {
        time(if self.due { self.sched_at } else { self.sched_at + i64::from(version) })
    }

    pub(crate) fn add_body(&self) -> Value {
        json!({"Sdkappid": APP, "Type": "All", "SchedAt": self.sched_at(1), "Content": self.content(1)})
    }

    pub(crate) fn modify_body(&self, version: u32) -> Value {
        let mut body =
            json!({"Sdkappid": APP, "TaskID": self.id, "Type": "All", "Content": self.content(version)});
        if !self.due {
            body["SchedAt"] = json!(self.sched_at(version));
        }
        body
    }

    pub(crate) fn delete_body(&self) -> Value {
        json!({"Sdkappid": APP, "TaskID": self.id, "Type": "All"})
    }

    /// Whether the task is this one in that version, in every field.
    pub(crate) fn is(&self, task: &Value, version: u32) -> bool {
        let content = self.content(version);
        let info = &content["OfflinePushInfo"];
        task["Content"] == content
            && task["SchedAt"] == json!(self.sched_at(version))
            && task["Title"] == info["Title"]
            && task["Desc"] == info["Desc"]
            && task["Type"] == "All"
    }

    /// Compares what was read with what is known of its dispatch, and remembers it.
    pub(crate) fn watch(&mut self, task: &Value) {
        if let Some(end) = &self.end {
            assert_eq!(end, task, "a task that was dispatched has changed");
            return;
        }
        let text = |key: &str| task[key].as_str().unwrap().to_owned();
        let (failure, push) = (text("DispatchErr"), text("PushTaskID"));
        match (text("Status").as_str(), task["DispatchSuccess"].as_i64()) {
            ("pending", Some(0)) => assert!(!self.begun, "a dispatch began anew: {task}"),
            ("dispatching", Some(0)) => self.begun = true,
            ("dispatched", Some(1)) => {
                assert!(failure.is_empty() && push.ends_with(&format!("_{:08x}", self.number)), "{task}");
                self.end = Some(task.clone());
                return;
            }
            ("dispatched", Some(0)) => {
                assert!(failure == "interrupted" && push.is_empty(), "{task}");
                self.end = Some(task.clone());
                return;
            }
            _ => panic!("no state: {task}"),
        }
        assert!(failure.is_empty() && push.is_empty(), "{task}");
        assert!(self.due || text("Status") == "pending", "dispatched before its time: {task}");
    }
}

impl Known {
    /// A change may only be refused because the dispatch has begun.
    pub(crate) fn refused(&mut self, answer: &Value) {
        let code = answer["ErrorCode"].as_i64();
        assert!(self.due && matches!(code, Some(90106 | 90107)), "{answer} for {self:?}");
        self.begun = true;
    }
}
