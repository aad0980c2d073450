//! What the keys of the timeline do, and what it costs.

use std::sync::Arc;

use crossterm::event::KeyCode;

use super::*;
use crate::app::testing::{board, ctrl, feed, fill, key, later, now, press, task, timeline, typed};
use crate::app::{Layer, Message, Mouse, MouseKind, State};
use crate::domain::Schedule;
use crate::domain::collision::Collision;
use crate::domain::schedule::Row;

const SIZE: (u16, u16) = (120, 40);

fn page(state: &State) -> &TimelinePage {
    let Some(Layer::Timeline(page)) = state.layers.last() else { panic!("{:?}", state.layers.len()) };
    page
}

fn list(state: &State) -> &bucket_list::BucketList {
    let Some(Layer::Bucket(list)) = state.layers.last() else { panic!("{:?}", state.layers.len()) };
    list
}

fn note(state: &State) -> &str {
    state.note.as_ref().map_or("", |note| note.text.as_str())
}

/// The chosen bar: its place, its stretch in words.
fn chosen(state: &State) -> (usize, String) {
    let made = page(state).made(state);
    let at = page(state).chosen(state, &made);
    (at, words::stretch(page(state).zoom, &made.timeline.buckets[at], state.zone))
}

fn first(state: &State) -> DateTime<Utc> {
    page(state).made(state).timeline.buckets[0].begin
}

#[test]
fn it_opens_on_today_with_a_quarter_of_the_past_and_its_keys_lead_back() {
    let mut state = timeline(SIZE, "");
    let (place, stretch) = chosen(&state);
    let count = page(&state).made(&state).timeline.buckets.len();
    assert_eq!((place, stretch.as_str()), (count / 4, "Sat 21 Nov +08"));
    for back in [key(KeyCode::Esc), typed("q").remove(0), typed("1").remove(0)] {
        let mut state = state.clone();
        assert_eq!(feed(&mut state, [back]), []);
        assert!(state.layers.is_empty());
    }
    feed(&mut state, typed("2"));
    assert_eq!(state.layers.len(), 1, "there its key changes nothing");
}

#[test]
fn the_keys_that_move_choose_a_bar_and_the_bars_move_only_at_the_edge() {
    let mut state = timeline(SIZE, "");
    let (place, begin) = (chosen(&state).0, first(&state));
    press(&mut state, KeyCode::Right);
    assert_eq!((chosen(&state), first(&state)), ((place + 1, "Sun 22 Nov +08".to_owned()), begin));
    feed(&mut state, typed(&"h".repeat(place + 2)));
    assert_eq!(chosen(&state).0, 0);
    assert_eq!(begin - first(&state), TimeDelta::days(1), "one bar more is seen");
    let count = page(&state).made(&state).timeline.buckets.len();
    feed(&mut state, typed(&"l".repeat(count)));
    assert_eq!((chosen(&state).0, first(&state)), (count - 1, begin));
    feed(&mut state, typed("]"));
    assert_eq!(chosen(&state).0, count - 1);
    assert_eq!((first(&state) - begin).num_days(), i64::try_from(count).unwrap());
    feed(&mut state, typed("["));
    assert_eq!(first(&state), begin);
    feed(&mut state, typed("."));
    assert_eq!(chosen(&state), (place, "Sat 21 Nov +08".to_owned()));
}

