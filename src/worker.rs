//! Carries effects out and answers with messages.
//!
//! Every effect is answered by exactly one final message (I4): each runs as a task that *returns*
//! its answer, and only the one loop here sends answers, also for tasks that were stopped or fell
//! over. How a write ended goes into the journal only after it was told: what a crash swallows in
//! between is looked into at the next start, while the other way round nobody would ever hear of it.
//! Nothing is decided here, and nothing here draws. Writes are waited for at exit, reads are not (I5).

mod before;
mod delay;
mod drafts;
mod inherited;
mod journal;
mod limits;
mod log;
mod others;
mod reads;
mod reconcile;
mod reload;
#[cfg(test)]
mod tests;
mod writes;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::{self, AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::api::{Client, Context, Event};
use crate::app::{Effect, Message, ReqId, Sight, Verdict, Write};
use crate::domain::failure::NotSent;
use crate::domain::{Failure, TaskId};
use crate::store::IntentId;

use delay::ListingDelay;
use drafts::{Errand, What};
pub use journal::Journal;
use limits::Limits;
use reconcile::Claims;
use reload::Aside;
pub use reload::{Read, Reload};

/// How long things are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// When a write of unknown outcome is first searched for, counted from the moment its answer failed
    /// to come. A change or a cancel is settled by the last of them.
    pub looks: [Duration; 4],
    /// How often after that, until a create that is not there may be believed not to be, or until the
    /// service answers at all.
    pub every: Duration,
    /// "Not there" is believed of a create after this, or after three times the longest delay with
    /// which the list has shown our own creates, whichever is more (W2).
    pub least_doubt: Duration,
    /// When the list is asked for a task that was just created, to learn that delay.
    pub delay_searches: &'static [Duration],
    /// Within this a call that was let go is answered or given up, with all its attempts. A write of
    /// another run is not called "not done" before.
    pub longest_call: Duration,
    /// How often the journal is asked what other pushdecks have open, and which of them are dead.
    pub others: Duration,
    /// How long writes and drafts are waited for at exit: a call's longest time, and a little; less
    /// than the loop waits, so that the last answers still reach it.
    pub farewell: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            looks: [2, 5, 10, 20].map(Duration::from_secs),
            every: Duration::from_secs(15),
            least_doubt: Duration::from_mins(1),
            delay_searches: const {
                &[
                    Duration::from_millis(500),
                    Duration::from_secs(2),
                    Duration::from_secs(5),
                    Duration::from_secs(10),
                    Duration::from_secs(20),
                    Duration::from_secs(40),
                    Duration::from_secs(80),
                    Duration::from_mins(2),
                ]
            },
            longest_call: Duration::from_secs(30),
            others: Duration::from_secs(15),
            farewell: Duration::from_secs(11),
        }
    }
}

/// How many seconds after a try that failed the end of a write is written down once more.
const CLOSE_AGAIN: [u64; 4] = [1, 4, 15, 60];

/// What every effect is carried out with.
#[derive(Clone)]
struct Hands {
    client: Client,
    journal: Journal,
    messages: mpsc::Sender<Message>,
    context: Context,
    looks: [Duration; 4],
    every: Duration,
    least_doubt: Duration,
    /// How long ago the write in hand was sent when its searches begin.
    waited: Duration,
    limits: Limits,
    delay: ListingDelay,
    delay_searches: &'static [Duration],
    longest_call: TimeDelta,
    others: Duration,
    claims: Claims,
    reload: Reload,
    aside: Aside,
    stopping: watch::Receiver<bool>,
}

impl Hands {
    async fn tell(&self, message: Message) {
        // When the receiver is gone, nobody wants to know.
        self.is_told(message).await;
    }

    /// Says whether there was somebody to hear it.
    async fn is_told(&self, message: Message) -> bool {
        log::note_down(&message);
        self.messages.send(message).await.is_ok()
    }

    async fn note(&self, words: String) {
        self.tell(Message::Noted(words)).await;
    }

    /// How long after its searches begin "not there" is believed of a write.
    fn opens_after(&self, write: &Write) -> Duration {
        let last = self.looks.iter().copied().max().unwrap_or_default();
        match write {
            Write::Create(_) => {
                self.delay.believed_after(self.least_doubt).saturating_sub(self.waited).max(last)
            }
            // What is there is there: no list is asked that could lag.
            Write::Modify(_) | Write::Cancel { .. } => last,
        }
    }

