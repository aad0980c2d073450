//! Finds out what became of a write whose answer never came. It only ever reads.
//!
//! A positive finding counts at once. "Not there" counts only once the list must show it, because it
//! may lag; where even then something is missing, the verdict is "cannot tell", never a guess.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::time::Instant;

use super::delay;
use super::dependencies::Dependencies;
use super::limits::{self, ListedPage, PAGE_SIZE};
use super::record::{LONGEST_WAIT, STOPPED, SentWrite, created_in, is_guess, random_of};
use crate::app::{Message, ReqId, Sight, Verdict, Write, Written};
use crate::domain::catalog::INVALID_REQUEST;
use crate::domain::query::{Order, Range};
use crate::domain::{
    Change, Content, Failure, JsonObject, NewTask, Page, Priority, Query, Status, Task, TaskId, text, wire,
};

/// How far around the sending the list is read by creation: wide enough for any clock that was just
/// compared, and no more creates than [`MOST_ROWS`] fit in at five a second.
const AROUND: TimeDelta = TimeDelta::minutes(2);

/// How far around the due time the list is read: the wire has whole seconds.
const AROUND_DUE: TimeDelta = TimeDelta::seconds(1);

/// A task that only looks like ours, without its random number, must not be older than this before
/// the sending, nor younger than that after the call was given up. The service's clock is known to
/// half of the time that the slowest answer took.
const LOOKALIKE: (TimeDelta, TimeDelta) = (TimeDelta::seconds(10), TimeDelta::minutes(1));

/// Most rows read in one search, and most pages of a service that gives few rows at once.
const MOST_ROWS: u64 = 2000;
const MOST_PAGES: usize = 200;

/// A search that is later than this is left to the one after it.
const LATE: Duration = Duration::from_secs(2);

/// The longest pause while the service does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What one search showed.
enum Finding {
    /// Proven.
    Sure(Verdict),
    /// Counts if it is still so at the last search.
    SoFar(Verdict),
    /// Nothing, and why; another search may show more.
    Nothing(String),
}

/// What all searches together showed.
pub(super) struct SearchResult {
    pub(super) verdict: Verdict,
    /// Whether no later search could show more: also of what is not known.
    pub(super) is_final: bool,
}

impl SearchResult {
    fn nothing(why: String) -> Self {
        Self { verdict: Verdict::CannotTell(why), is_final: false }
    }

    fn at_last(verdict: Verdict) -> Self {
        Self { verdict, is_final: true }
    }
}

/// Searches at growing distances until the outcome is known. A service that does not answer is asked
/// until it does: only an answer counts. "Not there" ends it for a create only when so much time has
/// passed that the list must show it (W2), else at the last of the usual searches.
pub(super) async fn settle(deps: &Dependencies, sent: &SentWrite, req: ReqId) -> SearchResult {
    let began = Instant::now();
    let mut next = deps.searches.first().copied().unwrap_or_default();
    let mut silent = 0;
    let mut was_heard = true;
    loop {
        let search = async {
            tokio::time::sleep_until(began + next).await;
            delay::reload(deps, &deps.delay).await;
            // A service that has just come back may still have the write itself before it: one answer
            // after a silence is not the last.
            let is_last = was_heard && next >= deps.opens_after(&sent.write);
            (is_last, search_once(deps, sent, is_last).await)
        };
        let (is_last, found) = tokio::select! {
            done = search => done,
            () = deps.stopped() => return SearchResult::nothing(STOPPED.to_owned()),
        };
        let opens = deps.opens_after(&sent.write);
        let sight = match found {
            Ok(Finding::Sure(verdict)) => return SearchResult::at_last(verdict),
            Ok(Finding::SoFar(verdict)) if is_last => return SearchResult::at_last(verdict),
            Ok(Finding::Nothing(why)) if is_last => return SearchResult::nothing(why),
            // Asking on would lock the account out (W5).
            Err(failure) if failure.stops_polling() || (is_last && failure.is_answer()) => {
                return SearchResult::nothing(why_not(&failure));
            }
            Ok(Finding::SoFar(Verdict::CannotTell(why)) | Finding::Nothing(why)) => Sight::Unclear(why),
            Ok(Finding::SoFar(_)) => Sight::NotThere,
            Err(failure) => Sight::NoAnswer(failure),
        };
        let comes_back = !was_heard;
        was_heard = !matches!(&sight, Sight::NoAnswer(failure) if !failure.is_answer());
        silent = if matches!(sight, Sight::NoAnswer(_)) { silent + 1 } else { 0 };
        let now = began.elapsed();
        // A search may have waited long for its turn: those whose time has passed meanwhile show no more.
        next = match deps.searches.iter().copied().find(|at| *at > next && *at + LATE > now) {
            _ if comes_back && was_heard => now + deps.searches.first().copied().unwrap_or(deps.search_every),
            Some(usual) if silent == 0 => usual,
            usual if silent > 0 => {
                let pause = deps.search_every.saturating_mul(silent).min(LONGEST_PAUSE);
                let pause = pause.max(deps.client.asked_to_wait());
                usual.unwrap_or(now).max(now + pause)
            }
            // The one at which "not there" is believed is not put off.
            _ => (now + deps.search_every).min(opens.max(now)),
        };
        let next_in = next.saturating_sub(began.elapsed());
        let opens_in = opens.saturating_sub(began.elapsed());
        deps.tell(Message::Checked { req, sight, next_in, opens_in }).await;
    }
}

