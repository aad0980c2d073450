//! A draft as text in the database. Whatever the base content holds comes back as it was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{Content, Draft, JsonObject, Kind};

/// The form on disk. Fields may be added with a default; none may change its meaning.
#[derive(Serialize, Deserialize)]
struct DraftRecord {
    kind: Option<String>,
    scheduled: String,
    entries: BTreeMap<String, String>,
    base: JsonObject,
}

pub(super) fn write(draft: &Draft) -> serde_json::Result<String> {
    serde_json::to_string(&DraftRecord {
        kind: draft.kind.as_ref().map(|kind| kind.wire().to_owned()),
        scheduled: draft.scheduled.clone(),
        entries: draft.entries.clone(),
        base: draft.base.0.clone(),
    })
}

pub(super) fn read(text: &str) -> serde_json::Result<Draft> {
    let record: DraftRecord = serde_json::from_str(text)?;
    Ok(Draft {
        kind: record.kind.as_deref().map(Kind::from_wire),
        scheduled: record.scheduled,
        entries: record.entries,
        base: Content(record.base),
    })
}