    /// Writes the end of a write into the journal. Another program may hold it for a while; as long as it
    /// stays open there, others take the write for one that is being checked.
    async fn close(&self, End { entry, outcome, .. }: End) {
        let mut stopping = self.stopping.clone();
        let mut pauses = CLOSE_AGAIN.into_iter();
        while let Err(why) = self.journal.close(entry, self.context.now(), outcome.clone()).await {
            let Some(pause) = pauses.next().filter(|_| !*stopping.borrow()) else {
                return self.note(format!("the journal does not know how this write ended: {why}")).await;
            };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(pause)) => {}
                // Changed or gone: either way there is time for one more try only.
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        }
    }
}

/// How a write ended, for the journal.
#[derive(Debug)]
struct End {
    entry: IntentId,
    outcome: Value,
    /// The task that a create has made, and when it is due: how long the list takes to show it is learnt.
    created: Option<(TaskId, DateTime<Utc>)>,
}

/// What a task comes back with.
#[derive(Debug)]
enum Done {
    Answer(Message),
    /// The answer to a write, and what is written down once somebody has heard it.
    Ended(Message, End),
    /// It was written down; nobody waits to hear so.
    WrittenDown,
}

/// Which answer an effect is owed, should its task not live to give it.
#[derive(Clone, Copy, Debug)]
enum Owed {
    Listed(ReqId),
    Got(ReqId),
    Wrote(ReqId),
    Settled(ReqId),
    Searched(ReqId),
    Reloaded(ReqId),
    DraftLoaded(ReqId),
    DraftKept(ReqId),
    DraftsListed(ReqId),
    DraftRestored(ReqId),
}

struct Running {
    owed: Owed,
    handle: AbortHandle,
}

/// The effects under way.
struct Crew {
    hands: Hands,
    tasks: JoinSet<Done>,
    running: HashMap<task::Id, Running>,
    /// The newest list; an older one is of no use to anybody.
    list: Option<(ReqId, AbortHandle)>,
    /// Errands for drafts that wait for the one under way.
    drafts: VecDeque<Errand>,
    draft: Option<task::Id>,
    /// What looks after the writes that others have open.
    others: Option<AbortHandle>,
    farewell: Duration,
}

/// Carries out every effect that comes, until the channel closes and all are answered.
///
/// The caller goes on taking messages until this returns, or drops the receiver. `Copy`,
/// `Repaint` and `Quit` are the loop's own and are passed over.
pub async fn run(
    client: Arc<Client>,
    journal: Journal,
    effects: mpsc::Receiver<Effect>,
    messages: mpsc::Sender<Message>,
    context: Context,
) {
    let reload = Reload::never("there is no config to read");
    run_with(Tools { pace: Pace::default(), client, journal, context, reload }, effects, messages).await;
}

/// What the worker works with.
#[derive(Clone, Debug)]
pub struct Tools {
    /// How long things are waited for.
    pub pace: Pace,
    /// The way to the service.
    pub client: Arc<Client>,
    /// The local database.
    pub journal: Journal,
    /// Time and chance.
    pub context: Context,
    /// How the config is read again.
    pub reload: Reload,
}

/// [`run`] with everything said.
pub async fn run_with(tools: Tools, mut effects: mpsc::Receiver<Effect>, messages: mpsc::Sender<Message>) {
    let Tools { pace, client, journal, context, reload } = tools;
    let (stop, stopping) = watch::channel(false);
    let teller = messages.clone();
    let client = client.observed_by(move |event| {
        let message = match event {
            Event::Called(call) => Message::Called(call),
            Event::Signed(until) => Message::Signed { until, given: false },
        };
        // These are no answers: when the queue is full, a figure in the header is late and a line of
        // the API log missing.
        let _ = teller.try_send(message);
    });
    // An error is a receiver that is gone, and then nobody wants to know.
    let _ = messages.send(Message::Signed { until: client.sig_until(), given: client.sig_is_given() }).await;
    let mut hands = Hands {
        client,
        journal,
        messages,
        context,
        looks: pace.looks,
        every: pace.every,
        least_doubt: pace.least_doubt,
        waited: Duration::ZERO,
        limits: Limits::default(),
        delay: ListingDelay::default(),
        delay_searches: pace.delay_searches,
        longest_call: TimeDelta::from_std(pace.longest_call).unwrap_or(TimeDelta::MAX),
        others: pace.others,
        claims: Claims::default(),
        reload,
        aside: Aside::default(),
        stopping,
    };
    hands.delay = ListingDelay::load(&hands).await;
    hands.limits = Limits::load(&hands).await;
    let others = inherited::announce(&hands).await;
    let mut crew = Crew::new(hands, pace.farewell);
    crew.others = others.watch(&crew.hands);
    loop {
        tokio::select! {
            effect = effects.recv() => match effect {
                Some(Effect::Adopt { req }) => crew.adopt(req).await,
                Some(effect) => crew.begin(effect),
                None => break,
            },
            Some(done) = crew.tasks.join_next_with_id() => crew.answer(done).await,
        }
    }
    stop.send_replace(true);
    crew.end().await;
}