/// Searches once, now. What it shows is not written down.
pub(super) async fn search(deps: &Dependencies, sent: &SentWrite) -> Sight {
    match search_once(deps, sent, true).await {
        Ok(Finding::Sure(verdict)) => Sight::Settled(verdict),
        Ok(Finding::SoFar(Verdict::CannotTell(why)) | Finding::Nothing(why)) => Sight::Unclear(why),
        Ok(Finding::SoFar(_)) => Sight::NotThere,
        Err(failure) => Sight::NoAnswer(failure),
    }
}

fn why_not(failure: &Failure) -> String {
    let words = failure.words();
    format!(
        "the outcome could not be determined: {}; {}. Check the list before you send anything again",
        words.what, words.next
    )
}

async fn search_once(deps: &Dependencies, sent: &SentWrite, is_last: bool) -> Result<Finding, Failure> {
    match &sent.write {
        Write::Create(new) => search_for_created(deps, sent, new, is_last).await,
        Write::Modify(change) => search_for_modified(deps, change).await,
        Write::Cancel { id, .. } => search_for_cancelled(deps, *id).await,
    }
}

async fn search_for_cancelled(deps: &Dependencies, id: TaskId) -> Result<Finding, Failure> {
    match deps.client.get(id, Priority::Write).await {
        Err(failure) if failure.code() == Some(INVALID_REQUEST) => {
            Ok(Finding::Sure(Verdict::Done(Written::Cancelled(id))))
        }
        Err(failure) => Err(failure),
        // What was cancelled is never dispatched.
        Ok(Task { status: Status::Dispatching | Status::Dispatched, .. }) => {
            Ok(Finding::Sure(Verdict::NotDone))
        }
        Ok(Task { status: Status::Pending | Status::Other(_), .. }) => Ok(Finding::SoFar(Verdict::NotDone)),
    }
}

async fn search_for_modified(deps: &Dependencies, change: &Change) -> Result<Finding, Failure> {
    match deps.client.get(change.id, Priority::Write).await {
        Err(failure) if failure.code() == Some(INVALID_REQUEST) => {
            Ok(Finding::SoFar(Verdict::CannotTell(format!(
                "task {} is gone, so whether it was changed before is not known; somebody cancelled it",
                change.id
            ))))
        }
        Err(failure) => Err(failure),
        Ok(task) if is_as_changed(&task, change) => Ok(match left_over(&task, change) {
            Some(more) => Finding::SoFar(Verdict::CannotTell(format!(
                "task {} holds all that was sent, but {more} besides: either the service keeps what a change \
                 leaves out, or nothing was changed. Check it before you send anything again",
                change.id
            ))),
            None => Finding::Sure(Verdict::Done(Written::Modified(change.id))),
        }),
        Ok(_) => Ok(Finding::SoFar(Verdict::NotDone)),
    }
}

fn is_as_changed(task: &Task, change: &Change) -> bool {
    let time_fits = change.scheduled_at.is_none_or(|at| is_due_at(task, at));
    let content_fits = change.content.as_ref().is_none_or(|content| holds_content(&task.content, content));
    time_fits && content_fits
}

