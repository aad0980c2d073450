use crate::app::Layer;
use crate::app::Moment;
use crate::app::ReqId;
use crate::app::Setup;
use crate::app::State;
use crate::app::Verdict;
use crate::app::Write;
use crate::app::pending::Verification;
use crate::app::pending::WriteOutcome;
use crate::app::testing::open_cancel;
use crate::domain::Audience;
use crate::domain::Kind;
use crate::domain::Task;
use crate::domain::TaskId;
use crate::domain::profile::Environment;
use crossterm::event::{KeyCode, KeyEventState, KeyModifiers};
use serde_json::json;
use std::time::Duration;

use super::super::effect::Priority;
use super::super::update::update;
use super::level::level_of;
use super::*;
use crate::app::testing::{self, drawn, feed, press, type_in};
use crate::app::{Message, OpenWrite, Written};
use crate::domain::Failure;
use crate::domain::failure::NotSent;
use crate::domain::wire::{read_task, time_in};

/// 14:03:22 in Shanghai.
const NOW: &str = "2026-11-21 06:03:22";

fn moment(ms: u64) -> Moment {
    let running = Duration::from_millis(ms);
    Moment { utc: time_in(NOW).unwrap() + running, running }
}

fn start(environment: Environment) -> State {
    let setup = Setup { environment, refresh: Duration::from_hours(1), ..testing::setup() };
    State::start(setup, moment(0), (100, 45)).0
}

fn tick(state: &mut State, ms: u64) -> Vec<Effect> {
    update(state, Message::Ticked(moment(ms)))
}

/// A frame of the state as it is comes to the terminal.
fn draw(state: &mut State) {
    testing::draw(state, state.now);
}

/// Time goes on by so much: two ticks, with no key between them, and the frames around them.
fn wait(state: &mut State, ms: u64) -> Vec<Effect> {
    let at = u64::try_from(state.now.running.as_millis()).unwrap() + ms;
    draw(state);
    let mut effects = tick(state, at);
    draw(state);
    effects.extend(tick(state, at));
    draw(state);
    effects
}

/// Types without a pause, and keeps still after it.
fn say(state: &mut State, text: &str) -> Vec<Effect> {
    let mut effects = type_in(state, text);
    effects.extend(wait(state, 500));
    effects
}

/// Time goes on by so much, in steps as the loop makes them.
fn pass(state: &mut State, ms: u64) -> Vec<Effect> {
    let steps = std::iter::repeat_n(100, usize::try_from(ms / 100).unwrap()).chain([ms % 100]);
    steps.flat_map(|step| wait(state, step)).collect()
}

fn ctrl(state: &mut State, c: char) -> Vec<Effect> {
    feed(state, [testing::ctrl(c)])
}

fn note(state: &State) -> &str {
    state.note.as_ref().map_or("", |note| note.text.as_str())
}

