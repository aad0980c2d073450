//! The form and the review that lie over the table, for what becomes known of a write.

use super::super::form::Form;
use super::super::request::ReqId;
use super::model::{Review, ReviewStage};
use crate::app::pending::WriteOutcome;

/// The form and the review that lie over the table.
#[derive(Debug, Default)]
pub(in crate::app) struct Screens<'a> {
    /// The form, also under the review.
    pub(in crate::app) form: Option<&'a mut Form>,
    /// The review.
    pub(in crate::app) review: Option<&'a mut Review>,
    /// The draft whose form is to be closed: it has become a task.
    pub(in crate::app) used_up: Option<String>,
}

impl Screens<'_> {
    pub(super) fn review(&mut self) -> Option<&mut Review> {
        self.review.as_deref_mut()
    }

    pub(super) fn form(&mut self) -> Option<&mut Form> {
        self.form.as_deref_mut()
    }

    /// The review that shows this write: also after it said that nobody knows.
    pub(super) fn shown(&mut self, req: ReqId) -> Option<&mut Review> {
        self.review().filter(|review| match &review.stage {
            ReviewStage::Sent { req: own, .. } => *own == req,
            ReviewStage::Over(WriteOutcome::NotDone | WriteOutcome::CannotTell(_)) => review.req == Some(req),
            ReviewStage::Asking | ReviewStage::Counting { .. } | ReviewStage::Over(_) => false,
        })
    }
}
