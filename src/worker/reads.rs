//! Reads: asked, answered, and of no consequence when they are dropped half-way.

use super::dependencies::Dependencies;
use crate::app::{Message, ReqId};
use crate::domain::{Priority, TaskId};

pub(super) async fn get(deps: &Dependencies, req: ReqId, id: TaskId, priority: Priority) -> Message {
    Message::Got { req, result: deps.client.get(id, priority).await.map(Box::new) }
}
