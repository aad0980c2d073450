//! The one table of what `Content` may hold: every documented field with its path, shape and limit.
//!
//! The form draws its fields from it, `rules` checks values by it, the detail pane names them by it.
//! Sources are the pages *Push to all* (1047/60561), *Push to users* (1047/67553) and
//! `OfflinePushInfo` (1047/77715) of the service's documents. A field that is not here passes
//! through untouched.

use std::borrow::Cow;

use super::kind::Kind;

/// What a value of a field looks like on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A String; `max_bytes` of UTF-8 where the documents name a limit.
    Text {
        /// Most bytes, if limited.
        max_bytes: Option<usize>,
    },
    /// A String that may well hold several lines.
    Lines,
    /// A String that holds JSON for the client (`Ext`); advised, not enforced.
    JsonText,
    /// `From_Account`: String, or the Integer that some answers show.
    Account,
    /// An Integer from `min` to `max`.
    Integer {
        /// Smallest value.
        min: i64,
        /// Greatest value.
        max: i64,
    },
    /// An Integer out of a list, each with its meaning.
    Number(&'static [(i64, &'static str)]),
    /// A String out of a list, each with its meaning.
    Word(&'static [(&'static str, &'static str)]),
    /// `VIVONotifyType`: a String in one document, an Integer in another; both are accepted.
    WordOrNumber(&'static [(&'static str, &'static str)]),
    /// An Array of non-empty Strings: how many, and how many bytes each may have.
    Strings {
        /// Most elements.
        max_items: usize,
        /// Most bytes of one element, if limited.
        max_bytes: Option<usize>,
    },
    /// An Object of String values: name to value, each with at most this many bytes.
    Pairs {
        /// Most pairs.
        max_items: usize,
        /// Most bytes of a name and of a value.
        max_bytes: usize,
    },
    /// Any Object.
    Object,
    /// An Array of Objects whose items have these String keys.
    Items(&'static [&'static str]),
    /// Any JSON value: documented for immediate pushes only, so it is kept and not checked.
    Any,
}

/// Where a field is shown: a heading of the form and of the detail pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Who gets it.
    Audience,
    /// What it says.
    Message,
    /// What else the message may carry: other languages, a template, data for the app.
    Extra,
    /// Sender, own marker, delivery.
    Delivery,
    /// `ApnsInfo`.
    Apple,
    /// `AndroidInfo`.
    Android,
    /// `HarmonyInfo`.
    Harmony,
}

impl Group {
    /// All groups in the order of the form.
    pub const ALL: [Self; 7] = [
        Self::Audience,
        Self::Message,
        Self::Extra,
        Self::Delivery,
        Self::Apple,
        Self::Android,
        Self::Harmony,
    ];

    /// Its name in words: the heading.
    pub fn label(self) -> &'static str {
        match self {
            Self::Audience => "Who",
            Self::Message => "What",
            Self::Extra => "Extras",
            Self::Delivery => "Delivery",
            Self::Apple => "Apple",
            Self::Android => "Android",
            Self::Harmony => "HarmonyOS",
        }
    }

    /// The service's name of the object that holds all of its fields, where there is one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Audience | Self::Message | Self::Extra | Self::Delivery => None,
            Self::Apple => Some("ApnsInfo"),
            Self::Android => Some("AndroidInfo"),
            Self::Harmony => Some("HarmonyInfo"),
        }
    }
}

/// One documented field of `Content`.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Dotted path inside `Content`, in wire names: also the field's id in drafts and problems.
    pub path: &'static str,
    /// Its name in words, of its own among those of its group.
    pub label: &'static str,
    /// What its values look like.
    pub shape: Shape,
    /// Its place in the form.
    pub group: Group,
    /// The kinds of task it may stand in.
    pub kinds: &'static [Kind],
    /// One sentence for the hint line.
    pub help: &'static str,
}

impl Shape {
    /// The values it may have, where they can be counted, each with its meaning.
    pub fn choices(self) -> Vec<(String, &'static str)> {
        match self {
            Self::Number(list) => list.iter().map(|(value, means)| (value.to_string(), *means)).collect(),
            Self::Word(list) | Self::WordOrNumber(list) => {
                list.iter().map(|(value, means)| ((*value).to_owned(), *means)).collect()
            }
            Self::Text { .. }
            | Self::Lines
            | Self::JsonText
            | Self::Account
            | Self::Integer { .. }
            | Self::Strings { .. }
            | Self::Pairs { .. }
            | Self::Object
            | Self::Items(_)
            | Self::Any => Vec::new(),
        }
    }
}

