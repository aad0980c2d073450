use crossterm::event::KeyCode;

use crate::app::testing::{
    answer, key, now, one_app, open_cancel, setup_of_beta, tasks, two_apps, typed, unknown,
};
use crate::app::{Effect, Priority, ReqId, Write};
use crate::domain::failure::NotSent;
use crate::domain::{Failure, Kind, TaskId};
use crate::keymap::{Action, Keymap, Scope};

use super::*;

const SIZE: (u16, u16) = (120, 40);
const ACME: AppNumber = AppNumber(0);
const BETA: AppNumber = AppNumber(1);

/// Keys of the operator; Enter is `⏎`, Esc is `⎋`.
fn keys(apps: &mut Apps, text: &str) -> Vec<AppEffect> {
    let messages = text.chars().flat_map(|c| match c {
        '⏎' => vec![key(KeyCode::Enter)],
        '⎋' => vec![key(KeyCode::Esc)],
        c => typed(&c.to_string()),
    });
    messages.flat_map(|message| apps.take(None, message)).collect()
}

fn profile(apps: &Apps) -> &str {
    &apps.shown().setup.profile
}

fn note(apps: &Apps) -> String {
    apps.shown().note.as_ref().map(|note| note.text.clone()).unwrap_or_default()
}

#[test]
fn an_app_is_opened_once_and_each_is_found_as_it_was_left() {
    let mut apps = one_app(SIZE);
    keys(&mut apps, "/lunch⏎");
    let effects = keys(&mut apps, "Pj⏎");
    assert_eq!(effects, [(ACME, Effect::OpenProfile("beta".to_owned()))]);
    assert_eq!((profile(&apps), note(&apps).as_str()), ("acme", "opening beta…"));
    // Whoever asks again while it is opened is not given a second one.
    assert_eq!(keys(&mut apps, "Pj⏎"), []);
    let effects = apps.opened("beta", Ok(setup_of_beta()));
    assert!(effects.iter().all(|(app, _)| *app == BETA) && !effects.is_empty(), "{effects:?}");
    assert_eq!(profile(&apps), "beta");
    answer(&mut apps, effects);
    assert_eq!((apps.shown().board.in_range(), apps.shown().board.filter.text.as_str()), (10, ""));
    keys(&mut apps, "2");
    keys(&mut apps, "Pk⏎");
    assert_eq!((profile(&apps), apps.shown().board.filter.text.as_str()), ("acme", "lunch"));
    assert!(apps.shown().layers.is_empty());
    keys(&mut apps, "Pj⏎");
    assert!(matches!(apps.shown().layers.as_slice(), [Layer::Timeline(_)]), "its timeline stayed open");
    assert_eq!(apps.states().len(), 2);
}

#[test]
fn a_profile_that_cannot_be_opened_says_why_and_nothing_else_changes() {
    let mut apps = one_app(SIZE);
    keys(&mut apps, "Pj⏎");
    assert_eq!(apps.opened("beta", Err("the key is not set".to_owned())), []);
    assert_eq!((profile(&apps), note(&apps).as_str()), ("acme", "beta cannot be opened: the key is not set"));
    assert_eq!(keys(&mut apps, "Pj⏎"), [(ACME, Effect::OpenProfile("beta".to_owned()))], "it is tried again");
}

#[test]
fn an_answer_reaches_the_app_that_asked_and_no_other() {
    let mut apps = two_apps(SIZE);
    let asked = apps.states()[1].board.remote.asking;
    assert_eq!(asked, None);
    // Both number their questions from one on: the same number means another question in each.
    let before: Vec<String> = apps.states().iter().map(|state| format!("{:?}", state.results)).collect();
    let gone = Failure::NotSent { reason: NotSent::Withdrawn, detail: String::new() };
    for req in 1..20 {
        apps.take(Some(BETA), Message::Wrote { req: ReqId(req), result: Err(gone.clone()) });
    }
    let after: Vec<String> = apps.states().iter().map(|state| format!("{:?}", state.results)).collect();
    assert_eq!(before, after);
    let failure = Failure::Refused { code: 70001, info: String::new(), invalid_accounts: Vec::new() };
    let effects = keys(&mut apps, "r");
    let req = effects.iter().find_map(|(app, effect)| match effect {
        Effect::List { req, .. } if *app == ACME => Some(*req),
        _ => None,
    });
    let req = req.unwrap();
    apps.take(Some(BETA), Message::Listed { req, result: Err(failure) });
    assert_eq!(apps.states()[0].connection.failure, None, "it was asked by acme");
}

