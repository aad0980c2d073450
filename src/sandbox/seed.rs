//! Believable demo data around the present: English and Chinese campaigns in every state.
//!
//! The same seed, time and number give the same tasks. The texts are in `assets/demo`; nothing here
//! decides how the sandbox behaves, save that one seeded task is made to fail in the first minute.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;
use serde_json::json;

use super::dispatch::push_id;
use super::rules::headline;
use super::store::{Database, DispatchResult, NewRow, OpenError, OutcomeRule, TaskText};
use crate::domain::{JsonObject, Kind};

/// How much demo data, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// How many tasks; 0 is none.
    pub tasks: usize,
    /// Another number gives other tasks.
    pub number: u64,
}

impl Default for Seed {
    fn default() -> Self {
        Self { tasks: 128, number: 1 }
    }
}

const CAMPAIGNS: &str = include_str!("../../assets/demo/campaigns.json");

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

#[derive(Deserialize)]
struct Assets {
    failures: BTreeMap<String, Vec<String>>,
    words: BTreeMap<String, Vec<String>>,
    campaigns: Vec<Campaign>,
}

impl Assets {
    fn read() -> serde_json::Result<Self> {
        let mut assets: Self = serde_json::from_str(CAMPAIGNS)?;
        for campaign in &mut assets.campaigns {
            let content = serde_json::to_string(&campaign.content)?;
            let fields = content.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            fields.unwrap_or_default().clone_into(&mut campaign.fields);
        }
        Ok(assets)
    }
}

#[derive(Deserialize)]
struct Campaign {
    key: String,
    #[serde(rename = "type")]
    kind: String,
    weight: u32,
    /// Usual times of day, UTC.
    at: Vec<String>,
    /// How few and how many accounts, for pushes to users.
    #[serde(default)]
    accounts: Option<(usize, usize)>,
    content: JsonObject,
    /// The same as JSON without its braces, made once for all tasks of the campaign.
    #[serde(skip)]
    fields: String,
}

/// What becomes of a seeded task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Pending,
    /// Pending, and its dispatch will fail.
    WillFail,
    Sent,
    Failed,
}

/// What somebody who starts the demo sees happen: seconds from the start, campaign, fate. Of a
/// small number of tasks the first ones remain.
const FIRST: &[(i64, &str, Fate)] = &[
    (20, "flash-sale", Fate::Pending),
    (45, "stock-brief-zh", Fate::WillFail),
    (-190, "dinner", Fate::Failed),
    (-HOUR, "lunch", Fate::Sent),
    (150, "order-shipped", Fate::Pending),
    (7 * 60, "express-zh", Fate::Pending),
    (16 * 60, "football", Fate::Pending),
    (38 * 60, "maintenance", Fate::Pending),
    (65 * 60, "weekend-zh", Fate::Pending),
    (-2 * HOUR - 900, "double-eleven-zh", Fate::Sent),
    (130 * 60, "dinner", Fate::Pending),
];

/// A task before its content is made.
struct Plan {
    created: i64,
    scheduled: i64,
    fate: Fate,
    campaign: usize,
    number: u64,
}

/// Fills a new database.
pub(super) fn fill(
    seed: Seed,
    now: DateTime<Utc>,
    sdkappid: i64,
    sender: &str,
    store: &Database,
) -> Result<(), OpenError> {
    let assets = Assets::read().map_err(|err| OpenError::new(format!("demo data: {err}")))?;
    let mut plans = plans(seed, now.timestamp(), &assets);
    // Ids grow with the time of creation, as the service's do.
    plans.sort_by_key(|plan| (plan.created, plan.scheduled));
    for plan in &plans {
        let Some(campaign) = assets.campaigns.get(plan.campaign) else { continue };
        let (id, failure) = add(plan, campaign, &assets, sdkappid, sender, store)?;
        if plan.fate == Fate::WillFail {
            let (task, failure) = (Some(id), Some(failure));
            store.add_rule(&OutcomeRule { task, failure, times: Some(1), ..OutcomeRule::default() })?;
        }
    }
    Ok(())
}

fn plans(seed: Seed, now: i64, assets: &Assets) -> Vec<Plan> {
    let mut rng = StdRng::seed_from_u64(seed.number);
    let mut plans = Vec::with_capacity(seed.tasks);
    for (offset, key, fate) in FIRST.iter().take(seed.tasks) {
        let campaign = assets.campaigns.iter().position(|c| c.key == *key).unwrap_or(0);
        plans.push(planned(now, now + offset, *fate, campaign, &mut rng));
    }
    let by_weight: Vec<usize> = assets
        .campaigns
        .iter()
        .enumerate()
        .flat_map(|(i, c)| std::iter::repeat_n(i, c.weight as usize))
        .collect();
    while plans.len() < seed.tasks {
        let campaign = by_weight.choose(&mut rng).copied().unwrap_or(0);
        let fate = match rng.random_range(0..100) {
            0..74 => Fate::Pending,
            74..95 => Fate::Sent,
            _ => Fate::Failed,
        };
        let scheduled = usual_time(now, fate, assets.campaigns.get(campaign), &mut rng);
        plans.push(planned(now, scheduled, fate, campaign, &mut rng));
    }
    plans
}

