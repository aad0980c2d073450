//! How much of a title and of a text each vendor shows.
//!
//! The figures are those of the document "`OfflinePushInfo`" (1047/77715 and 269/133879, length of the
//! visible text), in units of UTF-16. It names none for FCM. The service takes longer texts, and the vendor
//! cuts them: so nothing here is a rule, and `rules` knows nothing of it.

use super::content::Content;

/// What one vendor shows.
struct Vendor {
    name: &'static str,
    title: usize,
    text: usize,
}

const fn vendor(name: &'static str, title: usize, text: usize) -> Vendor {
    Vendor { name, title, text }
}

/// From the one that shows least of a title.
const VENDORS: [Vendor; 6] = [
    vendor("Meizu", 32, 100),
    vendor("vivo", 40, 100),
    vendor("Honor", 50, 400),
    vendor(OPPO, 50, 50),
    vendor("Xiaomi", 50, 128),
    vendor("Huawei", 60, 600),
];

const OPPO: &str = "OPPO";
/// With `PushStyle` 1, long text, OPPO shows more of it.
const OPPO_LONG_TEXT: usize = 128;

/// Apple takes 4 KB in all, so `Desc` and `Ext` should stay below this together, in bytes.
const APPLE_BYTES: usize = 3 * 1024;

/// How a title or a text fits what the vendors show of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Its length, in units of UTF-16.
    pub units: usize,
    /// The least that any of them shows.
    pub least: usize,
    /// Those that cut it, the one that shows least first.
    pub cut_by: Vec<&'static str>,
}

impl Fit {
    /// How the title fits.
    pub fn of_title(content: &Content) -> Self {
        let limits = VENDORS.iter().map(|vendor| (vendor.name, vendor.title));
        Self::of(content.text("OfflinePushInfo.Title"), limits)
    }

    /// How the text fits.
    pub fn of_text(content: &Content) -> Self {
        let style = content.at("OfflinePushInfo.AndroidInfo.PushStyle").and_then(serde_json::Value::as_i64);
        let limit = |vendor: &Vendor| match vendor.name {
            OPPO if style == Some(1) => OPPO_LONG_TEXT,
            _ => vendor.text,
        };
        let text = content.text("OfflinePushInfo.Desc");
        let mut fit = Self::of(text, VENDORS.iter().map(|vendor| (vendor.name, limit(vendor))));
        if text.len() + content.text("OfflinePushInfo.Ext").len() >= APPLE_BYTES {
            fit.cut_by.push("Apple");
        }
        fit
    }

    fn of(text: &str, limits: impl Iterator<Item = (&'static str, usize)>) -> Self {
        let mut limits: Vec<_> = limits.collect();
        limits.sort_by_key(|(_, limit)| *limit);
        let units = text.chars().map(char::len_utf16).sum();
        let least = limits.first().map_or(0, |(_, limit)| *limit);
        let cut_by = limits.into_iter().filter(|(_, limit)| units > *limit).map(|(name, _)| name).collect();
        Self { units, least, cut_by }
    }

    /// In words, such as `13/32 fits everywhere`: the widest wording first.
    pub fn words(&self) -> Vec<String> {
        let counted = format!("{}/{}", self.units, self.least);
        let Some((first, others)) = self.cut_by.split_first() else {
            return vec![format!("{counted} fits everywhere"), counted];
        };
        let short = format!("{counted} too long");
        let mut wordings = vec![format!("{short} for {}", self.cut_by.join(", "))];
        if !others.is_empty() {
            wordings.push(format!("{short} for {first} +{}", others.len()));
        }
        wordings.extend([short, counted]);
        wordings
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(title: &str, text: &str) -> Content {
        let info = json!({ "OfflinePushInfo": { "Title": title, "Desc": text } });
        Content(info.as_object().cloned().unwrap())
    }

    #[test]
    fn a_title_says_who_cuts_it() {
        let words = |length: usize| Fit::of_title(&content(&"x".repeat(length), "")).words();
        assert_eq!(words(13), ["13/32 fits everywhere", "13/32"]);
        assert_eq!(words(32)[0], "32/32 fits everywhere");
        assert_eq!(words(40)[0], "40/32 too long for Meizu");
        assert_eq!(words(41)[0], "41/32 too long for Meizu, vivo");
        assert_eq!(words(41)[1], "41/32 too long for Meizu +1");
        assert_eq!(words(61)[0], "61/32 too long for Meizu, vivo, Honor, OPPO, Xiaomi, Huawei");
    }

    #[test]
    fn a_text_is_cut_first_by_oppo_unless_its_style_is_long_and_last_by_apple() {
        let fit = |length: usize| Fit::of_text(&content("", &"x".repeat(length)));
        assert_eq!((fit(20).units, fit(20).least, fit(50).cut_by), (20, 50, Vec::new()));
        assert_eq!(fit(51).cut_by, ["OPPO"]);
        assert_eq!(fit(3 * 1024).cut_by.last(), Some(&"Apple"));
        let mut long = content("", &"x".repeat(101));
        long.set("OfflinePushInfo.AndroidInfo.PushStyle", Some(json!(1)));
        assert_eq!((Fit::of_text(&long).least, Fit::of_text(&long).cut_by), (100, vec!["Meizu", "vivo"]));
    }

    #[test]
    fn what_is_counted_are_units_of_utf_16() {
        assert_eq!(Fit::of_title(&content("股票早报", "")).units, 4);
        assert_eq!(Fit::of_title(&content("Sale 🔥", "")).units, 7);
    }
}
