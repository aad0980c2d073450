//! Every screen, as the pictures show it.

use super::*;

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
pub(crate) fn call_log(size: (u16, u16)) -> State {
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
        ("profiles", on_two_apps(size, "P")),
        ("all_profiles", on_two_apps(size, "Pg⏎")),
        ("all_profiles_chosen", on_two_apps(size, "Pg⏎gjj")),
        ("all_profiles_timeline", on_two_apps(size, "Pg⏎2")),
        ("all_profiles_help", on_two_apps(size, "Pg⏎?")),
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
