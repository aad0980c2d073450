//! Brings calls to the store and answers back: one thread writes, others read beside it.
//!
//! Writes that wait at the same time become one transaction with one sync of the disk, and none is
//! answered before that. A write that fails takes nothing of the others with it. Nothing is written to
//! a file that is not in its place any more, and that is told. Everything that waits is bounded.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::lock::lock;
use super::store::{Database, OpenError};

/// Writes that may wait; whoever comes later waits for room.
const WAITING: usize = 1024;

/// Most writes in one transaction.
const TOGETHER: usize = 256;

/// Connections that read beside the writer of a file.
const READERS: u32 = 4;

/// The work was not done, or nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

/// Told whether the transaction held.
type Settle = Box<dyn FnOnce(bool) + Send>;

enum Job {
    Work(Box<dyn FnOnce(&Database) -> Settle + Send>),
    /// Ends the thread after what came before.
    Stop(oneshot::Sender<()>),
}

/// The store, for many callers.
#[derive(Debug)]
pub(super) struct Engine {
    jobs: mpsc::Sender<Job>,
    /// None for a database in memory, which has one connection only: the writer reads, too.
    readers: Option<Readers>,
    /// What was put right with the file at the start.
    notes: Vec<String>,
    warnings: watch::Receiver<String>,
}

#[derive(Debug)]
struct Readers {
    /// `None` after the stop.
    idle: Mutex<Option<Vec<Database>>>,
    free: Arc<Semaphore>,
}

impl Engine {
    /// Takes the open store, and opens more connections when it is the one of a file.
    pub(super) fn start(store: Database) -> Result<Self, OpenError> {
        let readers = Readers::beside(&store)?;
        let notes = store.notes().to_vec();
        let (jobs, waiting) = mpsc::channel(WAITING);
        let (warn, warnings) = watch::channel(String::new());
        let thread = thread::Builder::new().name("sandbox-store".to_owned());
        let work = move || write_all(store, waiting, &warn);
        thread.spawn(work).map_err(|err| OpenError::new(err.to_string()))?;
        Ok(Self { jobs, readers, notes, warnings })
    }

    /// What was put right with the file at the start, for the operator.
    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The last that the operator must know of the file, each time there is something new.
    pub(super) fn warnings(&self) -> watch::Receiver<String> {
        self.warnings.clone()
    }

    /// Does this in a transaction of its own making, all or nothing; returns when it lasts.
    pub(super) async fn write<T, E>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, Lost>
    where
        T: Send + 'static,
        E: From<rusqlite::Error> + Send + 'static,
    {
        let (done, answer) = oneshot::channel();
        let job = Job::Work(Box::new(move |store| {
            let value = store.partly(work);
            Box::new(move |lasts| {
                if lasts {
                    // Nobody may be waiting any more.
                    let _ = done.send(value);
                }
            })
        }));
        self.jobs.send(job).await.map_err(|_| Lost)?;
        answer.await.map_err(|_| Lost)
    }

    /// Does this on one moment of the store, beside the writer where that is possible.
    pub(super) async fn read<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&Database) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, Lost>
    where
        T: Send + 'static,
        E: From<rusqlite::Error> + Send + 'static,
    {
        let Some(readers) = &self.readers else { return self.write(work).await };
        let free = Arc::clone(&readers.free).acquire_owned().await.map_err(|_| Lost)?;
        let engine = Arc::clone(self);
        let answer = tokio::task::spawn_blocking(move || {
            let readers = engine.readers.as_ref().ok_or(Lost)?;
            let store = readers.take().ok_or(Lost)?;
            let value = catch_unwind(AssertUnwindSafe(|| store.atomically(work)));
            readers.give_back(store);
            // Not before, and also when nobody waits for the answer any more.
            drop(free);
            value.map_err(|_| Lost)
        });
        answer.await.map_err(|_| Lost)?
    }

    /// Finishes what waits and closes the database: the file is free when this returns.
    pub(super) async fn stop(&self) {
        if let Some(readers) = &self.readers {
            readers.close().await;
        }
        let (done, closed) = oneshot::channel();
        if self.jobs.send(Job::Stop(done)).await.is_ok() {
            // Gone without a word is closed as well.
            let _ = closed.await;
        }
    }
}

impl Readers {
    fn beside(store: &Database) -> Result<Option<Self>, OpenError> {
        let stores = (0..READERS).map(|_| store.reader()).collect::<Result<Option<Vec<_>>, _>>()?;
        let readers = |stores| Self { idle: Mutex::new(Some(stores)), free: semaphore() };
        Ok(stores.map(readers))
    }

    fn take(&self) -> Option<Database> {
        lock(&self.idle).as_mut()?.pop()
    }

    fn give_back(&self, store: Database) {
        if let Some(idle) = lock(&self.idle).as_mut() {
            idle.push(store);
        }
    }

