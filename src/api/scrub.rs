//! Takes secrets out of texts of others, also where they are quoted inexactly: cut off, broken into
//! pieces, or written in another way.
//!
//! What stands between two characters of a secret does not matter as long as it is no letter and no
//! digit, or one of the usual ways to write a separator in letters (`%20`, `\n`, `<br>`). The time it
//! takes grows with the length of the text alone.

use std::borrow::Cow;
use std::mem;
use std::ops::Range;

use secrecy::zeroize::Zeroizing;

/// So many characters of a secret in a row are taken out; fewer tell nothing that helps.
pub(super) const SHORTEST_RUN: usize = 16;

/// Of a shorter secret nothing is taken out: every second word would go with it.
const SHORTEST_SECRET: usize = 8;

/// So many of the characters of a run must be letters or digits.
const FEWEST_PLAIN: usize = 8;

/// The longest way to write one character or separator, such as `&#x0000002A;` or a short HTML tag.
const LONGEST_TOKEN: usize = 24;

/// Longer than any token.
const RING: usize = 32;

/// The secrets that no text may show. It has no `Debug`.
pub(super) struct Scrubber {
    secrets: Vec<Secret>,
}

impl Scrubber {
    /// Of secrets, each with what stands in its place.
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = (&'a str, &'static str)>) -> Self {
        let secrets = secrets.into_iter().filter(|(secret, _)| secret.len() >= SHORTEST_SECRET);
        Self { secrets: secrets.map(|(secret, instead)| Secret::new(secret, instead)).collect() }
    }

    /// The text without every run of 16 characters or more of a secret.
    pub(super) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        for secret in &self.secrets {
            found.extend(secret.runs(text).into_iter().map(|range| (range, secret.instead)));
        }
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        found.sort_by_key(|(range, _)| range.start);
        let mut kept = String::with_capacity(text.len());
        let mut at = 0;
        for (range, instead) in found {
            if range.start >= at {
                kept.push_str(text.get(at..range.start).unwrap_or_default());
                kept.push_str(instead);
            }
            at = at.max(range.end);
        }
        kept.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(kept)
    }
}

/// One secret, ready to be searched for.
struct Secret {
    /// Its letters and digits. Its other signs are often replaced or encoded, so they count as separators.
    plain: Zeroizing<Vec<u8>>,
    /// Where each of them stands in the whole secret.
    at: Vec<usize>,
    /// How long the whole secret is.
    length: usize,
    /// The places in `plain`, those of the same character side by side.
    places: Zeroizing<Vec<u16>>,
    /// Where in `places` those of each character begin.
    first_place: [u16; 129],
    /// Which character follows which in `plain`: for each character a bit for each that does.
    followers: Zeroizing<Vec<u128>>,
    instead: &'static str,
}

/// A run of the secret, as far as it has been read.
#[derive(Clone, Copy)]
struct Run {
    /// The place in `plain` with which it goes on.
    next: u16,
    /// The place with which it began.
    first: u16,
    /// The byte of the text at which it began.
    start: usize,
}

impl Secret {
    fn new(secret: &str, instead: &'static str) -> Self {
        // No key and no signature comes near this length; what is beyond it is not protected.
        let bytes = secret.bytes().enumerate().take(usize::from(u16::MAX) - 1);
        let (at, plain): (Vec<usize>, Vec<u8>) =
            bytes.filter(|(_, byte)| byte.is_ascii_alphanumeric()).unzip();
        let mut first_place = [0; 129];
        for byte in &plain {
            // Those of the characters behind it begin one later.
            first_place.iter_mut().skip(usize::from(*byte) + 1).for_each(|first| *first += 1);
        }
        let mut places = Zeroizing::new((0..).take(plain.len()).collect::<Vec<u16>>());
        places.sort_by_key(|place| plain.get(usize::from(*place)));
        let mut followers = Zeroizing::new(vec![0; 128]);
        for (before, after) in plain.iter().zip(plain.iter().skip(1)) {
            if let Some(followers) = followers.get_mut(usize::from(*before)) {
                *followers |= 1 << after;
            }
        }
        Self {
            plain: Zeroizing::new(plain),
            at,
            length: secret.len(),
            places,
            first_place,
            followers,
            instead,
        }
    }

    /// The fewest letters and digits in a row that tell something.
    fn fewest(&self) -> usize {
        FEWEST_PLAIN.min(self.plain.len())
    }

