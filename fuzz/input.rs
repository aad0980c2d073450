//! Bytes as the things that a target needs: numbers, texts, and samples with a few changes.

/// Takes bytes from the front; what is not there is zero.
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(crate) fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// Below `end`, which is not zero.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(u16::from_le_bytes([self.byte(), self.byte()])) % end
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// At most so many bytes.
    pub(crate) fn bytes(&mut self, most: usize) -> &'a [u8] {
        let length = self.below(most + 1).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    pub(crate) fn text(&mut self, most: usize) -> String {
        String::from_utf8_lossy(self.bytes(most)).into_owned()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A text of the words that mean something there, one a byte, so that more than the first step of a parser is
/// met.
pub(crate) fn spelled(bytes: &[u8], words: &[&str]) -> String {
    bytes.iter().take(24).map(|byte| words[usize::from(*byte) % words.len()]).collect()
}

/// A sample with some of its bytes taken away, doubled, or replaced by one of these pieces.
pub(crate) fn changed(sample: &[u8], input: &mut Input<'_>, pieces: &[&str]) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..=input.below(6) {
        if input.is_empty() || bytes.is_empty() {
            break;
        }
        let at = input.below(bytes.len());
        let end = (at + input.below(24)).min(bytes.len());
        match input.byte() % 5 {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.truncate(at),
            2 => bytes[at] ^= input.byte(),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let piece = input.one_of(pieces);
                bytes.splice(at..end, piece.bytes());
            }
        }
    }
    bytes
}

/// A JSON text in which some values were replaced: it stays JSON, so that readers look inside.
pub(crate) fn replaced(sample: &str, input: &mut Input<'_>, values: &[&str]) -> String {
    let mut text = sample.to_owned();
    for _ in 0..=input.below(6) {
        let starts: Vec<usize> = text.match_indices(':').map(|(at, _)| at + 1).collect();
        if starts.is_empty() || input.is_empty() {
            break;
        }
        let at = input.one_of(&starts);
        let mut rest =
            serde_json::Deserializer::from_str(text.get(at..).unwrap()).into_iter::<serde_json::Value>();
        if let Some(Ok(_)) = rest.next() {
            let end = at + rest.byte_offset();
            text.replace_range(at..end, input.one_of(values));
        }
    }
    text
}
