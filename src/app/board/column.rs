//! The columns of the table: each sorts, and some are marked when they change.

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The state.
    Status,
    /// The scheduled time.
    Scheduled,
    /// Who gets it.
    Who,
    /// The title.
    Title,
    /// In whose name.
    Sender,
    /// The creation time.
    Created,
}