    /// Whether there may be a run in it. Most texts have none, and this is found out at little cost: so many
    /// characters in a row do not follow each other as in the secret, and none is written as a token.
    fn may_run(&self, bytes: &[u8]) -> bool {
        let (mut before, mut run) = (0, 0);
        for byte in bytes.iter().copied() {
            if is_mark(byte) {
                return true;
            }
            if byte.is_ascii_alphanumeric() {
                run = if self.follows(before, byte) { run + 1 } else { 1 };
                if run >= self.fewest() {
                    return true;
                }
                before = byte;
            }
        }
        false
    }

    /// Whether this letter or digit stands behind the other one anywhere in `plain`.
    fn follows(&self, before: u8, byte: u8) -> bool {
        (self.followers.get(usize::from(before)).copied().unwrap_or(0) >> byte) & 1 == 1
    }

    /// Whether a run cannot go on behind this character.
    fn is_end_of_run(&self, byte: u8, behind: Option<&u8>) -> bool {
        let is_other = |behind: &u8| behind.is_ascii_alphanumeric() && !self.follows(byte, *behind);
        self.fewest() > 1 && behind.is_none_or(is_other)
    }

    fn places_of(&self, byte: u8) -> &[u16] {
        let bounds = (self.first_place.get(usize::from(byte)), self.first_place.get(usize::from(byte) + 1));
        let (Some(from), Some(to)) = bounds else { return &[] };
        self.places.get(usize::from(*from)..usize::from(*to)).unwrap_or_default()
    }

    /// Where runs of it stand in the text, each to its end, in the order of their ends.
    fn runs(&self, text: &str) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        if !self.may_run(bytes) {
            return found;
        }
        // The runs that go on at this byte, and those that a token carries to a later one.
        let (mut here, mut next) = (Vec::new(), Vec::new());
        let mut ahead = Ahead::default();
        for (at, byte) in bytes.iter().copied().enumerate() {
            ahead.arrive(at, &mut here);
            if byte.is_ascii_alphanumeric() {
                // Most characters begin nothing: what stands behind them is something else.
                if here.is_empty() && self.is_end_of_run(byte, bytes.get(at + 1)) {
                    continue;
                }
                self.go_on(&here, byte, at..at + 1, &mut next, &mut found);
                mem::swap(&mut here, &mut next);
                next.clear();
            } else if is_mark(byte) {
                // By itself it is a separator, and changes nothing.
                for token in tokens(bytes, at) {
                    let end = at + token.length;
                    match token.means {
                        Some(byte) => {
                            self.go_on(&here, byte, at..end, &mut next, &mut found);
                            next.drain(..).for_each(|run| ahead.send(end, run));
                        }
                        None => here.iter().for_each(|run| ahead.send(end, *run)),
                    }
                }
            }
        }
        found
    }

    /// Reads a character: what may continue it does, and everywhere else it begins a run.
    fn go_on(
        &self,
        here: &[Run],
        byte: u8,
        written: Range<usize>,
        next: &mut Vec<Run>,
        found: &mut Vec<Range<usize>>,
    ) {
        for &place in self.places_of(byte) {
            let run = match here.iter().find(|run| run.next == place) {
                Some(run) => Run { next: place + 1, ..*run },
                None => Run { next: place + 1, first: place, start: written.start },
            };
            next.push(run);
            if usize::from(run.next - run.first) >= self.fewest() && self.tells(run) {
                note(found, run.start..written.end);
            }
        }
    }

    /// Whether a run is long enough. The signs beside it count: what stands there may have been them.
    fn tells(&self, run: Run) -> bool {
        let before = usize::from(run.first).checked_sub(1).and_then(|place| self.at.get(place));
        let from = before.map_or(0, |at| at + 1);
        let to = self.at.get(usize::from(run.next)).copied().unwrap_or(self.length);
        to - from >= SHORTEST_RUN.min(self.length)
    }
}

/// The runs that go on behind a token, by the byte at which it ends.
#[derive(Default)]
struct Ahead {
    /// A ring: no token leads farther than it goes round.
    waiting: [Vec<Run>; RING],
    count: usize,
}

impl Ahead {
    fn send(&mut self, to: usize, run: Run) {
        let runs = &mut self.waiting[to % RING];
        let before = runs.len();
        keep(runs, run);
        self.count += runs.len() - before;
    }

