//! `:reload`, as the worker does it.

use super::*;
use crate::app::ReqId;

#[tokio::test]
async fn what_was_read_again_is_used_from_the_moment_it_is_taken_over() {
    let server = MockServer::start(|_, _| page(&[])).await;
    let mut bench = Bench::start(&server);
    bench.ask(Effect::Adopt { req: ReqId(1) }).await;
    let Some(Message::Adopted { req: ReqId(1), result: Err(_) }) = bench.next().await else {
        panic!("there was nothing to take over");
    };
    bench.ask(Effect::Reload { req: ReqId(2) }).await;
    let Some(Message::Reloaded { req: ReqId(2), result: Ok(read) }) = bench.next().await else {
        panic!("not read");
    };
    assert_eq!((read.setup.sdkappid, read.same_place), (7, false));
    bench.ask(Effect::Adopt { req: ReqId(3) }).await;
    assert_eq!(bench.next().await, Some(Message::Adopted { req: ReqId(3), result: Ok(()) }));
    bench.ask(list(4)).await;
    assert_eq!(answered(&bench.next().await.unwrap()), Some(ReqId(4)));
    assert_eq!(server.requests().pop().unwrap().query("sdkappid"), "7");
    assert!(bench.close().await.is_empty());
}
