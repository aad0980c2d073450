//! A connection that creates, changes, deletes and reads until the process is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::known::{Asked, Known};
use super::process::{APP, Wire};

/// When a task is due that shall stay pending, Unix seconds (2200).
const FAR: i64 = 7_258_118_400;

/// One connection that writes until the process is gone.
pub(crate) struct Writer {
    pub(crate) known: Vec<Known>,
    pub(crate) names: u32,
    pub(crate) deleted: Vec<i64>,
    pub(crate) acknowledged: usize,
    pub(crate) killed: Arc<AtomicBool>,
    pub(crate) events: SyncSender<()>,
    pub(crate) rng: StdRng,
}

impl Writer {
    pub(crate) fn write(&mut self, address: &str) {
        let outcome = self.until_cut_off(address);
        let error = outcome.expect_err("it only ends when it is cut off");
        assert!(self.killed.load(Ordering::SeqCst), "cut off by a living process: {error}");
    }

    pub(crate) fn until_cut_off(&mut self, address: &str) -> std::io::Result<std::convert::Infallible> {
        let mut wire = Wire::open(address)?;
        loop {
            let choice = self.rng.random_range(0..10);
            let open: Vec<usize> = (0..self.known.len()).filter(|at| self.known[*at].end.is_none()).collect();
            match (choice, open.choose(&mut self.rng).copied()) {
                (0..5, _) | (_, None) => self.add(&mut wire)?,
                (5..8, Some(at)) => self.modify(&mut wire, at)?,
                (8, Some(at)) => self.delete(&mut wire, at)?,
                (_, Some(at)) => self.get(&mut wire, at)?,
            }
        }
    }

    /// Asks, and tells of it before and after. Nobody may be listening any more.
    pub(crate) fn call(&self, wire: &mut Wire, command: &str, body: &Value) -> std::io::Result<Value> {
        wire.ask(command, body)?;
        let _ = self.events.send(());
        let answer = wire.answer()?;
        let _ = self.events.send(());
        Ok(answer)
    }

    pub(crate) fn add(&mut self, wire: &mut Wire) -> std::io::Result<()> {
        self.names += 1;
        let due = self.rng.random();
        #[expect(clippy::disallowed_methods, reason = "the process under test has the real clock")]
        let now = chrono::Utc::now().timestamp();
        let known = Known {
            name: format!("t{}", self.names),
            number: self.names,
            due,
            sched_at: if due { now + i64::from(self.rng.random::<bool>()) } else { FAR },
            id: None,
            version: 0,
            asked: Some(Asked::Version(1)),
            end: None,
            begun: false,
        };
        let body = known.add_body();
        self.known.push(known);
        let answer = self.call(wire, "add_sched_task", &body)?;
        if due && answer["ErrorCode"] == 90110 {
            // The second went by while the call was on its way.
            self.known.pop();
            return Ok(());
        }
        assert_eq!(answer["ErrorCode"], 0, "{answer}");
        let known = self.known.last_mut().unwrap();
        known.id = answer["TaskID"].as_i64();
        (known.version, known.asked) = (1, None);
        self.acknowledged += 1;
        Ok(())
    }

    pub(crate) fn modify(&mut self, wire: &mut Wire, at: usize) -> std::io::Result<()> {
        let version = self.known[at].version + 1;
        self.known[at].asked = Some(Asked::Version(version));
        let body = self.known[at].modify_body(version);
        let answer = self.call(wire, "modify_sched_task", &body)?;
        let known = &mut self.known[at];
        known.asked = None;
        if answer["ErrorCode"] == 0 {
            assert!(!known.begun, "a change after the dispatch began: {answer}");
            known.version = version;
            self.acknowledged += 1;
        } else {
            known.refused(&answer);
        }
        Ok(())
    }

    pub(crate) fn delete(&mut self, wire: &mut Wire, at: usize) -> std::io::Result<()> {
        self.known[at].asked = Some(Asked::Delete);
        let body = self.known[at].delete_body();
        let answer = self.call(wire, "delete_sched_task", &body)?;
        self.known[at].asked = None;
        if answer["ErrorCode"] == 0 {
            let known = self.known.remove(at);
            assert!(!known.begun, "deleted after the dispatch began: {answer}");
            self.deleted.extend(known.id);
            self.acknowledged += 1;
        } else {
            self.known[at].refused(&answer);
        }
        Ok(())
    }

    pub(crate) fn get(&mut self, wire: &mut Wire, at: usize) -> std::io::Result<()> {
        let body = json!({"Sdkappid": APP, "TaskID": self.known[at].id});
        let answer = self.call(wire, "get_sched_task", &body)?;
        let known = &mut self.known[at];
        let task = &answer["TaskInfo"];
        assert!(known.is(task, known.version), "not as acknowledged: {known:?}\nbut {answer}");
        known.watch(task);
        Ok(())
    }
}
