//! The way from the worker to the local database: it blocks, so it runs on threads of its own.
//!
//! Without a database everything works but nothing is kept, and whoever asks is told so.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::domain::Draft;
use crate::domain::json::SharedText;
use crate::domain::kept::{DraftId, DraftOrigin, FoundDraft, KeptDraft};
use crate::domain::profile::AppKey;
use crate::domain::wire::Command;
use crate::store::{Intent, IntentId, NewIntent, Store, StoreError};

/// The database, if there is one, and the profile in whose name it is used.
#[derive(Clone, Debug)]
pub struct Journal {
    store: Option<Arc<Store>>,
    app: AppKey,
    /// Whether the service lives in this process: then nobody else's writes concern it.
    own_service: bool,
    /// The number of the snapshot that was kept last; held while one is being kept.
    kept: Arc<Mutex<Option<u64>>>,
}

impl Journal {
    /// `None` for a store means that none could be opened; that was said at the start.
    pub fn new(store: Option<Arc<Store>>, profile: &str) -> Self {
        Self { store, app: profile.into(), own_service: false, kept: Arc::default() }
    }

    /// The same for a service inside this process: another process has another one, whatever both are
    /// called, and what it wrote there is no question here.
    #[must_use]
    pub fn of_own_service(self) -> Self {
        Self { own_service: true, ..self }
    }

    /// The same database under another name.
    pub(super) fn under(&self, profile: &str) -> Self {
        Self { store: self.store.clone(), app: profile.into(), kept: Arc::default(), ..*self }
    }

