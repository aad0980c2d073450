//! The keys of the config, as they are written: `[keys.tasks]`, `cancel = ["D", "Delete"]`.
//!
//! Which scopes, actions and keys there are only `keymap` knows; it judges what was read here.

use toml::de::DeValue;

use super::origin::Sourced;
use super::reader::{FileReader, Table, article, told};

/// The keys of one scope: `[keys.tasks]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeKeys {
    /// The name of the scope.
    pub scope: Sourced<String>,
    /// Its actions.
    pub actions: Vec<ActionKeys>,
}

/// The keys of one action: `cancel = ["D", "Delete"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionKeys {
    /// The name of the action.
    pub action: Sourced<String>,
    /// Its keys, in place of those that are built in; none takes them away.
    pub keys: Vec<Sourced<String>>,
}

impl FileReader<'_> {
    /// `[keys]`, all of it.
    pub(super) fn keys(&mut self, top: &Table<'_, '_>) -> Vec<ScopeKeys> {
        let Some(keys) = self.table(top, "keys", "[keys]") else { return Vec::new() };
        let mut found = Vec::new();
        for (scope, value) in keys.entries {
            let DeValue::Table(table) = value.get_ref() else {
                let name = told(scope.get_ref());
                let words = format!(
                    "\"{name}\" in [keys] must be a table of its own, such as [keys.tasks] with the line \
                     cancel = [\"D\"], not {}",
                    article(value.get_ref())
                );
                self.fault(value.span(), words);
                continue;
            };
            let mut actions = Vec::new();
            for (action, value) in table {
                let keys = self.list_of_keys(action.get_ref(), value.get_ref(), value.span());
                let action = self.sourced(action.get_ref().as_ref().to_owned(), action.span());
                actions.extend(keys.map(|keys| ActionKeys { action, keys }));
            }
            let scope = self.sourced(scope.get_ref().as_ref().to_owned(), scope.span());
            found.push(ScopeKeys { scope, actions });
        }
        found
    }

    /// One key in quotes, or a list of them.
    fn list_of_keys(
        &mut self,
        action: &str,
        value: &DeValue<'_>,
        span: std::ops::Range<usize>,
    ) -> Option<Vec<Sourced<String>>> {
        if let Some(key) = value.as_str() {
            return Some(vec![self.sourced(key.to_owned(), span)]);
        }
        let words = format!(
            "\"{}\" must be a key in quotes, or a list of them, such as [\"D\", \"Delete\"]",
            told(action)
        );
        let DeValue::Array(items) = value else {
            self.fault(span, format!("{words}, not {}", article(value)));
            return None;
        };
        let mut keys = Vec::new();
        for item in items {
            let Some(key) = item.get_ref().as_str() else {
                self.fault(item.span(), format!("{words}; this is {}", article(item.get_ref())));
                return None;
            };
            keys.push(self.sourced(key.to_owned(), item.span()));
        }
        Some(keys)
    }
}
