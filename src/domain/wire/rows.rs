//! The rows of a list: one that comes again as it was is not read again.
//!
//! A page is asked for every few seconds, and most of what comes is what came before.

use std::sync::Arc;

use super::super::json::{JsonObject, RawText};
use super::super::task::Task;

/// One row of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedRow {
    pub(super) text: RawText,
    /// The memory that its values take, as the bounds of an answer count it.
    pub(super) weight: usize,
    /// What it says.
    pub value: ListedValue,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub enum ListedValue {
    /// An object, not read as a task yet.
    New(JsonObject),
    /// To the byte what it said before.
    Known(Arc<Task>),
}

impl ListedRow {
    pub(super) fn new(text: &str, weight: usize, object: JsonObject) -> Self {
        Self { text: RawText(text.into()), weight, value: ListedValue::New(object) }
    }

    /// The object, where it is one that was not read before.
    pub fn new_object(&mut self) -> Option<&mut JsonObject> {
        match &mut self.value {
            ListedValue::New(object) => Some(object),
            ListedValue::Known(_) => None,
        }
    }
}

/// The rows of the last list with the tasks that were read from them.
#[derive(Clone, Debug, Default)]
pub struct KnownRows(Vec<(RawText, usize, Arc<Task>)>);

impl KnownRows {
    pub(super) fn add(&mut self, row: ListedRow, task: Arc<Task>) {
        self.0.push((row.text, row.weight, task));
    }

    /// The row with this text, looked for first where it stood in the list before.
    pub(super) fn find(&self, text: &str, at: usize) -> Option<ListedRow> {
        let (before, behind) = self.0.split_at_checked(at).unwrap_or((&self.0, &[]));
        let (known, weight, task) = behind.iter().chain(before).find(|(known, ..)| &*known.0 == text)?;
        Some(ListedRow { text: known.clone(), weight: *weight, value: ListedValue::Known(Arc::clone(task)) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{read_answer, read_list};
    use super::*;

    fn list(rows: &[&str], known: &KnownRows) -> (Vec<Arc<Task>>, KnownRows) {
        let body = format!(r#"{{"ErrorCode":0,"Total":3,"Tasks":[{}]}}"#, rows.join(","));
        let (page, known) = read_list(read_answer(200, body.as_bytes(), 10, known).unwrap()).unwrap();
        (page.tasks, known)
    }

    #[test]
    fn a_row_that_comes_again_as_it_was_is_the_same_task_wherever_it_stands() {
        let (a, b) = (r#"{"TaskID":1,"Title":"a"}"#, r#"{"TaskID":2,"Title":"b"}"#);
        let (first, known) = list(&[a, b], &KnownRows::default());
        let (second, known) = list(&[b, r#"{"TaskID":3}"#, a], &known);
        assert!(Arc::ptr_eq(&second[0], &first[1]) && Arc::ptr_eq(&second[2], &first[0]));
        assert_eq!(second[1].id.0, 3);
        // A letter more is another row, of the same task.
        let (third, _) = list(&[r#"{"TaskID":1,"Title":"ab"}"#, b], &known);
        assert_eq!((third[0].id.0, third[0].title.as_str()), (1, "ab"));
        assert!(Arc::ptr_eq(&third[1], &second[0]));
        // The same, but written in another way, is read anew, and says the same.
        let (fourth, _) = list(&[r#"{"Title":"b","TaskID":2}"#], &known);
        assert!(!Arc::ptr_eq(&fourth[0], &second[0]));
        assert_eq!((&fourth[0].title, fourth[0].id), (&second[0].title, second[0].id));
    }

    #[test]
    fn what_a_row_said_is_not_shown_by_accident() {
        let (_, known) = list(&[r#"{"TaskID":1,"Title":"5up3rs3cr3t"}"#], &KnownRows::default());
        let KnownRows(rows) = known;
        assert_eq!(format!("{:?}", rows[0].0), "34 bytes");
    }
}
