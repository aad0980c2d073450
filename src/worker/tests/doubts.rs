//! Writes in doubt beside others: of earlier runs, of other operators, among many.

use super::*;
use crate::app::OpenWrite;
use crate::store::{IntentId, NewIntent};

fn store() -> Arc<Store> {
    Arc::new(Store::open_in_memory().unwrap())
}

fn with(store: &Arc<Store>, rogue: &Rogue) -> Bench {
    Bench::start_with(rogue, QUICK, Journal::new(Some(Arc::clone(store)), "acme"), 64)
}

/// A create that another run wrote down just before.
fn noted(store: &Store, title: &str, number: u32) -> IntentId {
    let new = NewTask { kind: Kind::All, scheduled_at: due(), content: content(title) };
    let mut body = crate::domain::wire::add_body(APP, &new);
    body["Content"]["MsgRandom"] = number.into();
    let command = "add_sched_task".to_owned();
    let what = NewIntent { command, task: None, body, msg_random: Some(number) };
    store.begin_intent("acme", now(), &what).unwrap()
}

impl Bench {
    /// Looks into the one write that was left open.
    async fn settle(&mut self) -> Verdict {
        let Some(Message::LeftOpen(left)) = self.next().await else { panic!("nothing was left open") };
        let [open]: [OpenWrite; 1] = left.try_into().unwrap();
        self.ask(Effect::Settle { req: ReqId(1), open }).await;
        match self.next().await {
            Some(Message::Settled { req: ReqId(1), verdict }) => verdict,
            other => panic!("{other:?}"),
        }
    }
}

// --- what stays open -------------------------------------------------------------------------

#[tokio::test]
async fn what_can_never_be_told_is_open_for_one_more_start_and_then_no_longer() {
    let store = store();
    // It only takes away, and the service keeps what is left out.
    let rogue = cutting(|_, _| Act::Json(ok(json!({"TaskInfo": info(7, "t", 1, now())})))).await;
    let mut less = content("t");
    less.set("OfflinePushInfo.Desc", None);
    let change = Change { id: TaskId(7), kind: Kind::All, scheduled_at: None, content: Some(less) };
    let mut bench = with(&store, &rogue);
    assert!(matches!(bench.verdict(Write::Modify(change)).await, Verdict::CannotTell(_)));
    bench.close().await;
    assert_eq!(store.open_intents("acme").unwrap().len(), 1, "a crash now must not hide it");

    let mut bench = with(&store, &rogue);
    let Verdict::CannotTell(why) = bench.settle().await else { panic!("told") };
    assert!(why.contains("OfflinePushInfo.Desc besides"), "{why}");
    bench.close().await;
    assert_eq!(store.open_intents("acme").unwrap(), []);
    let closed = store.journal("acme", 1).unwrap()[0].closed.clone().unwrap();
    assert_eq!(closed.outcome, json!({"result": "cannot tell", "why": why}));
}

#[tokio::test]
async fn what_could_not_be_looked_into_stays_open_however_often_it_is_tried() {
    let store = store();
    noted(&store, "t", 55);
    let rogue = cutting(|_, _| Act::Json(fail(90104))).await;
    for _ in 0..2 {
        let mut bench = with(&store, &rogue);
        assert!(matches!(bench.settle().await, Verdict::CannotTell(_)));
        bench.close().await;
        assert_eq!(store.open_intents("acme").unwrap().len(), 1);
    }
}
