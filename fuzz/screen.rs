//! The dashboard in memory: an answer comes, whatever it is, and is drawn at any size.

use std::time::Duration;

use chrono::{DateTime, Utc};
use pushdeck::app::{Effect, Message, Moment, State, update};
use pushdeck::domain::failure::NotSent;
use pushdeck::domain::kept::FoundDraft;
use pushdeck::domain::wire::{KnownRows, read_answer, read_list};
use pushdeck::domain::{Failure, Page, Task, TaskId};
use pushdeck::theme::{Depth, Theme};
use pushdeck::view;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::answers::is_plain;
use super::input::{Input, replaced};
use super::samples::{PAGE, VALUES};

#[path = "../benches/support/setup.rs"]
mod setup;

pub(crate) fn hold(bytes: &[u8]) {
    let mut input = Input(bytes);
    let size = (1 + input.below(130), 1 + input.below(45));
    let screen = input.byte() % 4;
    let page = page(&mut input);
    let mut screen_of = Dashboard::start(page, size);
    let keys: &[char] = match screen {
        0 => &[],
        1 => &['j'],
        2 => &['/', 's'],
        _ => &['e'],
    };
    for key in keys {
        screen_of.press(crossterm::event::KeyCode::Char(*key));
    }
    screen_of.draw();
    if screen == 1 {
        screen_of.press(crossterm::event::KeyCode::Enter);
        screen_of.draw();
    }
}

/// What a page as the documents show it becomes with some values replaced.
pub(crate) fn page(input: &mut Input<'_>) -> Result<Page, Failure> {
    let body = replaced(PAGE, input, VALUES);
    read_answer(200, body.as_bytes(), 100, &KnownRows::default()).and_then(read_list).map(|(page, _)| page)
}

/// The state, with answers at hand for what it asks.
pub(crate) struct Dashboard {
    pub(crate) state: State,
    page: Result<Page, Failure>,
    /// Whether anything was to be changed at the service.
    pub(crate) has_written: bool,
    theme: Theme,
}

impl Dashboard {
    /// Saturday 21 November 2026, and the first answer is there.
    pub(crate) fn start(page: Result<Page, Failure>, size: (usize, usize)) -> Self {
        let size = (u16::try_from(size.0).unwrap(), u16::try_from(size.1).unwrap());
        let (state, effects) = State::start(setup::setup().unwrap(), moment(Duration::from_secs(1000)), size);
        let mut dashboard = Self { state, page, has_written: false, theme: Theme::new(Depth::Indexed) };
        dashboard.answer(effects);
        dashboard
    }

    pub(crate) fn press(&mut self, code: crossterm::event::KeyCode) {
        self.feed(Message::Key(crossterm::event::KeyEvent::new(code, crossterm::event::KeyModifiers::NONE)));
    }

    pub(crate) fn feed(&mut self, message: Message) {
        let effects = update(&mut self.state, message);
        self.answer(effects);
    }

    /// Time goes on, and what was drawn is on the screen.
    pub(crate) fn wait(&mut self, by: Duration) {
        let now = moment(self.state.now.running + by);
        self.feed(Message::Ticked(now));
        let (size, lines) = (self.state.size, self.state.in_sight());
        self.feed(Message::Drawn { at: now, rendered: now.running, size, lines });
    }

    /// Answers at once; what an answer asks for in turn is answered too, as far as that goes on.
    fn answer(&mut self, effects: Vec<Effect>) {
        let mut todo = effects;
        for _ in 0..20 {
            let answers: Vec<Message> =
                std::mem::take(&mut todo).into_iter().filter_map(|effect| self.answer_to(effect)).collect();
            for answer in answers {
                todo.extend(update(&mut self.state, answer));
            }
        }
    }

    fn answer_to(&mut self, effect: Effect) -> Option<Message> {
        let nothing = || Failure::NotSent { reason: NotSent::Withdrawn, detail: String::new() };
        Some(match effect {
            Effect::List { req, .. } => Message::Listed { req, result: self.page.clone() },
            Effect::Get { req, id, .. } => {
                let found = self.page.iter().flat_map(|page| &page.tasks).find(|task| task.id == id);
                Message::Got {
                    req,
                    result: found.map(|task| Box::new(Task::clone(task))).ok_or_else(nothing),
                }
            }
            Effect::Write { req, .. } => {
                self.has_written = true;
                Message::Wrote { req, result: Err(nothing()) }
            }
            Effect::LoadDraft { req, .. } => Message::DraftLoaded { req, result: Ok(FoundDraft::default()) },
            Effect::ListDrafts { req } => Message::DraftsListed { req, result: Ok(Vec::new()) },
            Effect::SaveDraft { req, .. }
            | Effect::DropDraft { req, .. }
            | Effect::ArchiveDraft { req, .. } => Message::DraftKept { req, result: Ok(()) },
            Effect::Reload { req } => {
                Message::Reloaded { req, result: Err("there is no config to read".to_owned()) }
            }
            _ => return None,
        })
    }

    /// Draws, and looks whether a terminal would act on any cell of it.
    pub(crate) fn draw(&self) {
        let area = Rect::new(0, 0, self.state.size.0, self.state.size.1);
        let mut buffer = Buffer::empty(area);
        view::render(&self.state, &self.theme, area, &mut buffer);
        for cell in &buffer.content {
            assert!(is_plain(cell.symbol()), "{:?} at {:?}", cell.symbol(), self.state.size);
        }
    }

    /// The rows, by their numbers.
    pub(crate) fn ids(&self) -> Vec<TaskId> {
        self.page.iter().flat_map(|page| &page.tasks).map(|task| task.id).collect()
    }
}

fn moment(running: Duration) -> Moment {
    let start: DateTime<Utc> = DateTime::from_timestamp(1_795_240_000, 0).unwrap();
    Moment { utc: start + running, running }
}
