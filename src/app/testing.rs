//! States for tests: a fixed clock, a fixed profile, and tasks read from JSON as the wire has it.

use crate::app::form::Purpose;
use crate::app::next::Destination;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};

use crate::app::calls::Calls;
use crate::app::{
    Call, Copied, Effect, Message, Moment, OpenWrite, Priority, ReqId, Setup, State, Write, update,
};
use crate::domain::call::End;
use crate::domain::collision::{Policy, QuietHours};
use crate::domain::failure::NotSent;
use crate::domain::kept::{DraftId, DraftState, KeptDraft};
use crate::domain::profile::Environment;
use crate::domain::schedule::Row;
use crate::domain::wire::{Command, read_task, time_in, time_out};
use crate::domain::{self, Content, Draft, Failure, Kind, NewTask, Task, TaskId, Zone};

mod apps;
mod screens;
mod service;

pub(crate) use apps::{answer, on_two_apps, one_app, setup_of_beta, two_apps};
pub(crate) use screens::{call_log, fill, screens, timeline};
pub(crate) use service::Service;

/// Saturday 21 November 2026, 14:03:22 in Shanghai; the program runs for 1000 s.
pub(crate) fn now() -> Moment {
    Moment { utc: time_in("2026-11-21 06:03:22").unwrap(), running: Duration::from_secs(1000) }
}

/// So many seconds after [`now`].
pub(crate) fn later(seconds: u64) -> Moment {
    let now = now();
    let by = Duration::from_secs(seconds);
    Moment { utc: now.utc + by, running: now.running + by }
}

pub(crate) fn setup() -> Setup {
    Setup {
        profile: "acme".to_owned(),
        environment: Environment::Prod,
        place: "Singapore".to_owned(),
        sdkappid: 1_400_000_001,
        from_account: "administrator".to_owned(),
        audience_all: None,
        limits: Policy::default(),
        zone: Zone::named("Asia/Shanghai").unwrap(),
        history: TimeDelta::days(90),
        page_size: 100,
        refresh: Duration::from_secs(2),
        mouse: true,
        notify: true,
        notice: None,
        keys: crate::keymap::Keymap::default(),
        filters: crate::domain::filter::SavedFilter::built_in(),
        profiles: Vec::new(),
        app: "acme".into(),
    }
}

/// A task, `seconds` from now, with this content.
pub(crate) fn task(id: u64, seconds: i64, kind: &str, status: &str, title: &str, more: &Value) -> Task {
    let at: DateTime<Utc> = now().utc + TimeDelta::seconds(seconds);
    let mut content = json!({
        "From_Account": "administrator",
        "OfflinePushInfo": { "Title": title, "Desc": "Everything 30 % off until midnight. Open the app and look.",
            "Ext": "{\"page\":\"sale\"}" },
    });
    if let (Some(to), Some(from)) = (content.as_object_mut(), more.get("Content").and_then(Value::as_object))
    {
        to.extend(from.clone());
    }
    let failed = more.get("DispatchErr").is_some();
    let sent = status == "dispatched" && !failed;
    let mut info = json!({
        "TaskID": id, "Sdkappid": 1_400_000_001, "CreateAt": "2026-11-20 02:00:00", "SchedAt": time_out(at),
        "Type": kind, "Content": content, "Title": title, "Desc": content["OfflinePushInfo"]["Desc"],
        "Status": status, "DispatchSuccess": i32::from(sent), "DispatchErr": "",
        "PushTaskID": if sent { "1400000001_168_7f3a" } else { "" },
    });
    if let (Some(to), Some(from)) = (info.as_object_mut(), more.as_object()) {
        to.extend(from.iter().filter(|(key, _)| *key != "Content").map(|(k, v)| (k.clone(), v.clone())));
    }
    read_task(info.as_object().unwrap()).unwrap()
}

/// The task after a field of it was changed by hand: its JSON says the same.
pub(crate) fn with_json(task: Task) -> Task {
    let mut info = task.raw.clone();
    let mut set = |key: &str, value: Value| info.insert(key.to_owned(), value);
    if let Some(at) = task.scheduled_at {
        set("SchedAt", json!(time_out(at)));
    }
    if let Some(at) = task.created_at {
        set("CreateAt", json!(time_out(at)));
    }
    set("Title", json!(task.title));
    set("Desc", json!(task.desc));
    set("Status", json!(task.status.wire()));
    set("Type", json!(task.kind.wire()));
    set("Content", Value::Object(task.content.0.clone()));
    read_task(&info).unwrap()
}

/// The same task under another number.
pub(crate) fn with_id(task: Task, id: u64) -> Task {
    let mut info = with_json(task).raw;
    info.insert("TaskID".to_owned(), json!(id));
    read_task(&info).unwrap()
}

