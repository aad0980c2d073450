//! Compares an answer with what a case expects of it. Pure; every difference is a line of text.

use pushdeck::domain::wire::Command;
use serde_json::Value;

use super::case::Step;
use super::fill::Meaning;

/// Everything in which the answer is not as the case says.
pub(crate) fn differences(
    step: &Step,
    command: Option<Command>,
    answer: &Value,
    meaning: &Meaning,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let code = answer.get("ErrorCode").and_then(Value::as_i64);
    if code != Some(step.code) {
        wrong.push(format!("ErrorCode is {}, not {}", shown(answer.get("ErrorCode")), step.code));
    }
    wrong.extend(shape_of_answer(command, answer));
    for (path, value) in &step.expect {
        let (given, wanted) = (at(answer, path), json(value, meaning));
        if given != Some(&wanted) {
            wrong.push(format!("{path} is {}, not {wanted}", shown(given)));
        }
    }
    for (path, value) in &step.differs {
        let unwanted = json(value, meaning);
        if at(answer, path).is_none_or(|given| *given == unwanted) {
            wrong
                .push(format!("{path} is {}, and must be there and not {unwanted}", shown(at(answer, path))));
        }
    }
    for (path, pattern) in &step.shape {
        let pattern = meaning.fill(pattern);
        let given = at(answer, path);
        if !given.and_then(Value::as_str).is_some_and(|text| fits(text, &pattern)) {
            wrong.push(format!("{path} is {}, not of the shape {pattern}", shown(given)));
        }
    }
    for path in step.present.iter().filter(|path| at(answer, path).is_none()) {
        wrong.push(format!("{path} is missing"));
    }
    for path in step.absent.iter().filter(|path| at(answer, path).is_some()) {
        wrong.push(format!("{path} is {}, and must not be there", shown(at(answer, path))));
    }
    wrong.extend(page(step, answer, meaning));
    wrong
}

fn page(step: &Step, answer: &Value, meaning: &Meaning) -> Vec<String> {
    let mut wrong = Vec::new();
    let tasks = answer.get("Tasks").and_then(Value::as_array);
    if let Some(titles) = &step.titles {
        let wanted: Vec<String> = titles.iter().map(|title| meaning.fill(title)).collect();
        let given: Option<Vec<&str>> = tasks.map(|tasks| {
            tasks.iter().map(|task| task.get("Title").and_then(Value::as_str).unwrap_or("")).collect()
        });
        if given.as_ref().is_none_or(|given| *given != wanted) {
            wrong.push(format!("the titles are {given:?}, not {wanted:?}"));
        }
    }
    let total =
        step.total.or(step.titles.as_ref().filter(|_| step.want.is_none() && step.offset.is_none()).map(
            // A page that is not cut holds everything.
            |titles| i64::try_from(titles.len()).unwrap_or(i64::MAX),
        ));
    if let Some(total) = total
        && answer.get("Total").and_then(Value::as_i64) != Some(total)
    {
        wrong.push(format!("Total is {}, not {total}", shown(answer.get("Total"))));
    }
    if let Some(rows) = step.rows
        && tasks.map(Vec::len) != Some(rows)
    {
        wrong.push(format!("{:?} tasks are listed, not {rows}", tasks.map(Vec::len)));
    }
    wrong
}

/// What holds for every answer (documents, "`RESTful` API overview").
fn shape_of_answer(command: Option<Command>, answer: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(object) = answer.as_object() else { return vec!["the answer is no object".to_owned()] };
    let Some(code) = object.get("ErrorCode").and_then(Value::as_i64) else { return wrong };
    let status = if code == 0 { "OK" } else { "FAIL" };
    if object.get("ActionStatus").and_then(Value::as_str) != Some(status) {
        wrong.push(format!("ActionStatus is {}, not {status}", shown(object.get("ActionStatus"))));
    }
    match object.get("ErrorInfo").and_then(Value::as_str) {
        None => wrong.push("ErrorInfo is no text".to_owned()),
        Some("") if code != 0 => wrong.push("ErrorInfo is empty".to_owned()),
        Some(text) if code == 0 && !text.is_empty() => wrong.push(format!("ErrorInfo is {text}")),
        Some(_) => {}
    }
    if object.get("RequestId").is_some_and(|id| id.as_str().is_none_or(str::is_empty)) {
        wrong.push("RequestId is no text".to_owned());
    }
    let mut common = vec!["ActionStatus", "ErrorCode", "ErrorInfo", "RequestId"];
    let by_admission = (60_000..80_000).contains(&code);
    match command {
        Some(Command::Add | Command::Modify | Command::Delete) if !by_admission => {
            common.push("TaskID");
            let id = object.get("TaskID").and_then(Value::as_i64);
            if id.is_none_or(|id| (id == 0) != (code != 0)) {
                wrong.push(format!("TaskID is {}", shown(object.get("TaskID"))));
            }
        }
        Some(Command::Get) if code == 0 => common.push("TaskInfo"),
        Some(Command::List) if code == 0 => common.extend(["Total", "Tasks"]),
        Some(_) | None => {}
    }
    if code == 90_108 {
        common.push("InvalidUserID");
    }
    for key in object.keys().filter(|key| !common.contains(&key.as_str())) {
        wrong.push(format!("{key} does not belong in this answer"));
    }
    wrong
}

/// The value at a dotted path; numbers are places in a list.
fn at<'a>(answer: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(answer, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        Value::Object(object) => object.get(part),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

/// The expected value; a text whose first sign is `=` is JSON, for what TOML cannot say.
fn json(value: &toml::Value, meaning: &Meaning) -> Value {
    let parsed = |text: &str| serde_json::from_str(text).unwrap_or_else(|err| panic!("{text}: {err}"));
    match value {
        toml::Value::String(text) => {
            let text = meaning.fill(text);
            text.strip_prefix('=').map(parsed).unwrap_or(Value::String(text))
        }
        toml::Value::Array(items) => items.iter().map(|item| json(item, meaning)).collect(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Boolean(on) => (*on).into(),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => {
            panic!("{value} is not expected of an answer in this way")
        }
    }
}

fn fits(text: &str, pattern: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            let rest = &pattern[1..];
            text.char_indices().any(|(i, _)| fits(&text[i..], rest)) || fits("", rest)
        }
        (Some('#'), Some(c)) if c.is_ascii_digit() || ('a'..='f').contains(&c) => {
            fits(&text[1..], &pattern[1..])
        }
        (Some(p), Some(c)) if p == c && p != '#' => fits(&text[c.len_utf8()..], &pattern[p.len_utf8()..]),
        (_, _) => false,
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "missing".to_owned(), |value| value.to_string().chars().take(300).collect())
}
