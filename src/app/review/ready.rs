//! Whether a review may be confirmed now, and if not, why.

use std::time::Duration;

use crate::domain::when;
use crate::keymap::{Action, Scope};

use super::super::shared::Shared;
use super::super::write::Subject;
use super::super::writes::{GONE, gone_words, unknown_kind};
use super::doubt::{self, Obstacle};
use super::model::Review;

/// On a copy older than this nothing is confirmed: a newer one is waited for.
const TOO_OLD: Duration = Duration::from_secs(30);

/// Whether it may be confirmed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// Yes.
    Yes,
    /// Not yet: something is asked for.
    Wait(String),
    /// No, and why.
    No(String),
}

impl Review {
    /// Whether it may be confirmed now.
    pub(super) fn ready(&self, shared: &Shared) -> Ready {
        if shared.areas().is_none() {
            return Ready::No("there is no room to show it; make the window larger".to_owned());
        }
        if let Some(why) = &self.barred {
            return Ready::No(why.clone());
        }
        if let Some(Obstacle::Waits(why)) = doubt::obstacle(shared, self) {
            return Ready::Wait(why);
        }
        if self.base().is_some()
            && let Some(not_yet) = self.copy_is_missing(shared)
        {
            return not_yet;
        }
        let new_time = match &self.subject {
            Subject::Create(new) => Some(new.scheduled_at),
            Subject::Modify { change, .. } => change.scheduled_at,
            Subject::Cancel(_) => None,
        };
        if let Some(at) = new_time.filter(|at| *at <= shared.server_now()) {
            let at = when::stamp(at, shared.setup.zone, shared.server_now());
            let key = shared.key(Scope::Review, Action::Back);
            return Ready::No(format!("{at} is past by now; {key} goes back, choose a later time"));
        }
        Ready::Yes
    }

    /// What is wrong with the copy of the task as it is now. A cancel that was told to do without one
    /// needs none (U11).
    fn copy_is_missing(&self, shared: &Shared) -> Option<Ready> {
        let cancels = self.cancels();
        if let Some(failure) = &self.fresh.failure {
            if failure.code() == Some(GONE) {
                return Some(Ready::No(gone_words(cancels)));
            }
            let words = failure.words();
            let key = shared.key(Scope::Review, Action::Refresh);
            let why = format!("{}; {} · {key} asks again", words.what, words.next);
            return (!self.waived.fresh_copy).then_some(Ready::No(why));
        }
        let Some(fresh) = &self.fresh.value else {
            let wait = "asking for the task as it is now…".to_owned();
            return (!self.waived.fresh_copy).then_some(Ready::Wait(wait));
        };
        let locked = if cancels { fresh.cannot_be_cancelled() } else { fresh.locked_because() };
        if let Some(why) = locked.or_else(|| unknown_kind(fresh).filter(|_| !cancels)) {
            return Some(Ready::No(why));
        }
        let is_old = self.fresh_at.is_some_and(|at| shared.now.running >= at + TOO_OLD);
        let wait = "asking for the task as it is now, the last answer is old…".to_owned();
        (is_old && !self.waived.fresh_copy).then_some(Ready::Wait(wait))
    }
}
