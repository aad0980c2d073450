//! The whole state of the dashboard: what all screens share, and the screens that lie over the table. Only
//! [`super::update()`] changes it.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use crate::keymap::Scope;

use super::board;
use super::connection::Health;
use super::effect::Effect;
use super::form::Form;
use super::layer::Layer;
use super::lines::LineKey;
use super::message::Message;
use super::next::Destination;
use super::overview::Overview;
use super::presence::Presence;
use super::request::Moment;
use super::review::{self, Review, Screens};
use super::setup::Setup;
use super::shared::{Over, Shared};
use super::terminal::TerminalTraits;

/// So soon what is due already is asked for.
const AT_ONCE: Duration = Duration::from_millis(1);

/// The whole state. What is shared is reached as if it stood here.
#[derive(Clone, Debug)]
pub struct State {
    /// What all screens share.
    pub shared: Shared,
    /// What lies over the table, the innermost last.
    pub layers: Vec<Layer>,
}

impl Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl DerefMut for State {
    fn deref_mut(&mut self) -> &mut Shared {
        &mut self.shared
    }
}

/// What is known of the terminal and of who sits there, whatever app is on the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnTerminal {
    size: (u16, u16),
    traits: TerminalTraits,
    is_focused: bool,
    mouse: bool,
}

impl State {
    /// What is known of the terminal.
    pub(super) fn on_terminal(&self) -> OnTerminal {
        let Presence { is_focused, mouse, .. } = self.presence;
        OnTerminal { size: self.size, traits: self.terminal, is_focused, mouse }
    }

    /// Takes over what another app knew of the terminal.
    pub(super) fn adopt(&mut self, terminal: OnTerminal) {
        let OnTerminal { size, traits, is_focused, mouse } = terminal;
        (self.size, self.terminal) = (size, traits);
        (self.presence.is_focused, self.presence.mouse) = (is_focused, mouse);
    }

    /// The state before the first answer, and what to ask for first.
    pub fn start(setup: Setup, now: Moment, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let mut shared = Shared::new(setup, now, size);
        if let Some(notice) = shared.setup.notice.clone() {
            shared.say(notice);
        }
        let effects = board::start(&mut shared);
        (Self { shared, layers: Vec::new() }, effects)
    }

    /// The scopes whose keys mean something now, innermost first.
    pub fn scopes(&self) -> Vec<Scope> {
        let inner = match self.layers.last() {
            Some(layer) => layer.scope(),
            None if self.detail.focused => Scope::Detail,
            None => Scope::Tasks,
        };
        let below = self.layers.last().and_then(Layer::scope_below);
        [Some(inner), below, Some(Scope::Global)].into_iter().flatten().collect()
    }

    /// The form on top or under the review, if one is open.
    pub fn form(&self) -> Option<&Form> {
        self.layers
            .iter()
            .rev()
            .find_map(|layer| if let Layer::Form(form) = layer { Some(&**form) } else { None })
    }

    /// The review, if it lies on top.
    pub fn review(&self) -> Option<&Review> {
        if let Some(Layer::Review(review)) = self.layers.last() { Some(review) } else { None }
    }

    /// The board of all profiles, if that is what lies at the bottom.
    pub fn overview(&self) -> Option<&Overview> {
        if let Some(Layer::Overview(page)) = self.layers.first() { Some(page) } else { None }
    }

    /// The lines of the review that must be seen and are on the screen, drawn from the state as it is.
    pub fn in_sight(&self) -> Vec<LineKey> {
        self.review().map(|review| review::in_sight(self, review)).unwrap_or_default()
    }

    /// How long nothing on screen changes by itself: the loop sleeps so long at the most.
    pub fn wake_in(&self) -> Duration {
        if let Some(review) = self.review() {
            return review.wake_in(self.now.running);
        }
        if self.board.is_listing() {
            return Duration::ZERO;
        }
        // The clock and the countdowns turn with the second.
        let into = u64::from(self.now.utc.timestamp_subsec_millis());
        let second = Duration::from_millis(1000 - into.min(999));
        // What is due is looked at more often than that.
        let asks = self.board.remote.asking.is_none() && self.connection.may_ask(self.now);
        match board::look_in(self) {
            Some(look) if asks => second.min(look.max(AT_ONCE)),
            Some(_) | None => second,
        }
    }

    /// Whether a message changes only what the next second changes anyway: the age of what is shown, and how
    /// much of the budget is used.
    pub fn shows_later(&self, message: &Message) -> bool {
        if let Message::Called(_) = message {
            return !self.layers.iter().any(|layer| matches!(layer, Layer::Calls(_)));
        }
        let Message::Listed { req, result: Ok(page) } = message else { return false };
        // Whoever asked by a key, or waits for something, sees the answer at once.
        let is_live = matches!(self.connection.health(self.now, self.expected_pace()), Health::Live(_));
        let is_at_rest = self.layers.is_empty() && self.writes.is_empty() && !board::is_held(self);
        is_live && is_at_rest && board::shows_already(self, *req, page)
    }

    /// The shared state, and the form and the review that lie over the table, each to be changed.
    pub(super) fn split(&mut self) -> (&mut Shared, Screens<'_>) {
        let mut screens = Screens::default();
        for layer in &mut self.layers {
            if let Layer::Form(form) = layer {
                screens.form = Some(form);
            } else if let Layer::Review(review) = layer {
                screens.review = Some(review);
            }
        }
        (&mut self.shared, screens)
    }

    /// Takes the form of a draft away that has become a task; the review over it keeps the keys.
    pub(super) fn close_form(&mut self, slot: &str) {
        self.layers.retain(|layer| !matches!(layer, Layer::Form(form) if form.slot == slot));
        self.sync();
    }

    /// Opens a screen over the others, or comes back to it where it lies among them.
    pub(super) fn open(&mut self, target: Destination) -> Vec<Effect> {
        if let Destination::Screen(scope) = target
            && let Some(at) = self.layers.iter().position(|layer| layer.screen() == scope)
        {
            self.layers.truncate(at + 1);
            self.sync();
            return Vec::new();
        }
        let scopes = self.scopes();
        let Some((layer, effects)) = Layer::open(target, &mut self.shared, &scopes) else {
            return Vec::new();
        };
        self.layers.push(layer);
        self.sync();
        effects
    }

    /// Closes the innermost screen; says whether there was one.
    pub(super) fn close(&mut self) -> bool {
        let was_open = self.layers.pop().is_some();
        self.sync();
        was_open
    }

    /// Closes all screens.
    pub(super) fn close_all(&mut self) {
        self.close_down_to(0);
    }

    /// Closes all screens but so many of the lowest.
    pub(super) fn close_down_to(&mut self, left: usize) {
        self.layers.truncate(left);
        self.sync();
    }

    /// Tells the screens what lies over the table.
    fn sync(&mut self) {
        let has = |found: fn(&Layer) -> bool| self.layers.iter().any(found);
        self.shared.lies_over = Over {
            detail: has(|layer| matches!(layer, Layer::Detail)),
            dialog: has(|layer| !matches!(layer, Layer::Detail)),
            form: has(|layer| matches!(layer, Layer::Form(_))),
            review: has(|layer| matches!(layer, Layer::Review(_))),
            text: has(Layer::takes_text),
        };
    }
}

#[cfg(test)]
impl State {
    /// The form, to be changed.
    pub(crate) fn form_mut(&mut self) -> Option<&mut Form> {
        self.split().1.form
    }
}
