//! The quiet around a confirmation (U2), held against generated streams of keys.

use super::*;
use crate::app::ReqId;
use crate::app::State;
use crate::app::Write;
use crate::domain::profile::Environment;
use std::time::Duration;

/// Numbers that only look random.
struct Roll(u64);

impl Roll {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// The reviews of the three levels, and what each asks for.
fn reviews() -> Vec<(State, String)> {
    let states = vec![
        cancel(Environment::Test, "User"),
        cancel(Environment::Prod, "Tag"),
        create(Environment::Test, "User"),
        create(Environment::Test, "Tag"),
        create(Environment::Prod, "All"),
    ];
    let wanted = |state: &State| review(state).wanted(&state.setup);
    states.into_iter().map(|state| (state.clone(), wanted(&state))).collect()
}

/// Time goes on by so much as the loop tells it: frames, and ticks at most 190 ms apart.
fn loop_on(state: &mut State, mut ms: u64) -> Vec<Effect> {
    let mut effects = Vec::new();
    while ms > 0 {
        let step = ms.min(190);
        ms -= step;
        draw(state);
        let at = u64::try_from(state.now.running.as_millis()).unwrap() + step;
        effects.extend(tick(state, at));
    }
    draw(state);
    effects
}

/// A stream of such keys without a pause of 400 ms, and then a long one: what is sent.
fn stream(state: &mut State, keys: &[KeyCode], roll: &mut Roll) -> Vec<(ReqId, Write)> {
    let mut effects = Vec::new();
    for code in keys {
        effects.extend(press(state, *code));
        effects.extend(loop_on(state, roll.below(390)));
    }
    effects.extend(loop_on(state, 3_800));
    writes(&effects)
}

#[test]
fn no_stream_of_keys_but_the_very_confirmation_sends_anything() {
    let mut roll = Roll(7);
    for (fresh, wanted) in reviews() {
        let alphabet: Vec<char> = wanted.chars().chain("yY n4".chars()).collect();
        for _ in 0..25 {
            // Mostly the confirmation itself with something before, within or behind it.
            let mut text: Vec<char> = wanted.chars().collect();
            for _ in 0..=roll.below(3) {
                let c = alphabet[usize::try_from(roll.below(alphabet.len() as u64)).unwrap()];
                let at = roll.below(text.len() as u64 + 1);
                text.insert(usize::try_from(at).unwrap(), c);
            }
            if roll.below(4) == 0 {
                let at = roll.below(text.len() as u64);
                text.remove(usize::try_from(at).unwrap());
            }
            if text.iter().collect::<String>() == wanted {
                continue;
            }
            let mut keys: Vec<KeyCode> = text.iter().map(|c| KeyCode::Char(*c)).collect();
            if roll.below(3) == 0 {
                let others = [KeyCode::Backspace, KeyCode::Down, KeyCode::Enter, KeyCode::Tab];
                let other = others[usize::try_from(roll.below(4)).unwrap()];
                let at = roll.below(keys.len() as u64 + 1);
                keys.insert(usize::try_from(at).unwrap(), other);
            }
            let mut state = fresh.clone();
            assert_eq!(stream(&mut state, &keys, &mut roll), [], "{text:?} for {wanted}");
        }
        let keys: Vec<KeyCode> = wanted.chars().map(KeyCode::Char).collect();
        let mut state = fresh.clone();
        assert_eq!(stream(&mut state, &keys, &mut roll).len(), 1, "{wanted} itself");
    }
}

#[test]
fn running_text_of_a_form_and_pasted_text_confirm_nothing() {
    let mut roll = Roll(11);
    for text in ["my day", "y", " y", "yy", "may you\n", "all acme!", "acme sale", "say 4821 to all acme"] {
        for (mut state, wanted) in reviews() {
            // It goes on from what was typed into the form, over the opening of the review.
            let keys: Vec<KeyCode> = "anna y".chars().chain(text.chars()).map(KeyCode::Char).collect();
            assert_eq!(stream(&mut state, &keys, &mut roll), [], "{text:?} for {wanted}");
            update(&mut state, Message::Pasted(wanted.clone()));
            assert_eq!(writes(&loop_on(&mut state, 3_800)), []);
        }
    }
}

#[test]
fn keys_of_one_batch_and_of_a_stalled_screen_are_no_confirmation() {
    for (fresh, wanted) in reviews() {
        // Typed while the loop stood still: all of it comes behind one tick.
        let mut state = fresh.clone();
        press(&mut state, KeyCode::Char('m'));
        let at = u64::try_from(state.now.running.as_millis()).unwrap();
        assert_eq!(writes(&tick(&mut state, at + 3_000)), []);
        assert_eq!(type_in(&mut state, &wanted), []);
        assert_eq!(writes(&loop_on(&mut state, 3_800)), [], "{wanted}");
    }
}

#[test]
fn the_loop_wakes_when_the_quiet_is_over_and_not_much_later() {
    let mut state = cancel(Environment::Test, "User");
    press(&mut state, KeyCode::Char('y'));
    let mut sent = Vec::new();
    let began = state.now.running;
    while sent.is_empty() {
        draw(&mut state);
        let at = state.now.running + state.wake_in();
        assert!(at < began + Duration::from_millis(450), "{at:?}");
        sent = writes(&tick(&mut state, u64::try_from(at.as_millis()).unwrap()));
    }
    assert!(state.now.running >= began + Duration::from_millis(400));
}
