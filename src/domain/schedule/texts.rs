//! The texts of all tasks in a few large pieces of memory: what lies there is gone through from one end to the other,
//! a task costs no allocation of its own, and whoever wants to keep many of them shares the pieces.

use std::sync::Arc;

use super::super::json::SharedText;

/// Bytes of a piece; a text that is longer has one of its own.
const PIECE: usize = 1 << 16;
/// A text begins at a multiple of that, so that 8 GiB can be told by 32 bits.
const STEP: usize = 2;
const STEPS: usize = PIECE / STEP;
/// So many pieces are closed up at once.
const AT_ONCE: usize = 16;

/// Where a text stands, and how long it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    at: u32,
    len: u32,
}

impl Span {
    /// Its bytes.
    pub(super) fn len(self) -> usize {
        self.len as usize
    }

    /// The piece that it stands in, and the byte of it.
    fn position(self) -> (usize, usize) {
        (self.at as usize / STEPS, self.at as usize % STEPS * STEP)
    }
}

/// A piece that is full, and changes no more.
#[derive(Clone, Debug)]
struct Piece {
    text: Arc<str>,
    /// Bytes of it that somebody still has.
    live: usize,
}

impl Default for Piece {
    fn default() -> Self {
        Self { text: Arc::from(""), live: 0 }
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct TextStore {
    pieces: Vec<Piece>,
    /// The piece that is being filled, and its number, under which nothing stands among the pieces yet.
    filling: String,
    number: usize,
    /// Numbers of pieces that nobody needs any more.
    free: Vec<usize>,
    size: usize,
    live: usize,
}

impl TextStore {
    /// Takes a text up.
    pub(super) fn add(&mut self, text: &str) -> Span {
        if text.is_empty() {
            return Span::default();
        }
        if !self.filling.is_empty() && self.filling.len() + text.len() > PIECE {
            self.close();
        }
        let step = self.number * STEPS + self.filling.len() / STEP;
        let (Ok(at), Ok(len)) = (u32::try_from(step), u32::try_from(text.len())) else {
            // So much fits nowhere.
            return Span::default();
        };
        let before = self.filling.len();
        self.filling.push_str(text);
        let padding = self.filling.len().next_multiple_of(STEP) - self.filling.len();
        self.filling.extend(std::iter::repeat_n(' ', padding));
        self.size += self.filling.len() - before;
        self.live += text.len();
        if let Some(piece) = self.filled() {
            piece.live += text.len();
        }
        Span { at, len }
    }

    /// What is known of the piece that is being filled.
    fn filled(&mut self) -> Option<&mut Piece> {
        if self.pieces.len() <= self.number {
            self.pieces.resize_with(self.number + 1, Piece::default);
        }
        self.pieces.get_mut(self.number)
    }

    /// The piece that is being filled is full.
    fn close(&mut self) {
        let filling = std::mem::take(&mut self.filling);
        let next = self.free.pop().unwrap_or(self.pieces.len().max(self.number + 1));
        if let Some(piece) = self.filled() {
            piece.text = Arc::from(filling.as_str());
        }
        self.filling = filling;
        self.filling.clear();
        self.filling.shrink_to(PIECE);
        self.number = next;
    }

    pub(super) fn get(&self, span: Span) -> &str {
        let (number, at) = span.position();
        let text = if number == self.number {
            self.filling.as_str()
        } else {
            self.pieces.get(number).map_or("", |piece| &piece.text)
        };
        text.get(at..at + span.len()).unwrap_or_default()
    }

    /// What stands there, as it is kept also when it is needed here no more.
    pub(super) fn share(&mut self, span: Span) -> SharedText {
        if !self.filling.is_empty() && span.position().0 == self.number {
            self.close();
        }
        let (number, at) = span.position();
        let piece = self.pieces.get(number).map_or_else(|| Arc::from(""), |piece| Arc::clone(&piece.text));
        SharedText::within(piece, at, span.len())
    }

    /// It is needed no more. A piece of which nothing is needed gives its memory back.
    pub(super) fn remove(&mut self, span: Span) {
        let (number, _) = span.position();
        let Some(piece) = self.pieces.get_mut(number).filter(|_| span.len > 0) else { return };
        piece.live = piece.live.saturating_sub(span.len());
        self.live = self.live.saturating_sub(span.len());
        if piece.live > 0 {
            return;
        }
        if number == self.number {
            self.size -= self.filling.len();
            self.filling.clear();
        } else {
            self.size -= piece.text.len();
            *piece = Piece::default();
            self.free.push(number);
        }
    }

    /// The pieces of which least is needed, where more than a third of everything is needed no more: what of them is
    /// needed should be taken up again ([`Self::take_up_again`]).
    pub(super) fn sparse(&self) -> Vec<usize> {
        let dead = self.size - self.live;
        if dead <= self.live / 2 + 8 * PIECE {
            return Vec::new();
        }
        // Of the one that is being filled nothing stands there yet.
        let dead = |piece: &Piece| piece.text.len().saturating_sub(piece.live);
        let mut pieces: Vec<(usize, usize)> = self.pieces.iter().map(dead).zip(0..).collect();
        pieces.sort_unstable_by(|one, other| other.cmp(one));
        pieces.into_iter().filter(|(dead, _)| *dead > 0).map(|(_, number)| number).take(AT_ONCE).collect()
    }

    /// Where a text stands from now on that stood in one of these pieces.
    pub(super) fn take_up_again(&mut self, span: Span, pieces: &[usize]) -> Span {
        if span.len == 0 || !pieces.contains(&span.position().0) {
            return span;
        }
        let text = self.get(span).to_owned();
        // First it is taken up, so that its old piece cannot be the one that is filled next.
        let again = self.add(&text);
        self.remove(span);
        again
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(number: usize, length: usize) -> String {
        format!("{number}é{}", "x".repeat(length))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn whatever_is_added_removed_shared_and_closed_up_every_text_stays_what_it_is(
            steps in proptest::collection::vec((0..9_u8, 0..40_usize, 0..60_000_usize), 0..300)
        ) {
            let (mut store, mut spans, mut shared) = (TextStore::default(), Vec::new(), Vec::new());
            for (number, (step, which, length)) in steps.into_iter().enumerate() {
                match step {
                    0..=4 => {
                        let text = text(number, length * if length % 50 == 0 { 20 } else { 1 });
                        spans.push((store.add(&text), text));
                    }
                    5..=6 if !spans.is_empty() => {
                        let (span, _) = spans.swap_remove(which % spans.len());
                        store.remove(span);
                    }
                    7 if !spans.is_empty() => {
                        let (span, text) = &spans[which % spans.len()];
                        shared.push((store.share(*span), text.clone()));
                    }
                    _ => {
                        let sparse = store.sparse();
                        for (span, _) in &mut spans {
                            *span = store.take_up_again(*span, &sparse);
                        }
                    }
                }
                for (span, text) in &spans {
                    prop_assert_eq!(store.get(*span), text);
                }
                let live: usize = spans.iter().map(|(_, text)| text.len()).sum();
                let held: usize = store.pieces.iter().map(|piece| piece.text.len()).sum();
                prop_assert_eq!((store.live, store.size), (live, held + store.filling.len()));
            }
            for (shared, text) in &shared {
                prop_assert_eq!(shared.as_ref(), text.as_str());
            }
        }
    }

    #[test]
    fn what_changes_again_and_again_takes_no_more_and_more_memory() {
        let mut store = TextStore::default();
        let mut spans: Vec<Span> = (0..5_000).map(|number| store.add(&text(number, 500))).collect();
        let live = store.live;
        for round in 0..20 {
            // All but every seventh, so that hardly a piece is empty.
            for (number, span) in spans.iter_mut().enumerate().filter(|(number, _)| number % 7 != round % 7) {
                store.remove(*span);
                *span = store.add(&text(number, 500));
            }
            loop {
                let sparse = store.sparse();
                if sparse.is_empty() {
                    break;
                }
                for span in &mut spans {
                    *span = store.take_up_again(*span, &sparse);
                }
            }
            assert!(store.size <= live * 3 / 2 + 9 * PIECE, "{} of {live}", store.size);
        }
        assert!(store.pieces.len() <= 80, "numbers of pieces are given again");
        assert!(spans.iter().zip(0..).all(|(span, number)| store.get(*span) == text(number, 500)));
    }

    #[test]
    fn a_text_that_fits_in_no_piece_has_one_of_its_own() {
        let mut store = TextStore::default();
        let long = "Ⱥ早".repeat(200_000);
        let spans = [store.add("before"), store.add(&long), store.add("behind")];
        assert_eq!(spans.map(|span| store.get(span).len()), [6, long.len(), 6]);
        assert_eq!((store.get(spans[1]), store.get(Span::default())), (long.as_str(), ""));
    }
}
