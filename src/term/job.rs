//! Stopping and going on, as a job of a shell.

use std::io;

use rustix::process::{Pid, Signal, getpgid, getpgrp, getppid, getsid, kill_current_process_group};

const NO_SHELL: &str = "there is no shell here that could bring pushdeck back";

/// Stops this process and the others of its job until somebody continues them.
///
/// # Errors
/// When the system does not do it.
pub(super) fn stop() -> io::Result<()> {
    // Not SIGTSTP: that is caught here, and would come back after the job went on. The whole group, so
    // that a script around pushdeck stops with it and the shell sees its job stopped.
    Ok(kill_current_process_group(Signal::STOP)?)
}

/// Whether somebody could continue it.
///
/// # Errors
/// When nobody could: no shell with job control started this.
pub(super) fn can_stop() -> io::Result<()> {
    if has_shell() { Ok(()) } else { Err(io::Error::other(NO_SHELL)) }
}

/// Whether the job has a parent in the same session that is not part of it. Without one the system
/// calls the group orphaned, and nobody would continue it.
fn has_shell() -> bool {
    let (own_group, own_session) = (getpgrp(), getsid(None).ok());
    let mut parent = getppid();
    while let Some(pid) = parent {
        if getpgid(Some(pid)) != Ok(own_group) {
            return own_session.is_some() && getsid(Some(pid)).ok() == own_session;
        }
        parent = parent_of(pid);
    }
    false
}

/// The parent of a process of the own group, where the system tells.
fn parent_of(pid: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    // The name of the program may hold anything, and ends with the last bracket.
    let fields = stat.rsplit_once(')')?.1;
    Pid::from_raw(fields.split_whitespace().nth(1)?.parse().ok()?)
}
