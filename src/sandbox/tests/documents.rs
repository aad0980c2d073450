//! The samples of the service's own pages (1047/78839 to 78843), as they are printed there.

use super::*;

const PAGE_APP: &str = r#""Sdkappid": 88888888"#;

/// A time before the samples', so that their `SchedAt` lies ahead.
async fn in_2025() -> Bench {
    let bench = bench().await;
    bench.clock.set(at("2025-05-20 08:30:00"));
    bench
}

#[tokio::test]
async fn the_samples_of_the_create_page_are_accepted() {
    let bench = in_2025().await;
    for body in [
        r#"{"Sdkappid": 88888888,"Type": "Tag","SchedAt": "2025-06-01 10:00:00","Content": {"From_Account": "administrator","Condition": {"TagsAnd": ["Stock A","Stock B"]},"OfflinePushInfo": {"Title": "Offline Push Title","Desc": "Offline Push Content"}}}"#,
        r#"{"Sdkappid": 88888888,"Type": "All","SchedAt": "2025-06-01 10:00:00","Content": {"From_Account": "administrator","OfflinePushInfo": {"Title": "Offline Push Title","Desc": "Offline Push Content"}}}"#,
        // As printed, but without the comment inside.
        r#"{"Sdkappid": 88888888,"Type": "User","SchedAt": "2025-06-01 10:00:00","Content": {"From_Account": "administrator","To_Account": ["user1","user2"],"OfflinePushInfo": {"Title": "Offline Push Title","Desc": "Offline Push Content"}}}"#,
    ] {
        let answer = bench.raw("add_sched_task", body).await;
        assert_eq!(answer["ErrorCode"], 0, "{answer}");
        assert!(answer["TaskID"].as_i64().is_some_and(|id| id > 0));
    }
}

#[tokio::test]
async fn the_comments_in_the_samples_are_no_json() {
    let bench = in_2025().await;
    let body = "{\"Sdkappid\": 88888888,\"TaskID\": 1234567890, // TaskID returned when the task was created\n\"Type\": \"All\",\"SchedAt\": \"2025-06-15 14:00:00\"}";
    refused(&bench.raw("modify_sched_task", body).await, 60003, false);
}

#[tokio::test]
async fn the_samples_of_the_other_pages_work_on_a_task_that_is_there() {
    let bench = bench_with(None, |o| o.first_task_id = 1_234_567_890).await;
    bench.clock.set(at("2025-05-20 08:30:00"));
    bench
        .add(
            "All",
            "2025-06-01 10:00:00",
            json!({"From_Account": 12345, "MsgRandom": 123_456,
        "OfflinePushInfo": {"Title": "Push Title", "Desc": "Push Content Description"}}),
        )
        .await;

    let get = format!(r#"{{{PAGE_APP},"TaskID": 1234567890}}"#);
    let mut answer = bench.raw("get_sched_task", get.clone()).await;
    answer.as_object_mut().unwrap().shift_remove("RequestId");
    let printed: Value = serde_json::from_str(r#"{"ActionStatus": "OK","ErrorInfo": "","ErrorCode": 0,"TaskInfo": {"TaskID": 1234567890,"Sdkappid": 88888888,"CreateAt": "2025-05-20 08:30:00","Type": "All","SchedAt": "2025-06-01 10:00:00","Content": {"From_Account": 12345,"MsgRandom": 123456,"OfflinePushInfo": {"Title": "Push Title","Desc": "Push Content Description"}},"Title": "Push Title","Desc": "Push Content Description","Status": "pending","DispatchSuccess": 0,"DispatchErr": "","PushTaskID": ""}}"#).unwrap();
    assert_eq!(answer, printed);

    let list = r#"{"Sdkappid": 88888888,"Offset": 0,"Want": 20,"OrderBy": "schedat","Asc": false,"BeginTime": "2025-05-01 00:00:00","EndTime": "2025-06-01 00:00:00","Keyword": "Push Title"}"#;
    let answer = bench.raw("list_sched_task", list).await;
    // 31 days pass, and by its creation the task is there although it is due later.
    assert_eq!(answer["Tasks"], json!([printed["TaskInfo"]]));
    let answer = bench.raw("list_sched_task", list.replace("schedat", "createAt")).await;
    assert_eq!(answer["Tasks"], json!([printed["TaskInfo"]]));

    for (body, title, sched_at) in [
        (r#""Type": "All","SchedAt": "2025-06-15 14:00:00""#, "Push Title", "2025-06-15 14:00:00"),
        (
            r#""Type": "All","Content": {"OfflinePushInfo": {"Title": "New Push Title","Desc": "New Push Content Description"}}"#,
            "New Push Title",
            "2025-06-15 14:00:00",
        ),
        (
            r#""Type": "All","SchedAt": "2025-07-01 09:00:00","Content": {"OfflinePushInfo": {"Title": "Updated Title","Desc": "Updated Description"}}"#,
            "Updated Title",
            "2025-07-01 09:00:00",
        ),
    ] {
        let body = format!(r#"{{{PAGE_APP},"TaskID": 1234567890,{body}}}"#);
        let answer = bench.raw("modify_sched_task", body).await;
        assert_eq!((&answer["ErrorCode"], &answer["TaskID"]), (&json!(0), &json!(1_234_567_890)));
        let task = bench.get(1_234_567_890).await;
        assert_eq!((&task["Title"], &task["SchedAt"]), (&json!(title), &json!(sched_at)));
    }

    let delete = format!(r#"{{{PAGE_APP},"TaskID": 1234567890,"Type": "All"}}"#);
    assert_eq!(bench.raw("delete_sched_task", delete).await["TaskID"], 1_234_567_890);
    refused(&bench.raw("get_sched_task", get).await, 90104, false);
}
