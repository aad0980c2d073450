//! The five commands on the store: steps 10 to 16 of the pipeline (section 8.1 of the fact sheet).
//!
//! Runs on a blocking thread with the store in hand, so each call is one piece. It never reads a
//! clock: the time of the call is in [`Call`].

use chrono::{DateTime, Utc};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::options::{ListTimeField, Options, WantOverflow};
use super::rules::{self, Refusal};
use super::store::{NewRow, State, Store, Stored, TimeField, Wanted, Words};
use crate::domain::wire::{Command, time_out};
use crate::domain::{JsonObject, Kind};

/// What a call needs besides its body.
pub(super) struct Call<'a> {
    pub(super) sdkappid: u64,
    pub(super) now: DateTime<Utc>,
    pub(super) options: &'a Options,
    pub(super) rng: &'a mut StdRng,
}

impl Call<'_> {
    /// The application as the store keeps it; applications are checked at the start to fit.
    fn app(&self) -> i64 {
        i64::try_from(self.sdkappid).unwrap_or(i64::MAX)
    }

    fn with_random(&mut self, mut content: JsonObject) -> JsonObject {
        if self.options.inject_msg_random && !content.contains_key("MsgRandom") {
            content.insert("MsgRandom".to_owned(), json!(self.rng.random::<u32>()));
        }
        content
    }
}

/// Carries out a command; gives the fields that a success has besides the common ones.
pub(super) fn carry_out(
    command: Command,
    body: &JsonObject,
    call: &mut Call<'_>,
    store: &Store,
) -> Result<JsonObject, Refusal> {
    rules::same_app(body, call.sdkappid)?;
    match command {
        Command::Add => store.atomically(|store| add(body, call, store)),
        Command::Modify => store.atomically(|store| modify(body, call, store)),
        Command::Delete => store.atomically(|store| delete(body, call, store)),
        Command::Get => get(body, call, store),
        Command::List => list(body, call, store),
    }
}

fn fields(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            JsonObject::new()
        }
    }
}

fn add(body: &JsonObject, call: &mut Call<'_>, store: &Store) -> Result<JsonObject, Refusal> {
    let kind = rules::kind(body)?;
    let sched_at = rules::time(body, "SchedAt")?;
    let content = rules::object(body, "Content")?;
    rules::check_content(&kind, content, call.options)?;
    rules::check_time(sched_at, call.now, call.options)?;
    rules::check_accounts(content, call.options.known_accounts.as_ref())?;
    let most = call.options.max_active_tasks;
    if most > 0 && store.active(call.app())? >= most {
        return Err(Refusal::new(90109, format!("scheduled task quota exceeded: {most} active tasks")));
    }
    let content = call.with_random(content.clone());
    let (title, desc) = rules::headline(&content);
    let id = store.add(&NewRow {
        sdkappid: call.app(),
        kind: &kind,
        create_at: call.now.timestamp(),
        sched_at: sched_at.timestamp(),
        words: Words { content: &Value::Object(content.clone()).to_string(), title, desc },
        end: None,
    })?;
    Ok(fields(json!({ "TaskID": id })))
}

fn modify(body: &JsonObject, call: &mut Call<'_>, store: &Store) -> Result<JsonObject, Refusal> {
    let id = rules::integer(body, "TaskID")?;
    let kind = rules::kind(body)?;
    let sched_at = body.contains_key("SchedAt").then(|| rules::time(body, "SchedAt")).transpose()?;
    let change = body.contains_key("Content").then(|| rules::object(body, "Content")).transpose()?;
    if sched_at.is_none() && change.is_none() {
        return Err(Refusal::invalid("SchedAt or Content must be given"));
    }
    let task = changeable(id, Some(&kind), "modify", call, store)?;

    let mut content: JsonObject = serde_json::from_str(&task.content).map_err(|_| Refusal::internal())?;
    if let Some(change) = change {
        content = rules::modified(&content, change, call.options.modify_content);
        rules::check_content(&kind, &content, call.options)?;
        content = call.with_random(content);
    }
    if let Some(at) = sched_at {
        rules::check_time(at, call.now, call.options)?;
    }
    if change.is_some() {
        rules::check_accounts(&content, call.options.known_accounts.as_ref())?;
    }
    let (title, desc) = rules::headline(&content);
    let text = Value::Object(content.clone()).to_string();
    let at = sched_at.map_or(task.sched_at, |at| at.timestamp());
    store.modify(id, at, &Words { content: &text, title, desc })?;
    Ok(fields(json!({ "TaskID": id })))
}

