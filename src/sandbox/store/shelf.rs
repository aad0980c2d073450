//! The shelves: the words of all tasks, so packed that a keyword is found fast among a million.
//!
//! A shelf is one row with the folded words of tasks that follow one another by id, and what a list
//! filters and sorts by, of as many as fill a page of the database. An index of short pieces of words
//! names the shelves that may hold a keyword; it may name too many, never too few, for what is found is
//! always compared with the words themselves. Nothing here is remembered outside the database, so a
//! transaction that is taken back leaves nothing behind. Must never be written without the task itself.

use memchr::memmem::Finder;
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::text::fold;

/// Most bytes of a shelf, unless a single task needs more: it then fills one page of the database, which
/// is read at one go and written at one go by every add.
const FULL: usize = 4000;

/// Ids that may share a shelf: a place is one byte.
const PLACES: i64 = 256;

/// Ends a text; it is no part of UTF-8, so no keyword reaches from one text into the next.
const END: u8 = 0xFF;

/// What a list filters and sorts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) id: i64,
    pub(super) sdkappid: i64,
    /// Unix seconds.
    pub(super) create_at: i64,
    /// Unix seconds.
    pub(super) sched_at: i64,
}

/// Bytes of a card: place on the shelf (1), application, creation, schedule (8 each), end of its words (4).
const CARD: usize = 29;

/// A row, unpacked.
#[derive(Debug)]
struct Shelf {
    first: i64,
    indexed: bool,
    /// By id, each with the end of its words.
    cards: Vec<(Card, usize)>,
    words: Vec<u8>,
}

impl Shelf {
    fn new(first: i64) -> Self {
        Self { first, indexed: false, cards: Vec::new(), words: Vec::new() }
    }

    /// The shelf to which a task of this id belongs, if there is one already.
    fn of(db: &Connection, id: i64) -> rusqlite::Result<Option<Self>> {
        let sql =
            "select first, tasks, words, indexed from shelf where first <= ?1 order by first desc limit 1";
        let read = |row: &Row<'_>| {
            let mut cards = Vec::new();
            let first = unpacked(row, &mut cards)?;
            Ok(Self { first, indexed: row.get(3)?, cards, words: row.get(2)? })
        };
        db.prepare_cached(sql)?.query_row([id], read).optional()
    }

    /// Whether a new task of this id and these words has room here.
    fn takes(&self, id: i64, words: &[u8]) -> bool {
        let size = (self.cards.len() + 1) * CARD + self.words.len() + words.len();
        id - self.first < PLACES && size <= FULL
    }

    fn push(&mut self, card: Card, words: &[u8]) {
        self.words.extend_from_slice(words);
        self.cards.push((card, self.words.len()));
    }

    fn words_of(&self, id: i64) -> &[u8] {
        let Some(at) = self.cards.iter().position(|(card, _)| card.id == id) else { return &[] };
        let end_of = |at: usize| self.cards.get(at).map(|(_, end)| *end);
        let from = at.checked_sub(1).and_then(end_of).unwrap_or(0);
        end_of(at).and_then(|end| self.words.get(from..end)).unwrap_or_default()
    }

    /// The same without those that `keep` refuses; `keep` may change a card and gives other words for it.
    fn rebuilt(self, mut keep: impl FnMut(&mut Card) -> Kept) -> Self {
        let mut new = Self { cards: Vec::with_capacity(self.cards.len()), words: Vec::new(), ..self };
        let mut from = 0;
        for (mut card, end) in self.cards {
            let words = self.words.get(from..end).unwrap_or_default();
            from = end;
            match keep(&mut card) {
                Kept::AsItIs => new.push(card, words),
                Kept::With(words) => new.push(card, &words),
                Kept::Not => {}
            }
        }
        new
    }

    fn packed(&self) -> Vec<u8> {
        let mut tasks = Vec::with_capacity(self.cards.len() * CARD);
        for (card, end) in &self.cards {
            // Both fit: `takes` sees to it.
            tasks.push(u8::try_from(card.id - self.first).unwrap_or(u8::MAX));
            for number in [card.sdkappid, card.create_at, card.sched_at] {
                tasks.extend_from_slice(&number.to_le_bytes());
            }
            tasks.extend_from_slice(&u32::try_from(*end).unwrap_or(u32::MAX).to_le_bytes());
        }
        tasks
    }

    fn write(&self, db: &Connection) -> rusqlite::Result<()> {
        if self.cards.is_empty() {
            db.prepare_cached("delete from shelf where first = ?1")?.execute([self.first])?;
            return Ok(());
        }
        let sql = "insert into shelf (first, indexed, tasks, words) values (?1, ?2, ?3, ?4)
            on conflict (first) do update set indexed = ?2, tasks = ?3, words = ?4";
        db.prepare_cached(sql)?.execute(params![self.first, self.indexed, self.packed(), self.words])?;
        Ok(())
    }
}