    /// Waits for the reads under way: each of them holds the file.
    async fn close(&self) {
        // Closed already is as good.
        drop(self.free.acquire_many(READERS).await);
        self.free.close();
        lock(&self.idle).take();
    }
}

fn semaphore() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(READERS as usize))
}

/// The thread that writes.
fn write_all(store: Database, mut waiting: mpsc::Receiver<Job>, warn: &watch::Sender<String>) {
    let mut told = Vec::with_capacity(TOGETHER);
    let mut displaced = false;
    let mut stop = None;
    while stop.is_none() {
        let Some(first) = waiting.blocking_recv() else { return };
        let begun = store.begin().is_ok();
        let mut next = Some(first);
        while let Some(job) = next.take() {
            match job {
                Job::Stop(done) => stop = Some(done),
                Job::Work(work) if begun => {
                    // A panic is the end of that call, not of the others: its answer never comes.
                    match catch_unwind(AssertUnwindSafe(|| work(&store))) {
                        Ok(settle) => told.push(settle),
                        Err(_) => store.abandon(),
                    }
                }
                // Dropped: whoever waits learns that it is lost.
                Job::Work(_) => {}
            }
            if stop.is_none() && told.len() < TOGETHER {
                next = waiting.try_recv().ok();
            }
        }
        let lasts = begun && store.commit();
        if let Some(words) = news(&store, &mut displaced) {
            warn.send_replace(words);
        }
        told.drain(..).for_each(|settle| settle(lasts));
    }
    drop(store);
    if let Some(done) = stop {
        // Nobody may be waiting any more.
        let _ = done.send(());
    }
}

/// What there is to say when the file has left its place, and when it has come back.
fn news(store: &Database, displaced: &mut bool) -> Option<String> {
    let now = store.displaced();
    if now.is_some() == *displaced {
        return None;
    }
    *displaced = now.is_some();
    Some(now.map_or_else(
        || "the database is back in its place; writes are carried out again".to_owned(),
        |path| {
            let path = path.display();
            format!(
                "the database {path} was removed, replaced or emptied while in use; until it is back, every \
                 write is refused (90105) and nothing is dispatched"
            )
        },
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::store::NewRow;
    use super::*;

    fn add(store: &Database, title: &str) -> rusqlite::Result<i64> {
        store.add(&NewRow::pending(7, 9, title))
    }

    fn engine(path: Option<&Path>) -> Arc<Engine> {
        Arc::new(Engine::start(Database::open(path, 1).unwrap()).unwrap())
    }

    #[tokio::test]
    async fn a_write_that_fails_or_panics_takes_nothing_of_the_others_with_it() {
        let dir = tempfile::tempdir().unwrap();
        for path in [None, Some(dir.path().join("a.db"))] {
            let engine = engine(path.as_deref());
            let fails = engine.write(|store| {
                add(store, "failed")?;
                Err::<(), _>(rusqlite::Error::InvalidQuery)
            });
            let panics = engine.write(|store| -> rusqlite::Result<()> {
                add(store, "panicked")?;
                panic!("on purpose")
            });
            let (a, fails, panics, b) =
                tokio::join!(engine.write(|s| add(s, "a")), fails, panics, engine.write(|s| add(s, "b")));
            assert!(a.unwrap().is_ok() && b.unwrap().is_ok());
            assert!(fails.unwrap().is_err());
            assert_eq!(panics, Err(Lost));
            let titles = engine
                .read(|store| {
                    Ok::<_, rusqlite::Error>(
                        store.after(7, 0, 9)?.into_iter().map(|t| t.title).collect::<Vec<_>>(),
                    )
                })
                .await
                .unwrap()
                .unwrap();
            assert_eq!(titles, ["a", "b"]);
            engine.stop().await;
        }
    }

    #[tokio::test]
    async fn what_was_answered_is_there_for_whoever_reads_next_and_a_stop_finishes_what_waits() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let engine = engine(Some(&path));
        for n in 1..=20 {
            let id = engine.write(|store| add(store, "t")).await.unwrap().unwrap();
            let found = engine.read(move |store| store.get(7, id)).await.unwrap().unwrap();
            assert_eq!(found.map(|task| task.id), Some(n));
        }
        let waiting: Vec<_> = (0..50)
            .map(|_| {
                let engine = Arc::clone(&engine);
                tokio::spawn(async move { engine.write(|store| add(store, "t")).await })
            })
            .collect();
        tokio::task::yield_now().await;
        engine.stop().await;
        let mut kept = 20;
        for write in waiting {
            kept += usize::from(write.await.unwrap().is_ok());
        }
        assert_eq!(engine.write(|store| add(store, "late")).await.map(drop), Err(Lost));
        assert_eq!(engine.read(|store| store.get(7, 1)).await.map(drop), Err(Lost));
        let again = Database::open(Some(&path), 1).unwrap();
        assert_eq!(again.after(7, 0, 999).unwrap().len(), kept);
    }
}
