//! The one function that changes the state: a message in, effects out.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::domain::kept::KeptDraft;
use crate::domain::{Coverage, Failure, Page, Task, TaskId, text, when};
use crate::keymap::{self, Action, Scope};

use super::board::hit::TableHit;
use super::board::{self, sync};
use super::clip;
use super::effect::Effect;
use super::layer::Layer;
use super::message::Message;
use super::mouse::Mouse;
use super::next::{Destination, Go, Next};
use super::pointer::{self, PointedAt};
use super::presence::Pressed;
use super::request::{Moment, ReqId};
use super::review::Screens;
use super::shared::{Position, Shared};
use super::state::State;
use super::{detail, drafts, form, reload, review, sort, text_field};

/// Takes one message into account.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let is_input = matches!(message, Message::Key(_) | Message::Pasted(_) | Message::Mouse(_));
    let said_before = state.notes;
    let mut effects = take(state, message);
    effects.extend(board::tell(state));
    leave_note_behind(state, is_input, said_before);
    board::read_screen(state);
    let (shared, screens) = state.split();
    if let Some(review) = screens.review {
        review::compose(shared, review);
    }
    effects
}

/// What was said to a key holds for the place where the operator is then, and goes when that is left.
fn leave_note_behind(state: &mut State, is_input: bool, said_before: u64) {
    let here = Position {
        scope: state.scopes().first().copied().unwrap_or(Scope::Tasks),
        task: state.board.selected,
    };
    let is_new = state.notes != said_before;
    let Some(note) = &mut state.note else { return };
    match note.at {
        _ if is_new => note.at = is_input.then_some(here),
        // An answer that moves the selection is not the operator who leaves.
        Some(_) if !is_input => note.at = Some(here),
        Some(at) if at != here => state.note = None,
        Some(_) | None => {}
    }
}

fn take(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Ticked(now) => on_tick(state, now),
        Message::Drawn { at, rendered, size, lines } => {
            state.now = at;
            // What was drawn for another size shows other parts of it.
            if size == state.size {
                let (shared, mut screens) = state.split();
                review::on_drawn(shared, &mut screens, rendered, lines);
            }
            Vec::new()
        }
        of_terminal @ (Message::Key(_)
        | Message::Mouse(_)
        | Message::Focused(_)
        | Message::Pasted(_)
        | Message::Resized { .. }
        | Message::Answered(_)
        | Message::EndAsked
        | Message::StopAsked
        | Message::WentOn) => on_terminal_message(state, of_terminal),
        Message::OnScreen(is_on_screen) => {
            state.presence.is_on_screen = is_on_screen;
            if is_on_screen { board::on_focused(state) } else { Vec::new() }
        }
        Message::CameFor { id, action } => came_for(state, id, action),
        Message::RefreshAsked => perform_at_table(state, Action::Refresh),
        Message::Noted(text) => {
            state.warn(text);
            Vec::new()
        }
        Message::Copied(copied) => {
            clip::on_copied(state, *copied);
            Vec::new()
        }
        Message::Signed { until, given } => {
            state.connection.signed(until, given);
            warn_of_signature(state);
            Vec::new()
        }
        Message::Called(call) => {
            let now = state.now;
            if state.connection.called(&call, now) {
                state.warn(format!(
                    "too many calls ({}): something else also calls for this app; the automatic \
                     refresh uses {} less often for a while",
                    call.code().unwrap_or_default(),
                    call.command.name()
                ));
            }
            state.calls.push(call);
            Vec::new()
        }
        Message::Learnt { limits, is_new } => {
            board::on_learnt(state, *limits, is_new);
            Vec::new()
        }
        Message::Narrowed { req, query } => {
            board::on_narrowed(state, req, query);
            Vec::new()
        }
        Message::Listed { req, result } => on_listed(state, req, result),
        Message::SyncRead { req, page, coverage } => on_sync_read(state, req, &page, *coverage),
        Message::Synced { req, result } => sync::on_synced(state, req, result.map(|coverage| *coverage)),
        Message::Recalled { rows, read_at } => {
            sync::on_recalled(state, rows, read_at);
            Vec::new()
        }
        Message::SnapshotKept { req, result } => {
            sync::on_kept(state, req, &result);
            Vec::new()
        }
        Message::Reloaded { req, result } => reload::on_reloaded(state, req, result.map(|read| *read)),
        Message::Adopted { req, result } => reload::on_adopted(state, req, result),
        Message::DraftLoaded { req, result } => {
            let (shared, screens) = state.split();
            form::on_draft_loaded(shared, screens.form, req, result)
        }
        Message::DraftKept { req, result } => {
            form::on_draft_kept(state, req, result);
            Vec::new()
        }
        Message::DraftsListed { req, result } => {
            for layer in &mut state.layers {
                if let Layer::Drafts(list) = layer {
                    list.on_listed(req, &result);
                }
            }
            Vec::new()
        }
        Message::DraftRestored { req, result } => on_restored(state, req, result.map(|kept| *kept)),
        of_write @ (Message::LeftOpen(_)
        | Message::Checked { .. }
        | Message::EndedElsewhere { .. }
        | Message::Got { .. }
        | Message::Wrote { .. }
        | Message::OutcomeUnknown { .. }
        | Message::Stopped { .. }
        | Message::Searched { .. }
        | Message::Settled { .. }) => on_write_message(state, of_write),
    }
}

