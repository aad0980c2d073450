//! Carries cases out, over real HTTP.
//!
//! Cases with equal options share one sandbox and come one after the other; different options run
//! beside each other. What a case created it takes away again.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use pushdeck::domain::wire::{Command, time_in};
use pushdeck::usersig;
use secrecy::SecretString;
use serde_json::Value;

use super::case::{Case, Sign, Step};
use super::check::differences;
use super::fill::{Meaning, padded, span};
use super::target::{Caller, Own};

/// How many sandboxes serve at the same time.
const BESIDE: usize = 4;

/// How often a call is made again that a service elsewhere refused for its rate.
const PATIENCE: usize = 30;

/// How it went.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) run: usize,
    pub(crate) skipped: usize,
    pub(crate) failures: Vec<String>,
}

/// All cases, each on a sandbox with its options.
pub(crate) async fn on_sandboxes(cases: &[Case]) -> Outcome {
    let mut groups: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for (i, case) in cases.iter().enumerate() {
        let alone = if case.restarts() || case.alone { i.to_string() } else { String::new() };
        groups.entry(format!("{}{alone}", case.options)).or_default().push(case.clone());
    }
    let mut outcome = Outcome::default();
    let mut waiting = groups.into_values();
    let mut under_way = tokio::task::JoinSet::new();
    loop {
        while under_way.len() < BESIDE
            && let Some(group) = waiting.next()
        {
            under_way.spawn(group_on_sandbox(group));
        }
        let Some(done) = under_way.join_next().await else { break };
        let done = done.unwrap();
        outcome.run += done.run;
        outcome.failures.extend(done.failures);
    }
    outcome.failures.sort();
    outcome
}

async fn group_on_sandbox(cases: Vec<Case>) -> Outcome {
    let mut outcome = Outcome::default();
    let (options, with_file) = cases.first().map(|case| (case.options.clone(), case.restarts())).unwrap();
    let mut own = Some(Own::start(&options, with_file).await);
    for case in &cases {
        let mut sandbox = own.take().unwrap();
        match case.now.as_deref() {
            Some(now) => sandbox.clock.set(time_in(now).unwrap_or_else(|| panic!("{now} is no time"))),
            None => sandbox.set_apart(),
        }
        let mut walk = Walk::new(sandbox.caller.clone(), Some(sandbox));
        outcome.failures.extend(walk.case(case).await);
        outcome.run += 1;
        own = walk.own;
    }
    if let Some(own) = own {
        own.running.stop().await;
    }
    outcome
}

/// Those cases that need no options and no clock of their own, elsewhere.
pub(crate) async fn on_remote(cases: &[Case], caller: &Caller) -> Outcome {
    let mut outcome = Outcome::default();
    for case in cases {
        if case.needs_own() {
            outcome.skipped += 1;
            continue;
        }
        outcome.failures.extend(Walk::new(caller.clone(), None).case(case).await);
        outcome.run += 1;
    }
    outcome
}

/// One case under way.
struct Walk {
    caller: Caller,
    own: Option<Own>,
    meaning: Meaning,
    /// What is to be taken away at the end.
    made: Vec<(i64, String)>,
}

