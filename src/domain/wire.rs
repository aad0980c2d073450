//! The five commands as the client writes and reads them: JSON out, JSON in.
//!
//! Bodies are pinned by golden JSON from the service's documents, because the sandbox has its own
//! reading of the same documents and a shared mistake would hide (I3). Answers are read tolerantly:
//! by name, in any order, unknown fields kept, missing ones filled as far as the documents' own samples differ:
//! allows.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::content::Content;
use super::draft::NewTask;
use super::failure::Failure;
use super::json::{JsonObject, RawText};
use super::kind::Kind;
use super::query::{Page, Query};
use super::task::{Status, Task, TaskId};

mod answer;
mod rows;

pub use answer::{Answer, read_answer, read_request_id};
pub use rows::{KnownRows, ListedRow, ListedValue};

/// The five calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Command {
    /// `add_sched_task`
    Add,
    /// `modify_sched_task`
    Modify,
    /// `delete_sched_task`
    Delete,
    /// `get_sched_task`
    Get,
    /// `list_sched_task`
    List,
}

impl Command {
    /// All five.
    pub const ALL: [Self; 5] = [Self::Add, Self::Modify, Self::Delete, Self::Get, Self::List];

    /// The last part of the URL's path.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add_sched_task",
            Self::Modify => "modify_sched_task",
            Self::Delete => "delete_sched_task",
            Self::Get => "get_sched_task",
            Self::List => "list_sched_task",
        }
    }

    /// The first word of its name, for places with little room.
    pub fn word(self) -> &'static str {
        let name = self.name();
        name.strip_suffix("_sched_task").unwrap_or(name)
    }

    /// Its index in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// Whether the call changes something.
    pub fn writes(self) -> bool {
        match self {
            Self::Add | Self::Modify | Self::Delete => true,
            Self::Get | Self::List => false,
        }
    }
}

/// What `SchedAt` and the other times look like: UTC, whole seconds, no zone.
const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// A time as the wire has it; a fraction of a second is cut off.
pub fn time_out(at: DateTime<Utc>) -> String {
    at.format(TIME_FORMAT).to_string()
}

/// A time from the wire: exactly `YYYY-MM-DD HH:MM:SS`, nothing around it.
pub fn time_in(text: &str) -> Option<DateTime<Utc>> {
    let shape_fits = text.len() == 19
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            10 => b == b' ',
            13 | 16 => b == b':',
            _ => b.is_ascii_digit(),
        });
    if !shape_fits || text.ends_with(":60") {
        return None;
    }
    NaiveDateTime::parse_from_str(text, TIME_FORMAT).ok().map(|naive| naive.and_utc())
}

/// Body of `add_sched_task`.
pub fn add_body(sdkappid: u64, new: &NewTask) -> Value {
    json!({
        "Sdkappid": sdkappid,
        "Type": new.kind.wire(),
        "SchedAt": time_out(new.scheduled_at),
        "Content": new.content.0,
    })
}

/// Body of `modify_sched_task`; what is `None` is left out and stays as it is.
pub fn modify_body(
    sdkappid: u64,
    id: TaskId,
    kind: &Kind,
    scheduled_at: Option<DateTime<Utc>>,
    content: Option<&Content>,
) -> Value {
    let mut body = json!({ "Sdkappid": sdkappid, "TaskID": id.0, "Type": kind.wire() });
    if let Some(object) = body.as_object_mut() {
        if let Some(at) = scheduled_at {
            object.insert("SchedAt".to_owned(), json!(time_out(at)));
        }
        if let Some(content) = content {
            object.insert("Content".to_owned(), Value::Object(content.0.clone()));
        }
    }
    body
}

/// Body of `delete_sched_task`.
pub fn delete_body(sdkappid: u64, id: TaskId, kind: &Kind) -> Value {
    json!({ "Sdkappid": sdkappid, "TaskID": id.0, "Type": kind.wire() })
}

