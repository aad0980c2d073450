//! A value that is asked for from far away: what is shown meanwhile, and which answer counts.

use crate::domain::Failure;

use super::request::ReqId;

/// The state of one question. The last good value stays until a better one comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Remote<T> {
    /// The last good value.
    pub value: Option<T>,
    /// The question under way.
    pub asking: Option<ReqId>,
    /// Why the last answer was none.
    pub failure: Option<Failure>,
}

impl<T> Default for Remote<T> {
    fn default() -> Self {
        Self { value: None, asking: None, failure: None }
    }
}

impl<T> Remote<T> {
    /// A new question; an answer to an older one no longer counts.
    pub(super) fn ask(&mut self, req: ReqId) {
        self.asking = Some(req);
    }

    /// Takes an answer if it belongs to the question still being asked; says whether it did.
    pub(super) fn settle(&mut self, req: ReqId, result: Result<T, Failure>) -> bool {
        if self.asking != Some(req) {
            return false;
        }
        self.asking = None;
        match result {
            Ok(value) => {
                self.value = Some(value);
                self.failure = None;
            }
            Err(failure) => self.failure = Some(failure),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::NotSent;

    #[test]
    fn a_late_answer_changes_nothing_and_a_failure_keeps_the_last_value() {
        let mut remote = Remote::default();
        remote.ask(ReqId(1));
        remote.ask(ReqId(2));
        assert!(!remote.settle(ReqId(1), Ok("old")));
        assert!(remote.settle(ReqId(2), Ok("new")));
        assert!(!remote.settle(ReqId(2), Ok("again")));
        remote.ask(ReqId(3));
        let failure = Failure::NotSent { reason: NotSent::Dns, detail: String::new() };
        remote.settle(ReqId(3), Err(failure.clone()));
        assert_eq!((remote.value, remote.failure), (Some("new"), Some(failure)));
    }
}
