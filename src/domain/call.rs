//! What is kept of one attempt at a call: enough to understand it and to make it again by hand, but
//! never its signature, nor a URL with a query.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::catalog;
use super::failure::Failure;
use super::priority::Priority;
use super::task::TaskId;
use super::text;
use super::wire::Command;

/// One attempt at one call, finished: feeds the budget in the header, the skew and the API log.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Which of the five.
    pub command: Command,
    /// Who was waiting for it.
    pub priority: Priority,
    /// Which attempt at the same call this is, from 1.
    pub attempt: u32,
    /// The task that the body names.
    pub task: Option<TaskId>,
    /// Where it went, and in whose name.
    pub address: Arc<Address>,
    /// `random` of the URL.
    pub random: u32,
    /// The body that was sent: its beginning, when it is longer than [`Call::MOST_BODY`].
    pub body: Arc<str>,
    /// When it was sent, by this machine's clock.
    pub sent: DateTime<Utc>,
    /// How long the answer took, or how long it was waited for.
    pub took: Duration,
    /// The service's `Date` header.
    pub server_date: Option<DateTime<Utc>>,
    /// For how long the answer asks for no further calls (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// Bytes of the whole body that was sent.
    pub bytes_sent: u64,
    /// Bytes of the answer's body that came.
    pub bytes_received: u64,
    /// The HTTP status, once there was one.
    pub status: Option<u16>,
    /// `RequestId` of the answer, for the service's support.
    pub request_id: Option<String>,
    /// How it ended.
    pub end: End,
}

/// Where calls go, and in whose name; the same for all calls of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The endpoint, without a `/` at its end.
    pub base_url: String,
    /// The app.
    pub sdkappid: u64,
    /// The administrator who signs.
    pub identifier: String,
}

impl Address {
    /// The URL of a command, without its query.
    pub fn url(&self, command: Command) -> String {
        format!("{}/v4/timpush/{}", self.base_url, command.name())
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// `ErrorCode` 0.
    Done,
    /// A refusal, or no readable answer; long words are cut.
    Failed(Failure),
    /// Nobody waited for the answer any more: the question was replaced, or the program ended.
    GivenUp,
}

/// No words of a failure are kept at greater length, in characters.
const MOST_WORDS: usize = 400;
/// No more accounts of a refusal are kept.
const MOST_ACCOUNTS: usize = 20;

impl Call {
    /// The most that is kept of a body, in bytes.
    pub const MOST_BODY: usize = 16 * 1024;

    /// As much of a body as is kept.
    pub fn kept(body: &str) -> Arc<str> {
        let end = body.floor_char_boundary(Self::MOST_BODY);
        body.get(..end).unwrap_or_default().into()
    }

    /// Whether [`Call::body`] is all that was sent.
    pub fn has_whole_body(&self) -> bool {
        self.body.len() as u64 == self.bytes_sent
    }

    /// `ErrorCode`: 0 for success, `None` when there was no readable answer.
    pub fn code(&self) -> Option<i64> {
        match &self.end {
            End::Done => Some(0),
            End::Failed(failure) => failure.code(),
            End::GivenUp => None,
        }
    }

