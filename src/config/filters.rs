//! The saved filters of the config: `[[filters]]`, at the top of the file or of one profile.

use chrono::{DateTime, Duration, Utc};
use toml::de::DeValue;

use super::reader::{FileReader, Table, article, told};
use crate::domain::filter::SavedFilter;
use crate::domain::{Filter, Zone, text};

/// The keys of one.
const FILTER_KEYS: [&str; 2] = ["name", "filter"];
/// The longest name, in cells: it is shown beside others.
const LONGEST_NAME: usize = 32;

impl FileReader<'_> {
    /// All of a table; `None` where it says nothing of them.
    pub(super) fn filters(&mut self, parent: &Table<'_, '_>) -> Option<Vec<SavedFilter>> {
        let value = parent.get("filters")?;
        let title = match parent.title.as_str() {
            "" => "[[filters]]".to_owned(),
            profile => format!("[{}.filters]]", profile.trim_end_matches(']')),
        };
        let DeValue::Array(items) = value.get_ref() else {
            let what = article(value.get_ref());
            self.fault(value.span(), format!("\"filters\" must be tables {title}, not {what}"));
            return None;
        };
        let mut filters: Vec<SavedFilter> = Vec::new();
        for item in items {
            let DeValue::Table(entries) = item.get_ref() else {
                let what = article(item.get_ref());
                self.fault(item.span(), format!("\"filters\" must hold tables {title}, not {what}"));
                continue;
            };
            let table = Table { entries, title: title.clone(), span: item.span() };
            let Some(filter) = self.filter(&table) else { continue };
            if filters.iter().any(|other| other.name == filter.name) {
                let words = format!("there are two filters \"{}\"; write another name", told(&filter.name));
                self.fault(item.span(), words);
            }
            filters.push(filter);
        }
        Some(filters)
    }

    fn filter(&mut self, table: &Table<'_, '_>) -> Option<SavedFilter> {
        self.unknown_keys(table, &FILTER_KEYS);
        for key in FILTER_KEYS.into_iter().filter(|key| table.get(key).is_none()) {
            self.missing(table, &format!("\"{key}\"; write name = \"Next hour\" and filter = \"in<1h\""));
        }
        let (name, filter) = (self.string(table, "name"), self.string(table, "filter"));
        if let (Some(name), Some(value)) = (&name, table.get("name"))
            && (text::clean(&name.value) != name.value || text::width(&name.value) > LONGEST_NAME)
        {
            let words = format!("the name of a filter must be text of at most {LONGEST_NAME} cells");
            self.fault(value.span(), words);
        }
        if let (Some(filter), Some(value)) = (&filter, table.get("filter"))
            && let Some(problem) = problem(&filter.value)
        {
            self.fault(value.span(), format!("\"filter\" cannot be read: {}", told(&problem)));
        }
        Some(SavedFilter { name: name?.value, filter: filter?.value })
    }
}

/// What is wrong with a filter on any day: a weekday alone is refused when it is that day.
fn problem(filter: &str) -> Option<String> {
    let day = DateTime::<Utc>::UNIX_EPOCH;
    Filter::read(filter, Zone::UTC, day).problem?;
    Filter::read(filter, Zone::UTC, day + Duration::days(1)).problem
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::file::parse;

    const PROFILE: &str = "[profiles.acme]\nenvironment = \"test\"\nregion = \"singapore\"\nsdkappid = 1\nidentifier = \
                           \"admin\"\nsecret_key_env = \"KEY\"\n";

    fn said(text: &str) -> String {
        parse(Path::new("c.toml"), text, None).unwrap_err().to_string()
    }

    #[test]
    fn filters_stand_at_the_top_or_in_a_profile() {
        let text = format!(
            "[[filters]]\nname = \"Stock\"\nfilter = '\"stock report\" status=pending'\n{PROFILE}\
             [[profiles.acme.filters]]\nname = \"VIP\"\nfilter = \"tag~vip at=friday\"\n"
        );
        let file = parse(Path::new("c.toml"), &text, None).unwrap();
        let stock = SavedFilter::new("Stock", "\"stock report\" status=pending");
        assert_eq!(file.filters, Some(vec![stock]));
        let vip = SavedFilter::new("VIP", "tag~vip at=friday");
        assert_eq!(file.profiles[0].filters, Some(vec![vip]));
        assert_eq!(parse(Path::new("c.toml"), PROFILE, None).unwrap().filters, None);
        assert_eq!(parse(Path::new("c.toml"), "filters = []\n", None).unwrap().filters, Some(Vec::new()));
    }

    #[test]
    fn what_is_wrong_with_one_names_its_line_and_the_term() {
        for (text, words) in [
            (
                "[[filters]]\nname = \"Night\"\nfilter = \"status=fialed sale\"\n",
                "c.toml:3:10: \"filter\" cannot be read: no status \"fialed\": failed?",
            ),
            (
                "[[filters]]\nname = \"Night\"\nfilter = \"in<soon\"\n",
                "c.toml:3:10: \"filter\" cannot be read: in<soon: try in<2h",
            ),
            ("[[filters]]\nname = \"Night\"\n", "[[filters]] has no \"filter\"; write name = "),
            (
                "[[filters]]\nnmae = \"x\"\nfilter = \"x\"\n",
                "unknown key \"nmae\" in [[filters]]; did you mean",
            ),
            ("filters = \"in<1h\"\n", "c.toml:1:11: \"filters\" must be tables [[filters]], not a string"),
            ("filters = [1]\n", "must hold tables [[filters]], not a whole number"),
            (
                "filters = [{ name = 'a', filter = 'x' }, { name = 'a', filter = 'y' }]\n",
                "there are two filters \"a\"",
            ),
            ("[[filters]]\nname = \"\\u0007\"\nfilter = \"x\"\n", "text of at most 32 cells"),
        ] {
            assert!(said(text).contains(words), "{}", said(text));
        }
        let of_profile = format!("{PROFILE}[[profiles.acme.filters]]\nname = \"x\"\n");
        assert!(
            said(&of_profile).contains("[[profiles.acme.filters]] has no \"filter\""),
            "{}",
            said(&of_profile)
        );
    }
}
