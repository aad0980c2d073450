//! The one table that says whether a call is sent again, and when.
//!
//! A read may be sent again when trouble is likely to pass. A write is sent again only when it
//! certainly did not reach the service (I5); everything else about a write is found out by asking,
//! never by repeating. (After 70001 the client signs anew and sends any call once more: nothing was done.)
//! Pure: chance is an argument.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::Failure;
use crate::domain::catalog::{self, Class};
use crate::domain::failure::NotSent;
use crate::domain::wire::Command;

/// The first pause; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(400);

/// After "too many calls": the service's second has to pass whole.
const FIRST_PAUSE_WHEN_TOO_MANY: Duration = Duration::from_secs(2);

/// No service is waited for longer than this because of its `Retry-After`: what it says may be wrong.
const LONGEST_WAIT: Duration = Duration::from_mins(2);

/// A call that was asked to wait longer than this is not sent again by itself: whoever asked gets to
/// know, and asks again when the time has come.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// The statuses whose `Retry-After` says when the next call is welcome.
const ASKS_TO_WAIT: [u16; 2] = [429, 503];

/// For how long an answer asks for no further calls: `Retry-After` in seconds, or as the time at which
/// the next is welcome, by the service's clock.
pub(super) fn after(status: u16, header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let header = header.trim();
    let wait = match header.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (DateTime::parse_from_rfc2822(header).ok()?.to_utc() - now).to_std().unwrap_or_default(),
    };
    ASKS_TO_WAIT.contains(&status).then_some(wait.min(LONGEST_WAIT))
}

/// The pause, not shorter than the answer has asked for; `None` where that is too long to wait here.
pub(super) fn as_asked(pause: Duration, asked: Duration) -> Option<Duration> {
    (asked <= LONGEST_PAUSE).then_some(pause.max(asked))
}

/// How long to wait before sending the call again; `None` is never.
///
/// `attempt` counts the attempts made, from 1. `jitter` (0 to 1) shortens the pause by up to half,
/// so that several pushdecks do not come back in step.
pub(super) fn decide(command: Command, failure: &Failure, attempt: u32, jitter: f64) -> Option<Duration> {
    let (attempts, first_pause) = allowed(command, failure)?;
    if attempt >= attempts {
        return None;
    }
    let pause = first_pause.saturating_mul(1 << attempt.saturating_sub(1).min(6));
    Some(pause.mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0))
}

/// The most attempts in all, and the first pause.
fn allowed(command: Command, failure: &Failure) -> Option<(u32, Duration)> {
    match command {
        Command::Add | Command::Modify | Command::Delete => write(failure),
        // The dashboard asks the list again every other second; a question that goes on and on
        // would only hide how things stand.
        Command::List => {
            let gave_a_whole_time_out_away = matches!(failure, Failure::TimedOut { .. });
            read(failure).filter(|_| !gave_a_whole_time_out_away).map(|pause| (2, pause))
        }
        Command::Get => read(failure).map(|pause| (3, pause)),
    }
}

/// Only what was proven not to have left this machine. A failed TLS handshake is no different for
/// the service, yet a certificate does not mend itself within a second.
fn write(failure: &Failure) -> Option<(u32, Duration)> {
    match failure {
        Failure::NotSent { reason, .. } => match reason {
            NotSent::Dns | NotSent::Refused | NotSent::ConnectTimeout | NotSent::ProxyGone => {
                Some((3, FIRST_PAUSE))
            }
            NotSent::Tls
            | NotSent::Untrusted
            | NotSent::WrongName
            | NotSent::OutOfDate
            | NotSent::Proxy
            | NotSent::ProxyLogin
            | NotSent::Withdrawn => None,
        },
        Failure::TimedOut { .. }
        | Failure::Cut { .. }
        | Failure::Unreadable { .. }
        | Failure::Refused { .. }
        | Failure::Local { .. } => None,
    }
}

