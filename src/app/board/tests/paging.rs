//! No task is skipped without a word (W9): services that give few rows, take few days, filter by
//! another time, or whose tasks come and go while they are paged through.

use crate::app::Layer;
use crate::app::Setup;
use crate::app::State;
use std::collections::BTreeSet;

use super::*;
use crate::domain::limits::ListLimits;
use crate::domain::query::Range;

/// A service of numbered tasks, one a minute from the present on.
struct Service {
    ids: Vec<u64>,
    /// Most rows of a page.
    cap: u32,
}

impl Service {
    fn new(count: u64, cap: u32) -> Self {
        Self { ids: (1..=count).collect(), cap }
    }

    fn page(&self, query: &Query) -> Page {
        let want = usize::try_from(query.page_size.min(self.cap)).unwrap();
        let rows = self.ids.iter().skip(usize::try_from(query.offset).unwrap()).take(want);
        Page::new(self.ids.len() as u64, rows.map(|id| due(*id)))
    }

    /// Answers every question until there are no more; gives how many there were.
    fn answer(&self, state: &mut State, mut effects: Vec<Effect>) -> usize {
        let mut asked = 0;
        while let Some(Effect::List { req, query, .. }) = effects.pop() {
            asked += 1;
            assert!(asked < 100, "it asks without end");
            let result = Ok(self.page(&query));
            effects.extend(update(state, Message::Listed { req, result }));
        }
        asked
    }

    /// Those of the present tasks that are not among `seen`.
    fn missing(&self, seen: &BTreeSet<u64>) -> Vec<u64> {
        self.ids.iter().copied().filter(|id| !seen.contains(id)).collect()
    }
}

fn due(id: u64) -> Task {
    let mut task = task(id, 0, "pending");
    task.scheduled_at = Some(at(0).utc + TimeDelta::minutes(i64::try_from(id).unwrap()));
    task
}

fn open(service: &Service, page_size: u32) -> State {
    let setup = Setup { page_size, ..crate::app::testing::setup() };
    let (mut state, effects) = State::start(setup, at(0), (100, 30));
    service.answer(&mut state, effects);
    state
}

/// Turns pages until there is none left, and gives every task that was shown.
fn page_through(
    service: &mut Service,
    state: &mut State,
    key: char,
    between: impl Fn(&mut Service, usize),
) -> BTreeSet<u64> {
    let mut seen: BTreeSet<u64> = shown(state).into_iter().collect();
    for turn in 0..500 {
        between(service, turn);
        let effects = press(state, key);
        if effects.is_empty() {
            return seen;
        }
        service.answer(state, effects);
        seen.extend(shown(state));
    }
    panic!("there is no end to it");
}

fn said(state: &State) -> String {
    state.note.as_ref().map(|note| note.text.clone()).unwrap_or_default()
}

#[test]
fn a_service_that_gives_fewer_rows_than_were_asked_for_is_shown_whole() {
    for cap in [1, 2, 3, 7, 20, 49] {
        let mut service = Service::new(130, cap);
        let mut state = open(&service, 50);
        let seen = page_through(&mut service, &mut state, '>', |_, _| {});
        assert_eq!(service.missing(&seen), [0; 0], "forward, {cap} a page");
        assert_eq!(shown(&state).last(), Some(&130));
        let seen = page_through(&mut service, &mut state, '<', |_, _| {});
        let first = state.board.shown_query.as_ref().unwrap().offset;
        assert_eq!((service.missing(&seen), first), (vec![], 0), "backward, {cap} a page");
    }
}

#[test]
fn the_rows_that_came_are_said_not_those_that_were_asked_for() {
    let service = Service::new(1942, 20);
    let mut state = open(&service, 50);
    let effects = press(&mut state, '>');
    service.answer(&mut state, effects);
    let first = state.board.shown_query.as_ref().unwrap().offset + 1;
    assert_eq!((first, first + state.board.came - 1, state.board.total), (18, 37, 1942));
}

