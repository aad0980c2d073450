//! Reads an answer in bounds: whatever somebody sends, little more is kept than what was asked for.
//!
//! The body is parsed without making values of it; rows of a list become values one by one, and no
//! more of them than were asked for. What would take too much memory is refused before it does.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::failure::Failure;
use super::super::json::JsonObject;
use super::super::text;
use super::rows::{KnownRows, ListedRow};

/// The most memory that the values of one answer may take, in bytes, by [`weight`]. 100 tasks of 500
/// accounts each weigh about 9 MB.
const MOST_WEIGHT: usize = 12 * 1024 * 1024;

/// `ErrorInfo` is kept up to so many characters.
const MOST_INFO: usize = 1000;

/// So many names of `InvalidUserID` are kept; no task has more accounts.
const MOST_NAMES: usize = 500;

/// A name is kept up to so many characters.
const MOST_NAME: usize = 64;

/// No value that is a number, a word or an id is longer.
const MOST_SMALL: usize = 256;

/// What an answer that says success holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// `RequestId`, where it looks like one.
    pub request_id: Option<String>,
    /// `TaskID` of a write.
    pub task_id: Option<u64>,
    /// `TaskInfo` of a get.
    pub task_info: Option<JsonObject>,
    /// `Total` of a list.
    pub total: Option<u64>,
    /// `Tasks` of a list, no more than were asked for.
    pub rows: Vec<ListedRow>,
    /// How many more tasks came than were asked for.
    pub surplus: u64,
}

/// The documented fields of the five answers, not read yet. Others are passed over.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    #[serde(borrow, rename = "ErrorCode")]
    code: Option<&'a RawValue>,
    #[serde(borrow, rename = "ActionStatus")]
    action: Option<&'a RawValue>,
    #[serde(borrow, rename = "ErrorInfo")]
    info: Option<&'a RawValue>,
    #[serde(borrow, rename = "InvalidUserID")]
    names: Option<&'a RawValue>,
    #[serde(borrow, rename = "RequestId")]
    request_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "TaskID")]
    task_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "TaskInfo")]
    task_info: Option<&'a RawValue>,
    #[serde(borrow, rename = "Total")]
    total: Option<&'a RawValue>,
    #[serde(borrow, rename = "Tasks")]
    tasks: Option<&'a RawValue>,
}

