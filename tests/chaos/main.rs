//! Chaos: thousands of writes through the real worker to the real sandbox, a third of them with a
//! fault, the client killed at random moments. Afterwards the service holds each intended task exactly
//! once, every change is there, no cancelled task stands, and the journal holds nothing open.
//!
//! Two operators work on each app at the same time, on one state directory, each in a process of his
//! own, which is this very program started again. They are killed, and stopped for a while, while the other
//! goes on; the service lags, hangs, and cannot be reached. What they intend, what goes wrong and what happens
//! to them is drawn from a seed. Moments are counted in events, never in time; how long something lasts is
//! time by design, and all such times are divided by the same number in the short dose.
//!
//! `PUSHDECK_CHAOS=full` takes the full dose, in real time: a quarter of an hour or more, mostly waited.
//! `PUSHDECK_CHAOS_SEED` sets another seed, `PUSHDECK_CHAOS_ONLY` takes one variant by its name, and with
//! `PUSHDECK_CHAOS_KEEP` plans, ledgers and journals are kept.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what goes wrong here is the failure of the test"
)]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test names the message it expects and no other")]
#![expect(clippy::print_stdout, reason = "figures are printed, and an operator speaks to the parent so")]

use std::collections::VecDeque;
use std::env;
use std::path::Path;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

mod compare;
mod dose;
mod inherit;
mod ledger;
mod operator;
mod owners;
mod pair;
mod plan;
mod process;
mod proxy;
mod service;

use compare::Summary;
use dose::Dose;
use pair::{Figures, Outage, OutageKind, Pair};
use plan::Plan;
use process::{FOLDER, Folder};
use proxy::Proxy;
use service::{FIRST_APP, Service};

/// Not a test: an operator, when the parent has started this program again to be one.
#[test]
fn an_operator_follows_the_plan() {
    if env::var_os(FOLDER).is_some() {
        operator::work();
    }
}

const USUAL: Variant =
    Variant { name: "plain", options: "", lag: 0, hangs: false, seed: 1, takes_away: false };

const VARIANTS: [Variant; 4] = [
    USUAL,
    Variant { name: "lagging list", lag: 60, seed: 2, ..USUAL },
    Variant {
        name: "replace",
        options: "modify_content = \"replace\"",
        hangs: true,
        seed: 3,
        takes_away: true,
        ..USUAL
    },
    Variant { name: "own MsgRandom", options: "rewrite_msg_random = true", lag: 7, seed: 4, ..USUAL },
];

/// One test and not four, so that they run at the same time on any machine: they mostly wait.
#[test]
fn through_every_fault_and_kill_each_intended_task_stands_exactly_once_whatever_the_service_is_like() {
    if env::var_os(FOLDER).is_some() {
        return;
    }
    let only = env::var("PUSHDECK_CHAOS_ONLY").ok();
    let variants =
        VARIANTS.into_iter().filter(|variant| only.as_ref().is_none_or(|only| only == variant.name));
    let under_way: Vec<_> =
        variants.map(|variant| (variant.name, std::thread::spawn(move || chaos(variant)))).collect();
    assert!(!under_way.is_empty(), "there is no variant {only:?}");
    let ended: Vec<_> = under_way.into_iter().map(|(name, run)| (name, run.join())).collect();
    let failed: Vec<_> = ended.iter().filter(|(_, end)| end.is_err()).map(|(name, _)| name).collect();
    assert!(failed.is_empty(), "failed: {failed:?}");
    let summaries: Vec<Summary> = ended.into_iter().filter_map(|(_, end)| end.ok()).collect();
    if only.is_none() {
        compare::assert_it_was_chaos(&summaries, dose::Dose::asked_for());
    }
}

/// A service of another kind.
#[derive(Clone, Copy)]
struct Variant {
    name: &'static str,
    /// Lines for the file of options.
    options: &'static str,
    /// How far the list lags, in seconds of a real run.
    lag: u32,
    /// Whether the service hangs in an outage, and does afterwards what it was asked meanwhile; else it
    /// refuses connections.
    hangs: bool,
    seed: u64,
    /// Whether a change takes away what it leaves out.
    takes_away: bool,
}