/// What becomes of a task on a shelf that is rebuilt.
enum Kept {
    AsItIs,
    With(Vec<u8>),
    Not,
}

/// Reads `first, tasks` of a row.
fn unpacked(row: &Row<'_>, cards: &mut Vec<(Card, usize)>) -> rusqlite::Result<i64> {
    let first: i64 = row.get(0)?;
    cards.clear();
    let (packed, rest) = row.get_ref(1)?.as_blob()?.as_chunks::<CARD>();
    if !rest.is_empty() {
        return Err(FromSqlError::InvalidType.into());
    }
    cards.extend(packed.iter().map(|card| {
        let number = |at: usize| {
            let bytes = card.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, i64::from_le_bytes)
        };
        let end = card.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let [place, ..] = *card;
        let id = first + i64::from(place);
        (Card { id, sdkappid: number(1), create_at: number(9), sched_at: number(17) }, end as usize)
    }));
    Ok(first)
}

/// As they lie on a shelf.
fn folded(title: &str, desc: &str) -> Vec<u8> {
    let mut words = fold(title).into_bytes();
    words.push(END);
    words.extend_from_slice(fold(desc).as_bytes());
    words.push(END);
    words
}

/// Puts a new task on the last shelf.
pub(super) fn put(db: &Connection, card: Card, title: &str, desc: &str) -> rusqlite::Result<()> {
    let words = folded(title, desc);
    let mut shelf = match Shelf::of(db, card.id)? {
        Some(shelf) if shelf.takes(card.id, &words) => shelf,
        Some(_) | None => {
            index_open(db)?;
            Shelf::new(card.id)
        }
    };
    if shelf.indexed {
        index(db, shelf.first, &words)?;
    }
    shelf.push(card, &words);
    shelf.write(db)
}

/// Writes down another time and other words of a task.
pub(super) fn change(
    db: &Connection,
    id: i64,
    sched_at: i64,
    title: &str,
    desc: &str,
) -> rusqlite::Result<()> {
    let Some(shelf) = Shelf::of(db, id)? else { return Ok(()) };
    let words = folded(title, desc);
    if shelf.indexed && shelf.words_of(id) != words {
        index(db, shelf.first, &words)?;
    }
    let changed = shelf.rebuilt(|card| {
        if card.id != id {
            return Kept::AsItIs;
        }
        card.sched_at = sched_at;
        Kept::With(words.clone())
    });
    changed.write(db)
}

/// Takes tasks away. The index still names their shelves, which does no harm.
pub(super) fn remove(db: &Connection, mut ids: Vec<i64>) -> rusqlite::Result<()> {
    ids.sort_unstable();
    let mut rest = ids.as_slice();
    while let [id, others @ ..] = rest {
        let Some(shelf) = Shelf::of(db, *id)? else { return Ok(()) };
        let last = shelf.cards.last().map_or(*id, |(card, _)| card.id);
        shelf
            .rebuilt(|card| if ids.binary_search(&card.id).is_ok() { Kept::Not } else { Kept::AsItIs })
            .write(db)?;
        rest = others.get(others.partition_point(|id| *id <= last)..).unwrap_or_default();
    }
    Ok(())
}

/// Puts many new tasks in the order of their ids, writes each shelf once, and the index at the end:
/// FTS5 puts its own work off until another statement comes, and that is dear after every shelf.
#[derive(Debug)]
pub(super) struct Filling<'a> {
    db: &'a Connection,
    /// Of the shelves that are filled.
    first: i64,
    shelf: Option<Shelf>,
}

impl<'a> Filling<'a> {
    pub(super) fn new(db: &'a Connection) -> Self {
        Self { db, first: i64::MAX, shelf: None }
    }

    pub(super) fn put(&mut self, card: Card, title: &str, desc: &str) -> rusqlite::Result<()> {
        let words = folded(title, desc);
        if let Some(full) = self.shelf.take_if(|shelf| !shelf.takes(card.id, &words)) {
            Shelf { indexed: true, ..full }.write(self.db)?;
        }
        self.first = self.first.min(card.id);
        self.shelf.get_or_insert_with(|| Shelf::new(card.id)).push(card, &words);
        Ok(())
    }