impl Crew {
    fn new(hands: Hands, farewell: Duration) -> Self {
        Self {
            hands,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            list: None,
            drafts: VecDeque::new(),
            draft: None,
            others: None,
            farewell,
        }
    }

    fn begin(&mut self, effect: Effect) {
        let hands = self.hands.clone();
        match effect {
            Effect::List { req, query, priority } => {
                let (_, handle) = self.spawn(Owed::Listed(req), async move {
                    limits::list_for_table(&hands, req, &query, priority).await
                });
                self.withdraw_older_list(req, handle);
            }
            Effect::Get { req, id, priority } => {
                self.spawn(Owed::Got(req), async move { reads::get(&hands, req, id, priority).await });
            }
            Effect::Write { req, write, terms } => {
                self.spawn_write(
                    Owed::Wrote(req),
                    async move { writes::write(&hands, req, write, &terms).await },
                );
            }
            Effect::Search { req, open } => {
                self.spawn_write(
                    Owed::Searched(req),
                    async move { inherited::search(&hands, req, open).await },
                );
            }
            Effect::Settle { req, open } => {
                self.spawn_write(
                    Owed::Settled(req),
                    async move { inherited::settle(&hands, req, open).await },
                );
            }
            Effect::Reload { req } => {
                self.spawn(Owed::Reloaded(req), async move { reload::reload(&hands, req).await });
            }
            Effect::SaveDraft { req, slot, draft } => {
                self.queue(req, slot, What::Save(draft));
            }
            Effect::DropDraft { req, slot } => self.queue(req, slot, What::Drop),
            Effect::LoadDraft { req, slot } => self.queue(req, slot, What::Load),
            Effect::PutDraftAside { req, slot, draft } => self.queue(req, slot, What::PutAside(draft)),
            Effect::ListDrafts { req } => self.queue(req, String::new(), What::List),
            Effect::RestoreDraft { req, id } => self.queue(req, String::new(), What::Restore(id)),
            // Adopted at once, in the loop: what follows must find it done.
            Effect::Adopt { .. }
            | Effect::Copy(_)
            | Effect::Repaint
            | Effect::Suspend
            | Effect::TakeTerminal
            | Effect::Quit => {}
        }
    }

    /// From here on the newer connection is used. What an app of before left open was told then.
    async fn adopt(&mut self, req: ReqId) {
        let before = self.hands.journal.clone();
        let result = reload::adopt(&mut self.hands);
        if result.is_ok() {
            let client = &self.hands.client;
            let signed = Message::Signed { until: client.sig_until(), given: client.sig_is_given() };
            self.hands.tell(signed).await;
        }
        self.hands.tell(Message::Adopted { req, result }).await;
        if !self.hands.journal.is_as(&before) {
            self.hands.delay = ListingDelay::load(&self.hands).await;
            self.hands.limits.retire();
            self.hands.limits = Limits::load(&self.hands).await;
            if let Some(others) = self.others.take() {
                others.abort();
            }
            self.others = inherited::announce(&self.hands).await.watch(&self.hands);
        }
    }

    fn queue(&mut self, req: ReqId, slot: String, what: What) {
        let journal = self.hands.journal.clone();
        self.drafts.push_back(Errand { req, slot, what, journal });
        self.begin_draft();
    }

    fn begin_draft(&mut self) {
        if self.draft.is_some() {
            return;
        }
        let Some(errand) = self.drafts.pop_front() else { return };
        let hands = self.hands.clone();
        let (id, _) = self.spawn(errand.owed(), async move { errand.carry_out(&hands).await });
        self.draft = Some(id);
    }

    fn spawn(
        &mut self,
        owed: Owed,
        work: impl Future<Output = Message> + Send + 'static,
    ) -> (task::Id, AbortHandle) {
        let handle = self.tasks.spawn(async { Done::Answer(work.await) });
        self.running.insert(handle.id(), Running { owed, handle: handle.clone() });
        (handle.id(), handle)
    }

    fn spawn_write(
        &mut self,
        owed: Owed,
        work: impl Future<Output = (Message, Option<End>)> + Send + 'static,
    ) {
        let handle = self.tasks.spawn(async {
            match work.await {
                (answer, Some(end)) => Done::Ended(answer, end),
                (answer, None) => Done::Answer(answer),
            }
        });
        self.running.insert(handle.id(), Running { owed, handle });
    }