impl Field {
    /// Its name where no heading tells the group: vendors have titles and sounds of their own.
    pub fn full_label(&self) -> String {
        match self.group.name() {
            Some(_) => format!("{}: {}", self.group.label(), self.label),
            None => self.label.to_owned(),
        }
    }

    /// The last part of the path: the service's name of it.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The most that may be typed into the field, in bytes: what the documents allow where they name
    /// a limit for one text, else more than any content of 10 KB has use for. Counts of items and
    /// lengths of single ones are no matter of typing: `rules` says what is wrong with them.
    pub fn most_bytes(&self) -> usize {
        match self.shape {
            Shape::Text { max_bytes: Some(most) } => most,
            Shape::Text { max_bytes: None } => 4_096,
            Shape::Account => 256,
            Shape::Integer { .. } | Shape::Number(_) | Shape::Word(_) | Shape::WordOrNumber(_) => 64,
            // A content may have 10 KB in all.
            Shape::Lines | Shape::JsonText | Shape::Items(_) => 10_240,
            // 500 accounts of 128 bytes: a UserID has 32 at most, a RegistrationID may have more.
            Shape::Strings { max_bytes: None, .. } => 65_536,
            // In quotes, a character may take six times its bytes.
            Shape::Strings { max_items, max_bytes: Some(most) } => max_items * (6 * most + 4),
            Shape::Pairs { max_items, max_bytes } => max_items * 2 * (6 * max_bytes + 4),
            // JSON that is laid out over lines has more blanks than signs.
            Shape::Object | Shape::Any => 32_768,
        }
    }

    /// Whether its text is a list of items with something between them.
    pub fn is_list(&self) -> bool {
        matches!(self.shape, Shape::Strings { .. } | Shape::Pairs { .. })
    }

    /// What one of its items is called, and several; `None` for what is no list.
    pub fn items(&self) -> Option<(&'static str, &'static str)> {
        match self.shape {
            Shape::Strings { .. } if self.path == "To_Account" => Some(("account", "accounts")),
            Shape::Strings { .. } => Some(("tag", "tags")),
            Shape::Pairs { .. } => Some(("attribute", "attributes")),
            Shape::Items(_) => Some(("language", "languages")),
            Shape::Text { .. }
            | Shape::Lines
            | Shape::JsonText
            | Shape::Account
            | Shape::Integer { .. }
            | Shape::Number(_)
            | Shape::Word(_)
            | Shape::WordOrNumber(_)
            | Shape::Object
            | Shape::Any => None,
        }
    }

    /// Whether a task of this kind may hold the field.
    pub fn fits(&self, kind: &Kind) -> bool {
        self.kinds.contains(kind)
    }
}

/// The field at a path.
pub fn find(path: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.path == path)
}

/// The name in words of whatever a problem or a change may be about: a path of a field, `Type` or `SchedAt`;
/// what has none keeps its own.
pub fn label_of(path: &str) -> Cow<'_, str> {
    match path {
        "Type" => Cow::Borrowed("Who"),
        "SchedAt" => Cow::Borrowed("When"),
        _ => find(path).map_or(Cow::Borrowed(path), |field| Cow::Owned(field.full_label())),
    }
}

const EVERY: &[Kind] = &[Kind::All, Kind::Tag, Kind::User];
const TAG: &[Kind] = &[Kind::Tag];
const USER: &[Kind] = &[Kind::User];

const TEXT: Shape = Shape::Text { max_bytes: None };
const OFF_ON: Shape = Shape::Number(&[(0, "no"), (1, "yes")]);
const TAGS: Shape = Shape::Strings { max_items: 10, max_bytes: Some(50) };
const ATTRS: Shape = Shape::Pairs { max_items: 10, max_bytes: 50 };

const fn field(
    path: &'static str,
    label: &'static str,
    shape: Shape,
    group: Group,
    kinds: &'static [Kind],
    help: &'static str,
) -> Field {
    Field { path, label, shape, group, kinds, help }
}

