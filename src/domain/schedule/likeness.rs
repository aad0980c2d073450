//! By what two pushes are alike: a number for what they say, and one for whom they reach, made once when a task is
//! taken up, so that no text is compared later.
//!
//! Two texts say nearly the same when they have the same words, whatever their order, their case, the signs between
//! them and the figures in them: "Sale: 30 % off!" and "sale, 40 % OFF".

use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::content::{Audience, Condition};
use super::super::text;

/// What a push says, as a number: alike for nearly the same title and text; 0 where it has no words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContentKey(pub u64);

/// Whom a push reaches, as a number: alike for the same accounts or the same condition, in whatever order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AudienceKey(pub u64);

impl ContentKey {
    /// Of a title and a text.
    pub fn of(title: &str, desc: &str) -> Self {
        let shown = |words: &str| text::fold(&text::head(words, text::MOST_SHOWN));
        Self::of_folded(&shown(title), &shown(desc))
    }

    /// The same of words that are folded already.
    pub(super) fn of_folded(title: &str, desc: &str) -> Self {
        let (title, desc) = (bag(words(title)), bag(words(desc)));
        if title == 0 && desc == 0 { Self(0) } else { Self(hash_of((title, desc))) }
    }

    /// Whether there are words that can be alike.
    pub fn has_words(self) -> bool {
        self.0 != 0
    }
}

impl AudienceKey {
    /// Of an audience.
    pub fn of(audience: &Audience) -> Self {
        Self(match audience {
            Audience::Everyone => hash_of("everyone"),
            Audience::Accounts(accounts) => {
                let mut accounts: Vec<&String> = accounts.iter().collect();
                accounts.sort_unstable();
                accounts.dedup();
                hash_of(("accounts", bag(accounts)))
            }
            Audience::Matching(condition) => of_condition(condition),
            Audience::Unclear(why) => hash_of(("unclear", why)),
        })
    }
}

fn of_condition(condition: &Condition) -> u64 {
    let Condition { tags_and, tags_or, tags_not, attrs_and, attrs_or, other } = condition;
    hash_of((bag(tags_and), bag(tags_or), bag(tags_not), bag(attrs_and), bag(attrs_or), bag(other)))
}

/// Runs of letters.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

/// One number for several things, in whatever order; 0 for none.
fn bag(things: impl IntoIterator<Item = impl Hash>) -> u64 {
    things.into_iter().fold(0, |sum: u64, thing| sum.wrapping_add(hash_of(thing)))
}

/// The same in every process: what was kept on disk may be compared with what came.
fn hash_of(thing: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(title: &str, desc: &str) -> ContentKey {
        ContentKey::of(title, desc)
    }

    #[test]
    fn texts_of_the_same_words_are_alike_whatever_their_order_case_signs_and_figures() {
        let sale = key("Sale: 30 % off!", "Until midnight, everything in the shop.");
        assert_eq!(sale, key("sale 40 % OFF", "In the shop — everything until MIDNIGHT"));
        assert_eq!(key("股票早报", "今日行情"), key("【股票早报】", "今日行情 27"));
        for other in [
            key("Sale: 30 % off!", "Until midnight, everything in the cafe."),
            key("Until midnight, everything in the shop.", "Sale: 30 % off!"),
            key("Sale: 30 % off!", ""),
            key("Sale sale: 30 % off!", "Until midnight, everything in the shop."),
        ] {
            assert_ne!(sale, other);
        }
    }

    #[test]
    fn what_has_no_words_is_like_nothing() {
        assert!(!key("", "").has_words() && !key("30 %", "🔥").has_words());
        assert!(key("a", "").has_words());
    }

    #[test]
    fn audiences_are_alike_in_whatever_order_they_are_written() {
        let accounts = |names: &[&str]| {
            AudienceKey::of(&Audience::Accounts(names.iter().map(|name| (*name).to_owned()).collect()))
        };
        assert_eq!(accounts(&["anna", "bela"]), accounts(&["bela", "anna", "bela"]));
        assert_ne!(accounts(&["anna", "bela"]), accounts(&["anna"]));
        let tags = |and: &[&str], or: &[&str]| {
            let of = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
            let condition = Condition { tags_and: of(and), tags_or: of(or), ..Condition::default() };
            AudienceKey::of(&Audience::Matching(condition))
        };
        assert_eq!(tags(&["a", "b"], &[]), tags(&["b", "a"], &[]));
        assert_ne!(tags(&["a", "b"], &[]), tags(&[], &["a", "b"]));
        assert_ne!(AudienceKey::of(&Audience::Everyone), tags(&["everyone"], &[]));
    }
}