/// The fields of an answer that says success, with at most `want` rows of a list. Those that are `known`
/// are not read again.
///
/// # Errors
/// `Refused` for an error code, `Unreadable` for anything that is not the documented JSON or takes too
/// much room.
pub fn read_answer(status: u16, body: &[u8], want: usize, known: &KnownRows) -> Result<Answer, Failure> {
    let unreadable = |detail: String| Failure::Unreadable { status, detail };
    let text = std::str::from_utf8(body).ok().filter(|text| text.trim_start().starts_with('{'));
    let envelope = text.and_then(|text| serde_json::from_str::<Envelope<'_>>(text).ok());
    let Some(envelope) = envelope else { return Err(unreadable(beginning(body))) };
    let Some(code) = small(envelope.code).as_ref().and_then(Value::as_i64) else {
        return Err(unreadable("it has no ErrorCode".to_owned()));
    };
    let action = small(envelope.action);
    let action = action.as_ref().and_then(Value::as_str);
    // A word that is too long to be read is not OK either.
    let says_ok = action.is_none_or(|word| word == "OK")
        && (action.is_some() || envelope.action.is_none_or(|raw| raw.get().len() <= MOST_SMALL));
    if code != 0 || !says_ok {
        return Err(refusal(code, &envelope));
    }
    // A proxy that invents a body with a 5xx is not to be trusted with a success.
    if !(200..300).contains(&status) {
        return Err(unreadable(format!("HTTP {status} with a success body")));
    }
    let mut room = MOST_WEIGHT;
    let task_info = match envelope.task_info {
        Some(raw) if raw.get().starts_with('{') => {
            Some(object(raw, &mut room).map_err(|why| why.of(status, "TaskInfo"))?)
        }
        Some(_) | None => None,
    };
    let (rows, surplus) = match envelope.tasks {
        Some(raw) => rows(raw, want, known, &mut room).map_err(|why| why.of(status, "Tasks"))?,
        None => (Vec::new(), 0),
    };
    Ok(Answer {
        request_id: request_id(envelope.request_id),
        task_id: small(envelope.task_id).as_ref().and_then(Value::as_u64),
        task_info,
        total: small(envelope.total).as_ref().and_then(Value::as_u64),
        rows,
        surplus,
    })
}

/// `RequestId` of any answer, also of a refusal, which only newer answers have (documents,
/// "`RESTful` API overview"). One that does not look like an id is none.
pub fn read_request_id(body: &[u8]) -> Option<String> {
    request_id(serde_json::from_slice::<Envelope<'_>>(body).ok()?.request_id)
}

fn request_id(raw: Option<&RawValue>) -> Option<String> {
    let looks_like_one = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    small(raw)?.as_str().filter(looks_like_one).map(str::to_owned)
}

fn beginning(body: &[u8]) -> String {
    let piece = body.get(..body.len().min(1024)).unwrap_or_default();
    let begins: String = String::from_utf8_lossy(piece).trim().chars().take(60).collect();
    let begins = text::clean(begins.trim()).into_owned();
    if begins.is_empty() { "it is empty".to_owned() } else { format!("it begins \"{begins}\"") }
}

fn refusal(code: i64, envelope: &Envelope<'_>) -> Failure {
    let info = envelope.info.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    let info = text::head(&info.unwrap_or_default(), MOST_INFO).into_owned();
    let mut names = Vec::new();
    if let Some(raw) = envelope.names {
        // An error only ends the names early.
        let _ = each(raw, |name| {
            if names.len() < MOST_NAMES {
                let text = serde_json::from_str::<String>(name.get());
                let text = text.unwrap_or_else(|_| name.get().to_owned());
                names.push(text::head(&text, MOST_NAME).into_owned());
            }
            Ok(())
        });
    }
    Failure::Refused { code, info, invalid_accounts: names }
}

/// A value that is no list, no object and not long.
fn small(raw: Option<&RawValue>) -> Option<Value> {
    let text = raw?.get();
    let is_small = text.len() <= MOST_SMALL && !text.starts_with(['{', '[']);
    is_small.then(|| serde_json::from_str(text).ok())?
}

/// Why a value was not read.
enum Unread {
    TooHeavy,
    /// It is no array.
    NoArray,
    /// It is, or holds, no object.
    NoObject,
}

impl Unread {
    fn of(self, status: u16, name: &str) -> Failure {
        let detail = match self {
            Self::TooHeavy => return Failure::too_large(status),
            Self::NoArray => format!("{name} is not an array"),
            Self::NoObject => format!("{name} holds something that is not a task"),
        };
        Failure::Unreadable { status, detail }
    }
}

fn object(raw: &RawValue, room: &mut usize) -> Result<JsonObject, Unread> {
    take_room(room, weight(raw.get()))?;
    serde_json::from_str(raw.get()).map_err(|_| Unread::NoObject)
}

fn take_room(room: &mut usize, weight: usize) -> Result<(), Unread> {
    *room = room.checked_sub(weight).ok_or(Unread::TooHeavy)?;
    Ok(())
}

/// A row that is not new takes its room, too: else what is kept would grow from one answer to the next.
fn row(raw: &RawValue, at: usize, known: &KnownRows, room: &mut usize) -> Result<ListedRow, Unread> {
    if let Some(row) = known.find(raw.get(), at) {
        take_room(room, row.weight)?;
        return Ok(row);
    }
    let before = *room;
    let object = object(raw, room)?;
    Ok(ListedRow::new(raw.get(), before - *room, object))
}

fn rows(
    raw: &RawValue,
    want: usize,
    known: &KnownRows,
    room: &mut usize,
) -> Result<(Vec<ListedRow>, u64), Unread> {
    let (mut rows, mut surplus) = (Vec::new(), 0);
    if !raw.get().starts_with('[') {
        return Err(Unread::NoArray);
    }
    let mut why = None;
    let read = each(raw, |raw| {
        if rows.len() >= want {
            surplus += 1;
            return Ok(());
        }
        rows.push(row(raw, rows.len(), known, room).map_err(|unread| why = Some(unread))?);
        Ok(())
    });
    match (read, why) {
        (Ok(()), _) => Ok((rows, surplus)),
        (Err(()), Some(why)) => Err(why),
        (Err(()), None) => Err(Unread::NoArray),
    }
}

/// Goes through the items of an array and keeps none.
fn each<'a>(raw: &'a RawValue, take: impl FnMut(&'a RawValue) -> Result<(), ()>) -> Result<(), ()> {
    struct Items<F>(F);

    impl<'de, F: FnMut(&'de RawValue) -> Result<(), ()>> serde::de::Visitor<'de> for Items<F> {
        type Value = ();

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
            while let Some(item) = items.next_element::<&'de RawValue>()? {
                (self.0)(item).map_err(|()| serde::de::Error::custom("not taken"))?;
            }
            Ok(())
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    serde::Deserializer::deserialize_seq(&mut deserializer, Items(take)).map_err(|_| ())
}

