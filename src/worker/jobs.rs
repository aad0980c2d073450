//! The effects under way: each runs as a task that returns its answer, and only the one who waits for them
//! here sends answers, also for tasks that were stopped or fell over.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::task::{self, AbortHandle, JoinSet};
use tokio::time::Instant;

use super::dependencies::{Dependencies, WriteEnd, signed};
use super::drafts::DraftJob;
use super::others::Others;
use super::record::STOPPED;
use super::snapshot::Telling;
use super::{delay, inherited, limits, reload, snapshot, sync, writes};
use crate::app::{Effect, Message, PendingReply, ReqId};

/// What a task comes back with.
#[derive(Debug)]
pub(super) enum Done {
    Answer(Message),
    /// The answer to a write, and what is written down once somebody has heard it.
    Ended(Message, WriteEnd),
    /// It was written down; nobody waits to hear so.
    WrittenDown,
}

struct Running {
    reply: PendingReply,
    handle: AbortHandle,
}

/// Takes up what earlier runs have learnt of the app, and tells which of their writes are open; gives those
/// that others have open.
pub(super) async fn recall(deps: &mut Dependencies) -> Others {
    let (delay, limits, others) =
        tokio::join!(delay::load(deps), limits::load(deps), inherited::announce(deps));
    (deps.delay, deps.limits) = (delay, limits);
    others
}

/// The effects under way.
pub(super) struct Jobs {
    pub(super) deps: Dependencies,
    pub(super) tasks: JoinSet<Done>,
    running: HashMap<task::Id, Running>,
    /// The newest list; an older one is of no use to anybody.
    list: Option<(ReqId, AbortHandle)>,
    /// The newest pass of reading, likewise.
    sync: Option<(ReqId, AbortHandle)>,
    /// Work on drafts that waits for the one under way.
    drafts: VecDeque<DraftJob>,
    draft: Option<task::Id>,
    /// What watches the writes that others have open.
    pub(super) others: Option<AbortHandle>,
    /// What is told of the last time.
    telling: Telling,
    shutdown_grace: Duration,
}

impl Jobs {
    pub(super) fn new(deps: Dependencies, telling: Telling, shutdown_grace: Duration) -> Self {
        Self {
            deps,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            list: None,
            sync: None,
            drafts: VecDeque::new(),
            draft: None,
            others: None,
            telling,
            shutdown_grace,
        }
    }

    pub(super) fn begin(&mut self, effect: Effect) {
        let deps = self.deps.clone();
        let Some(reply) = PendingReply::to(&effect) else { return };
        match effect {
            Effect::List { req, query, priority } => {
                let (_, handle) = self
                    .spawn(reply, async move { limits::list_for_table(&deps, req, &query, priority).await });
                withdraw_older(&mut self.list, req, handle);
            }
            Effect::Sync { req, wanted } => {
                let (_, handle) = self.spawn(reply, async move { sync::sync(&deps, req, wanted).await });
                withdraw_older(&mut self.sync, req, handle);
            }
            Effect::KeepSnapshot { req, tasks, read_at } => {
                self.spawn(reply, async move { snapshot::keep(&deps, req, tasks, read_at).await });
            }
            Effect::Get { req, id, priority } => {
                let read = async move { deps.client.get(id, priority).await.map(Box::new) };
                self.spawn(reply, async move { Message::Got { req, result: read.await } });
            }
            Effect::Write { req, write, terms } => {
                self.spawn_write(reply, async move { writes::write(&deps, req, write, &terms).await });
            }
            Effect::Search { req, open } => {
                self.spawn_write(reply, async move { inherited::search(&deps, req, open).await });
            }
            Effect::Settle { req, open } => {
                self.spawn_write(reply, async move { inherited::settle(&deps, req, open).await });
            }
            Effect::Reload { req } => {
                self.spawn(reply, async move { reload::reload(&deps, req).await });
            }
            draft @ (Effect::SaveDraft { .. }
            | Effect::DropDraft { .. }
            | Effect::LoadDraft { .. }
            | Effect::ArchiveDraft { .. }
            | Effect::ListDrafts { .. }
            | Effect::RestoreDraft { .. }) => {
                self.drafts.extend(DraftJob::of(draft, &self.deps.journal));
                self.begin_draft();
            }
            // Adopted at once, in the loop: what follows must find it done.
            Effect::Adopt { .. }
            | Effect::Copy(_)
            | Effect::Notify { .. }
            | Effect::CaptureMouse(_)
            | Effect::Repaint
            | Effect::Suspend
            | Effect::Switch(_)
            | Effect::OpenProfile(_)
            | Effect::TakeTerminal
            | Effect::Quit => {}
        }
    }