fn read(failure: &Failure) -> Option<Duration> {
    match failure {
        Failure::NotSent { reason, .. } => match reason {
            NotSent::Dns
            | NotSent::Refused
            | NotSent::ConnectTimeout
            | NotSent::Tls
            | NotSent::Proxy
            | NotSent::ProxyGone => Some(FIRST_PAUSE),
            // What is wrong there stays wrong, and a proxy may lock out who asks again and again.
            NotSent::Untrusted
            | NotSent::WrongName
            | NotSent::OutOfDate
            | NotSent::ProxyLogin
            | NotSent::Withdrawn => None,
        },
        Failure::TimedOut { .. } | Failure::Cut { .. } => Some(FIRST_PAUSE),
        // The same would be as large once more.
        Failure::Unreadable { .. } if failure.is_too_large() => None,
        Failure::Unreadable { status: 429, .. } => Some(FIRST_PAUSE_WHEN_TOO_MANY),
        // A page of a gateway in trouble passes; a 3xx or another 4xx is a wrong address and stays.
        Failure::Unreadable { status, .. } => (*status < 300 || *status >= 500).then_some(FIRST_PAUSE),
        Failure::Refused { code, .. } => {
            let entry = catalog::find(*code).filter(|entry| entry.retryable)?;
            match entry.class {
                Class::RateLimit => Some(FIRST_PAUSE_WHEN_TOO_MANY),
                Class::Server => Some(FIRST_PAUSE),
                // 70050 locks accounts out: a wrong signature is never tried twice.
                Class::Auth
                | Class::NotAdmin
                | Class::InvalidRequest
                | Class::InvalidAccount
                | Class::Quota
                | Class::State
                | Class::Service => None,
            }
        }
        Failure::Local { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::catalog::CODES;

    const READS: [Command; 2] = [Command::Get, Command::List];
    const WRITES: [Command; 3] = [Command::Add, Command::Modify, Command::Delete];

    fn not_sent(reason: NotSent) -> Failure {
        Failure::NotSent { reason, detail: String::new() }
    }

    fn refused(code: i64) -> Failure {
        Failure::Refused { code, info: String::new(), invalid_accounts: Vec::new() }
    }

    fn unreadable(status: u16) -> Failure {
        Failure::Unreadable { status, detail: String::new() }
    }

    fn cut() -> Failure {
        Failure::Cut { detail: String::new() }
    }

    fn timed_out() -> Failure {
        Failure::TimedOut { after: Duration::from_secs(10) }
    }

    const EVERY_REASON: [NotSent; 11] = [
        NotSent::Dns,
        NotSent::Refused,
        NotSent::ConnectTimeout,
        NotSent::Tls,
        NotSent::Untrusted,
        NotSent::WrongName,
        NotSent::OutOfDate,
        NotSent::Proxy,
        NotSent::ProxyLogin,
        NotSent::ProxyGone,
        NotSent::Withdrawn,
    ];

    /// Every kind of failure, with every documented code, an undocumented one and several statuses.
    fn every_failure() -> Vec<Failure> {
        let mut all: Vec<Failure> = EVERY_REASON.into_iter().map(not_sent).collect();
        all.extend([timed_out(), cut(), Failure::Local { detail: String::new() }, refused(12_345)]);
        all.extend([200, 301, 404, 500, 502].map(unreadable));
        all.extend(CODES.iter().map(|entry| refused(entry.code)));
        all
    }

    #[test]
    fn a_write_is_sent_again_only_when_it_never_left_this_machine() {
        for failure in every_failure() {
            let left = !matches!(
                failure,
                Failure::NotSent {
                    reason: NotSent::Dns | NotSent::Refused | NotSent::ConnectTimeout | NotSent::ProxyGone,
                    ..
                }
            );
            for command in WRITES {
                assert_eq!(decide(command, &failure, 1, 0.5).is_none(), left, "{command:?} {failure:?}");
                assert_eq!(decide(command, &failure, 3, 0.5), None, "{command:?} {failure:?}");
            }
        }
    }

    #[test]
    fn no_write_whose_outcome_is_unknown_is_ever_repeated() {
        for failure in every_failure().into_iter().filter(Failure::leaves_write_unknown) {
            for command in WRITES {
                assert_eq!(decide(command, &failure, 1, 0.0), None, "{command:?} {failure:?}");
            }
        }
    }

    #[test]
    fn reads_are_repeated_through_network_trouble_and_trouble_of_the_service() {
        for command in READS {
            for failure in [
                not_sent(NotSent::Dns),
                not_sent(NotSent::Refused),
                not_sent(NotSent::ConnectTimeout),
                not_sent(NotSent::Tls),
                not_sent(NotSent::Proxy),
                not_sent(NotSent::ProxyGone),
                cut(),
                unreadable(200),
                unreadable(502),
                refused(60008),
                refused(90105),
                refused(91000),
                refused(60007),
            ] {
                assert!(decide(command, &failure, 1, 0.5).is_some(), "{command:?} {failure:?}");
            }
        }
        assert!(decide(Command::Get, &timed_out(), 1, 0.5).is_some());
        assert_eq!(decide(Command::List, &timed_out(), 1, 0.5), None);
    }

    #[test]
    fn what_will_not_pass_is_not_asked_again() {
        for command in READS {
            for failure in [
                not_sent(NotSent::Withdrawn),
                not_sent(NotSent::Untrusted),
                not_sent(NotSent::WrongName),
                not_sent(NotSent::OutOfDate),
                not_sent(NotSent::ProxyLogin),
                unreadable(301),
                unreadable(404),
                refused(60013),
                refused(90104),
                refused(90106),
                refused(12_345),
                Failure::Local { detail: String::new() },
            ] {
                assert_eq!(decide(command, &failure, 1, 0.5), None, "{command:?} {failure:?}");
            }
        }
    }

    #[test]
    fn what_the_service_asks_for_is_waited_for_up_to_two_minutes() {
        let now = DateTime::parse_from_rfc2822("Sat, 21 Nov 2026 06:00:00 GMT").unwrap().to_utc();
        let seconds = |status, header| after(status, header, now).map(|wait| wait.as_secs());
        assert_eq!(seconds(429, "7"), Some(7));
        assert_eq!(seconds(503, " 30 "), Some(30));
        assert_eq!(seconds(503, "Sat, 21 Nov 2026 06:00:20 GMT"), Some(20));
        assert_eq!(seconds(503, "Sat, 21 Nov 2026 05:00:00 GMT"), Some(0));
        assert_eq!(seconds(429, "86400"), Some(120));
        for (status, header) in [(200, "7"), (502, "7"), (429, "soon"), (429, "-1"), (429, "")] {
            assert_eq!(seconds(status, header), None, "{status} {header}");
        }
        let short = Duration::from_millis(300);
        assert_eq!(as_asked(short, Duration::ZERO), Some(short));
        assert_eq!(as_asked(short, Duration::from_secs(3)), Some(Duration::from_secs(3)));
        assert_eq!(as_asked(short, Duration::from_secs(30)), None);
        assert!(decide(Command::Get, &unreadable(429), 1, 0.0).is_some());
        assert_eq!(decide(Command::Get, &Failure::too_large(200), 1, 0.0), None);
    }

    #[test]
    fn an_authentication_error_is_never_tried_twice() {
        for entry in CODES.iter().filter(|entry| matches!(entry.class, Class::Auth | Class::NotAdmin)) {
            for command in Command::ALL {
                assert_eq!(decide(command, &refused(entry.code), 1, 0.0), None, "{}", entry.code);
            }
        }
    }

    #[test]
    fn too_many_calls_wait_for_more_than_the_services_second() {
        for jitter in [0.0, 1.0] {
            let pause = decide(Command::List, &refused(60007), 1, jitter).unwrap();
            assert!(pause >= Duration::from_secs(1), "{pause:?}");
        }
    }

    proptest! {
        #[test]
        fn attempts_are_few_and_pauses_grow_within_bounds(jitter in -1.0f64..2.0, attempt in 1u32..100) {
            for failure in every_failure() {
                for command in Command::ALL {
                    let pause = decide(command, &failure, attempt, jitter);
                    prop_assert!(attempt < 3 || pause.is_none());
                    prop_assert!(pause.is_none_or(|p| p <= Duration::from_secs(4)));
                    if let Some(next) = decide(command, &failure, attempt + 1, jitter) {
                        prop_assert!(pause.is_some_and(|p| p < next));
                    }
                }
            }
        }
    }
}
