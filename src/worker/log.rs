//! What the worker tells, into the log where one was asked for: how writes went, by the numbers of
//! their questions and tasks, and trouble with the local database. Never what was written.

use crate::app::{Message, ReqId, Sight, Stop, Verdict, Write};

/// A write is about to be sent.
pub(super) fn sending(req: ReqId, write: &Write) {
    let (command, task) = (write.command().name(), write.task().map(|id| id.0));
    tracing::info!(event = "write", req = req.0, command, task);
}

/// The answer to a question, as far as it is about a write or about trouble.
pub(super) fn note_down(message: &Message) {
    match message {
        Message::Wrote { req, result: Ok(written) } => {
            tracing::info!(event = "wrote", req = req.0, result = written.word(), task = written.task().0);
        }
        Message::Wrote { req, result: Err(failure) } => {
            let words = failure.words().what;
            tracing::warn!(event = "wrote", req = req.0, result = "not done", code = failure.code(), words);
        }
        Message::Stopped { req, why } => {
            let words = stopped(why);
            tracing::warn!(event = "stopped", req = req.0, words);
        }
        Message::Checked { req, sight, .. } | Message::Searched { req, sight, .. } => searched(*req, sight),
        Message::OutcomeUnknown { req, failure, .. } => {
            let words = failure.words().what;
            tracing::warn!(event = "unknown", req = req.0, code = failure.code(), words);
        }
        Message::Settled { req, verdict } => settled(*req, verdict),
        Message::LeftOpen(open) => tracing::warn!(event = "left open", writes = open.len()),
        Message::EndedElsewhere { entry, verdict } => {
            tracing::info!(event = "ended elsewhere", entry, verdict = format!("{verdict:?}"));
        }
        Message::Noted(words) => tracing::warn!(event = "trouble", words),
        Message::DraftLoaded { result: Err(words), .. }
        | Message::DraftKept { result: Err(words), .. }
        | Message::DraftsListed { result: Err(words), .. }
        | Message::DraftRestored { result: Err(words), .. } => {
            tracing::warn!(event = "trouble", words = format!("draft: {words}"));
        }
        Message::SnapshotKept { result: Err(words), .. } => {
            tracing::warn!(event = "trouble", words = format!("tasks: {words}"));
        }
        Message::Reloaded { result: Err(words), .. } => tracing::warn!(event = "trouble", words),
        Message::Reloaded { result: Ok(read), .. } => {
            let setup = &read.setup;
            tracing::info!(event = "reload", profile = setup.profile, sdkappid = setup.sdkappid);
        }
        // Calls are written down where they are made; the rest is no trouble.
        Message::Called(_)
        | Message::OnScreen(_)
        | Message::CameFor { .. }
        | Message::RefreshAsked
        | Message::Copied(_)
        | Message::Signed { .. }
        | Message::Learnt { .. }
        | Message::Narrowed { .. }
        | Message::Listed { .. }
        | Message::Got { .. }
        | Message::Adopted { .. }
        | Message::DraftLoaded { result: Ok(_), .. }
        | Message::DraftKept { result: Ok(()), .. }
        | Message::DraftsListed { result: Ok(_), .. }
        | Message::DraftRestored { result: Ok(_), .. }
        | Message::Ticked(_)
        | Message::Drawn { .. }
        | Message::Key(_)
        | Message::Pasted(_)
        | Message::Mouse(_)
        | Message::Focused(_)
        | Message::Resized { .. }
        | Message::Answered(_)
        | Message::EndAsked
        | Message::StopAsked
        | Message::SyncRead { .. }
        | Message::Synced { .. }
        | Message::Recalled { .. }
        | Message::SnapshotKept { result: Ok(()), .. }
        | Message::WentOn => {}
    }
}

/// Why nothing was sent, in a few words.
fn stopped(why: &Stop) -> String {
    match why {
        Stop::Moved(_) => "the task has changed meanwhile".to_owned(),
        Stop::Gone => "the task is not there any more".to_owned(),
        Stop::Stands { id, .. } => format!("an earlier create exists as {id}"),
        Stop::Unread(failure) => failure.words().what,
        Stop::NoJournal(words) => words.clone(),
        Stop::Elsewhere => "another pushdeck has the same push open".to_owned(),
        Stop::OtherApp => "it was confirmed for another app".to_owned(),
    }
}

