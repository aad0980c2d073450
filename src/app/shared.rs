//! What every screen sees and may change: all of the state but the screens that lie over the table.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Filter, ListLimits, Task, TaskId, Zone};
use crate::keymap::{Action, Scope};

use super::board::table::Board;
use super::calls::log::Calls;
use super::connection::{ConnectionStatus, Health};
use super::detail::pane::Detail;
use super::filter::tabs::Tabs;
use super::form::left::Drafts;
use super::frame::{self, Areas};
use super::neighbour::Neighbour;
use super::palette::history::History;
use super::pending::{OverWrites, PendingWrite, WriteResult};
use super::presence::Presence;
use super::request::{Moment, ReqId};
use super::setup::{Reloaded, Setup};
use super::terminal::TerminalTraits;
use super::text_field::LeftOut;

/// One line of what just happened, shown for a while, and not longer than the operator stays where it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The words.
    pub text: String,
    /// Whether something went wrong.
    pub bad: bool,
    /// When it goes, by [`Moment::running`].
    pub until: Duration,
    /// Where it was said to a key; what was said to an answer goes along.
    pub(super) at: Option<Position>,
}

/// Where the operator is: the screen, and the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) scope: Scope,
    pub(super) task: Option<TaskId>,
}

/// What lies over the table, as far as it matters to others than the screen itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "any of them may be there beside any other")]
pub(super) struct Over {
    /// The detail of the selected task, on the whole body.
    pub(super) detail: bool,
    /// Anything else: rows stay where they are under it (U4).
    pub(super) dialog: bool,
    /// A form.
    pub(super) form: bool,
    /// A review.
    pub review: bool,
    /// Any of them in which a text may be begun and not done with.
    pub(super) text: bool,
}

/// What every screen sees and may change.
#[derive(Clone, Debug)]
pub struct Shared {
    /// What was settled before the first screen.
    pub setup: Setup,
    /// The last reading of the clocks.
    pub now: Moment,
    /// Columns and rows.
    pub size: (u16, u16),
    /// What the terminal is like.
    pub terminal: TerminalTraits,
    /// The zone in which times are shown.
    pub zone: Zone,
    /// The connection.
    pub connection: ConnectionStatus,
    /// What the service's list takes, as far as it is known.
    pub limits: ListLimits,
    /// The task table.
    pub board: Board,
    /// The detail pane.
    pub detail: Detail,
    /// What lies over the table; `State` keeps it true.
    pub(super) lies_over: Over,
    /// Writes sent and not settled.
    pub writes: Vec<PendingWrite>,
    /// Writes that are over and of which something is still to be read.
    pub over: OverWrites,
    /// Drafts of forms that were left.
    pub drafts: Drafts,
    /// The last attempts at calls, for the API log.
    pub calls: Calls,
    /// What was run in the palette.
    pub history: History,
    /// The filters that were kept.
    pub filters: History,
    /// How many tasks each saved filter finds.
    pub tabs: Tabs,
    /// What just happened.
    pub note: Option<Note>,
    /// How many notes were shown so far.
    pub(super) notes: u64,
    /// What was found out about writes and waits to be acknowledged, oldest first (U9).
    pub results: VecDeque<WriteResult>,
    /// Tasks whose last write failed, was not done, or never became clear; why.
    pub failed: HashMap<TaskId, String>,
    /// When the last key was pressed, or the mouse used, by [`Moment::running`].
    pub last_key: Option<Duration>,
    /// Whether somebody is there, and the mouse.
    pub presence: Presence,
    /// The other apps that are open.
    pub neighbours: Vec<Neighbour>,
    /// Whether leaving was asked for while a write is under way; the next ask leaves.
    pub leaving: bool,
    /// The question for the config, read again.
    pub reloading: Option<ReqId>,
    /// It was asked for again meanwhile: then it is read once more after that.
    pub reload_again: bool,
    /// The config that was read and is being taken into use, and the question under which.
    pub adopting: Option<(ReqId, Box<Reloaded>)>,
    next_req: u64,
}