    /// From here on the newer connection is used. What an app of before left open was told then.
    pub(super) async fn adopt(&mut self, req: ReqId) {
        let before = self.deps.journal.clone();
        let result = reload::adopt(&mut self.deps);
        let is_other = !self.deps.journal.is_as(&before);
        if is_other {
            // Whoever hears of the newer app hears no more of the tasks of the older one.
            self.telling.stop().await;
        }
        if result.is_ok() {
            self.deps.tell(signed(&self.deps.client)).await;
        }
        self.deps.tell(Message::Adopted { req, result }).await;
        if is_other {
            let Dependencies { journal, messages, client, .. } = &self.deps;
            self.telling = Telling::begin(journal, messages, client.service_now());
            self.deps.limits.retire();
            if let Some(others) = self.others.take() {
                others.abort();
            }
            // What it reads is of the app of before.
            if let Some((_, sync)) = self.sync.take() {
                sync.abort();
            }
            self.others = recall(&mut self.deps).await.watch(&self.deps);
        }
    }

    fn begin_draft(&mut self) {
        if self.draft.is_some() {
            return;
        }
        let Some(job) = self.drafts.pop_front() else { return };
        let context = self.deps.context.clone();
        let (id, _) = self.spawn(job.reply, async move { job.carry_out(&context).await });
        self.draft = Some(id);
    }

    fn spawn(
        &mut self,
        reply: PendingReply,
        work: impl Future<Output = Message> + Send + 'static,
    ) -> (task::Id, AbortHandle) {
        let handle = self.tasks.spawn(async { Done::Answer(work.await) });
        self.running.insert(handle.id(), Running { reply, handle: handle.clone() });
        (handle.id(), handle)
    }

    fn spawn_write(
        &mut self,
        reply: PendingReply,
        work: impl Future<Output = (Message, Option<WriteEnd>)> + Send + 'static,
    ) {
        let handle = self.tasks.spawn(async {
            match work.await {
                (answer, Some(end)) => Done::Ended(answer, end),
                (answer, None) => Done::Answer(answer),
            }
        });
        self.running.insert(handle.id(), Running { reply, handle });
    }

    pub(super) async fn answer(&mut self, done: Result<(task::Id, Done), task::JoinError>) {
        let (id, done) = match done {
            Ok((id, done)) => (id, Some(done)),
            Err(error) => (error.id(), None),
        };
        let Some(Running { reply, .. }) = self.running.remove(&id) else { return };
        if self.draft == Some(id) {
            self.draft = None;
            self.begin_draft();
        }
        match done {
            Some(Done::Answer(answer)) => {
                let is_page = matches!(answer, Message::Listed { result: Ok(_), .. });
                self.deps.tell(answer).await;
                if is_page {
                    let deps = self.deps.clone();
                    self.tasks.spawn(async {
                        limits::after_page(deps).await;
                        Done::WrittenDown
                    });
                }
            }
            Some(Done::Ended(answer, end)) => {
                if !self.deps.is_told(answer).await {
                    return;
                }
                let deps = self.deps.clone();
                // The disk is not waited for here: others want their answers.
                self.tasks.spawn(async move {
                    let created = end.created;
                    deps.close(end).await;
                    if let Some((id, due)) = created {
                        delay::measure(deps, id, due).await;
                    }
                    Done::WrittenDown
                });
            }
            Some(Done::WrittenDown) => {}
            None => self.deps.tell(reply.stopped(STOPPED)).await,
        }
    }

    /// Answers everything that is still open: reads at once, the rest when it is done or time is up.
    pub(super) async fn end(mut self) {
        self.telling.stop().await;
        for Running { reply, handle } in self.running.values() {
            if !reply.outlasts_the_end() {
                handle.abort();
            }
        }
        let until = Instant::now() + self.shutdown_grace;
        while let Ok(Some(done)) = tokio::time::timeout_at(until, self.tasks.join_next_with_id()).await {
            self.answer(done).await;
        }
        self.tasks.abort_all();
        while let Some(done) = self.tasks.join_next_with_id().await {
            self.answer(done).await;
            // An answered draft may have let the next one begin. An end that is not written down is
            // checked at the next start.
            self.tasks.abort_all();
        }
    }
}

/// Of two questions of a kind the one with the higher number stays, in whatever order they came.
fn withdraw_older(newest: &mut Option<(ReqId, AbortHandle)>, req: ReqId, handle: AbortHandle) {
    match newest.take() {
        Some((newer, other)) if newer > req => {
            handle.abort();
            *newest = Some((newer, other));
        }
        older => {
            if let Some((_, older)) = older {
                older.abort();
            }
            *newest = Some((req, handle));
        }
    }
}