fn searched(req: ReqId, sight: &Sight) {
    match sight {
        Sight::Settled(verdict) => settled(req, verdict),
        Sight::NotThere => tracing::info!(event = "searched", req = req.0, result = "not there"),
        Sight::NoAnswer(failure) => {
            let words = failure.words().what;
            tracing::warn!(event = "searched", req = req.0, result = "no answer", words);
        }
        Sight::Unclear(words) => tracing::warn!(event = "searched", req = req.0, result = "unclear", words),
    }
}

fn settled(req: ReqId, verdict: &Verdict) {
    let req = req.0;
    match verdict {
        Verdict::Done(written) => {
            tracing::info!(event = "verdict", req, result = written.word(), task = written.task().0);
        }
        Verdict::NotDone => tracing::info!(event = "verdict", req, result = "not done"),
        Verdict::Several(ids) => {
            let tasks = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            tracing::warn!(event = "verdict", req, result = "several", tasks);
        }
        Verdict::CannotTell(words) => {
            tracing::warn!(event = "verdict", req, result = "cannot tell", words);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use serde_json::Value;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;
    use crate::app::{OpenWrite, Written};
    use crate::domain::wire::time_in;
    use crate::domain::{Content, Failure, Kind, NewTask, TaskId};

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Output {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    fn written_down(work: impl FnOnce()) -> Vec<Value> {
        let output = Output::default();
        let subscriber =
            tracing_subscriber::fmt().json().flatten_event(true).with_writer(output.clone()).finish();
        tracing::subscriber::with_default(subscriber, work);
        let text = String::from_utf8(output.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_write_is_followed_from_its_sending_to_its_verdict_without_its_content() {
        let content: Content = Content(serde_json::from_str(r#"{"Title":"Hush"}"#).unwrap());
        let scheduled_at = time_in("2026-11-21 06:00:00").unwrap();
        let create = Write::Create(NewTask { kind: Kind::All, scheduled_at, content });
        let req = ReqId(7);
        let lines = written_down(|| {
            sending(req, &create);
            sending(req, &Write::Cancel { id: TaskId(9), kind: Kind::All });
            let failure = Failure::TimedOut { after: Duration::from_secs(10) };
            let sent = time_in("2026-11-21 06:00:00").unwrap();
            let open = OpenWrite {
                entry: Some(1),
                write: create.clone(),
                sent,
                opens_in: Duration::ZERO,
                elsewhere: false,
            };
            note_down(&Message::OutcomeUnknown { req, failure, open: Box::new(open) });
            note_down(&Message::Checked {
                req,
                sight: Sight::NotThere,
                next_in: Duration::ZERO,
                opens_in: Duration::ZERO,
            });
            note_down(&Message::Stopped { req, why: Stop::Gone });
            for verdict in [
                Verdict::Done(Written::Created(TaskId(9))),
                Verdict::NotDone,
                Verdict::Several(vec![TaskId(9), TaskId(10)]),
                Verdict::CannotTell("it went on changing".to_owned()),
            ] {
                note_down(&Message::Settled { req, verdict });
            }
            note_down(&Message::Wrote { req, result: Ok(Written::Cancelled(TaskId(9))) });
            note_down(&Message::Noted("the journal has no entry of this write: full".to_owned()));
            note_down(&Message::DraftKept { req, result: Err("not kept: full".to_owned()) });
            note_down(&Message::DraftKept { req, result: Ok(()) });
        });
        let told: Vec<String> = lines
            .iter()
            .map(|line| {
                let of = |key: &str| {
                    line[key].as_str().map(str::to_owned).or(line[key].as_u64().map(|n| n.to_string()))
                };
                ["event", "req", "command", "result", "task", "tasks", "words"]
                    .iter()
                    .filter_map(|k| of(k))
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        assert_eq!(
            told,
            [
                "write 7 add_sched_task",
                "write 7 delete_sched_task 9",
                "unknown 7 no answer within 10 s",
                "searched 7 not there",
                "stopped 7 the task is not there any more",
                "verdict 7 created 9",
                "verdict 7 not done",
                "verdict 7 several 9 10",
                "verdict 7 cannot tell it went on changing",
                "wrote 7 cancelled 9",
                "trouble the journal has no entry of this write: full",
                "trouble draft: not kept: full",
            ]
        );
        assert!(!format!("{lines:?}").contains("Hush"));
    }
}
