//! The grammar of a filter: what was typed, to terms.

use chrono::{DateTime, Utc};

use super::super::schedule::TextPart;
use super::super::zone::Zone;
use super::super::{text, when};
use super::clauses::{Clause, Filter};
use super::context::States;
use super::term::{Needle, Term, TermPiece};
use super::time::{self, Which};

/// The terms, for whoever mistypes one, with the signs that each takes and what it may look like.
const TERMS: [(&str, &str, &str); 10] = [
    ("status", "=~", "status=failed, status=failed,unknown"),
    ("type", "=~", "type=all, type=tag,user"),
    ("tag", "~=", "tag~vip, tag=vip"),
    ("to", "~=", "to~anna, to=anna"),
    ("from", "=~", "from=admin, from~admin"),
    ("err", "~=", "err~quota"),
    ("id", "~=", "id~123"),
    ("in", "<>", "in<2h, in>1d"),
    ("at", "<>=", "at<tomorrow, at>-12h, at=\"last night\""),
    ("created", "<>=", "created<7d, created>2026-12-01"),
];

/// What a status is called in a filter, the names of the column behind the six that are offered.
const STATUSES: [&str; 16] = [
    "pending",
    "dispatching",
    "sent",
    "failed",
    "unknown",
    "unclear",
    "cancelled",
    "dispatched",
    "ok",
    "pend",
    ">>disp",
    "fail",
    "?unk",
    "canc",
    "late",
    "stuck",
];
/// How many are enough to choose from.
const OFFERED: usize = 6;
/// The types of the documents; a word finds others.
const TYPES: [&str; 3] = ["all", "tag", "user"];

impl Filter {
    /// Reads a filter. Times in it are those of this zone, days are counted from `now`. A term that is not
    /// understood hides nothing and is named in `problem`.
    pub fn read(text: &str, zone: Zone, now: DateTime<Utc>) -> Self {
        filter(text, zone, now)
    }

    /// The same filter where it means something else by now: `tomorrow` is another day every day, and in every
    /// zone. `None` while it means what it did.
    pub fn renewed(&self, zone: Zone, now: DateTime<Utc>) -> Option<Self> {
        if !self.names_a_time {
            return None;
        }
        Some(Self::read(&self.text, zone, now)).filter(|renewed| renewed != self)
    }
}

fn filter(text: &str, zone: Zone, now: DateTime<Utc>) -> Filter {
    let mut filter = Filter { text: text.to_owned(), ..Filter::default() };
    let mut rest = text;
    while let Some(typed) = Typed::take(&mut rest) {
        filter.names_a_time |= matches!(&typed.name, Some((name, _)) if name == "at" || name == "created");
        let read = term(&typed, zone, now);
        let word = if typed.is_word() && !typed.negated { Some(typed.whole()) } else { None };
        match word {
            Some(word) => filter.apart.0.push(word),
            None => filter.apart.1.push(typed.raw.to_owned()),
        }
        match read {
            Ok(term) => {
                let clause = Clause { negated: typed.negated, term };
                // A word that appears twice asks for nothing more.
                if !filter.clauses.contains(&clause) {
                    filter.clauses.push(clause);
                }
            }
            Err(why) => filter.problem = Some(why),
        }
    }
    filter.clauses.sort_by_key(|clause| clause.term.searches());
    filter
}

/// One term as it was typed, cut at its sign and at its commas.
struct Typed<'t> {
    raw: &'t str,
    negated: bool,
    /// The name, folded, and the sign behind it.
    name: Option<(String, char)>,
    values: Vec<String>,
}

impl<'t> Typed<'t> {
    /// Takes the next one off a text. A quote opens before a word or a value, and ends at the next one or never;
    /// what stands in it is text, whatever it is.
    fn take(rest: &mut &'t str) -> Option<Self> {
        loop {
            let text = rest.trim_start();
            if text.is_empty() {
                return None;
            }
            let negated = text
                .strip_prefix('!')
                .filter(|behind| behind.chars().next().is_some_and(|c| !c.is_whitespace()));
            let body = negated.unwrap_or(text);
            let mut typed = Self { raw: text, negated: negated.is_some(), name: None, values: Vec::new() };
            let end = typed.cut(body) + (text.len() - body.len());
            let (raw, behind) = text.split_at_checked(end).unwrap_or((text, ""));
            typed.raw = raw;
            *rest = behind;
            // A quote that was only opened asks for nothing yet.
            if !typed.is_word() || typed.values.iter().any(|value| !value.is_empty()) {
                return Some(typed);
            }
        }
    }

