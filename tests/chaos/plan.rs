//! What one operator intends, and what shall go wrong: both drawn from a seed, so that a run can be
//! repeated.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::dose::Dose;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Everything one operator is to do. Times are Unix seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) app: u64,
    /// Of the two operators of the app.
    pub(crate) name: char,
    /// Where the service is reached.
    pub(crate) address: String,
    pub(crate) began: i64,
    pub(crate) dose: Pace,
    /// After so many milliseconds of the run an operator who checks for himself believes that nothing is there.
    pub(crate) sure_after: u64,
    pub(crate) stories: Vec<TaskPlan>,
}

/// How an operator works.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Pace {
    pub(crate) at_once: usize,
    pub(crate) speed: u32,
}

/// The writes to one task, one after the other. The task's title is its number in the plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskPlan {
    /// `Type` on the wire.
    pub(crate) kind: String,
    pub(crate) due: Due,
    /// What follows the create.
    pub(crate) edits: Vec<Edit>,
    pub(crate) is_cancelled: bool,
}

/// When a task is due.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Due {
    At(i64),
    /// So many seconds after it was handed over: it may go out before all of it is done.
    Soon(i64),
}

/// A change of a task.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Edit {
    /// Another text.
    Text,
    /// Another time.
    Time(i64),
    /// Both.
    TextAndTime(i64),
    /// Another text, and a field less.
    TakeAway,
}

/// One write of a story.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Create,
    Modify(Edit),
    Cancel,
}

impl TaskPlan {
    /// The write at that place; `None` when the story is at its end.
    pub(crate) fn step(&self, at: usize) -> Option<Step> {
        match at {
            0 => Some(Step::Create),
            _ if at <= self.edits.len() => Some(Step::Modify(self.edits[at - 1])),
            _ if at == self.edits.len() + 1 && self.is_cancelled => Some(Step::Cancel),
            _ => None,
        }
    }

    pub(crate) fn steps(&self) -> usize {
        1 + self.edits.len() + usize::from(self.is_cancelled)
    }

    /// The content of the new task of that title.
    pub(crate) fn content(&self, title: &str) -> Value {
        let mut content = json!({
            "From_Account": "administrator",
            "OfflinePushInfo": {"Title": title, "Desc": text(0), "Ext": EXTRA},
        });
        match self.kind.as_str() {
            "Tag" => content["Condition"] = json!({"TagsAnd": ["chaos"]}),
            "User" => content["To_Account"] = json!(["anna", "bela"]),
            _ => {}
        }
        content
    }
}

/// The field that [`Edit::TakeAway`] takes away.
pub(crate) const EXTRA: &str = "extra";

/// The text that the write at this place of a story gives the task.
pub(crate) fn text(at: usize) -> String {
    format!("text {at}")
}

impl Plan {
    pub(crate) fn draw(
        (app, name): (u64, char),
        address: String,
        began: i64,
        (dose, lag): (Dose, u32),
        rng: &mut StdRng,
    ) -> Self {
        let mut stories = Vec::new();
        let mut writes = 0;
        while writes < dose.writes {
            let story = TaskPlan::draw(began, dose, rng);
            writes += story.steps();
            stories.push(story);
        }
        // The long ones first, so that at the end nobody waits for one alone.
        stories.sort_by_key(|story: &TaskPlan| std::cmp::Reverse(story.steps()));
        let sure_after = u64::try_from(dose.seconds(3 * lag + 30).as_millis()).unwrap();
        let dose = Pace { at_once: dose.at_once, speed: dose.speed };
        Self { app, name, address, began, dose, sure_after, stories }
    }

    /// No title is a part of another.
    pub(crate) fn title(&self, story: usize) -> String {
        format!("{} story {story:04}.", self.name)
    }

    pub(crate) fn writes(&self) -> usize {
        self.stories.iter().map(TaskPlan::steps).sum()
    }
}