fn planned(now: i64, scheduled: i64, fate: Fate, campaign: usize, rng: &mut StdRng) -> Plan {
    // Everything was created within the last week, so that both orders of a list show it.
    let (first, last) = (now - 7 * DAY + HOUR, now.min(scheduled) - 60);
    let created = rng.random_range(first..=last.max(first));
    Plan { created, scheduled, fate, campaign, number: rng.random() }
}

/// At a usual time of the campaign: from three hours to twenty days ahead, or up to six days ago.
fn usual_time(now: i64, fate: Fate, campaign: Option<&Campaign>, rng: &mut StdRng) -> i64 {
    let usual = campaign.and_then(|c| c.at.choose(rng)).and_then(|at| {
        let (hours, minutes) = at.split_once(':')?;
        Some(hours.parse::<i64>().ok()? * HOUR + minutes.parse::<i64>().ok()? * 60)
    });
    let time_of_day = usual.unwrap_or(12 * HOUR) + 300 * rng.random_range(0..6);
    let today = now.div_euclid(DAY) * DAY;
    match fate {
        Fate::Pending | Fate::WillFail => {
            // Near days are fuller than far ones.
            let day = rng.random_range(0..20).min(rng.random_range(0..20 + 8));
            let at = today + day * DAY + time_of_day;
            if at < now + 3 * HOUR { at + DAY } else { at }
        }
        Fate::Sent | Fate::Failed => {
            let at = today - rng.random_range(0..6) * DAY + time_of_day;
            if at > now - 3 * HOUR { at - DAY } else { at }
        }
    }
}

/// Gives the `TaskID` and how a failure of it would read.
fn add(
    plan: &Plan,
    campaign: &Campaign,
    assets: &Assets,
    sdkappid: i64,
    sender: &str,
    store: &Database,
) -> rusqlite::Result<(i64, String)> {
    let mut rng = StdRng::seed_from_u64(plan.number);
    let Drawn { content, title, desc, account, random } = draw(campaign, assets, sender, &mut rng);
    let failure = assets.failures.get(&campaign.kind).and_then(|texts| texts.choose(&mut rng));
    let failure = failure.map_or_else(String::new, |text| text.replace("{account}", &account));
    let pushed;
    let end = match plan.fate {
        Fate::Pending | Fate::WillFail => None,
        Fate::Sent => {
            pushed = push_id(&campaign.kind, sdkappid, plan.scheduled + 1, Some(random), &mut rng);
            Some(DispatchResult::Sent(&pushed))
        }
        Fate::Failed => Some(DispatchResult::Failed(&failure)),
    };
    let id = store.add(&NewRow {
        sdkappid,
        kind: &Kind::from_wire(&campaign.kind),
        create_at: plan.created,
        sched_at: plan.scheduled,
        words: TaskText { content: &content, title: &title, desc: &desc },
        seeded: true,
        end,
    })?;
    Ok((id, failure))
}

/// What a task says.
struct Drawn {
    /// `Content` as JSON.
    content: String,
    title: String,
    desc: String,
    /// The first of its accounts; empty when there is none.
    account: String,
    /// `MsgRandom`
    random: u32,
}

/// Composed as text: the demo waits for it, and a tree of values for each task took half of the time.
fn draw(campaign: &Campaign, assets: &Assets, sender: &str, rng: &mut StdRng) -> Drawn {
    let accounts = campaign.accounts.map(|(fewest, most)| {
        let many = rng.random_range(fewest..=most.max(fewest));
        accounts(many, rng)
    });
    let words = words(&assets.words, rng);
    let random = rng.random();
    let account = accounts.as_ref().and_then(|list| list.first().cloned()).unwrap_or_default();
    let to = accounts.map_or_else(String::new, |list| format!("\"To_Account\":{},", json!(list)));
    let fields = filled(&campaign.fields, &words);
    let content = format!("{{\"From_Account\":{},{to}{fields},\"MsgRandom\":{random}}}", json!(sender));
    let (title, desc) = headline(&campaign.content);
    Drawn { content, title: filled(title, &words), desc: filled(desc, &words), account, random }
}

fn accounts(many: usize, rng: &mut StdRng) -> Vec<String> {
    const NAMES: [&str; 12] = [
        "anna",
        "bela",
        "chen.jie",
        "dmitri",
        "li_wei",
        "mona",
        "noor",
        "olga",
        "priya",
        "wang.fang",
        "yuki",
        "zoe",
    ];
    let mut list = Vec::with_capacity(many);
    let mut serial: u32 = rng.random_range(10_000..90_000);
    for i in 0..many {
        serial += rng.random_range(1..40);
        let name = NAMES.choose(rng).filter(|_| many == 1 || i == 0);
        list.push(name.map_or_else(|| format!("u_{serial}"), |name| (*name).to_owned()));
    }
    list
}

