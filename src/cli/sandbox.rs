//! `pushdeck sandbox`: the sandbox alone, until it is told to end.

use super::args::SandboxArgs;
use super::{Exit, World};

pub(super) async fn run(_args: SandboxArgs, mut world: World<'_>) -> Exit {
    world.complain(&"sandbox not connected");
    Exit::Failed
}