#[test]
fn tasks_that_are_deleted_while_paging_make_no_living_one_vanish() {
    let mut service = Service::new(200, 50);
    let mut state = open(&service, 50);
    // Thirty of those that were shown go, before the second page is asked for and once more later.
    let seen = page_through(&mut service, &mut state, '>', |service, turn| {
        if turn == 0 || turn == 2 {
            service.ids.drain(5..35);
        }
    });
    assert_eq!(service.missing(&seen), [0; 0]);
    assert!(said(&state).contains("last page"), "{}", said(&state));
}

#[test]
fn that_the_set_moved_while_paging_is_said() {
    let mut service = Service::new(200, 50);
    let mut state = open(&service, 50);
    service.ids.drain(5..35);
    let effects = press(&mut state, '>');
    assert!(service.answer(&mut state, effects) > 1, "it has to ask where the last row is now");
    assert!(said(&state).contains("30 tasks fewer than before"), "{}", said(&state));
    assert!(shown(&state).contains(&50) && shown(&state).contains(&51));
    // As many come as go: the number says nothing, the rows do.
    service.ids.drain(..20);
    service.ids.extend(300..320);
    let effects = press(&mut state, '>');
    service.answer(&mut state, effects);
    assert!(said(&state).contains("goes on from the last row"), "{}", said(&state));
}

#[test]
fn tasks_that_are_deleted_above_a_page_do_not_push_others_off_it_unseen() {
    let mut service = Service::new(200, 50);
    let mut state = open(&service, 50);
    let effects = press(&mut state, '>');
    service.answer(&mut state, effects);
    let first = shown(&state)[0];
    service.ids.drain(5..35);
    // The refresh by itself, long after the last key.
    let effects = tick(&mut state, 60_000);
    service.answer(&mut state, effects);
    assert_eq!(shown(&state)[0], first);
    assert!(state.board.is_current());
    // Of the rows that are shown the first ones go: nothing has moved.
    let at = service.ids.iter().position(|id| *id == first).unwrap();
    service.ids.drain(at..at + 4);
    let effects = tick(&mut state, 120_000);
    service.answer(&mut state, effects);
    assert!(shown(&state).contains(&(first + 4)), "{:?}", shown(&state));
}

#[test]
fn tasks_that_come_above_a_page_are_no_hole_on_the_way_back() {
    let mut service = Service::new(200, 50);
    let mut state = open(&service, 50);
    for _ in 0..3 {
        let effects = press(&mut state, '>');
        service.answer(&mut state, effects);
    }
    service.ids = (1..=20).chain(1000..1060).chain(21..=200).collect();
    // They are sorted by time, and so are these.
    service.ids.sort_unstable();
    let seen = page_through(&mut service, &mut state, '<', |_, _| {});
    let missing: Vec<u64> = service.missing(&seen).into_iter().filter(|id| *id < 150).collect();
    assert_eq!(missing, [0; 0]);
}

#[test]
fn a_service_that_counts_more_tasks_than_it_gives_is_said_to_do_so() {
    let service = Service::new(30, 20);
    let mut state = open(&service, 20);
    let answer_all = |state: &mut State, mut effects: Vec<Effect>| {
        while let Some(Effect::List { req, query, .. }) = effects.pop() {
            let page = Page { total: 90, ..service.page(&query) };
            effects.extend(update(state, Message::Listed { req, result: Ok(page) }));
        }
    };
    for _ in 0..2 {
        let effects = press(&mut state, '>');
        answer_all(&mut state, effects);
    }
    assert_eq!((shown(&state)[0], shown(&state).last()), (18, Some(&30)));
    assert!(said(&state).contains("counts 90 tasks but gives none after row 30"), "{}", said(&state));
    assert_eq!(press(&mut state, '>'), []);
    // It is asked again after r.
    let effects = press(&mut state, 'r');
    answer_all(&mut state, effects);
    assert_eq!(press(&mut state, '>').len(), 1);
}

#[test]
fn turns_that_are_asked_for_before_the_page_has_come_are_made_when_it_has() {
    let service = Service::new(200, 20);
    let mut state = open(&service, 20);
    let effects = press(&mut state, '>');
    assert_eq!(press(&mut state, '>'), []);
    assert_eq!(press(&mut state, '>'), []);
    assert_eq!(service.answer(&mut state, effects), 3);
    assert_eq!(shown(&state)[0], 52, "three turns of 17 rows");
    assert!(state.board.is_current());
}

