//! What an operator was told, line by line in a file that survives him: it is written before a write
//! is handed over, and after every answer.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum By {
    /// The service's own answer.
    Answer,
    /// The worker, which checked what happened.
    Verdict,
    /// The worker of a later run, which found it open.
    Inherited,
    /// The journal: it was known before the kill, but not told.
    Journal,
    /// The operator, who had to check for himself.
    Operator,
    /// The worker, which searched once more right before it would have sent it again.
    Before,
}

/// What is noted of a write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Note {
    /// It is about to be handed to the worker; the time it asks for, if it asks for one.
    Handed { due: Option<i64> },
    /// Its outcome was not known at first.
    Unknown(String),
    /// It was done, to this task.
    Done(u64, By),
    /// An earlier create exists as this task, due then: nothing was sent this time.
    Stands(u64, i64),
    /// It was certainly not done: the service said so, or was not reached. To be sent again.
    Refused(Option<i64>, By),
    /// It was found not to have been done. To be sent again.
    NotDone(By),
    /// The worker could not find out, and said this.
    CannotTell(String),
    /// It was handed over and never sent: the journal does not know it.
    Unsent,
    /// The task went out before; the story ends here.
    TooLate(By),
    /// What was later found out about a write that the operator had checked himself.
    Afterwards(String),
}

impl Note {
    /// Whether with this the outcome of a write is known.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Done(..)
            | Self::Stands(..)
            | Self::Refused(..)
            | Self::NotDone(_)
            | Self::Unsent
            | Self::TooLate(_) => true,
            Self::Handed { .. } | Self::Unknown(_) | Self::CannotTell(_) | Self::Afterwards(_) => false,
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) story: usize,
    /// Which write of the story.
    pub(crate) at: usize,
    pub(crate) note: Note,
}

/// The file, open for more.
pub(crate) struct Ledger(File);

impl Ledger {
    pub(crate) fn open(path: &Path) -> Self {
        Self(OpenOptions::new().append(true).create(true).open(path).unwrap())
    }

    /// In one piece: a line is there or not, whenever the process dies.
    pub(crate) fn write(&mut self, line: &Line) {
        let mut text = serde_json::to_string(line).unwrap();
        text.push('\n');
        self.0.write_all(text.as_bytes()).unwrap();
    }
}

/// Everything in it.
pub(crate) fn read(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|err| panic!("{err}: {line}")))
        .collect()
}

/// How far a story has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    /// The write that is next, or under way.
    pub(crate) at: usize,
    pub(crate) task: Option<u64>,
    /// It ended before its time: the task went out.
    pub(crate) is_over: bool,
    /// A write was handed over and its outcome is not known.
    pub(crate) open: Option<Open>,
    /// What the last write that was handed over asked for.
    asked: Option<i64>,
    /// When the task is due.
    pub(crate) due: Option<i64>,
}

/// A write whose outcome is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    UnderWay,
    CannotTell,
}

impl Progress {
    pub(crate) fn hear(&mut self, note: &Note) {
        match note {
            Note::Handed { due } => {
                self.asked = *due;
                self.open = Some(Open::UnderWay);
            }
            Note::CannotTell(_) => self.open = Some(Open::CannotTell),
            Note::Done(task, _) => {
                assert!(self.task.is_none_or(|known| known == *task), "another task: {self:?} {note:?}");
                self.task = Some(*task);
                self.due = self.asked.or(self.due);
                self.at += 1;
                self.open = None;
            }
            Note::Stands(task, due) => {
                self.task = Some(*task);
                self.due = Some(*due);
                self.at += 1;
                self.open = None;
            }
            Note::TooLate(_) => {
                self.is_over = true;
                self.open = None;
            }
            Note::Refused(..) | Note::NotDone(_) | Note::Unsent => self.open = None,
            Note::Unknown(_) | Note::Afterwards(_) => {}
        }
    }
}

/// How far each story has come.
pub(crate) fn progress(lines: &[Line], stories: usize) -> Vec<Progress> {
    let mut all = vec![Progress::default(); stories];
    for line in lines {
        let story = &mut all[line.story];
        let is_later = matches!(line.note, Note::Afterwards(_));
        assert!(is_later || story.at == line.at, "a line out of order: {line:?}, {story:?}");
        story.hear(&line.note);
    }
    all
}