use Group::{Android, Apple, Audience, Delivery, Extra, Harmony, Message};

/// Every documented field, in the order in which the form shows them.
#[rustfmt::skip]
pub const FIELDS: &[Field] = &[
    field("Condition.TagsAnd", "All tags", TAGS, Audience, TAG, "users with all of these; 10 at most, commas or lines between, \"…\" around a blank"),
    field("Condition.TagsOr", "Any tag", TAGS, Audience, TAG, "users with at least one of these; 10 at most, commas or lines between, \"…\" around a blank"),
    field("Condition.TagsNot", "No tag", TAGS, Audience, TAG, "users with none of these; 10 at most, commas or lines between, \"…\" around a blank"),
    field("Condition.AttrsAnd", "All attributes", ATTRS, Audience, TAG, "users on whom all of these hold: name=value, commas or lines between"),
    field("Condition.AttrsOr", "Any attribute", ATTRS, Audience, TAG, "users on whom at least one holds: name=value, commas or lines between"),
    field("To_Account", "To", Shape::Strings { max_items: 500, max_bytes: None }, Audience, USER, "one a line or commas, 1–500"),

    field("OfflinePushInfo.Title", "Title", TEXT, Message, EVERY, "cut at: Meizu 32, vivo 40, Honor OPPO Xiaomi 50, Huawei 60"),
    field("OfflinePushInfo.Desc", "Text", Shape::Lines, Message, EVERY, "cut at: OPPO 50, Meizu vivo 100, Xiaomi 128, Honor 400, Huawei 600"),
    field("OfflinePushInfo.Ext", "App data", Shape::JsonText, Extra, EVERY, "a String that holds JSON for your app; about 1 KB advised"),
    field("OfflinePushInfo.MultiLanguageContent", "Languages", Shape::Items(&["Language", "Title", "Desc"]), Extra, EVERY, "one a line: Language | Title | Desc; needs client SDK 8.5.6870"),
    field("OfflinePushInfo.PushTemplateId", "Template", TEXT, Extra, EVERY, "id of a console template, such as 1400000000-1"),
    field("OfflinePushInfo.PushTemplateParam", "Template values", Shape::Object, Extra, EVERY, "values of the template's variables, a JSON object"),

    field("From_Account", "Sender", Shape::Account, Delivery, EVERY, "UserID of the sender; required"),
    field("DataId", "Marker", Shape::Text { max_bytes: Some(64) }, Delivery, EVERY, "your own marker, comes back in callbacks; 64 bytes at most"),
    field("OfflinePushInfo.PushFlag", "Mode", Shape::Number(&[(0, "online if possible, else offline"), (1, "online only")]), Delivery, EVERY, "how it is delivered; 0 when empty"),
    field("OfflinePushInfo.BadgeAddNum", "Add to badge", Shape::Integer { min: 1, max: 99 }, Delivery, EVERY, "added to the badge, 1 to 99"),
    field("OfflinePushInfo.BadgeSetNum", "Set badge", Shape::Integer { min: 0, max: 999 }, Delivery, EVERY, "sets the badge, 0 to 999 (Huawei, Honor, Harmony: to 99); wins over BadgeAddNum"),
    field("OnlineOnlyFlag", "Online only", Shape::Any, Delivery, EVERY, "1 delivers online only; documented for immediate pushes, not for scheduled ones"),
    field("MsgBody", "Chat message", Shape::Any, Delivery, EVERY, "chat message elements, a JSON array; documented for immediate pushes, not for scheduled ones"),

    field("OfflinePushInfo.ApnsInfo.Title", "Title", TEXT, Apple, EVERY, "replaces Title on Apple devices"),
    field("OfflinePushInfo.ApnsInfo.SubTitle", "Subtitle", TEXT, Apple, EVERY, "subtitle"),
    field("OfflinePushInfo.ApnsInfo.Image", "Image", TEXT, Apple, EVERY, "URL of an image"),
    field("OfflinePushInfo.ApnsInfo.Sound", "Sound", TEXT, Apple, EVERY, "sound file with suffix, 30 s at most"),
    field("OfflinePushInfo.ApnsInfo.BadgeMode", "Badge", Shape::Number(&[(0, "the badge counts it"), (1, "the badge leaves it out")]), Apple, EVERY, "whether the push leaves the badge uncounted"),
    field("OfflinePushInfo.ApnsInfo.MutableContent", "Mutable content", OFF_ON, Apple, EVERY, "lets the app's extension change the notification"),
    field("OfflinePushInfo.ApnsInfo.InterruptionLevel", "Interruption", Shape::Word(&[("active", ""), ("critical", ""), ("passive", ""), ("time-sensitive", "")]), Apple, EVERY, "how much it may interrupt"),
    field("OfflinePushInfo.ApnsInfo.ContentAvailable", "Silent push", Shape::Number(&[(1, "silent push")]), Apple, EVERY, "1 makes it a silent push; 3 an hour advised at most"),
    field("OfflinePushInfo.ApnsInfo.IsVoipPush", "VoIP push", Shape::Number(&[(1, "VoIP push")]), Apple, EVERY, "1 makes it a VoIP push"),
    field("OfflinePushInfo.ApnsInfo.LiveActivity.LaId", "Activity", Shape::Text { max_bytes: Some(64) }, Apple, EVERY, "id of the live activity, 64 bytes at most; needs Event and ContentState"),
    field("OfflinePushInfo.ApnsInfo.LiveActivity.Event", "Activity event", Shape::Word(&[("update", ""), ("end", "")]), Apple, EVERY, "what happens to the live activity"),
    field("OfflinePushInfo.ApnsInfo.LiveActivity.ContentState", "Activity state", Shape::Object, Apple, EVERY, "state of the live activity, a JSON object"),
    field("OfflinePushInfo.ApnsInfo.LiveActivity.DismissalDate", "Activity end", Shape::Integer { min: 0, max: i64::MAX }, Apple, EVERY, "when the live activity goes away, Unix seconds"),

    field("OfflinePushInfo.AndroidInfo.Sound", "Sound", TEXT, Android, EVERY, "sound file without path"),
    field("OfflinePushInfo.AndroidInfo.PushStyle", "Style", Shape::Number(&[(0, "normal"), (1, "long text")]), Android, EVERY, "how the text is laid out"),
    field("OfflinePushInfo.AndroidInfo.XiaoMiChannelID", "Xiaomi channel", TEXT, Android, EVERY, "Xiaomi channel"),
    field("OfflinePushInfo.AndroidInfo.OPPOChannelID", "OPPO channel", TEXT, Android, EVERY, "OPPO channel"),
    field("OfflinePushInfo.AndroidInfo.OPPOCategory", "OPPO category", TEXT, Android, EVERY, "OPPO message category"),
    field("OfflinePushInfo.AndroidInfo.OPPONotifyLevel", "OPPO level", Shape::Number(&[(1, "notification bar"), (2, "and lock screen"), (16, "and banner, vibration, sound")]), Android, EVERY, "OPPO level of notice; needs OPPOCategory"),
    field("OfflinePushInfo.AndroidInfo.OPPOPrivateMsgTemplateId", "OPPO template", TEXT, Android, EVERY, "OPPO private template"),
    field("OfflinePushInfo.AndroidInfo.OPPOPrivateTitleParameters", "OPPO title values", Shape::Object, Android, EVERY, "title variables of the OPPO template, a JSON object"),
    field("OfflinePushInfo.AndroidInfo.OPPOPrivateContentParameters", "OPPO text values", Shape::Object, Android, EVERY, "text variables of the OPPO template, a JSON object"),
    field("OfflinePushInfo.AndroidInfo.VIVOClassification", "vivo class", Shape::Number(&[(0, "operation"), (1, "system")]), Android, EVERY, "vivo class; 1 when empty"),
    field("OfflinePushInfo.AndroidInfo.VIVOCategory", "vivo category", TEXT, Android, EVERY, "vivo message category"),
    field("OfflinePushInfo.AndroidInfo.VIVONotifyType", "vivo notice", Shape::WordOrNumber(&[("1", "silent"), ("2", "sound"), ("3", "vibration"), ("4", "sound and vibration")]), Android, EVERY, "vivo kind of notice; 4 when empty"),
    field("OfflinePushInfo.AndroidInfo.HuaWeiImportance", "Huawei importance", Shape::Word(&[("LOW", ""), ("NORMAL", "")]), Android, EVERY, "Huawei importance"),
    field("OfflinePushInfo.AndroidInfo.HuaWeiCategory", "Huawei category", TEXT, Android, EVERY, "Huawei message category"),
    field("OfflinePushInfo.AndroidInfo.HuaWeiImage", "Huawei image", TEXT, Android, EVERY, "https URL, below 512 KB"),
    field("OfflinePushInfo.AndroidInfo.HuaWeiChannelID", "Huawei channel", TEXT, Android, EVERY, "Huawei channel"),
    field("OfflinePushInfo.AndroidInfo.HonorImage", "Honor image", TEXT, Android, EVERY, "https URL, below 512 KB"),
    field("OfflinePushInfo.AndroidInfo.HonorImportance", "Honor importance", Shape::Word(&[("LOW", ""), ("NORMAL", "")]), Android, EVERY, "Honor importance"),
    field("OfflinePushInfo.AndroidInfo.GoogleImage", "Google image", TEXT, Android, EVERY, "https URL, 1 MB at most"),
    field("OfflinePushInfo.AndroidInfo.GooglePriority", "Google priority", Shape::Word(&[("normal", ""), ("high", "")]), Android, EVERY, "FCM priority"),
    field("OfflinePushInfo.AndroidInfo.GoogleChannelID", "Google channel", TEXT, Android, EVERY, "Android notification channel"),
    field("OfflinePushInfo.AndroidInfo.MeiZuNoticeMsgType", "Meizu type", Shape::Number(&[(0, ""), (1, "")]), Android, EVERY, "Meizu kind of message, 0 or 1"),
    field("OfflinePushInfo.AndroidInfo.ExtAsHuaweiIntentParam", "Huawei intent", OFF_ON, Android, EVERY, "passes Ext as the Huawei intent (older documents)"),

    field("OfflinePushInfo.HarmonyInfo.Title", "Title", TEXT, Harmony, EVERY, "replaces Title on HarmonyOS"),
    field("OfflinePushInfo.HarmonyInfo.Category", "Category", TEXT, Harmony, EVERY, "message category"),
    field("OfflinePushInfo.HarmonyInfo.Image", "Image", TEXT, Harmony, EVERY, "https URL of an image"),
    field("OfflinePushInfo.HarmonyInfo.Sound", "Sound", TEXT, Harmony, EVERY, "sound file"),
    field("OfflinePushInfo.HarmonyInfo.SoundDuration", "Sound length", Shape::Integer { min: 1, max: 60 }, Harmony, EVERY, "seconds of the sound, 1 to 60; needs Sound"),
];

