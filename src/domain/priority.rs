//! Who waits for a call: what people wait for goes before what refreshes by itself.

/// Who is waiting for a call; a lower one goes first when the budget is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// A write, and the reads that belong to it.
    Write,
    /// A task that is due about now.
    Due,
    /// What the operator is looking at or asked for.
    Page,
    /// What refreshes by itself.
    Background,
}

impl Priority {
    /// All priorities, first served first.
    pub const ALL: [Self; 4] = [Self::Write, Self::Due, Self::Page, Self::Background];

    /// Its name in the API log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Due => "due",
            Self::Page => "page",
            Self::Background => "background",
        }
    }
}
