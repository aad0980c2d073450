//! The form of a task.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::form::Form;
use crate::theme::Theme;

/// Draws the form.
pub fn render(_state: &State, _form: &Form, _theme: &Theme, _area: Rect, _buf: &mut Buffer) {}
