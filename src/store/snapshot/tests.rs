use std::path::PathBuf;
use std::sync::Barrier;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::store::{FILE, NewIntent, SNAPSHOT_FILE};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_240_000 + seconds, 123_456_789).unwrap()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pushdeck").join(FILE);
    (dir, path)
}

fn task(id: u64, due: i64, title: &str) -> Arc<str> {
    let due = wire::time_out(at(due));
    format!(r#"{{"TaskID":{id},"Title":"{title}","SchedAt":"{due}","Novel":1.50}}"#).into()
}

fn read_around(store: &Store, profile: &str, present: DateTime<Utc>) -> Vec<Arc<str>> {
    let mut tasks = Vec::new();
    store.read_snapshot(profile, present, |task, _| (tasks.push(task), true).1).unwrap();
    tasks
}

fn read(store: &Store, profile: &str) -> Vec<Arc<str>> {
    read_around(store, profile, at(0))
}

fn age(store: &Store, profile: &str) -> Option<DateTime<Utc>> {
    let mut found = None;
    store.read_snapshot(profile, at(0), |_, read_at| (found = Some(read_at), false).1).unwrap();
    found
}

#[test]
fn tasks_come_back_to_the_byte_with_their_age_the_nearest_to_the_present_first() {
    let (_dir, path) = folder();
    let timeless: Arc<str> =
        r#"{"TaskID":18446744073709551615,"SchedAt":"soon","Content":{"股":"\u001b"}}"#.into();
    let odd: Arc<str> = "no JSON at all".into();
    let due = [5_i64, -1, 90, -300, 2].map(|due| task(due.unsigned_abs(), due, "t"));
    let tasks: Vec<Arc<str>> = [timeless.clone(), odd.clone()].into_iter().chain(due.clone()).collect();
    Store::open(&path).unwrap().keep_snapshot("acme", at(7), &tasks).unwrap();
    let store = Store::open(&path).unwrap();
    let [five, before, ninety, long_ago, two] = due;
    let expected = [before, two, five, ninety, long_ago, timeless, odd];
    assert_eq!(read(&store, "acme"), expected);
    assert_eq!(age(&store, "acme"), Some(at(7)));
    // From elsewhere in time they come in another order.
    assert_eq!(read_around(&store, "acme", at(80))[0], expected[3]);
    assert_eq!(read_around(&store, "acme", DateTime::<Utc>::MAX_UTC).len(), 7);
    assert_eq!(read_around(&store, "acme", DateTime::<Utc>::MIN_UTC).len(), 7);
    // Whoever has enough says so.
    let mut seen = 0;
    store.read_snapshot("acme", at(0), |_, _| (seen += 1, seen < 3).1).unwrap();
    assert_eq!(seen, 3);
}

#[test]
fn only_what_is_new_changed_or_gone_is_written() {
    let (_dir, path) = folder();
    let store = Store::open(&path).unwrap();
    let tasks: Vec<Arc<str>> = (0..100).map(|n| task(n, 0, "as it was")).collect();
    let kept = |tasks: &[Arc<str>]| {
        let Kept { same, written, removed } = store.keep_snapshot("acme", at(1), tasks).unwrap();
        (same, written, removed)
    };
    assert_eq!(kept(&tasks), (0, 100, 0));
    assert_eq!(kept(&tasks), (100, 0, 0));
    let mut other = tasks.clone();
    other[7] = task(7, 0, "changed");
    other.remove(9);
    other.extend([task(200, 1, "new"), task(201, 1, "new")]);
    assert_eq!(kept(&other), (98, 3, 2));
    assert_eq!(kept(&[tasks[0].clone(), tasks[0].clone()]), (1, 0, 100));
    assert_eq!(read(&store, "acme"), [tasks[0].clone()]);
    assert_eq!(kept(&[]), (0, 0, 1));
    assert_eq!(read(&store, "acme"), []);
}

#[test]
fn each_app_has_its_own_and_one_that_nobody_looked_at_for_long_is_forgotten() {
    let (_dir, path) = folder();
    let store = Store::open(&path).unwrap();
    let (one, other) = ([task(1, 0, "one")], [task(1, 0, "other")]);
    store.keep_snapshot("acme", at(0), &one).unwrap();
    let later = 89 * 86_400;
    store.keep_snapshot("beta", at(later), &other).unwrap();
    assert_eq!((read(&store, "acme"), read(&store, "beta")), (one.to_vec(), other.to_vec()));
    assert_eq!(read(&store, "gamma"), []);
    // The own one is not forgotten, however old it is.
    store.keep_snapshot("acme", at(0), &one).unwrap();
    assert_eq!(read(&store, "acme"), one);
    store.keep_snapshot("beta", at(later + 2 * 86_400), &other).unwrap();
    assert_eq!((read(&store, "acme"), read(&store, "beta")), (vec![], other.to_vec()));
}

#[test]
fn without_a_file_nothing_is_kept_and_reading_makes_none() {
    let store = Store::open_in_memory().unwrap();
    store.keep_snapshot("acme", at(0), &[task(1, 0, "t")]).unwrap();
    assert_eq!(read(&store, "acme"), []);
    let (_dir, path) = folder();
    let store = Store::open(&path).unwrap();
    assert_eq!(read(&store, "acme"), []);
    assert!(!path.with_file_name(SNAPSHOT_FILE).exists());
}

#[test]
fn no_entry_of_the_journal_waits_for_a_snapshot_that_is_being_written() {
    let (_dir, path) = folder();
    let store = Store::open(&path).unwrap();
    store.keep_snapshot("acme", at(0), &[task(1, 0, "t")]).unwrap();
    let db = open(&path.with_file_name(SNAPSHOT_FILE)).unwrap();
    let step = Transaction::new_unchecked(&db, TransactionBehavior::Immediate).unwrap();
    replace(&step, "acme", at(1), &[task(2, 0, "u")]).unwrap();
    let what = NewIntent { command: "add_sched_task".into(), task: None, body: json!({}), msg_random: None };
    let entry = store.begin_intent("acme", at(1), &what).unwrap();
    assert!(store.close_intent(entry, at(2), &json!("done")).unwrap());
    // Nor does who reads: it is the one before.
    assert_eq!(read(&store, "acme"), [task(1, 0, "t")]);
    step.commit().unwrap();
    assert_eq!(read(&store, "acme"), [task(2, 0, "u")]);
}

#[test]
fn of_several_pushdecks_the_last_one_counts_and_nobody_ever_sees_a_mixture() {
    const TASKS: u64 = 40;
    let (_dir, path) = folder();
    let begin = Barrier::new(4);
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let (path, begin) = (&path, &begin);
            scope.spawn(move || {
                let store = Store::open(path).unwrap();
                begin.wait();
                for round in 0..25_u64 {
                    let title = format!("{writer} {round}");
                    // Half of the tasks are the same in all of them.
                    let name = |n| if n % 2 == 0 { "same" } else { title.as_str() };
                    let tasks: Vec<_> = (0..TASKS).map(|n| task(n, 0, name(n))).collect();
                    store.keep_snapshot("acme", at(0), &tasks).unwrap();
                }
            });
        }
        for _ in 0..2 {
            let (path, begin) = (&path, &begin);
            scope.spawn(move || {
                let store = Store::open(path).unwrap();
                begin.wait();
                for _ in 0..100 {
                    let found = read(&store, "acme");
                    let mut titles: Vec<_> = found.iter().map(|task| title(task)).collect();
                    titles.sort();
                    titles.dedup();
                    let is_whole = found.len() as u64 == TASKS && titles.len() == 2;
                    assert!(found.is_empty() || is_whole, "{titles:?} of {}", found.len());
                }
            });
        }
    });
    let store = Store::open(&path).unwrap();
    store.keep_snapshot("acme", at(1), &[task(1, 0, "last")]).unwrap();
    assert_eq!(read(&Store::open(&path).unwrap(), "acme"), [task(1, 0, "last")]);
}

