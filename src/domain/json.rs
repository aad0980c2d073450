//! JSON as the service sends it, before anything of it is understood. What this program does not know
//! is kept, in its order.

/// A JSON object as it came over the wire, unknown keys and their order included.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;