    /// How it ended, in one line without the code, which stands beside it.
    pub fn words(&self) -> String {
        let failure = match &self.end {
            End::Done => return "ok".to_owned(),
            End::GivenUp => return "given up: nobody waited for it any more".to_owned(),
            End::Failed(failure) => failure,
        };
        let Failure::Refused { code, info, invalid_accounts } = failure else {
            return failure.words().what;
        };
        let own = if invalid_accounts.is_empty() { info.clone() } else { invalid_accounts.join(", ") };
        let own = text::clean(&own).into_owned();
        match (catalog::find(*code), own.is_empty()) {
            (Some(entry), true) => entry.meaning.to_owned(),
            (Some(entry), false) => format!("{}: {own}", entry.meaning),
            (None, true) => "not documented, and the service gives no text".to_owned(),
            (None, false) => own,
        }
    }
}

impl End {
    /// What is kept of a failure, which may hold a whole page of somebody else.
    pub fn of(failure: &Failure) -> Self {
        let cut = |text: &String| match text.char_indices().nth(MOST_WORDS) {
            Some((at, _)) => format!("{} …", text.get(..at).unwrap_or_default()),
            None => text.clone(),
        };
        Self::Failed(match failure {
            Failure::NotSent { reason, detail } => Failure::NotSent { reason: *reason, detail: cut(detail) },
            Failure::TimedOut { after } => Failure::TimedOut { after: *after },
            Failure::Cut { detail } => Failure::Cut { detail: cut(detail) },
            Failure::Unreadable { status, detail } => {
                Failure::Unreadable { status: *status, detail: cut(detail) }
            }
            Failure::Refused { code, info, invalid_accounts } => {
                let mut accounts: Vec<String> =
                    invalid_accounts.iter().take(MOST_ACCOUNTS).map(cut).collect();
                if invalid_accounts.len() > MOST_ACCOUNTS {
                    accounts.push(format!("{} in all", invalid_accounts.len()));
                }
                Failure::Refused { code: *code, info: cut(info), invalid_accounts: accounts }
            }
            Failure::Local { detail } => Failure::Local { detail: cut(detail) },
        })
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// An attempt that ended so, for a page that somebody waited for; it took 80 ms.
    pub(crate) fn call(command: Command, end: End) -> Call {
        let address = Address {
            base_url: "https://adminapisgp.im.qcloud.com".to_owned(),
            sdkappid: 1_400_000_001,
            identifier: "administrator".to_owned(),
        };
        let body = r#"{"Sdkappid":1400000001}"#;
        let answered = matches!(&end, End::Done | End::Failed(Failure::Refused { .. }));
        Call {
            command,
            priority: Priority::Page,
            attempt: 1,
            task: None,
            address: Arc::new(address),
            random: 287_454_020,
            body: body.into(),
            sent: DateTime::UNIX_EPOCH,
            took: Duration::from_millis(80),
            server_date: None,
            retry_after: None,
            bytes_sent: body.len() as u64,
            bytes_received: if answered { 64 } else { 0 },
            status: answered.then_some(200),
            request_id: None,
            end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: i64, info: &str, accounts: usize) -> Failure {
        let invalid_accounts = (0..accounts).map(|n| format!("user{n}")).collect();
        Failure::Refused { code, info: info.to_owned(), invalid_accounts }
    }

    fn ended(end: End) -> Call {
        testing::call(Command::Get, end)
    }

    #[test]
    fn a_long_body_is_kept_up_to_a_whole_character() {
        let body = "报".repeat(Call::MOST_BODY);
        let kept = Call::kept(&body);
        assert_eq!(kept.len(), Call::MOST_BODY - Call::MOST_BODY % 3);
        assert!(kept.chars().all(|c| c == '报'));
        assert_eq!(&*Call::kept("{}"), "{}");
    }

    #[test]
    fn what_a_stranger_says_is_kept_in_bounds() {
        let long = "x".repeat(1_000_000);
        let End::Failed(Failure::Unreadable { detail, .. }) =
            End::of(&Failure::Unreadable { status: 502, detail: long.clone() })
        else {
            panic!()
        };
        assert_eq!(detail.chars().count(), MOST_WORDS + 2);
        let End::Failed(Failure::Refused { info, invalid_accounts, .. }) =
            End::of(&refused(90108, &long, 500))
        else {
            panic!()
        };
        assert_eq!((info.chars().count(), invalid_accounts.len()), (MOST_WORDS + 2, MOST_ACCOUNTS + 1));
        assert_eq!(invalid_accounts.last().unwrap(), "500 in all");
    }

    #[test]
    fn the_end_is_told_without_the_code_and_cleaned() {
        let words = |end| ended(end).words();
        assert_eq!(words(End::Done), "ok");
        assert_eq!(words(End::of(&refused(60007, "", 0))), "REST call frequency exceeded");
        assert_eq!(
            words(End::of(&refused(60007, "请求过于频繁\u{1b}[2J", 0))),
            "REST call frequency exceeded: 请求过于频繁\u{FFFD}[2J"
        );
        assert!(words(End::of(&refused(90108, "no", 2))).ends_with(": user0, user1"));
        assert_eq!(words(End::of(&refused(12_345, "odd", 0))), "odd");
        assert!(words(End::GivenUp).starts_with("given up"));
        let timed_out = Failure::TimedOut { after: Duration::from_secs(10) };
        assert_eq!(words(End::of(&timed_out)), "no answer within 10 s");
        assert_eq!((ended(End::Done).code(), ended(End::GivenUp).code()), (Some(0), None));
    }
}

/// How far the service's clock is ahead of this machine's, to about a second: its `Date` header has
/// whole seconds, cut off, and was written about half-way. Both are corrected for.
pub fn skew(server_date: DateTime<Utc>, sent: DateTime<Utc>, took: Duration) -> TimeDelta {
    let half_way = TimeDelta::from_std(took / 2).unwrap_or_default();
    server_date + TimeDelta::milliseconds(500) - (sent + half_way)
}