fn title(task: &str) -> String {
    let task: serde_json::Value = serde_json::from_str(task).unwrap();
    task["Title"].as_str().unwrap().to_owned()
}

#[test]
fn one_that_is_killed_in_the_middle_leaves_the_one_before() {
    const VARIABLE: &str = "PUSHDECK_TEST_DIE_WHILE_WRITING_BESIDE";
    const MANY: u64 = 20_000;
    let long = "new ".repeat(100);
    let old: Vec<_> = (0..500).map(|n| task(n, 0, "old")).collect();
    if let Some(path) = std::env::var_os(VARIABLE) {
        // The child: so many that much of it is on the disk already when it dies.
        let path = PathBuf::from(path);
        Store::open(&path).unwrap().keep_snapshot("acme", at(0), &old).unwrap();
        let db = open(&path.with_file_name(SNAPSHOT_FILE)).unwrap();
        let step = Transaction::new_unchecked(&db, TransactionBehavior::Immediate).unwrap();
        let new: Vec<_> = (0..MANY).map(|n| task(n, 0, &long)).collect();
        replace(&step, "acme", at(1), &new).unwrap();
        std::process::abort();
    }
    let (_dir, path) = folder();
    let name = "store::snapshot::tests::one_that_is_killed_in_the_middle_leaves_the_one_before";
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env(VARIABLE, &path)
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success());
    let side_file = path.with_file_name(format!("{SNAPSHOT_FILE}-wal"));
    assert!(std::fs::metadata(side_file).unwrap().len() > 1 << 20, "it died too soon");
    let store = Store::open(&path).unwrap();
    assert_eq!((read(&store, "acme"), age(&store, "acme")), (old, Some(at(0))));
    store.keep_snapshot("acme", at(2), &[task(1, 0, "next")]).unwrap();
    assert_eq!(read(&store, "acme"), [task(1, 0, "next")]);
}