/// What the operator did, and what the system asks of the program in its terminal.
fn on_terminal_message(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(event) => on_key(state, event),
        Message::Mouse(mouse) => on_mouse(state, mouse),
        Message::Focused(is_focused) => {
            state.presence.is_focused = is_focused;
            if is_focused { board::on_focused(state) } else { Vec::new() }
        }
        Message::Pasted(text) => {
            on_paste(state, &text);
            Vec::new()
        }
        Message::Resized { columns, rows } => on_resized(state, (columns, rows)),
        Message::Answered(answer) => {
            state.terminal.learn(answer);
            Vec::new()
        }
        Message::EndAsked => {
            on_input(state);
            let mut effects = keep_draft(state);
            effects.push(Effect::Quit);
            effects
        }
        Message::StopAsked => suspend(state),
        Message::WentOn => {
            // Whoever continues it looks at it; where not, the terminal says so.
            state.presence.is_focused = true;
            let (shared, screens) = state.split();
            review::on_resumed(shared, screens.review);
            vec![Effect::TakeTerminal]
        }
        // The others are not of the terminal: see `take`.
        _ => Vec::new(),
    }
}

/// What is told of a write, and what was read for one.
fn on_write_message(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::LeftOpen(left) => review::take_up(state, left),
        Message::Checked { req, sight, next_in, opens_in } => {
            review::on_checked(state, req, sight, next_in, opens_in);
            Vec::new()
        }
        Message::EndedElsewhere { entry, verdict } => {
            on_write(state, |shared, screens| review::on_ended_elsewhere(shared, screens, entry, verdict))
        }
        Message::Got { req, result } => {
            if board::go_to::on_read_again(state, req, &result) || sync::on_rechecked(state, req, &result) {
                return Vec::new();
            }
            if let Some(mut effects) = board::by_id::on_got(state, req, &result) {
                let tasks: Vec<&Task> = result.iter().map(AsRef::as_ref).collect();
                effects.extend(on_write(state, |shared, screens| review::learn(shared, screens, &tasks)));
                return effects;
            }
            on_write(state, |shared, screens| review::on_got(shared, screens, req, result.map(|task| *task)))
        }
        Message::Wrote { req, result } => {
            on_write(state, |shared, screens| review::on_wrote(shared, screens, req, result))
        }
        Message::OutcomeUnknown { req, failure, open } => on_write(state, |shared, screens| {
            review::on_unknown(shared, screens, req, failure, *open);
            Vec::new()
        }),
        Message::Stopped { req, why } => {
            on_write(state, |shared, screens| review::on_stopped(shared, screens, req, why))
        }
        Message::Searched { req, sight, opens_in } => {
            on_write(state, |shared, screens| review::on_searched(shared, screens, req, sight, opens_in))
        }
        Message::Settled { req, verdict } => {
            on_write(state, |shared, screens| review::on_settled(shared, screens, req, verdict))
        }
        // The others are not of a write: see `take`.
        _ => Vec::new(),
    }
}