impl Walk {
    fn new(caller: Caller, own: Option<Own>) -> Self {
        let meaning = Meaning {
            sdkappid: caller.sdkappid,
            identifier: caller.identifier.clone(),
            sig: String::new(),
            now: DateTime::UNIX_EPOCH,
            tasks: BTreeMap::new(),
        };
        Self { caller, own, meaning, made: Vec::new() }
    }

    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "a service elsewhere has the real clock")]
        self.own.as_ref().map_or_else(Utc::now, |own| own.clock.now())
    }

    /// What went wrong, in words.
    async fn case(&mut self, case: &Case) -> Option<String> {
        self.meaning.now = self.now();
        let mut failure = None;
        for step in case.steps() {
            let wrong = self.step(step).await;
            if let Err(words) = wrong {
                failure = Some(format!("{} {}\n{words}", case.subject, case.name));
                break;
            }
        }
        self.clean_up().await;
        failure
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Some(time) = &step.pass {
            let by = span(&format!("+{time}")).to_std().unwrap();
            let own = self.own.as_ref().unwrap();
            own.running.advance(by).await?;
            // `{now}` stays where the case began.
        } else if let Some(time) = &step.jump {
            let clock = &self.own.as_ref().unwrap().clock;
            clock.set(clock.now() + span(&format!("+{time}")));
        } else if let Some(time) = &step.restart {
            let own = self.own.take().unwrap().restart(span(&format!("+{time}"))).await;
            own.running.tick().await;
            self.caller = own.caller.clone();
            self.own = Some(own);
        } else if let Some(title) = &step.fail_title {
            let own = self.own.as_ref().unwrap();
            own.running.fail_title(title, step.with.as_deref().unwrap_or("failed")).await?;
        } else {
            return self.calls(step).await;
        }
        Ok(())
    }

    async fn calls(&mut self, step: &Step) -> Result<(), String> {
        let times = step.times.unwrap_or(1);
        for n in 1..=times {
            let request = self.request(step);
            let answer = self.send(&request, step.code).await?;
            self.note(step, &request, &answer);
            let wrong = if n < times {
                let code = answer.get("ErrorCode").and_then(Value::as_i64);
                let as_told = code == Some(step.times_code);
                if as_told { Vec::new() } else { vec![format!("call {n} of {times} gives {code:?}")] }
            } else {
                differences(step, request.command, &answer, &self.meaning)
            };
            if !wrong.is_empty() {
                let body: String = String::from_utf8_lossy(&request.body).chars().take(700).collect();
                let answer: String = answer.to_string().chars().take(900).collect();
                return Err(format!(
                    "  {}\n  {} {} {body}\n  {answer}",
                    wrong.join("\n  "),
                    request.method,
                    request.path
                ));
            }
        }
        Ok(())
    }

    /// Remembers what was created.
    fn note(&mut self, step: &Step, request: &Request, answer: &Value) {
        let id = answer.get("TaskID").and_then(Value::as_i64).filter(|id| *id > 0);
        if request.command != Some(Command::Add) || answer.get("ErrorCode").and_then(Value::as_i64) != Some(0)
        {
            return;
        }
        if let Some(id) = id {
            let kind = serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
            let kind = kind.get("Type").and_then(Value::as_str).unwrap_or("All").to_owned();
            self.made.push((id, kind.clone()));
            if let Some(name) = &step.name_of_task {
                self.meaning.tasks.insert(name.clone(), (id, kind));
            }
        }
    }

    /// Takes away what is still pending; whatever cannot be deleted any more stays.
    async fn clean_up(&mut self) {
        if let Some(own) = &self.own {
            own.settle().await;
        }
        for (id, kind) in std::mem::take(&mut self.made) {
            let step = Step { delete: Some(id.to_string()), kind: Some(kind), ..Step::default() };
            let request = self.request(&step);
            // It may have been dispatched, or deleted by the case itself.
            let _ = self.send(&request, 0).await;
        }
    }

    async fn send(&self, request: &Request, expected: i64) -> Result<Value, String> {
        let url = format!("{}{}?{}", self.caller.base_url, request.path, request.query);
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap();
        let mut left = if self.own.is_some() { 0 } else { PATIENCE };
        loop {
            let call = self.caller.http.request(method.clone(), &url).body(request.body.clone());
            let answer = call.send().await.map_err(|err| format!("  no answer: {}", err.without_url()))?;
            let status = answer.status().as_u16();
            let bytes =
                answer.bytes().await.map_err(|err| format!("  half an answer: {}", err.without_url()))?;
            if status != 200 {
                return Err(format!("  HTTP status {status}, not 200"));
            }
            let answer: Value = serde_json::from_slice(&bytes).map_err(|err| {
                format!("  the answer is not JSON: {err}: {}", String::from_utf8_lossy(&bytes))
            })?;
            if answer.get("ErrorCode").and_then(Value::as_i64) != Some(60007)
                || expected == 60007
                || left == 0
            {
                return Ok(answer);
            }
            left -= 1;
            // A limit of rate elsewhere is over with time only.
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    fn request(&mut self, step: &Step) -> Request {
        let now = self.now();
        let honest = self.caller.sign(now);
        let sig = step.sign.as_ref().map_or_else(|| honest.clone(), |sign| self.signed(sign, now));
        self.meaning.sig = sig;
        let command = command(step);
        let path = step.path.clone().unwrap_or_else(|| {
            let name = command.map(Command::name).or(step.call.as_deref()).unwrap_or("");
            format!("/v4/timpush/{name}")
        });
        Request {
            command: if step.path.is_some() || step.method.is_some() { None } else { command },
            method: step.method.clone().unwrap_or_else(|| "POST".to_owned()),
            path,
            query: self.query(step),
            body: self.body(step),
        }
    }

    fn signed(&self, sign: &Sign, now: DateTime<Utc>) -> String {
        let key = sign.key.clone().map_or_else(|| self.caller.key.clone(), SecretString::from);
        let identifier = sign.identifier.as_deref().unwrap_or(&self.caller.identifier);
        let made = now + span(sign.made.as_deref().unwrap_or(""));
        let app = sign.sdkappid.unwrap_or(self.caller.sdkappid);
        let userbuf = sign.userbuf.as_deref().map(str::as_bytes);
        let sig =
            usersig::sign(&key, app, identifier, made.timestamp(), sign.expire.unwrap_or(3600), userbuf);
        sig.unwrap().expose().to_owned()
    }

    fn query(&self, step: &Step) -> String {
        if let Some(text) = &step.query_text {
            return self.meaning.fill(text);
        }
        let honest = self.caller.query(&self.meaning.sig);
        let mut pairs: Vec<(String, String)> = honest
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(name, _)| !step.without_query.iter().any(|left_out| left_out == name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        for (name, value) in &step.query {
            let value = self.meaning.fill(value);
            match pairs.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value,
                None => pairs.push((name.clone(), value)),
            }
        }
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }

    fn body(&self, step: &Step) -> Vec<u8> {
        if let Some(hex) = &step.body_hex {
            let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
            let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
            return digits.chunks(2).map(byte).collect();
        }
        if let Some(body) = &step.body {
            return padded(&self.meaning.fill(body)).into_bytes();
        }
        let mut members = self.members(step);
        members.retain(|(name, _)| !step.without.contains(name));
        for (name, value) in &step.set {
            let value = self.meaning.fill(value);
            match members.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value,
                None => members.push((name.clone(), value)),
            }
        }
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    }

    /// The members of the body of an honest call, values as JSON.
    fn members(&self, step: &Step) -> Vec<(String, String)> {
        let quoted = |text: &str| Value::from(self.meaning.fill(text)).to_string();
        let mut members = vec![("Sdkappid".to_owned(), self.caller.sdkappid.to_string())];
        let mut put = |name: &str, value: String| members.push((name.to_owned(), value));
        if let Some(kind) = &step.add {
            put("Type", quoted(kind));
            put("SchedAt", quoted(step.at.as_deref().unwrap_or("{now+1h}")));
            put("Content", self.content(step, kind).unwrap_or_else(|| self.meaning.plain(kind)));
        } else if let Some(name) = &step.modify {
            let (id, kind) = self.meaning.task(name);
            put("TaskID", id.to_string());
            put("Type", quoted(step.kind.as_deref().unwrap_or(&kind)));
            if let Some(at) = &step.at {
                put("SchedAt", quoted(at));
            }
            if let Some(content) = self.content(step, "") {
                put("Content", content);
            }
        } else if let Some(name) = &step.delete {
            let (id, kind) = self.meaning.task(name);
            put("TaskID", id.to_string());
            put("Type", quoted(step.kind.as_deref().unwrap_or(&kind)));
        } else if let Some(name) = &step.get {
            put("TaskID", self.meaning.task(name).0.to_string());
        } else if let Some(order) = &step.list {
            put("Offset", step.offset.unwrap_or(0).to_string());
            put("Want", step.want.unwrap_or(100).to_string());
            put("OrderBy", quoted(order));
            put("Asc", step.asc.unwrap_or(true).to_string());
            put("BeginTime", quoted(step.from.as_deref().unwrap_or("{now}")));
            put("EndTime", quoted(step.to.as_deref().unwrap_or("{now+31d}")));
            if let Some(keyword) = &step.keyword {
                put("Keyword", quoted(keyword));
            }
        }
        members
    }

    /// `Content` as JSON: given, or made from `title` and `desc`; `{pad:N}` fills it to N bytes.
    fn content(&self, step: &Step, kind: &str) -> Option<String> {
        if let Some(content) = &step.content {
            return Some(padded(&self.meaning.fill(content)));
        }
        if step.title.is_none() && step.desc.is_none() {
            return None;
        }
        let mut info = serde_json::Map::new();
        for (name, text) in [("Title", &step.title), ("Desc", &step.desc)] {
            if let Some(text) = text {
                info.insert(name.to_owned(), self.meaning.fill(text).into());
            }
        }
        let info = Value::Object(info);
        if kind.is_empty() {
            return Some(format!(r#"{{"OfflinePushInfo":{info}}}"#));
        }
        let mut content: Value = serde_json::from_str(&self.meaning.plain(kind)).unwrap();
        content["OfflinePushInfo"] = info;
        Some(content.to_string())
    }
}

/// A request before it is sent.
struct Request {
    /// The command whose answer this will be; `None` when it goes astray.
    command: Option<Command>,
    method: String,
    path: String,
    query: String,
    body: Vec<u8>,
}

fn command(step: &Step) -> Option<Command> {
    let by_verb = [
        (&step.add, Command::Add),
        (&step.modify, Command::Modify),
        (&step.delete, Command::Delete),
        (&step.get, Command::Get),
        (&step.list, Command::List),
    ];
    let verb = by_verb.into_iter().find(|(given, _)| given.is_some()).map(|(_, command)| command);
    verb.or_else(|| Command::ALL.into_iter().find(|command| Some(command.name()) == step.call.as_deref()))
}
