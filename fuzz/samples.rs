//! Answers of the service as its documents show them, and what may stand in them instead.

/// A page with a task of each state.
pub(crate) const PAGE: &str = r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"RequestId":"09e1-4f","Total":3,"Tasks":[
{"TaskID":1234567890,"Sdkappid":88888888,"CreateAt":"2026-11-20 08:30:00","Type":"All","SchedAt":"2026-11-22 10:00:00","Content":{"From_Account":"administrator","MsgRandom":123456,"OfflinePushInfo":{"Title":"Flash sale","Desc":"Until midnight","Ext":"{\"page\":1}","PushFlag":0,"ApnsInfo":{"BadgeMode":0,"MutableContent":1},"AndroidInfo":{"Sound":"a.mp3","OPPOChannelID":"x"}}},"Title":"Flash sale","Desc":"Until midnight","Status":"pending","DispatchSuccess":0,"DispatchErr":"","PushTaskID":""},
{"TaskID":1234567891,"Sdkappid":88888888,"CreateAt":"2026-11-20 08:30:00","Type":"Tag","SchedAt":"2026-11-21 06:03:20","Content":{"From_Account":12345,"Condition":{"TagsAnd":["A","B"],"TagsNot":["vip"]},"OfflinePushInfo":{"Title":"股票早报","Desc":"开盘","Ext":null}},"Title":"股票早报","Desc":"开盘","Status":"dispatching","DispatchSuccess":0,"DispatchErr":"","PushTaskID":""},
{"TaskID":1234567892,"Sdkappid":88888888,"CreateAt":"2026-11-20 08:30:00","Type":"User","SchedAt":"2026-11-21 05:00:00","Content":{"From_Account":"administrator","To_Account":["anna","bela"],"OfflinePushInfo":{"Title":"Order shipped 🚚","Desc":"מחר"}},"Title":"Order shipped 🚚","Desc":"מחר","Status":"dispatched","DispatchSuccess":0,"DispatchErr":"90109: quota","PushTaskID":"88888888_1_7f"}]}"#;

/// One task.
pub(crate) const TASK: &str = r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"TaskInfo":{"TaskID":1234567890,"Sdkappid":88888888,"CreateAt":"2025-05-20 08:30:00","Type":"All","SchedAt":"2025-06-01 10:00:00","Content":{"From_Account":12345,"MsgRandom":123456,"OfflinePushInfo":{"Title":"Push Title","Desc":"Push Content Description"}},"Title":"Push Title","Desc":"Push Content Description","Status":"pending","DispatchSuccess":0,"DispatchErr":"","PushTaskID":""}}"#;

/// A created task, and a refusal.
pub(crate) const OTHERS: [&str; 2] = [
    r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"TaskID":1234567890}"#,
    r#"{"ActionStatus":"FAIL","ErrorInfo":"some accounts are invalid","ErrorCode":90108,"TaskID":0,"InvalidUserID":["bela"]}"#,
];

/// Values that no document names.
pub(crate) const VALUES: &[&str] = &[
    "null",
    "true",
    "-1",
    "0",
    "1e400",
    "0.1",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "[]",
    "{}",
    "[[[[[[]]]]]]",
    "[null,1,\"x\",{}]",
    "{\"Title\":{}}",
    "{\"TagsAnd\":\"A\",\"TagsOr\":[[\"B\"]]}",
    "\"\"",
    "\"\\u001b[2J\\u001b]0;x\\u0007\"",
    "\"\\u202e\\u2066\\u200b\\ufeff\"",
    "\"a\\u0300\\u0301\\u0302\\u0303\\u0304\\u0305\\u0306\"",
    "\"\\ud83d\\udc68\\u200d\\ud83d\\udc69\\u200d\\ud83d\\udc67\\ufe0f\"",
    "\"\\u0644\\u0627\\u0e33\\u1160\"",
    "\"0000-00-00 00:00:00\"",
    "\"9999-12-31 23:59:59\"",
    "\"0001-01-01 00:00:00\"",
    "\"All\"",
    "\"Everyone\"",
    "\"\\r\\n\\t\\u0000\\u009b31m\"",
];

/// Pieces that tear JSON apart.
pub(crate) const PIECES: &[&str] = &[
    "\"",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\\",
    "\\u",
    "\\ud800",
    "null",
    "1e999",
    "\u{1b}[31m",
    "\u{0}",
    "\u{ff}",
    "\u{202e}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "<html>",
];
