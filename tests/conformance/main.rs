//! The table of conformance: what the service's documents say and leave open, as cases, one file a subject.
//!
//! The cases are data (`*.toml` beside this file), the runner speaks real HTTP. Without further
//! words it starts the sandbox for them; `docs/conformance.md` says how it is pointed elsewhere and
//! what may stand in a case. `laws.rs` holds the rules that are better said by generated input.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::string_slice,
    reason = "a case that cannot be run fails"
)]

use std::collections::{BTreeMap, BTreeSet};

mod case;
mod check;
mod fill;
mod laws;
mod run;
mod target;

use case::Case;

/// Every file of the table, in the order of `docs/conformance.md`.
const FILES: &[(&str, &str)] = &[
    ("calls.toml", include_str!("calls.toml")),
    ("endpoints.toml", include_str!("endpoints.toml")),
    ("states.toml", include_str!("states.toml")),
    ("content.toml", include_str!("content.toml")),
    ("push_fields.toml", include_str!("push_fields.toml")),
    ("usersig.toml", include_str!("usersig.toml")),
    ("pipeline.toml", include_str!("pipeline.toml")),
    ("create.toml", include_str!("create.toml")),
    ("list.toml", include_str!("list.toml")),
    ("content_checks.toml", include_str!("content_checks.toml")),
    ("change.toml", include_str!("change.toml")),
    ("dispatch.toml", include_str!("dispatch.toml")),
    ("failures.toml", include_str!("failures.toml")),
    ("samples.toml", include_str!("samples.toml")),
];

/// The subjects that the table must speak of.
const SUBJECTS: &[&str] = &[
    "URL of a call",
    "answer",
    "create",
    "update",
    "delete",
    "get",
    "list",
    "states",
    "push to all",
    "push to users",
    "conditions",
    "OfflinePushInfo",
    "AndroidInfo",
    "ApnsInfo",
    "LiveActivity and HarmonyInfo",
    "UserSig",
    "order of checks",
    "time, quota and ids",
    "range and order",
    "checks of Content",
    "merge and removal",
    "dispatch",
    "failures",
    "samples",
];

fn table() -> Vec<Case> {
    FILES.iter().flat_map(|(name, text)| case::read(name, text)).collect()
}

#[test]
fn the_table_has_every_subject_and_no_case_twice() {
    let cases = table();
    let mut subjects: BTreeMap<&str, usize> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for case in &cases {
        *subjects.entry(&case.subject).or_default() += 1;
        assert!(names.insert((&case.subject, &case.name)), "{} {} appears twice", case.subject, case.name);
    }
    let missing: Vec<_> = SUBJECTS.iter().filter(|name| !subjects.contains_key(*name)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
    let strange: Vec<_> = subjects.keys().filter(|name| !SUBJECTS.contains(name)).collect();
    assert!(strange.is_empty(), "{strange:?} are no subjects");
    println!("{} cases: {subjects:?}", cases.len());
    assert!(cases.len() >= 250, "only {} cases", cases.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_answers_every_case_as_the_table_says() {
    let cases = table();
    let outcome = match target::remote() {
        Some(remote) => run::on_remote(&cases, &remote).await,
        None => run::on_sandboxes(&cases).await,
    };
    println!("{} of {} cases run, {} skipped", outcome.run, cases.len(), outcome.skipped);
    assert!(outcome.run > 0, "no case was run");
    let failures = outcome.failures.join("\n\n");
    assert!(outcome.failures.is_empty(), "{} cases failed:\n\n{failures}\n", outcome.failures.len());
}