/// One word for each placeholder, the same throughout a task.
fn words<'a>(words: &'a BTreeMap<String, Vec<String>>, rng: &mut StdRng) -> Vec<(&'a str, Cow<'a, str>)> {
    let mut drawn: Vec<(&str, Cow<'_, str>)> = words
        .iter()
        .filter_map(|(name, choices)| Some((name.as_str(), Cow::from(choices.choose(rng)?))))
        .collect();
    for (name, range) in
        [("order", 20_000_000..90_000_000), ("tail", 1000..10_000), ("code", 100_000..1_000_000)]
    {
        drawn.push((name, rng.random_range(range).to_string().into()));
    }
    drawn
}

/// The text with a word for each placeholder in braces; other braces stay.
fn filled(text: &str, words: &[(&str, Cow<'_, str>)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let placed = |(name, word): &'_ (&str, Cow<'_, str>)| {
            let left = after.strip_prefix(name)?.strip_prefix('}')?;
            filled.push_str(word);
            Some(left)
        };
        rest = words.iter().find_map(placed).unwrap_or_else(|| {
            filled.push('{');
            after
        });
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use serde_json::Value;

    use super::super::store::{ListQuery, ListRange, TaskRow, TaskStage, TimeField};
    use super::*;
    use crate::domain::rules::{Strictness, check};
    use crate::domain::{Content, text};

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 21, 6, 3, 22).unwrap()
    }

    fn filled(tasks: usize, number: u64) -> Vec<TaskRow> {
        let store = Database::open(None, 1).unwrap();
        fill(Seed { tasks, number }, now(), 7, "administrator", &store).unwrap();
        assert_eq!(store.active(7).unwrap(), 0, "none of them counts against the quota");
        let field = Some(TimeField::Sched);
        let range = ListRange { sdkappid: 7, field, begin: i64::MIN, end: i64::MAX, created_by: None };
        let (keyword, order) = (String::new(), TimeField::Sched);
        let everything = ListQuery { range, keyword, order, ascending: true, offset: 0, want: i64::MAX };
        store.list(&everything).unwrap().1
    }

    #[test]
    fn every_campaign_is_content_that_the_sandbox_itself_accepts() {
        let assets = Assets::read().unwrap();
        let mut rng = StdRng::seed_from_u64(3);
        for campaign in &assets.campaigns {
            let drawn = draw(campaign, &assets, "administrator", &mut rng);
            let content = Content(serde_json::from_str(&drawn.content).unwrap());
            let problems = check(&Kind::from_wire(&campaign.kind), &content, Strictness::default());
            assert_eq!(problems, [], "{}", campaign.key);
            let (title, desc) = headline(&content.0);
            assert_eq!((title, desc), (drawn.title.as_str(), drawn.desc.as_str()));
            assert_eq!(serde_json::to_string(&content.0).unwrap(), drawn.content);
            assert!(!title.contains('{') && !desc.contains('{'), "{}: {title} {desc}", campaign.key);
            assert_eq!(text::clean(title), title);
            let ext = content.text("OfflinePushInfo.Ext");
            assert!(ext.is_empty() || serde_json::from_str::<Value>(ext).is_ok(), "{ext}");
        }
        for (_, key, _) in FIRST {
            assert!(assets.campaigns.iter().any(|c| c.key == *key), "{key}");
        }
    }

    #[test]
    fn any_number_of_tasks_is_exactly_that_number() {
        for tasks in [0, 1, 2, 5, FIRST.len(), 128, 1000] {
            assert_eq!(filled(tasks, 1).len(), tasks);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_tasks_and_another_others() {
        let shown = |number| format!("{:?}", filled(60, number));
        assert_eq!(shown(1), shown(1));
        assert_ne!(shown(1), shown(2));
    }

    #[test]
    fn the_demo_has_every_state_and_type_within_the_range_of_the_table() {
        let tasks = filled(128, 1);
        let count = |fits: &dyn Fn(&TaskRow) -> bool| tasks.iter().filter(|t| fits(t)).count();
        let open = count(&|t| t.stage == TaskStage::Pending);
        assert!((80..110).contains(&open), "{open} pending");
        assert!(count(&|t| t.success) >= 15 && count(&|t| !t.failure.is_empty()) >= 4);
        for kind in ["All", "Tag", "User"] {
            assert!(count(&|t| t.kind == kind) >= 15, "{kind}");
        }
        let at = now().timestamp();
        for task in &tasks {
            assert!(task.create_at < task.sched_at.min(at) && task.create_at > at - 7 * DAY);
            assert!(task.sched_at > at - 7 * DAY && task.sched_at < at + 22 * DAY);
            assert_eq!(task.sched_at > at, task.stage == TaskStage::Pending);
            assert_eq!(task.success, !task.push_id.is_empty());
        }
        let soon: Vec<i64> =
            tasks.iter().map(|t| t.sched_at - at).filter(|s| (0..3600).contains(s)).collect();
        assert_eq!(soon, [20, 45, 150, 420, 960, 2280]);
    }
}
