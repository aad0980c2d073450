//! Rules that generated input says better than a table. Each runs against a sandbox over real HTTP.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use pushdeck::domain::text::fold;
use pushdeck::domain::wire::Command;
use serde_json::{Map, Value, json};
use tokio::runtime::{Handle, Runtime};

use super::target::{APP, Own, WHO};

/// No answer may take longer, whatever was sent; far above what any takes.
const BOUND: Duration = Duration::from_secs(15);

struct Fixture {
    own: Own,
    runtime: Handle,
}

impl Fixture {
    /// Runs the law on a sandbox with these options.
    fn with(options: &str, law: impl FnOnce(&mut Self)) {
        let runtime = Runtime::new().unwrap();
        let own = runtime.block_on(Own::start(&options.parse().unwrap(), false));
        let mut fixture = Self { own, runtime: runtime.handle().clone() };
        law(&mut fixture);
        runtime.block_on(fixture.own.running.stop());
    }

    /// Any bytes to a command; the answer must be the JSON object that every answer is.
    fn raw(&self, command: &str, query: &str, body: Vec<u8>) -> Value {
        let caller = &self.own.caller;
        let url = format!("{}/v4/timpush/{command}?{query}", caller.base_url);
        let call = async {
            let answer = caller.http.post(url).body(body).timeout(BOUND).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 200);
            answer.bytes().await.unwrap()
        };
        let answer: Value = serde_json::from_slice(&self.runtime.block_on(call)).unwrap();
        assert!(answer["ErrorCode"].is_i64() && answer["ErrorInfo"].is_string(), "{answer}");
        answer
    }

    fn call(&self, command: Command, mut body: Value) -> Value {
        body["Sdkappid"] = json!(APP);
        let query = self.own.caller.query(&self.own.caller.sign(self.own.clock.now()));
        self.raw(command.name(), &query, body.to_string().into_bytes())
    }

    fn succeeds(&self, command: Command, body: Value) -> Value {
        let answer = self.call(command, body);
        assert_eq!(answer["ErrorCode"], 0, "{answer}");
        answer
    }

    fn later(&self, seconds: i64) -> String {
        pushdeck::domain::wire::time_out(self.own.clock.now() + chrono::TimeDelta::seconds(seconds))
    }

    fn add(&self, seconds: i64, content: &Value) -> i64 {
        let body = json!({"Type": "All", "SchedAt": self.later(seconds), "Content": content});
        self.succeeds(Command::Add, body)["TaskID"].as_i64().unwrap()
    }

    fn content(&self, id: i64) -> Value {
        self.succeeds(Command::Get, json!({"TaskID": id}))["TaskInfo"]["Content"].clone()
    }

    /// The ids and the `Total` of a page by scheduled time; range in seconds from now.
    fn page(&self, range: (i64, i64), more: Value) -> (Vec<i64>, i64) {
        let mut body = json!({"Offset": 0, "Want": 100, "OrderBy": "schedat", "Asc": true,
            "BeginTime": self.later(range.0), "EndTime": self.later(range.1)});
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        let answer = self.succeeds(Command::List, body);
        let ids = answer["Tasks"].as_array().unwrap().iter().map(|task| task["TaskID"].as_i64().unwrap());
        (ids.collect(), answer["Total"].as_i64().unwrap())
    }

    fn delete(&self, ids: &[i64]) {
        for id in ids {
            self.succeeds(Command::Delete, json!({"TaskID": id, "Type": "All"}));
        }
    }
}

fn check<S: Strategy>(cases: u32, of: &S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(of, law).unwrap_or_else(|err| panic!("{err}"));
}

fn plain(title: &str, desc: &str) -> Value {
    json!({"From_Account": WHO, "OfflinePushInfo": {"Title": title, "Desc": desc}})
}

const FREE: &str = "max_active_tasks = 0\ncheck_push_fields = false\nstrict_type_content = false\n\
    inject_msg_random = false\nmax_content_bytes = 0";