/// What the task holds beyond the content that was sent, where nothing else proves that the change
/// was taken: a change that only takes something away looks like none until that is gone.
fn left_over(task: &Task, change: &Change) -> Option<String> {
    let sent = change.content.as_ref().filter(|_| change.scheduled_at.is_none())?;
    let mut more = Vec::new();
    beyond("", &task.content.without_random().0, &sent.0, &mut more);
    (!more.is_empty()).then(|| text::clean(&more.join(", ")).into_owned())
}

fn beyond(prefix: &str, there: &JsonObject, sent: &JsonObject, more: &mut Vec<String>) {
    for (key, value) in there {
        let path = format!("{prefix}{key}");
        match (value, sent.get(key)) {
            (Value::Object(there), Some(Value::Object(sent))) => {
                beyond(&format!("{path}."), there, sent, more);
            }
            (_, Some(_)) => {}
            (_, None) => more.push(path),
        }
    }
}

/// The wire has whole seconds.
fn is_due_at(task: &Task, at: DateTime<Utc>) -> bool {
    task.scheduled_at.is_some_and(|due| due.timestamp() == at.timestamp())
}

/// Whether everything that was sent is there; the service may add to it or merge it.
fn holds_content(there: &Content, sent: &Content) -> bool {
    sent.without_random().0.iter().all(|(key, value)| holds(there.0.get(key), value))
}

fn holds(there: Option<&Value>, sent: &Value) -> bool {
    match (there, sent) {
        // `null` asks for the key to be taken away.
        (None | Some(Value::Null), Value::Null) => true,
        (Some(Value::Object(there)), Value::Object(sent)) => {
            sent.iter().all(|(key, value)| holds(there.get(key), value))
        }
        (Some(Value::Array(there)), Value::Array(sent)) => {
            there.len() == sent.len() && there.iter().zip(sent).all(|(there, sent)| holds(Some(there), sent))
        }
        // The same number may be spelled in another way.
        (Some(Value::Number(there)), Value::Number(sent)) => {
            there == sent || there.as_f64().is_some_and(|number| Some(number) == sent.as_f64())
        }
        (there, sent) => there == Some(sent),
    }
}

/// Reads the list by both times, for the documents do not say which of them the range concerns.
async fn search_for_created(
    deps: &Dependencies,
    sent: &SentWrite,
    new: &NewTask,
    is_last: bool,
) -> Result<Finding, Failure> {
    let due = Range { begin: new.scheduled_at - AROUND_DUE, end: new.scheduled_at + AROUND_DUE };
    let by_due_time = list_all(deps, new, Order::Scheduled, due, is_last).await?;
    // Only now: an answer has told the service's clock.
    let skew = deps.client.skew().unwrap_or_default();
    let (from, to) = (sent.from + skew, sent.to + skew);
    let made = Range { begin: from - AROUND, end: to + AROUND };
    let by_creation = list_all(deps, new, Order::Created, made, is_last).await?;

    let is_whole = is_whole(&by_due_time, due, &by_creation, made);
    let mut tasks = by_creation.tasks;
    tasks.extend(by_due_time.tasks);
    let mut seen = HashSet::new();
    tasks.retain(|task| seen.insert(task.id));

    let others = OtherCreates::of(deps, sent, new).await;
    let free = |id| !deps.candidates.is_taken(id, sent.entry);
    let ours = ours(free, new, &tasks, (from, to), &others);
    let take_by_likeness = |id: &TaskId| deps.candidates.take_by_likeness(*id, sent.entry);
    let was_guessed = |id| others.guesses.contains(&id) || deps.candidates.is_guess(id);
    let guessed = tasks.iter().find(|task| was_guessed(task.id) && is_alike(task, new, (from, to), &others));
    let guessed = guessed.map(|task| task.id).filter(|_| !others.show_numbers_kept(&tasks));
    Ok(match ours {
        Ours::ByNumber(ids) => match ids.as_slice() {
            [one] if deps.candidates.take(*one, sent.entry) => {
                Finding::Sure(Verdict::Done(Written::Created(*one)))
            }
            [_] => Finding::SoFar(Verdict::NotDone),
            _ => Finding::Sure(Verdict::Several(ids)),
        },
        // It may be that of the other create, whose call may still be answered.
        Ours::ByLikeness(ids) if others.has_same_request && !ids.is_empty() && !is_last => {
            Finding::Nothing(STOPPED.to_owned())
        }
        Ours::ByLikeness(ids) if ids.len() > 1 => Finding::Sure(Verdict::Several(ids)),
        Ours::ByLikeness(ids) => match (ids.into_iter().find(take_by_likeness), guessed) {
            (Some(one), _) => Finding::Sure(Verdict::Done(Written::Created(one))),
            // One of the two has made it, and nobody can say which: neither is called not done for it.
            (None, Some(id)) => Finding::SoFar(Verdict::CannotTell(format!(
                "#{id} looks like it, but was attributed to another create of the very same task. Check \
                 the list before you send anything again"
            ))),
            (None, None) if is_whole => Finding::SoFar(Verdict::NotDone),
            (None, None) => Finding::Nothing(
                "the outcome could not be determined: the list went on changing while it was read, or is \
                 too long. Check it before you send anything again"
                    .to_owned(),
            ),
        },
    })
}