#[test]
fn what_cannot_be_read_of_it_is_passed_over() {
    let (_dir, path) = folder();
    let store = Store::open(&path).unwrap();
    store.keep_snapshot("acme", at(0), &[task(1, 0, "t"), task(2, 5, "u")]).unwrap();
    let other = Connection::open(path.with_file_name(SNAPSHOT_FILE)).unwrap();
    other.execute("INSERT INTO tasks VALUES (1, 1795240001, CAST(x'ff00' AS TEXT))", []).unwrap();
    other.execute("INSERT INTO tasks VALUES (1, NULL, CAST(x'fe' AS TEXT))", []).unwrap();
    assert_eq!(read(&store, "acme"), [task(1, 0, "t"), task(2, 5, "u")]);
    let kept = store.keep_snapshot("acme", at(0), &[task(1, 0, "t")]).unwrap();
    assert_eq!(kept, Kept { same: 1, written: 0, removed: 3 });
}

#[test]
fn a_damaged_file_and_one_of_a_later_version_are_named_and_left_as_they_are() {
    let (_dir, path) = folder();
    let store = Store::open(&path).unwrap();
    let snapshots = path.with_file_name(SNAPSHOT_FILE);
    let errors = || {
        let kept = store.keep_snapshot("acme", at(0), &[task(1, 0, "t")]).unwrap_err().to_string();
        let read = store.read_snapshot("acme", at(0), |_, _| true).unwrap_err().to_string();
        assert_eq!(kept, read);
        kept
    };
    let junk = "this is no database ".repeat(500);
    std::fs::write(&snapshots, &junk).unwrap();
    let found = errors();
    assert!(found.starts_with(&format!("{} cannot be read (", snapshots.display())), "{found}");
    assert_eq!(std::fs::read_to_string(&snapshots).unwrap(), junk);
    // The journal beside it is as good as ever.
    assert!(Store::open(&path).is_ok());

    std::fs::remove_file(&snapshots).unwrap();
    store.keep_snapshot("acme", at(0), &[task(1, 0, "t")]).unwrap();
    let other = Connection::open(&snapshots).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();
    let words = "was written by a newer pushdeck (format 99, this one knows 1); use that one";
    assert!(errors().ends_with(words), "{}", errors());
    let tasks: i64 = other.query_row("SELECT count(*) FROM tasks", [], |row| row.get(0)).unwrap();
    assert_eq!(tasks, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_was_there_the_last_one_is_what_is_read(
        rounds in prop::collection::vec(prop::collection::btree_map(0..12_u64, (0..6_i64, 0..3_u8), 0..12), 1..5),
    ) {
        let (_dir, path) = folder();
        let store = Store::open(&path).unwrap();
        for round in rounds {
            let tasks: Vec<_> =
                round.into_iter().map(|(id, (due, title))| task(id, due, &title.to_string())).collect();
            let kept = store.keep_snapshot("acme", at(0), &tasks).unwrap();
            prop_assert_eq!(kept.same + kept.written, tasks.len());
            let (mut expected, mut found) = (tasks, read(&store, "acme"));
            expected.sort();
            found.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
