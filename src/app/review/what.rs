//! What a push says and what else it carries: the message, which must be seen, then all other fields by
//! their groups. What a vendor shows or does otherwise than the message says is part of the message.

use serde_json::Value;

use crate::domain::fields::{self, FIELDS, Group};
use crate::domain::text;
use crate::keymap::Action;

use super::super::compare::Version;
use super::super::lines::{Lines, Tone, card, card_shows_all, field_text, part, unknown};
use super::super::shared::Shared;
use super::model::Review;
use super::rows::{row, table};
use super::sight::{TextWriter, Topic};

const TITLE: &str = "OfflinePushInfo.Title";
const TEXT: &str = "OfflinePushInfo.Desc";
/// The data of a push, for the app.
const DATA: &str = "OfflinePushInfo.Ext";
/// What else people read, or what makes it.
const MESSAGE: [&str; 12] = [
    "OfflinePushInfo.MultiLanguageContent",
    "OfflinePushInfo.PushTemplateId",
    "OfflinePushInfo.PushTemplateParam",
    "OfflinePushInfo.ApnsInfo.Title",
    "OfflinePushInfo.ApnsInfo.SubTitle",
    "OfflinePushInfo.ApnsInfo.LiveActivity.ContentState",
    "OfflinePushInfo.AndroidInfo.OPPOPrivateMsgTemplateId",
    "OfflinePushInfo.AndroidInfo.OPPOPrivateTitleParameters",
    "OfflinePushInfo.AndroidInfo.OPPOPrivateContentParameters",
    "OfflinePushInfo.HarmonyInfo.Title",
    "MsgBody",
    DATA,
];
/// Accounts that the sentence about the audience names.
const NAMED: usize = 8;

/// The message as it will look where there is room for that, and all of its words.
pub(super) fn message(to: &mut TextWriter, shared: &Shared, meant: &Version, with_card: bool) {
    let (title, desc) = (meant.content.text(TITLE), meant.content.text(TEXT));
    let width = to.out.width;
    let mut card = if with_card { card(&shared.setup.profile, title, desc, width) } else { Vec::new() };
    if !card.is_empty() && card_shows_all(title, desc, width) {
        // Border and app above, border below.
        let edge = card.pop();
        let mut card = card.into_iter();
        to.out.lines.extend(card.by_ref().take(2));
        to.must_lines(Topic::Title, title, card.by_ref().take(1).collect());
        to.must_lines(Topic::Text, desc, card.collect());
        to.out.lines.extend(edge);
    } else {
        if !card.is_empty() {
            to.out.lines.extend(card);
            to.out.blank();
        }
        let said = if title.trim().is_empty() { "(no title)" } else { title };
        to.must(Topic::Title, title, |out| row(out, "Title", Tone::Bold, said));
        if !desc.is_empty() {
            to.must(Topic::Text, desc, |out| row(out, "Text", Tone::Plain, desc));
        }
    }
    // Of data only the data are the message.
    let is_data = is_data_only(meant);
    let others = MESSAGE.into_iter().filter(|path| is_data || *path != DATA);
    for field in others.filter_map(fields::find) {
        let Some(value) = meant.content.at(field.path) else { continue };
        let words = field_text(field, value);
        to.must(Topic::Text, &format!("{} {words}", field.path), |out| {
            row(out, &fields::label_of(field.path), Tone::Plain, &words);
        });
    }
}

fn is_data_only(meant: &Version) -> bool {
    [TITLE, TEXT].iter().all(|path| meant.content.text(path).trim().is_empty())
}

/// What of the content neither the message nor the sentence about the audience shows, or not in full, by
/// group. The vendors' fields take a line a vendor until they are unfolded.
pub(super) fn rest(to: &mut TextWriter, shared: &Shared, review: &Review, meant: &Version) {
    let mut strange = Vec::new();
    unknown(&meant.content.0, "", &mut strange);
    let of_audience = |name: &str| name.starts_with("Condition");
    strange.retain(|(name, _)| !of_audience(name));
    for group in Group::ALL {
        let mut rows = known(meant, group);
        let within = group.name().map(|name| format!("OfflinePushInfo.{name}."));
        let is_in = |name: &str| within.as_ref().is_some_and(|within| name.starts_with(within));
        let (odd, others): (Vec<_>, Vec<_>) = strange.into_iter().partition(|(name, _)| is_in(name));
        strange = others;
        rows.extend(cleaned(odd));
        if rows.is_empty() {
            continue;
        }
        let folds = group.name().is_some();
        // The first that folds names the key.
        let key = (folds && to.folds_at.is_none()).then(|| shared.key(review.scope(), Action::ToggleGroup));
        if key.is_some() {
            to.out.blank();
            to.folds_at = Some(to.out.lines.len());
        }
        if folds && !review.unfolded {
            vendor_line(&mut to.out, group, rows.len(), key);
        } else {
            let remark = key.map(|key| format!(" · {key} folds")).unwrap_or_default();
            heading(&mut to.out, group.label(), &remark);
            table(&mut to.out, &rows, Tone::Plain);
        }
    }
    if !strange.is_empty() {
        heading(&mut to.out, "Other fields, kept as they are", "");
        table(&mut to.out, &cleaned(strange), Tone::Plain);
    }
}

/// The documented fields of a group that are set and stand nowhere else.
fn known(meant: &Version, group: Group) -> Vec<(String, String)> {
    let is_data = is_data_only(meant);
    let shown = |path: &str| match path {
        TITLE | TEXT => true,
        DATA => is_data,
        path if MESSAGE.contains(&path) => true,
        "To_Account" => meant.content.at(path).and_then(Value::as_array).is_none_or(|all| all.len() <= NAMED),
        _ => path.starts_with("Condition."),
    };
    let fields = FIELDS.iter().filter(|field| field.group == group && !shown(field.path));
    let set = fields.filter_map(|field| Some((field, meant.content.at(field.path)?)));
    set.map(|(field, value)| (field.label.to_owned(), field_text(field, value))).collect()
}

fn cleaned(rows: Vec<(String, String)>) -> Vec<(String, String)> {
    rows.into_iter().map(|(name, value)| (text::clean(&name).into_owned(), value)).collect()
}

/// All fields of a vendor in one line: how many they are, and the key that opens them.
fn vendor_line(out: &mut Lines, group: Group, count: usize, key: Option<&str>) {
    let counted = text::counted(count as u64, "field", "fields");
    let mut line =
        vec![part(Tone::Bold, format!("+ {}", group.label())), part(Tone::Plain, format!(": {counted}"))];
    line.extend(key.map(|key| part(Tone::Muted, format!(" · {key} opens"))));
    out.add(std::iter::once(line));
}

fn heading(out: &mut Lines, words: &str, remark: &str) {
    out.blank();
    out.add(std::iter::once(vec![part(Tone::Bold, words), part(Tone::Muted, remark)]));
}
