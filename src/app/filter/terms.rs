//! The terms of the local filter: what was typed, and which tasks pass.

use chrono::{DateTime, Duration, Utc};

use crate::domain::{Audience, Outcome, Task, text, when};

/// One term of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    /// A word in title, text, id, type, audience, or the dispatch error.
    Word(String),
    /// `status=pending`, also by the word of the column.
    Status(String),
    /// `type=All`.
    Type(String),
    /// `tag~vip`.
    Tag(String),
    /// `id=…` or `id~…`: a piece of the task's number.
    Id(String),
    /// `in<2h`: due within.
    Within(Duration),
    /// `in>2h`: due later than.
    Beyond(Duration),
}

/// A filter: what was typed and what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// As typed.
    pub text: String,
    terms: Vec<(bool, Term)>,
    /// What of it was not understood.
    pub problem: Option<String>,
    /// The words of it, as typed, that a find could search for; and all the rest.
    apart: (Vec<String>, Vec<String>),
}

impl Filter {
    /// Reads a filter. A term that is not understood hides nothing and is named in `problem`.
    pub fn read(text: &str) -> Self {
        let mut terms = Vec::new();
        let mut problem = None;
        let mut apart = (Vec::new(), Vec::new());
        for typed in text.split_whitespace() {
            let (negated, word) = match typed.strip_prefix('!') {
                Some(rest) if !rest.is_empty() => (true, rest),
                _ => (false, typed),
            };
            let read = read_term(word);
            let is_word = !negated && matches!(read, Ok(Term::Word(_)));
            if is_word { &mut apart.0 } else { &mut apart.1 }.push(typed.to_owned());
            match read {
                // A word that appears twice asks for nothing more.
                Ok(term) if terms.contains(&(negated, term.clone())) => {}
                Ok(term) => terms.push((negated, term)),
                Err(why) => problem = Some(why),
            }
        }
        Self { text: text.to_owned(), terms, problem, apart }
    }

    /// Whether anything is filtered.
    pub fn is_on(&self) -> bool {
        !self.terms.is_empty()
    }

    /// The words that a find could search for.
    pub fn words(&self) -> String {
        self.apart.0.join(" ")
    }

    /// The filter without them.
    pub fn without_words(&self) -> String {
        self.apart.1.join(" ")
    }

    /// Whether a task passes.
    pub fn passes(&self, task: &Task, in_doubt: bool, now: DateTime<Utc>) -> bool {
        self.terms.iter().all(|(negated, term)| fits(term, task, in_doubt, now) != *negated)
    }
}

fn read_term(word: &str) -> Result<Term, String> {
    let folded = text::fold(word);
    let with = |names: &[&str]| names.iter().find_map(|name| folded.strip_prefix(name)).map(str::to_owned);
    if let Some(value) = with(&["status=", "status~"]) {
        return known("status", &value, &STATUSES).map(|()| Term::Status(value));
    }
    if let Some(value) = with(&["type=", "type~"]) {
        return known("type", &value, &TYPES).map(|()| Term::Type(value));
    }
    if let Some(value) = with(&["tag~", "tag="]) {
        return Ok(Term::Tag(value));
    }
    if let Some(value) = with(&["id=", "id~"]) {
        return Ok(Term::Id(value));
    }
    for (sign, later) in [("in<", false), ("in>", true)] {
        if let Some(value) = with(&[sign]) {
            let span = when::read_span(&value)
                .ok_or_else(|| format!("{word}: try {sign}2h, {sign}30m, {sign}3d"))?;
            return Ok(if later { Term::Beyond(span) } else { Term::Within(span) });
        }
    }
    match folded.split_once(['=', '~', '<', '>']) {
        // `1+1=2` and an address are words.
        Some((name, _)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()) => {
            let nearest = text::nearest(name, TERMS).map(|near| format!("{near}?"));
            Err(format!("no term \"{name}\": {}", nearest.unwrap_or_else(|| TERMS.join(", "))))
        }
        Some(_) | None => Ok(Term::Word(folded)),
    }
}

