//! One bar: how many cells are filled, and with what. What failed is seen also where there is no colour.

use ratatui::style::Style;

use crate::domain::schedule::TaskState;
use crate::domain::timeline::StateCounts;
use crate::theme::Theme;

/// Filled from below, by eighths.
const EIGHTHS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// From the foot of a bar to its top. What matters most lies on top, and is told of a cell that holds several.
const STACK: [TaskState; 5] =
    [TaskState::Sent, TaskState::Pending, TaskState::Dispatching, TaskState::Unclear, TaskState::Failed];

/// One cell of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BarCell {
    /// How many eighths of it are filled, at least one.
    eighths: usize,
    /// What it is shown as.
    pub(super) state: TaskState,
}

impl BarCell {
    /// The first cell of its width.
    pub(super) fn first(self) -> &'static str {
        match self.state {
            TaskState::Failed => "F",
            TaskState::Unclear => "?",
            TaskState::Dispatching => "»",
            TaskState::Sent | TaskState::Pending => self.rest(),
        }
    }

    /// Its other cells.
    pub(super) fn rest(self) -> &'static str {
        EIGHTHS.get(self.eighths.saturating_sub(1)).copied().unwrap_or("█")
    }

    /// Its look.
    pub(super) fn style(self, theme: &Theme) -> Style {
        match self.state {
            TaskState::Sent => theme.muted(),
            TaskState::Pending => theme.plain(),
            TaskState::Dispatching => theme.warn(),
            TaskState::Failed | TaskState::Unclear => theme.danger(),
        }
    }
}

/// The cells of a bar from below, where `most` tasks fill so many.
pub(super) fn bar(counts: &StateCounts, most: u32, height: u16) -> Vec<BarCell> {
    let (all, most, height) = (u64::from(counts.all()), u64::from(most.max(1)), u64::from(height));
    // Whoever is there is seen.
    let eighths = (all * height * 8 / most).max(u64::from(all > 0)).min(height * 8);
    let cells = eighths.div_ceil(8);
    (0..cells)
        .map(|cell| {
            let filled = (eighths - cell * 8).min(8);
            let eighths = usize::try_from(filled).unwrap_or(8);
            // Which of the tasks this cell stands for: its share of the bar.
            let (from, to) = (cell * 8 * all, (cell * 8 + filled) * all);
            BarCell { eighths, state: state_of(counts, from, to, cells_of(all, height, most)) }
        })
        .collect()
}

/// In how many parts the tasks of a bar are shared out.
fn cells_of(all: u64, height: u64, most: u64) -> u64 {
    (all * height * 8 / most).max(1)
}

/// What matters most among the tasks from one share to the other, in parts of the bar.
fn state_of(counts: &StateCounts, from: u64, to: u64, parts: u64) -> TaskState {
    let mut below = 0;
    let mut found = TaskState::Sent;
    for state in STACK {
        let count = u64::from(counts.of(state));
        let (begin, end) = (below * parts, (below + count) * parts);
        if count > 0 && begin < to && from < end {
            found = state;
        }
        below += count;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::timeline::testing::counts;

    fn shown(counts: &StateCounts, most: u32, height: u16) -> String {
        bar(counts, most, height).iter().map(|cell| cell.first()).collect()
    }

    #[test]
    fn a_bar_grows_by_eighths_and_shows_whoever_is_there() {
        let sent = |count| counts([0, 0, count, 0, 0]);
        assert_eq!(shown(&sent(0), 10, 3), "");
        assert_eq!(shown(&sent(1), 1000, 3), "▁");
        assert_eq!(shown(&sent(5), 10, 1), "▄");
        assert_eq!(shown(&sent(5), 10, 3), "█▄");
        assert_eq!(shown(&sent(10), 10, 3), "███");
    }

    #[test]
    fn what_failed_lies_on_top_and_is_told_without_colour() {
        assert_eq!(shown(&counts([0, 0, 9, 1, 0]), 10, 3), "██F");
        assert_eq!(shown(&counts([0, 0, 1, 1, 0]), 2, 1), "F");
        assert_eq!(shown(&counts([3, 1, 0, 0, 1]), 5, 5), "███»?");
        assert_eq!(shown(&counts([0, 0, 0, 1, 0]), 999, 4), "F");
    }

    proptest! {
        #[test]
        fn no_bar_leaves_its_room_and_what_failed_is_always_seen(
            by_state in prop::array::uniform5(0u32..2000), more in 0u32..5000, height in 1u16..9,
        ) {
            let counts = counts(by_state);
            let bar = bar(&counts, counts.all() + more, height);
            prop_assert!(bar.len() <= usize::from(height));
            prop_assert_eq!(bar.is_empty(), counts.all() == 0);
            let failed = counts.of(TaskState::Failed) > 0;
            prop_assert_eq!(bar.last().is_some_and(|top| top.state == TaskState::Failed), failed);
            for cell in &bar {
                prop_assert!(counts.of(cell.state) > 0);
                prop_assert!((1..=8).contains(&cell.eighths));
            }
        }
    }
}
