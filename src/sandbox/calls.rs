//! The five commands on the store: steps 10 to 16 of the pipeline (`docs/sandbox.md`).
//!
//! Runs on a blocking thread with the store in hand, so each call is one piece. It never reads a
//! clock: the time of the call is in [`CallContext`].

use chrono::{DateTime, Utc};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::admission::App;
use super::answer::Members;
use super::options::{ListTimeField, Options, WantOverflow};
use super::rules::{self, Refusal};
use super::store::{Database, ListQuery, ListRange, NewRow, TaskRow, TaskStage, TaskText, TimeField};
use crate::domain::wire::Command;
use crate::domain::{JsonObject, Kind};

/// What a call needs besides its body.
pub(super) struct CallContext<'a> {
    pub(super) app: &'a App,
    pub(super) now: DateTime<Utc>,
    pub(super) options: &'a Options,
    /// Tasks that were created less than this long ago are not listed yet.
    pub(super) list_lag_ms: u64,
    /// A create puts another `MsgRandom` in the place of the one that was sent.
    pub(super) rewrite_msg_random: bool,
    pub(super) rng: &'a mut StdRng,
}

impl CallContext<'_> {
    fn with_random(&mut self, mut content: JsonObject, always: bool) -> JsonObject {
        let has_none = rules::given(&content, "MsgRandom").is_none();
        if always || self.options.inject_msg_random && has_none {
            content.insert("MsgRandom".to_owned(), json!(self.rng.random::<u32>()));
        }
        content
    }
}

/// Carries out a command; gives the members that a success has besides the common ones. Whoever
/// calls sees to it that a write is one piece.
pub(super) fn carry_out(
    command: Command,
    body: &JsonObject,
    call: &mut CallContext<'_>,
    store: &Database,
) -> Result<Members, Refusal> {
    rules::same_app(body, call.app.sdkappid)?;
    match command {
        Command::Add => add(body, call, store),
        Command::Modify => modify(body, call, store),
        Command::Delete => delete(body, call, store),
        Command::Get => get(body, call, store),
        Command::List => list(body, call, store),
    }
}

fn add(body: &JsonObject, call: &mut CallContext<'_>, store: &Database) -> Result<Members, Refusal> {
    let kind = rules::kind(body)?;
    let sched_at = rules::time(body, "SchedAt")?;
    let content = rules::object(body, "Content")?;
    rules::check_content(&kind, content, call.options, call.app.known_attributes.as_ref())?;
    rules::check_time(sched_at, call.now, call.options)?;
    rules::check_accounts(content, call.app.known_accounts.as_ref())?;
    let most = call.app.max_active_tasks;
    if most > 0 && store.active(call.app.number())? >= most {
        return Err(Refusal::new(90109, format!("scheduled task quota exceeded: {most} active tasks")));
    }
    let content = call.with_random(content.clone(), call.rewrite_msg_random);
    let (title, desc) = rules::headline(&content);
    let id = store.add(&NewRow {
        sdkappid: call.app.number(),
        kind: &kind,
        create_at: call.now.timestamp(),
        sched_at: sched_at.timestamp(),
        words: TaskText { content: &Value::Object(content.clone()).to_string(), title, desc },
        seeded: false,
        end: None,
    })?;
    Ok(Members::task_id(id))
}

