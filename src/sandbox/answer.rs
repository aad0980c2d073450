//! What is answered, from the outcome of a call to the text of the body.
//!
//! Members are JSON text already: a stored `Content` goes out as it lies in the database, without
//! being taken apart and put together again.

use std::fmt::Write;

use chrono::DateTime;
use serde_json::Value;

use super::rules::Refusal;
use super::store::TaskRow;
use crate::domain::wire::time_out;

/// The members of a success besides the common ones, as JSON text; with a comma in front of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Members(String);

impl Members {
    /// `TaskID` alone.
    pub(super) fn task_id(id: i64) -> Self {
        Self(format!(",\"TaskID\":{id}"))
    }

    /// `TaskInfo`.
    pub(super) fn task(task: &TaskRow) -> Self {
        let mut text = ",\"TaskInfo\":".to_owned();
        task_info(&mut text, task);
        Self(text)
    }

    /// `Total` and `Tasks`.
    pub(super) fn page(total: i64, tasks: &[TaskRow]) -> Self {
        let mut text = format!(",\"Total\":{total},\"Tasks\":[");
        for (i, task) in tasks.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            task_info(&mut text, task);
        }
        text.push(']');
        Self(text)
    }
}

/// An answer before it is text.
#[derive(Clone, Debug)]
pub(super) struct CallAnswer {
    pub(super) outcome: Result<Members, Refusal>,
    /// Failures of create, modify and delete carry `TaskID: 0`, once they got as far as the body.
    pub(super) with_task_id: bool,
}

impl CallAnswer {
    /// The body, with this `RequestId`.
    pub(super) fn text(&self, request_id: Option<u128>) -> String {
        let mut text = match &self.outcome {
            Ok(Members(members)) => {
                format!("{{\"ActionStatus\":\"OK\",\"ErrorInfo\":\"\",\"ErrorCode\":0{members}")
            }
            Err(refusal) => {
                let mut text = format!(
                    "{{\"ActionStatus\":\"FAIL\",\"ErrorInfo\":{},\"ErrorCode\":{}",
                    quoted(&refusal.info),
                    refusal.code
                );
                if self.with_task_id {
                    text.push_str(",\"TaskID\":0");
                }
                if !refusal.invalid_accounts.is_empty() {
                    text.push_str(",\"InvalidUserID\":");
                    text.push_str(&Value::from(refusal.invalid_accounts.clone()).to_string());
                }
                text
            }
        };
        if let Some(id) = request_id {
            put(&mut text, format_args!(",\"RequestId\":\"{id:032x}\""));
        }
        text.push('}');
        text
    }
}

/// A `TaskInfo` (documents, *Get scheduled task*).
pub(super) fn task_info(text: &mut String, task: &TaskRow) {
    let time = |at: i64| DateTime::from_timestamp(at, 0).map(time_out).unwrap_or_default();
    put(
        text,
        format_args!(
            "{{\"TaskID\":{},\"Sdkappid\":{},\"CreateAt\":\"{}\",\"Type\":{},\"SchedAt\":\"{}\",\"Content\":{},\
             \"Title\":{},\"Desc\":{},\"Status\":\"{}\",\"DispatchSuccess\":{},\"DispatchErr\":{},\"PushTaskID\":{}}}",
            task.id,
            task.sdkappid,
            time(task.create_at),
            quoted(&task.kind),
            time(task.sched_at),
            task.content,
            quoted(&task.title),
            quoted(&task.desc),
            task.stage.wire(),
            i32::from(task.success),
            quoted(&task.failure),
            quoted(&task.push_id),
        ),
    );
}

fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _ = text.write_fmt(what);
}

/// A JSON string.
fn quoted(text: &str) -> String {
    // A text always has a JSON form.
    serde_json::to_string(text).unwrap_or_default()
}