/// Body of `get_sched_task`.
pub fn get_body(sdkappid: u64, id: TaskId) -> Value {
    json!({ "Sdkappid": sdkappid, "TaskID": id.0 })
}

/// Body of `list_sched_task`; an empty keyword is left out.
pub fn list_body(sdkappid: u64, query: &Query) -> Value {
    let mut body = json!({
        "Sdkappid": sdkappid,
        "Offset": query.offset,
        "Want": query.page_size,
        "OrderBy": query.order.wire(),
        "Asc": query.ascending,
        "BeginTime": time_out(query.range.begin),
        "EndTime": time_out(query.range.end),
    });
    if let Some(object) = body.as_object_mut()
        && !query.keyword.is_empty()
    {
        object.insert("Keyword".to_owned(), json!(query.keyword));
    }
    body
}

/// `TaskID` of a successful create, modify or delete.
///
/// # Errors
/// `Unreadable` when it is missing or 0.
pub fn read_task_id(answer: &Answer) -> Result<TaskId, Failure> {
    match answer.task_id {
        Some(id) if id > 0 => Ok(TaskId(id)),
        _ => Err(Failure::Unreadable { status: 200, detail: "success without a TaskID".to_owned() }),
    }
}

/// `TaskInfo` of a get.
///
/// # Errors
/// `Unreadable` when it is missing or no task.
pub fn read_task_info(answer: Answer) -> Result<Task, Failure> {
    let info = answer.task_info.as_ref().and_then(read_task);
    info.ok_or_else(|| Failure::Unreadable { status: 200, detail: "success without a TaskInfo".to_owned() })
}

/// `Total` and `Tasks` of a list; an item that is no task makes the whole answer unreadable, for a
/// page with a silent hole would lie. With it come the rows by which the next list knows what it brings again.
///
/// # Errors
/// `Unreadable`, saying what is wrong.
pub fn read_list(answer: Answer) -> Result<(Page, KnownRows), Failure> {
    let (mut tasks, mut known) = (Vec::with_capacity(answer.rows.len()), KnownRows::default());
    for mut row in answer.rows {
        let task = match &mut row.value {
            ListedValue::Known(task) => Some(Arc::clone(task)),
            ListedValue::New(object) => task_of(std::mem::take(object), row.text.clone()).map(Arc::new),
        };
        let Some(task) = task else {
            let detail = "an item of Tasks has no TaskID".to_owned();
            return Err(Failure::Unreadable { status: 200, detail });
        };
        known.add(row, Arc::clone(&task));
        tasks.push(task);
    }
    let total = answer.total.unwrap_or(tasks.len() as u64 + answer.surplus);
    Ok((Page { total, tasks }, known))
}

/// One `TaskInfo`; only a missing or unreadable `TaskID` refuses it.
pub fn read_task(info: &JsonObject) -> Option<Task> {
    let json = serde_json::to_string(info).ok()?;
    task_of(info.clone(), RawText(json.into()))
}

/// A task from the JSON that is held of it.
pub fn read_task_text(json: &Arc<str>) -> Option<Task> {
    task_of(serde_json::from_str(json).ok()?, RawText(Arc::clone(json)))
}

