//! Open entries of dead processes are taken over, by one process and at once.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::process::Life;
use super::{IntentId, Store, StoreError};

impl Store {
    /// Makes the open entries of this profile that belong to dead processes this one's, with their
    /// drafts, and says which they are. Whoever else tries the same at that moment gets none of them.
    pub fn take_over(&self, profile: &str) -> Result<Vec<IntentId>, StoreError> {
        let own = self.process.token();
        let owners = self.run(|db| owners(db, profile, own))?;
        let mut taken = Vec::new();
        for owner in owners {
            // The lock of the dead is held until its entries have another owner.
            let Life::Dead(lock) = self.process.life_of(&owner) else { continue };
            let renewed = self.process.renew().map_err(|err| self.other(&format!("its lock file: {err}")));
            match renewed.and_then(|()| self.change(|db| take(db, profile, &owner, own))) {
                Ok(entries) => taken.extend(entries),
                // What was taken over already must be told; the rest has another chance.
                Err(_) if !taken.is_empty() => break,
                Err(err) => return Err(err),
            }
            drop(lock);
        }
        // What cannot be read now is tidied another time.
        if let Ok(needed) = self.run(all_owners) {
            self.process.tidy(|token| needed.iter().any(|owner| owner == token));
        }
        Ok(taken)
    }

    /// Closes the open entries of a profile that belong to this process. For a service that is gone.
    pub fn close_own_intents(
        &self,
        profile: &str,
        at: DateTime<Utc>,
        outcome: &serde_json::Value,
    ) -> Result<(), StoreError> {
        for intent in self.open_intents(profile)?.into_iter().filter(|intent| !intent.elsewhere) {
            self.close_intent(intent.id, at, outcome)?;
        }
        Ok(())
    }
}

fn owners(db: &Connection, profile: &str, own: &str) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT DISTINCT owner FROM journal WHERE profile = ? AND closed_at IS NULL AND owner <> ?";
    db.prepare_cached(sql)?.query_map([profile, own], |row| row.get(0))?.collect()
}