/// So many times longer is the time between refreshes while nobody looks.
const AWAY: u32 = 5;
/// But never longer than this.
const LONGEST_AWAY: Duration = Duration::from_secs(30);
/// What goes out so soon is watched all the same.
const GOES_OUT_SOON: TimeDelta = TimeDelta::minutes(1);

/// How long a note stays.
const NOTE_STAYS: Duration = Duration::from_secs(5);
/// How long a note of trouble stays.
const BAD_NOTE_STAYS: Duration = Duration::from_secs(10);

impl Shared {
    /// The state before the first answer.
    pub(super) fn new(setup: Setup, now: Moment, size: (u16, u16)) -> Self {
        let zone = setup.zone;
        let presence = Presence::new(setup.mouse, setup.refresh);
        let board = Board::new(now.utc);
        Self {
            setup,
            now,
            size,
            terminal: TerminalTraits::default(),
            zone,
            connection: ConnectionStatus::default(),
            limits: ListLimits::default(),
            board,
            detail: Detail::default(),
            lies_over: Over::default(),
            writes: Vec::new(),
            over: OverWrites::default(),
            drafts: Drafts::default(),
            calls: Calls::default(),
            history: History::default(),
            filters: History::default(),
            tabs: Tabs::default(),
            note: None,
            notes: 0,
            results: VecDeque::new(),
            failed: HashMap::new(),
            last_key: None,
            presence,
            neighbours: Vec::new(),
            leaving: false,
            reloading: None,
            reload_again: false,
            adopting: None,
            next_req: 0,
        }
    }

    /// A new number for a question.
    pub fn ask(&mut self) -> ReqId {
        self.next_req += 1;
        ReqId(self.next_req)
    }

    /// The key by which a text names an action of a scope.
    pub fn key(&self, scope: Scope, action: Action) -> &str {
        self.setup.keys.key(scope, action)
    }

    /// The service's time, by which countdowns run and the past is judged (W6).
    pub fn server_now(&self) -> DateTime<Utc> {
        self.connection.server_now(self.now)
    }

    /// Reads a filter as it is meant here and now.
    pub(super) fn read_filter(&self, text: &str) -> Filter {
        Filter::read(text, self.zone, self.server_now())
    }

    /// Time between two refreshes now. While nobody looks at the terminal it is longer, unless something goes out
    /// within a minute or a write is open.
    pub fn pace(&self) -> Duration {
        let refresh = self.setup.refresh;
        let is_watched = self.presence.is_looked_at()
            || self.writes.iter().any(PendingWrite::is_open)
            || self.board.goes_out_within(GOES_OUT_SOON, self.server_now());
        if is_watched { refresh } else { (refresh * AWAY).min(LONGEST_AWAY).max(refresh) }
    }

    /// Time between two refreshes by which the age of what is shown is judged: a pace that has just become quicker
    /// is not held against the last answer.
    pub fn expected_pace(&self) -> Duration {
        self.pace().max(self.presence.answered_pace)
    }