    /// Whether both are kept under one name.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.app == other.app
    }

    /// The app in whose name it is kept.
    pub(super) fn app(&self) -> &AppKey {
        &self.app
    }

    /// What was learnt of the service.
    pub(super) async fn fact(&self, name: &'static str) -> Result<Option<String>, String> {
        self.or_nothing(move |store, profile| store.fact(profile, name)).await
    }

    /// Keeps what was learnt of the service.
    pub(super) async fn put_fact(&self, name: &'static str, value: &str) -> Result<(), String> {
        let value = value.to_owned();
        self.or_nothing(move |store, profile| store.put_fact(profile, name, &value)).await
    }

    /// Whether other processes may work on the same database.
    pub(super) fn is_shared(&self) -> bool {
        !self.own_service && self.store.as_ref().is_some_and(|store| store.is_shared())
    }

    /// Why nobody can tell whether this process lives, if that is so.
    pub(super) fn lock_trouble(&self) -> Option<&str> {
        self.store.as_ref().and_then(|store| store.lock_trouble())
    }

    /// Writes down what is about to be sent, and from which draft it was made.
    pub(super) async fn begin(
        &self,
        at: DateTime<Utc>,
        what: NewIntent,
        origin: Option<DraftOrigin>,
    ) -> Result<IntentId, String> {
        let begin =
            move |store: &Store, profile: &str| store.begin_intent_from(profile, at, &what, origin.as_ref());
        self.on_a_thread(begin).await
    }

    /// Makes the open writes of dead processes this one's, and says which they are.
    pub(super) async fn take_over(&self) -> Result<Vec<IntentId>, String> {
        if self.own_service {
            return Ok(Vec::new());
        }
        self.or_nothing(Store::take_over).await
    }

    /// One entry; `None` when it is gone.
    pub(super) async fn entry(&self, id: IntentId) -> Result<Option<Intent>, String> {
        self.on_a_thread(move |store, _| store.intent(id)).await
    }

    /// The writes of earlier runs whose end is not known, oldest first.
    pub(super) async fn left_open(&self) -> Result<Vec<Intent>, String> {
        let mut open = self.or_nothing(Store::open_intents).await?;
        open.retain(|intent| !(self.own_service && intent.elsewhere));
        Ok(open)
    }

    /// The creates that were begun at that time or later, whatever became of them.
    pub(super) async fn creates_since(&self, since: DateTime<Utc>) -> Result<Vec<Intent>, String> {
        let command = Command::Add.name();
        let since = move |store: &Store, profile: &str| store.intents_since(profile, command, since);
        let mut creates = self.or_nothing(since).await?;
        creates.retain(|intent| !(self.own_service && intent.elsewhere));
        Ok(creates)
    }

    /// Writes down how a write ended.
    pub(super) async fn close(&self, id: IntentId, at: DateTime<Utc>, outcome: Value) -> Result<(), String> {
        self.on_a_thread(move |store, _| store.close_intent(id, at, &outcome)).await.map(|_| ())
    }

    pub(super) async fn save_draft(
        &self,
        slot: String,
        draft: Draft,
        at: DateTime<Utc>,
    ) -> Result<(), String> {
        self.on_a_thread(move |store, profile| store.save_draft(profile, &slot, &draft, at)).await
    }

    pub(super) async fn load_draft(&self, slot: String) -> Result<FoundDraft, String> {
        self.or_nothing(move |store, profile| store.load_draft(profile, &slot)).await
    }

    pub(super) async fn drop_draft(&self, slot: String) -> Result<(), String> {
        self.or_nothing(move |store, profile| store.drop_draft(profile, &slot)).await
    }

    /// Keeps a text that was thrown away for the list of drafts.
    pub(super) async fn archive_draft(
        &self,
        slot: String,
        draft: Draft,
        at: DateTime<Utc>,
    ) -> Result<(), String> {
        self.or_nothing(move |store, profile| store.archive_draft(profile, &slot, &draft, at)).await
    }

    pub(super) async fn list_drafts(&self, now: DateTime<Utc>) -> Result<Vec<KeptDraft>, String> {
        self.on_a_thread(move |store, profile| store.list_drafts(profile, now)).await
    }

    pub(super) async fn restore_draft(&self, id: DraftId, at: DateTime<Utc>) -> Result<KeptDraft, String> {
        self.on_a_thread(move |store, _| store.restore_draft(id, at)).await
    }

    /// Keeps the tasks of this app as they were read last. Of several under way the one with the highest number
    /// stays, in whatever order they came.
    pub(super) async fn keep_snapshot(
        &self,
        number: u64,
        tasks: Arc<[SharedText]>,
        read_at: DateTime<Utc>,
    ) -> Result<(), String> {
        if self.own_service {
            return Ok(());
        }
        let mut kept = self.kept.lock().await;
        if kept.is_some_and(|kept| kept > number) {
            return Ok(());
        }
        self.or_nothing(move |store, profile| store.keep_snapshot(profile, read_at, &tasks).map(drop))
            .await?;
        *kept = Some(number);
        Ok(())
    }

    /// Gives the tasks of this app as they were read last, the nearest to the present first, and `None` behind the
    /// last one, on a thread of its own. It goes on as long as it is told to.
    pub(super) async fn read_snapshot(
        &self,
        present: DateTime<Utc>,
        mut take: impl FnMut(Option<(Arc<str>, DateTime<Utc>)>) -> bool + Send + 'static,
    ) -> Result<(), String> {
        let Some(store) = self.store.clone().filter(|_| !self.own_service) else { return Ok(()) };
        let AppKey(profile) = self.app.clone();
        let read = tokio::task::spawn_blocking(move || {
            let read = store.read_snapshot(&profile, present, |task, read_at| take(Some((task, read_at))));
            take(None);
            read
        });
        match read.await {
            Ok(read) => read.map_err(|error| error.to_string()),
            // The program ends, and nobody wants to see them any more.
            Err(_) => Ok(()),
        }
    }

    /// Without a database nothing was written down, and nothing is lost by not doing so.
    async fn or_nothing<T: Default + Send + 'static>(
        &self,
        work: impl FnOnce(&Store, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, String> {
        if self.store.is_none() {
            return Ok(T::default());
        }
        self.on_a_thread(work).await
    }

    async fn on_a_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, String> {
        let Some(store) = self.store.clone() else {
            return Err("not saved: there is no local database in use".to_owned());
        };
        let AppKey(profile) = self.app.clone();
        let done = tokio::task::spawn_blocking(move || work(&store, &profile)).await;
        match done {
            Ok(result) => result.map_err(|error| format!("not saved: {error}")),
            Err(_) => Err("not saved: pushdeck was stopped before that was done".to_owned()),
        }
    }
}