fn writes(effects: &[Effect]) -> Vec<(ReqId, Write)> {
    let of = |effect: &Effect| match effect {
        Effect::Write { req, write, .. } => Some((*req, write.clone())),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

fn gets(effects: &[Effect]) -> Vec<ReqId> {
    let of = |effect: &Effect| match effect {
        Effect::Get { req, priority: Priority::Write, .. } => Some(*req),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

fn drops(effects: &[Effect]) -> Vec<String> {
    let of = |effect: &Effect| match effect {
        Effect::DropDraft { slot, .. } => Some(slot.clone()),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

fn task(kind: &str) -> Task {
    let audience = match kind {
        "Tag" => json!({"Condition": {"TagsOr": ["vip"]}}),
        "User" => json!({"To_Account": ["anna", "bela", "carl"]}),
        _ => json!({}),
    };
    let mut content = json!({"From_Account": "administrator", "MsgRandom": 7,
        "OfflinePushInfo": {"Title": "Order shipped", "Desc": "On Friday"}});
    content.as_object_mut().unwrap().extend(audience.as_object().unwrap().clone());
    let info = json!({"TaskID": 1_004_821, "Type": kind, "SchedAt": "2026-11-22 01:00:00",
        "Status": "pending", "Content": content});
    read_task(info.as_object().unwrap()).unwrap()
}

fn got(state: &mut State, req: ReqId, task: Task) -> Vec<Effect> {
    update(state, Message::Got { req, result: Ok(Box::new(task)) })
}

fn refused(code: i64) -> Failure {
    Failure::Refused { code, info: String::new(), invalid_accounts: Vec::new() }
}

fn review(state: &State) -> &Review {
    state.review().expect("a review on top")
}

fn unknown(state: &mut State, req: ReqId, failure: Failure) -> Vec<Effect> {
    let message = testing::unknown(state, req, failure);
    update(state, message)
}

fn open_write(write: Write) -> OpenWrite {
    OpenWrite { entry: Some(3), write, sent: moment(0).utc, opens_in: Duration::ZERO, elsewhere: false }
}

fn is_form(state: &State) -> bool {
    matches!(state.layers.last(), Some(Layer::Form(_)))
}

/// A cancel under review, the fresh copy there, which no longer ignores input.
fn cancel(environment: Environment, kind: &str) -> State {
    let mut state = start(environment);
    let effects = open_cancel(&mut state, &task(kind));
    let [req] = gets(&effects)[..] else { panic!("{effects:?}") };
    got(&mut state, req, task(kind));
    wait(&mut state, 500);
    state
}

/// A form of a new task, filled in.
fn filled(environment: Environment, kind: &str) -> State {
    let mut state = start(environment);
    press(&mut state, KeyCode::Char('n'));
    let form = state.form_mut().unwrap();
    form.draft.kind = Some(Kind::from_wire(kind));
    form.draft.scheduled = "tomorrow 9:00".into();
    form.draft.put("OfflinePushInfo.Title", "Hello");
    form.draft.put("To_Account", "anna\nbela");
    form.draft.put("Condition.TagsOr", "vip");
    state
}

/// A new task under review, which no longer ignores input.
fn create(environment: Environment, kind: &str) -> State {
    let mut state = filled(environment, kind);
    let effects = ctrl(&mut state, 's');
    assert_eq!((writes(&effects), gets(&effects)), (vec![], vec![]));
    wait(&mut state, 500);
    state
}

/// An edit of a task whose title becomes "Order shipped!", under review before the fresh copy came.
fn edit(environment: Environment, kind: &str) -> (State, ReqId) {
    let mut state = start(environment);
    crate::app::testing::open_edit(&mut state, &task(kind));
    press(&mut state, KeyCode::End);
    type_in(&mut state, "!");
    let effects = ctrl(&mut state, 's');
    let [req] = gets(&effects)[..] else { panic!("{effects:?}") };
    wait(&mut state, 500);
    (state, req)
}

fn confirm(state: &mut State) -> ReqId {
    let wanted = review(state).wanted(&state.setup);
    let mut effects = wait(state, 500);
    effects.extend(say(state, &wanted));
    let [(req, _)] = writes(&effects)[..] else { panic!("{effects:?}") };
    req
}

#[test]
fn nothing_can_be_confirmed_before_the_fresh_copy_came() {
    let (mut state, req) = edit(Environment::Test, "User");
    assert!(matches!(review(&state).ready(&state), Ready::Wait(_)));
    assert_eq!(writes(&say(&mut state, "y")), []);
    let failure = Failure::NotSent { reason: NotSent::Refused, detail: String::new() };
    update(&mut state, Message::Got { req, result: Err(failure) });
    wait(&mut state, 500);
    assert_eq!(writes(&say(&mut state, "y")), []);
    let Ready::No(why) = review(&state).ready(&state) else { panic!("it is ready") };
    assert!(why.contains("nobody answers") && why.contains("ctrl-r"), "{why}");
    let [again] = gets(&ctrl(&mut state, 'r'))[..] else { panic!("not asked again") };
    got(&mut state, req, task("User"));
    assert!(matches!(review(&state).ready(&state), Ready::Wait(_)), "an old answer counts no more");
    got(&mut state, again, task("User"));
    wait(&mut state, 500);
    let [(_, Write::Modify(change))] = &writes(&say(&mut state, "y"))[..] else { panic!("no write") };
    assert_eq!(change.scheduled_at, None);
    let content = change.content.as_ref().unwrap();
    assert_eq!(content.text("OfflinePushInfo.Title"), "Order shipped!");
    assert_eq!(content.at("MsgRandom"), None);
    assert_eq!(content.text("OfflinePushInfo.Desc"), "On Friday");
}

#[test]
fn a_task_that_moved_is_shown_three_ways_and_the_change_lies_over_it_as_it_is_now() {
    let (mut state, req) = edit(Environment::Test, "User");
    let mut theirs = task("User");
    theirs.content.set("OfflinePushInfo.Title", Some(json!("Order late")));
    theirs.content.set("OfflinePushInfo.Desc", Some(json!("On Monday")));
    theirs.scheduled_at = time_in("2026-11-23 01:00:00");
    got(&mut state, req, theirs);
    assert!(review(&state).moved() && review(&state).ignores_input(state.now));
    let shown = text_of(&lines::body(&state, review(&state), (76, 40)).lines);
    for words in
        ["base    Order shipped", "theirs  Order late", "mine    Order shipped!", "both of you", "as theirs"]
    {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    wait(&mut state, 500);
    let [(_, Write::Modify(change))] = &writes(&say(&mut state, "y"))[..] else { panic!("no write") };
    let content = change.content.as_ref().unwrap();
    assert_eq!(change.scheduled_at, None, "their time stays");
    assert_eq!(content.text("OfflinePushInfo.Title"), "Order shipped!");
    assert_eq!(content.text("OfflinePushInfo.Desc"), "On Monday", "their text stays");
}

#[test]
fn a_task_that_is_already_as_wanted_is_not_written() {
    let (mut state, req) = edit(Environment::Test, "User");
    let mut theirs = task("User");
    theirs.content.set("OfflinePushInfo.Title", Some(json!("Order shipped!")));
    got(&mut state, req, theirs);
    wait(&mut state, 500);
    assert_eq!(writes(&say(&mut state, "y")), []);
    assert!(matches!(review(&state).ready(&state), Ready::No(why) if why.contains("already")));
}

#[test]
fn a_task_that_is_dispatching_or_dispatched_by_now_is_refused_with_the_reason() {
    for (status, code) in [("dispatching", "90107"), ("dispatched", "90106")] {
        let mut state = start(Environment::Test);
        let effects = open_cancel(&mut state, &task("User"));
        let mut late = task("User");
        late.status = crate::domain::Status::from_wire(status);
        got(&mut state, gets(&effects)[0], late);
        wait(&mut state, 500);
        assert_eq!(writes(&say(&mut state, "y")), []);
        assert!(matches!(review(&state).ready(&state), Ready::No(why) if why.contains(code)));
    }
}

#[test]
fn what_changes_while_the_operator_thinks_stops_the_confirmation() {
    let mut state = cancel(Environment::Prod, "Tag");
    type_in(&mut state, "482");
    let [req] = gets(&wait(&mut state, 15_000))[..] else { panic!("not asked again") };
    let mut moved = task("Tag");
    moved.scheduled_at = time_in("2026-11-21 06:04:00");
    got(&mut state, req, moved);
    assert_eq!(review(&state).typed, "");
    assert!(
        text_of(&lines::body(&state, review(&state), (76, 40)).lines).contains("It changed since you looked")
    );
    assert_eq!(writes(&say(&mut state, "1")), []);
}

#[test]
fn a_time_that_passed_under_review_is_not_sent() {
    let mut state = filled(Environment::Test, "User");
    state.form_mut().unwrap().draft.scheduled = "+1m".into();
    ctrl(&mut state, 's');
    wait(&mut state, 61_000);
    assert_eq!(writes(&say(&mut state, "y")), []);
    assert!(matches!(review(&state).ready(&state), Ready::No(why) if why.contains("past")));
}

#[test]
fn esc_goes_back_to_the_form_with_all_text() {
    let mut state = create(Environment::Test, "Tag");
    type_in(&mut state, "acm");
    assert_eq!(writes(&press(&mut state, KeyCode::Esc)), []);
    assert!(is_form(&state));
    assert_eq!(state.form().unwrap().draft.entry("OfflinePushInfo.Title"), "Hello");
    assert!(state.writes.is_empty());
}

#[test]
fn answers_to_unknown_questions_change_nothing() {
    let mut state = cancel(Environment::Test, "Tag");
    let before = format!("{state:?}");
    for message in [
        Message::Wrote { req: ReqId(77), result: Ok(Written::Cancelled(TaskId(1))) },
        Message::Wrote { req: ReqId(77), result: Err(refused(90106)) },
        Message::OutcomeUnknown {
            req: ReqId(77),
            failure: refused(90105),
            open: Box::new(open_write(Write::Cancel { id: TaskId(1), kind: Kind::All })),
        },
        Message::Settled { req: ReqId(77), verdict: Verdict::NotDone },
        Message::Got { req: ReqId(77), result: Ok(Box::new(task("All"))) },
        Message::Got { req: ReqId(77), result: Err(refused(90104)) },
    ] {
        assert_eq!(update(&mut state, message), []);
        assert_eq!(format!("{state:?}"), before);
    }
}

#[test]
fn a_removed_field_is_warned_about_and_online_only_too() {
    let mut state = start(Environment::Test);
    crate::app::testing::open_edit(&mut state, &task("User"));
    let form = state.form_mut().unwrap();
    form.draft.put("OfflinePushInfo.Desc", "");
    form.draft.put("OfflinePushInfo.PushFlag", "1");
    ctrl(&mut state, 's');
    let said: Vec<String> = warnings::warnings(&state, review(&state)).into_iter().map(|(_, w)| w).collect();
    assert!(said.iter().any(|words| words.starts_with("Text: the service may keep")), "{said:?}");
    assert!(said.iter().any(|words| words.starts_with("PushFlag 1")), "{said:?}");
}

#[test]
fn a_change_of_time_says_how_far_it_is_moved_and_warns_when_that_is_earlier() {
    for (typed, moved) in [("+1h30m", "1h 30m later"), ("-30m", "30m EARLIER")] {
        let mut state = start(Environment::Test);
        testing::open_time(&mut state, &task("User"));
        type_in(&mut state, typed);
        ctrl(&mut state, 's');
        let body = text_of(&lines::body(&state, review(&state), (200, 40)).lines);
        assert!(body.contains(&format!(", {moved}")), "{body}");
        assert_eq!(
            body.contains("! it goes out 30m EARLIER than it is scheduled now"),
            moved.contains("EARLIER")
        );
    }
}

#[test]
fn a_create_that_may_stand_already_is_told_before_another_one() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    press(&mut state, KeyCode::Esc);
    state.form_mut().unwrap().draft.scheduled = "tomorrow 9:01".into();
    ctrl(&mut state, 's');
    let body = |state: &State| text_of(&lines::body(state, review(state), (200, 40)).lines);
    let Ready::Wait(why) = review(&state).ready(&state) else { panic!("it is ready") };
    assert_eq!(why, "the create of \"Hello\" is under way; wait for its outcome");
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);

    let failure = Failure::Cut { detail: String::new() };
    unknown(&mut state, req, failure);
    update(&mut state, Message::Settled { req, verdict: Verdict::CannotTell("look".into()) });
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);
    assert!(state.layers.is_empty() && state.writes[0].acknowledged, "the notice was seen");
    press(&mut state, KeyCode::Char('n'));
    state.form_mut().unwrap().draft.scheduled = "tomorrow 9:00".into();
    ctrl(&mut state, 's');
    assert!(body(&state).contains("this may become a second push"), "{}", body(&state));
}

#[test]
fn the_review_shows_all_that_is_sent() {
    let mut state = filled(Environment::Test, "User");
    let form = state.form_mut().unwrap();
    let names: Vec<String> = (0..12).map(|i| format!("user{i}")).collect();
    form.draft.put("To_Account", names.join("\n"));
    form.draft.put("OfflinePushInfo.Title", format!("{}titleends", "long ".repeat(9)));
    form.draft.put("OfflinePushInfo.Desc", format!("{}end of text", "word\n".repeat(6)));
    form.draft.base.set("Novel.deep", Some(json!("unknown here")));
    form.draft.base.set("OfflinePushInfo.Fresh", Some(json!(17)));
    ctrl(&mut state, 's');
    let shown = text_of(&lines::body(&state, review(&state), (76, 40)).lines);
    for words in ["user11", "titleends", "end of text", "unknown here", "Fresh"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
}

#[test]
fn a_message_of_a_template_of_other_languages_or_of_data_only_must_be_seen_too() {
    let must_see = |path: &str, value: serde_json::Value, words: &str| {
        let mut new = task("All");
        new.content.set("OfflinePushInfo.Title", Some(json!("")));
        new.content.set("OfflinePushInfo.Desc", Some(json!("")));
        new.content.set(path, Some(value));
        let mut state = start(Environment::Test);
        let effects = open_cancel(&mut state, &new);
        got(&mut state, gets(&effects)[0], new);
        // So wide that one window holds nothing but the first lines.
        update(&mut state, Message::Resized { columns: 60, rows: 9 });
        wait(&mut state, 500);
        let page = page::page(&state, review(&state), page::room(&state));
        let at = text_of(&page.text.lines).lines().position(|line| line.contains(words)).unwrap();
        assert!(page.text.musts.iter().any(|must| must.at == at), "{path}");
        assert!(foot(&state).contains("text"), "{}", foot(&state));
        assert_eq!(writes(&say(&mut state, "4821")), []);
    };
    must_see("OfflinePushInfo.Ext", json!("{\"page\":\"sale\"}"), "sale");
    must_see("OfflinePushInfo.PushTemplateId", json!("1400000000-1"), "1400000000-1");
    let german = json!([{"Language": "de", "Title": "Guten Tag", "Desc": "Hallo"}]);
    must_see("OfflinePushInfo.MultiLanguageContent", german, "Guten Tag");
}

/// The foot of the review as it is shown.
fn foot(state: &State) -> String {
    text_of(&page::page(state, review(state), page::room(state)).foot)
}

fn text_of(lines: &[super::super::lines::Line]) -> String {
    lines
        .iter()
        .map(|line| line.iter().map(|part| part.text.as_str()).collect::<String>())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn only_what_could_collide_with_a_write_of_the_last_run_waits_for_it() {
    let mut state = create(Environment::Test, "All");
    let write = Write::Cancel { id: TaskId(7), kind: Kind::All };
    let open = open_write(write);
    let effects = update(&mut state, Message::LeftOpen(vec![open.clone()]));
    let [Effect::Settle { req, open: asked }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(*asked, open);
    assert!(state.doubted().contains(&TaskId(7)));
    assert_eq!(review(&state).ready(&state), Ready::Yes, "another push has nothing to do with it");
    let mut seventh = task("User");
    seventh.id = TaskId(7);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    assert_eq!(crate::app::testing::open_edit(&mut state, &seventh).len(), 1);
    type_in(&mut state, "!");
    ctrl(&mut state, 's');
    assert!(is_form(&state) && note(&state).contains("the cancel of #7: "), "{}", note(&state));
    let verdict = Verdict::Done(Written::Cancelled(TaskId(7)));
    update(&mut state, Message::Settled { req: *req, verdict });
    let result = &state.results[0].words;
    assert!(result.starts_with("the cancel of #7 (of the last run) was done after all"), "{result}");
    assert!(state.writes.is_empty());
}

#[test]
fn esc_goes_back_even_while_the_review_ignores_input() {
    let mut state = filled(Environment::Test, "All");
    ctrl(&mut state, 's');
    assert!(review(&state).ignores_input(state.now));
    assert_eq!(press(&mut state, KeyCode::Esc), []);
    assert!(state.review().is_none() && state.form().is_some());
}

mod again;
mod audit;
mod confirm;
mod doubt;
mod elsewhere;
mod outcome;
mod quiet;
mod sized;
