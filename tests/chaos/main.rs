//! Chaos: thousands of writes through the real worker to the real sandbox, a third of them with a
//! fault, the client killed at random moments. Afterwards the service holds each intended task exactly
//! once, every change is there, no cancelled task stands, and the journal holds nothing open.
//!
//! Eight operators work at the same time, each for an app of his own and in a process of his own,
//! which is this very program started again. What they intend, what goes wrong and when they are
//! killed is drawn from a seed: `PUSHDECK_CHAOS_SEED` sets another, and `PUSHDECK_CHAOS_ONLY` one variant by its
//! name. Moments are counted in events, never in time. With `PUSHDECK_CHAOS_KEEP` plans, ledgers and
//! journals are kept.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what goes wrong here is the failure of the test"
)]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test names the message it expects and no other")]
#![expect(clippy::print_stdout, reason = "figures are printed, and an operator speaks to the parent so")]

use std::env;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

mod compare;
mod inherit;
mod ledger;
mod operator;
mod plan;
mod service;
mod shift;
mod way;

use compare::Summary;
use operator::Folder;
use plan::Plan;
use service::{FIRST_APP, Service};
use shift::{Figures, Shift};
use way::Way;

/// Operators of a run, each with an app of his own.
const OPERATORS: u64 = 8;

/// Kills of each; every second comes soon after the start.
const KILLS: usize = 2;

/// Not a test: an operator, when the parent has started this program again to be one.
#[test]
fn an_operator_follows_the_plan() {
    if env::var_os(operator::FOLDER).is_some() {
        operator::work();
    }
}

const VARIANTS: [Variant; 4] = [
    Variant { name: "plain", options: "", seed: 1, takes_away: false },
    Variant { name: "lagging list", options: "list_lag_ms = 7000", seed: 2, takes_away: false },
    Variant { name: "replace", options: "modify_content = \"replace\"", seed: 3, takes_away: true },
    Variant { name: "own MsgRandom", options: "rewrite_msg_random = true", seed: 4, takes_away: false },
];

/// One test and not four, so that they run at the same time on any machine: they mostly wait.
#[test]
fn through_every_fault_and_kill_each_intended_task_stands_exactly_once_whatever_the_service_is_like() {
    if env::var_os(operator::FOLDER).is_some() {
        return;
    }
    let only = env::var("PUSHDECK_CHAOS_ONLY").ok();
    let variants =
        VARIANTS.into_iter().filter(|variant| only.as_ref().is_none_or(|only| only == variant.name));
    let under_way: Vec<_> =
        variants.map(|variant| (variant.name, std::thread::spawn(move || chaos(variant)))).collect();
    assert!(!under_way.is_empty(), "there is no variant {only:?}");
    let ended: Vec<_> = under_way.into_iter().map(|(name, run)| (name, run.join())).collect();
    let failed: Vec<_> = ended.into_iter().filter(|(_, end)| end.is_err()).map(|(name, _)| name).collect();
    assert!(failed.is_empty(), "failed: {failed:?}");
}

/// A service of another kind.
#[derive(Clone, Copy)]
struct Variant {
    name: &'static str,
    /// Lines for the file of options.
    options: &'static str,
    seed: u64,
    /// Whether a change takes away what it leaves out.
    takes_away: bool,
}

fn chaos(variant: Variant) {
    let began = Instant::now();
    let seed = env::var("PUSHDECK_CHAOS_SEED").map_or(variant.seed, |text| text.parse().unwrap());
    println!("{}: PUSHDECK_CHAOS_SEED={seed}", variant.name);
    let mut rng = StdRng::seed_from_u64(seed);
    let dir = tempfile::Builder::new()
        .disable_cleanup(env::var_os("PUSHDECK_CHAOS_KEEP").is_some())
        .tempdir()
        .unwrap();
    println!("{}: in {}", variant.name, dir.path().display());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let service = Service::start(dir.path(), variant.options, OPERATORS, &mut rng);
    let mut script = Vec::new();
    let mut plans = Vec::new();
    let mut shifts = Vec::new();
    for app in FIRST_APP..FIRST_APP + OPERATORS {
        let of_app = plan::script(app, &mut rng);
        service.control(&runtime, "POST", "faults", &Value::Array(of_app.clone()));
        script.extend(of_app);
        let way = Way::to(service.address, runtime.handle());
        let folder = Folder(dir.path().join(app.to_string()));
        std::fs::create_dir(&folder.0).unwrap();
        let address = format!("http://{}", way.address());
        let plan = Plan::draw(app, address, operator::now().timestamp(), &mut rng);
        std::fs::write(folder.plan(), serde_json::to_vec(&plan).unwrap()).unwrap();
        plans.push(plan);
        let rng = StdRng::seed_from_u64(rng.random());
        let figures = Figures::default();
        shifts.push(Shift { app, folder, key: service.key.clone(), way, rng, kills: KILLS, figures });
    }
    let under_way: Vec<_> = shifts.into_iter().map(|shift| std::thread::spawn(|| shift.work())).collect();
    // All of them are waited for, so that no process is left behind when one has failed.
    let ended: Vec<_> = under_way.into_iter().map(std::thread::JoinHandle::join).collect();
    let ended: Vec<_> = ended
        .into_iter()
        // Its panic has been printed; the seed repeats it.
        .map(|shift| shift.unwrap_or_else(|_| panic!("failed with PUSHDECK_CHAOS_SEED={seed}")))
        .collect();
    let waiting = service.control(&runtime, "GET", "faults", &Value::Null);
    let counters = service.control(&runtime, "GET", "counters", &Value::Null);
    service.control(&runtime, "DELETE", "faults", &Value::Null);
    service.control(&runtime, "POST", "modes", &serde_json::json!({"list_lag_ms": 0}));
    let mut summary = Summary::new(variant.name);
    summary.add_faults(&script, &waiting);
    for (plan, (app, figures)) in plans.iter().zip(ended) {
        let folder = Folder(dir.path().join(app.to_string()));
        summary.add_shift(figures, &service.key);
        let stories = summary.add_books(plan, &folder, &service.key);
        summary.add_counters(app, &ledger::read(&folder.ledger()), plan, &counters);
        let tasks = service.everything(&runtime, app, plan.began);
        summary.add_tasks(plan, &stories, &tasks, variant.takes_away);
    }
    let key = service.key.clone();
    compare::assert_no_secret("the sandbox's output", service.end().as_bytes(), &key);
    summary.assert_it_was_chaos(OPERATORS.try_into().unwrap());
    println!("{summary} {:.0} s", began.elapsed().as_secs_f64());
}
