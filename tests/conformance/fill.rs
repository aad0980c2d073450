//! Placeholders of the table: what stands in braces becomes what it names. Pure.
//!
//! No placeholder is a part of JSON, for inside braces JSON has a quote, a blank or nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use pushdeck::domain::wire::time_out;

/// What the placeholders mean at the moment.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    pub(crate) sdkappid: u64,
    pub(crate) identifier: String,
    pub(crate) sig: String,
    pub(crate) now: DateTime<Utc>,
    /// Tasks by their name: `TaskID` and `Type`.
    pub(crate) tasks: BTreeMap<String, (i64, String)>,
}

impl Meaning {
    /// The text with every placeholder filled in. An unknown one is an error of the table.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let inner = from[1..].split_once('}').map(|(inner, _)| inner);
            let inner = inner.filter(|inner| inner.starts_with(|c: char| c.is_ascii_lowercase()));
            if let Some(inner) = inner {
                out.push_str(&self.word(inner));
                rest = &from[inner.len() + 2..];
            } else {
                out.push('{');
                rest = &from[1..];
            }
        }
        out.push_str(rest);
        out
    }

    /// Plain content of a task of that type, as JSON.
    pub(crate) fn plain(&self, kind: &str) -> String {
        let audience = match kind {
            "Tag" => r#""Condition":{"TagsAnd":["a"]},"#,
            "User" => r#""To_Account":["u1"],"#,
            _ => "",
        };
        let who = &self.identifier;
        format!(r#"{{"From_Account":"{who}",{audience}"OfflinePushInfo":{{"Title":"t","Desc":"d"}}}}"#)
    }

    fn word(&self, word: &str) -> String {
        match word {
            "app" => return self.sdkappid.to_string(),
            "app_hex" => return format!("{:08x}", self.sdkappid),
            "who" => return self.identifier.clone(),
            "sig" => return self.sig.clone(),
            "sig_percent" => {
                return self.sig.replace('*', "%2A").replace('-', "%2D").replace('_', "%5f");
            }
            "all" => return self.plain("All"),
            "tag" => return self.plain("Tag"),
            "user" => return self.plain("User"),
            _ => {}
        }
        if let Some(shift) = word.strip_prefix("now") {
            return time_out(self.now + span(shift));
        }
        let mut parts = word.split(':');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("id"), Some(name), None) => self.task(name).0.to_string(),
            (Some("rep"), Some(what), Some(many)) => what.repeat(count(many)),
            // `"u1","u2",…`
            (Some("names"), Some(front), Some(many)) => {
                let names: Vec<String> = (1..=count(many)).map(|n| format!("\"{front}{n}\"")).collect();
                names.join(",")
            }
            // `"k1":"v","k2":"v",…`
            (Some("pairs"), Some(front), Some(many)) => {
                let pairs: Vec<String> = (1..=count(many)).map(|n| format!("\"{front}{n}\":\"v\"")).collect();
                pairs.join(",")
            }
            (Some("pad"), Some(many), None) => format!("{{pad:{many}}}"),
            _ => panic!("{{{word}}} is no placeholder"),
        }
    }

    /// The task of that name, or with that number and a type that is guessed.
    pub(crate) fn task(&self, name: &str) -> (i64, String) {
        match self.tasks.get(name) {
            Some(task) => task.clone(),
            None => (name.parse().unwrap_or_else(|_| panic!("no task is called {name}")), "All".to_owned()),
        }
    }
}

fn count(text: &str) -> usize {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// `+1h`, `-3s`, `+31d-1s`, or nothing.
pub(crate) fn span(text: &str) -> TimeDelta {
    let mut total = TimeDelta::zero();
    let mut rest = text;
    while !rest.is_empty() {
        let (sign, digits) = match rest.split_at(1) {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => panic!("{text} is no span of time"),
        };
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or_else(|| panic!("{text}: no unit"));
        let number: i64 = digits[..end].parse().unwrap_or_else(|_| panic!("{text} is no span of time"));
        let unit_end = digits[end..].find(['+', '-']).map_or(digits.len(), |at| end + at);
        total += TimeDelta::milliseconds(
            sign * number
                * match &digits[end..unit_end] {
                    "ms" => 1,
                    "s" => 1000,
                    "m" => 60_000,
                    "h" => 3_600_000,
                    "d" => 86_400_000,
                    other => panic!("{other} is no unit of time"),
                },
        );
        rest = &digits[unit_end..];
    }
    total
}

/// Replaces `{pad:N}` by so many letters that the JSON around it has N bytes when it is compact.
pub(crate) fn padded(json: &str) -> String {
    let Some((front, rest)) = json.split_once("{pad:") else { return json.to_owned() };
    let Some((many, back)) = rest.split_once('}') else { return json.to_owned() };
    let empty = format!("{front}{back}");
    let size = serde_json::from_str::<serde_json::Value>(&empty).map_or(empty.len(), |v| v.to_string().len());
    let letters = count(many).checked_sub(size).expect("more than is to be filled");
    format!("{front}{}{back}", "x".repeat(letters))
}