/// What became of a write, told to the review and the form that lie over the table. A form whose text
/// became a task is closed.
fn on_write(
    state: &mut State,
    told: impl FnOnce(&mut Shared, &mut Screens<'_>) -> Vec<Effect>,
) -> Vec<Effect> {
    let (shared, mut screens) = state.split();
    let effects = told(shared, &mut screens);
    if let Some(slot) = screens.used_up.take() {
        state.close_form(&slot);
    }
    effects
}

/// A page came, or did not. What it brings is held against the writes of unknown outcome, and against what
/// is under review, before it is shown.
fn on_listed(state: &mut State, req: ReqId, result: Result<Page, Failure>) -> Vec<Effect> {
    let asked = board::on_listed(state, req, result.as_ref().map_err(Clone::clone));
    let Some((asked, page)) = asked.zip(result.ok()) else { return Vec::new() };
    let mut effects = hold_against_writes(state, &page);
    effects.extend(board::take(state, &asked, &page));
    effects
}

/// A page of the whole range came: with it the same is done.
fn on_sync_read(state: &mut State, req: ReqId, page: &Page, coverage: Coverage) -> Vec<Effect> {
    if !sync::is_asked(state, req) {
        return Vec::new();
    }
    let effects = hold_against_writes(state, page);
    sync::on_read(state, page, coverage);
    effects
}

fn hold_against_writes(state: &mut State, page: &Page) -> Vec<Effect> {
    let tasks: Vec<&Task> = page.tasks.iter().map(Arc::as_ref).collect();
    on_write(state, |shared, screens| {
        let mut effects = review::learn(shared, screens, &tasks);
        effects.extend(review::compare_with_list(shared, screens, &tasks));
        effects
    })
}

/// A draft of the list is the one of its form again, or could not be.
fn on_restored(state: &mut State, req: ReqId, result: Result<KeptDraft, String>) -> Vec<Effect> {
    let waits =
        |layer: &mut Layer| if let Layer::Drafts(list) = layer { list.stops_waiting(req) } else { false };
    let Some(at) = state.layers.iter_mut().position(waits) else { return Vec::new() };
    let is_on_top = at + 1 == state.layers.len();
    match drafts::on_restored(state, is_on_top, result) {
        Some(target) => {
            state.close();
            state.open(target)
        }
        None => Vec::new(),
    }
}

fn on_resized(state: &mut State, size: (u16, u16)) -> Vec<Effect> {
    let is_other = state.size != size;
    state.size = size;
    if is_other {
        let (shared, screens) = state.split();
        review::on_resized(shared, screens.review);
    }
    if state.areas().is_none_or(|areas| areas.detail.is_none()) {
        state.detail.focused = false;
    }
    Vec::new()
}

fn on_tick(state: &mut State, now: Moment) -> Vec<Effect> {
    let before = std::mem::replace(&mut state.now, now);
    state.connection.forget_old_calls(now);
    if state.note.as_ref().is_some_and(|note| now.running >= note.until) {
        state.note = None;
    }
    warn_of_signature(state);
    let mut effects = board::on_tick(state, before);
    let (shared, screens) = state.split();
    effects.extend(form::on_tick(shared, screens.form));
    let top = state.layers.last_mut();
    if let Some(layer) = top {
        effects.extend(layer.on_tick(&mut state.shared, before.running));
    }
    effects
}

/// Says once, at the start or later, that a signature ends soon which cannot be renewed here.
fn warn_of_signature(state: &mut State) {
    let now = state.now;
    let Some(left) = state.connection.given_ends_soon(now) else { return };
    let words =
        format!("the UserSig of the config ends in {}; put in a new one, or the secret key", when::age(left));
    // What was to be said at the start must not be lost for it.
    let said = state
        .setup
        .notice
        .as_ref()
        .filter(|notice| state.note.as_ref().is_some_and(|note| &note.text == *notice));
    let words = match said {
        Some(notice) => format!("{words} · {notice}"),
        None => words,
    };
    state.warn(words);
}

/// A key or a paste came, whatever it means: the review counts it (U2). Says whether it stopped a countdown.
fn on_input(state: &mut State) -> bool {
    let (shared, screens) = state.split();
    screens.review.is_some_and(|review| review::on_input(shared, review))
}

fn on_key(state: &mut State, event: KeyEvent) -> Vec<Effect> {
    // Released keys are nobody's wish; some terminals report them.
    if event.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let repeated = event.kind == KeyEventKind::Repeat;
    is_here(state);
    let action = state.setup.keys.lookup(&state.scopes(), &event);
    // U2: any key counts, also a repeated one and one that means something else everywhere.
    let goes_on = matches!(action, Some(Action::Quit | Action::Suspend));
    if on_input(state) && !goes_on {
        return Vec::new();
    }
    let takes_text = state.layers.last().is_some_and(Layer::takes_text);
    if takes_text {
        // Of the keys that mean something everywhere only those that are no text do so here.
        let action = action.filter(|_| !is_printable(&event));
        return on_text_key(state, event, action);
    }
    let Some(action) = action else {
        if !repeated {
            say_dead(state, &event);
        }
        return Vec::new();
    };
    if repeated && !action.moves() {
        return Vec::new();
    }
    perform(state, action)
}

/// Says that a key means nothing here (U6).
fn say_dead(state: &mut State, event: &KeyEvent) {
    let help = state.key(Scope::Global, Action::Help).to_owned();
    let key = text::clean(&keymap::label_of(event)).into_owned();
    // Where text is typed its key is text, too.
    let takes_text = state.layers.last().is_some_and(Layer::takes_text);
    let more = if takes_text { String::new() } else { format!(" · {help} {}", Action::Help.hint()) };
    state.say(format!("no key {key} here{more}"));
}

/// The event of an action that no key asked for.
const NO_KEY: KeyEvent = KeyEvent::new(KeyCode::Null, KeyModifiers::NONE);

/// Does what a key, the palette or the help page asks for, where the operator is.
fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    if action != Action::Close && action != Action::Quit {
        state.leaving = false;
    }
    if let Some(effects) = everywhere(state, action) {
        return effects;
    }
    if let Some(why) = reload::obstacle::keeps_from(state, action) {
        state.say(why);
        return Vec::new();
    }
    let State { shared, layers } = state;
    let next = match layers.last_mut() {
        // Where text is taken help and palette still do what a key does: none was pressed.
        Some(layer) if layer.takes_text() => layer.on_key(shared, NO_KEY, Some(action)),
        Some(layer) => layer.on_action(shared, action),
        None if shared.detail.focused => detail::on_action(shared, action),
        None => board::on_action(shared, action),
    };
    go(state, next)
}

