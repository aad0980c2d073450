//! What stands beside a field: what is wrong with it, how many items it took, how long its text is, which
//! time was understood. One thing at a time, and said nowhere else.

use chrono::{DateTime, Utc};

use crate::domain::fields::Field;
use crate::domain::{Audience, Zone, text};

use super::super::lines::Tone;
use super::fields::FormField;
use super::model::Form;

/// What stands beside a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// What it means.
    pub tone: Tone,
    /// How it can be said, the widest wording first. The first says all of it.
    pub wordings: Vec<String>,
}

impl Beside {
    fn new(tone: Tone, wordings: Vec<String>) -> Option<Self> {
        (!wordings.is_empty()).then_some(Self { tone, wordings })
    }
}

impl Form {
    /// What stands beside a place; `shown` are the problems that are shown.
    pub fn beside(
        &self,
        field: FormField,
        shown: &[(FormField, String)],
        now: DateTime<Utc>,
        zone: Zone,
    ) -> Option<Beside> {
        let wrong: Vec<&str> =
            shown.iter().filter(|(at, _)| *at == field).map(|(_, words)| words.as_str()).collect();
        if !wrong.is_empty() {
            return Beside::new(Tone::Bad, vec![format!("! {}", wrong.join(" · "))]);
        }
        let (count, remarks) = (self.count(field), self.remarks(field));
        if !remarks.is_empty() {
            let all: Vec<String> = count.into_iter().chain(remarks).collect();
            return Beside::new(Tone::Watch, vec![all.join(" · ")]);
        }
        match field {
            FormField::Kind => self.whom(),
            FormField::Time => Beside::new(Tone::Plain, echoes(&self.time_echo(now, zone)?)),
            FormField::Section(_) => None,
            FormField::Field(field) => self.fit(field).or_else(|| Beside::new(Tone::Muted, vec![count?])),
        }
    }

    /// Whom a condition reaches, in one sentence; accounts stand in their own field.
    fn whom(&self) -> Option<Beside> {
        let audience = self.content().audience(self.draft.kind.as_ref()?);
        match audience {
            Audience::Matching(_) => Beside::new(Tone::Plain, vec![audience.short()]),
            Audience::Everyone | Audience::Accounts(_) | Audience::Unclear(_) => None,
        }
    }

    /// How a title or text fits what the vendors show of it.
    fn fit(&self, field: &Field) -> Option<Beside> {
        let composed = self.composed();
        let fit = match field.path {
            "OfflinePushInfo.Title" => &composed.title,
            "OfflinePushInfo.Desc" => &composed.text,
            _ => return None,
        };
        if fit.units == 0 {
            return None;
        }
        let tone = if fit.cut_by.is_empty() { Tone::Muted } else { Tone::Watch };
        Beside::new(tone, fit.words())
    }

    /// How many items the list at a place took, such as "2 accounts"; `None` where there is no list, or
    /// none that can be read.
    pub fn count(&self, field: FormField) -> Option<String> {
        let FormField::Field(field) = field else { return None };
        self.composed().lists.get(field.path).map(|taken| taken.count.clone())
    }

    /// What should be known about the text at a place, though it may be sent: items that stand several
    /// times, characters that were not taken.
    pub fn remarks(&self, field: FormField) -> Vec<String> {
        let noted = self.noted.iter().filter(|noted| noted.field == field);
        noted.map(|noted| noted.left_out.words()).chain(self.repeats(field)).collect()
    }

    fn repeats(&self, field: FormField) -> Option<String> {
        let FormField::Field(field) = field else { return None };
        self.composed().lists.get(field.path)?.repeats.clone()
    }
}

/// A stamp such as `Sun 22 Nov 09:00:00 +08` without the seconds where there are none.
fn without_no_seconds(clock: &str) -> String {
    let words = clock.split(' ').map(|word| match word.strip_suffix(":00") {
        Some(shorter) if shorter.contains(':') => shorter,
        Some(_) | None => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The clocks of a time, as many of them as there is room for: the profile's and how far it is count most; of a
/// change the new time and by how much it is moved.
fn echoes(clocks: &[String]) -> Vec<String> {
    let clocks: Vec<String> = clocks.iter().map(|clock| without_no_seconds(clock)).collect();
    let (Some(own), Some(last)) = (clocks.first(), clocks.last()) else { return Vec::new() };
    let stamp = own.split_once(" → ").map_or(own.as_str(), |(_, stamp)| stamp);
    let mut wordings = vec![
        clocks.join(" · "),
        format!("{own} · {last}"),
        format!("{stamp} · {last}"),
        stamp.to_owned(),
        last.clone(),
    ];
    wordings.dedup();
    wordings
}

/// The clocks of a time line by line, at most so many cells and lines; the new time comes first.
pub fn echo_lines(clocks: &[String], cells: usize, most: usize) -> Vec<String> {
    let mut pieces: Vec<String> = clocks.iter().map(|clock| without_no_seconds(clock)).collect();
    if let Some(own) = pieces.first_mut()
        && text::width(own) > cells
        && let Some((_, stamp)) = own.split_once(" → ")
    {
        *own = stamp.to_owned();
    }
    // By how much it is moved stands behind the new time.
    if clocks.first().is_some_and(|own| own.contains(" → "))
        && let Some(moved) = pieces.pop()
    {
        pieces.insert(1.min(pieces.len()), moved);
    }
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        let has_room = lines.len() < most;
        match lines.last_mut() {
            Some(line) if text::width(line) + text::width(&piece) + 3 <= cells => {
                *line = format!("{line} · {piece}");
            }
            Some(_) | None if has_room => lines.push(text::cut(&piece, cells).into_owned()),
            Some(_) | None => {}
        }
    }
    lines
}