    /// Adds those that end before this byte.
    fn arrive(&mut self, at: usize, here: &mut Vec<Run>) {
        if self.count > 0 {
            let runs = &mut self.waiting[at % RING];
            self.count -= runs.len();
            runs.drain(..).for_each(|run| keep(here, run));
        }
    }
}

/// Of two runs that go on with the same character the longer one counts.
fn keep(runs: &mut Vec<Run>, run: Run) {
    match runs.iter_mut().find(|kept| kept.next == run.next) {
        Some(kept) if run.first < kept.first => *kept = run,
        Some(_) => {}
        None => runs.push(run),
    }
}

/// Adds a range to those before it, of which it may be the continuation.
fn note(found: &mut Vec<Range<usize>>, range: Range<usize>) {
    match found.last_mut() {
        Some(last) if range.start <= last.end => {
            last.start = last.start.min(range.start);
            last.end = last.end.max(range.end);
        }
        Some(_) | None => found.push(range),
    }
}

/// Several bytes of a text that may stand for one character.
struct Token {
    length: usize,
    /// The letter or digit that it stands for; `None` when it is a separator.
    means: Option<u8>,
}

impl Token {
    fn longer(self, by: usize) -> Self {
        Self { length: self.length + by, ..self }
    }
}

/// Whether a token may begin with this byte.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'%' | b'=' | b'\\' | b'&' | b'<' | 0x1b)
}

/// The tokens that begin with this byte, which is no letter and no digit. Each is one more reading: the
/// byte may as well be a separator by itself.
fn tokens(bytes: &[u8], at: usize) -> impl Iterator<Item = Token> {
    let rest = bytes.get(at..).unwrap_or_default();
    let rest = rest.get(..LONGEST_TOKEN.min(rest.len())).unwrap_or_default();
    let (one, other) = match rest {
        [b'%' | b'=', rest @ ..] => (percent(rest), percent_again(rest)),
        [b'\\', rest @ ..] => (escape(rest), None),
        [b'&', rest @ ..] => (entity(rest), None),
        [b'<', rest @ ..] => (upto(rest, |byte| byte == b'>'), None),
        [0x1b, b'[', rest @ ..] => (upto(rest, |byte| byte.is_ascii_alphabetic()).map(|t| t.longer(1)), None),
        _ => (None, None),
    };
    [one, other].into_iter().flatten().map(|token| {
        let means = token.means.filter(u8::is_ascii_alphanumeric);
        Token { means, ..token }.longer(1)
    })
}

/// A tag, or a control sequence of a terminal: a separator up to this byte.
fn upto(rest: &[u8], is_last: impl Fn(u8) -> bool) -> Option<Token> {
    let last = rest.iter().position(|byte| is_last(*byte))?;
    Some(Token { length: last + 1, means: None })
}

/// `2A` behind `%`. Quoted-printable has `=` in the place of `%`.
fn percent(rest: &[u8]) -> Option<Token> {
    let means = number(rest.get(..2)?, 16)?;
    Some(Token { length: 2, means: u8::try_from(means).ok() })
}

/// `252A` behind `%`, and so on: what was encoded several times.
fn percent_again(rest: &[u8]) -> Option<Token> {
    let inner = rest.strip_prefix(b"25")?;
    let token = percent_again(inner).or_else(|| percent(inner))?;
    Some(token.longer(2))
}

/// What stands behind `\` in JSON and in the languages around it.
fn escape(rest: &[u8]) -> Option<Token> {
    let numbered = |skip: usize, digits: usize, radix| {
        let digits = rest.get(skip..skip + digits)?;
        let means = number(digits, radix)?;
        Some(Token { length: skip + digits.len(), means: u8::try_from(means).ok() })
    };
    match rest.first()? {
        b'u' => numbered(1, 4, 16),
        b'x' => numbered(1, 2, 16),
        b'0'..=b'7' => numbered(0, 3, 8),
        byte if byte.is_ascii_alphabetic() => Some(Token { length: 1, means: None }),
        _ => None,
    }
}

/// What stands behind `&` in HTML: `#42;`, `#x2A;`, `nbsp;`.
fn entity(rest: &[u8]) -> Option<Token> {
    let end = rest.iter().position(|byte| *byte == b';')?;
    let means = match rest.get(..end)? {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        name if name.iter().all(u8::is_ascii_alphanumeric) => 0,
        _ => return None,
    };
    Some(Token { length: end + 1, means: u8::try_from(means).ok() })
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    u32::from_str_radix(text, radix).ok()
}

#[cfg(test)]
mod tests;
