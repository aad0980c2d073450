//! Filters that have a name: those of the config, or those that are there without one.

/// A filter with a name, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFilter {
    /// What it is called.
    pub name: String,
    /// The filter.
    pub filter: String,
}

impl SavedFilter {
    /// A filter with a name.
    pub fn new(name: impl Into<String>, filter: impl Into<String>) -> Self {
        Self { name: name.into(), filter: filter.into() }
    }

    /// Those that are there where the config says nothing: what fires in the next hour, what failed last night, and
    /// what will reach everyone.
    pub fn built_in() -> Vec<Self> {
        vec![
            Self::new("Next hour", "in<1h"),
            Self::new("Failed last night", "status=failed at=\"last night\""),
            Self::new("Everyone", "type=all status=pending"),
        ]
    }
}