#[test]
fn what_is_on_the_screen_of_one_app_confirms_nothing_in_another() {
    let mut apps = two_apps(SIZE);
    let task = tasks()[5].clone();
    let effects = open_cancel(apps.shown_mut(), &task);
    let [Effect::Get { req, .. }] = effects[..] else { panic!("{effects:?}") };
    apps.take(Some(ACME), Message::Got { req, result: Ok(Box::new(task)) });
    let review = |apps: &Apps| format!("{:?}", apps.states()[0].review());
    let before = review(&apps);
    let lines = apps.shown().in_sight();
    assert!(!lines.is_empty());
    let drawn = Message::Drawn { at: now(), rendered: now().running, size: SIZE, lines };
    apps.take(Some(BETA), drawn.clone());
    assert_eq!(review(&apps), before, "a frame of beta shows nothing of acme");
    apps.take(Some(ACME), drawn);
    assert_ne!(review(&apps), before);
}

#[test]
fn the_board_of_all_profiles_shows_the_tasks_of_each_and_asks_nothing_itself() {
    let mut apps = two_apps(SIZE);
    let effects = keys(&mut apps, "Pg⏎");
    assert_eq!(effects.last(), Some(&(AppNumber::OVERVIEW, Effect::OpenProfile("沙箱".to_owned()))));
    let rows = |apps: &Apps| -> Vec<(String, TaskId)> {
        let page = apps.shown().layers.first();
        let Some(Layer::Overview(page)) = page else { panic!("{page:?}") };
        page.rows.iter().map(|row| (row.profile.clone(), row.id)).collect()
    };
    let shown = rows(&apps);
    assert_eq!(shown.len(), 20);
    for pair in shown.chunks(2) {
        assert_eq!((pair[0].0.as_str(), pair[1].0.as_str()), ("acme", "beta"), "{shown:?}");
        assert_eq!(pair[0].1, pair[1].1);
    }
    // Time, and every key that stays there: nothing is asked in the name of nobody.
    for second in 1..90 {
        let effects = apps.take(None, Message::Ticked(crate::app::testing::later(second)));
        assert!(effects.iter().all(|(app, _)| *app != AppNumber::OVERVIEW), "{effects:?}");
    }
    for text in ["j", "k", "G", "g", ".", "z", "r", "2", "r", "!", "l", "+", "-", "1", "@", ":"] {
        let effects = keys(&mut apps, text);
        let asks = |(app, effect): &AppEffect| {
            *app == AppNumber::OVERVIEW && crate::app::PendingReply::to(effect).is_some()
        };
        assert!(!effects.iter().any(asks), "{text}: {effects:?}");
    }
}

#[test]
fn a_writing_key_there_goes_to_the_board_of_the_app_first_and_opens_the_review_there() {
    for (row, app, name) in [(0, ACME, "acme"), (1, BETA, "beta")] {
        let mut apps = two_apps(SIZE);
        keys(&mut apps, "Pg⏎.");
        let down = "j".repeat(row);
        let effects = keys(&mut apps, &format!("{down}D"));
        assert_eq!((profile(&apps), apps.on_screen()), (name, app));
        assert!(note(&apps).starts_with(&format!("now on {name} (")), "{}", note(&apps));
        let review = apps.shown().review().unwrap();
        assert_eq!(review.app, apps.shown().setup.app, "W8");
        let gets = effects.iter().filter(|(_, effect)| {
            matches!(effect, Effect::Get { priority: Priority::Write, .. } | Effect::Get { .. })
        });
        let gets: Vec<AppNumber> = gets.map(|(app, _)| *app).collect();
        assert_eq!(gets, [app], "its fresh copy is asked of its own service");
        keys(&mut apps, "⎋");
        assert_eq!(profile(&apps), name, "it stays there");
    }
}

