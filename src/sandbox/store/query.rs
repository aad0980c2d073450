//! What a list asks for.

/// Which times of a task a list compares and sorts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sandbox) enum TimeField {
    Create,
    Sched,
}

/// Which tasks a list without a keyword has; times are Unix seconds, ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sandbox) struct ListRange {
    pub(in crate::sandbox) sdkappid: i64,
    /// `None` when either time may lie inside.
    pub(in crate::sandbox) field: Option<TimeField>,
    pub(in crate::sandbox) begin: i64,
    pub(in crate::sandbox) end: i64,
    /// Tasks created later than this are not seen yet.
    pub(in crate::sandbox) created_by: Option<i64>,
}

/// One question of `list_sched_task`.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct ListQuery {
    pub(in crate::sandbox) range: ListRange,
    pub(in crate::sandbox) keyword: String,
    pub(in crate::sandbox) order: TimeField,
    pub(in crate::sandbox) ascending: bool,
    pub(in crate::sandbox) offset: i64,
    pub(in crate::sandbox) want: i64,
}