#[test]
fn the_present_is_found_under_a_service_that_gives_few_rows_and_filters_by_creation() {
    // 300 tasks of the past, 100 to come; the count of those before now tells nothing: all were
    // created before it.
    let mut service = Service::new(400, 20);
    service.ids = (1..=400).collect();
    let time = |id: u64| at(0).utc + TimeDelta::minutes(i64::try_from(id).unwrap() - 300);
    let setup = Setup { page_size: 50, ..crate::app::testing::setup() };
    let (mut state, mut effects) = State::start(setup, at(0), (100, 30));
    let mut asked = 0;
    while let Some(Effect::List { req, query, .. }) = effects.pop() {
        asked += 1;
        let mut page = service.page(&query);
        for task in &mut page.tasks {
            let at = Some(time(task.id.0));
            std::sync::Arc::make_mut(task).scheduled_at = at;
        }
        effects.extend(update(&mut state, Message::Listed { req, result: Ok(page) }));
    }
    assert_eq!(selected(&state), Some(300));
    assert!(asked <= 10, "{asked}");
}

fn learnt(limits: ListLimits, is_new: bool) -> Message {
    Message::Learnt { limits: Box::new(limits), is_new }
}

fn days(days: i64) -> TimeDelta {
    TimeDelta::days(days)
}

#[test]
fn a_range_that_the_service_does_not_take_is_narrowed_and_said() {
    let (mut state, effects) = State::start(setup(), at(0), (100, 30));
    let (req, query, _) = asked(&effects);
    let mut limits = ListLimits::default();
    limits.refused_range(query.range);
    let narrow = Query { range: query.range.shortened(days(7), at(0).utc), ..query };
    limits.saw(&narrow, &Page::default());
    update(&mut state, learnt(limits, true));
    assert!(said(&state).contains("takes ranges up to about 7 days"), "{}", said(&state));
    update(&mut state, Message::Narrowed { req, query: narrow.clone() });
    answer(&mut state, &effects, Ok(pending(&[1, 2])));
    assert_eq!((state.board.query.range, state.board.is_current()), (narrow.range, true));
    assert!(state.board.is_narrowed && state.connection.failure.is_none());
}

/// A find from so many days ago on.
fn find_from(state: &mut State, days: i64) -> Vec<Effect> {
    press(state, 'f');
    code(state, KeyCode::Tab);
    let Some(Layer::Find(find)) = state.layers.last_mut() else { panic!("no find") };
    find.entries[1] = crate::app::text_field::TextField::line(&format!("-{days}d"));
    code(state, KeyCode::Enter)
}

fn refused() -> Failure {
    Failure::Refused { code: 90104, info: "range".to_owned(), invalid_accounts: Vec::new() }
}

#[test]
fn a_find_takes_any_range_and_says_in_plain_words_when_the_service_does_not() {
    let mut state = loaded(&[1, 2]);
    let query = state.board.query.clone();
    let mut limits = ListLimits::default();
    limits.saw(&query, &Page::default());
    update(&mut state, learnt(limits, false));
    let effects = find_from(&mut state, 67);
    let (_, asked, _) = asked(&effects);
    assert!(asked.exact && asked.range.length() >= days(89));
    assert_eq!(answer(&mut state, &effects, Err(refused())), []);
    let words = said(&state);
    assert!(words.contains("90 days") && words.contains("accepted is 30 days"), "{words}");
    // What is shown is what is asked, and nothing is wrong with the connection.
    assert!(state.board.is_current() && state.connection.failure.is_none());
    assert_eq!(shown(&state), [1, 2]);
}

#[test]
fn an_outage_is_no_refusal_of_a_range() {
    let mut state = loaded(&[1, 2]);
    let effects = find_from(&mut state, 67);
    answer(&mut state, &effects, Err(network()));
    assert!(state.connection.failure.is_some() && state.board.query.exact);
}