// --------------------------------------------------------------------------------------------- modify

/// JSON of few keys, so that old and new meet.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z ä]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map("[a-d]", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    btree_map("[a-d]", json_value(), 0..4).prop_map(|map| map.into_iter().collect())
}

/// RFC 7396, written from its text.
fn merge_patch(target: &Value, patch: &Value) -> Value {
    let Some(changes) = patch.as_object() else { return patch.clone() };
    let mut merged = target.as_object().cloned().unwrap_or_default();
    for (key, change) in changes {
        if change.is_null() {
            merged.shift_remove(key);
        } else {
            let old = merged.get(key).cloned().unwrap_or(Value::Null);
            merged.insert(key.clone(), merge_patch(&old, change));
        }
    }
    Value::Object(merged)
}

fn whole(more: Map<String, Value>) -> Value {
    let mut content = plain("t", "d");
    content["x"] = Value::Object(more);
    content
}

#[test]
fn a_modify_merges_as_a_merge_patch_does_whatever_meets_whatever() {
    Fixture::with(FREE, |fixture| {
        check(150, &(object(), object()), |(old, change)| {
            let id = fixture.add(3600, &whole(old.clone()));
            let change = json!({"x": change});
            let body = json!({"TaskID": id, "Type": "All", "Content": change});
            fixture.succeeds(Command::Modify, body.clone());
            let expected = merge_patch(&whole(old), &change);
            prop_assert_eq!(&fixture.content(id), &expected);
            // Making the same change again changes nothing.
            fixture.succeeds(Command::Modify, body);
            prop_assert_eq!(&fixture.content(id), &expected);
            fixture.delete(&[id]);
            Ok(())
        });
    });
}

#[test]
fn the_other_readings_of_modify_keep_what_they_say() {
    for (how, keeps) in [("merge-top", true), ("replace", false)] {
        Fixture::with(&format!("{FREE}\nmodify_content = \"{how}\""), |fixture| {
            check(60, &(object(), object()), |(old, new)| {
                let mut content = whole(old);
                content["kept"] = json!(1);
                let id = fixture.add(3600, &content);
                let change = whole(new);
                fixture.succeeds(Command::Modify, json!({"TaskID": id, "Type": "All", "Content": change}));
                let mut expected = change;
                if keeps {
                    expected["kept"] = json!(1);
                }
                prop_assert_eq!(fixture.content(id), expected);
                fixture.delete(&[id]);
                Ok(())
            });
        });
    }
}

// ----------------------------------------------------------------------------------------------- list

/// Letters that meet their other case, and what must not be special.
fn text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        'a', 'A', 'b', 'ä', 'Ä', 'ß', 'ẞ', 'σ', 'ς', 'Σ', 'k', 'K', '\u{212A}', 'д', 'Д', '早', 'i', 'I',
        'ı', 'İ', '%', '_', '*', '?', '[', ']', '\\', '\'', '"', ' ', '🔥', 'ǆ', 'ǅ', 'Ǆ', '\u{345}', 'ι',
        '-', '^', ':',
    ]);
    prop_oneof![4 => vec(odd, 0..6).prop_map(String::from_iter), 1 => "\\PC{0,4}"]
}

#[test]
fn a_keyword_finds_what_holds_it_in_either_text_without_regard_to_letter_case() {
    Fixture::with(FREE, |fixture| {
        check(60, &(vec((text(), text()), 1..5), vec(text(), 1..6)), |(tasks, keywords)| {
            let ids: Vec<i64> =
                tasks.iter().map(|(title, desc)| fixture.add(3600, &plain(title, desc))).collect();
            let parts = tasks.iter().map(|(title, _)| title.chars().skip(1).take(2).collect::<String>());
            for keyword in keywords.into_iter().chain(parts) {
                let wanted = fold(&keyword);
                let fits = |text: &str| fold(text).contains(&wanted);
                let expected: Vec<i64> = ids
                    .iter()
                    .zip(&tasks)
                    .filter(|(_, (title, desc))| fits(title) || fits(desc))
                    .map(|(id, _)| *id)
                    .collect();
                let (found, total) = fixture.page((0, 7200), json!({"Keyword": keyword}));
                prop_assert_eq!(&found, &expected, "keyword {:?} in {:?}", keyword, tasks);
                prop_assert_eq!(total, i64::try_from(expected.len()).unwrap());
            }
            fixture.delete(&ids);
            Ok(())
        });
    });
}

