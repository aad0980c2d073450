//! The review before a write.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::review::Review;
use crate::theme::Theme;

/// Draws the review.
pub fn render(_state: &State, _review: &Review, _theme: &Theme, _area: Rect, _buf: &mut Buffer) {}
