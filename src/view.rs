//! `&State` to cells: one file per screen area or overlay, named as in `app`.
//!
//! Drawing is a pure function (I2): it changes nothing, waits for nothing and cannot fail. It lays
//! out only what is on the screen, and shows only text that was cleaned (I9).

pub mod board;
pub mod calls;
mod cells;
pub mod copy;
pub mod detail;
pub mod drafts;
pub mod filter;
pub mod find;
pub mod form;
pub mod header;
pub mod help;
pub mod highlight;
pub mod hint;
pub mod menu;
pub mod overlay;
pub mod overview;
pub mod palette;
pub mod profiles;
pub mod review;
mod screens;
pub mod sort;
mod status;
pub mod stop;
pub mod tabs;
pub mod text_field;
pub mod timeline;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

use crate::app::frame::{Areas, LEAST};
use crate::app::{Layer, State};
use crate::domain::text;
use crate::theme::Theme;
use cells::put;

/// Draws the table of one app, and what stands around it.
fn table_and_detail(state: &State, theme: &Theme, areas: &Areas, buf: &mut Buffer) {
    header::render(state, theme, areas.header, buf);
    status::tally(state, theme, areas.tally, buf);
    status::query(state, theme, areas.query, areas.tally.is_empty(), buf);
    board::render(state, theme, areas, buf);
    let is_covered = state.layers.iter().any(|layer| matches!(layer, Layer::Detail));
    if let Some(pane) = areas.detail.filter(|_| !is_covered) {
        detail::render(state, theme, pane, buf);
    }
}

/// Draws everything on `area`, which begins at the top left corner. Says where the cursor of the terminal
/// belongs: into the text field that has the keys, so that an input method opens beside what is typed.
pub fn render(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let screen = Rect::new(0, 0, state.size.0, state.size.1);
    if screen == area {
        return draw(state, theme, buf);
    }
    // The terminal changed its size and the state does not know yet: draw for the size that the
    // state decided by, and show what fits.
    let mut other = Buffer::empty(screen);
    let cursor = draw(state, theme, &mut other);
    for position in screen.intersection(area).positions() {
        if let (Some(to), Some(from)) = (buf.cell_mut(position), other.cell(position)) {
            *to = from.clone();
        }
    }
    cursor.filter(|cursor| area.contains(*cursor))
}

fn draw(state: &State, theme: &Theme, buf: &mut Buffer) -> Option<Position> {
    let Some(areas) = state.areas() else {
        too_small(theme, buf);
        return None;
    };
    if let Some(page) = state.overview() {
        overview::render(state, page, theme, buf);
    } else {
        table_and_detail(state, theme, &areas, buf);
    }
    hint::keys(state, theme, areas.hint, buf);
    let mut cursor = None;
    for layer in &state.layers {
        // Only the layer on top has the keys.
        cursor = over(state, layer, theme, &areas, buf);
    }
    // There the line of a filter stands while it is typed.
    if !matches!(state.layers.last(), Some(Layer::Filter(_))) {
        hint::message(state, theme, areas.message, buf);
    }
    cursor
}

/// Draws what lies over the board, one layer, and says where its cursor stands.
fn over(state: &State, layer: &Layer, theme: &Theme, areas: &Areas, buf: &mut Buffer) -> Option<Position> {
    // Header, message and hints stay as they are: where one is, what happened and what the keys do
    // holds for overlays too.
    let ground = areas.ground();
    // What goes on with the table, or takes its whole ground, dims nothing.
    if !matches!(
        layer,
        Layer::Detail
            | Layer::Filter(_)
            | Layer::Timeline(_)
            | Layer::Calls(_)
            | Layer::Call(_)
            | Layer::Overview(_)
    ) {
        overlay::dim(ground, theme, buf);
    }
    match layer {
        Layer::Detail => {
            let body = areas.detail.map_or(areas.table, |pane| areas.table.union(pane));
            Clear.render(body, buf);
            detail::render(state, theme, body, buf);
        }
        Layer::Filter(line) => return filter::render(state, line, theme, areas.message, buf),
        Layer::Find(find) => return find::render(state, find, theme, ground, buf),
        Layer::Sort(picker) => sort::render(state, *picker, theme, buf),
        Layer::Menu(menu) => menu::render(state, menu, theme, buf),
        Layer::Copy(menu) => copy::render(state, menu, theme, buf),
        Layer::Form(form) => return form::render(state, form, theme, ground, buf),
        Layer::Review(review) => return review::render(state, review, theme, ground, buf),
        Layer::Palette(palette) => return palette::render(state, palette, theme, buf),
        Layer::Profiles(list) => profiles::render(state, *list, theme, buf),
        // It is drawn in the place of the table.
        Layer::Overview(_) => {}
        Layer::Stop(list) => stop::render(state, list, theme, buf),
        Layer::Drafts(list) => drafts::render(state, list, theme, buf),
        Layer::Timeline(page) => timeline::render(state, page, theme, buf),
        Layer::Bucket(list) => timeline::bucket_list::render(state, list, theme, buf),
        Layer::Calls(list) => calls::render(state, *list, theme, ground, buf),
        Layer::Call(one) => calls::render_one(state, one, theme, ground, buf),
        Layer::Help(page) => return help::render(state, page, theme, ground, buf),
    }
    None
}

/// The one line of a screen without room.
fn too_small(theme: &Theme, buf: &mut Buffer) {
    let area = buf.area;
    let (width, height) = LEAST;
    let wordings = [
        format!("pushdeck needs {width}x{height}; this is {}x{}", area.width, area.height),
        format!("needs {width}x{height}"),
        format!("{width}x{height}"),
    ];
    let room = usize::from(area.width);
    let fitting = wordings.iter().find(|words| text::width(words) <= room).or(wordings.last());
    if let Some(words) = fitting {
        put(buf, area.x, area.y + area.height / 2, area.width, words, theme.plain());
    }
}