    /// Of two lists the one with the higher number stays, in whatever order they came.
    fn withdraw_older_list(&mut self, req: ReqId, handle: AbortHandle) {
        match self.list.take() {
            Some((newer, other)) if newer > req => {
                handle.abort();
                self.list = Some((newer, other));
            }
            older => {
                if let Some((_, older)) = older {
                    older.abort();
                }
                self.list = Some((req, handle));
            }
        }
    }

    async fn answer(&mut self, done: Result<(task::Id, Done), task::JoinError>) {
        let (id, done) = match done {
            Ok((id, done)) => (id, Some(done)),
            Err(error) => (error.id(), None),
        };
        let Some(Running { owed, .. }) = self.running.remove(&id) else { return };
        if self.draft == Some(id) {
            self.draft = None;
            self.begin_draft();
        }
        match done {
            Some(Done::Answer(answer)) => {
                let is_page = matches!(answer, Message::Listed { result: Ok(_), .. });
                self.hands.tell(answer).await;
                if is_page {
                    let hands = self.hands.clone();
                    self.tasks.spawn(async {
                        limits::after_page(hands).await;
                        Done::WrittenDown
                    });
                }
            }
            Some(Done::Ended(answer, end)) => {
                if !self.hands.is_told(answer).await {
                    return;
                }
                let hands = self.hands.clone();
                // The disk is not waited for here: others want their answers.
                self.tasks.spawn(async move {
                    let created = end.created;
                    hands.close(end).await;
                    if let Some((id, due)) = created {
                        delay::measure(hands, id, due).await;
                    }
                    Done::WrittenDown
                });
            }
            Some(Done::WrittenDown) => {}
            None => self.answer_for_lost(owed).await,
        }
    }

    /// The task was stopped, or fell over.
    async fn answer_for_lost(&self, owed: Owed) {
        let withdrawn = Failure::NotSent { reason: NotSent::Withdrawn, detail: String::new() };
        let not_done = || "pushdeck was stopped before that was done".to_owned();
        match owed {
            Owed::Listed(req) => self.hands.tell(Message::Listed { req, result: Err(withdrawn) }).await,
            Owed::Got(req) => self.hands.tell(Message::Got { req, result: Err(withdrawn) }).await,
            Owed::Searched(req) => {
                let sight = Sight::Unclear(reconcile::STOPPED.to_owned());
                self.hands.tell(Message::Searched { req, sight, opens_in: Duration::ZERO }).await;
            }
            Owed::Wrote(req) | Owed::Settled(req) => {
                let verdict = Verdict::CannotTell(reconcile::STOPPED.to_owned());
                self.hands.tell(Message::Settled { req, verdict }).await;
            }
            Owed::Reloaded(req) => {
                self.hands.tell(Message::Reloaded { req, result: Err(not_done()) }).await;
            }
            Owed::DraftLoaded(req) => {
                self.hands.tell(Message::DraftLoaded { req, result: Err(not_done()) }).await;
            }
            Owed::DraftKept(req) => {
                self.hands.tell(Message::DraftKept { req, result: Err(not_done()) }).await;
            }
            Owed::DraftsListed(req) => {
                self.hands.tell(Message::DraftsListed { req, result: Err(not_done()) }).await;
            }
            Owed::DraftRestored(req) => {
                self.hands.tell(Message::DraftRestored { req, result: Err(not_done()) }).await;
            }
        }
    }

    /// Answers everything that is still open: reads at once, the rest when it is done or time is up.
    async fn end(mut self) {
        for Running { owed, handle } in self.running.values() {
            match owed {
                Owed::Listed(_)
                | Owed::Got(_)
                | Owed::Searched(_)
                | Owed::Reloaded(_)
                | Owed::DraftLoaded(_)
                | Owed::DraftsListed(_) => handle.abort(),
                Owed::Wrote(_) | Owed::Settled(_) | Owed::DraftKept(_) | Owed::DraftRestored(_) => {}
            }
        }
        let until = Instant::now() + self.farewell;
        while let Ok(Some(done)) = tokio::time::timeout_at(until, self.tasks.join_next_with_id()).await {
            self.answer(done).await;
        }
        self.tasks.abort_all();
        while let Some(done) = self.tasks.join_next_with_id().await {
            self.answer(done).await;
            // An answered draft may have let the next one begin. An end that is not written down is
            // looked into at the next start.
            self.tasks.abort_all();
        }
    }
}
