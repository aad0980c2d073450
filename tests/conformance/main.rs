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
    ("1_calls.toml", include_str!("1_calls.toml")),
    ("2_endpoints.toml", include_str!("2_endpoints.toml")),
    ("3_states.toml", include_str!("3_states.toml")),
    ("4_content.toml", include_str!("4_content.toml")),
    ("4_push_fields.toml", include_str!("4_push_fields.toml")),
    ("5_usersig.toml", include_str!("5_usersig.toml")),
    ("8_1_pipeline.toml", include_str!("8_1_pipeline.toml")),
    ("8_2_create.toml", include_str!("8_2_create.toml")),
    ("8_3_list.toml", include_str!("8_3_list.toml")),
    ("8_4_content.toml", include_str!("8_4_content.toml")),
    ("8_5_change.toml", include_str!("8_5_change.toml")),
    ("8_6_dispatch.toml", include_str!("8_6_dispatch.toml")),
    ("8_7_failures.toml", include_str!("8_7_failures.toml")),
    ("samples.toml", include_str!("samples.toml")),
];

/// The subjects that the table must speak of.
const SECTIONS: &[&str] = &[
    "1.2",
    "1.4",
    "2.1",
    "2.2",
    "2.3",
    "2.4",
    "2.5",
    "3",
    "4.1",
    "4.2",
    "4.3",
    "4.4",
    "4.5",
    "4.6",
    "4.7",
    "5.3",
    "8.1",
    "8.2",
    "8.3",
    "8.4",
    "8.5",
    "8.6",
    "8.7",
    "reference",
];

fn table() -> Vec<Case> {
    FILES.iter().flat_map(|(name, text)| case::read(name, text)).collect()
}

#[test]
fn the_table_has_every_section_and_no_case_twice() {
    let cases = table();
    let mut sections: BTreeMap<&str, usize> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for case in &cases {
        *sections.entry(&case.section).or_default() += 1;
        assert!(names.insert((&case.section, &case.name)), "{} {} stands twice", case.section, case.name);
    }
    let missing: Vec<_> = SECTIONS.iter().filter(|name| !sections.contains_key(*name)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
    let strange: Vec<_> = sections.keys().filter(|name| !SECTIONS.contains(name)).collect();
    assert!(strange.is_empty(), "{strange:?} are no sections");
    println!("{} cases: {sections:?}", cases.len());
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
