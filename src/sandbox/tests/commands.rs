//! What each command does when it succeeds, and what refuses it.

use super::*;

#[tokio::test]
async fn a_created_task_is_given_back_as_it_was_sent_with_a_random_number_added() {
    let bench = bench().await;
    let content = r#"{"From_Account":"administrator","Novel":{"deep":[1.0,2.50,12345678901234567890123]},"OfflinePushInfo":{"Title":"早报 🔥","Desc":"d","New":null}}"#;
    let body = format!(r#"{{"Sdkappid":{APP},"Type":"All","SchedAt":"{}","Content":{content}}}"#, later(60));
    let id = bench.raw("add_sched_task", body).await["TaskID"].as_i64().unwrap();
    assert_eq!(id, Options::default().first_task_id);

    let task = bench.get(id).await;
    let mut given = task["Content"].clone();
    let random = given.as_object_mut().unwrap().shift_remove("MsgRandom").unwrap();
    assert!(random.as_u64().is_some_and(|n| u32::try_from(n).is_ok()));
    assert_eq!(given.to_string(), content);
    let mut rest = task;
    rest.as_object_mut().unwrap().shift_remove("Content");
    assert_eq!(
        rest,
        json!({"TaskID": id, "Sdkappid": APP, "CreateAt": NOW, "Type": "All", "SchedAt": later(60),
            "Title": "早报 🔥", "Desc": "d", "Status": "pending", "DispatchSuccess": 0, "DispatchErr": "", "PushTaskID": ""})
    );
}

#[tokio::test]
async fn a_given_random_number_is_kept() {
    let bench = bench().await;
    let mut content = everyone("t");
    content["MsgRandom"] = json!(42);
    let id = bench.add("All", &later(60), content).await;
    assert_eq!(bench.get(id).await["Content"]["MsgRandom"], 42);
    let plain = bench_with(None, |o| o.inject_msg_random = false).await;
    let id = plain.add("All", &later(60), everyone("t")).await;
    assert_eq!(plain.get(id).await["Content"].get("MsgRandom"), None);
}

#[tokio::test]
async fn equal_creates_make_two_tasks_and_ids_grow_and_are_never_used_again() {
    let bench = bench().await;
    let one = bench.add("All", &later(60), everyone("t")).await;
    let two = bench.add("All", &later(60), everyone("t")).await;
    bench.call("delete_sched_task", json!({"TaskID": two, "Type": "All"})).await;
    let three = bench.add("All", &later(60), everyone("t")).await;
    assert!(one < two && two < three);
}

#[tokio::test]
async fn a_create_that_is_not_as_documented_is_refused() {
    let bench = bench().await;
    let good = json!({"Sdkappid": APP, "Type": "All", "SchedAt": later(60), "Content": everyone("t")});
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    let without = |key: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().shift_remove(key);
        body
    };
    for key in ["Sdkappid", "Type", "SchedAt", "Content"] {
        refused(&bench.raw("add_sched_task", without(key).to_string()).await, 90104, true);
    }
    for (key, value) in [
        ("Sdkappid", json!("88888888")),
        ("Sdkappid", json!(1)),
        ("Sdkappid", json!(-1)),
        ("Type", json!("ALL")),
        ("Type", json!(1)),
        ("Type", json!("Tag")),
        ("Type", json!("User")),
        ("SchedAt", json!("2030-02-30 00:00:00")),
        ("SchedAt", json!("2030-01-01T00:00:00")),
        ("SchedAt", json!(" 2030-01-01 00:00:00")),
        ("SchedAt", json!("2030-01-01 00:00:60")),
        ("SchedAt", json!(1_893_456_000)),
        ("Content", json!("{}")),
        ("Content", json!({})),
        ("Content", json!({"From_Account": "a", "OfflinePushInfo": []})),
        ("Content", json!({"From_Account": "", "OfflinePushInfo": {}})),
        ("Content", json!({"From_Account": "a", "To_Account": ["x"], "OfflinePushInfo": {}})),
        ("Content", json!({"From_Account": "a", "DataId": "x".repeat(65), "OfflinePushInfo": {}})),
        ("Content", json!({"From_Account": "a", "OfflinePushInfo": {"Desc": "x".repeat(11_000)}})),
    ] {
        refused(&bench.raw("add_sched_task", with(key, value).to_string()).await, 90104, true);
    }
    refused(&bench.raw("add_sched_task", with("SchedAt", json!(NOW)).to_string()).await, 90110, true);
    let unknown = bench.raw("add_sched_task", with("Type", json!("xxx")).to_string()).await;
    assert_eq!(
        unknown["ErrorInfo"],
        "invalid request! check failed: invalid type: xxx, parse to tasktype failed: invalid type: xxx"
    );
    let listed = bench.call("list_sched_task", listing::everything()).await;
    assert_eq!(listed["Total"], 0, "nothing was made by any of them");
}