#[test]
fn what_is_chosen_keeps_its_time_and_its_place_in_bars_of_another_length() {
    let mut state = timeline(SIZE, "lll");
    let (place, day) = chosen(&state);
    assert_eq!(day, "Tue 24 Nov +08");
    feed(&mut state, typed("+"));
    assert_eq!(chosen(&state), (place, "Tue 24 Nov 00:00–01:00 +08".to_owned()));
    feed(&mut state, typed("---"));
    assert_eq!(page(&state).zoom, Zoom::Month);
    assert_eq!(chosen(&state).1, "Nov 2026 +08");
    feed(&mut state, typed("-"));
    assert_eq!((page(&state).zoom, note(&state)), (Zoom::Month, "bars of months are all there is"));
    feed(&mut state, typed("++"));
    assert_eq!(chosen(&state).1, "Tue 24 Nov +08");
    // Who never moved stays at now.
    let mut state = timeline(SIZE, "+");
    assert_eq!(chosen(&state).1, "Sat 21 Nov 14:00–15:00 +08");
    feed(&mut state, [Message::Ticked(later(3600))]);
    assert_eq!(chosen(&state).1, "Sat 21 Nov 15:00–16:00 +08");
}

#[test]
fn the_bars_are_counted_once_and_anew_only_where_something_changed() {
    let mut state = timeline(SIZE, "");
    let made = page(&state).made(&state);
    for keys in ["l", "h", "ll"] {
        feed(&mut state, typed(keys));
        feed(&mut state, [Message::Ticked(later(1))]);
        assert!(Arc::ptr_eq(&made, &page(&state).made(&state)), "{keys}");
    }
    let one_more = task(77, 600, "All", "pending", "One more", &serde_json::json!({}));
    state.board.schedule.put(Row::of(&one_more), 1);
    state.board.schedule.settle();
    let anew = page(&state).made(&state);
    assert_eq!(anew.timeline.all().all(), made.timeline.all().all() + 1);
    feed(&mut state, typed("z"));
    assert_ne!(page(&state).made(&state).timeline.zone, anew.timeline.zone);
}

#[test]
fn enter_lists_the_tasks_of_the_bar_and_goes_from_there_to_the_task_on_the_table() {
    let mut state = timeline(SIZE, "!");
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    let slots = list(&state).slots(&state.board.schedule).to_vec();
    let id = |slot: &u32| state.board.schedule.get(*slot).unwrap().id;
    let ids: Vec<_> = slots.iter().map(id).collect();
    assert!(ids.len() > 2 && list(&state).stretch == "Sun 22 Nov +08", "{ids:?}");
    feed(&mut state, typed("jj"));
    assert_eq!(list(&state).row(&state.board.schedule), 2);
    // Another one comes before it: it stays chosen.
    let at = state.board.schedule.get(slots[0]).unwrap().scheduled - now().utc.timestamp();
    let before = task(1, at, "All", "pending", "Before", &serde_json::json!({}));
    state.board.schedule.put(Row::of(&before), 1);
    state.board.schedule.settle();
    assert_eq!(list(&state).row(&state.board.schedule), 3);
    press(&mut state, KeyCode::Enter);
    assert!(state.layers.is_empty());
    assert_eq!(state.board.selected, Some(ids[2]));
    let mut state = timeline(SIZE, "!");
    feed(&mut state, [key(KeyCode::Enter), key(KeyCode::Esc)]);
    assert_eq!(chosen(&state).1, "Sun 22 Nov +08", "one step back");
}

#[test]
fn enter_means_the_task_that_was_marked_also_before_any_key_and_when_it_leaves_the_bar() {
    let marked = |state: &State| {
        let list = list(state);
        let all = list.slots(&state.board.schedule).iter();
        let ids = all.map(|slot| state.board.schedule.get(*slot).unwrap().id);
        ids.filter(|id| list.is_chosen(*id)).collect::<Vec<_>>()
    };
    let put = |state: &mut State, id: u64, seconds: i64| {
        let other = task(id, seconds, "All", "pending", "Other", &serde_json::json!({}));
        state.board.schedule.put(Row::of(&other), 1);
        state.board.schedule.settle();
    };
    let mut state = timeline(SIZE, "!");
    press(&mut state, KeyCode::Enter);
    let begin = (list(&state).range.begin - now().utc).num_seconds();
    let first = marked(&state);
    assert_eq!((first.len(), list(&state).row(&state.board.schedule)), (1, 0));
    put(&mut state, 1, begin);
    assert_eq!((marked(&state), list(&state).row(&state.board.schedule)), (first.clone(), 1));
    let mut left = state.clone();
    press(&mut state, KeyCode::Enter);
    assert_eq!(state.board.selected, Some(first[0]));
    // Another client moves it to another day: what was on the screen is what Enter means until others are marked.
    put(&mut left, first[0].0, begin + 3 * 86_400);
    assert_eq!(marked(&left), []);
    let mut ticked = left.clone();
    press(&mut left, KeyCode::Enter);
    assert_eq!(left.board.selected, Some(first[0]));
    feed(&mut ticked, [Message::Ticked(later(1))]);
    let next = marked(&ticked);
    assert!(next.len() == 1 && next != first, "{next:?}");
    press(&mut ticked, KeyCode::Enter);
    assert_eq!(ticked.board.selected, Some(next[0]));
}