/// The terms, for whoever mistypes one.
const TERMS: [&str; 5] = ["status", "type", "tag", "id", "in"];
/// What a status is called in a filter, the names of the column last.
const STATUSES: [&str; 12] = [
    "pending",
    "dispatching",
    "sent",
    "failed",
    "unknown",
    "unclear",
    "dispatched",
    "ok",
    "pend",
    ">>disp",
    "fail",
    "?unk",
];
/// The types of the documents; a word finds others.
const TYPES: [&str; 3] = ["all", "tag", "user"];

/// Whether a value is the beginning of a known one, else what it could have been.
fn known(term: &str, value: &str, all: &[&str]) -> Result<(), String> {
    if all.iter().any(|known| known.starts_with(value)) {
        return Ok(());
    }
    let nearest = text::nearest(value, all.iter().copied()).map(|near| format!("{near}?"));
    // The first six are enough to choose from.
    let some = || all.iter().take(6).copied().collect::<Vec<_>>().join(", ");
    Err(format!("no {term} \"{value}\": {}", nearest.unwrap_or_else(some)))
}

fn fits(term: &Term, task: &Task, in_doubt: bool, now: DateTime<Utc>) -> bool {
    match term {
        Term::Word(word) => {
            let audience = task.audience_in_short();
            let id = task.id.to_string();
            let error = task.dispatch_err.as_str();
            [task.title.as_str(), &task.desc, &id, task.kind.wire(), &audience, error]
                .iter()
                .any(|hay| text::fold(&text::head(hay, text::MOST_SHOWN)).contains(word.as_str()))
        }
        Term::Status(wanted) => {
            let names: &[&str] = match task.outcome() {
                _ if in_doubt => &["unknown", "?unk"],
                Outcome::Pending => &["pending", "pend"],
                Outcome::Dispatching => &["dispatching", ">>disp"],
                Outcome::Sent => &["dispatched", "sent", "ok"],
                Outcome::Failed => &["dispatched", "failed", "fail"],
                Outcome::Unclear(_) => &["unclear"],
            };
            names.iter().any(|name| name.starts_with(wanted.as_str()))
        }
        Term::Type(wanted) => text::fold(task.kind.wire()).starts_with(wanted.as_str()),
        Term::Tag(wanted) => match task.audience() {
            Audience::Matching(c) => {
                let tags = c.tags_and.iter().chain(&c.tags_or).chain(&c.tags_not);
                tags.into_iter().any(|tag| text::fold(tag).contains(wanted.as_str()))
            }
            Audience::Everyone | Audience::Accounts(_) | Audience::Unclear(_) => false,
        },
        Term::Id(piece) => task.id.to_string().contains(piece.as_str()),
        Term::Within(span) => task.scheduled_at.is_some_and(|at| at >= now && at - now <= *span),
        Term::Beyond(span) => task.scheduled_at.is_some_and(|at| at - now > *span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Layer;
    use crate::app::State;
    use crate::domain::wire::{read_task, time_in};

    fn task(status: &str, success: u8, kind: &str, content: &str, title: &str) -> Task {
        let info = format!(
            r#"{{"TaskID":1000042,"Type":"{kind}","SchedAt":"2026-11-21 08:00:00","Status":"{status}","DispatchSuccess":{success},"Title":"{title}","Content":{content}}}"#
        );
        read_task(&serde_json::from_str(&info).unwrap()).unwrap()
    }

    fn passes(filter: &str, task: &Task) -> bool {
        let filter = Filter::read(filter);
        assert_eq!(filter.problem, None);
        filter.passes(task, false, time_in("2026-11-21 07:00:00").unwrap())
    }

    #[test]
    fn terms_and_words_must_all_fit() {
        let vip = task("pending", 0, "Tag", r#"{"Condition":{"TagsOr":["VIP gold"]}}"#, "Flash SALE");
        for yes in [
            "",
            "sale",
            "flash sale",
            "status=pending",
            "status=pend",
            "type=tag",
            "tag~vip",
            "in<2h",
            "id=42",
            "!stock",
            "status=pending in<61m tag~gold",
        ] {
            assert!(passes(yes, &vip), "{yes}");
        }
        for no in
            ["stock", "status=failed", "type=All", "tag~silver", "in<59m", "in>1h", "!sale", "sale stock"]
        {
            assert!(!passes(no, &vip), "{no}");
        }
    }

    #[test]
    fn failed_and_sent_are_told_apart() {
        let failed = task("dispatched", 0, "All", "{}", "x");
        let sent = task("dispatched", 1, "All", "{}", "x");
        assert!(passes("status=failed", &failed) && !passes("status=failed", &sent));
        assert!(passes("status=ok", &sent) && passes("status=dispatched", &sent));
    }

    #[test]
    fn esc_brings_back_the_filter_before_and_loses_no_text() {
        use crate::app::testing::{board, feed, key, typed};
        use crossterm::event::KeyCode;

        let mut state = board((120, 40));
        let text = |state: &State| match state.layers.last() {
            Some(Layer::Filter(line)) => line.entry.text(),
            _ => panic!("no line"),
        };
        feed(&mut state, typed("/sale 30 j 5"));
        assert_eq!(text(&state), "sale 30 j 5", "digits and letters of keys are text");
        feed(&mut state, [key(KeyCode::Esc)]);
        assert!(state.layers.is_empty() && !state.board.filter.is_on());
        feed(&mut state, typed("/"));
        assert_eq!((text(&state).as_str(), state.board.filter.text.as_str()), ("sale 30 j 5", "sale 30 j 5"));
        feed(&mut state, [crate::app::testing::ctrl('u')]);
        feed(&mut state, [typed("Flash"), vec![key(KeyCode::Enter)], typed("/")].concat());
        assert_eq!(text(&state), "Flash", "now it is the filter that is on");
        feed(&mut state, [key(KeyCode::Esc)]);
        assert_eq!(state.drafts.filter, None, "nothing was typed that the filter does not hold");
    }

    #[test]
    fn a_large_paste_is_cut_and_said() {
        use crate::app::Message;
        use crate::app::testing::{board, feed, typed};

        let mut state = board((120, 40));
        feed(&mut state, typed("/x"));
        feed(&mut state, [Message::Pasted("y\0".repeat(1 << 19))]);
        let words = state.shared.note.take().map(|note| note.text).unwrap_or_default();
        assert!(words.contains("cut at 256 bytes"), "{words}");
        assert_eq!(state.board.filter.text.len(), 256);
    }

    #[test]
    fn what_is_not_understood_hides_nothing_and_is_named() {
        let filter = Filter::read("in<soon");
        assert!(!filter.is_on());
        assert!(filter.problem.unwrap().contains("in<2h"));
        for (typed, says) in [
            ("stauts=failed", "no term \"stauts\": status?"),
            ("colour=red", "no term \"colour\": status, type, tag, id, in"),
            ("status=fialed", "no status \"fialed\": failed?"),
            ("status=foo", "no status \"foo\": pending, dispatching, sent, failed, unknown, unclear"),
            ("type=foo", "no type \"foo\": all, tag, user"),
            ("type=usr", "no type \"usr\": user?"),
        ] {
            let filter = Filter::read(typed);
            assert_eq!((filter.is_on(), filter.problem.as_deref()), (false, Some(says)), "{typed}");
            // What is understood beside it counts.
            assert!(Filter::read(&format!("{typed} sale")).is_on());
        }
        for word in ["1+1=2", "https://x?y=z", "=", "a", "status", "status=", "status=f", "TYPE=a"] {
            assert_eq!(Filter::read(word).problem, None, "{word}");
        }
    }
}
