//! An answer of the service may be anything: it is read, or it is said what is wrong with it.

use pushdeck::domain::wire::{self, KnownRows, read_answer};
use pushdeck::domain::{Draft, Failure, JsonObject, Task, Zone, when};

use super::input::{Input, changed, replaced};
use super::samples::{OTHERS, PAGE, PIECES, TASK, VALUES};

/// The shortest task there is takes so many bytes of an answer: `{"TaskID":1}`.
const SHORTEST: usize = 12;

pub(crate) fn hold(bytes: &[u8]) {
    let mut input = Input(bytes);
    read(input.one_of(&[200, 200, 200, 204, 404, 407, 502]), bytes);
    let sample = input.one_of(&[PAGE, TASK, OTHERS[0], OTHERS[1]]);
    let torn = changed(sample.as_bytes(), &mut Input(input.0), PIECES);
    read(200, &torn);
    read(200, replaced(sample, &mut input, VALUES).as_bytes());
}

fn read(status: u16, body: &[u8]) {
    // No list is asked for more rows.
    let want = 100;
    let answer = match read_answer(status, body, want, &KnownRows::default()) {
        Ok(answer) => answer,
        Err(failure) => return is_told(&failure, body),
    };
    assert!((200..300).contains(&status), "a success with HTTP {status}");
    if let Some(id) = wire::read_request_id(body) {
        assert!(id.len() <= 64 && is_plain(&id));
    }
    match wire::read_task_id(&answer) {
        Ok(id) => assert!(id.0 > 0),
        Err(failure) => is_told(&failure, body),
    }
    match wire::read_task_info(answer.clone()) {
        Ok(task) => task_holds(&task),
        Err(failure) => is_told(&failure, body),
    }
    match wire::read_list(answer) {
        Ok((page, known)) => {
            assert!(page.tasks.len() <= want, "more tasks than were asked for");
            assert!(page.tasks.len() <= body.len() / SHORTEST, "more tasks than the answer can hold");
            page.tasks.iter().for_each(|task| task_holds(task));
            // What is known says the same as what is read.
            let again = read_answer(status, body, want, &known).and_then(wire::read_list);
            assert_eq!(again.map(|(page, _)| page), Ok(page));
        }
        Err(failure) => is_told(&failure, body),
    }
}

/// Said in words that no terminal acts on, and that are not many times longer than the answer.
fn is_told(failure: &Failure, body: &[u8]) {
    let words = failure.words();
    assert!(is_plain(&words.what) && is_plain(&words.next), "{words:?}");
    assert!(!words.what.is_empty() && !words.next.is_empty());
    assert!(words.what.len() <= body.len() * 3 + 1000, "{} bytes for {}", words.what.len(), body.len());
    // What is not sure must not be called sure.
    if failure.leaves_write_unknown() {
        assert!(!matches!(failure, Failure::Local { .. } | Failure::NotSent { .. }));
    }
}

fn task_holds(task: &Task) {
    assert!(task.outcome().word().len() <= 6);
    let audience = task.audience();
    let _ = (audience.short(), audience.in_words("acme"), task.outcome().in_words());
    let _ = (task.locked_because(), task.cannot_be_cancelled());
    for at in [task.created_at, task.scheduled_at].into_iter().flatten() {
        assert_eq!(wire::time_in(&wire::time_out(at)), Some(at), "a time that does not go back as it came");
    }
    // Nothing that was not touched is changed by being edited (W7).
    let zone = Zone::named("Asia/Shanghai").unwrap();
    let draft = Draft::from_task(task, zone);
    assert!(!draft.content_changed() && !draft.time_changed(), "{:?}", task.raw);
    let now = task.scheduled_at.unwrap_or_default();
    for draft in [draft, Draft::clone_of(task)] {
        let _ = (draft.check_content(), draft.check_time(now, zone));
    }
    let _ = when::stamp(now, zone, now);
    let body = wire::modify_body(1, task.id, &task.kind, None, Some(&task.content)).to_string();
    let back: JsonObject = serde_json::from_str(&body).unwrap();
    assert_eq!(back["Content"].as_object(), Some(&task.content.0));
}

/// Nothing in it acts on a terminal.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
}
