//! Stopping and going on, as a job of a shell.

use std::io;

// Not rustix, which takes these for never 0: that is what the kernel says of a group or a session whose leader
// is outside of this container, and rustix panics at it.
use nix::unistd::{Pid, getpgid, getppid, getsid};
use rustix::process::{Signal, kill_current_process_group};

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
    if JobMember::of(None).is_some_and(|own| has_shell(own, ancestors())) {
        Ok(())
    } else {
        Err(io::Error::other(NO_SHELL))
    }
}

/// The group and the session of a process: 0 where the leader is outside of this container.
#[derive(Clone, Copy)]
struct JobMember {
    group: i32,
    session: i32,
}

impl JobMember {
    /// This process, or another one; `None` where the system does not tell.
    fn of(pid: Option<Pid>) -> Option<Self> {
        Some(Self { group: getpgid(pid).ok()?.as_raw(), session: getsid(pid).ok()?.as_raw() })
    }
}

/// Whether the job has a parent in the same session that is not part of it. Without one the system
/// calls the group orphaned, and nobody would continue it.
fn has_shell(own: JobMember, ancestors: impl IntoIterator<Item = JobMember>) -> bool {
    let outside_job = ancestors.into_iter().find(|process| process.group != own.group);
    outside_job.is_some_and(|parent| parent.session == own.session)
}

/// The parent, its parent and so on, as far as the system tells.
fn ancestors() -> impl Iterator<Item = JobMember> {
    std::iter::successors(Some(getppid()), |pid| parent_of(*pid))
        .take_while(|pid| pid.as_raw() > 0)
        .map_while(|pid| JobMember::of(Some(pid)))
}

/// The parent of a process, where the system tells.
fn parent_of(pid: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program may hold anything, and ends with the last bracket.
    let fields = stat.rsplit_once(')')?.1;
    Some(Pid::from_raw(fields.split_whitespace().nth(1)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_could_bring_it_back_is_a_parent_in_the_session_outside_the_job() {
        let process = |group, session| JobMember { group, session };
        let own = process(7, 3);
        assert!(has_shell(own, [process(3, 3)]));
        assert!(has_shell(own, [process(7, 3), process(3, 3)]), "a script around it is part of the job");
        assert!(!has_shell(own, [process(9, 9)]), "another session cannot continue it");
        assert!(!has_shell(own, []), "nobody is there");
        assert!(!has_shell(own, [process(7, 3)]), "nobody but the job is there");
    }

    #[test]
    fn in_a_container_whose_session_began_outside_the_leaders_are_0() {
        let process = |group, session| JobMember { group, session };
        assert!(!has_shell(process(7, 7), [process(0, 0)]), "what started it is outside");
        assert!(!has_shell(process(0, 0), []), "it is itself the first process");
        assert!(
            has_shell(process(7, 0), [process(1, 0)]),
            "a shell in the container, on the terminal of outside"
        );
    }
}