    /// Without this the index does not know them, and the last of them are on no shelf.
    pub(super) fn done(self) -> rusqlite::Result<()> {
        let mut full = self.db.prepare("select first, words from shelf where first >= ?1 and indexed = 1")?;
        let mut rows = full.query([self.first])?;
        while let Some(row) = rows.next()? {
            index(self.db, row.get(0)?, row.get_ref(1)?.as_blob()?)?;
        }
        self.shelf.map_or(Ok(()), |shelf| shelf.write(self.db))
    }
}

/// Makes the shelves of a database that has none.
pub(super) fn fill(db: &Connection) -> rusqlite::Result<()> {
    let mut filling = Filling::new(db);
    let mut tasks =
        db.prepare("select id, sdkappid, create_at, sched_at, title, descr from task order by id")?;
    let mut rows = tasks.query([])?;
    while let Some(row) = rows.next()? {
        let card =
            Card { id: row.get(0)?, sdkappid: row.get(1)?, create_at: row.get(2)?, sched_at: row.get(3)? };
        filling.put(card, row.get_ref(4)?.as_str()?, row.get_ref(5)?.as_str()?)?;
    }
    filling.done()
}

/// Which shelves are looked through.
#[derive(Debug)]
pub(super) enum Shelves {
    All,
    /// By their first id, in order.
    Named(Vec<i64>),
    /// Those of these tasks, in order.
    Of(Vec<i64>),
}

/// About how many shelves there are, by how many ids the last ones have.
pub(super) fn about(db: &Connection) -> rusqlite::Result<i64> {
    let sql = "select coalesce((select max(first) from shelf) - (select min(first) from shelf), 0),
            coalesce((max(first) - min(first)) / max(count(*) - 1, 1), 0)
        from (select first from shelf order by first desc limit 17)";
    let (ids, together): (i64, i64) =
        db.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(ids / together.max(1) + 1)
}

/// The shelves that may hold the folded keyword; `None` where that is unknown, or more than `most`.
pub(super) fn named(db: &Connection, keyword: &str, most: i64) -> rusqlite::Result<Option<Vec<i64>>> {
    let mut pieces = Vec::new();
    grams(keyword, &mut pieces);
    // Enough to tell; the words themselves are compared anyhow.
    pieces.truncate(24);
    if pieces.is_empty() {
        return Ok(None);
    }
    let sql = "select rowid from shelf_index where shelf_index match ?1 limit ?2";
    let mut named = db.prepare_cached(sql)?;
    let rows = named.query_map(params![tokens(pieces), most.saturating_add(1)], |row| row.get(0))?;
    let mut named: Vec<i64> = rows.collect::<Result<_, _>>()?;
    if i64::try_from(named.len()).is_ok_and(|many| many > most) {
        return Ok(None);
    }
    let mut open = db.prepare_cached("select first from shelf where indexed = 0")?;
    for first in open.query_map([], |row| row.get(0))? {
        named.push(first?);
    }
    named.sort_unstable();
    named.dedup();
    Ok(Some(named))
}

/// Gives every task on these shelves that fits and has the folded keyword in its words.
pub(super) fn search(
    db: &Connection,
    shelves: &Shelves,
    keyword: &str,
    fits: impl Fn(&Card) -> bool,
    found: impl FnMut(&Card),
) -> rusqlite::Result<()> {
    let mut search = Search { keyword: Finder::new(keyword), fits, found, cards: Vec::new() };
    match shelves {
        Shelves::All => {
            let mut all = db.prepare_cached("select first, tasks, words from shelf")?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                search.through(row)?;
            }
        }
        Shelves::Named(named) => {
            let mut one = db.prepare_cached("select first, tasks, words from shelf where first = ?1")?;
            for first in named {
                let mut rows = one.query([first])?;
                if let Some(row) = rows.next()? {
                    search.through(row)?;
                }
            }
        }
        Shelves::Of(tasks) => {
            let sql = "select first, tasks, words from shelf where first <= ?1 order by first desc limit 1";
            let mut one = db.prepare_cached(sql)?;
            let mut seen = None;
            for id in tasks {
                if seen.is_some_and(|seen| *id <= seen) {
                    continue;
                }
                let mut rows = one.query([id])?;
                if let Some(row) = rows.next()? {
                    search.through(row)?;
                    seen = search.cards.last().map(|(card, _)| card.id);
                }
            }
        }
    }
    Ok(())
}

struct Search<'a, Fits, Found> {
    keyword: Finder<'a>,
    fits: Fits,
    found: Found,
    /// Of the shelf looked through last.
    cards: Vec<(Card, usize)>,
}

