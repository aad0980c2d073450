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
use crate::domain::coverage::{TimeWindow, WindowState};
use crate::domain::failure::NotSent;
use crate::domain::kept::{DraftId, DraftState, KeptDraft};
use crate::domain::limits::RangeOf;
use crate::domain::profile::Environment;
use crate::domain::schedule::Row;
use crate::domain::wire::{Command, read_task, time_in, time_out};
use crate::domain::{
    self, Content, Coverage, Draft, Failure, Kind, NewTask, Order, Page, Query, Task, TaskId, Zone,
};

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

/// A service with these tasks, which answers what is asked of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Service {
    pub(crate) tasks: Vec<Arc<Task>>,
    /// Whether the whole of a range can be read.
    pub(crate) is_cut: bool,
}

impl Service {
    pub(crate) fn new<T: Into<Arc<Task>>>(tasks: impl IntoIterator<Item = T>) -> Self {
        let tasks = tasks.into_iter().map(|task| Arc::new(with_json(Arc::unwrap_or_clone(task.into()))));
        Self { tasks: tasks.collect(), is_cut: false }
    }

    /// A page, as it is asked for.
    pub(crate) fn page(&self, query: &Query) -> Page {
        let is_found =
            |task: &Task| task.title.contains(&query.keyword) || task.desc.contains(&query.keyword);
        let is_inside = |task: &Task| query.order.time_of(task).is_none_or(|at| query.range.holds(at));
        let inside = self.tasks.iter().filter(|task| is_inside(task) && is_found(task));
        let mut inside: Vec<Arc<Task>> = inside.cloned().collect();
        inside.sort_by_key(|task| (query.order.time_of(task), task.id));
        if !query.ascending {
            inside.reverse();
        }
        let total = inside.len() as u64;
        let skip = usize::try_from(query.offset).unwrap();
        Page::new(total, inside.into_iter().skip(skip).take(usize::try_from(query.page_size).unwrap()))
    }

    /// What it says to an effect.
    pub(crate) fn reply(&self, effect: &Effect) -> Vec<Message> {
        match effect {
            Effect::List { req, query, .. } => {
                vec![Message::Listed { req: *req, result: Ok(self.page(query)) }]
            }
            Effect::Sync { req, wanted } => {
                let query = Query {
                    range: wanted.range,
                    keyword: wanted.keyword.clone(),
                    page_size: u32::MAX,
                    ..Query::around(now().utc, 100)
                };
                let page = self.page(&query);
                let mut window = TimeWindow::waiting(Order::Scheduled, wanted.range);
                if !self.is_cut {
                    window.state = WindowState::Fresh { at: now().utc, total: page.total };
                }
                let coverage = Coverage {
                    range: wanted.range,
                    reading: RangeOf::Scheduled,
                    windows: vec![window],
                    created_since: None,
                };
                let coverage = Box::new(coverage);
                vec![
                    Message::SyncRead { req: *req, page, coverage: coverage.clone() },
                    Message::Synced { req: *req, result: Ok(coverage) },
                ]
            }
            Effect::Get { req, id, .. } => {
                let found = self.tasks.iter().find(|task| task.id == *id);
                let gone =
                    || Failure::Refused { code: 90104, info: String::new(), invalid_accounts: Vec::new() };
                let result = found.map(|task| Box::new(Task::clone(task))).ok_or_else(gone);
                vec![Message::Got { req: *req, result }]
            }
            Effect::KeepSnapshot { .. }
            | Effect::Write { .. }
            | Effect::Search { .. }
            | Effect::Settle { .. }
            | Effect::Reload { .. }
            | Effect::Adopt { .. }
            | Effect::SaveDraft { .. }
            | Effect::DropDraft { .. }
            | Effect::LoadDraft { .. }
            | Effect::ArchiveDraft { .. }
            | Effect::ListDrafts { .. }
            | Effect::RestoreDraft { .. }
            | Effect::Copy(_)
            | Effect::Notify { .. }
            | Effect::CaptureMouse(_)
            | Effect::Repaint
            | Effect::Suspend
            | Effect::TakeTerminal
            | Effect::Quit => Vec::new(),
        }
    }