/// All states, all types, and titles that terminals stumble over.
pub(crate) fn tasks() -> Vec<Task> {
    let none = json!({});
    let tags = json!({ "Content": { "Condition": { "TagsAnd": ["A", "B"] } } });
    let vip = json!({ "Content": { "Condition": { "TagsOr": ["vip"] } } });
    let three = json!({ "Content": { "To_Account": ["anna", "bela", "carl"] } });
    let rich = json!({ "Content": {
        "DataId": "campaign-77", "MsgRandom": 287_454_020, "NewThing": { "a": 1 },
        "OfflinePushInfo": { "PushFlag": 0, "Title": "Flash sale 🔥",
            "Desc": "Everything 30 % off until midnight.\nOpen the app now: 全场七折，今晚截止。",
            "AndroidInfo": { "OPPOChannelID": "sale", "VIVOClassification": 0, "HuaWeiImportance": "NORMAL" },
            "ApnsInfo": { "BadgeMode": 0, "Sound": "ding.caf" } } } });
    let failed = json!({ "DispatchErr": "push gateway: 60007 request frequency limited",
        "Content": { "Condition": { "TagsOr": ["vip"] } } });
    vec![
        task(1_234_567_801, -7200, "All", "dispatched", "Lunch time", &none),
        task(1_234_567_802, -3725, "User", "dispatched", "Order shipped", &three),
        task(1_234_567_803, -202, "Tag", "dispatched", "Dinner is on", &failed),
        task(1_234_567_804, -2, "User", "dispatching", "Your table is ready", &three),
        task(1_234_567_890, 724, "All", "pending", "Flash sale 🔥", &rich),
        task(1_234_567_891, 3720, "Tag", "pending", "股票早报 · 今日行情与热点解读", &tags),
        task(1_234_567_892, 5400, "Tag", "pending", "مرحبا بكم في المتجر", &vip),
        task(
            1_234_567_893,
            90_000,
            "All",
            "pending",
            "\u{1b}[31mred\u{7}\u{202E} and \u{200D} joined 👩‍👩‍👧",
            &none,
        ),
        task(1_234_567_894, 200_000, "Voip", "paused", "", &none),
        task(
            1_234_567_895,
            900_000,
            "User",
            "pending",
            "A title that is far too long for any column of any table on any screen",
            &three,
        ),
    ]
}

/// A frame of this state, at its size, was on the screen then.
pub(super) fn drawn(state: &State, at: Moment) -> Message {
    Message::Drawn { at, rendered: state.now.running, size: state.size, lines: state.in_sight() }
}

/// The outcome of this write is not known: as it was sent, with its number.
pub(crate) fn unknown(state: &State, req: ReqId, failure: Failure) -> Message {
    let pending = state.pending_write(req).unwrap();
    let mut write = pending.write.clone();
    if let Write::Create(new) = &mut write {
        new.content.set("MsgRandom", Some(json!(req.0)));
    }
    let open = OpenWrite {
        entry: Some(1),
        write,
        sent: pending.sent.utc,
        opens_in: Duration::ZERO,
        elsewhere: false,
    };
    Message::OutcomeUnknown { req, failure, open: Box::new(open) }
}

/// The keys of a config.
pub(crate) fn rebound(config: &str) -> crate::keymap::Keymap {
    let file = crate::config::file::parse(std::path::Path::new("c.toml"), config, None).unwrap();
    crate::keymap::Keymap::with(&file.keys).unwrap()
}

/// Feeds messages and returns what they ask for.
pub(crate) fn feed(state: &mut State, messages: impl IntoIterator<Item = Message>) -> Vec<Effect> {
    messages.into_iter().flat_map(|message| update(state, message)).collect()
}