impl<Fits: Fn(&Card) -> bool, Found: FnMut(&Card)> Search<'_, Fits, Found> {
    /// One shelf: `first, tasks, words`. The words are not read when no task fits.
    fn through(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        unpacked(row, &mut self.cards)?;
        if self.keyword.needle().is_empty() {
            self.cards.iter().filter(|(card, _)| (self.fits)(card)).for_each(|(card, _)| (self.found)(card));
            return Ok(());
        }
        if !self.cards.iter().any(|(card, _)| (self.fits)(card)) {
            return Ok(());
        }
        let words = row.get_ref(2)?.as_blob()?;
        let mut cards = self.cards.iter();
        let mut from = 0;
        while let Some(at) = words.get(from..).and_then(|rest| self.keyword.find(rest)) {
            let Some((card, end)) = cards.find(|(_, end)| from + at < *end) else { break };
            if (self.fits)(card) {
                (self.found)(card);
            }
            from = *end;
        }
        Ok(())
    }
}

/// Brings the shelves to which nothing is added any more into the index.
fn index_open(db: &Connection) -> rusqlite::Result<()> {
    let open: Vec<(i64, Vec<u8>)> = db
        .prepare_cached("select first, words from shelf where indexed = 0")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (first, words) in open {
        index(db, first, &words)?;
        db.prepare_cached("update shelf set indexed = 1 where first = ?1")?.execute([first])?;
    }
    Ok(())
}

/// Lets the index name this shelf for these words, too; it forgets none.
fn index(db: &Connection, first: i64, words: &[u8]) -> rusqlite::Result<()> {
    let mut pieces = Vec::new();
    for text in words.split(|byte| *byte == END) {
        grams(str::from_utf8(text).unwrap_or_default(), &mut pieces);
    }
    let sql = "insert into shelf_index (rowid, grams) values (?1, ?2)";
    db.prepare_cached(sql)?.execute(params![first, tokens(pieces)])?;
    Ok(())
}

/// The pieces of a text that the index knows: every two neighbours of which one is not ASCII, every
/// three of which all are. A text that contains another has all of its pieces.
fn grams(text: &str, pieces: &mut Vec<u32>) {
    let mut before = ['\0'; 2];
    for (at, c) in text.chars().enumerate() {
        let [first, second] = before;
        before = [second, c];
        if at >= 1 && !(second.is_ascii() && c.is_ascii()) {
            pieces.push(mixed('\u{10FFFF}', second, c));
        } else if at >= 2 && first.is_ascii() {
            pieces.push(mixed(first, second, c));
        }
    }
}

/// 25 bits; two pieces may share a number, for what is found is compared with the words.
fn mixed(first: char, second: char, third: char) -> u32 {
    let exact = [first, second, third].into_iter().fold(0_u64, |sum, c| sum << 21 | u64::from(c));
    // The greatest 25 bits of a product with the golden ratio are well spread.
    (exact.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 39) as u32
}

