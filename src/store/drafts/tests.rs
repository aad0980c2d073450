use std::path::PathBuf;

use serde_json::json;

use super::*;
use crate::domain::kept::DraftOrigin;
use crate::store::{FILE, IntentId, NewIntent};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_240_000 + seconds, 0).unwrap()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    (dir, path)
}

fn text(title: &str) -> Draft {
    let mut draft = Draft::new("administrator");
    draft.put("OfflinePushInfo.Title", title);
    draft
}

fn save(store: &Store, title: &str, seconds: i64) {
    store.save_draft("acme", "new", &text(title), at(seconds)).unwrap();
}

fn load(store: &Store) -> FoundDraft {
    store.load_draft("acme", "new").unwrap()
}

fn title(found: &FoundDraft) -> Option<&str> {
    found.draft.as_ref().map(|(draft, _)| draft.entry("OfflinePushInfo.Title"))
}

/// A create made from this text is about to be sent.
fn send(store: &Store, title: &str) -> IntentId {
    let what = NewIntent { command: "add_sched_task".into(), task: None, body: json!({}), msg_random: None };
    let origin = DraftOrigin { slot: "new".to_owned(), draft: text(title) };
    store.begin_intent_from("acme", at(50), &what, Some(&origin)).unwrap()
}

/// Titles of the list of drafts, and what became of each.
fn list(store: &Store, seconds: i64) -> Vec<(String, DraftState)> {
    let drafts = store.list_drafts("acme", at(seconds)).unwrap();
    let said = |kept: KeptDraft| (kept.draft.entry("OfflinePushInfo.Title").to_owned(), kept.state);
    drafts.into_iter().map(said).collect()
}

/// The database after its process was killed: nothing was closed, and its lock is let go.
fn killed(store: Store, path: &std::path::Path) -> Store {
    drop(store);
    Store::open(path).unwrap()
}

#[test]
fn two_who_write_new_drafts_at_once_keep_their_own_words_and_the_dead_ones_go_to_the_living() {
    let (_dir, path) = folder();
    let (one, other) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
    save(&one, "mine", 0);
    let found = load(&other);
    assert_eq!((title(&found), found.elsewhere), (None, true));
    save(&other, "theirs", 1);
    other.drop_draft("acme", "other slot").unwrap();
    assert_eq!(title(&load(&one)), Some("mine"));
    save(&other, "theirs, longer", 2);
    assert_eq!((title(&load(&one)), load(&one).elsewhere), (Some("mine"), true));
    assert_eq!(
        list(&one, 3),
        [("theirs, longer".to_owned(), DraftState::Elsewhere), ("mine".to_owned(), DraftState::Current)]
    );
    drop(other);
    let found = load(&one);
    assert_eq!((title(&found), found.elsewhere), (Some("theirs, longer"), false), "the newest");
    // Its own words gave way, and are not lost.
    assert_eq!(list(&one, 3).pop(), Some(("mine".to_owned(), DraftState::Archived)));
    let third = Store::open(&path).unwrap();
    assert_eq!(title(&load(&third)), None, "taken over by one");
}

#[test]
fn a_text_that_was_sent_is_no_draft_until_it_is_known_that_nothing_came_of_it() {
    for (outcome, back) in [
        (json!({"result": "refused", "code": 90108}), Some("t")),
        (json!({"result": "not done"}), Some("t")),
        (json!({"result": "created", "task": "7"}), None),
        (json!({"result": "several", "tasks": ["7", "8"]}), None),
        (json!({"result": "cannot tell", "why": "?"}), None),
    ] {
        let (_dir, path) = folder();
        let store = Store::open(&path).unwrap();
        save(&store, "t", 0);
        let entry = send(&store, "t");
        // A save that comes late is no new draft, and one that was typed since is.
        save(&store, "t", 1);
        let found = load(&store);
        assert_eq!((title(&found), found.sent), (None, true), "{outcome}");

        let store = killed(store, &path);
        assert_eq!(load(&store), FoundDraft::default(), "nobody's yet");
        assert_eq!(store.take_over("acme").unwrap(), [entry]);
        let found = load(&store);
        assert_eq!((title(&found), found.sent), (None, true), "{outcome}");
        assert!(store.close_intent(entry, at(60), &outcome).unwrap());
        let store = killed(store, &path);
        let found = load(&store);
        assert_eq!((title(&found), found.sent), (back, false), "{outcome}");
    }
}