#[test]
fn a_range_holds_exactly_what_is_not_before_its_begin_and_not_after_its_end() {
    Fixture::with(&format!("{FREE}\nlist_time_field = \"schedat\""), |fixture| {
        check(80, &(vec(1..30_i64, 0..12), 0..32_i64, 0..32_i64), |(times, a, b)| {
            let (begin, end) = (a.min(b), a.max(b));
            let mut made: Vec<(i64, i64)> =
                times.iter().map(|at| (*at, fixture.add(*at, &plain("t", "d")))).collect();
            made.sort_unstable();
            let expected: Vec<i64> =
                made.iter().filter(|(at, _)| (begin..=end).contains(at)).map(|(_, id)| *id).collect();
            let (found, total) = fixture.page((begin, end), json!({}));
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(total, i64::try_from(found.len()).unwrap());
            // Two ranges that meet without overlapping hold together what the whole holds.
            let middle = i64::midpoint(begin, end);
            let (first, _) = fixture.page((begin, middle), json!({}));
            let (second, _) = fixture.page((middle + 1, end.max(middle + 1)), json!({}));
            let both: Vec<i64> = first.into_iter().chain(second).collect();
            if end > middle {
                prop_assert_eq!(both, expected);
            }
            fixture.delete(&made.iter().map(|(_, id)| *id).collect::<Vec<_>>());
            Ok(())
        });
    });
}

#[test]
fn paging_covers_every_task_exactly_once_while_nothing_changes() {
    Fixture::with(&format!("{FREE}\nlist_max_want = 7"), |fixture| {
        let shape =
            (vec((1..6_i64, any::<bool>()), 0..40), 1..12_i64, any::<bool>(), any::<bool>(), any::<bool>());
        check(40, &shape, |(tasks, want, ascending, by_schedat, with_keyword)| {
            let added = |(at, named): &(i64, bool)| {
                let title = if *named { "needle" } else { "hay" };
                (*at, fixture.add(*at, &plain(title, "d")), *named)
            };
            let made: Vec<(i64, i64, bool)> = tasks.iter().map(added).collect();
            let mut expected: Vec<(i64, i64)> = made
                .iter()
                .filter(|(_, _, named)| *named || !with_keyword)
                .map(|(at, id, _)| (if by_schedat { *at } else { 0 }, *id))
                .collect();
            expected.sort_unstable();
            if !ascending {
                expected.reverse();
            }
            let expected: Vec<i64> = expected.into_iter().map(|(_, id)| id).collect();
            let mut found = Vec::new();
            loop {
                let order = if by_schedat { "schedat" } else { "createat" };
                let keyword = if with_keyword { "NEEDLE" } else { "" };
                let more = json!({"Want": want, "Offset": found.len(), "Asc": ascending, "OrderBy": order,
                    "Keyword": keyword});
                let (page, total) = fixture.page((0, 10), more);
                prop_assert_eq!(total, i64::try_from(expected.len()).unwrap());
                prop_assert!(page.len() <= usize::try_from(want.min(7)).unwrap());
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            prop_assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
            prop_assert_eq!(found, expected);
            fixture.delete(&made.iter().map(|(_, id, _)| *id).collect::<Vec<_>>());
            Ok(())
        });
    });
}

// ----------------------------------------------------------------------------------- the request parser

/// Bytes of every kind: noise, JSON, and honest bodies that were damaged somewhere.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let honest = json!({"Sdkappid": APP, "TaskID": 1, "Type": "User", "SchedAt": "2199-01-01 00:00:00",
        "Offset": 0, "Want": 5, "OrderBy": "schedat", "Asc": true, "BeginTime": "2199-01-01 00:00:00",
        "EndTime": "2199-01-02 00:00:00", "Keyword": "x",
        "Content": {"From_Account": WHO, "To_Account": ["a"], "OfflinePushInfo": {"Title": "t", "PushFlag": 0}}});
    let text = honest.to_string().into_bytes();
    let length = text.len();
    let damaged = vec((0..length, any::<u8>(), 0..4_usize), 1..6).prop_map(move |damages| {
        let mut bytes = text.clone();
        for (at, byte, how) in damages {
            let at = at.min(bytes.len().saturating_sub(1));
            match how {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, byte),
                _ if bytes.is_empty() => {}
                2 => bytes[at] = byte,
                _ => drop(bytes.remove(at)),
            }
        }
        bytes
    });
    let member = prop::sample::select(honest.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
    let changed = vec((member, hostile_value()), 1..4).prop_map(move |changes| {
        let mut body = honest.clone();
        for (member, value) in changes {
            body[member] = value;
        }
        body.to_string().into_bytes()
    });
    let deep = (0..5000_usize, prop::sample::select(vec!["[", "{\"a\":", "[[{\"b\":["]));
    prop_oneof![
        vec(any::<u8>(), 0..300),
        damaged,
        changed,
        json_value().prop_map(|value| value.to_string().into_bytes()),
        deep.prop_map(|(depth, open)| format!("{{\"Content\":{}", open.repeat(depth)).into_bytes()),
    ]
}