/// Whether a task of ours would be among what was read. One list is enough when it shows which time
/// its range concerns, by a task whose other time lies outside.
fn is_whole(by_due_time: &Listing<'_>, due: Range, by_creation: &Listing<'_>, made: Range) -> bool {
    let context = |range: Range, at: Option<DateTime<Utc>>| at.is_some_and(|at| !range.holds(at));
    let concerns_due_time = by_due_time.tasks.iter().any(|task| context(due, task.created_at));
    let concerns_creation = by_creation.tasks.iter().any(|task| context(made, task.scheduled_at));
    match (by_due_time.is_complete, by_creation.is_complete) {
        (true, true) => true,
        (true, false) => concerns_due_time,
        (false, true) => concerns_creation,
        (false, false) => false,
    }
}

/// What the journal knows of other creates, of this program and of others beside it, before a crash
/// and after it.
#[derive(Default)]
struct OtherCreates {
    /// The tasks that came from them.
    tasks: HashMap<TaskId, Option<u32>>,
    /// The numbers that were chosen for them.
    numbers: HashSet<u32>,
    /// Those of them that were only taken for what another create of the very same has made.
    guesses: HashSet<TaskId>,
    /// Whether one of them asks for the very same, and its end is not known.
    has_same_request: bool,
}

impl OtherCreates {
    /// A journal that cannot be read knows nothing; what this program has seen is in
    /// [`Candidates`](super::known::Candidates).
    async fn of(deps: &Dependencies, sent: &SentWrite, new: &NewTask) -> Self {
        let own = random_of(new).and_then(Value::as_u64);
        let mut others = Self::default();
        for intent in deps.journal.creates_since(sent.from - LONGEST_WAIT).await.unwrap_or_default() {
            let number = intent.what.msg_random;
            if number.map(u64::from) == own {
                continue;
            }
            others.numbers.extend(number);
            match &intent.closed {
                Some(closed) => {
                    let made = created_in(&closed.outcome);
                    others.tasks.extend(made.map(|id| (id, number)));
                    let is_guess = is_guess(&closed.outcome) && is_same_request(&intent.what.body, new);
                    others.guesses.extend(made.filter(|_| is_guess));
                }
                None => others.has_same_request |= is_same_request(&intent.what.body, new),
            }
        }
        others
    }

    /// Whether the service is known to leave the numbers as they are: then likeness proves nothing.
    fn show_numbers_kept(&self, tasks: &[Task]) -> bool {
        tasks.iter().any(|task| {
            let number = self.tasks.get(&task.id).copied().flatten();
            number.is_some_and(|number| has_number(task, &number.into()))
        })
    }
}

fn is_same_request(body: &Value, new: &NewTask) -> bool {
    let content = body.get("Content").and_then(Value::as_object).cloned().map(Content);
    let at = body.get("SchedAt").and_then(Value::as_str).and_then(wire::time_in);
    body.get("Type").and_then(Value::as_str) == Some(new.kind.wire())
        && at.is_some_and(|at| at.timestamp() == new.scheduled_at.timestamp())
        && content.is_some_and(|content| content.without_random() == new.content.without_random())
}

fn has_number(task: &Task, number: &Value) -> bool {
    holds(task.content.0.get("MsgRandom"), number)
}

enum Ours {
    /// At least one.
    ByNumber(Vec<TaskId>),
    ByLikeness(Vec<TaskId>),
}

