//! A command whose output is wanted: run by `sh`, for a limited time, and nothing of it stays behind.
//!
//! It runs in a process group of its own, with a guard in it that outlives nobody: the group is ended
//! as soon as the command is over or its time is up, and by the guard when pushdeck itself ends, also
//! by `kill -9`. What it writes is a secret, so no error repeats it.

use std::io::{ErrorKind, PipeWriter, Read, pipe};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use secrecy::zeroize::Zeroizing;

use super::paths::Env;

/// How often it is asked whether the command is over.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits until nobody holds the other end of the pipe, then ends its own process group.
const GUARD: &str = "read -r line; kill -9 0";

const BY_HAND: &str = "run it by hand to see why";

/// Runs the command and gives what it wrote, at most `most` bytes.
pub(super) fn output(
    command: &str,
    env: &Env,
    limit: Duration,
    most: usize,
) -> Result<Zeroizing<Vec<u8>>, String> {
    let deadline = Instant::now() + limit;
    let cannot = |err: std::io::Error| format!("cannot start sh: {err}");
    let mut group = ProcessGroup::start().map_err(cannot)?;
    let stdout = group.run(command, env).map_err(cannot)?;
    let mut stdout = stdout.ok_or("the command has no output")?;
    rustix::fs::fcntl_setfl(&stdout, OFlags::NONBLOCK)
        .map_err(|err| format!("the output of the command cannot be read: {err}"))?;
    let mut text = Zeroizing::new(Vec::with_capacity(most + 1));
    loop {
        // Asked before the last reading: what it wrote before it ended is in the pipe.
        let ended = group.ended();
        take(&mut stdout, &mut text, most)?;
        match ended {
            Some(status) if status.success() => return Ok(text),
            Some(status) => return Err(format!("the command failed ({status}); {BY_HAND}")),
            None if group.is_stopped() => {
                return Err(
                    "the command wants to ask at the terminal, which is not its own here; let it ask in a \
                            window or an agent, or take secret_key_env"
                        .to_owned(),
                );
            }
            None if Instant::now() >= deadline => {
                let limit = limit.as_secs_f32();
                return Err(format!("the command did not end within {limit} s; {BY_HAND}"));
            }
            None => std::thread::sleep(PAUSE),
        }
    }
}

/// Takes what is in the pipe. Who else holds it, such as a program in the background, is not waited for.
fn take(stdout: &mut ChildStdout, text: &mut Vec<u8>, most: usize) -> Result<(), String> {
    let mut piece = Zeroizing::new([0; 1024]);
    loop {
        match stdout.read(&mut *piece) {
            Ok(0) => return Ok(()),
            Ok(length) => text.extend_from_slice(piece.get(..length).unwrap_or_default()),
            Err(err) if err.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(err) if err.kind() == ErrorKind::Interrupted => {}
            Err(err) => return Err(format!("the output of the command cannot be read: {err}")),
        }
        if text.len() > most {
            return Err(format!(
                "the output of the command cannot be used: more than {most} bytes, which is not a key"
            ));
        }
    }
}

/// A process group; dropped, all of it is ended.
struct ProcessGroup {
    /// Its first process, by whose number it is known: it is there for as long as this is.
    guard: Child,
    command: Option<Child>,
    /// Closed by the system when pushdeck ends, whatever ends it.
    _alive: PipeWriter,
}

impl ProcessGroup {
    fn start() -> std::io::Result<Self> {
        let (gone, alive) = pipe()?;
        let guard = Command::new("sh")
            .args(["-c", GUARD])
            .env_clear()
            .stdin(gone)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(Self { guard, command: None, _alive: alive })
    }

    fn run(&mut self, command: &str, env: &Env) -> std::io::Result<Option<ChildStdout>> {
        let group = i32::try_from(self.guard.id()).map_err(std::io::Error::other)?;
        let child = Command::new("sh")
            .arg("-c")
            .arg(command)
            .env_clear()
            .envs(env.iter())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // What it says there may hold the secret, or draw over the screen.
            .stderr(Stdio::null())
            .process_group(group)
            .spawn()?;
        Ok(self.command.insert(child).stdout.take())
    }

    /// How the command ended, once it did.
    fn ended(&mut self) -> Option<ExitStatus> {
        // An error says that it is gone without a trace; then the time will be up.
        self.command.as_mut()?.try_wait().ok().flatten()
    }

    /// Whether the system has stopped it, as it stops whoever reads from a terminal that others use.
    fn is_stopped(&self) -> bool {
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let Some(pid) = self.command.as_ref().and_then(pid) else { return false };
        rustix::process::waitid(WaitId::Pid(pid), options).is_ok_and(|found| found.is_some())
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(group) = pid(&self.guard) {
            // It fails only when nobody is left.
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
        for child in self.command.iter_mut().chain([&mut self.guard]) {
            // Only to leave no zombie behind; how it ended does not matter any more.
            let _ = child.wait();
        }
    }
}

fn pid(child: &Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child.id()).ok()?)
}
