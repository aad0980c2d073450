//! The words of all tasks in a few large pieces of memory, so that a search runs through them from one end to the
//! other and a task costs no allocation of its own.

/// Bytes of a piece.
pub(super) const PIECE: usize = 1 << 18;

/// Where the words of a task stand: the piece and the byte in it, and how many they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    at: u32,
    len: u32,
}

impl Span {
    /// Their bytes.
    pub(super) fn len(self) -> usize {
        self.len as usize
    }
}

#[derive(Clone, Debug, Default)]
struct Piece {
    text: String,
    /// Bytes of it that somebody still has.
    live: usize,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct WordStore {
    pieces: Vec<Piece>,
}

impl WordStore {
    /// Takes words up, at most a piece of them.
    pub(super) fn add(&mut self, words: &str) -> Span {
        let words = words.get(..words.floor_char_boundary(PIECE)).unwrap_or_default();
        let fits = |piece: &Piece| piece.text.len() + words.len() <= PIECE;
        if !self.pieces.last().is_some_and(fits) {
            self.begin_piece();
        }
        let number = self.pieces.len().saturating_sub(1);
        let Some(piece) = self.pieces.last_mut() else { return Span::default() };
        let at = number * PIECE + piece.text.len();
        piece.text.push_str(words);
        piece.live += words.len();
        let (at, len) = (u32::try_from(at), u32::try_from(words.len()));
        // Four gigabytes of words are more than fit anywhere.
        at.ok().zip(len.ok()).map_or_else(Span::default, |(at, len)| Span { at, len })
    }

    fn begin_piece(&mut self) {
        let grown = self.pieces.len() > 1;
        // The first one grows with what comes; a schedule of a few tasks takes little.
        let capacity = if grown { PIECE } else { 0 };
        self.pieces.push(Piece { text: String::with_capacity(capacity), live: 0 });
    }

    pub(super) fn get(&self, span: Span) -> &str {
        let (piece, at) = position(span);
        let text = self.pieces.get(piece).map_or("", |piece| piece.text.as_str());
        text.get(at..at + span.len as usize).unwrap_or_default()
    }

    /// They are needed no more. A piece of which nothing is needed gives its memory back.
    pub(super) fn remove(&mut self, span: Span) {
        let Some(piece) = self.pieces.get_mut(position(span).0) else { return };
        piece.live = piece.live.saturating_sub(span.len as usize);
        if piece.live == 0 {
            piece.text = String::new();
        }
    }
}

fn position(span: Span) -> (usize, usize) {
    (span.at as usize / PIECE, span.at as usize % PIECE)
}
