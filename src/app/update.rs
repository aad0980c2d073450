//! The one function that changes the state: a message in, effects out.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an action or key that means nothing here does nothing here"
)]

use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind};

use crate::domain::when;
use crate::keymap::{self, Action};

use super::effect::Effect;
use super::message::Message;
use super::state::{Layer, State};
use super::{board, calls, detail, drafts, filter, find, form, help, palette, reload, review, sort};

/// Takes one message into account.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Ticked(now) => on_tick(state, now),
        Message::Drawn { at, rendered, size, lines } => {
            state.now = at;
            // What was drawn for another size shows other parts of it.
            if size == state.size {
                review::on_drawn(state, rendered, lines);
            }
            Vec::new()
        }
        Message::Key(event) => on_key(state, event),
        Message::Pasted(text) => {
            on_paste(state, &text);
            Vec::new()
        }
        Message::Resized { columns, rows } => {
            state.size = (columns, rows);
            if state.areas().is_none_or(|areas| areas.detail.is_none()) {
                state.detail.focused = false;
            }
            board::follow_cursor(state);
            Vec::new()
        }
        Message::EndAsked => {
            review::on_input(state);
            let mut effects = form::keep_draft_now(state);
            effects.push(Effect::Quit);
            effects
        }
        Message::StopAsked => suspend(state),
        Message::WentOn => {
            review::on_resumed(state);
            vec![Effect::TakeTerminal]
        }
        Message::Noted(text) => {
            state.warn(text);
            Vec::new()
        }
        Message::Signed { until, given } => {
            state.connection.signed(until, given);
            warn_of_signature(state);
            Vec::new()
        }
        Message::LeftOpen(open) => review::take_up(state, open),
        Message::EndedElsewhere { entry, verdict } => review::on_ended_elsewhere(state, entry, verdict),
        Message::Called(call) => {
            if state.connection.called(&call, state.now) {
                state.warn(format!(
                    "too many calls ({}): somebody else works on this app; what refreshes by itself asks \
                     for {} less often for a while",
                    call.code().unwrap_or_default(),
                    call.command.name()
                ));
            }
            state.calls.push(call);
            Vec::new()
        }
        Message::Learnt { limits, is_new } => board::on_learnt(state, *limits, is_new),
        Message::Narrowed { req, query } => {
            board::on_narrowed(state, req, query);
            Vec::new()
        }
        Message::Listed { req, result } => board::on_listed(state, req, result),
        Message::Got { req, result } => review::on_got(state, req, result.map(|task| *task)),
        Message::Wrote { req, result } => review::on_wrote(state, req, result),
        Message::OutcomeUnknown { req, failure, open } => review::on_unknown(state, req, failure, *open),
        Message::Stopped { req, why } => review::on_stopped(state, req, why),
        Message::Checked { req, sight, next_in, opens_in } => {
            review::on_checked(state, req, sight, next_in, opens_in);
            Vec::new()
        }
        Message::Searched { req, sight, opens_in } => review::on_searched(state, req, sight, opens_in),
        Message::Settled { req, verdict } => review::on_settled(state, req, verdict),
        Message::Reloaded { req, result } => reload::on_reloaded(state, req, result.map(|read| *read)),
        Message::Adopted { req, result } => reload::on_adopted(state, req, result),
        Message::DraftLoaded { req, result } => form::on_draft_loaded(state, req, result),
        Message::DraftsListed { req, result } => drafts::on_listed(state, req, result),
        Message::DraftRestored { req, result } => drafts::on_restored(state, req, result.map(|kept| *kept)),
        Message::DraftKept { req, result } => {
            form::on_draft_kept(state, req, result);
            Vec::new()
        }
    }
}

fn on_tick(state: &mut State, now: super::Moment) -> Vec<Effect> {
    let before = std::mem::replace(&mut state.now, now);
    state.connection.forget_old_calls(now);
    if state.note.as_ref().is_some_and(|note| now.running >= note.until) {
        state.note = None;
    }
    warn_of_signature(state);
    let mut effects = board::on_tick(state);
    effects.extend(form::on_tick(state));
    effects.extend(drafts::on_tick(state));
    effects.extend(review::on_tick(state, before.running));
    effects
}

/// Says once, at the start or later, that a signature ends soon which cannot be renewed here.
fn warn_of_signature(state: &mut State) {
    let Some(left) = state.connection.given_ends_soon(state.now) else { return };
    let words =
        format!("the UserSig of the config ends in {}; put in a new one, or the secret key", when::age(left));
    // What was to be said at the start must not be lost for it.
    let said = state
        .setup
        .notice
        .as_ref()
        .filter(|notice| state.note.as_ref().is_some_and(|note| &note.text == *notice));
    let words = match said {
        Some(notice) => format!("{words} · {notice}"),
        None => words,
    };
    state.warn(words);
}