impl TaskPlan {
    fn draw(began: i64, dose: Dose, rng: &mut StdRng) -> Self {
        let is_soon = rng.random_ratio(1, 16);
        let soon = if dose.is_full() { 8..30 } else { 2..8 };
        let due = match rng.random_range(0..2) {
            _ if is_soon => Due::Soon(rng.random_range(soon)),
            // Many at nearly the same second, so that a list by due time is full of others.
            0 => Due::At(began + DAY + rng.random_range(0..5)),
            _ => Due::At(began + rng.random_range(DAY..20 * DAY)),
        };
        let edits = *[0, 0, 1, 1, 2].choose(rng).unwrap();
        let edits = (0..edits).map(|_| if is_soon { Edit::Text } else { Edit::draw(began, rng) }).collect();
        let kind = (*["All", "Tag", "User"].choose(rng).unwrap()).to_owned();
        Self { kind, due, edits, is_cancelled: rng.random_ratio(9, 20) }
    }
}

impl Edit {
    fn draw(began: i64, rng: &mut StdRng) -> Self {
        let later = began + rng.random_range(DAY..20 * DAY);
        match rng.random_range(0..16) {
            0..8 => Self::Text,
            8..11 => Self::Time(later),
            11..14 => Self::TextAndTime(later),
            _ => Self::TakeAway,
        }
    }
}

/// A fault, before or after the call is carried out, and its code if it has one.
type FaultSpec = (&'static str, &'static str, i64);

/// Every way in which a write is to go wrong.
const OF_WRITES: &[FaultSpec] = &[
    ("drop", "before", 0),
    ("drop", "after", 0),
    ("delay", "before", 0),
    ("delay", "after", 0),
    ("bad-gateway", "before", 0),
    ("bad-gateway", "after", 0),
    ("truncate", "after", 0),
    ("not-json", "before", 0),
    ("not-json", "after", 0),
    ("code", "before", 60008),
    ("code", "after", 60008),
    ("code", "before", 90105),
    ("code", "after", 90105),
    // These two say that nothing was done.
    ("code", "before", 60007),
    ("code", "before", 90109),
];

/// Every way in which a read is to go wrong.
const OF_READS: &[FaultSpec] = &[
    ("drop", "before", 0),
    ("delay", "after", 0),
    ("bad-gateway", "after", 0),
    ("truncate", "after", 0),
    ("not-json", "after", 0),
    ("code", "before", 60008),
    ("code", "before", 90105),
    ("code", "before", 60007),
];

/// What shall go wrong for one app: of each kind of write every third call, of each kind of read
/// every seventh, in every way as often as in any other.
pub(crate) fn script(app: u64, dose: Dose, rng: &mut StdRng) -> Vec<Value> {
    let mut script = Vec::new();
    let half = dose.rounds.div_ceil(2);
    for (command, passes, rounds, ways) in [
        ("add_sched_task", 2, dose.rounds, OF_WRITES),
        ("modify_sched_task", 2, dose.rounds, OF_WRITES),
        ("delete_sched_task", 2, half, OF_WRITES),
        ("get_sched_task", 6, dose.rounds, OF_READS),
        ("list_sched_task", 6, dose.rounds, OF_READS),
    ] {
        for _ in 0..rounds {
            for (fault, when, code) in in_turns(ways, rng) {
                script.push(json!({"fault": "pass", "calls": passes, "app": app, "command": command}));
                let mut fault = json!({"fault": fault, "when": when, "app": app, "command": command});
                match fault["fault"].as_str() {
                    // The client waits for ten seconds.
                    Some("delay") => fault["ms"] = (rng.random_range(10_500..13_500) / dose.speed).into(),
                    Some("code") => fault["code"] = code.into(),
                    _ => {}
                }
                script.push(fault);
            }
        }
    }
    script
}

/// Done and unheard, and not done at all, in turns: also a few calls meet both.
fn in_turns(ways: &[FaultSpec], rng: &mut StdRng) -> Vec<FaultSpec> {
    let mut ways = ways.to_vec();
    ways.shuffle(rng);
    let (after, before): (Vec<FaultSpec>, Vec<FaultSpec>) =
        ways.into_iter().partition(|(_, when, _)| *when == "after");
    let most = after.len().max(before.len());
    (0..most).flat_map(|at| [after.get(at), before.get(at)]).flatten().copied().collect()
}

/// The name of a fault in the summary; `None` for a pass.
pub(crate) fn name(fault: &Value) -> Option<String> {
    let (kind, when) = (fault["fault"].as_str()?, fault["when"].as_str()?);
    match kind {
        "pass" => None,
        "code" => Some(format!("{} {when}", fault["code"])),
        _ => Some(format!("{kind} {when}")),
    }
}
