//! The kind of a task: whom it addresses, before anyone is named.
//!
//! Unknown values of `Type` are kept and shown as they are, never refused.

/// Whom a task addresses (`Type`); fixed at creation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Every user of the app.
    All,
    /// Users by tags or attributes.
    Tag,
    /// Named accounts, 1 to 500.
    User,
    /// A value this program does not know; shown, never sent.
    Other(String),
}

impl Kind {
    /// The three kinds that can be created.
    pub const KNOWN: [Self; 3] = [Self::All, Self::Tag, Self::User];

    /// The value of `Type` on the wire.
    pub fn wire(&self) -> &str {
        match self {
            Self::All => "All",
            Self::Tag => "Tag",
            Self::User => "User",
            Self::Other(name) => name,
        }
    }

    /// From the value of `Type`; exact letter case, as the service asks.
    pub fn from_wire(name: &str) -> Self {
        match name {
            "All" => Self::All,
            "Tag" => Self::Tag,
            "User" => Self::User,
            other => Self::Other(other.to_owned()),
        }
    }
}
