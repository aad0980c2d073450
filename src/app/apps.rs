//! Every app that is open, each with a state of its own, and which of them is on the screen.
//!
//! An app goes on while another is on the screen: its answers reach its own state and no other (W8). What the
//! operator does reaches the one on the screen. The board of all profiles is a state like the others, but without a
//! worker: it reads what the others hold, and nothing is written from it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not about which app is on the screen is given on"
)]

use std::collections::VecDeque;

use crate::domain::profile::ALL_PROFILES;

use super::effect::Effect;
use super::layer::Layer;
use super::message::Message;
use super::neighbour::Neighbour;
use super::overview::Overview;
use super::setup::Setup;
use super::shared::Shared;
use super::state::State;
use super::switch::{AppNumber, SwitchTo};
use super::update::update;

/// An effect, and whose it is.
pub type AppEffect = (AppNumber, Effect);

/// Every app that is open.
#[derive(Clone, Debug)]
pub struct Apps {
    states: Vec<State>,
    on_screen: AppNumber,
    overview: Option<Box<State>>,
    /// Where to go once it is open.
    wanted: Option<SwitchTo>,
    /// Profiles that are being opened.
    opening: Vec<String>,
    is_leaving: bool,
}

impl Apps {
    /// With one app open.
    pub fn new(first: State) -> Self {
        Self {
            states: vec![first],
            on_screen: AppNumber(0),
            overview: None,
            wanted: None,
            opening: Vec::new(),
            is_leaving: false,
        }
    }

    /// The apps, in the order of their numbers.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The same, for a last word when all is over.
    pub fn into_states(self) -> Vec<State> {
        self.states
    }

    /// What is on the screen.
    pub fn on_screen(&self) -> AppNumber {
        self.on_screen
    }

    /// The state that is on the screen.
    pub fn shown(&self) -> &State {
        self.get(self.on_screen).unwrap_or(&self.states[0])
    }

    /// The same, to be told something.
    pub fn shown_mut(&mut self) -> &mut State {
        match &mut self.overview {
            Some(overview) if self.on_screen == AppNumber::OVERVIEW => overview,
            Some(_) | None => {
                let at = self.on_screen.0.min(self.states.len() - 1);
                &mut self.states[at]
            }
        }
    }

    fn get(&self, app: AppNumber) -> Option<&State> {
        if app == AppNumber::OVERVIEW { self.overview.as_deref() } else { self.states.get(app.0) }
    }

    fn get_mut(&mut self, app: AppNumber) -> Option<&mut State> {
        if app == AppNumber::OVERVIEW { self.overview.as_deref_mut() } else { self.states.get_mut(app.0) }
    }

    /// Every state: the apps, and the board of all profiles where it was opened.
    fn numbers(&self) -> Vec<AppNumber> {
        let overview = self.overview.as_ref().map(|_| AppNumber::OVERVIEW);
        (0..self.states.len()).map(AppNumber).chain(overview).collect()
    }

    /// Takes one message into account: of an app, or of the terminal, the system and time.
    pub fn take(&mut self, from: Option<AppNumber>, message: Message) -> Vec<AppEffect> {
        let mut queue = VecDeque::new();
        match from {
            Some(app) => self.tell(app, message, &mut queue),
            None if is_for_all(&message) => {
                for app in self.numbers() {
                    self.tell(app, message.clone(), &mut queue);
                }
            }
            None => self.tell(self.on_screen, message, &mut queue),
        }
        self.settle(queue)
    }

    /// A profile was opened, or cannot be. Its worker has the next number.
    pub fn opened(&mut self, profile: &str, result: Result<Setup, String>) -> Vec<AppEffect> {
        self.opening.retain(|opening| opening != profile);
        let mut queue = VecDeque::new();
        match result {
            Ok(setup) => self.add(setup, &mut queue),
            Err(why) => {
                self.wanted.take_if(|wanted| wanted.profile() == Some(profile));
                if let Some(page) = self.overview.as_deref_mut().and_then(overview_of) {
                    page.cannot_be_opened(profile, &why);
                }
                self.shown_mut().warn(format!("{profile} cannot be opened: {why}"));
            }
        }
        self.settle(queue)
    }

    fn add(&mut self, setup: Setup, queue: &mut VecDeque<AppEffect>) {
        let number = AppNumber(self.states.len());
        let (mut state, effects) = State::start(setup, self.shown().now, self.shown().size);
        state.adopt(self.shown().on_terminal());
        self.states.push(state);
        queue.extend(effects.into_iter().map(|effect| (number, effect)));
        let is_seen = self.on_screen == AppNumber::OVERVIEW;
        self.tell(number, Message::OnScreen(is_seen), queue);
        let profile = &self.states[number.0].setup.profile;
        if let Some(wanted) = self.wanted.take_if(|wanted| wanted.profile() == Some(profile)) {
            self.switch(wanted, queue);
        }
    }

    fn tell(&mut self, app: AppNumber, message: Message, queue: &mut VecDeque<AppEffect>) {
        if let Some(state) = self.get_mut(app) {
            queue.extend(update(state, message).into_iter().map(|effect| (app, effect)));
        }
    }