/// The objects that hold fields, the outer ones first.
pub(super) const PARENTS: [&str; 6] = [
    "Condition",
    "OfflinePushInfo",
    "OfflinePushInfo.ApnsInfo",
    "OfflinePushInfo.ApnsInfo.LiveActivity",
    "OfflinePushInfo.AndroidInfo",
    "OfflinePushInfo.HarmonyInfo",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_field_has_a_path_of_its_own_and_a_help_text() {
        let mut seen = HashSet::new();
        for field in FIELDS {
            assert!(seen.insert(field.path), "{} appears twice", field.path);
            assert!(!field.help.is_empty() && !field.name().is_empty());
        }
        assert_eq!(FIELDS.len(), 60);
    }

    #[test]
    fn a_label_is_in_words_and_one_of_its_own_where_it_stands() {
        let mut seen = HashSet::new();
        for field in FIELDS {
            assert!(seen.insert(field.full_label()), "{} appears twice", field.full_label());
            let as_written = |c: char| c == '_' || c == '.' || c.is_ascii_digit();
            assert!(!field.label.contains(as_written) && field.label.len() <= 17, "{}", field.label);
        }
        assert_eq!(label_of("OfflinePushInfo.ApnsInfo.Title"), "Apple: Title");
        assert_eq!((label_of("SchedAt"), label_of("Type")), ("When".into(), "Who".into()));
        assert_eq!(label_of("OfflinePushInfo.New"), "OfflinePushInfo.New");
    }

    #[test]
    fn groups_stand_together_in_the_order_of_the_form() {
        let mut order: Vec<Group> = FIELDS.iter().map(|field| field.group).collect();
        order.dedup();
        assert_eq!(order, Group::ALL);
    }
}
