//! `:reload`: the config and the key are read again, without leaving.
//!
//! Nothing is taken over while a write is open or a form stands: what was begun with one app or key
//! ends with it.

use crate::domain::{Failure, ListLimits};

use crate::keymap::{Action, Scope};

use super::board::{self, table::Board};
use super::detail::pane::Detail;
use super::effect::Effect;
use super::form::left::Drafts;
use super::pending::OverWrites;
use super::request::ReqId;
use super::setup::Reloaded;
use super::state::State;
use super::writes;

pub(super) mod obstacle;

use obstacle::obstacle;

/// Asks for the config to be read again.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    if let Some(why) = obstacle(state) {
        state.warn(format!("not now: {why}"));
        return Vec::new();
    }
    if state.reloading.is_some() || state.adopting.is_some() {
        // What was just changed may have been read before that: it is read once more.
        state.reload_again = true;
        state.say("reading the config once more…");
        return Vec::new();
    }
    let req = state.ask();
    state.reloading = Some(req);
    state.say("reading the config…");
    vec![Effect::Reload { req }]
}

/// The config was read, or is wrong.
pub(super) fn on_reloaded(state: &mut State, req: ReqId, result: Result<Reloaded, String>) -> Vec<Effect> {
    if state.reloading != Some(req) {
        return Vec::new();
    }
    state.reloading = None;
    if std::mem::take(&mut state.reload_again) {
        return ask(state);
    }
    let Reloaded { setup, same_place } = match result {
        Ok(reloaded) => reloaded,
        Err(why) => {
            state.warn(format!("nothing was changed, the config cannot be used: {why}"));
            return Vec::new();
        }
    };
    // What is still to be told of writes, and could be sent again, belongs to the app of before.
    let untold = !same_place && writes::has_notice(state);
    let key = state.key(Scope::Tasks, Action::Back);
    let notice = untold.then(|| {
        format!("it names another app; first acknowledge the results of this one ({key} at the table)")
    });
    if let Some(why) = obstacle(state).map(str::to_owned).or(notice) {
        state.warn(format!("the config was read but not applied: {why}"));
        return Vec::new();
    }
    let adopt = state.ask();
    // What is on the screen changes when the worker has it (W8), and not before.
    state.adopting = Some((adopt, Box::new(Reloaded { setup, same_place })));
    vec![Effect::Adopt { req: adopt }]
}

/// The new connection is in use, or could not be.
pub(super) fn on_adopted(state: &mut State, req: ReqId, result: Result<(), Failure>) -> Vec<Effect> {
    let mut effects = applied(state, req, result);
    if state.adopting.is_none() && std::mem::take(&mut state.reload_again) {
        effects.extend(ask(state));
    }
    effects
}

