//! A call as a line for a shell, to be made again by hand: everything but its signature.
//!
//! Where the signature belongs stands a variable of the shell, and the line refuses to run without
//! it: a call with an empty signature counts towards the lock-out (70050). Nothing in the line but
//! that variable means anything to a shell.

use std::fmt::Write;

use super::call::{Address, Call};
use super::text::{self, shell_quoted};
use super::wire::Command;

/// The command, for any POSIX shell. It does not end its line, so that a paste does not run it by
/// itself. `None` when the whole body was not kept.
pub fn line(call: &Call) -> Option<String> {
    call.has_whole_body().then(|| request(&call.address, call.command, call.random, &call.body))
}

/// The command for a call that was never made.
pub fn request(address: &Address, command: Command, random: u32, body: &str) -> String {
    let before = format!(
        "{}?sdkappid={}&identifier={}&usersig=",
        address.url(command),
        address.sdkappid,
        percent(&address.identifier)
    );
    let behind = format!("&random={random}&contenttype=json");
    format!(
        "curl -gsS {}\"${{USERSIG:?put a signature into it, by: pushdeck usersig}}\"{} \\\n  -H {} \\\n  --data-raw {}",
        shell_quoted(&before),
        shell_quoted(&behind),
        shell_quoted("Content-Type: application/json"),
        shell_quoted(&text::visible_json(body)),
    )
}

/// A value of a query.
fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::call::{Address, End, testing};
    use super::super::wire::Command;
    use super::*;

    fn call(base_url: &str, identifier: &str, body: &str) -> Call {
        let address = Address {
            base_url: base_url.to_owned(),
            sdkappid: 1_400_000_001,
            identifier: identifier.to_owned(),
        };
        Call {
            address: Arc::new(address),
            random: 7,
            body: body.into(),
            bytes_sent: body.len() as u64,
            ..testing::call(Command::Get, End::Done)
        }
    }

    /// The arguments, by the rules of a shell: single quotes keep everything, double quotes hold the
    /// variable, a backslash takes the meaning off what follows.
    fn arguments(line: &str, usersig: &str) -> Vec<String> {
        let filled = line.replace("\"${USERSIG:?put a signature into it, by: pushdeck usersig}\"", usersig);
        let (mut all, mut one, mut open) = (Vec::new(), None::<String>, false);
        let mut chars = filled.chars();
        while let Some(c) = chars.next() {
            match c {
                '\'' => {
                    open = !open;
                    one.get_or_insert_default();
                }
                c if open => one.get_or_insert_default().push(c),
                '\\' => match chars.next() {
                    Some('\n') => {}
                    c => one.get_or_insert_default().extend(c),
                },
                ' ' | '\n' => all.extend(one.take()),
                c => {
                    assert!(
                        c.is_ascii_alphanumeric() || "-*_".contains(c),
                        "{c:?} means something to a shell"
                    );
                    one.get_or_insert_default().push(c);
                }
            }
        }
        assert!(!open, "a quote is open");
        all.extend(one);
        all
    }

    #[test]
    fn the_line_holds_the_whole_call_but_its_signature() {
        let body = r#"{"Sdkappid":1400000001,"Title":"it's 股票 $HOME `id` !"}"#;
        let line = line(&call("https://h.example", "administrator", body)).unwrap();
        let url = "https://h.example/v4/timpush/get_sched_task?sdkappid=1400000001&identifier=administrator\
                   &usersig=eJw*x&random=7&contenttype=json";
        assert_eq!(
            arguments(&line, "eJw*x"),
            ["curl", "-gsS", url, "-H", "Content-Type: application/json", "--data-raw", body]
        );
        assert!(line.ends_with('\''), "a paste would run it");
    }

    #[test]
    fn what_a_terminal_would_act_on_is_spelled_out_and_means_the_same() {
        let title = "a\u{202e}b\u{9b}c\u{e0041}";
        let body = json!({ "Title": title }).to_string();
        let line = line(&call("https://h.example", "a", &body)).unwrap();
        assert!(!line.chars().any(|c| text::acts(c) && c != '\n'), "{line:?}");
        let sent: Value = serde_json::from_str(&arguments(&line, "x")[6]).unwrap();
        assert_eq!(sent["Title"], title);
    }

    #[test]
    fn a_body_that_was_not_kept_whole_makes_no_line() {
        let mut call = call("https://h.example", "a", "{}");
        call.bytes_sent += 1;
        assert_eq!(line(&call), None);
    }

    proptest! {
        #[test]
        fn nothing_gets_out_of_its_quotes(path in "[!-~]{0,20}", who in "\\PC{0,8}", title in "\\PC{0,40}") {
            let body = json!({ "t": title }).to_string();
            let call = call(&format!("https://h/{path}"), &who, &body);
            let arguments = arguments(&line(&call).unwrap(), "x");
            prop_assert_eq!(arguments.len(), 7);
            let begins = format!("https://h/{path}/v4/timpush/");
            prop_assert!(arguments[2].starts_with(&begins));
            prop_assert_eq!(serde_json::from_str::<Value>(&arguments[6]).unwrap(), json!({ "t": title }));
        }
    }
}
