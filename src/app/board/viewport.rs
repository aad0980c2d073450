//! Which rows of the table are on the screen: decided here once, because `update` keeps the selected row in
//! sight and `view` draws exactly these rows, with the line that says now among them.

use super::super::shared::Shared;

/// The room for the rows of the page, and where the line that says now stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewport {
    /// Lines for rows: without the border, the head, and the rows that stand above all others.
    pub lines: usize,
    /// Rows that stand above all others.
    pub above: usize,
    /// Lines of a row.
    pub row_height: usize,
    /// The row above which the line stands, among the rows that pass the filter; behind the last one it is
    /// their number.
    pub now_line: Option<usize>,
}

impl Viewport {
    /// The room on the screen as it is. Creates of unknown outcome stand above all other rows, and leave one row
    /// at least to the page.
    pub fn of(shared: &Shared) -> Self {
        let Some(areas) = shared.areas() else {
            return Self { lines: 1, above: 0, row_height: 1, now_line: None };
        };
        let row_height = usize::from(areas.row_height);
        let room = areas.row_lines();
        let above = shared.creates_in_doubt().count();
        let lines = room.saturating_sub(above * row_height).max(row_height.min(room));
        let above = above.min(room.saturating_sub(lines).div_ceil(row_height));
        // Where there is hardly room for two rows the line would be half of what there is.
        let has_room = lines > 2 * row_height;
        let now_line = if has_room { shared.board.now_line(shared.server_now()) } else { None };
        Self { lines, above, row_height, now_line }
    }

    /// Lines down to the end of a row, from the first row on the screen.
    fn lines_down_to(&self, row: usize, top: usize) -> usize {
        let line = self.now_line.is_some_and(|at| (top..=row).contains(&at));
        (row + 1).saturating_sub(top) * self.row_height + usize::from(line)
    }

    /// How many rows are on the screen whole, of so many in all, when `top` is the first of them.
    pub fn rows_from(&self, top: usize, count: usize) -> usize {
        let fits = |row: &usize| self.lines_down_to(*row, top) <= self.lines;
        (top..count).take_while(fits).count()
    }

    /// The row on a line of the screen, of so many in all, when `top` is the first of them; `None` on the line
    /// that says now, and below the last row.
    pub fn row_at(&self, line: usize, top: usize, count: usize) -> Option<usize> {
        let mut rows = top..top + self.rows_from(top, count);
        rows.find(|row| {
            let end = self.lines_down_to(*row, top);
            (end - self.row_height..end).contains(&line)
        })
    }

    /// The most rows that fit.
    pub fn most_rows(&self) -> usize {
        (self.lines / self.row_height.max(1)).max(1)
    }

    /// The first row on the screen, so that `row` is in sight and the screen moves as little as it can.
    pub fn top_for(&self, row: usize, top: usize) -> usize {
        if row <= top {
            return row;
        }
        let first = (row + 1).saturating_sub(self.most_rows()).max(top);
        (first..row).find(|top| self.lines_down_to(row, *top) <= self.lines).unwrap_or(row)
    }

    /// The last `top` at which the rows still fill the screen.
    pub fn last_top(&self, count: usize) -> usize {
        let Some(last) = count.checked_sub(1) else { return 0 };
        // Behind the last row stands the line, too, where nothing is to come.
        let behind = usize::from(self.now_line == Some(count));
        let fits = |top: &usize| self.lines_down_to(last, *top) + behind <= self.lines;
        (count.saturating_sub(self.most_rows())..last).find(fits).unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = (Viewport, usize)> {
        (1..12).flat_map(|lines| {
            (1..=2).flat_map(move |row_height| {
                (0..14).flat_map(move |count| {
                    let line = (0..=count).map(Some).chain([None]).filter(move |_| lines > 2 * row_height);
                    line.map(move |now_line| (Viewport { lines, above: 0, row_height, now_line }, count))
                })
            })
        })
    }

    #[test]
    fn the_selected_row_is_always_on_the_screen_whole() {
        for (view, count) in all().filter(|(view, _)| view.lines >= view.row_height) {
            for row in 0..count {
                for top in 0..count {
                    let top = view.top_for(row, top);
                    let shown = view.rows_from(top, count);
                    assert!((top..top + shown).contains(&row), "{view:?} {count} {row} {top} {shown}");
                }
            }
        }
    }

    #[test]
    fn at_the_end_no_row_is_left_free_that_another_could_take() {
        for (view, count) in all().filter(|(view, count)| view.lines >= view.row_height && *count > 0) {
            let top = view.last_top(count);
            assert_eq!(top + view.rows_from(top, count), count, "{view:?} {count} {top}");
            if top > 0 {
                let behind = usize::from(view.now_line == Some(count));
                let taken = view.lines_down_to(count - 1, top - 1) + behind;
                assert!(taken > view.lines, "{view:?} {count} {top}");
            }
        }
    }

    #[test]
    fn the_line_takes_one_line_wherever_it_stands() {
        let view = Viewport { lines: 5, above: 0, row_height: 1, now_line: Some(2) };
        assert_eq!((view.rows_from(0, 9), view.rows_from(2, 9), view.rows_from(3, 9)), (4, 4, 5));
        assert_eq!((view.top_for(4, 0), view.last_top(9)), (1, 4));
        let rows = |top| (0..6).map(move |line| view.row_at(line, top, 9)).collect::<Vec<_>>();
        assert_eq!(rows(0), [Some(0), Some(1), None, Some(2), Some(3), None]);
        assert_eq!(rows(2), [None, Some(2), Some(3), Some(4), Some(5), None]);
        let tall = Viewport { lines: 5, above: 0, row_height: 2, now_line: Some(1) };
        let rows: Vec<_> = (0..5).map(|line| tall.row_at(line, 0, 9)).collect();
        assert_eq!(rows, [Some(0), Some(0), None, Some(1), Some(1)]);
    }
}