fn applied(state: &mut State, req: ReqId, result: Result<(), Failure>) -> Vec<Effect> {
    let Some((_, read)) = state.adopting.take_if(|(asked, _)| *asked == req) else { return Vec::new() };
    if let Err(failure) = result {
        state.warn(format!("nothing was changed: {}", failure.words().what));
        return Vec::new();
    }
    let Reloaded { setup, same_place } = *read;
    state.zone = setup.zone;
    // What was switched by hand stays, unless it is this that was changed in the config.
    let mut effects = Vec::new();
    if setup.mouse != state.setup.mouse {
        state.presence.mouse = setup.mouse;
        effects.push(Effect::CaptureMouse(setup.mouse));
    }
    let before = std::mem::take(&mut state.connection);
    state.connection.signed_until = before.signed_until;
    state.connection.skew = before.skew.filter(|_| same_place);
    if same_place {
        state.say("the config was reloaded");
        state.setup = setup;
        effects.extend(board::ask::read_again(state));
        return effects;
    }
    // Of another app nothing that is on the screen is true.
    state.close_all();
    state.board = Board::new(state.now.utc);
    state.limits = ListLimits::default();
    state.detail = Detail::default();
    state.drafts = Drafts::default();
    state.over = OverWrites::default();
    state.writes.clear();
    state.results.clear();
    state.failed.clear();
    let place = format!("{} · {} · {}", setup.profile, setup.place, setup.sdkappid);
    state.setup = setup;
    state.say(format!("now on {place}"));
    effects.extend(board::start(state));
    effects
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::app::Message;
    use crate::app::Setup;
    use crate::app::testing::{auth, board, feed, key, typed};
    use crate::domain::profile::Environment;

    fn reload(state: &mut State) -> ReqId {
        let effects = feed(state, [typed(":reload"), vec![key(KeyCode::Enter)]].concat());
        let [Effect::Reload { req }] = effects.as_slice() else { panic!("{effects:?}") };
        *req
    }

    fn answered(state: &mut State, req: ReqId, result: Result<Reloaded, String>) -> Vec<Effect> {
        let effects = feed(state, [Message::Reloaded { req, result: result.map(Box::new) }]);
        let [Effect::Adopt { req }] = effects[..] else { return effects };
        feed(state, [Message::Adopted { req, result: Ok(()) }])
    }

    #[test]
    fn a_fixed_key_is_applied_and_the_asking_goes_on() {
        let mut state = auth(board((120, 40)));
        assert!(state.connection.stopped);
        let req = reload(&mut state);
        let (selected, setup) = (state.board.selected, Setup { page_size: 60, ..state.setup.clone() });
        let effects = answered(&mut state, req, Ok(Reloaded { setup, same_place: true }));
        let [Effect::List { .. }, Effect::Sync { .. }] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!((state.setup.page_size, state.connection.stopped), (60, false));
        assert_eq!(state.board.selected, selected, "the table stays");
        assert!(answered(&mut state, req, Err("late".into())).is_empty(), "an old answer changes nothing");
    }

    #[test]
    fn the_mouse_follows_its_setting_when_that_was_changed_and_else_stays_as_it_was_switched() {
        let mut state = board((120, 40));
        feed(&mut state, typed("m"));
        let req = reload(&mut state);
        let same = state.setup.clone();
        let effects = answered(&mut state, req, Ok(Reloaded { setup: same, same_place: true }));
        assert!(matches!(effects.as_slice(), [Effect::List { .. }, Effect::Sync { .. }]));
        assert!(!state.presence.mouse);
        for mouse in [false, true] {
            let req = reload(&mut state);
            let setup = Setup { mouse, ..state.setup.clone() };
            let effects = answered(&mut state, req, Ok(Reloaded { setup, same_place: true }));
            assert_eq!(effects.first(), Some(&Effect::CaptureMouse(mouse)));
            assert_eq!(state.presence.mouse, mouse);
        }
    }

    #[test]
    fn what_was_changed_while_it_is_read_or_applied_is_read_once_more() {
        let mut state = board((120, 40));
        let first = reload(&mut state);
        let again = |state: &mut State| feed(state, [typed(":reload"), vec![key(KeyCode::Enter)]].concat());
        assert_eq!(again(&mut state), [], "one at a time");
        assert_eq!(again(&mut state), []);
        let setup = state.setup.clone();
        let read = || Ok(Box::new(Reloaded { setup: setup.clone(), same_place: true }));
        let effects = feed(&mut state, [Message::Reloaded { req: first, result: read() }]);
        let [Effect::Reload { req }] = effects[..] else {
            panic!("what is old by now is not applied: {effects:?}")
        };
        let effects = feed(&mut state, [Message::Reloaded { req, result: read() }]);
        let [Effect::Adopt { req }] = effects[..] else { panic!("{effects:?}") };
        assert_eq!(again(&mut state), []);
        let effects = feed(&mut state, [Message::Adopted { req, result: Ok(()) }]);
        let [Effect::List { .. }, Effect::Sync { .. }, Effect::Reload { req }] = effects[..] else {
            panic!("{effects:?}")
        };
        let effects = answered(&mut state, req, read().map(|read| *read));
        assert!(
            matches!(effects[..], [Effect::List { .. }, Effect::Sync { .. }]),
            "and that was all: {effects:?}"
        );
    }

    #[test]
    fn another_app_begins_with_an_empty_table() {
        let mut state = board((120, 40));
        let req = reload(&mut state);
        let setup = Setup { sdkappid: 7, environment: Environment::Test, ..state.setup.clone() };
        let effects = answered(&mut state, req, Ok(Reloaded { setup, same_place: false }));
        assert!(matches!(effects.as_slice(), [Effect::List { .. }, Effect::Sync { .. }]), "{effects:?}");
        assert_eq!((state.board.tasks().len(), state.board.selected, state.setup.sdkappid), (0, None, 7));
        assert_eq!(state.connection.skew, None);
    }

    #[test]
    fn the_screen_shows_another_app_only_once_the_worker_has_taken_it() {
        let mut state = board((120, 40));
        let before = state.setup.clone();
        let req = reload(&mut state);
        let setup = Setup { sdkappid: 7, app: "other".into(), ..before.clone() };
        let result = Ok(Box::new(Reloaded { setup, same_place: false }));
        let effects = feed(&mut state, [Message::Reloaded { req, result }]);
        let [Effect::Adopt { req }] = effects[..] else { panic!("{effects:?}") };
        assert_eq!(state.setup, before, "the worker may still refuse it");
        // Meanwhile nothing is begun that would end at one app or the other.
        assert!(feed(&mut state, typed("nDe")).is_empty() && state.layers.is_empty());
        let mut refused = state.clone();
        let failure = Failure::Local { detail: "gone".to_owned() };
        feed(&mut refused, [Message::Adopted { req, result: Err(failure) }]);
        assert_eq!((&refused.setup, refused.board.tasks().is_empty()), (&before, false));
        feed(&mut state, [Message::Adopted { req, result: Ok(()) }]);
        assert_eq!((state.setup.sdkappid, state.board.tasks().len()), (7, 0));
    }

    #[test]
    fn what_is_still_to_be_read_of_one_app_keeps_another_away() {
        let mut state = crate::app::testing::in_doubt((120, 40));
        let req = state.writes[0].req;
        state.writes.truncate(1);
        feed(&mut state, [Message::Settled { req, verdict: crate::app::Verdict::NotDone }]);
        for (same_place, taken) in [(false, false), (true, true)] {
            let asked = reload(&mut state);
            let setup = Setup { sdkappid: 7, ..state.setup.clone() };
            let effects = answered(&mut state, asked, Ok(Reloaded { setup, same_place }));
            assert_eq!(!effects.is_empty(), taken, "{effects:?}");
        }
    }

    #[test]
    fn a_config_that_is_wrong_changes_nothing_and_says_why() {
        let mut state = board((120, 40));
        let before = state.setup.clone();
        let req = reload(&mut state);
        let wrong = Err("c.toml:3:1: unknown key".to_owned());
        assert!(answered(&mut state, req, wrong).is_empty());
        assert_eq!(state.setup, before);
        assert!(state.note.as_ref().is_some_and(|note| note.text.contains("c.toml:3:1")));
    }

    #[test]
    fn a_form_that_was_opened_meanwhile_keeps_the_old_connection() {
        let mut state = board((120, 40));
        let req = reload(&mut state);
        feed(&mut state, typed("n"));
        let setup = Setup { sdkappid: 7, ..state.setup.clone() };
        assert!(answered(&mut state, req, Ok(Reloaded { setup, same_place: false })).is_empty());
        assert_ne!(state.setup.sdkappid, 7);
        assert!(state.form().is_some());
    }
}