/// What a member may hold that no honest client sends.
fn hostile_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        json_value(),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,40}".prop_map(Value::from),
        "[0-9 :TZ+-]{0,22}".prop_map(Value::from),
        "[a-z\\x00-\\x1f\u{202e}]{0,2000}".prop_map(Value::from),
        Just(json!("9999999-99-99 99:99:99")),
        prop::sample::select(vec!["1e999", "-0", "1E400", "0.1e-9999", "123456789012345678901234567890"])
            .prop_map(|text| serde_json::from_str(text).unwrap()),
    ]
}

/// The part behind `?`: honest, damaged, noise.
fn query(honest: String) -> impl Strategy<Value = String> {
    let length = honest.len();
    let damaged = (0..length, "[ -~]{0,3}", 0..4_usize).prop_map({
        let honest = honest.clone();
        move |(at, text, cut)| {
            let end = (at + cut).min(honest.len());
            format!("{}{text}{}", &honest[..at], &honest[end..]).replace('#', "%23")
        }
    });
    prop_oneof![4 => Just(honest), 2 => damaged, 1 => "[a-z=&%+0-9]{0,60}", 1 => "(%[0-9a-f]{2}|=|&){0,30}"]
}

#[test]
fn whatever_is_sent_is_answered_in_bounded_time_and_the_next_call_as_well() {
    Fixture::with("rate_limit_per_second = 0\nmax_active_tasks = 0", |fixture| {
        let honest = fixture.own.caller.query(&fixture.own.caller.sign(fixture.own.clock.now()));
        let command = prop::sample::select(Command::ALL.to_vec());
        let met = RefCell::new(BTreeSet::new());
        check(1500, &(command, query(honest), body()), |(command, query, body)| {
            let answer = fixture.raw(command.name(), &query, body);
            let code = answer["ErrorCode"].as_i64().unwrap();
            met.borrow_mut().insert(code);
            // 90105 is what a panic or a failed statement would be.
            prop_assert_ne!(code, 90105, "{}", answer);
            prop_assert!(code == 0 || (60_000..80_000).contains(&code) || (90_104..=90_110).contains(&code));
            Ok(())
        });
        fixture.page((0, 10), json!({}));
        // It passed every check, not only the first.
        let met = met.into_inner();
        assert!([0, 60003, 60025, 70003, 90104].iter().all(|code| met.contains(code)), "{met:?}");
    });
}
