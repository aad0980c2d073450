//! Reads: asked, answered, and of no consequence when they are dropped half-way.

use super::Hands;
use crate::app::{Message, ReqId};
use crate::domain::{Priority, TaskId};

pub(super) async fn get(hands: &Hands, req: ReqId, id: TaskId, priority: Priority) -> Message {
    Message::Got { req, result: hands.client.get(id, priority).await.map(Box::new) }
}
