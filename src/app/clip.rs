//! A text for the clipboard, and what is said when it was given away: what it is, and by which means. A
//! terminal may refuse it and never says so; so nothing is said of it but that it was sent.

use crate::domain::text;

use super::shared::Shared;

/// A text for the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// The text.
    pub text: String,
    /// What is said of it.
    pub label: ClipLabel,
}

/// What is said of a text for the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipLabel {
    /// What it is: `TaskID 1234567890`.
    pub what: String,
    /// What is to be known before it is used.
    pub remark: Option<String>,
    /// Whether that is a warning.
    pub warns: bool,
}

/// Where a text for the clipboard went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What it was.
    pub label: ClipLabel,
    /// Whether the terminal was given it (OSC 52), or why not.
    pub terminal: Result<(), String>,
    /// The programs of this machine that were given it, by name, and how each ended.
    pub programs: Vec<(String, Result<(), String>)>,
}

impl Clip {
    /// A text of which nothing more is to be said.
    pub(super) fn new(what: impl Into<String>, text: impl Into<String>) -> Self {
        let label = ClipLabel { what: what.into(), remark: None, warns: false };
        Self { text: text.into(), label }
    }
}

/// A text was given away, or nobody took it.
pub(super) fn on_copied(shared: &mut Shared, copied: Copied) {
    let Copied { label, terminal, programs } = copied;
    let what = text::clean(&label.what).into_owned();
    let done: Vec<&str> =
        programs.iter().filter(|(_, end)| end.is_ok()).map(|(name, _)| name.as_str()).collect();
    let trouble = programs.iter().filter_map(|(name, end)| Some(format!("{name}: {}", end.as_ref().err()?)));
    let mut trouble: Vec<String> = trouble.collect();
    let went = match &terminal {
        Ok(()) if done.is_empty() => {
            format!("{what} sent to the terminal (OSC 52), which may refuse it silently")
        }
        Ok(()) => format!("{what} copied by {}, and sent to the terminal (OSC 52)", done.join(" and ")),
        Err(_) if !done.is_empty() => format!("{what} copied by {}", done.join(" and ")),
        Err(why) => {
            trouble.insert(0, why.clone());
            format!("{what} not copied")
        }
    };
    let is_lost = terminal.is_err() && done.is_empty();
    let parts = [Some(went), label.remark, (!trouble.is_empty()).then(|| trouble.join("; "))];
    let words = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    if is_lost || label.warns || !trouble.is_empty() {
        shared.warn(words);
    } else {
        shared.say(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{board, feed};
    use crate::app::{Message, State};

    fn said(copied: Copied) -> (String, bool) {
        let mut state: State = board((120, 40));
        feed(&mut state, [Message::Copied(Box::new(copied))]);
        let note = state.shared.note.unwrap();
        (note.text, note.bad)
    }

    fn of(terminal: Result<(), &str>, programs: &[(&str, Result<(), &str>)]) -> Copied {
        let own = |end: &Result<(), &str>| end.map_err(str::to_owned);
        let programs = programs.iter().map(|(name, end)| ((*name).to_owned(), own(end))).collect();
        Copied { label: Clip::new("TaskID 7", "").label, terminal: own(&terminal), programs }
    }

    #[test]
    fn it_says_by_which_means_and_claims_nothing_of_a_terminal() {
        let only = "TaskID 7 sent to the terminal (OSC 52), which may refuse it silently";
        assert_eq!(said(of(Ok(()), &[])), (only.to_owned(), false));
        let both = "TaskID 7 copied by wl-copy, and sent to the terminal (OSC 52)";
        assert_eq!(said(of(Ok(()), &[("wl-copy", Ok(()))])), (both.to_owned(), false));
        let failed = format!("{only}; xclip: exit status: 1");
        assert_eq!(said(of(Ok(()), &[("xclip", Err("exit status: 1"))])), (failed, true));
        let large = "TaskID 7 copied by pbcopy";
        assert_eq!(said(of(Err("too long"), &[("pbcopy", Ok(()))])), (large.to_owned(), false));
        let lost = "TaskID 7 not copied; too long; xsel: not installed";
        assert_eq!(said(of(Err("too long"), &[("xsel", Err("not installed"))])), (lost.to_owned(), true));
    }
}
