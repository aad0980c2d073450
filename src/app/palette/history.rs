//! What was run in the palette, or kept as a filter, as long as the program runs.

/// Lines that are kept.
const KEPT: usize = 20;
/// How many of them come first while nothing is typed.
const RECENT: usize = 5;

/// What was run, the newest first, each line once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History(Vec<String>);

impl History {
    /// Notes what was run.
    pub(in crate::app) fn record(&mut self, line: &str) {
        self.0.retain(|older| older != line);
        self.0.insert(0, line.to_owned());
        self.0.truncate(KEPT);
    }

    /// The line that was run so many lines ago, 0 being the newest.
    pub(in crate::app) fn line(&self, at: usize) -> Option<&str> {
        self.0.get(at).map(String::as_str)
    }

    /// How lately it was run, 0 being the last; `None` when that is long ago or never.
    pub(super) fn recent(&self, line: &str) -> Option<usize> {
        self.0.iter().take(RECENT).position(|older| older == line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_kept_once_and_the_oldest_is_forgotten() {
        let mut history = History::default();
        for number in 0..100 {
            history.record(&number.to_string());
            history.record("often");
        }
        assert_eq!((history.line(0), history.line(1)), (Some("often"), Some("99")));
        assert_eq!((history.line(KEPT - 1), history.line(KEPT)), (Some("81"), None));
        assert_eq!((history.recent("99"), history.recent("90")), (Some(1), None));
    }
}
