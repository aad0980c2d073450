//! The menu of what of a task can be copied. It is about the task that was selected when it opened, also
//! when rows move meanwhile.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use std::sync::Arc;

use serde_json::Value;

use crate::domain::{Kind, Outcome, Task, curl, text, when, wire};
use crate::keymap::Action;

use super::clip::Clip;
use super::effect::Effect;
use super::list::{self, Rows};
use super::next::{Go, Next};
use super::shared::Shared;

/// The menu.
#[derive(Clone, Debug)]
pub struct CopyMenu {
    /// The task.
    pub task: Arc<Task>,
    /// The row that Enter takes, among [`ITEMS`].
    pub at: usize,
}

/// What can be copied, each in a row of its own.
pub const ITEMS: [Action; 6] = [
    Action::CopyTaskId,
    Action::CopyPushTaskId,
    Action::CopyJson,
    Action::CopyAccounts,
    Action::CopyTime,
    Action::CopyCurl,
];

/// Widest menu.
const WIDEST: u16 = 66;

/// What a row offers: a short form of what would be copied, or why it cannot be.
pub type Offer = Result<String, String>;

impl CopyMenu {
    /// The menu for the selected task.
    pub(super) fn open(shared: &Shared) -> Option<Self> {
        shared.selected().map(|task| Self { task: Arc::clone(task), at: 0 })
    }

    /// What a row says behind its name.
    pub fn offer(&self, shared: &Shared, item: Action) -> Offer {
        if item == Action::CopyJson {
            // It may be long, and this is asked at every frame.
            return Ok("as the service gave it".to_owned());
        }
        let clip = self.clip(shared, item)?;
        Ok(match item {
            Action::CopyCurl => "reads this task; without the signature".to_owned(),
            Action::CopyAccounts => {
                let count = clip.text.lines().count() as u64;
                format!("{}, one a line", text::counted(count, "account", "accounts"))
            }
            _ => text::clean(&clip.text).into_owned(),
        })
    }

    /// Where it lies, and where its rows stand.
    pub fn rows(&self, shared: &Shared) -> Rows {
        Rows::in_overlay(shared, WIDEST, ITEMS.len(), 0, self.at)
    }

    /// A key in the menu.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        if let Some(at) = list::moved(action, self.at, ITEMS.len(), ITEMS.len()) {
            self.at = at;
            return Next::stay();
        }
        match action {
            Action::Choose => {
                let chosen = ITEMS.get(self.at).copied();
                return chosen.map_or_else(Next::stay, |item| self.copy(shared, item));
            }
            Action::Back | Action::Close | Action::Copy => return Next::close(),
            item if name(item).is_some() => {
                self.at = ITEMS.iter().position(|other| *other == item).unwrap_or(self.at);
                return self.copy(shared, item);
            }
            _ => {}
        }
        Next::stay()
    }

    /// Copies and closes; stays where there is nothing to copy, and says why.
    fn copy(&self, shared: &mut Shared, item: Action) -> Next {
        match self.clip(shared, item) {
            Ok(clip) => Next { effects: vec![Effect::Copy(Box::new(clip))], go: Go::Close },
            Err(why) => {
                shared.warn(format!("{} not copied: {why}", name(item).unwrap_or_default()));
                Next::stay()
            }
        }
    }

    fn clip(&self, shared: &Shared, item: Action) -> Result<Clip, String> {
        let task = &*self.task;
        let called = name(item).unwrap_or_default();
        match item {
            Action::CopyPushTaskId => {
                let id = push_task_id(task)?;
                Ok(Clip::new(format!("{called} {id}"), id))
            }
            Action::CopyJson => {
                let json = serde_json::to_string_pretty(&task.raw).map_err(|err| err.to_string())?;
                let json = text::visible_json(&json);
                Ok(Clip::new(format!("{called} of #{}, {}", task.id, size(&json)), json))
            }
            Action::CopyAccounts => {
                let accounts = accounts(task)?;
                let counted = text::counted(accounts.len() as u64, "account", "accounts");
                Ok(Clip::new(format!("{counted} of #{}", task.id), accounts.join("\n")))
            }
            Action::CopyTime => {
                let at = task.scheduled_at.ok_or("the service gave no time that can be read")?;
                let time = when::portable(at, shared.zone);
                Ok(Clip::new(format!("{called} {time}"), time))
            }
            Action::CopyCurl => {
                let address = shared.connection.address.as_ref().ok_or("no call was made yet")?;
                // Any number does: the service asks for one in every call.
                let random =
                    u32::try_from(shared.now.utc.timestamp_millis() & 0xffff_ffff).unwrap_or_default();
                let body = wire::get_body(address.sdkappid, task.id).to_string();
                let mut clip = Clip::new(
                    format!("{called} of #{}", task.id),
                    curl::request(address, wire::Command::Get, random, &body),
                );
                clip.label.remark = Some("USERSIG is filled by: pushdeck usersig".to_owned());
                Ok(clip)
            }
            _ => Ok(Clip::new(format!("TaskID {}", task.id), task.id.to_string())),
        }
    }
}