#[tokio::test]
async fn the_push_style_gives_the_codes_of_the_push_service() {
    let bench = bench_with(None, |o| o.content_error_style = ErrorStyle::Push).await;
    let tags = json!({"TagsAnd": ["a"], "AttrsAnd": {"b": "c"}});
    let content = json!({"From_Account": "a", "Condition": tags, "OfflinePushInfo": {}});
    let body = json!({"Type": "Tag", "SchedAt": later(60), "Content": content});
    refused(&bench.call("add_sched_task", body).await, 90039, true);
}

#[tokio::test]
async fn the_quota_counts_what_is_still_to_be_sent() {
    let bench = bench_with(None, |o| o.max_active_tasks = 2).await;
    bench.add("All", &later(1), everyone("t")).await;
    let id = bench.add("All", &later(60), everyone("t")).await;
    let third = json!({"Type": "All", "SchedAt": later(60), "Content": everyone("t")});
    refused(&bench.call("add_sched_task", third.clone()).await, 90109, true);
    bench.pass(1000).await;
    refused(&bench.call("add_sched_task", third.clone()).await, 90109, true);
    bench.pass(500).await;
    assert_eq!(bench.call("add_sched_task", third.clone()).await["ErrorCode"], 0, "one was dispatched");
    bench.call("delete_sched_task", json!({"TaskID": id, "Type": "All"})).await;
    assert_eq!(bench.call("add_sched_task", third).await["ErrorCode"], 0, "one was deleted");
}

#[tokio::test]
async fn seeded_tasks_leave_the_whole_quota_to_others() {
    let bench = bench_with(Some(Seed::default()), |o| o.max_active_tasks = 3).await;
    for _ in 0..3 {
        bench.add("All", &later(60), everyone("t")).await;
    }
    let body = json!({"Type": "All", "SchedAt": later(60), "Content": everyone("t")});
    refused(&bench.call("add_sched_task", body).await, 90109, true);
}

#[tokio::test]
async fn a_modify_changes_the_time_or_merges_the_content() {
    let bench = bench().await;
    let content = json!({"From_Account": WHO, "Condition": {"TagsAnd": ["a"], "TagsNot": ["b"]},
        "OfflinePushInfo": {"Title": "old", "Desc": "d", "Ext": "{}"}});
    let id = bench.add("Tag", &later(60), content).await;
    let before = bench.get(id).await;
    bench.clock.advance(Duration::from_secs(5));

    let ok =
        bench.call("modify_sched_task", json!({"TaskID": id, "Type": "Tag", "SchedAt": later(90)})).await;
    assert_eq!((&ok["ErrorCode"], &ok["TaskID"]), (&json!(0), &json!(id)));
    let mut expected = before.clone();
    expected["SchedAt"] = json!(later(90));
    assert_eq!(bench.get(id).await, expected);

    let change = json!({"OfflinePushInfo": {"Title": "new", "Ext": null}, "Condition": {"TagsAnd": ["c"]}});
    bench.call("modify_sched_task", json!({"TaskID": id, "Type": "Tag", "Content": change})).await;
    expected["Title"] = json!("new");
    expected["Content"]["OfflinePushInfo"] = json!({"Title": "new", "Desc": "d"});
    expected["Content"]["Condition"]["TagsAnd"] = json!(["c"]);
    assert_eq!(bench.get(id).await, expected);
}

#[tokio::test]
async fn a_modify_that_leaves_the_content_incomplete_is_refused() {
    let bench = bench().await;
    let id = bench.add("All", &later(60), everyone("t")).await;
    let before = bench.get(id).await;
    for change in [
        json!({"From_Account": null}),
        json!({"OfflinePushInfo": null}),
        json!({"OfflinePushInfo": "x"}),
        json!({"To_Account": ["x"]}),
        json!([]),
    ] {
        let body = json!({"TaskID": id, "Type": "All", "SchedAt": later(90), "Content": change});
        refused(&bench.call("modify_sched_task", body).await, 90104, true);
    }
    for body in [
        json!({"TaskID": id, "Type": "All"}),
        json!({"TaskID": id, "Type": "All", "SchedAt": null, "Content": null}),
        json!({"TaskID": null, "Type": "All", "SchedAt": later(90)}),
        json!({"TaskID": id, "Type": "Tag", "SchedAt": later(90)}),
        json!({"TaskID": id + 1, "Type": "All", "SchedAt": later(90)}),
        json!({"TaskID": id.to_string(), "Type": "All", "SchedAt": later(90)}),
    ] {
        refused(&bench.call("modify_sched_task", body).await, 90104, true);
    }
    let past = json!({"TaskID": id, "Type": "All", "SchedAt": NOW});
    refused(&bench.call("modify_sched_task", past).await, 90110, true);
    assert_eq!(bench.get(id).await, before);
}