/// The tasks that came from this create: by the number that we chose, else by their likeness, in case
/// the service puts its own number in place of ours.
fn ours(
    is_free: impl Fn(TaskId) -> bool,
    new: &NewTask,
    tasks: &[Task],
    sent: (DateTime<Utc>, DateTime<Utc>),
    others: &OtherCreates,
) -> Ours {
    let free = |task: &&Task| is_free(task.id) && !others.tasks.contains_key(&task.id);
    let has_our_number = |task: &&Task| random_of(new).is_some_and(|number| has_number(task, number));
    let by_number: Vec<TaskId> = tasks.iter().filter(free).filter(has_our_number).map(|t| t.id).collect();
    if !by_number.is_empty() {
        return Ours::ByNumber(by_number);
    }
    if others.show_numbers_kept(tasks) {
        return Ours::ByLikeness(Vec::new());
    }
    let is_alike = |task: &&Task| is_alike(task, new, sent, others);
    Ours::ByLikeness(tasks.iter().filter(free).filter(is_alike).map(|task| task.id).collect())
}

/// Whether a task could be what was sent in that time: nothing in it says otherwise.
fn is_alike(task: &Task, new: &NewTask, sent: (DateTime<Utc>, DateTime<Utc>), others: &OtherCreates) -> bool {
    let (before, after) = LOOKALIKE;
    let is_others = || others.numbers.iter().any(|number| has_number(task, &(*number).into()));
    task.kind == new.kind
        && is_due_at(task, new.scheduled_at)
        && task.created_at.is_none_or(|at| sent.0 - before <= at && at <= sent.1 + after)
        && holds_content(&task.content, &new.content)
        && !is_others()
}

/// Tasks that were read in full and look like the one that is searched for: more are not kept.
const MOST_ALIKE: usize = 300;

struct Listing<'a> {
    /// What is searched for.
    new: &'a NewTask,
    tasks: Vec<Task>,
    seen: HashSet<TaskId>,
    alike: usize,
    /// As many tasks came as the service says there are.
    is_complete: bool,
}

impl<'a> Listing<'a> {
    fn new(new: &'a NewTask) -> Self {
        Self { new, tasks: Vec::new(), seen: HashSet::new(), alike: 0, is_complete: false }
    }

    /// Keeps of each task what tells whether it is ours: of one that is not even alike only its number.
    fn add(&mut self, page: Page) {
        for task in page.tasks {
            if !self.seen.insert(task.id) {
                continue;
            }
            let mut task = Arc::unwrap_or_clone(task);
            task.raw = JsonObject::new();
            let is_alike = task.kind == self.new.kind && holds_content(&task.content, &self.new.content);
            self.alike += usize::from(is_alike);
            if !is_alike || self.alike > MOST_ALIKE {
                task.content.0.retain(|key, _| key == "MsgRandom");
                (task.title, task.desc) = (String::new(), String::new());
            }
            self.tasks.push(task);
        }
        self.is_complete = self.tasks.len() as u64 >= page.total && self.alike <= MOST_ALIKE;
    }
}

/// Reads page after page: the rows that came move the offset, whatever was asked for. When a task that
/// was read is cancelled meanwhile, those behind it move up, and one may slip from a page to come onto one
/// that was read: so where it counts all pages are read once more, from the last to the first, against
/// the way in which tasks move.
async fn list_all<'a>(
    deps: &Dependencies,
    new: &'a NewTask,
    order: Order,
    range: Range,
    is_last: bool,
) -> Result<Listing<'a>, Failure> {
    let begin = range.begin.max(DateTime::UNIX_EPOCH);
    let range = Range { begin, end: range.end.max(begin) };
    let mut query = Query { order, range, ..Query::around(begin, PAGE_SIZE) };
    let mut listing = Listing::new(new);
    let mut offsets = Vec::new();
    while query.offset < MOST_ROWS && offsets.len() < MOST_PAGES {
        let ListedPage { page, asked } = limits::list(deps, &query, Priority::Write).await?;
        if asked.range != range {
            // The service takes no range that is so long: what lies outside was not read.
            return Ok(listing);
        }
        let got = page.tasks.len() as u64;
        listing.add(page);
        offsets.push(query.offset);
        if got == 0 || listing.is_complete {
            break;
        }
        query.offset += got;
    }
    // The last page was read only now.
    offsets.pop();
    for offset in offsets.into_iter().rev().filter(|_| is_last) {
        query.offset = offset;
        listing.add(limits::list(deps, &query, Priority::Write).await?.page);
    }
    Ok(listing)
}