fn on_key(state: &mut State, event: KeyEvent) -> Vec<Effect> {
    // Released keys are nobody's wish; some terminals report them.
    if event.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let repeated = event.kind == KeyEventKind::Repeat;
    state.last_key = Some(state.now.running);
    let action = keymap::lookup(&state.scopes(), &event);
    // U2: any key counts, also a repeated one and one that means something else everywhere.
    let goes_on = matches!(action, Some(Action::Quit | Action::Suspend));
    if review::on_input(state) && !goes_on {
        return Vec::new();
    }
    let takes_text = state.layers.last().is_some_and(Layer::takes_text);
    if takes_text {
        // Of the keys that mean something everywhere only those that are no text do so here.
        let action = action.filter(|_| !is_printable(&event));
        return on_text_key(state, event, action, repeated);
    }
    let Some(action) = action else { return Vec::new() };
    if repeated && !action.moves() {
        return Vec::new();
    }
    perform(state, action)
}

/// Does what a key or the palette asks for, where the operator is.
pub(super) fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    if action != Action::Close && action != Action::Quit {
        state.leaving = false;
    }
    if let Some(effects) = everywhere(state, action) {
        return effects;
    }
    if reload::is_adopting(state) && action.begins_something() {
        state.say("the new config is being taken over; in a moment");
        return Vec::new();
    }
    match state.layers.last() {
        None if state.detail.focused => detail::on_action(state, action),
        None => board::on_action(state, action),
        Some(Layer::Detail) => detail::on_action(state, action),
        Some(Layer::Sort(_)) => sort::on_action(state, action),
        Some(Layer::Drafts(_)) => drafts::on_action(state, action),
        Some(Layer::Calls(_)) => calls::on_list_action(state, action),
        Some(Layer::Call(_)) => calls::on_one_action(state, action),
        Some(Layer::Help(_)) => help::on_action(state, action),
        Some(Layer::Filter(_) | Layer::Find(_) | Layer::Form(_) | Layer::Review(_) | Layer::Palette(_)) => {
            Vec::new()
        }
    }
}

fn on_text_key(state: &mut State, event: KeyEvent, action: Option<Action>, repeated: bool) -> Vec<Effect> {
    if let Some(action) = action
        && let Some(effects) = everywhere(state, action)
    {
        return effects;
    }
    match state.layers.last() {
        Some(Layer::Filter(_)) => filter::on_key(state, event, action),
        Some(Layer::Find(_)) => find::on_key(state, event, action),
        Some(Layer::Form(_)) => form::on_key(state, event, action),
        Some(Layer::Palette(_)) => palette::on_key(state, event, action),
        // Rule 2 of the hand: the review ignores auto-repeat.
        Some(Layer::Review(_)) if !repeated => review::on_key(state, event, action),
        Some(
            Layer::Review(_)
            | Layer::Detail
            | Layer::Sort(_)
            | Layer::Drafts(_)
            | Layer::Calls(_)
            | Layer::Call(_)
            | Layer::Help(_),
        )
        | None => Vec::new(),
    }
}

/// The actions that mean the same everywhere.
fn everywhere(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::Help if !matches!(state.layers.last(), Some(Layer::Help(_))) => help::open(state),
        Action::Palette => palette::open(state),
        Action::Reload => return Some(reload::ask(state)),
        Action::Drafts => return Some(drafts::open(state)),
        Action::Calls if !matches!(state.layers.last(), Some(Layer::Calls(_) | Layer::Call(_))) => {
            calls::open(state);
        }
        Action::Repaint => return Some(vec![Effect::Repaint]),
        Action::Suspend => return Some(suspend(state)),
        Action::Quit => return Some(leave(state)),
        _ => return None,
    }
    Some(Vec::new())
}

/// Leaves, unless a write is under way: then the first ask says so, and the second leaves.
pub fn leave(state: &mut State) -> Vec<Effect> {
    let under_way = state.writes.iter().filter(|write| write.is_open_here()).count();
    if under_way > 0 && !state.leaving {
        state.leaving = true;
        state.warn("a write is under way and its outcome not known yet; once more leaves all the same");
        state.note.iter_mut().for_each(|note| note.until += Duration::from_secs(20));
        return Vec::new();
    }
    let mut effects = form::keep_draft_now(state);
    effects.push(Effect::Quit);
    effects
}

/// Stops for a while. Nothing counts down meanwhile, and what is typed is on disk.
fn suspend(state: &mut State) -> Vec<Effect> {
    review::on_input(state);
    let mut effects = form::keep_draft_now(state);
    effects.push(Effect::Suspend);
    effects
}

fn on_paste(state: &mut State, text: &str) {
    state.last_key = Some(state.now.running);
    review::on_input(state);
    match state.layers.last() {
        Some(Layer::Filter(_)) => filter::on_paste(state, text),
        Some(Layer::Find(_)) => find::on_paste(state, text),
        Some(Layer::Form(_)) => form::on_paste(state, text),
        Some(Layer::Palette(_)) => palette::on_paste(state, text),
        // Rule 2 of the hand: nothing can be confirmed by a paste.
        Some(Layer::Review(_)) => state.warn("a paste confirms nothing; type it"),
        Some(
            Layer::Detail
            | Layer::Sort(_)
            | Layer::Drafts(_)
            | Layer::Calls(_)
            | Layer::Call(_)
            | Layer::Help(_),
        )
        | None => {
            state.say("a paste outside of a text field was dropped");
        }
    }
}

fn is_printable(event: &KeyEvent) -> bool {
    use crossterm::event::{KeyCode, KeyModifiers};
    matches!(event.code, KeyCode::Char(_))
        && !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
}