    /// Cuts the text up to the next blank, and gives the bytes of that.
    fn cut(&mut self, text: &str) -> usize {
        let mut value = String::new();
        let (mut in_quotes, mut was_quoted, mut begins) = (false, false, true);
        let mut end = text.len();
        for (at, c) in text.char_indices() {
            let is_name = || !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphabetic());
            match c {
                '"' if in_quotes => in_quotes = false,
                c if in_quotes => value.push(c),
                c if c.is_whitespace() => {
                    end = at;
                    break;
                }
                '"' if begins => (in_quotes, was_quoted) = (true, true),
                // `1+1=2` and an address are words.
                '=' | '~' | '<' | '>' if self.name.is_none() && !was_quoted && is_name() => {
                    self.name = Some((text::fold(&value), c));
                    value.clear();
                    begins = true;
                    continue;
                }
                ',' if self.name.is_some() => {
                    self.values.push(std::mem::take(&mut value));
                    begins = true;
                    continue;
                }
                c => value.push(c),
            }
            begins = false;
        }
        self.values.push(value);
        end
    }

    fn is_word(&self) -> bool {
        self.name.is_none()
    }

    /// What stands behind the sign, without its quotes.
    fn whole(&self) -> String {
        self.values.join(",")
    }

    /// The values, any of which will do. One that is still to be typed asks for nothing, unless it is the only one.
    fn any(&self) -> Vec<String> {
        let typed: Vec<String> =
            self.values.iter().filter(|value| !value.is_empty()).map(|value| text::fold(value)).collect();
        if typed.is_empty() { vec![String::new()] } else { typed }
    }
}

fn term(typed: &Typed<'_>, zone: Zone, now: DateTime<Utc>) -> Result<Term, String> {
    let Some((name, sign)) = &typed.name else { return Ok(Term::Word(Needle::word(&typed.whole()))) };
    let Some((name, signs, examples)) = TERMS.iter().find(|(known, ..)| known == name) else {
        let nearest = text::nearest(name, TERMS.map(|(name, ..)| name)).map(|near| format!("{near}?"));
        let all = || TERMS.map(|(name, ..)| name).join(", ");
        return Err(format!("no term \"{name}\": {}", nearest.unwrap_or_else(all)));
    };
    if !signs.contains(*sign) {
        return Err(format!("{}: try {examples}", typed.raw));
    }
    match *name {
        "status" => {
            let values = known("status", typed.any(), &STATUSES)?;
            let states = values.iter().map(|value| States::called(value));
            Ok(Term::Status(states.fold(States::default(), States::or)))
        }
        "type" => known("type", typed.any(), &TYPES).map(Term::Type),
        "in" => match when::read_span(&text::fold(&typed.whole())) {
            Some(span) => Ok(Term::Time(time::due(span, *sign == '>'))),
            None => Err(format!("{}: try in{sign}2h, in{sign}30m, in{sign}3d", typed.raw)),
        },
        "at" => time_named(Which::Scheduled, typed, *sign, zone, now),
        "created" => match when::read_span(&text::fold(&typed.whole())) {
            Some(span) if *sign != '=' => Ok(Term::Time(time::aged(span, *sign == '>'))),
            Some(_) | None => time_named(Which::Created, typed, *sign, zone, now),
        },
        "id" => Ok(Term::Id(typed.any().iter().map(|value| Needle::word(value)).collect())),
        name => {
            let (part, exact): (TextPart, fn(&str) -> TermPiece) = match name {
                "tag" => (TextPart::Tags, TermPiece::whole),
                "to" => (TextPart::Accounts, TermPiece::whole),
                "from" => (TextPart::From, TermPiece::begins),
                _ => (TextPart::Error, TermPiece::within),
            };
            let is_exact = *sign == '=' && typed.values.iter().any(|value| !value.is_empty());
            let piece = if is_exact { exact } else { TermPiece::within };
            Ok(Term::TextPart(part, typed.any().iter().map(|value| piece(value)).collect()))
        }
    }
}

fn time_named(
    which: Which,
    typed: &Typed<'_>,
    sign: char,
    zone: Zone,
    now: DateTime<Utc>,
) -> Result<Term, String> {
    let term = time::named(which, sign, &typed.whole(), zone, now);
    term.map(Term::Time).map_err(|problem| format!("{}: {}", typed.raw, problem.words()))
}

/// The values, if each is the beginning of a known one, else what it could have been.
fn known(term: &str, values: Vec<String>, all: &[&str]) -> Result<Vec<String>, String> {
    let is_known = |value: &&String| all.iter().any(|known| known.starts_with(value.as_str()));
    let Some(value) = values.iter().find(|value| !is_known(value)) else { return Ok(values) };
    let nearest = text::nearest(value, all.iter().copied()).map(|near| format!("{near}?"));
    let some = || all.iter().take(OFFERED).copied().collect::<Vec<_>>().join(", ");
    Err(format!("no {term} \"{value}\": {}", nearest.unwrap_or_else(some)))
}
