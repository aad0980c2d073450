//! One screenful of the review: its text, its foot, and what of it is still to be seen.

use std::sync::Arc;

use super::super::lines::{Line, LineKey};
use super::super::shared::Shared;
use super::foot;
use super::lines::body;
use super::model::Review;
use super::sight::{Must, Seen, Text, Topic, Unseen};

/// Widest text of a review.
pub const WIDEST: u16 = 76;
/// Lines of the ground under which the review has no frame but its title: what must be read needs them.
const LOW: u16 = 8;

/// Lines from which on one is free between the text and the foot.
const AIRY: usize = 14;

/// Whether the review has nothing around it but its title, on ground of that height.
pub fn is_bare(ground: u16) -> bool {
    ground < LOW
}

/// Cells across and lines down that lie around the text, on ground of that height: border and padding, or
/// the title and a cell on each side.
pub fn around(ground: u16) -> (u16, u16) {
    if is_bare(ground) { (2, 1) } else { (4, 2) }
}

/// Cells across and lines down that the text has, on the screen as it is: the ground between header
/// and message, without what lies around it.
pub(super) fn room(shared: &Shared) -> (u16, u16) {
    let Some(areas) = shared.areas() else { return (0, 0) };
    let height = areas.ground().height;
    let (across, down) = around(height);
    (areas.header.width.saturating_sub(across).min(WIDEST), height.saturating_sub(down))
}

/// One screenful of the review: what its frame shows, and where its window stands.
#[derive(Clone, Debug)]
pub struct ReviewPage {
    /// The text that scrolls.
    pub text: Arc<Text>,
    /// What always stays in sight: what to do now.
    pub foot: Vec<Line>,
    /// Lines of the text that there is room for.
    pub room: usize,
    /// Lines scrolled off the top.
    pub scroll: usize,
}

impl ReviewPage {
    /// Lines below the window.
    pub fn below(&self) -> usize {
        self.text.lines.len().saturating_sub(self.scroll + self.room)
    }

    /// The farthest scroll: the last line of the text stands just above the foot.
    pub(super) fn most(&self) -> usize {
        self.text.lines.len().saturating_sub(self.room)
    }

    fn shows(&self, line: usize) -> bool {
        (self.scroll..self.scroll + self.room).contains(&line)
    }

    /// The lines on the screen that must be seen.
    fn in_window(&self) -> impl Iterator<Item = &Must> {
        self.text.musts.iter().filter(|must| self.shows(must.at))
    }

    /// What is still to be seen.
    pub(super) fn unseen(&self, shared: &Shared, review: &Review) -> Unseen {
        unseen(shared, self, &review.seen_lines)
    }
}

/// The text that scrolls: as it was composed last, if that was for this room.
pub(super) fn text(shared: &Shared, review: &Review, room: (u16, u16)) -> Arc<Text> {
    match &review.text {
        Some((made_for, text)) if *made_for == room => Arc::clone(text),
        Some(_) | None => Arc::new(body(shared, review, room)),
    }
}

/// Composes the text anew: whatever it tells may have changed.
pub(in crate::app) fn compose(shared: &Shared, review: &mut Review) {
    let room = room(shared);
    review.text = Some((room, Arc::new(body(shared, review, room))));
}

/// What the review shows where there is room for so many cells across and lines down.
pub fn page(shared: &Shared, review: &Review, room: (u16, u16)) -> ReviewPage {
    let text = text(shared, review, room);
    let (width, height) = (usize::from(room.0), usize::from(room.1));
    let is_seen = text.musts.iter().all(|must| review.seen_lines.holds(must, shared.size));
    let foot_height = foot::height(shared, review, width, is_seen, height);
    let gap = usize::from(height >= AIRY);
    let room = height.saturating_sub(foot_height + gap);
    let mut page = ReviewPage { text, foot: Vec::new(), room, scroll: 0 };
    page.scroll = usize::from(review.scroll).min(page.most());
    let unseen = page.unseen(shared, review);
    page.foot = foot::lines(shared, review, width, &unseen, foot_height);
    page
}

/// What of a page is still to be seen.
fn unseen(shared: &Shared, page: &ReviewPage, seen: &Seen) -> Unseen {
    let open = || page.text.musts.iter().filter(|must| !seen.holds(must, shared.size));
    let hidden: Vec<&Must> = open().filter(|must| !page.shows(must.at)).collect();
    let (Some(first), Some(last)) = (hidden.first(), hidden.last()) else {
        return if open().next().is_none() { Unseen::Nothing } else { Unseen::NotDrawn };
    };
    let mut topics: Vec<Topic> = hidden.iter().map(|must| must.topic).collect();
    topics.sort_unstable();
    topics.dedup();
    let words: Vec<&str> = topics.into_iter().map(Topic::word).collect();
    let end = page.scroll + page.room;
    let below = last.at >= end;
    let away = if below { last.at + 1 - end } else { page.scroll - first.at };
    Unseen::Elsewhere { below, screens: away.div_ceil(page.room.max(1)), words: words.join(", ") }
}

/// The lines that must be seen and are on the screen, drawn from the state as it is: the review lies on
/// top, and its window shows them.
pub(in crate::app) fn in_sight(shared: &Shared, review: &Review) -> Vec<LineKey> {
    page(shared, review, room(shared)).in_window().map(|must| must.key).collect()
}