/// A key press; upper case and signs need no shift.
pub(crate) fn key(code: KeyCode) -> Message {
    Message::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// A key press with control.
pub(crate) fn ctrl(c: char) -> Message {
    Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
}

/// Presses one key.
pub(super) fn press(state: &mut State, code: KeyCode) -> Vec<Effect> {
    feed(state, [key(code)])
}

/// Presses one key for each character.
pub(super) fn type_in(state: &mut State, text: &str) -> Vec<Effect> {
    feed(state, typed(text))
}

/// A second without a key, up to so many seconds after [`now`], as the loop makes it: the frame before it,
/// two ticks, and the frames between them.
pub(crate) fn quiet(state: &mut State, until: u64) -> Vec<Effect> {
    let (before, then) = (later(until.saturating_sub(1)), later(until));
    draw(state, before);
    let mut effects = Vec::new();
    for _ in 0..2 {
        effects.extend(update(state, Message::Ticked(then)));
        draw(state, then);
    }
    effects
}

/// The state as it is comes to the screen.
pub(crate) fn draw(state: &mut State, at: Moment) {
    let message = drawn(state, at);
    assert_eq!(update(state, message), [], "a frame asks for nothing");
}

/// One key press for each character.
pub(crate) fn typed(text: &str) -> Vec<Message> {
    text.chars().map(|c| key(KeyCode::Char(c))).collect()
}

/// The number of the last list that was asked.
pub(crate) fn asked(effects: &[Effect]) -> ReqId {
    let list = |effect: &Effect| {
        let Effect::List { req, .. } = effect else { return None };
        Some(*req)
    };
    effects.iter().rev().find_map(list).unwrap()
}

/// Before the first answer.
pub(crate) fn connecting(size: (u16, u16)) -> (State, ReqId) {
    let (state, effects) = State::start(setup(), now(), size);
    let req = asked(&effects);
    (state, req)
}

/// An attempt that ended so, sent just now.
pub(super) fn call(command: Command, end: End) -> Call {
    Call { sent: now().utc, ..domain::call::testing::call(command, end) }
}

/// With these tasks on screen, a second old.
pub(crate) fn with_page(size: (u16, u16), tasks: Vec<Task>) -> State {
    let (mut state, effects) = State::start(setup(), now(), size);
    let call = Call { server_date: Some(now().utc), ..call(Command::List, End::Done) };
    feed(
        &mut state,
        [
            Message::Signed { until: now().utc + TimeDelta::hours(41), given: false },
            Message::Called(Arc::new(call)),
        ],
    );
    Service::new(tasks).answer(&mut state, effects);
    state
}

/// The board with everything on it, the flash sale selected, one task in doubt.
pub(crate) fn board(size: (u16, u16)) -> State {
    let mut state = with_page(size, tasks());
    feed(&mut state, typed("gjjjj"));
    state.last_key = None;
    state
}

/// With a create and a cancel of which nobody knows the outcome.
pub(crate) fn in_doubt(size: (u16, u16)) -> State {
    let mut state = board(size);
    let content = json!({ "OfflinePushInfo": { "Title": "Spring is here" } });
    let new = NewTask {
        kind: Kind::All,
        scheduled_at: now().utc + TimeDelta::hours(3),
        content: Content(content.as_object().cloned().unwrap()),
    };
    let id = tasks()[4].id;
    for write in [Write::Create(new), Write::Cancel { id, kind: Kind::All }] {
        let req = state.ask();
        let doubt = Some(Failure::TimedOut { after: Duration::from_secs(10) });
        let write = crate::app::PendingWrite::new(req, write, now());
        state.writes.push(crate::app::PendingWrite { doubt, ..write });
    }
    state
}

/// The network is away; what was loaded is 40 s old.
pub(crate) fn offline(mut state: State) -> State {
    let failure = Failure::NotSent { reason: NotSent::Dns, detail: "failed to lookup address".to_owned() };
    fail(&mut state, &failure);
    feed(&mut state, [Message::Ticked(later(40))]);
    state.connection.retry_at = Some(later(48).running);
    state.board.remote.asking = None;
    state
}

/// The key is wrong.
pub(crate) fn auth(mut state: State) -> State {
    let failure =
        Failure::Refused { code: 70009, info: "verify failed".to_owned(), invalid_accounts: Vec::new() };
    fail(&mut state, &failure);
    state
}

/// Somebody else uses up the calls of the app.
fn busy(mut state: State) -> State {
    let failure = Failure::Refused { code: 60007, info: String::new(), invalid_accounts: Vec::new() };
    feed(&mut state, [Message::Called(Arc::new(call(Command::List, End::of(&failure))))]);
    fail(&mut state, &failure);
    state.note = None;
    state
}

fn fail(state: &mut State, failure: &Failure) {
    let req = match state.board.remote.asking {
        Some(req) => req,
        None => asked(&feed(state, [Message::Ticked(later(2))])),
    };
    feed(state, [Message::Listed { req, result: Err(failure.clone()) }]);
}

/// Opens the review of a cancel.
pub(crate) fn open_cancel(state: &mut State, task: &Task) -> Vec<Effect> {
    state.open(Destination::cancel(task))
}

/// Opens the form for a change.
pub(crate) fn open_edit(state: &mut State, task: &Task) -> Vec<Effect> {
    state.open(Destination::Form(Purpose::Edit(Box::new(task.clone())), None))
}

/// Opens the form for a change of the time only.
pub(super) fn open_time(state: &mut State, task: &Task) -> Vec<Effect> {
    state.open(Destination::Form(Purpose::Time(Box::new(task.clone())), None))
}

/// Opens the form with another task's content; the task is on the page.
pub(super) fn open_from(state: &mut State, task: &Task) -> Vec<Effect> {
    let others = state.board.tasks().into_iter().filter(|other| other.id != task.id);
    let tasks: Vec<Task> = others.map(|other| Task::clone(&other)).chain([task.clone()]).collect();
    state.board.hold(tasks.into_iter().map(with_json));
    state.open(Destination::Form(Purpose::From(task.id), None))
}