/// What the index is told, and asked: five letters for each piece, blanks between them.
fn tokens(mut pieces: Vec<u32>) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    pieces.sort_unstable();
    pieces.dedup();
    let mut tokens = String::with_capacity(pieces.len() * 6);
    for piece in pieces {
        for shift in [20, 15, 10, 5, 0] {
            let letter = LETTERS.get((piece >> shift & 31) as usize).copied().unwrap_or(b'a');
            tokens.push(char::from(letter));
        }
        tokens.push(' ');
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{NewRow, Store, Words};
    use super::*;
    use crate::domain::Kind;

    fn add(store: &Store, title: &str) -> i64 {
        let words = Words { content: "{}", title, desc: "" };
        let new = NewRow { sdkappid: 7, kind: &Kind::All, create_at: 0, sched_at: 9, words, end: None };
        store.add(&new).unwrap()
    }

    fn found(store: &Store, shelves: &Shelves, keyword: &str) -> Vec<i64> {
        let mut ids = Vec::new();
        search(&store.db, shelves, keyword, |_| true, |card| ids.push(card.id)).unwrap();
        ids
    }

    fn shelves(store: &Store) -> i64 {
        store.db.query_row("select count(*) from shelf", [], |row| row.get(0)).unwrap()
    }

    proptest! {
        #[test]
        fn a_text_has_every_piece_of_what_it_contains(
            (before, middle, after) in ("[ab快递é]{0,4}|.{0,3}", "[ab快递é]{0,5}|.{0,4}", "[ab快递é]{0,4}|.{0,3}")
        ) {
            let (mut all, mut some) = (Vec::new(), Vec::new());
            grams(&format!("{before}{middle}{after}"), &mut all);
            grams(&middle, &mut some);
            prop_assert!(some.iter().all(|piece| all.contains(piece)));
            let many = middle.chars().count();
            prop_assert_eq!(some.is_empty(), many < 2 || (many < 3 && middle.is_ascii()), "{:?}", middle);
        }
    }

    #[test]
    fn a_rare_word_is_found_on_its_shelf_without_the_others() {
        let store = Store::open(None, 1).unwrap();
        for number in 0..1000 {
            add(&store, if number == 300 { "彗星来了" } else { "Nothing of note" });
        }
        assert_eq!(shelves(&store), about(&store.db).unwrap());
        assert!((10..20).contains(&shelves(&store)), "{}", shelves(&store));
        let named = named(&store.db, "彗星", 2).unwrap().unwrap();
        assert_eq!(named.len(), 2, "its own and the one that is not indexed yet");
        assert_eq!(found(&store, &Shelves::Named(named), "彗星"), [301]);
        assert_eq!(super::named(&store.db, "note", 5).unwrap(), None, "they are too many");
        assert_eq!(super::named(&store.db, "星", 99).unwrap(), None, "it is too short");
    }

    #[test]
    fn words_that_a_task_is_given_later_are_found_and_those_it_had_are_not() {
        let store = Store::open(None, 1).unwrap();
        (0..200).for_each(|_| assert!(add(&store, "plain") > 0));
        store.modify(40, 9, &Words { content: "{}", title: "彗星", desc: "" }).unwrap();
        store.modify(40, 9, &Words { content: "{}", title: "comet", desc: "" }).unwrap();
        let by_index = |keyword| {
            let named = named(&store.db, keyword, 99).unwrap().unwrap();
            found(&store, &Shelves::Named(named), keyword)
        };
        assert_eq!((by_index("comet"), by_index("彗星"), by_index("plain").len()), (vec![40], vec![], 199));
    }

    #[test]
    fn what_is_taken_back_leaves_nothing_on_the_shelves_or_in_the_index() {
        let store = Store::open(None, 1).unwrap();
        let full = FULL / (CARD + "kept".len() + 2);
        (0..full).for_each(|_| assert!(add(&store, "kept") > 0));
        assert_eq!(shelves(&store), 1);
        store.begin().unwrap();
        let failed = store.partly(|store| {
            add(store, "taken back");
            Err::<(), _>(rusqlite::Error::InvalidQuery)
        });
        assert!(failed.is_err());
        assert!(store.commit());
        assert_eq!(found(&store, &Shelves::All, "taken"), [0; 0]);
        assert_eq!(named(&store.db, "taken", 99).unwrap().unwrap(), [1], "the one that is still open");
        let next = add(&store, "after");
        assert_eq!(named(&store.db, "kept", 99).unwrap().unwrap(), [1, next]);
        let check: String = store.db.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }

    #[test]
    fn long_words_end_a_shelf_early_and_an_empty_shelf_goes() {
        let store = Store::open(None, 1).unwrap();
        let long = "long ".repeat(FULL / 12);
        let ids: Vec<i64> = (0..6).map(|_| add(&store, &long)).collect();
        assert_eq!(shelves(&store), 3, "two on each");
        assert_eq!(found(&store, &Shelves::Of(ids.clone()), "LONG"), [0; 0], "keywords come folded");
        assert_eq!(found(&store, &Shelves::Of(ids.clone()), "g l"), ids);
        remove(&store.db, vec![4, 2, 3]).unwrap();
        assert_eq!((shelves(&store), found(&store, &Shelves::All, "")), (2, vec![1, 5, 6]));
        remove(&store.db, vec![1, 5, 6]).unwrap();
        assert_eq!(shelves(&store), 0);
    }

    #[test]
    fn many_at_once_lie_as_they_would_one_by_one() {
        let (one, many) = (Store::open(None, 1).unwrap(), Store::open(None, 1).unwrap());
        let mut filling = Filling::new(&many.db);
        for number in 0..300 {
            let title = format!("Task {number}");
            let id = add(&one, &title);
            filling.put(Card { id, sdkappid: 7, create_at: 0, sched_at: 9 }, &title, "").unwrap();
        }
        filling.done().unwrap();
        let rows = |store: &Store| -> Vec<(i64, bool, Vec<u8>, Vec<u8>)> {
            let mut rows = store.db.prepare("select * from shelf order by first").unwrap();
            let rows =
                rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
            rows.map(Result::unwrap).collect()
        };
        assert_eq!(rows(&one), rows(&many));
        assert_eq!(named(&one.db, "task 77", 99).unwrap(), named(&many.db, "task 77", 99).unwrap());
    }
}