#[tokio::test]
async fn the_content_of_a_due_task_can_be_changed_until_the_dispatcher_comes() {
    let bench = bench().await;
    let id = bench.add("All", &later(1), everyone("t")).await;
    bench.clock.advance(Duration::from_secs(5));
    let body = json!({"TaskID": id, "Type": "All", "Content": {"OfflinePushInfo": {"Title": "late"}}});
    assert_eq!(bench.call("modify_sched_task", body).await["ErrorCode"], 0);
    assert_eq!(bench.get(id).await["Title"], "late");
}

#[tokio::test]
async fn replacing_takes_the_old_content_away() {
    let bench = bench_with(None, |o| o.modify_content = ModifyContent::Replace).await;
    let id = bench.add("All", &later(60), everyone("t")).await;
    let change = |content: Value| json!({"TaskID": id, "Type": "All", "Content": content});
    let part = bench.call("modify_sched_task", change(json!({"OfflinePushInfo": {"Title": "n"}}))).await;
    refused(&part, 90104, true);
    let whole = json!({"From_Account": "b", "OfflinePushInfo": {"Title": "n"}});
    assert_eq!(bench.call("modify_sched_task", change(whole)).await["ErrorCode"], 0);
    let now = bench.get(id).await;
    assert_eq!((&now["Desc"], &now["Content"]["From_Account"]), (&json!(""), &json!("b")));
    assert!(now["Content"]["MsgRandom"].is_u64());
}

#[tokio::test]
async fn a_deleted_task_is_gone_for_every_command() {
    let bench = bench().await;
    let id = bench.add("All", &later(60), everyone("t")).await;
    let delete = json!({"TaskID": id, "Type": "All"});
    refused(&bench.call("delete_sched_task", json!({"TaskID": id, "Type": "User"})).await, 90104, true);
    refused(&bench.call("delete_sched_task", json!({"TaskID": id})).await, 90104, true);
    let ok = bench.call("delete_sched_task", delete.clone()).await;
    assert_eq!((&ok["ErrorCode"], &ok["TaskID"]), (&json!(0), &json!(id)));
    refused(&bench.call("delete_sched_task", delete).await, 90104, true);
    refused(&bench.call("get_sched_task", json!({"TaskID": id})).await, 90104, false);
    let modify = json!({"TaskID": id, "Type": "All", "SchedAt": later(90)});
    refused(&bench.call("modify_sched_task", modify).await, 90104, true);
    assert_eq!(bench.call("list_sched_task", listing::everything()).await["Total"], 0);
}

#[tokio::test]
async fn a_get_wants_a_whole_number_and_ignores_a_type() {
    let bench = bench().await;
    let id = bench.add("All", &later(60), everyone("t")).await;
    let extra = bench.call("get_sched_task", json!({"TaskID": id, "Type": 5, "x": []})).await;
    assert_eq!(extra["TaskInfo"]["TaskID"], id);
    for wrong in [json!("1"), json!(1.5), json!(true), json!(null), json!(0), json!(-1), json!(u64::MAX)] {
        refused(&bench.call("get_sched_task", json!({"TaskID": wrong})).await, 90104, false);
    }
    refused(&bench.call("get_sched_task", json!({"taskid": id})).await, 90104, false);
}

#[tokio::test]
async fn known_accounts_are_checked_at_create_and_modify() {
    let bench = bench_with(None, |o| o.known_accounts = Some(["anna".to_owned()].into())).await;
    let to = |accounts: &[&str]| json!({"From_Account": WHO, "To_Account": accounts, "OfflinePushInfo": {}});
    let body = json!({"Type": "User", "SchedAt": later(60), "Content": to(&["zoe", "anna", "zoe"])});
    let answer = bench.call("add_sched_task", body).await;
    refused(&answer, 90108, true);
    assert_eq!(answer["InvalidUserID"], json!(["zoe"]));
    let id = bench.add("User", &later(60), to(&["anna"])).await;
    let body = json!({"TaskID": id, "Type": "User", "Content": {"To_Account": ["bela"]}});
    assert_eq!(bench.call("modify_sched_task", body).await["InvalidUserID"], json!(["bela"]));
}
