//! JSON as the service sends it, before anything of it is understood. What this program does not know
//! is kept, in its order.

use std::fmt;
use std::sync::Arc;

/// A JSON object as it came over the wire, unknown keys and their order included.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

/// A task as it came, as JSON. It has no `Debug` that shows it: nothing was taken out of it.
#[derive(Clone, PartialEq, Eq)]
pub struct RawText(pub(super) Arc<str>);

impl RawText {
    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.0
    }
}

impl fmt::Debug for RawText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// A task as it came, within a text that holds several of them. It has no `Debug` that shows it either.
#[derive(Clone)]
pub struct SharedText {
    all: Arc<str>,
    at: usize,
    len: usize,
}

impl SharedText {
    /// So many bytes of a text, from this one on; nothing where there is no such part.
    pub fn within(all: Arc<str>, at: usize, len: usize) -> Self {
        Self { all, at, len }
    }
}

impl AsRef<str> for SharedText {
    fn as_ref(&self) -> &str {
        self.all.get(self.at..self.at + self.len).unwrap_or_default()
    }
}

impl PartialEq for SharedText {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for SharedText {}

impl fmt::Debug for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len)
    }
}
