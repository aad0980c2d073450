//! The file of the database: under other names, taken away while it is served, read by others.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

async fn on_file(path: &Path) -> Bench {
    bench_with(None, |o| o.db = Some(path.to_owned())).await
}

async fn create(bench: &Bench, title: &str) -> Value {
    let body = json!({"Type": "All", "SchedAt": later(60), "Content": everyone(title)});
    bench.call("add_sched_task", body).await
}

async fn titles(bench: &Bench) -> Vec<String> {
    let truth = bench.running.truth(APP, 0).await.unwrap();
    truth.tasks.iter().map(|task| task["Title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_second_sandbox_is_refused_under_any_name_of_the_file_until_the_first_has_ended() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tasks.db");
    let names: [PathBuf; 3] = ["tasks.db", "symbolic.db", "hard.db"].map(|name| dir.path().join(name));
    let bench = on_file(&path).await;
    std::os::unix::fs::symlink(&path, &names[1]).unwrap();
    fs::hard_link(&path, &names[2]).unwrap();
    let try_start = async |name: &Path| {
        let options = Options { db: Some(name.to_owned()), ..Options::default() };
        start(loopback(), options, credentials(), None).await
    };
    for name in &names {
        let words = try_start(name).await.unwrap_err().to_string();
        assert!(words.contains("another sandbox is using this file, maybe under another name"), "{words}");
    }
    assert_eq!(create(&bench, "the first goes on").await["ErrorCode"], 0);
    bench.running.stop().await;
    for name in &names {
        let running = try_start(name).await.unwrap();
        assert_eq!(running.truth(APP, 0).await.unwrap().tasks.len(), 1, "{name:?}");
        running.stop().await;
    }
}

#[tokio::test]
async fn nothing_is_acknowledged_while_the_file_or_its_journal_is_not_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let (path, away) = (dir.path().join("tasks.db"), dir.path().join("away"));
    let bench = on_file(&path).await;
    let mut warnings = bench.running.warnings();
    let mut expected = vec!["before".to_owned()];
    assert_eq!(create(&bench, "before").await["ErrorCode"], 0);
    for name in ["tasks.db", "tasks.db-wal"] {
        let file = dir.path().join(name);
        for replaced in [false, true] {
            fs::rename(&file, &away).unwrap();
            if replaced {
                fs::copy(&away, &file).unwrap();
            }
            refused(&create(&bench, "lost").await, 90105, true);
            let words = warnings.borrow_and_update().clone();
            assert!(words.contains("tasks.db was removed, replaced or emptied"), "{words}");
            refused(&create(&bench, "lost").await, 90105, true);
            bench.pass(0).await;
            assert!(!warnings.has_changed().unwrap(), "said once");
            fs::rename(&away, &file).unwrap();
            let title = format!("after {name} was back");
            assert_eq!(create(&bench, &title).await["ErrorCode"], 0);
            assert!(warnings.borrow_and_update().contains("is back in its place"));
            expected.push(title);
        }
    }
    bench.running.stop().await;
    assert_eq!(titles(&on_file(&path).await).await, expected, "and nothing that was refused");
}

#[tokio::test]
async fn nothing_is_dispatched_from_a_file_that_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let (path, away) = (dir.path().join("tasks.db"), dir.path().join("away"));
    let bench = on_file(&path).await;
    let id = bench.add("All", &later(1), everyone("t")).await;
    fs::rename(&path, &away).unwrap();
    bench.clock.advance(Duration::from_secs(2));
    let _round = bench.running.shared.dispatch().await;
    assert_eq!(bench.get(id).await["Status"], "pending");
    fs::rename(&away, &path).unwrap();
    let _round = bench.running.shared.dispatch().await;
    assert_eq!(bench.get(id).await["Status"], "dispatching");
}

#[tokio::test]
async fn a_database_that_others_could_read_is_made_private_and_that_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tasks.db");
    let bench = on_file(&path).await;
    assert_eq!(bench.running.notes(), [""; 0]);
    bench.running.stop().await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let bench = on_file(&path).await;
    let notes = bench.running.notes().join(" ");
    assert!(notes.contains("tasks.db was open to others (mode 0644); it is private now"), "{notes}");
    for file in fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}