/// Everybody who has something open under any name. The draft of a dead process needs no file.
fn all_owners(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT DISTINCT owner FROM journal WHERE closed_at IS NULL";
    db.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn take(db: &Connection, profile: &str, owner: &str, own: &str) -> rusqlite::Result<Vec<IntentId>> {
    let sql =
        "UPDATE journal SET owner = ? WHERE profile = ? AND closed_at IS NULL AND owner = ? RETURNING id";
    let mut taken: Vec<IntentId> = db
        .prepare_cached(sql)?
        .query_map([own, profile, owner], |row| row.get(0).map(IntentId))?
        .collect::<Result<_, _>>()?;
    taken.sort_unstable();
    let sql = "UPDATE drafts SET owner = ? WHERE intent = ? AND state = 'sent'";
    for id in &taken {
        db.prepare_cached(sql)?.execute(params![own, id.0])?;
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::sync::Barrier;

    use rusqlite::Connection;
    use serde_json::json;

    use super::*;
    use crate::store::{FILE, NewIntent};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_240_000 + seconds, 0).unwrap()
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        (dir, path)
    }

    fn begin(store: &Store) -> IntentId {
        let what =
            NewIntent { command: "add_sched_task".into(), task: None, body: json!({}), msg_random: None };
        store.begin_intent("acme", at(0), &what).unwrap()
    }

    fn is_elsewhere(store: &Store, id: IntentId) -> bool {
        store.intent(id).unwrap().unwrap().elsewhere
    }

    /// Runs this test once more in a process of its own, as the one that does what is asked for.
    fn child(name: &str, path: &Path) -> std::process::Command {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", &format!("store::owners::tests::{name}")]);
        command.env(VARIABLE, path).stdin(std::process::Stdio::piped());
        command
    }

    const VARIABLE: &str = "PUSHDECK_TEST_BEGINS_IN";

    fn asked_for() -> Option<PathBuf> {
        std::env::var_os(VARIABLE).map(PathBuf::from)
    }

    #[test]
    fn what_a_living_process_has_open_stays_its_own_and_no_other_closes_it() {
        let (_dir, path) = folder();
        let (one, other) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
        let entry = begin(&one);
        assert_eq!(other.take_over("acme").unwrap(), []);
        assert!(is_elsewhere(&other, entry) && !is_elsewhere(&one, entry));
        other.close_own_intents("acme", at(1), &json!("gone")).unwrap();
        assert!(!other.close_intent(entry, at(1), &json!("gone")).unwrap());
        assert_eq!(one.open_intents("acme").unwrap().len(), 1);
        drop(one);
        assert_eq!(other.take_over("beta").unwrap(), [], "another profile's");
        assert_eq!(other.take_over("acme").unwrap(), [entry]);
        assert!(other.close_intent(entry, at(2), &json!("done")).unwrap());
    }

    #[test]
    fn a_killed_process_leaves_its_writes_to_one_of_all_who_start_and_a_stopped_one_to_nobody() {
        use std::io::Read;

        if let Some(path) = asked_for() {
            // The child: begins, says so, and waits for its end.
            let store = Store::open(&path).unwrap();
            (0..20).for_each(|_| {
                begin(&store);
            });
            std::fs::write(path.with_extension("begun"), "").unwrap();
            let _ = std::io::stdin().read(&mut [0]);
            return;
        }
        let (dir, path) = folder();
        let name = "a_killed_process_leaves_its_writes_to_one_of_all_who_start_and_a_stopped_one_to_nobody";
        let mut child = child(name, &path).stdout(std::process::Stdio::null()).spawn().unwrap();
        while !path.with_extension("begun").exists() {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::yield_now();
        }
        let signal = |name: &str| {
            let pid = child.id().to_string();
            assert!(std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
        };
        let stores: Vec<Store> = (0..4).map(|_| Store::open(&path).unwrap()).collect();
        signal("STOP");
        for store in &stores {
            assert_eq!(store.take_over("acme").unwrap(), [], "it may go on at any moment");
        }
        signal("KILL");
        child.wait().unwrap();
        let start = Barrier::new(stores.len());
        let mut taken: Vec<IntentId> = std::thread::scope(|scope| {
            let start = &start;
            let takers: Vec<_> = stores
                .iter()
                .map(|store| {
                    scope.spawn(move || {
                        start.wait();
                        store.take_over("acme").unwrap()
                    })
                })
                .collect();
            takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect()
        });
        // While one holds the lock of the dead, the others take it for alive: nobody need be quicker.
        taken.extend(stores.iter().flat_map(|store| store.take_over("acme").unwrap()));
        taken.sort_unstable();
        let all: Vec<IntentId> = stores[0].open_intents("acme").unwrap().iter().map(|i| i.id).collect();
        assert_eq!((taken.len(), taken), (20, all));
        let files = std::fs::read_dir(dir.path().join("processes")).unwrap().count();
        assert_eq!(files, stores.len(), "the file of the dead is of no use any more");
    }

    #[test]
    fn entries_from_before_there_were_owners_belong_to_nobody_who_lives() {
        let (_dir, path) = folder();
        let store = Store::open(&path).unwrap();
        let entry = begin(&store);
        Connection::open(&path).unwrap().execute("UPDATE journal SET owner = ''", []).unwrap();
        assert!(!is_elsewhere(&store, entry));
        assert_eq!(store.take_over("acme").unwrap(), [entry]);
        assert_eq!(store.take_over("acme").unwrap(), []);
    }

    #[test]
    fn a_database_that_another_program_holds_is_given_up_within_about_a_second() {
        let (_dir, path) = folder();
        let store = Store::open(&path).unwrap();
        let holder = Connection::open(&path).unwrap();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let began = std::time::Instant::now();
        std::thread::scope(|scope| {
            // A draft that waits must not make the entry of a write wait for it and then once more.
            for _ in 0..3 {
                scope.spawn(|| {
                    let draft = crate::domain::Draft::new("x");
                    assert!(store.save_draft("acme", "new", &draft, at(0)).is_err());
                });
            }
            let what =
                NewIntent { command: "add_sched_task".into(), task: None, body: json!({}), msg_random: None };
            let found = store.begin_intent("acme", at(0), &what).unwrap_err().to_string();
            assert!(found.contains("is held by another program"), "{found}");
        });
        // Generous for a machine under load; without the common deadline it is four times the patience.
        assert!(began.elapsed() < std::time::Duration::from_secs(3), "{:?}", began.elapsed());
        holder.execute_batch("ROLLBACK").unwrap();
        assert_eq!(store.open_intents("acme").unwrap(), []);
        begin(&store);
    }

    #[test]
    fn an_entry_that_does_not_fit_on_the_disk_is_an_error_and_leaves_nothing() {
        let (_dir, path) = folder();
        let store = Store::open(&path).unwrap();
        let pages: i64 = store.lock().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        store.lock().pragma_update(None, "max_page_count", pages).unwrap();
        let body = json!({"Text": "x".repeat(100_000)});
        let what = NewIntent { command: "add_sched_task".into(), task: None, body, msg_random: None };
        let found = store.begin_intent("acme", at(0), &what).unwrap_err().to_string();
        assert!(found.contains("full"), "{found}");
        assert_eq!(store.open_intents("acme").unwrap(), []);
    }
}