fn on_text_key(state: &mut State, event: KeyEvent, action: Option<Action>) -> Vec<Effect> {
    if let Some(action) = action
        && let Some(effects) = everywhere(state, action)
    {
        return effects;
    }
    // In a review every key counts, also one that means nothing (U2).
    let is_review = matches!(state.layers.last(), Some(Layer::Review(_)));
    if action.is_none() && !is_review && !text_field::edits(&event) {
        say_dead(state, &event);
        return Vec::new();
    }
    let State { shared, layers } = state;
    let Some(layer) = layers.last_mut() else { return Vec::new() };
    let next = layer.on_key(shared, event, action);
    go(state, next)
}

/// The operator comes from the board of all profiles: to a task, and to what is to be done with it.
fn came_for(state: &mut State, id: Option<TaskId>, action: Option<Action>) -> Vec<Effect> {
    let profile = text::clean(&state.setup.profile).into_owned();
    if state.lies_over.text || state.lies_over.review {
        state.warn(format!("now on {profile}; something is open here that is to be left first"));
        return Vec::new();
    }
    state.close_all();
    state.detail.focused = false;
    let Some(id) = id else { return Vec::new() };
    let mut effects = board::by_id::go_to_id(state, id);
    let environment = state.setup.environment.name().to_uppercase();
    state.say_beside(&format!("now on {profile} ({environment}), at #{id}"));
    if let Some(action) = action {
        // Its row was just selected: what cannot be done with it is said.
        board::read_screen(state);
        effects.extend(perform(state, action));
    }
    effects
}