/// About how many bytes the values of this JSON take in memory: a value has room for a map in it, and a
/// map has room for four entries from the first one on.
fn weight(json: &str) -> usize {
    let (mut weight, mut in_string, mut escaped) = (json.len(), false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => {
                in_string = !in_string;
                weight += 16;
            }
            _ if in_string => {}
            b',' | b'[' => weight += 100,
            b':' => weight += 32,
            b'{' => weight += 560,
            _ => {}
        }
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &[u8], want: usize) -> Result<Answer, Failure> {
        read_answer(status, body, want, &KnownRows::default())
    }

    fn ok(fields: &str) -> Vec<u8> {
        format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"",{fields}}}"#).into_bytes()
    }

    fn too_large(result: &Result<Answer, Failure>) -> bool {
        result.as_ref().is_err_and(Failure::is_too_large)
    }

    #[test]
    fn no_more_rows_are_kept_than_were_asked_for_and_the_rest_is_counted() {
        let answer = read(200, &ok(r#""Total":9,"Tasks":[{"TaskID":1},{"TaskID":2},{"TaskID":3}]"#), 2);
        let answer = answer.unwrap();
        assert_eq!((answer.rows.len(), answer.surplus, answer.total), (2, 1, Some(9)));
        // What was not asked for need not even be a task.
        let odd = format!(r#""Tasks":[{{"TaskID":1}}{}]"#, ",{}".repeat(200_000));
        assert_eq!(read(200, &ok(&odd), 1).unwrap().surplus, 200_000);
    }

    #[test]
    fn rows_that_would_take_much_memory_are_refused_as_too_large() {
        for fat in ["{},", "[],", "1,", r#"{"a":1},"#, r#""","#] {
            let list = fat.repeat(3_000_000 / fat.len());
            let list = list.trim_end_matches(',');
            let result = read(200, &ok(&format!(r#""Tasks":[{{"TaskID":1,"Content":[{list}]}}]"#)), 50);
            assert!(too_large(&result), "{fat}");
            let result = read(200, &ok(&format!(r#""TaskInfo":{{"TaskID":1,"Content":[{list}]}}"#)), 0);
            assert!(too_large(&result), "{fat}");
        }
    }

    #[test]
    fn a_hundred_tasks_of_five_hundred_accounts_each_are_read() {
        let accounts = vec![format!("\"{}\"", "a".repeat(32)); 500].join(",");
        let row = format!(r#"{{"TaskID":1,"Content":{{"To_Account":[{accounts}]}}}}"#);
        let body = ok(&format!(r#""Tasks":[{}]"#, vec![row; 100].join(",")));
        assert_eq!(read(200, &body, 100).unwrap().rows.len(), 100);
    }

    #[test]
    fn json_that_is_nested_without_end_is_refused() {
        let deep = "[".repeat(1_000_000);
        for body in [
            deep.clone(),
            format!(r#"{{"ErrorCode":{deep}"#),
            format!(
                r#"{{"ErrorCode":0,"Tasks":[{{"TaskID":1,"x":{}{}}}]}}"#,
                "[".repeat(5000),
                "]".repeat(5000)
            ),
            format!(r#"{{"ErrorCode":0,"TaskInfo":{{"x":{}{}}}}}"#, "[".repeat(5000), "]".repeat(5000)),
        ] {
            let result = read(200, body.as_bytes(), 50);
            assert!(matches!(result, Err(Failure::Unreadable { .. })), "{result:?}");
        }
    }

    #[test]
    fn a_long_refusal_is_kept_in_bounds() {
        let body = format!(
            r#"{{"ErrorCode":90108,"ErrorInfo":"{}","InvalidUserID":[{}"x"]}}"#,
            "x".repeat(1_000_000),
            format!("\"{}\",7,", "y".repeat(1000)).repeat(1000)
        );
        let Err(Failure::Refused { info, invalid_accounts, .. }) = read(200, body.as_bytes(), 0) else {
            panic!("no refusal")
        };
        assert!(info.len() < 1010, "{}", info.len());
        assert_eq!(invalid_accounts.len(), MOST_NAMES);
        assert!(invalid_accounts.iter().all(|name| name.len() < 70));
        assert_eq!(invalid_accounts[1], "7");
    }
}