#[test]
fn a_bar_without_tasks_says_so_and_opens_nothing() {
    let mut state = board(SIZE);
    feed(&mut state, typed("2"));
    state.board.schedule = Schedule::default();
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert_eq!(note(&state), "nothing fires in this bar: Sat 21 Nov +08");
    feed(&mut state, typed("!"));
    assert_eq!(note(&state), "nothing collides behind this bar, as far as tasks are read");
}

#[test]
fn a_bar_of_which_nothing_was_read_says_so_and_never_that_nothing_fires() {
    let mut state = board(SIZE);
    feed(&mut state, typed("2"));
    feed(&mut state, typed(&"l".repeat(7)));
    press(&mut state, KeyCode::Enter);
    assert_eq!(note(&state), "nothing fires in this bar: Sat 28 Nov +08");
    feed(&mut state, typed(&"l".repeat(30)));
    press(&mut state, KeyCode::Enter);
    let whole = whole_range(&state).unwrap();
    let day = |at: DateTime<Utc>| at.with_timezone(&state.zone).format("%-d %b").to_string();
    let (from, to) = (day(whole.begin), day(whole.end));
    let said = format!("Mon 28 Dec +08: not read: outside of {from} → {to}; [ ] on the table move that");
    assert_eq!(note(&state), said);
}

#[test]
fn a_key_leads_from_one_collision_to_the_next_also_beyond_the_screen() {
    let mut state = timeline(SIZE, "");
    let mut seen = Vec::new();
    for _ in 0..60 {
        feed(&mut state, typed("!"));
        let made = page(&state).made(&state);
        let at = page(&state).chosen(&state, &made);
        assert!(made.colliding(at) > 0, "{:?}", chosen(&state));
        seen.push(made.timeline.buckets[at].begin);
        if note(&state).contains("nothing collides") {
            break;
        }
    }
    assert!(note(&state).contains("nothing collides"), "{}", seen.len());
    seen.dedup();
    assert!(seen.is_sorted() && seen.len() > 20, "{seen:?}");
}

#[test]
fn a_press_chooses_a_bar_and_a_second_one_opens_it() {
    let mut state = timeline(SIZE, "");
    let made = page(&state).made(&state);
    let plot = page(&state).plot(&state, &made).unwrap();
    let position = Position::new(plot.x(12), plot.axis);
    let pressed = || Message::Mouse(Mouse { kind: MouseKind::Press, position });
    feed(&mut state, [pressed()]);
    assert_eq!(chosen(&state).0, 12);
    feed(&mut state, [pressed()]);
    assert!(matches!(state.layers.last(), Some(Layer::Bucket(_))));
}

