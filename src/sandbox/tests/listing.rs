//! `list_sched_task`: ranges, orders, pages, keywords.

use std::collections::BTreeSet;

use super::*;

/// The widest list that the defaults allow, around [`NOW`].
pub(super) fn everything() -> Value {
    json!({"Offset": 0, "Want": 100, "OrderBy": "schedat", "Asc": true,
        "BeginTime": later(-7 * 86_400), "EndTime": later(24 * 86_400)})
}

fn with(changes: Value) -> Value {
    let mut body = everything();
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn titles(answer: &Value) -> Vec<&str> {
    assert_eq!(answer["ErrorCode"], 0, "{answer}");
    answer["Tasks"].as_array().unwrap().iter().map(|task| task["Title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_hold_every_task_exactly_once_in_both_orders_and_directions() {
    let bench = bench_with(Some(Seed { tasks: 128, number: 5 }), |_| {}).await;
    for order in ["schedat", "createat", "SchedAt", "createAt"] {
        for ascending in [true, false] {
            let mut seen: Vec<(String, i64)> = Vec::new();
            loop {
                let page =
                    with(json!({"OrderBy": order, "Asc": ascending, "Offset": seen.len(), "Want": 50}));
                let answer = bench.call("list_sched_task", page).await;
                assert_eq!(answer["Total"], 128);
                let tasks = answer["Tasks"].as_array().unwrap();
                let field = if order.eq_ignore_ascii_case("schedat") { "SchedAt" } else { "CreateAt" };
                let key = |t: &Value| (t[field].as_str().unwrap().to_owned(), t["TaskID"].as_i64().unwrap());
                seen.extend(tasks.iter().map(key));
                if tasks.is_empty() {
                    break;
                }
            }
            let ids: BTreeSet<i64> = seen.iter().map(|(_, id)| *id).collect();
            assert_eq!((seen.len(), ids.len()), (128, 128));
            let mut sorted = seen.clone();
            sorted.sort();
            if !ascending {
                sorted.reverse();
            }
            assert_eq!(seen, sorted, "{order} ascending={ascending}");
        }
    }
}

#[tokio::test]
async fn ties_go_by_id_in_the_direction_of_the_order() {
    let bench = bench().await;
    for title in ["a", "b", "c"] {
        bench.add("All", &later(60), everyone(title)).await;
    }
    assert_eq!(titles(&bench.call("list_sched_task", everything()).await), ["a", "b", "c"]);
    assert_eq!(titles(&bench.call("list_sched_task", with(json!({"Asc": false}))).await), ["c", "b", "a"]);
}

#[tokio::test]
async fn both_ends_of_the_range_are_inside_and_the_order_may_name_the_time() {
    let bench = bench_with(None, |o| o.list_time_field = ListTimeField::OrderBy).await;
    bench.add("All", &later(100), everyone("t")).await;
    let found = async |order: &str, begin: i64, end: i64| {
        let body = with(json!({"OrderBy": order, "BeginTime": later(begin), "EndTime": later(end)}));
        bench.call("list_sched_task", body).await["Total"].as_i64().unwrap()
    };
    assert_eq!(found("schedat", 100, 100).await, 1);
    assert_eq!(found("schedat", 101, 200).await, 0);
    assert_eq!(found("schedat", 0, 99).await, 0);
    assert_eq!(found("createat", 0, 0).await, 1);
    assert_eq!(found("createat", 1, 100).await, 0);
}

#[tokio::test]
async fn the_time_that_is_filtered_is_an_option_and_that_of_creation_by_default() {
    let default = Options::default().list_time_field;
    for (field, by_create, by_sched) in
        [(default, 1, 0), (ListTimeField::SchedAt, 0, 1), (ListTimeField::Either, 1, 1)]
    {
        let bench = bench_with(None, |o| o.list_time_field = field).await;
        bench.add("All", &later(100), everyone("t")).await;
        let near = with(json!({"BeginTime": later(0), "EndTime": later(50)}));
        let far = with(json!({"OrderBy": "createat", "BeginTime": later(50), "EndTime": later(150)}));
        assert_eq!(bench.call("list_sched_task", near).await["Total"], by_create, "{field:?}");
        assert_eq!(bench.call("list_sched_task", far).await["Total"], by_sched, "{field:?}");
    }
}

#[tokio::test]
async fn thirty_one_days_pass_and_a_second_more_does_not() {
    let bench = bench().await;
    let days = |extra: i64| with(json!({"BeginTime": later(0), "EndTime": later(31 * 86_400 + extra)}));
    assert_eq!(bench.call("list_sched_task", days(0)).await["ErrorCode"], 0);
    refused(&bench.call("list_sched_task", days(1)).await, 90104, false);
    let free = bench_with(None, |o| o.list_max_range_days = 0).await;
    let ever = with(json!({"BeginTime": "0001-01-01 00:00:00", "EndTime": "9999-12-31 23:59:59"}));
    assert_eq!(free.call("list_sched_task", ever).await["ErrorCode"], 0);
}

#[tokio::test]
async fn a_list_that_is_not_as_documented_is_refused() {
    let bench = bench().await;
    for key in ["Offset", "Want", "OrderBy", "Asc", "BeginTime", "EndTime"] {
        let mut body = everything();
        body.as_object_mut().unwrap().shift_remove(key);
        refused(&bench.call("list_sched_task", body).await, 90104, false);
    }
    for change in [
        json!({"Offset": -1}),
        json!({"Offset": "0"}),
        json!({"Want": 0}),
        json!({"Want": -5}),
        json!({"Want": 2.0}),
        json!({"OrderBy": "title"}),
        json!({"OrderBy": ""}),
        json!({"Asc": 1}),
        json!({"Asc": "true"}),
        json!({"BeginTime": "2026-11-21"}),
        json!({"BeginTime": later(1), "EndTime": later(0)}),
        json!({"Keyword": 5}),
        json!({"Offset": null}),
    ] {
        refused(&bench.call("list_sched_task", with(change)).await, 90104, false);
    }
}

#[tokio::test]
async fn a_large_want_is_cut_down_or_refused_and_a_large_offset_is_an_empty_page() {
    let bench = bench_with(Some(Seed { tasks: 128, number: 5 }), |_| {}).await;
    let answer = bench.call("list_sched_task", with(json!({"Want": 5000}))).await;
    assert_eq!(titles(&answer).len(), 100);
    let answer = bench.call("list_sched_task", with(json!({"Offset": i64::MAX}))).await;
    assert_eq!((titles(&answer).len(), &answer["Total"]), (0, &json!(128)));
    let strict = bench_with(None, |o| o.list_want_overflow = WantOverflow::Reject).await;
    refused(&strict.call("list_sched_task", with(json!({"Want": 101}))).await, 90104, false);
}

#[tokio::test]
async fn a_keyword_is_a_literal_part_of_title_or_text_in_any_letter_case() {
    let bench = bench().await;
    for (title, desc) in
        [("Flash SALE 100%", "x"), ("股票早报", "A_B"), ("Ärger in Σίγμας", "flash"), ("star * [x]", "")]
    {
        let content = json!({"From_Account": WHO, "OfflinePushInfo": {"Title": title, "Desc": desc}});
        bench.add("All", &later(60), content).await;
    }
    for (keyword, expected) in [
        ("", 4),
        ("flash", 2),
        ("FLASH s", 1),
        ("早报", 1),
        ("ärger", 1),
        ("σίγμασ", 1),
        ("%", 1),
        ("_", 1),
        ("*", 1),
        ("[x]", 1),
        ("h S", 1),
        ("%sale%", 0),
        ("A.B", 0),
        ("100%x", 0),
        ("\u{0}", 0),
    ] {
        let answer = bench.call("list_sched_task", with(json!({"Keyword": keyword}))).await;
        assert_eq!(answer["Total"], expected, "{keyword:?}");
        assert_eq!(titles(&answer).len(), expected, "{keyword:?}");
    }
}

#[tokio::test]
async fn a_changed_title_is_found_by_its_new_words_only() {
    let bench = bench().await;
    let id = bench.add("All", &later(60), everyone("old")).await;
    let change = json!({"OfflinePushInfo": {"Title": "New"}});
    bench.call("modify_sched_task", json!({"TaskID": id, "Type": "All", "Content": change})).await;
    let count = async |word: &str| {
        bench.call("list_sched_task", with(json!({"Keyword": word}))).await["Total"].clone()
    };
    assert_eq!((count("old").await, count("new").await), (json!(0), json!(1)));
}
