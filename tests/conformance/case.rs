//! A case of the table, as its file says it. Only reads; never calls anything.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One case: what is done before, the call in question with what is expected of it, what is looked
/// at afterwards.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Case {
    /// What the case says, as a sentence.
    pub(crate) name: String,
    /// The subject that it belongs to; the file's own when the case names none.
    #[serde(default)]
    pub(crate) subject: String,
    /// Keys of `[sandbox]` in an options file. A case with any is skipped elsewhere.
    #[serde(default)]
    pub(crate) options: toml::Table,
    /// Where the clock stands when the case begins (UTC).
    pub(crate) now: Option<String>,
    /// The case is only right while the clock stands still.
    #[serde(default)]
    pub(crate) clock: bool,
    /// It has a sandbox to itself.
    #[serde(default)]
    pub(crate) alone: bool,
    #[serde(default)]
    pub(crate) before: Vec<Step>,
    #[serde(flatten)]
    pub(crate) main: Step,
    #[serde(default)]
    pub(crate) after: Vec<Step>,
}

impl Case {
    /// All that is done, in order.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.before.iter().chain([&self.main]).chain(&self.after)
    }

    /// Whether it needs a service whose options and clock are in the runner's hands.
    pub(crate) fn needs_own(&self) -> bool {
        let by_clock = self
            .steps()
            .any(|s| s.pass.is_some() || s.jump.is_some() || s.restart.is_some() || s.fail_title.is_some());
        !self.options.is_empty() || self.now.is_some() || self.clock || self.alone || by_clock
    }

    /// Whether it must have a database file of its own.
    pub(crate) fn restarts(&self) -> bool {
        self.steps().any(|step| step.restart.is_some())
    }
}

/// One thing that is done: a call, or something that happens to the service. Values of `set`, and
/// `content` and `body`, are JSON as text, so that broken JSON can be said as well.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Step {
    /// Create a task of this `Type`.
    pub(crate) add: Option<String>,
    /// Change the task of this name (or with this number).
    pub(crate) modify: Option<String>,
    /// Delete the task of this name.
    pub(crate) delete: Option<String>,
    /// Read the task of this name.
    pub(crate) get: Option<String>,
    /// List by this `OrderBy`.
    pub(crate) list: Option<String>,
    /// Call this command with `body`.
    pub(crate) call: Option<String>,
    /// Time passes, then the dispatcher looks.
    pub(crate) pass: Option<String>,
    /// Time passes, and the dispatcher does not look.
    pub(crate) jump: Option<String>,
    /// The process ends, time passes, it starts again.
    pub(crate) restart: Option<String>,
    /// From now on dispatches of this title fail with the text in `with`.
    pub(crate) fail_title: Option<String>,
    pub(crate) with: Option<String>,

    /// How often the call is made.
    pub(crate) times: Option<usize>,
    /// `ErrorCode` of all of these calls but the last; 0 when missing.
    pub(crate) times_code: i64,
    /// The name under which the created task is spoken of.
    #[serde(rename = "as")]
    pub(crate) name_of_task: Option<String>,
    /// `Type` of a modify or delete; the type it was created with when missing.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// `SchedAt`, as text with placeholders.
    pub(crate) at: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) desc: Option<String>,
    /// `Asc` of a list; true when missing.
    pub(crate) asc: Option<bool>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) keyword: Option<String>,
    pub(crate) want: Option<i64>,
    pub(crate) offset: Option<i64>,
    /// Members of the body that are added or take another's place.
    pub(crate) set: BTreeMap<String, String>,
    /// Members of the body that are left out.
    pub(crate) without: Vec<String>,

    pub(crate) body: Option<String>,
    pub(crate) body_hex: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    /// Parameters of the URL that are added or take another's place.
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) without_query: Vec<String>,
    /// The whole query.
    pub(crate) query_text: Option<String>,
    /// How the UserSig is made, where it is not the honest one.
    pub(crate) sign: Option<Sign>,

    /// `ErrorCode`; 0 when missing.
    pub(crate) code: i64,
    /// Path inside the answer to value.
    pub(crate) expect: BTreeMap<String, toml::Value>,
    /// Path to pattern: `#` is a hex digit, `*` any run of characters.
    pub(crate) shape: BTreeMap<String, String>,
    /// Path to value that it must not have.
    pub(crate) differs: BTreeMap<String, toml::Value>,
    pub(crate) present: Vec<String>,
    pub(crate) absent: Vec<String>,
    /// Titles of the listed tasks, in order.
    pub(crate) titles: Option<Vec<String>>,
    pub(crate) total: Option<i64>,
    /// Number of the listed tasks.
    pub(crate) rows: Option<usize>,
}

/// What is signed, where it is not what the URL says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sign {
    pub(crate) sdkappid: Option<u64>,
    pub(crate) identifier: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) userbuf: Option<String>,
    /// When it was made, from now.
    pub(crate) made: Option<String>,
    /// How long it holds, seconds.
    pub(crate) expire: Option<u64>,
}

const OF_CASE: &[&str] = &["name", "subject", "options", "now", "clock", "alone", "before", "after"];
const OF_STEP: &[&str] = &[
    "add",
    "modify",
    "delete",
    "get",
    "list",
    "call",
    "pass",
    "jump",
    "restart",
    "fail_title",
    "with",
    "times",
    "times_code",
    "as",
    "type",
    "at",
    "content",
    "title",
    "desc",
    "asc",
    "from",
    "to",
    "keyword",
    "want",
    "offset",
    "set",
    "without",
    "body",
    "body_hex",
    "method",
    "path",
    "query",
    "without_query",
    "query_text",
    "sign",
    "code",
    "expect",
    "shape",
    "differs",
    "present",
    "absent",
    "titles",
    "total",
    "rows",
];

/// Reads a file of the table; what it does not understand is an error.
pub(crate) fn read(file: &str, text: &str) -> Vec<Case> {
    let parsed: toml::Table = text.parse().unwrap_or_else(|err| panic!("{file}: {err}"));
    let of_file = parsed.get("subject").and_then(toml::Value::as_str).unwrap_or("");
    let cases = parsed.get("case").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    cases
        .into_iter()
        .map(|value| {
            let table = value.as_table().cloned().unwrap_or_default();
            let name = table.get("name").map_or_else(String::new, ToString::to_string);
            for key in table.keys() {
                let known = OF_CASE.contains(&key.as_str()) || OF_STEP.contains(&key.as_str());
                assert!(known, "{file}: {name}: {key} is not a key of a case");
            }
            for part in ["before", "after"] {
                let steps = table.get(part).and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice);
                for key in steps.iter().filter_map(toml::Value::as_table).flat_map(toml::Table::keys) {
                    assert!(OF_STEP.contains(&key.as_str()), "{file}: {name}: {key} is not a key of a step");
                }
            }
            let mut case: Case = value.try_into().unwrap_or_else(|err| panic!("{file}: {name}: {err}"));
            if case.subject.is_empty() {
                of_file.clone_into(&mut case.subject);
            }
            case
        })
        .collect()
}