/// What a row is called; `None` for an action that is no row of the menu.
pub fn name(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::CopyTaskId => "TaskID",
        Action::CopyPushTaskId => "PushTaskID",
        Action::CopyJson => "JSON",
        Action::CopyAccounts => "accounts",
        Action::CopyTime => "time",
        Action::CopyCurl => "curl",
        _ => return None,
    })
}

fn push_task_id(task: &Task) -> Result<String, String> {
    if !task.push_task_id.is_empty() {
        return plain(&task.push_task_id);
    }
    Err(match task.outcome() {
        Outcome::Pending | Outcome::Dispatching => "there is none before the task is dispatched",
        Outcome::Failed => "there is none: the dispatch failed",
        Outcome::Sent | Outcome::Unclear(_) => "the service gave none",
    }
    .to_owned())
}

fn accounts(task: &Task) -> Result<Vec<String>, String> {
    let why = match &task.kind {
        Kind::User => None,
        Kind::All => Some("it goes to everyone"),
        Kind::Tag => Some("it goes by tags and attributes"),
        Kind::Other(_) => Some("its type is not known"),
    };
    if let Some(why) = why {
        return Err(why.to_owned());
    }
    let listed = task.content.at("To_Account").and_then(Value::as_array).filter(|all| !all.is_empty());
    let listed = listed.ok_or("the task names none")?;
    listed.iter().map(|account| plain(account.as_str().unwrap_or_default())).collect()
}

/// A text that is copied as it is, where nothing in it could act on the terminal that it is pasted into.
fn plain(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(text::acts) {
        return Err("it holds characters that a terminal would act on; copy the JSON".to_owned());
    }
    Ok(text.to_owned())
}

