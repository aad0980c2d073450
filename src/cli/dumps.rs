//! No core dumps: the memory of this program holds keys and signatures, and a dump is a file that
//! others may read, long after.

use rustix::process::{Resource, Rlimit, setrlimit};

/// From here on this process leaves no core file, and other programs of the same user can neither
/// read its memory nor trace it, where the system knows how to see to that.
pub(super) fn forbid() {
    // Less is always allowed; a system that refuses it all the same leaves things as they were.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // A dump that goes to a program instead of a file does not ask for the limit.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_file_nor_a_program_gets_the_memory() {
        forbid();
        let limit = rustix::process::getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        #[cfg(any(target_os = "linux", target_os = "android"))]
        assert_eq!(
            rustix::process::dumpable_behavior().unwrap(),
            rustix::process::DumpableBehavior::NotDumpable
        );
    }
}