#[test]
fn no_key_of_the_board_of_all_profiles_writes() {
    let all = Keymap::default();
    let bindings = all.of_scope(Scope::Overview).chain(all.of_scope(Scope::Global));
    for binding in bindings.filter(|binding| binding.action != Action::Quit) {
        for bound in &binding.keys {
            let mut apps = two_apps(SIZE);
            keys(&mut apps, "Pg⏎");
            let mut effects = apps.take(None, Message::Key(bound.event()));
            effects.extend(keys(&mut apps, "y"));
            let writes = effects.iter().any(|(_, effect)| matches!(effect, Effect::Write { .. }));
            assert!(!writes, "{}: {effects:?}", bound.label());
        }
    }
}

#[test]
fn a_text_that_is_begun_in_an_app_is_not_left_for_a_key_elsewhere() {
    let mut apps = two_apps(SIZE);
    keys(&mut apps, "n");
    assert!(apps.shown().form().is_some());
    // The form of acme stands; the operator cannot have come here but by an answer of another app.
    let effects =
        apps.take(Some(ACME), Message::CameFor { id: Some(tasks()[5].id), action: Some(Action::Cancel) });
    assert_eq!(effects, []);
    assert!(apps.shown().form().is_some() && note(&apps).contains("is to be left first"), "{}", note(&apps));
}

#[test]
fn leaving_keeps_the_texts_of_every_app_and_waits_for_a_write_of_any() {
    let mut apps = two_apps(SIZE);
    keys(&mut apps, "Pj⏎na");
    keys(&mut apps, "⎋Pk⏎");
    let write = Write::Cancel { id: TaskId(7), kind: Kind::All };
    let req = ReqId(900);
    apps.states[1].writes.push(crate::app::PendingWrite::new(req, write, now()));
    apps.take(None, Message::Ticked(now()));
    assert_eq!(keys(&mut apps, "q"), [], "a write of beta is under way");
    assert!(note(&apps).starts_with("a write is under way"), "{}", note(&apps));
    let effects = keys(&mut apps, "q");
    let quits: Vec<AppNumber> =
        effects.iter().filter(|(_, effect)| *effect == Effect::Quit).map(|(app, _)| *app).collect();
    assert_eq!(quits, [ACME, BETA], "each is told");
}

#[test]
fn what_waits_to_be_read_in_another_app_is_told() {
    let mut apps = two_apps(SIZE);
    let write = Write::Cancel { id: tasks()[5].id, kind: Kind::All };
    let req = ReqId(900);
    apps.states[1].writes.push(crate::app::PendingWrite::new(req, write, now()));
    let lost = unknown(&apps.states[1], req, Failure::TimedOut { after: std::time::Duration::from_secs(10) });
    apps.take(Some(BETA), lost);
    let [beta] = apps.shown().neighbours.as_slice() else { panic!() };
    assert_eq!((beta.profile.as_str(), beta.to_read > 0), ("beta", true), "{beta:?}");
    let told = Effect::Notify { title: "pushdeck beta".to_owned(), words: "#7 failed".to_owned() };
    let mut queue = VecDeque::from([(BETA, told.clone())]);
    let effects = apps.settle(std::mem::take(&mut queue));
    assert_eq!(effects, [(BETA, told)]);
    assert_eq!(note(&apps), "pushdeck beta: #7 failed");
}

#[test]
fn an_app_that_nobody_sees_is_asked_for_less_often_and_at_once_when_it_is_seen_again() {
    let mut apps = two_apps(SIZE);
    let pace = |apps: &Apps, app: usize| apps.states()[app].pace();
    assert!(pace(&apps, 1) >= pace(&apps, 0));
    assert!(!apps.states()[1].presence.is_on_screen && apps.states()[0].presence.is_on_screen);
    keys(&mut apps, "Pg⏎");
    assert!(apps.states().iter().all(|state| state.presence.is_on_screen), "the board of all shows both");
    keys(&mut apps, "⎋");
    assert_eq!(profile(&apps), "acme");
    assert!(!apps.states()[1].presence.is_on_screen);
}