#[test]
fn a_smaller_screen_keeps_what_is_chosen_in_sight() {
    let mut state = timeline((220, 60), "");
    feed(&mut state, typed(&"l".repeat(30)));
    for size in [(120, 40), (80, 24), (40, 12), (30, 8)] {
        feed(&mut state, [Message::Resized { columns: size.0, rows: size.1 }]);
        press(&mut state, KeyCode::Left);
        press(&mut state, KeyCode::Right);
        let made = page(&state).made(&state);
        let plot = page(&state).plot(&state, &made).unwrap();
        assert!(page(&state).chosen(&state, &made) < plot.count, "{size:?}");
        assert_eq!(plot.count, made.timeline.buckets.len());
    }
}

/// The form of a new task to everyone, with this title and time.
fn form(time: &str) -> State {
    let mut state = board(SIZE);
    fill(&mut state);
    feed(&mut state, typed("na"));
    state.form_mut().unwrap().draft.put("OfflinePushInfo.Title", "Something new");
    state.form_mut().unwrap().draft.scheduled = time.to_owned();
    state
}

#[test]
fn the_next_free_slot_takes_the_place_of_a_time_that_collides() {
    // Tomorrow at the second at which two others go out.
    let mut state = form("2026-11-22 14:03:22");
    assert_eq!(feed(&mut state, [ctrl('g')]), []);
    let taken = state.form().unwrap().draft.scheduled.clone();
    assert_ne!(taken, "2026-11-22 14:03:22");
    assert!(note(&state).starts_with("the next free slot: "), "{}", note(&state));
    assert!(note(&state).contains("14:03:22 is "), "{}", note(&state));
    assert_eq!(state.form().unwrap().entry.text(), taken);
    // What is free stays.
    feed(&mut state, [ctrl('g')]);
    assert!(note(&state).ends_with("is free: nothing collides"), "{}", note(&state));
    assert_eq!(state.form().unwrap().draft.scheduled, taken);
}

#[test]
fn without_a_time_the_next_free_slot_is_soon_and_the_field_of_the_time_has_the_keys() {
    let mut state = form("");
    state.board.schedule = Schedule::default();
    feed(&mut state, [ctrl('g')]);
    assert_eq!(state.form().unwrap().draft.scheduled, "2026-11-21 14:09:00");
    assert_eq!(state.form().unwrap().focus.label(), "When");
    state.setup.limits.daily_allowance = Some(0);
    feed(&mut state, [ctrl('g')]);
    assert_eq!(note(&state), "there is no free slot within sixty days");
}

#[test]
fn nobody_is_taken_out_of_a_text_by_the_key_of_a_screen() {
    let mut state = form("");
    feed(&mut state, [key(KeyCode::F(1)), typed("1").remove(0)]);
    assert!(state.form().is_some());
    feed(&mut state, [key(KeyCode::Esc)]);
    for keys in [":tasks", "12"] {
        let mut state = board(SIZE);
        feed(&mut state, [typed("n"), vec![key(KeyCode::Tab)], typed(keys)].concat());
        assert!(state.form().is_some(), "{keys}");
    }
}

#[test]
fn a_collision_is_told_of_the_bars_of_both_tasks_and_what_the_service_refuses_comes_first() {
    let state = timeline(SIZE, "");
    let made = page(&state).made(&state);
    let mut told = 0;
    for (number, bucket) in made.timeline.buckets.iter().enumerate() {
        let of_bar: Vec<Collision> = made.collisions_of(number).copied().collect();
        let is_in = |at: i64| bucket.holds(DateTime::from_timestamp(at, 0).unwrap());
        let naive: Vec<Collision> = made
            .collisions
            .found
            .iter()
            .filter(|one| is_in(one.at) || one.with.is_some_and(|(_, at)| is_in(at)))
            .copied()
            .collect();
        assert_eq!((of_bar.len(), made.colliding(number)), (naive.len(), naive.len()));
        assert!(naive.iter().all(|one| of_bar.contains(one)), "{bucket:?}");
        assert!(of_bar.is_sorted_by_key(|one| one.rule as usize), "{of_bar:?}");
        told += of_bar.len();
    }
    assert!(told >= made.collisions.found.len() && told > 30, "{told}");
}