    /// Carries out what concerns which app is on the screen, and gives the rest on.
    fn settle(&mut self, mut queue: VecDeque<AppEffect>) -> Vec<AppEffect> {
        let mut effects = Vec::new();
        while let Some((app, effect)) = queue.pop_front() {
            match effect {
                Effect::Switch(to) => self.switch(to, &mut queue),
                Effect::Quit => {
                    if !std::mem::replace(&mut self.is_leaving, true) {
                        // What was typed elsewhere goes to the disk, too.
                        for other in self.numbers().into_iter().filter(|other| *other != app) {
                            self.tell(other, Message::EndAsked, &mut queue);
                        }
                    }
                    effects.push((app, Effect::Quit));
                }
                Effect::TakeTerminal if app != self.on_screen => {}
                Effect::Notify { ref title, ref words } => {
                    if app != self.on_screen {
                        let words = format!("{title}: {words}");
                        self.shown_mut().say_beside(&words);
                    }
                    effects.push((app, effect));
                }
                other => effects.push((app, other)),
            }
        }
        self.tell_neighbours();
        self.compose_overview();
        effects
    }

    fn switch(&mut self, to: SwitchTo, queue: &mut VecDeque<AppEffect>) {
        self.wanted = None;
        match to {
            SwitchTo::Back => {
                let last = self.overview.as_deref_mut().and_then(overview_of).map(|page| page.came_from);
                self.show(last.unwrap_or(AppNumber(0)), queue);
            }
            SwitchTo::All => self.show_overview(queue),
            SwitchTo::Time(at) => {
                if let Some(page) = self.overview.as_deref_mut().and_then(overview_of) {
                    page.go_to_time(at);
                }
            }
            SwitchTo::Refresh => {
                for app in (0..self.states.len()).map(AppNumber) {
                    self.tell(app, Message::RefreshAsked, queue);
                }
            }
            SwitchTo::Profile(ref profile) | SwitchTo::Task { ref profile, .. } => {
                let number = self.states.iter().position(|state| state.setup.profile == *profile);
                let Some(number) = number.map(AppNumber) else {
                    self.open(profile.clone(), queue);
                    self.wanted = Some(to);
                    return;
                };
                self.show(number, queue);
                if let SwitchTo::Task { id, action, .. } = to {
                    self.tell(number, Message::CameFor { id, action }, queue);
                }
            }
        }
    }

    fn open(&mut self, profile: String, queue: &mut VecDeque<AppEffect>) {
        if !self.opening.contains(&profile) {
            self.opening.push(profile.clone());
            self.shown_mut().say(format!("opening {profile}…"));
            queue.push_back((self.on_screen, Effect::OpenProfile(profile)));
        }
    }

    /// Puts an app on the screen: what was open there is as it was left.
    fn show(&mut self, app: AppNumber, queue: &mut VecDeque<AppEffect>) {
        if self.on_screen == app {
            return;
        }
        let terminal = self.shown().on_terminal();
        self.on_screen = app;
        self.shown_mut().adopt(terminal);
        for other in self.numbers() {
            let is_seen = app == AppNumber::OVERVIEW || other == app;
            if self.get(other).is_some_and(|state| state.presence.is_on_screen != is_seen) {
                self.tell(other, Message::OnScreen(is_seen), queue);
            }
        }
    }

    fn show_overview(&mut self, queue: &mut VecDeque<AppEffect>) {
        let came_from = self.on_screen;
        let state = self.overview.get_or_insert_with(|| Box::new(overview_beside(&self.states[0])));
        if came_from != AppNumber::OVERVIEW
            && let Some(page) = overview_of(state)
        {
            page.came_from = came_from;
        }
        self.show(AppNumber::OVERVIEW, queue);
        let profiles: Vec<String> =
            self.shown().setup.profiles.iter().map(|profile| profile.name.clone()).collect();
        for profile in profiles {
            if !self.states.iter().any(|state| state.setup.profile == profile) {
                self.open(profile, queue);
            }
        }
    }

    fn tell_neighbours(&mut self) {
        if self.states.len() < 2 && self.overview.is_none() {
            return;
        }
        let others = (0..).map(AppNumber).zip(&self.states).filter(|(number, _)| *number != self.on_screen);
        let neighbours: Vec<Neighbour> = others.map(|(_, state)| state.as_neighbour()).collect();
        let shown = self.shown_mut();
        if shown.neighbours != neighbours {
            shown.neighbours = neighbours;
        }
    }

    fn compose_overview(&mut self) {
        if self.on_screen != AppNumber::OVERVIEW {
            return;
        }
        let Some(State { shared, layers }) = self.overview.as_deref_mut() else { return };
        let apps: Vec<&Shared> = self.states.iter().map(|state| &state.shared).collect();
        for layer in layers {
            if let Layer::Overview(page) = layer {
                page.compose(shared, &apps);
            } else if let Layer::Timeline(page) = layer {
                page.compose_all(shared, &apps);
            }
        }
    }
}

/// What is for every app: it is about the terminal as a whole, about the process, or about time.
fn is_for_all(message: &Message) -> bool {
    matches!(
        message,
        Message::Ticked(_)
            | Message::Focused(_)
            | Message::Resized { .. }
            | Message::Answered(_)
            | Message::EndAsked
            | Message::WentOn
    )
}

/// The state of the board of all profiles, with nothing composed yet.
fn overview_beside(first: &State) -> State {
    let mut setup = first.setup.clone();
    ALL_PROFILES.clone_into(&mut setup.profile);
    (setup.notice, setup.filters) = (None, Vec::new());
    let mut shared = Shared::new(setup, first.now, first.size);
    shared.presence.is_on_screen = false;
    // It asks nothing of a service.
    shared.connection.stopped = true;
    State { shared, layers: vec![Layer::Overview(Box::default())] }
}

fn overview_of(state: &mut State) -> Option<&mut Overview> {
    if let Some(Layer::Overview(page)) = state.layers.first_mut() { Some(page) } else { None }
}

#[cfg(test)]
mod tests;
