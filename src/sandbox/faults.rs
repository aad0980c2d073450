//! Misbehaviour on demand: scripted for the next calls, never by chance.
//!
//! Only says what shall go wrong; `routes` carries it out. A fault meets calls that were let in
//! (steps 1 to 9 of the pipeline), so that a call with a bad signature uses none up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::wire::Command;

/// When a fault strikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// The work is not done.
    #[default]
    Before,
    /// The work is done and lasts, only its answer is affected.
    After,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing: the call goes well. It stands between faults, so that a script can say "every third".
    Pass,
    /// The connection is closed without an answer.
    Drop,
    /// The work, or with [`When::After`] the answer, waits; then all goes well.
    Delay(Duration),
    /// HTTP 502 with a page of HTML, as a gateway sends it.
    BadGateway,
    /// The first half of the answer, then the connection is closed.
    Truncate,
    /// HTTP 200 with a text that is not JSON.
    NotJson,
    /// A failure with this code.
    Code {
        /// `ErrorCode`.
        code: i64,
        /// `ErrorInfo`.
        info: String,
    },
}

/// A fault for the next calls that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Only calls of this command; `None` is every command.
    pub command: Option<Command>,
    /// Only calls of this application; `None` is every application.
    pub sdkappid: Option<u64>,
    /// For how many calls.
    pub calls: u32,
    /// Before or after the work. [`FaultKind::Truncate`] is always after it.
    pub when: When,
    /// What goes wrong.
    pub what: FaultKind,
}

impl Fault {
    /// For the next call of a command.
    pub fn next(command: Command, when: When, what: FaultKind) -> Self {
        Self { command: Some(command), sdkappid: None, calls: 1, when, what }
    }

    /// Whether the work is done all the same.
    pub(super) fn works(&self) -> bool {
        match self.what {
            FaultKind::Pass | FaultKind::Delay(_) | FaultKind::Truncate => true,
            FaultKind::Drop | FaultKind::BadGateway | FaultKind::NotJson | FaultKind::Code { .. } => {
                self.when == When::After
            }
        }
    }
}

/// Most faults that wait; each is one small value.
const WAITING: usize = 10_000;

/// The faults that wait, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(super) struct Script {
    waiting: Vec<Fault>,
}

impl Script {
    /// Adds them behind the others, all or none.
    pub(super) fn add(&mut self, faults: Vec<Fault>) -> Result<(), String> {
        if self.waiting.len() + faults.len() > WAITING {
            let waiting = self.waiting.len();
            return Err(format!("{waiting} faults wait already, and at most {WAITING} may"));
        }
        self.waiting.extend(faults.into_iter().filter(|fault| fault.calls > 0));
        Ok(())
    }

    /// The fault for this call: the first that fits, which is then used up by one call. `None` also
    /// when that one lets the call pass.
    pub(super) fn take(&mut self, app: u64, command: Command) -> Option<Fault> {
        let fits = |fault: &Fault| {
            fault.command.is_none_or(|of| of == command) && fault.sdkappid.is_none_or(|of| of == app)
        };
        let at = self.waiting.iter().position(fits)?;
        let fault = self.waiting.get_mut(at)?;
        fault.calls -= 1;
        let fault = if fault.calls == 0 { self.waiting.remove(at) } else { fault.clone() };
        (fault.what != FaultKind::Pass).then_some(fault)
    }

    pub(super) fn waiting(&self) -> &[Fault] {
        &self.waiting
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_the_next_calls_that_fit_and_no_others() {
        let mut script = Script::default();
        let twice = Fault { calls: 2, ..Fault::next(Command::Add, When::Before, FaultKind::Drop) };
        script.add(vec![twice.clone()]).unwrap();
        let of_an_app = Fault { sdkappid: Some(2), command: None, calls: 1, ..twice.clone() };
        script.add(vec![of_an_app, Fault { calls: 0, ..twice }]).unwrap();
        assert_eq!(script.take(1, Command::Get), None);
        assert!(script.take(1, Command::Add).is_some() && script.take(1, Command::Add).is_some());
        assert_eq!(script.take(1, Command::Add), None);
        assert!(script.take(2, Command::Get).is_some());
        assert_eq!(script.take(2, Command::Get), None);
        assert_eq!(script.waiting(), []);
    }

    #[test]
    fn a_script_can_let_calls_pass_between_its_faults() {
        let mut script = Script::default();
        let pass = Fault { calls: 2, ..Fault::next(Command::Add, When::Before, FaultKind::Pass) };
        let drop = Fault::next(Command::Add, When::After, FaultKind::Drop);
        script.add([pass.clone(), drop.clone(), pass, drop].to_vec()).unwrap();
        let met: Vec<bool> = (0..7).map(|_| script.take(1, Command::Add).is_some()).collect();
        assert_eq!(met, [false, false, true, false, false, true, false]);
        assert_eq!(script.waiting(), []);
    }

    #[test]
    fn a_script_that_does_not_fit_in_whole_is_refused_in_whole() {
        let mut script = Script::default();
        let drop = Fault::next(Command::Add, When::Before, FaultKind::Drop);
        script.add(vec![drop.clone(); WAITING - 1]).unwrap();
        let why = script.add(vec![drop.clone(); 2]).unwrap_err();
        assert!(why.contains("9999 faults wait already"), "{why}");
        assert_eq!(script.waiting().len(), WAITING - 1);
        assert_eq!(script.add(vec![drop]), Ok(()));
    }
}