#[test]
fn a_text_that_became_a_task_is_taken_back_only_from_the_list_and_says_so() {
    let (_dir, path) = folder();
    let store = Store::open(&path).unwrap();
    save(&store, "sale", 0);
    let entry = send(&store, "sale");
    assert_eq!(list(&store, 55), [("sale".to_owned(), DraftState::Sent)]);
    let of = |store: &Store| store.list_drafts("acme", at(55)).unwrap()[0].id;
    let why = store.restore_draft(of(&store), at(56)).unwrap_err().to_string();
    assert!(why.contains("its outcome is being checked"), "{why}");
    store.close_intent(entry, at(60), &json!({"result": "created", "task": "7"})).unwrap();
    assert_eq!(list(&store, 61), [("sale".to_owned(), DraftState::Created(TaskId(7)))]);

    save(&store, "next", 62);
    let id = store.list_drafts("acme", at(63)).unwrap()[1].id;
    let restored = store.restore_draft(id, at(64)).unwrap();
    assert_eq!((restored.slot.as_str(), restored.state), ("new", DraftState::Created(TaskId(7))));
    let found = load(&store);
    assert_eq!((title(&found), found.created_as), (Some("sale"), Some(TaskId(7))));
    let mut names = list(&store, 65);
    names.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(names.len(), 3);
    assert_eq!(names[0], ("next".to_owned(), DraftState::Archived), "what lay there was not lost");
    assert!(names.contains(&("sale".to_owned(), DraftState::Created(TaskId(7)))), "it stays in the list");
    let month = 31 * 86_400;
    assert_eq!(list(&store, month), [("sale".to_owned(), DraftState::Current)]);
}

#[test]
fn what_was_typed_while_the_last_text_was_under_way_stays_when_that_one_comes_to_nothing() {
    let store = Store::open_in_memory().unwrap();
    save(&store, "first", 0);
    let entry = send(&store, "first");
    save(&store, "second", 1);
    store.close_intent(entry, at(60), &json!({"result": "not done"})).unwrap();
    assert_eq!(title(&load(&store)), Some("second"));
    assert!(list(&store, 61).contains(&("first".to_owned(), DraftState::Archived)));

    // And a change of a task that stands is no draft any more.
    let entry = send(&store, "second");
    store.close_intent(entry, at(70), &json!({"result": "modified", "task": "7"})).unwrap();
    assert_eq!(title(&load(&store)), None);
}

#[test]
fn what_was_thrown_away_is_in_the_list_for_a_while() {
    let store = Store::open_in_memory().unwrap();
    store.archive_draft("acme", "new", &text("gone"), at(0)).unwrap();
    assert_eq!(title(&load(&store)), None);
    assert_eq!(list(&store, 1), [("gone".to_owned(), DraftState::Archived)]);
    let id = store.list_drafts("acme", at(1)).unwrap()[0].id;
    store.restore_draft(id, at(2)).unwrap();
    assert_eq!(title(&load(&store)), Some("gone"));
    assert!(store.restore_draft(DraftId(99), at(3)).is_err());
}

#[test]
fn drafts_of_before_are_nobodys_and_come_back() {
    let (_dir, path) = folder();
    let db = Connection::open(&path).unwrap();
    db.execute_batch(&crate::store::schema::of_version(2)).unwrap();
    let old = draft::write(&text("old")).unwrap();
    db.execute("INSERT INTO drafts VALUES ('acme', 'new', '2026-11-20T00:00:00.000000000Z', ?)", [old])
        .unwrap();
    db.execute(
        "INSERT INTO journal (profile, begun_at, command, body) VALUES ('acme', '2026-11-20T00:00:00Z', 'c', '{}')",
        [],
    )
    .unwrap();
    drop(db);
    let store = Store::open(&path).unwrap();
    assert_eq!(title(&load(&store)), Some("old"));
    assert_eq!(store.take_over("acme").unwrap().len(), 1);
}

#[test]
fn a_text_that_was_given_back_and_became_a_task_after_all_is_marked_so_also_by_the_next_run() {
    let (_dir, path) = folder();
    let store = Store::open(&path).unwrap();
    save(&store, "shown late", 1);
    let entry = send(&store, "shown late");
    store.close_intent(entry, at(60), &json!({"result": "not done"})).unwrap();
    assert_eq!(title(&load(&store)), Some("shown late"), "nothing was found: it is a draft again");
    let store = killed(store, &path);
    assert_eq!(title(&load(&store)), Some("shown late"));
    // The list has shown it now.
    assert!(store.close_intent(entry, at(90), &json!({"result": "created", "task": "9"})).unwrap());
    assert_eq!(title(&load(&store)), None);
    assert_eq!(list(&store, 100), [("shown late".to_owned(), DraftState::Created(TaskId(9)))]);
}

#[test]
fn words_that_were_typed_after_nothing_was_found_are_no_part_of_the_task_that_appears() {
    let (_dir, path) = folder();
    let store = Store::open(&path).unwrap();
    let entry = send(&store, "first words");
    store.close_intent(entry, at(60), &json!({"result": "not done"})).unwrap();
    save(&store, "other words", 70);
    store.close_intent(entry, at(90), &json!({"result": "created", "task": "9"})).unwrap();
    assert_eq!(title(&load(&store)), Some("other words"));
}