    /// Shows what happened.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.notes += 1;
        self.note =
            Some(Note { text: text.into(), bad: false, until: self.now.running + NOTE_STAYS, at: None });
    }

    /// Shows what an answer brought, beside what went wrong a moment ago: nobody pressed a key in between.
    pub(super) fn say_beside(&mut self, text: &str) {
        let now = self.now.running;
        match &mut self.note {
            Some(note) if note.bad && now < note.until => {
                if !note.text.contains(text) {
                    note.text = format!("{} · {text}", note.text);
                }
            }
            _ => self.say(text),
        }
    }

    /// Shows what went wrong.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.notes += 1;
        self.note =
            Some(Note { text: text.into(), bad: true, until: self.now.running + BAD_NOTE_STAYS, at: None });
    }

    /// Says what a text field did not take, if there is something.
    pub(super) fn say_left_out(&mut self, left_out: Option<LeftOut>) {
        if let Some(left_out) = left_out {
            self.warn(left_out.words());
        }
    }

    /// Says that a paste did nothing where no text is taken.
    pub(super) fn drop_paste(&mut self) {
        self.say("a paste outside of a text field was dropped");
    }

    /// Shows times in the zone of the app, or in UTC, and says so.
    pub(super) fn switch_zone(&mut self) {
        self.zone = if self.zone == self.setup.zone { Zone::UTC } else { self.setup.zone };
        let zone = self.zone.name();
        self.say(format!("times are shown in {zone}"));
    }

    /// What the other apps that are open are told of this one.
    pub(super) fn as_neighbour(&self) -> Neighbour {
        let health = self.connection.health(self.now, self.expected_pace());
        let in_doubt = self.writes.iter().filter(|write| write.in_doubt() && !write.acknowledged).count();
        Neighbour {
            profile: self.setup.profile.clone(),
            environment: self.setup.environment,
            connection: health.word(),
            is_live: matches!(health, Health::Live(_)),
            tasks: self.board.in_range(),
            is_complete: self.board.sync.complete().is_some(),
            under_way: self.writes.iter().filter(|write| write.is_open_here()).count(),
            to_read: in_doubt + self.results.len(),
        }
    }

    /// Where things stand; `None` when the screen is too small for anything.
    pub fn areas(&self) -> Option<Areas> {
        frame::areas(self.size, self.detail.placement)
    }

    /// Keeps a result on the screen until it is acknowledged, in place of an older one of the same write.
    pub(super) fn keep_result(&mut self, req: ReqId, words: impl Into<String>, bad: bool) {
        self.results.retain(|result| result.req != req);
        self.results.push_back(WriteResult { req, words: words.into(), bad });
    }

    /// The selected task, as far as its row is shown.
    pub fn selected(&self) -> Option<&Arc<Task>> {
        self.board.cursor().and_then(|_| self.board.selected_task())
    }

    /// The write under way that has this number.
    pub(super) fn pending_write(&self, req: ReqId) -> Option<&PendingWrite> {
        self.writes.iter().find(|write| write.req == req)
    }

    /// The same, to be changed.
    pub(super) fn pending_write_mut(&mut self, req: ReqId) -> Option<&mut PendingWrite> {
        self.writes.iter_mut().find(|write| write.req == req)
    }

    /// The tasks to which a write is in doubt: their rows show `?UNK`.
    pub fn doubted(&self) -> HashSet<TaskId> {
        let doubted = |write: &&PendingWrite| write.in_doubt() && !write.acknowledged;
        self.writes.iter().filter(doubted).filter_map(PendingWrite::task).collect()
    }

    /// The creates of which nobody knows whether the task stands.
    pub fn creates_in_doubt(&self) -> impl Iterator<Item = &PendingWrite> {
        let in_doubt =
            |write: &&PendingWrite| write.in_doubt() && !write.acknowledged && write.task().is_none();
        self.writes.iter().filter(in_doubt)
    }
}

#[cfg(test)]
mod tests {
    use crate::app::testing::board;

    use super::*;

    #[test]
    fn what_an_answer_brings_does_not_take_the_place_of_what_went_wrong_a_moment_ago() {
        let mut state = board((80, 24));
        let note = |state: &crate::app::State| state.note.clone().map(|note| (note.text, note.bad));
        state.say_beside("more rows");
        assert_eq!(note(&state), Some(("more rows".to_owned(), false)));
        state.warn("it cannot be cancelled");
        for _ in 0..2 {
            state.say_beside("the list changed");
            assert_eq!(note(&state), Some(("it cannot be cancelled · the list changed".to_owned(), true)));
        }
        state.now.running += BAD_NOTE_STAYS;
        state.say_beside("the list changed");
        assert_eq!(note(&state), Some(("the list changed".to_owned(), false)));
    }
}