/// What is known of a service that was seen to list a task of this creation and due time, in days.
fn shown_to(query: &Query, created: i64, due: i64) -> ListLimits {
    let mut limits = ListLimits::default();
    let mut task = task(1, 1, "pending");
    task.created_at = Some(at(0).utc + days(created));
    task.scheduled_at = Some(at(0).utc + days(due));
    limits.saw(query, &Page::new(1, [task]));
    limits
}

#[test]
fn where_the_range_is_of_the_creation_time_it_reaches_into_the_past() {
    let mut state = loaded(&[1]);
    let query = state.board.query.clone();
    let limits = shown_to(&query, -1, 60);
    let effects = update(&mut state, learnt(limits.clone(), true));
    let (_, wide, _) = asked(&effects);
    assert!(wide.range.begin <= at(0).utc - days(20), "created 20 days ago");
    assert!(wide.range.end > at(0).utc + days(1) && wide.range.length() <= days(31));
    // Told once more it asks nothing.
    assert_eq!(update(&mut state, learnt(limits, true)), []);
    // It filters by either: what is due is shown as it was.
    let mut either = shown_to(&query, -1, 60);
    either.saw(
        &query,
        &Page {
            total: 1,
            tasks: {
                let mut task = task(1, 1, "pending");
                task.created_at = Some(at(0).utc - days(20));
                vec![task.into()]
            },
        },
    );
    let effects = update(&mut state, learnt(either, true));
    assert_eq!(asked(&effects).1.range, query.range);
}

#[test]
fn a_range_that_the_operator_chose_is_never_moved() {
    let mut state = loaded(&[1]);
    let effects = find_from(&mut state, 3);
    answer(&mut state, &effects, Ok(pending(&[1])));
    let query = state.board.query.clone();
    assert_eq!(update(&mut state, learnt(shown_to(&query, -1, 60), true)), []);
    assert_eq!(state.board.query.range, query.range);
    let Range { begin, .. } = query.range;
    assert_eq!((at(0).utc - begin).num_days(), 3);
}

#[test]
fn a_cap_is_said_once() {
    let service = Service::new(100, 2);
    let mut state = loaded(&[1]);
    let mut limits = ListLimits::default();
    let query = state.board.query.clone();
    limits.saw(&query, &service.page(&query));
    update(&mut state, learnt(limits.clone(), true));
    assert!(said(&state).contains("at most 2 rows a page"), "{}", said(&state));
    state.note = None;
    update(&mut state, learnt(limits, true));
    assert_eq!(state.note, None);
}

#[test]
fn the_services_clock_decides_what_is_due_within_two_hours_on_every_path() {
    // This machine's clock is three hours behind.
    let mut state = loaded(&[1, 2]);
    let call = crate::app::Call {
        server_date: Some(at(0).utc + TimeDelta::hours(3)),
        sent: at(0).utc,
        ..crate::app::testing::call(crate::domain::wire::Command::List, crate::domain::call::End::Done)
    };
    update(&mut state, Message::Called(std::sync::Arc::new(call)));
    let page = |ids: &[u64]| {
        let mut tasks: Vec<Task> = ids.iter().map(|id| due(*id)).collect();
        // One that was due an hour ago, by the service's clock, and one that is due in an hour.
        tasks[0].scheduled_at = Some(at(0).utc + TimeDelta::hours(2));
        tasks[1].scheduled_at = Some(at(0).utc + TimeDelta::hours(4));
        Ok(super::page(tasks))
    };
    let question = press(&mut state, 'r');
    answer(&mut state, &question, page(&[1, 2]));
    press(&mut state, '/');
    for c in "in<2h".chars() {
        press(&mut state, c);
    }
    assert_eq!(shown(&state), [2], "as it is typed");
    code(&mut state, KeyCode::Enter);
    let question = tick(&mut state, 60_000);
    answer(&mut state, &question, page(&[1, 2]));
    assert_eq!(shown(&state), [2], "when a page comes");
    // A page that waits: values are renewed in place, then it is put on screen.
    let question = tick(&mut state, 120_000);
    press(&mut state, 'j');
    answer(&mut state, &question, page(&[1, 2, 3]));
    assert_eq!(shown(&state), [2], "when rows wait");
    tick(&mut state, 180_000);
    assert_eq!(shown(&state), [2], "when they waited");
}