fn modify(body: &JsonObject, call: &mut CallContext<'_>, store: &Database) -> Result<Members, Refusal> {
    let id = rules::integer(body, "TaskID")?;
    let kind = rules::kind(body)?;
    let sched_at = rules::given(body, "SchedAt").map(|_| rules::time(body, "SchedAt")).transpose()?;
    let change = rules::given(body, "Content").map(|_| rules::object(body, "Content")).transpose()?;
    if sched_at.is_none() && change.is_none() {
        return Err(Refusal::invalid("SchedAt or Content must be given"));
    }
    let task = changeable(id, Some(&kind), "modify", call, store)?;

    let mut content: JsonObject = serde_json::from_str(&task.content).map_err(|_| Refusal::internal())?;
    if let Some(change) = change {
        content = rules::modified(&content, change, call.options.modify_content);
        rules::check_content(&kind, &content, call.options, call.app.known_attributes.as_ref())?;
        content = call.with_random(content, false);
    }
    if let Some(at) = sched_at {
        rules::check_time(at, call.now, call.options)?;
    }
    if change.is_some() {
        rules::check_accounts(&content, call.app.known_accounts.as_ref())?;
    }
    let (title, desc) = rules::headline(&content);
    let text = Value::Object(content.clone()).to_string();
    let at = sched_at.map_or(task.sched_at, |at| at.timestamp());
    store.modify(id, at, &TaskText { content: &text, title, desc })?;
    Ok(Members::task_id(id))
}

fn delete(body: &JsonObject, call: &mut CallContext<'_>, store: &Database) -> Result<Members, Refusal> {
    let id = rules::integer(body, "TaskID")?;
    let kind = rules::kind(body)?;
    let kind = call.options.delete_check_type.then_some(&kind);
    changeable(id, kind, "delete", call, store)?;
    store.delete(id)?;
    Ok(Members::task_id(id))
}

fn get(body: &JsonObject, call: &CallContext<'_>, store: &Database) -> Result<Members, Refusal> {
    let id = rules::integer(body, "TaskID")?;
    let task = store.get(call.app.number(), id)?.ok_or_else(|| unknown(id))?;
    Ok(Members::task(&task))
}

fn unknown(id: i64) -> Refusal {
    Refusal::invalid(format!("invalid TaskID: {id}, no such task"))
}

/// The task, when there is one of that type and it is still pending (steps 11 and 12).
fn changeable(
    id: i64,
    kind: Option<&Kind>,
    verb: &str,
    call: &CallContext<'_>,
    store: &Database,
) -> Result<TaskRow, Refusal> {
    let task = store.get(call.app.number(), id)?.ok_or_else(|| unknown(id))?;
    if let Some(kind) = kind
        && kind.wire() != task.kind
    {
        let what = format!("invalid type: {}, the task is of type {}", kind.wire(), task.kind);
        return Err(Refusal::invalid(what));
    }
    match task.stage {
        TaskStage::Pending => Ok(task),
        TaskStage::Dispatching => Err(Refusal::new(90107, format!("{verb} failed: task dispatching"))),
        TaskStage::Dispatched => Err(Refusal::new(90106, format!("{verb} failed: task dispatched"))),
    }
}

fn list(body: &JsonObject, call: &CallContext<'_>, store: &Database) -> Result<Members, Refusal> {
    let (total, tasks) = store.list(&list_query(body, call)?)?;
    Ok(Members::page(total, &tasks))
}

fn list_query(body: &JsonObject, call: &CallContext<'_>) -> Result<ListQuery, Refusal> {
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
    let keyword = rules::given(body, "Keyword").map_or(Ok(""), |_| rules::text(body, "Keyword"))?;
    let field = match options.list_time_field {
        ListTimeField::OrderBy => Some(order),
        ListTimeField::CreateAt => Some(TimeField::Create),
        ListTimeField::SchedAt => Some(TimeField::Sched),
        ListTimeField::Either => None,
    };
    let range = ListRange { sdkappid: call.app.number(), field, begin, end, created_by: lag(call) };
    let keyword = keyword.to_owned();
    Ok(ListQuery { range, keyword, order, ascending, offset, want: want.min(most) })
}

/// The last second of creation that a list shows, when it lags behind.
fn lag(call: &CallContext<'_>) -> Option<i64> {
    if call.list_lag_ms == 0 {
        return None;
    }
    let lag = i64::try_from(call.list_lag_ms).unwrap_or(i64::MAX);
    Some(call.now.timestamp_millis().saturating_sub(lag).div_euclid(1000))
}
