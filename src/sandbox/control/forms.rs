//! What the control interface takes and shows, as JSON.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::faults::{Fault, FaultKind, When};
use super::operations::milliseconds;
use crate::domain::text::nearest;
use crate::domain::wire::Command;

/// Where a virtual clock is to be moved; one of these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockForm {
    pub(super) advance_ms: Option<u64>,
    pub(super) advance_seconds: Option<u64>,
    pub(super) set: Option<String>,
}

/// Some of the modes, or all of them.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModesForm {
    pub(super) delay_ms: Option<u64>,
    pub(super) list_lag_ms: Option<u64>,
    pub(super) rewrite_msg_random: Option<bool>,
}

/// Which tasks are asked for.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TasksForm {
    pub(super) app: Option<u64>,
    pub(super) after: Option<i64>,
    pub(super) limit: Option<i64>,
}

/// One fault.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultForm {
    fault: FaultName,
    command: Option<String>,
    pub(super) app: Option<u64>,
    #[serde(default = "once")]
    calls: u32,
    when: Option<When>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<String>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum FaultName {
    Pass,
    Drop,
    Delay,
    BadGateway,
    Truncate,
    NotJson,
    Code,
}

fn once() -> u32 {
    1
}

impl FaultForm {
    /// # Errors
    /// What does not fit together, and what would.
    pub(super) fn fault(self) -> Result<Fault, String> {
        let only_after = self.fault == FaultName::Truncate;
        if only_after && self.when == Some(When::Before) {
            return Err("truncate is always after the work, for there must be an answer to cut".to_owned());
        }
        if self.calls == 0 {
            return Err("\"calls\" must be 1 or more".to_owned());
        }
        let what = match self.fault {
            FaultName::Pass => FaultKind::Pass,
            FaultName::Drop => FaultKind::Drop,
            FaultName::Delay => {
                FaultKind::Delay(Duration::from_millis(self.ms.ok_or("a delay needs \"ms\"")?))
            }
            FaultName::BadGateway => FaultKind::BadGateway,
            FaultName::Truncate => FaultKind::Truncate,
            FaultName::NotJson => FaultKind::NotJson,
            FaultName::Code => {
                let code = self.code.filter(|code| *code != 0);
                let code = code.ok_or("the fault code needs a \"code\" other than 0")?;
                FaultKind::Code { code, info: self.info.unwrap_or_else(|| "injected failure".to_owned()) }
            }
        };
        Ok(Fault {
            command: self.command.as_deref().map(command).transpose()?,
            sdkappid: self.app,
            calls: self.calls,
            when: self.when.unwrap_or(if only_after { When::After } else { When::Before }),
            what,
        })
    }
}

impl From<&Fault> for FaultForm {
    fn from(fault: &Fault) -> Self {
        let (mut ms, mut code, mut info) = (None, None, None);
        let name = match &fault.what {
            FaultKind::Pass => FaultName::Pass,
            FaultKind::Drop => FaultName::Drop,
            FaultKind::Delay(delay) => {
                ms = Some(milliseconds(*delay));
                FaultName::Delay
            }
            FaultKind::BadGateway => FaultName::BadGateway,
            FaultKind::Truncate => FaultName::Truncate,
            FaultKind::NotJson => FaultName::NotJson,
            FaultKind::Code { code: given, info: words } => {
                (code, info) = (Some(*given), Some(words.clone()));
                FaultName::Code
            }
        };
        Self {
            fault: name,
            command: fault.command.map(|command| command.name().to_owned()),
            app: fault.sdkappid,
            calls: fault.calls,
            when: Some(fault.when),
            ms,
            code,
            info,
        }
    }
}

/// The command of that name.
///
/// # Errors
/// The nearest there is, and all of them.
pub(super) fn command(name: &str) -> Result<Command, String> {
    let names = || Command::ALL.into_iter().map(Command::name);
    Command::ALL.into_iter().find(|command| command.name() == name).ok_or_else(|| {
        let near = nearest(name, names()).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        let all = names().collect::<Vec<_>>().join(", ");
        format!("there is no command \"{name}\"{near} (there are {all})")
    })
}