/// What a key of the table does, whatever lies over it.
fn perform_at_table(state: &mut State, action: Action) -> Vec<Effect> {
    board::on_action(state, action).effects
}

/// Goes where a screen wants to, once its effects are on their way.
fn go(state: &mut State, Next { mut effects, go }: Next) -> Vec<Effect> {
    match go {
        Go::Stay => {}
        Go::Close => {
            if !state.close() {
                effects.extend(leave(state));
            }
        }
        Go::CloseAll => state.close_all(),
        Go::Open(target) => effects.extend(state.open(target)),
        Go::Run(action) => {
            state.close();
            effects.extend(perform(state, action));
        }
    }
    effects
}

/// The actions that mean the same everywhere.
fn everywhere(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    if let Some(why) = of_one_app(state, action) {
        state.say(why);
        return Some(Vec::new());
    }
    if let Some(scope) = Layer::opened_by(action) {
        let is_there = state.layers.last().is_some_and(|layer| layer.screen() == scope);
        // There its key closes it.
        return (!is_there).then(|| state.open(Destination::Screen(scope)));
    }
    match action {
        Action::Tasks => Some(to_tasks(state)),
        Action::Reload => Some(reload::ask(state)),
        Action::Repaint => Some(vec![Effect::Repaint]),
        Action::Mouse => Some(toggle_mouse(state)),
        Action::Suspend => Some(suspend(state)),
        Action::Quit => Some(leave(state)),
        _ => None,
    }
}

/// Why an action does nothing on the board of all profiles: it is of one app.
fn of_one_app(state: &State, action: Action) -> Option<String> {
    let is_overview = state.overview().is_some();
    let is_of_one = matches!(action, Action::Drafts | Action::Stop | Action::Calls | Action::Reload);
    let key = state.key(Scope::Overview, Action::GoTo);
    (is_overview && is_of_one).then(|| format!("that is of one app: {key} goes to the app of this task"))
}

/// Back to the table, out of all screens; not out of a text that is not done with.
fn to_tasks(state: &mut State) -> Vec<Effect> {
    if state.lies_over.text || state.lies_over.review {
        state.say("this is to be left first, one step at a time");
    } else {
        // The board of all profiles is a table, too, and stays.
        let is_overview = state.overview().is_some();
        state.close_down_to(usize::from(is_overview));
        state.detail.focused = false;
    }
    Vec::new()
}

/// Keeps the text of the open form on disk, before it may be lost.
fn keep_draft(state: &mut State) -> Vec<Effect> {
    let (shared, screens) = state.split();
    form::keep_draft_now(shared, screens.form)
}

/// Leaves, unless a write is under way: then the first ask says so, and the second leaves.
fn leave(state: &mut State) -> Vec<Effect> {
    let elsewhere: usize = state.neighbours.iter().map(|neighbour| neighbour.under_way).sum();
    let under_way = state.writes.iter().filter(|write| write.is_open_here()).count() + elsewhere;
    if under_way > 0 && !state.leaving {
        state.leaving = true;
        state.warn("a write is under way and its outcome not known yet; press again to leave all the same");
        state.note.iter_mut().for_each(|note| note.until += Duration::from_secs(20));
        return Vec::new();
    }
    let mut effects = keep_draft(state);
    effects.push(Effect::Quit);
    effects
}