fn size(text: &str) -> String {
    format!("{} bytes", text::grouped(text.len() as u64))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use crossterm::event::KeyCode;
    use serde_json::json;

    use super::*;
    use crate::app::testing::{board, feed, key, now, setup, task, tasks, typed, with_page};
    use crate::app::{Layer, State};

    const SIZE: (u16, u16) = (120, 40);

    fn copied(effects: &[Effect]) -> &Clip {
        let [Effect::Copy(clip)] = effects else { panic!("{effects:?}") };
        clip
    }

    fn note(state: &State) -> &str {
        state.note.as_ref().map_or("", |note| note.text.as_str())
    }

    #[test]
    fn an_id_is_copied_by_two_keys_from_table_and_detail() {
        for opened in [vec![], vec![key(KeyCode::Tab)], vec![key(KeyCode::Enter)]] {
            for keys in [vec![typed("y").remove(0), key(KeyCode::Enter)], typed("yy"), typed("yi")] {
                let mut state = board(SIZE);
                feed(&mut state, opened.clone());
                let below = state.layers.len();
                let effects = feed(&mut state, keys);
                assert_eq!(copied(&effects).text, "1234567890");
                assert_eq!(copied(&effects).label.what, "TaskID 1234567890");
                assert_eq!(state.layers.len(), below, "it closes");
            }
        }
    }

    #[test]
    fn what_is_copied_is_of_the_task_for_which_the_menu_opened() {
        let mut state = board(SIZE);
        feed(&mut state, typed("y"));
        state.board.selected = None;
        state.board.hold([]);
        assert_eq!(copied(&feed(&mut state, [key(KeyCode::Enter)])).text, "1234567890");
    }

    #[test]
    fn each_key_copies_what_it_says_and_what_there_is_not_says_why() {
        let mut state = board(SIZE);
        let json = feed(&mut state, typed("yj"));
        assert_eq!(serde_json::from_str::<Value>(&copied(&json).text).unwrap()["TaskID"], 1_234_567_890);
        let curl = feed(&mut state, typed("yc"));
        let line = &copied(&curl).text;
        assert!(line.contains("get_sched_task") && line.contains(r#""TaskID":1234567890"#), "{line}");
        assert!(line.contains("usersig=") && line.contains("USERSIG:?"), "{line}");
        for (key, why) in [("p", "PushTaskID not copied: there is none before"), ("a", "it goes to everyone")]
        {
            let mut state = board(SIZE);
            assert_eq!(feed(&mut state, typed(&format!("y{key}"))), []);
            assert!(note(&state).contains(why), "{}", note(&state));
            assert!(matches!(state.layers[..], [Layer::Copy(_)]), "it stays open");
            feed(&mut state, [crate::app::testing::key(KeyCode::Esc)]);
            assert!(state.layers.is_empty());
        }
    }

    #[test]
    fn a_time_that_was_copied_means_the_same_wherever_it_is_typed() {
        let mut state = board(SIZE);
        let effects = feed(&mut state, typed("yt"));
        let text = &copied(&effects).text;
        assert_eq!(text, "2026-11-21 14:15:26 +08:00");
        let elsewhere = crate::domain::Zone::named("America/New_York").unwrap();
        let at = tasks()[4].scheduled_at.unwrap();
        assert_eq!(when::parse(text, now().utc + TimeDelta::days(3), elsewhere).unwrap(), at);
        assert_eq!(when::parse(text, now().utc, setup().zone).unwrap(), at);
    }

    #[test]
    fn accounts_are_one_a_line_and_one_that_a_terminal_would_act_on_is_not_copied() {
        let open = |accounts: Value| {
            let more = json!({ "Content": { "To_Account": accounts } });
            with_page(SIZE, vec![task(7, 60, "User", "pending", "x", &more)])
        };
        let mut state = open(json!(["anna", "李伟"]));
        let effects = feed(&mut state, typed("ya"));
        assert_eq!(copied(&effects).text, "anna\n李伟");
        assert_eq!(copied(&effects).label.what, "2 accounts of #7");
        for bad in [json!(["anna\u{1b}[2J"]), json!(["a\nb"]), json!([]), json!(null), json!([7])] {
            let mut state = open(bad);
            assert_eq!(feed(&mut state, typed("ya")), []);
            assert!(note(&state).starts_with("accounts not copied: "), "{}", note(&state));
        }
    }

    #[test]
    fn json_holds_nothing_that_a_terminal_would_act_on_and_means_the_same() {
        let title = "a\u{202e}b\u{9b}2Jc\n";
        let mut state = with_page(SIZE, vec![task(7, 60, "All", "pending", title, &json!({}))]);
        let raw = state.board.tasks()[0].raw.clone();
        let effects = feed(&mut state, typed("yj"));
        let text = &copied(&effects).text;
        assert!(!text.chars().any(|c| text::acts(c) && c != '\n'), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), Value::Object(raw));
    }

    #[test]
    fn without_a_task_it_does_not_open_and_says_so() {
        let mut state = with_page(SIZE, Vec::new());
        feed(&mut state, typed("y"));
        assert!(state.layers.is_empty() && note(&state).contains("there is no task here"));
    }
}