fn delete(body: &JsonObject, call: &mut Call<'_>, store: &Store) -> Result<JsonObject, Refusal> {
    let id = rules::integer(body, "TaskID")?;
    let kind = rules::kind(body)?;
    let kind = call.options.delete_check_type.then_some(&kind);
    changeable(id, kind, "delete", call, store)?;
    store.delete(id)?;
    Ok(fields(json!({ "TaskID": id })))
}

fn get(body: &JsonObject, call: &Call<'_>, store: &Store) -> Result<JsonObject, Refusal> {
    let id = rules::integer(body, "TaskID")?;
    let task = store.get(call.app(), id)?.ok_or_else(|| unknown(id))?;
    Ok(fields(json!({ "TaskInfo": task_info(&task)? })))
}

fn unknown(id: i64) -> Refusal {
    Refusal::invalid(format!("invalid TaskID: {id}, no such task"))
}

/// The task, when there is one of that type and it is still pending (steps 11 and 12).
fn changeable(
    id: i64,
    kind: Option<&Kind>,
    verb: &str,
    call: &Call<'_>,
    store: &Store,
) -> Result<Stored, Refusal> {
    let task = store.get(call.app(), id)?.ok_or_else(|| unknown(id))?;
    if let Some(kind) = kind
        && kind.wire() != task.kind
    {
        let what = format!("invalid type: {}, the task is of type {}", kind.wire(), task.kind);
        return Err(Refusal::invalid(what));
    }
    match task.state {
        State::Pending => Ok(task),
        State::Dispatching => Err(Refusal::new(90107, format!("{verb} failed: task dispatching"))),
        State::Dispatched => Err(Refusal::new(90106, format!("{verb} failed: task dispatched"))),
    }
}

fn list(body: &JsonObject, call: &Call<'_>, store: &Store) -> Result<JsonObject, Refusal> {
    let wanted = wanted(body, call)?;
    let (total, tasks) = store.list(&wanted)?;
    let tasks: Vec<Value> = tasks.iter().map(task_info).collect::<Result<_, _>>()?;
    Ok(fields(json!({ "Total": total, "Tasks": tasks })))
}

fn wanted(body: &JsonObject, call: &Call<'_>) -> Result<Wanted, Refusal> {
    let options = call.options;
    let offset = rules::integer(body, "Offset")?;
    if offset < 0 {
        return Err(Refusal::invalid("Offset must not be negative"));
    }
    let want = rules::integer(body, "Want")?;
    if want <= 0 {
        return Err(Refusal::invalid("Want must be greater than 0"));
    }
    let most = options.list_max_want;
    if want > most && options.list_want_overflow == WantOverflow::Reject {
        return Err(Refusal::invalid(format!("Want must be at most {most}")));
    }
    let order = match rules::text(body, "OrderBy")? {
        name if name.eq_ignore_ascii_case("createat") => TimeField::Create,
        name if name.eq_ignore_ascii_case("schedat") => TimeField::Sched,
        other => return Err(Refusal::invalid(format!("invalid OrderBy: {other}"))),
    };
    let ascending = rules::boolean(body, "Asc")?;
    let begin = rules::time(body, "BeginTime")?.timestamp();
    let end = rules::time(body, "EndTime")?.timestamp();
    if begin > end {
        return Err(Refusal::invalid("BeginTime is later than EndTime"));
    }
    let days = options.list_max_range_days;
    if days > 0 && end - begin > days.saturating_mul(86_400) {
        return Err(Refusal::invalid(format!("the time range is longer than {days} days")));
    }
    let keyword = if body.contains_key("Keyword") { rules::text(body, "Keyword")? } else { "" };
    Ok(Wanted {
        sdkappid: call.app(),
        range_of: match options.list_time_field {
            ListTimeField::OrderBy => Some(order),
            ListTimeField::CreateAt => Some(TimeField::Create),
            ListTimeField::SchedAt => Some(TimeField::Sched),
            ListTimeField::Either => None,
        },
        begin,
        end,
        keyword: keyword.to_owned(),
        order,
        ascending,
        offset,
        want: want.min(most),
    })
}

/// A `TaskInfo` (section 3).
fn task_info(task: &Stored) -> Result<Value, Refusal> {
    let content: Value = serde_json::from_str(&task.content).map_err(|_| Refusal::internal())?;
    let time = |at: i64| DateTime::from_timestamp(at, 0).map(time_out).unwrap_or_default();
    Ok(json!({
        "TaskID": task.id,
        "Sdkappid": task.sdkappid,
        "CreateAt": time(task.create_at),
        "Type": task.kind,
        "SchedAt": time(task.sched_at),
        "Content": content,
        "Title": task.title,
        "Desc": task.desc,
        "Status": task.state.wire(),
        "DispatchSuccess": i32::from(task.success),
        "DispatchErr": task.failure,
        "PushTaskID": task.push_id,
    }))
}
