//! Reading a TOML file key by key, with a fault for everything that does not fit.
//!
//! Knows nothing of what the keys mean: the config file and those of themes are read by it.

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{ConfigError, SettingFault};
use super::origin::{Location, Origin, Sourced};
use super::redact;
use crate::domain::text;

/// A table with what is needed to talk about it.
pub(crate) struct Table<'t, 'i> {
    pub(crate) entries: &'t DeTable<'i>,
    /// `[profiles.acme]`, or nothing for the top.
    pub(crate) title: String,
    pub(crate) span: Range<usize>,
}

impl<'t, 'i> Table<'t, 'i> {
    pub(crate) fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.entries.get(key)
    }
}

pub(crate) struct FileReader<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
    pub(super) home: Option<&'a Path>,
    pub(super) faults: Vec<(usize, SettingFault)>,
}

/// Reads the text of a file: `read` takes what stands at its top. `home` stands for `~` in paths.
///
/// # Errors
/// Everything that is wrong, in the order of the lines.
pub(crate) fn read_toml<T>(
    path: &Path,
    text: &str,
    home: Option<&Path>,
    read: impl FnOnce(&mut FileReader<'_>, &Table<'_, '_>) -> T,
) -> Result<T, ConfigError> {
    let mut reader = FileReader { path, text, home, faults: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            // Only the message: the library's `Display` repeats the line, which may hold a secret.
            reader.fault(error.span().unwrap_or(0..0), format!("this is not TOML: {}", error.message()));
        }
        return Err(reader.into_error());
    }
    let top = Table { entries: root.get_ref(), title: String::new(), span: 0..0 };
    let value = read(&mut reader, &top);
    if reader.faults.is_empty() { Ok(value) } else { Err(reader.into_error()) }
}

impl FileReader<'_> {
    fn location(&self, at: usize) -> Location {
        let (line, column) = text::line_and_column(self.text, at);
        Location { path: self.path.to_owned(), line, column }
    }

    pub(crate) fn fault(&mut self, span: Range<usize>, words: impl Into<String>) {
        let fault = SettingFault { place: Some(self.location(span.start)), words: words.into() };
        self.faults.push((span.start, fault));
    }

    fn into_error(mut self) -> ConfigError {
        self.faults.sort_by_key(|(at, _)| *at);
        ConfigError { faults: self.faults.into_iter().map(|(_, fault)| fault).collect() }
    }

    pub(super) fn sourced<T>(&self, value: T, span: Range<usize>) -> Sourced<T> {
        Sourced::new(value, Origin::File(self.location(span.start)))
    }

    pub(crate) fn unknown_keys(&mut self, table: &Table<'_, '_>, known: &[&'static str]) {
        for key in table.entries.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let place = if table.title.is_empty() { String::new() } else { format!(" in {}", table.title) };
            let advice = advice(name, known);
            let words = format!("unknown key \"{}\"{place}{advice}", told(name));
            self.fault(key.span(), words);
        }
    }

    pub(crate) fn table<'t, 'i>(
        &mut self,
        parent: &Table<'t, 'i>,
        key: &str,
        title: &str,
    ) -> Option<Table<'t, 'i>> {
        let value = parent.get(key)?;
        if let DeValue::Table(table) = value.get_ref() {
            return Some(Table { entries: table, title: title.to_owned(), span: value.span() });
        }
        self.fault(
            value.span(),
            format!("\"{key}\" must be a table {title}, not {}", article(value.get_ref())),
        );
        None
    }

    /// A non-empty text. What it says is not repeated in a fault.
    pub(super) fn string(&mut self, table: &Table<'_, '_>, key: &str) -> Option<Sourced<String>> {
        let value = table.get(key)?;
        let Some(string) = value.get_ref().as_str() else {
            let what = article(value.get_ref());
            self.fault(value.span(), format!("\"{key}\" must be a string in quotes, not {what}"));
            return None;
        };
        if string.trim().is_empty() {
            self.fault(value.span(), format!("\"{key}\" is empty; write a value or leave the line out"));
            return None;
        }
        Some(self.sourced(string.trim().to_owned(), value.span()))
    }

    pub(super) fn integer(
        &mut self,
        table: &Table<'_, '_>,
        key: &str,
        allowed: RangeInclusive<u64>,
    ) -> Option<Sourced<u64>> {
        let value = table.get(key)?;
        let DeValue::Integer(integer) = value.get_ref() else {
            let what = article(value.get_ref());
            self.fault(value.span(), format!("\"{key}\" must be a whole number without quotes, not {what}"));
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let Some(number) = number.filter(|number| allowed.contains(number)) else {
            let bounds = if *allowed.end() == u64::MAX {
                format!("{} or more", allowed.start())
            } else {
                format!("from {} to {}", allowed.start(), allowed.end())
            };
            let given = integer.to_string();
            self.fault(value.span(), format!("\"{key}\" is {}; it must be {bounds}", told(&given)));
            return None;
        };
        Some(self.sourced(number, value.span()))
    }

    pub(crate) fn boolean(&mut self, table: &Table<'_, '_>, key: &str) -> Option<Sourced<bool>> {
        let value = table.get(key)?;
        let Some(flag) = value.get_ref().as_bool() else {
            let what = article(value.get_ref());
            self.fault(value.span(), format!("\"{key}\" must be true or false without quotes, not {what}"));
            return None;
        };
        Some(self.sourced(flag, value.span()))
    }

    /// One of a few words.
    pub(super) fn word<T>(
        &mut self,
        table: &Table<'_, '_>,
        key: &str,
        allowed: &[&'static str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Sourced<T>> {
        let word = self.string(table, key)?;
        if let Some(value) = read(&word.value) {
            return Some(Sourced::new(value, word.origin));
        }
        let advice = advice(&word.value, allowed);
        let span = table.get(key)?.span();
        self.fault(span, format!("\"{key}\" cannot be \"{}\"{advice}", told(&word.value)));
        None
    }

    pub(super) fn missing(&mut self, table: &Table<'_, '_>, what: &str) {
        self.fault(table.span.clone(), format!("{} has no {what}", table.title));
    }
}

/// A value as it may stand in a fault.
pub(crate) fn told(value: &str) -> Cow<'_, str> {
    match redact::shown(value) {
        Cow::Borrowed(shown) => text::clean(shown),
        Cow::Owned(shown) => Cow::Owned(text::clean(&shown).into_owned()),
    }
}

/// `; did you mean "region"? Allowed: …`, or only what is allowed when nothing known is near.
pub(crate) fn advice(name: &str, known: &[&str]) -> String {
    let list: Vec<_> = known.iter().map(|known| told(known)).collect();
    let list = list.join(", ");
    match text::nearest(name, known.iter().copied()) {
        Some(near) => format!("; did you mean \"{}\"? Allowed: {list}", text::clean(near)),
        None => format!("; allowed: {list}"),
    }
}

pub(crate) fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