fn task_of(info: JsonObject, json: RawText) -> Option<Task> {
    let text = |key: &str| info.get(key).and_then(Value::as_str);
    let content = Content(info.get("Content").and_then(Value::as_object).cloned().unwrap_or_default());
    let title = text("Title").unwrap_or_else(|| content.text("OfflinePushInfo.Title")).to_owned();
    let desc = text("Desc").unwrap_or_else(|| content.text("OfflinePushInfo.Desc")).to_owned();
    Some(Task {
        id: TaskId(info.get("TaskID")?.as_u64()?),
        sdkappid: info.get("Sdkappid").and_then(Value::as_u64).unwrap_or(0),
        created_at: text("CreateAt").and_then(time_in),
        scheduled_at: text("SchedAt").and_then(time_in),
        kind: Kind::from_wire(text("Type").unwrap_or("")),
        title,
        desc,
        content,
        status: Status::from_wire(text("Status").unwrap_or("")),
        dispatch_success: info.get("DispatchSuccess").and_then(Value::as_i64) == Some(1),
        dispatch_err: text("DispatchErr").unwrap_or("").to_owned(),
        push_task_id: text("PushTaskID").unwrap_or("").to_owned(),
        raw: info,
        json,
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::super::query::{Order, Range};
    use super::*;

    fn read(status: u16, body: &[u8], want: usize) -> Result<Answer, Failure> {
        read_answer(status, body, want, &KnownRows::default())
    }

    fn at(text: &str) -> DateTime<Utc> {
        time_in(text).unwrap()
    }

    fn object(text: &str) -> JsonObject {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn requests_are_the_documents_samples_to_the_letter() {
        let content = Content(object(
            r#"{"From_Account": "administrator","Condition": {"TagsAnd": ["Stock A","Stock B"]},"OfflinePushInfo": {"Title": "Offline Push Title","Desc": "Offline Push Content"}}"#,
        ));
        let new =
            NewTask { kind: Kind::Tag, scheduled_at: at("2025-06-01 10:00:00"), content: content.clone() };
        assert_eq!(
            add_body(88_888_888, &new).to_string(),
            r#"{"Sdkappid":88888888,"Type":"Tag","SchedAt":"2025-06-01 10:00:00","Content":{"From_Account":"administrator","Condition":{"TagsAnd":["Stock A","Stock B"]},"OfflinePushInfo":{"Title":"Offline Push Title","Desc":"Offline Push Content"}}}"#
        );
        let id = TaskId(1_234_567_890);
        assert_eq!(get_body(88_888_888, id).to_string(), r#"{"Sdkappid":88888888,"TaskID":1234567890}"#);
        assert_eq!(
            delete_body(88_888_888, id, &Kind::All).to_string(),
            r#"{"Sdkappid":88888888,"TaskID":1234567890,"Type":"All"}"#
        );
        assert_eq!(
            modify_body(88_888_888, id, &Kind::User, Some(at("2030-01-16 09:30:00")), None).to_string(),
            r#"{"Sdkappid":88888888,"TaskID":1234567890,"Type":"User","SchedAt":"2030-01-16 09:30:00"}"#
        );
        let query = Query {
            order: Order::Scheduled,
            ascending: false,
            range: Range { begin: at("2025-05-01 00:00:00"), end: at("2025-06-01 00:00:00") },
            keyword: "Push Title".into(),
            offset: 0,
            page_size: 20,
        };
        assert_eq!(
            list_body(88_888_888, &query).to_string(),
            r#"{"Sdkappid":88888888,"Offset":0,"Want":20,"OrderBy":"schedat","Asc":false,"BeginTime":"2025-05-01 00:00:00","EndTime":"2025-06-01 00:00:00","Keyword":"Push Title"}"#
        );
    }

    #[test]
    fn the_documents_get_sample_is_read_whole() {
        let body = br#"{"ActionStatus": "OK","ErrorInfo": "","ErrorCode": 0,"TaskInfo": {"TaskID": 1234567890,"Sdkappid": 88888888,"CreateAt": "2025-05-20 08:30:00","Type": "All","SchedAt": "2025-06-01 10:00:00","Content": {"From_Account": 12345,"MsgRandom": 123456,"OfflinePushInfo": {"Title": "Push Title","Desc": "Push Content Description"}},"Title": "Push Title","Desc": "Push Content Description","Status": "pending","DispatchSuccess": 0,"DispatchErr": "","PushTaskID": ""}}"#;
        let task = read_task_info(read(200, body, 0).unwrap()).unwrap();
        assert_eq!(task.id, TaskId(1_234_567_890));
        assert_eq!(task.created_at, Some(Utc.with_ymd_and_hms(2025, 5, 20, 8, 30, 0).unwrap()));
        assert_eq!((task.kind.wire(), task.title.as_str()), ("All", "Push Title"));
        assert_eq!(task.content.at("From_Account"), Some(&json!(12345)));
        assert_eq!(task.outcome().word(), "PEND");
    }

    #[test]
    fn refusals_carry_code_text_and_accounts() {
        let body = br#"{"ActionStatus": "FAIL", "ErrorInfo": "some accounts are invalid", "ErrorCode": 90108, "TaskID": 0, "InvalidUserID": ["bela"]}"#;
        let expected = Failure::Refused {
            code: 90108,
            info: "some accounts are invalid".into(),
            invalid_accounts: vec!["bela".into()],
        };
        assert_eq!(read(200, body, 0), Err(expected));
    }

    #[test]
    fn an_answer_that_is_not_the_services_is_unreadable() {
        for body in
            [&b""[..], b"<html>502</html>", b"[]", b"{}", b"{\"ErrorCode\":\"0\"}", b"{\"Err", b"\xff\xfe"]
        {
            assert!(matches!(read(200, body, 0), Err(Failure::Unreadable { .. })), "{body:?}");
        }
        assert!(read(502, br#"{"ActionStatus":"OK","ErrorCode":0}"#, 0).is_err());
        let zero = read(200, br#"{"ErrorCode":0,"TaskID":0}"#, 0).unwrap();
        assert!(read_task_id(&zero).is_err());
    }

    #[test]
    fn success_is_the_code_not_the_text() {
        assert!(read(200, br#"{"ErrorInfo":"sucess","ErrorCode":0,"ActionStatus":"OK"}"#, 0).is_ok());
        assert!(read(200, br#"{"ErrorInfo":"","ErrorCode":0,"ActionStatus":"FAIL"}"#, 0).is_err());
    }

    #[test]
    fn a_request_id_is_an_id_or_none() {
        let of = |text: &str| read_request_id(text.as_bytes());
        assert_eq!(of(r#"{"RequestId":"09e1-4f.2_A:b"}"#).as_deref(), Some("09e1-4f.2_A:b"));
        let long = format!(r#"{{"RequestId":"{}"}}"#, "x".repeat(65));
        for odd in [r"{}", r#"{"RequestId":7}"#, r#"{"RequestId":""}"#, r#"{"RequestId":"a=b c"}"#, &long] {
            assert_eq!(of(odd), None, "{odd}");
        }
    }

    #[test]
    fn times_have_one_spelling_only() {
        assert_eq!(time_out(at("2024-02-29 23:59:59")), "2024-02-29 23:59:59");
        for wrong in [
            "2025-02-30 00:00:00",
            "2025-1-1 00:00:00",
            "2025-01-01T00:00:00",
            " 2025-01-01 00:00:00",
            "2025-01-01 00:00:60",
            "+025-01-01 00:00:00",
        ] {
            assert_eq!(time_in(wrong), None, "{wrong}");
        }
    }

    // One spelling is not kept: `serde_json` writes `1e5` as `1e+5`, the same number.
    #[test]
    fn unknown_fields_and_numbers_go_back_as_they_came() {
        let text = r#"{"From_Account":"a","New":{"deep":[1.0,2.50e-3,12345678901234567890123]},"OfflinePushInfo":{"Title":"t","Odd":null}}"#;
        let info = object(&format!(r#"{{"TaskID":7,"Type":"All","Content":{text}}}"#));
        let task = read_task(&info).unwrap();
        let body = modify_body(1, task.id, &task.kind, None, Some(&task.content)).to_string();
        assert!(body.contains(&format!("\"Content\":{text}")), "{body}");
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer_or_a_failure(status in 100u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(answer) = read(status, &body, 50) {
                let _ = (read_list(answer.clone()), read_task_info(answer.clone()), read_task_id(&answer));
            }
        }

        #[test]
        fn every_second_survives_the_wire(seconds in 0i64..253_402_300_799) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            prop_assert_eq!(time_in(&time_out(at)), Some(at));
        }
    }
}
