//! The saved filters: which one is on, and how one goes to the next. They appear as tabs, the first of which is no
//! filter at all.

use crate::domain::Filter;

use super::super::board::rows::set_filter;
use super::super::shared::Shared;

/// What the tab without a filter is called.
const ALL: &str = "All";

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab<'s> {
    /// What it is called.
    pub name: &'s str,
    /// How many tasks it shows, as far as it was counted.
    pub count: Option<u64>,
    /// Whether it is the one whose tasks are shown.
    pub is_on: bool,
}

/// The tabs in their order. `all` is how many tasks there are without a filter.
pub fn tabs(shared: &Shared, all: Option<u64>) -> Vec<Tab<'_>> {
    let on = current(shared);
    let saved = shared.setup.filters.iter().enumerate();
    let saved = saved.map(|(number, saved)| (saved.name.as_str(), shared.tabs.count(number)));
    let tabs = std::iter::once((ALL, all)).chain(saved).enumerate();
    tabs.map(|(number, (name, count))| Tab { name, count, is_on: on == Some(number) }).collect()
}

/// The number of the tab that is on, that without a filter being 0; `None` for a filter that has no name.
fn current(shared: &Shared) -> Option<usize> {
    let text = shared.board.filter.text.trim();
    if text.is_empty() {
        return Some(0);
    }
    shared.setup.filters.iter().position(|saved| saved.filter.trim() == text).map(|number| number + 1)
}

/// Goes to the next saved filter, or to the one before. What was typed instead of one is kept for the arrow up.
pub fn step(shared: &mut Shared, forward: bool) {
    let count = shared.setup.filters.len() + 1;
    if count == 1 {
        shared.say("no filter is saved: [[filters]] in the config is empty");
        return;
    }
    let on = current(shared);
    if on.is_none() {
        let typed = shared.board.filter.text.clone();
        shared.filters.record(&typed);
    }
    let next = (on.unwrap_or(0) + if forward { 1 } else { count - 1 }) % count;
    let saved = next.checked_sub(1).and_then(|number| shared.setup.filters.get(number));
    let filter = saved.map_or_else(Filter::default, |saved| shared.read_filter(&saved.filter));
    set_filter(shared, filter);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::State;
    use crate::app::testing::{board, feed, key, typed};
    use crate::domain::filter::SavedFilter;
    use crossterm::event::KeyCode;

    fn on(state: &State) -> Option<&str> {
        tabs(state, None).into_iter().find(|tab| tab.is_on).map(|tab| tab.name)
    }

    #[test]
    fn one_goes_round_the_saved_filters_in_both_directions_and_past_no_filter_at_all() {
        let mut state = board((120, 40));
        assert_eq!(on(&state), Some("All"));
        for name in ["Next hour", "Failed last night", "Everyone", "All", "Next hour"] {
            step(&mut state, true);
            assert_eq!(on(&state), Some(name));
        }
        for name in ["All", "Everyone"] {
            step(&mut state, false);
            assert_eq!(on(&state), Some(name));
        }
        assert_eq!(state.board.filter.problem, None);
    }

    #[test]
    fn what_was_typed_instead_of_a_saved_filter_is_kept_for_the_arrow_up() {
        let mut state = board((120, 40));
        feed(&mut state, [typed("/flash"), vec![key(KeyCode::Enter)]].concat());
        assert_eq!(on(&state), None);
        step(&mut state, false);
        assert_eq!((on(&state), state.filters.line(0)), (Some("Everyone"), Some("flash")));
        // A saved one that was typed is that one.
        set_filter(&mut state, Filter::default());
        let filter = state.read_filter("in<1h");
        set_filter(&mut state, filter);
        assert_eq!(on(&state), Some("Next hour"));
    }

    #[test]
    fn where_no_filter_is_saved_that_is_said() {
        let mut state = board((120, 40));
        state.setup.filters = Vec::new();
        step(&mut state, true);
        assert!(state.note.as_ref().unwrap().text.contains("[[filters]]"));
        assert_eq!(tabs(&state, Some(3)), [Tab { name: "All", count: Some(3), is_on: true }]);
    }

    #[test]
    fn every_filter_that_is_there_without_a_config_is_understood() {
        let state = board((120, 40));
        assert_eq!(state.setup.filters, SavedFilter::built_in());
        for saved in SavedFilter::built_in() {
            let filter = state.read_filter(&saved.filter);
            assert!(filter.is_on() && filter.problem.is_none(), "{saved:?}");
        }
    }
}
