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