fn chaos(variant: Variant) -> Summary {
    let (began, dose) = (Instant::now(), Dose::asked_for());
    let variant = Variant { lag: variant.lag.min(dose.longest_lag), ..variant };
    let seed = env::var("PUSHDECK_CHAOS_SEED").map_or(variant.seed, |text| text.parse().unwrap());
    println!("{}: PUSHDECK_CHAOS_SEED={seed}", variant.name);
    let mut rng = StdRng::seed_from_u64(seed);
    let dir = tempfile::Builder::new()
        .disable_cleanup(env::var_os("PUSHDECK_CHAOS_KEEP").is_some())
        .tempdir()
        .unwrap();
    println!("{}: in {}", variant.name, dir.path().display());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let options = format!("{}\nlist_lag_ms = {}", variant.options, dose.seconds(variant.lag).as_millis());
    let service = Service::start(dir.path(), &options, dose.apps, &mut rng);
    let mut script = Vec::new();
    let mut plans = Vec::new();
    let mut under_way = Vec::new();
    for app in FIRST_APP..FIRST_APP + dose.apps {
        let of_app = plan::script(app, dose, &mut rng);
        service.control(&runtime, "POST", "faults", &Value::Array(of_app.clone()));
        script.extend(of_app);
        let (pair, of_both) = pair(app, (dose, variant), (&service, &runtime), dir.path(), &mut rng);
        plans.push(of_both);
        under_way.push(std::thread::spawn(|| pair.work()));
    }
    // All of them are waited for, so that no process is left behind when one has failed.
    let ended: Vec<_> = under_way.into_iter().map(std::thread::JoinHandle::join).collect();
    let ended: Vec<_> = ended
        .into_iter()
        // Its panic has been printed; the seed repeats it.
        .map(|pair| pair.unwrap_or_else(|_| panic!("failed with PUSHDECK_CHAOS_SEED={seed}")))
        .collect();
    let waiting = service.control(&runtime, "GET", "faults", &Value::Null);
    let counters = service.control(&runtime, "GET", "counters", &Value::Null);
    service.control(&runtime, "DELETE", "faults", &Value::Null);
    service.control(&runtime, "POST", "modes", &json!({"list_lag_ms": 0}));
    let mut summary = Summary::new(variant.name);
    summary.add_faults(&script, &waiting);
    for (plans, (app, figures)) in plans.iter().zip(ended) {
        summary.add_pair(figures, &service.key);
        let books =
            plans.each_ref().map(|plan| summary.add_books(plan, &folder(dir.path(), plan), &service.key));
        let folders = plans.each_ref().map(|plan| folder(dir.path(), plan));
        summary.add_counters(app, plans, &folders, &counters);
        let tasks = service.everything(&runtime, app, plans[0].began);
        summary.add_owners(plans, &books, &folders[0]);
        summary.add_tasks(plans, &books, &tasks, variant.takes_away);
    }
    let key = service.key.clone();
    compare::assert_no_secret("the sandbox's output", service.end().as_bytes(), &key);
    println!("{summary} {:.0} s", began.elapsed().as_secs_f64());
    summary
}

fn folder(dir: &Path, plan: &Plan) -> Folder {
    Folder(dir.join(plan.app.to_string()).join(plan.name.to_string()))
}

/// The two operators of an app, with their plans in their folders.
fn pair(
    app: u64,
    (dose, variant): (Dose, Variant),
    (service, runtime): (&Service, &Runtime),
    dir: &Path,
    rng: &mut StdRng,
) -> (Pair, [Plan; 2]) {
    let proxy = Proxy::to(service.address, runtime.handle());
    let address = format!("http://{}", proxy.address());
    let plans = ['a', 'b'].map(|name| {
        let began = process::now().timestamp();
        let plan = Plan::draw((app, name), address.clone(), began, (dose, variant.lag), rng);
        let folder = folder(dir, &plan);
        std::fs::create_dir_all(&folder.0).unwrap();
        std::fs::write(folder.plan(), serde_json::to_vec(&plan).unwrap()).unwrap();
        plan
    });
    let folders = plans.each_ref().map(|plan| folder(dir, plan));
    let outages = outages(app, (dose, variant), service, rng);
    let (key, figures) = (service.key.clone(), Figures::default());
    (Pair { app, dose, folders, key, proxy, rng: pair::dice(rng), outages, figures }, plans)
}

/// A short one and one of a minute. A service hangs for everybody: one pair sees to that.
fn outages(
    app: u64,
    (dose, variant): (Dose, Variant),
    service: &Service,
    rng: &mut StdRng,
) -> VecDeque<Outage> {
    let most = if dose.is_full() { 150 } else { 20 };
    let first = rng.random_range(most / 4..most / 2);
    let second = first + rng.random_range(most / 2..most);
    let kind = if variant.hangs { OutageKind::Hangs(service.id()) } else { OutageKind::Closed };
    if variant.hangs && app != FIRST_APP {
        return VecDeque::new();
    }
    let lengths = [rng.random_range(5..30), 60];
    let outage = |(at, real)| Outage { kind, at, lasts: dose.seconds(real) };
    [first, second].into_iter().zip(lengths).map(outage).collect()
}
