//! How hard it is made to confirm: three levels, by what is at stake (U2).

use crate::domain::Audience;
use crate::domain::profile::Environment;

/// Accounts up to which a push outside PROD is of the low level.
const FEW: usize = 10;

/// How hard it is made to confirm (U2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfirmLevel {
    /// Few named accounts outside PROD: `y`.
    Low,
    /// The last digits of the `TaskID`, or the profile's name.
    Middle,
    /// Everyone in PROD: a sentence and a countdown.
    High,
}

impl ConfirmLevel {
    /// The next harder one.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Low => Self::Middle,
            Self::Middle | Self::High => Self::High,
        }
    }
}

/// The confirmation level of a push to this audience.
pub(super) fn level_of(environment: Environment, audience: &Audience) -> ConfirmLevel {
    match (environment, audience) {
        // Whom an unclear one reaches is not known: it may be everyone.
        (Environment::Prod, Audience::Everyone | Audience::Unclear(_)) => ConfirmLevel::High,
        (Environment::Prod, Audience::Matching(_) | Audience::Accounts(_)) => ConfirmLevel::Middle,
        (Environment::Sandbox | Environment::Test, Audience::Accounts(list)) if list.len() <= FEW => {
            ConfirmLevel::Low
        }
        (Environment::Sandbox | Environment::Test, _) => ConfirmLevel::Middle,
    }
}