    /// Answers all of these, and what they lead to; says how many were questions.
    pub(crate) fn answer(&self, state: &mut State, mut effects: Vec<Effect>) -> usize {
        let mut asked = 0;
        while let Some(effect) = effects.pop() {
            for message in self.reply(&effect) {
                asked += 1;
                assert!(asked < 60, "it asks without end: {effect:?}");
                effects.extend(update(state, message));
            }
        }
        asked
    }
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

/// A long night: pages that came, a refusal with the service's own words, a time-out and the attempt
/// after it, a write, an answer of somebody else, and a call that nobody waited for.
fn calls() -> Vec<Call> {
    let page = |ms: u64, received: u64| Call {
        priority: Priority::Background,
        took: Duration::from_millis(ms),
        bytes_sent: 187,
        bytes_received: received,
        request_id: Some("0f31a9d2c44b4d0e".to_owned()),
        ..call(Command::List, End::Done)
    };
    let failed = |command, failure: Failure| call(command, End::of(&failure));
    let refused =
        |code, info: &str| Failure::Refused { code, info: info.to_owned(), invalid_accounts: Vec::new() };
    let mut all: Vec<Call> = (0..24).map(|n| page(70 + n * 7, 20_480 + n * 11)).collect();
    let body = r#"{"Sdkappid":1400000001,"TaskID":1234567891,"Type":"Tag","Content":{"OfflinePushInfo":{"Title":"股票早报 · 今日行情","Desc":"it's 30 % off\u202e"}}}"#;
    let modify = |end| Call {
        priority: Priority::Write,
        task: Some(TaskId(1_234_567_891)),
        body: body.into(),
        bytes_sent: body.len() as u64,
        server_date: Some(now().utc),
        ..call(Command::Modify, end)
    };
    all.extend([
        failed(Command::List, refused(60007, "请求过于频繁，请稍后再试")),
        Call {
            took: Duration::from_millis(10_002),
            task: Some(TaskId(1_234_567_890)),
            ..failed(Command::Get, Failure::TimedOut { after: Duration::from_secs(10) })
        },
        Call { attempt: 2, task: Some(TaskId(1_234_567_890)), ..call(Command::Get, End::Done) },
        modify(End::of(&refused(90107, "任务状态不允许修改\u{1b}[2J"))),
        Call {
            status: Some(502),
            bytes_received: 1_048_576,
            ..failed(
                Command::List,
                Failure::Unreadable { status: 502, detail: "it begins \"<html>Bad Gateway\"".to_owned() },
            )
        },
        Call { priority: Priority::Due, ..call(Command::List, End::GivenUp) },
        page(81, 20_500),
    ]);
    let count = i64::try_from(all.len()).unwrap();
    for (call, n) in all.iter_mut().zip(1..) {
        call.sent = now().utc - TimeDelta::seconds(2 * (count - n));
    }
    all
}

/// The board, and the API log of a long night on top.
pub(super) fn call_log(size: (u16, u16)) -> State {
    let mut state = board(size);
    state.calls = Calls::default();
    for call in calls() {
        state.calls.push(Arc::new(call));
    }
    feed(&mut state, typed("@"));
    state
}

/// The same, moved up, and then some more came.
fn moved_call_log(size: (u16, u16)) -> State {
    let mut state = call_log(size);
    feed(&mut state, typed("kkkk"));
    let more = || Message::Called(Arc::new(call(Command::List, End::Done)));
    feed(&mut state, (0..12).map(|_| more()));
    state
}

/// The list of drafts, with one of each kind.
fn drafts(size: (u16, u16)) -> State {
    let kept = |id: i64, slot: &str, title: &str, state| {
        let mut draft = Draft::new("administrator");
        draft.put("OfflinePushInfo.Title", title);
        let at = now().utc - TimeDelta::minutes(7 * id * id);
        KeptDraft { id: DraftId(id), slot: slot.to_owned(), draft, at, state }
    };
    let rows = vec![
        kept(1, "new", "股票早报 · 今日行情与热点解读", DraftState::Current),
        kept(2, "from 1234567890", "Flash sale", DraftState::Sent),
        kept(3, "new", "Spring is here", DraftState::Elsewhere),
        kept(4, "edit 1234567891", "", DraftState::Archived),
        kept(8, "new", "Lunch \u{1b}[2Jtime", DraftState::Created(TaskId(1_234_567_801))),
        kept(20, "new", "Dinner is on", DraftState::Unknown),
    ];
    let mut state = board(size);
    let effects = feed(&mut state, [typed(":drafts"), vec![key(KeyCode::Enter)]].concat());
    for effect in effects {
        if let Effect::ListDrafts { req } = effect {
            feed(&mut state, [Message::DraftsListed { req, result: Ok(rows.clone()) }]);
        }
    }
    feed(&mut state, typed("j"));
    state
}

/// Feeds keys that copy; the terminal is given the text, as the loop does.
fn copies(mut state: State, keys: Vec<Message>) -> State {
    for effect in feed(&mut state, keys) {
        if let Effect::Copy(clip) = effect {
            let copied = Copied { label: clip.label, terminal: Ok(()), programs: Vec::new() };
            feed(&mut state, [Message::Copied(Box::new(copied))]);
        }
    }
    state
}

/// A `TaskID` was searched for as a word, and stands in no title.
fn no_task(size: (u16, u16)) -> State {
    let mut state = board(size);
    let effects = feed(&mut state, [typed("f7777777777"), vec![key(KeyCode::Enter)]].concat());
    Service::default().answer(&mut state, effects);
    state
}

/// Two months of tasks, most of them to come, some of which collide.
pub(crate) fn fill(state: &mut State) {
    let to = |tags: &[&str]| json!({ "Content": { "Condition": { "TagsOr": tags } } });
    let accounts = |accounts: &[&str]| json!({ "Content": { "To_Account": accounts } });
    let failed = json!({ "DispatchErr": "push gateway: 60007", "Content": { "To_Account": ["anna"] } });
    let mut held = tasks();
    let titles = ["Order shipped", "Dinner is on", "股票早报 · 今日行情", "Spring is here", "Lunch time"];
    for n in 0..240_u64 {
        let seconds =
            i64::try_from(n).unwrap() * 21_600 - 20 * 86_400 + i64::try_from(n * n % 97).unwrap() * 300;
        let title = titles[usize::try_from(n).unwrap() % titles.len()];
        let (kind, more) = match n % 7 {
            0 => ("All", json!({})),
            1 | 2 => ("Tag", to(&["vip"])),
            _ if n % 11 == 5 && seconds < 0 => ("User", failed.clone()),
            _ => ("User", accounts(&["anna", "bela"])),
        };
        let status = if seconds < 0 { "dispatched" } else { "pending" };
        held.push(task(2_000_000_000 + n, seconds, kind, status, title, &more));
    }
    // Two to everyone in one second, tomorrow.
    held.push(task(3_000_000_001, 86_400, "All", "pending", "Flash sale", &json!({})));
    held.push(task(3_000_000_002, 86_400, "Tag", "pending", "Early birds", &to(&["vip"])));
    for task in &held {
        state.board.schedule.put(Row::of(task), 1);
    }
    state.board.schedule.settle();
    state.setup.limits = Policy {
        daily_allowance: Some(3),
        same_content_within: Some(TimeDelta::hours(6)),
        quiet_hours: QuietHours::read("23:00-06:00"),
        ..Policy::default()
    };
}

/// The timeline over two months of tasks, after these keys.
pub(crate) fn timeline(size: (u16, u16), keys: &str) -> State {
    let mut state = board(size);
    fill(&mut state);
    feed(&mut state, [typed("2"), typed(keys)].concat());
    state
}

/// Every screen, by name.
pub(crate) fn screens(size: (u16, u16)) -> Vec<(&'static str, State)> {
    let after = |mut state: State, messages: Vec<Message>| {
        feed(&mut state, messages);
        state
    };
    let enter = || vec![key(KeyCode::Enter)];
    let json = || vec![key(KeyCode::Enter), key(KeyCode::Right)];
    let failed = || [typed("g"), typed("jj"), enter()].concat();
    vec![
        ("board", board(size)),
        ("in_doubt", in_doubt(size)),
        ("connecting", connecting(size).0),
        ("empty", with_page(size, Vec::new())),
        ("offline", offline(board(size))),
        ("offline_empty", offline(connecting(size).0)),
        ("busy", busy(board(size))),
        ("auth", auth(board(size))),
        ("auth_empty", auth(connecting(size).0)),
        ("detail", after(board(size), enter())),
        ("detail_json", after(board(size), json())),
        ("detail_failed", after(board(size), failed())),
        ("find", after(board(size), typed("f"))),
        ("find_problem", after(board(size), [typed("f"), vec![key(KeyCode::Tab)], typed("x")].concat())),
        (
            "find_week",
            after(board(size), [typed("fsale"), vec![key(KeyCode::Tab)], typed("next week")].concat()),
        ),
        ("find_no_task", no_task(size)),
        ("sort", after(board(size), typed("s"))),
        ("menu", after(board(size), typed("x"))),
        ("menu_dispatched", after(board(size), [typed("g"), typed("xj")].concat())),
        ("menu_empty", after(with_page(size, Vec::new()), typed("xG"))),
        ("copy", after(board(size), typed("y"))),
        ("filter", after(board(size), typed("/status=pending sale"))),
        ("filter_problem", after(board(size), typed("/in<soon"))),
        ("filter_unknown", after(board(size), typed("/stauts=failed sale"))),
        ("filter_hides_all", after(board(size), typed("/nothing"))),
        ("filter_digits", after(board(size), typed("/7777777777"))),
        ("filter_kept", after(board(size), [typed("/status=unknown"), enter()].concat())),
        ("asking", after(board(size), typed("]"))),
        ("help", after(board(size), typed("?"))),
        ("help_search", after(board(size), typed("?/task"))),
        ("help_search_none", after(board(size), typed("?/tusk"))),
        ("palette", after(board(size), typed(":re"))),
        (
            "palette_history",
            after(board(size), [typed(":reload"), enter(), typed(":zone"), enter(), typed(":")].concat()),
        ),
        ("palette_digits", after(board(size), typed(":7777777777"))),
        ("drafts", drafts(size)),
        ("timeline", timeline(size, "")),
        ("timeline_hours", timeline(size, "+l")),
        ("timeline_weeks", timeline(size, "-")),
        ("timeline_months", timeline(size, "--")),
        ("timeline_collision", timeline(size, "!")),
        ("timeline_elsewhere", timeline(size, "]l")),
        ("timeline_empty", after(connecting(size).0, typed("2"))),
        ("timeline_bar", after(timeline(size, "!"), enter())),
        ("timeline_bar_quiet", after(timeline(size, "--"), [enter(), typed("G")].concat())),
        ("stop", after(board(size), [typed(":stop"), enter()].concat())),
        ("calls", call_log(size)),
        ("calls_moved", moved_call_log(size)),
        ("calls_writes", after(call_log(size), typed("w"))),
        ("calls_no_writes", after(connecting(size).0, typed("@w"))),
        ("calls_empty", after(connecting(size).0, typed("@"))),
        ("call_refused", after(call_log(size), [typed("kkk"), enter()].concat())),
        ("call_timed_out", after(call_log(size), [typed("kkkkk"), enter()].concat())),
        ("call_copied", copies(call_log(size), typed("kkky"))),
        ("note", after(board(size), typed("z"))),
        ("bad_note", after(board(size), [typed("g"), typed("D")].concat())),
    ]
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