/// Stops for a while. Nothing counts down meanwhile, and what is typed is on disk.
fn suspend(state: &mut State) -> Vec<Effect> {
    on_input(state);
    state.presence.stopped_at = Some(state.now);
    let mut effects = keep_draft(state);
    effects.push(Effect::Suspend);
    effects
}

/// Somebody types or points: the rows keep still for a moment, and are asked for as for one who looks, also where
/// the terminal does not tell that it has the keyboard again.
fn is_here(state: &mut State) {
    state.last_key = Some(state.now.running);
    state.presence.is_focused = true;
}

/// The mouse selects, scrolls, and presses the keys of hints. It confirms nothing: over a review only its wheel
/// does something, and counts as a key does (U2).
fn on_mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    is_here(state);
    if on_input(state) {
        return Vec::new();
    }
    match pointer::meaning(state, mouse) {
        PointedAt::Nothing => {}
        PointedAt::Layer(action, times) => {
            return (0..times).flat_map(|_| act_on_layer(state, action)).collect();
        }
        PointedAt::Detail(action) => {
            for _ in 0..pointer::LINES {
                // Only scrolled: that leads nowhere.
                let _ = detail::on_action(state, action);
            }
        }
        PointedAt::FocusDetail => state.detail.focused = true,
        PointedAt::Table(action) => board::scroll(state, action, pointer::LINES),
        PointedAt::OnTable(TableHit::Head(column)) => sort::by_column(state, column),
        PointedAt::OnTable(TableHit::Row(id)) => {
            state.detail.focused = false;
            board::select(state, id);
            if is_second(state, Pressed::Task(id)) {
                return perform(state, Action::Open);
            }
        }
        PointedAt::Wheel(row) => {
            let State { shared, layers } = state;
            layers.last_mut().map(|layer| layer.choose(shared, row));
        }
        PointedAt::Row(row) => {
            let State { shared, layers } = state;
            let Some(layer) = layers.last_mut() else { return Vec::new() };
            let (scope, takes) = (layer.scope(), layer.choose(shared, row));
            if is_second(state, Pressed::Row(scope, row))
                && let Some(action) = takes
            {
                return act_on_layer(state, action);
            }
        }
        PointedAt::Hint(key) => return on_key(state, key.event()),
    }
    Vec::new()
}

fn is_second(state: &mut State, pressed: Pressed) -> bool {
    let now = state.now.running;
    state.presence.is_second(now, pressed)
}

/// What a key does on the screen on top, whether it takes text or not.
fn act_on_layer(state: &mut State, action: Action) -> Vec<Effect> {
    if !state.layers.last().is_some_and(Layer::takes_text) {
        return perform(state, action);
    }
    let code = match action {
        Action::Run => KeyCode::Enter,
        Action::Up => KeyCode::Up,
        _ => KeyCode::Down,
    };
    on_text_key(state, KeyEvent::new(code, KeyModifiers::NONE), Some(action))
}

/// Has the mouse reported, or leaves it to the terminal.
fn toggle_mouse(state: &mut State) -> Vec<Effect> {
    state.presence.mouse = !state.presence.mouse;
    let words = if state.presence.mouse {
        "the mouse selects and scrolls here; with shift it selects text, in most terminals"
    } else {
        "the mouse belongs to the terminal: it selects text"
    };
    state.say(words);
    vec![Effect::CaptureMouse(state.presence.mouse)]
}

fn on_paste(state: &mut State, text: &str) {
    is_here(state);
    on_input(state);
    let State { shared, layers } = state;
    match layers.last_mut() {
        Some(layer) => layer.on_paste(shared, text),
        None => shared.drop_paste(),
    }
}

fn is_printable(event: &KeyEvent) -> bool {
    matches!(event.code, KeyCode::Char(_))
        && !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
}
