//! pushdeck: the terminal dashboard for scheduled push tasks on Tencent Cloud Chat (TIMPush).
//!
//! Three promises, in this order: never a wrong send, never a lost word, never a wait.
//!
//! # The map: floors, each uses what stands below it
//!
//! | floor | modules | is |
//! |---|---|---|
//! | 5 | `main` | argv to exit code |
//! | 4 | [`tui`] [`cli`] [`sandbox`] | shells: they await, print, listen |
//! | 3 | [`worker`] [`view`] [`term`] [`theme`] | carry out, draw |
//! | 2 | [`app`] [`keymap`] | pure: state and update |
//! | 1 | [`api`] [`config`] [`store`] | HTTP, settings, the local database |
//! | 0 | [`domain`] [`usersig`] | pure values and rules |
//!
//! Data goes one way round: key, paste, size, time and reply become a [`app::Message`];
//! [`app::update()`] takes it into the [`app::State`] and gives [`app::Effect`]s; [`worker`] carries
//! them out and answers with messages; [`view`] draws the state when the queue is empty.
//!
//! # Where do I change …
//!
//! | … | there |
//! |---|---|
//! | a key, a hint, a help text | [`keymap`]; what the config may make of them: `keymap::rebinding` |
//! | what a key does | the file of its screen in [`app`]; on table and detail alike `app::task_actions` |
//! | which screens there are, and what each answers | [`app::layer`]; where a screen may go: `app::next` |
//! | how something looks | the file of the same name in [`view`]; colours in `assets/themes`, what they are for in [`theme`] (`Meaning`) |
//! | which theme counts, and where one's own lie | `config::layers`, `config::theme`; on which background: `theme::Themes` |
//! | what the terminal is asked, and how its answers are told from keys | `term::answer`, `term::decode` |
//! | where things stand on the screen | [`app::frame`] |
//! | how words become cells, and which pieces of a line give way | `view::cells` |
//! | what becomes of text that terminals measure or turn around differently | `domain::text` (`clean`, `width`, `turns`), `view::cells`, `view::overlay`; how it is written: `term::screen` |
//! | what a terminal sends and gets | `term::decode` (keys), `term::screen` (frames), `term::line` (settings) |
//! | how the terminal is taken over and given back | `term::guard` |
//! | signals, ctrl-z | `tui::signals`, `term::job` |
//! | a field of a task, its label, its limit, its help | [`domain::fields`]; rules between fields in [`domain::rules`] |
//! | how much of a title or text a vendor shows | [`domain::vendors`] |
//! | what stands beside a field of the form | `app::form::beside`; where: `view::form::rows` |
//! | how a time may be typed, or is written | [`domain::when`] |
//! | when a task is amber, red, late or stuck | [`domain::phase`] |
//! | a term of the filter, what it is judged by, and what it costs | [`domain::filter`]: `read`, `term`, `time`, `run`; what is held of a task: [`domain::schedule`] |
//! | the saved filters, their tabs and counts | `app::filter`: `saved`, `tabs`; those that are built in: `domain::filter::saved`; of the config: `config::filters` |
//! | how a list is typed, or is written | [`domain::list`] |
//! | what a text field takes, and its limit | [`app::text_field`], [`domain::fields`] |
//! | the text of an error | [`domain::catalog`] (codes), [`domain::failure`] (the transport) |
//! | what goes over the wire | [`domain::wire`]; how it goes in [`api`] |
//! | which tasks are held, and what of one is held | [`domain::schedule`]; what an answer brings is taken up in `app::board::arrive` |
//! | which of them are rows of the table, and in which order | `app::board`: `listing`, `table`; when rows may move: `rows`, `hold` |
//! | when the range is read again, and what goes from the table then | `app::board`: `sync`; what is known of it: `passes` |
//! | what is asked for often because it is due or on the screen | `app::board`: `watch`, `turns` |
//! | which rows are on the screen, and where the line that says now stands | `app::board::viewport` |
//! | what was just written or cancelled, and for how long the list may tell otherwise | `app::board::own`; going to it: `go_to` |
//! | what is learnt of the service's list, and what is asked for then | [`domain::limits`], `worker::limits` |
//! | that a write is not sent twice | `api::retry`, 70001 in `api::client`, the HTTP library's own retries off in `api::http`; before it `worker::before`, in doubt `worker::reconcile` |
//! | how the whole range is read, and when it counts as complete | [`domain::pass`], [`domain::coverage`]; asking: `worker::sync` |
//! | what is retried | `api::retry`; how often one may call: `api::rate_limiter` (the figures: its `window`) |
//! | how the background gives way after 60007 | [`domain::throttle`] |
//! | what can be done here, and the reason for what cannot | [`app::menu`]; of a task: `app::task_actions` |
//! | what can be copied, and by which means | [`app::copy`], `term::clipboard` |
//! | where the rows of a list stand, and the hints | [`app::list`], [`app::hints`] |
//! | what the mouse does | `app::pointer`; what of the table stands where it points: `app::board::hit` |
//! | what is told of changes by others, of what failed, and of an absence | `app::board`: `changes`, `away` |
//! | what rings when it ends | `app::board::pins`, `term::notify` |
//! | what is read most often near its time | `app::board::watch` |
//! | the list of what fires next | [`app::stop`] |
//! | how often the page is asked for, focused or not | `pace` in [`app::shared`] |
//! | what the palette offers, `:reload` | [`app::palette`], [`app::reload`]; reading it: `worker::reload` |
//! | what a confirmation takes, and when it counts | `app::review`: `level`, `confirm`, `quiet`, `sight`, `ready` |
//! | what is known of a write, from its sending to its verification | [`app::pending`]; decided in [`app::writes`] |
//! | which reply an effect waits for, a new effect | [`app::reply`]; the steps: `docs/ARCHITECTURE.md` |
//! | what the timeline counts, and from when to when a bar goes | [`domain::timeline`] (`zoom`); where its bars stand: `app::timeline::plot`; how they look: `view::timeline` (`bars`) |
//! | what collides, and by which figure or error; the next free slot | [`domain::collision`] (`pass`, `free`); by what two pushes are alike: `domain::schedule::likeness`; the profile's figures: `config::limits` |
//! | which apps are open, which is on the screen, and whose an answer is | [`app::apps`]; opening one: `tui::opening`, `cli::dashboard` |
//! | the list of profiles, the board of all of them | `app::profiles`, [`app::overview`] (`merged`: one order of time); its timeline: `app::timeline::all_apps` |
//! | which screens there are beside the table, in the header | `view::screens` |
//! | a column of the task table | `view::board` and its `columns`; its text: `app::board::texts`; whether a change is marked: `app::board::table` |
//! | how a text is composed line by line | [`app::lines`] |
//! | settings to what the dashboard starts with | `cli::plan` |
//! | what is made ready beside the first frame, and works there | `cli::background` |
//! | a rule (U…, W…) and its reason | `docs/rules.md` |
//! | what a review shows, and what of it must be seen | `app::review`: `lines`, `what`, `words`, `sight`; how it stands on a screen: `page`, `foot` |
//! | what is offered when a write is over | `app::review::again` |
//! | what is said of a write whose outcome is unknown | `app::review`: `ended`, `outcome`; [`app::writes`], `app::detail`; why it stays so: `worker::reconcile` |
//! | what happens to a write whose outcome is unknown | `worker::reconcile`, `worker::record`, `app::review::learn`; when it is searched: `worker::pace` |
//! | whose an open write is, of several pushdecks | `store::process`, `store::owners`; `worker::others`, `app::review::elsewhere` |
//! | what is written down of a write | `store::journal`, `worker::journal` |
//! | what becomes of a draft | `app::form::drafts`, `store::drafts`; the list of drafts: [`app::drafts`] |
//! | what is kept of a call, and the API log | [`domain::call`], [`app::calls`]; as a line for a shell: [`domain::curl`] |
//! | how a command ends, and how it prints an error | `cli::console` |
//! | what `--log` writes | the events where they happen: `api::client`, `worker::log`; the file: `cli::log` |
//! | a key of the configuration | `config::file` and `config.toml.example` |
//! | what is said of a wrong setting, and where it stands | `config::fault`, `config::origin` |
//! | whom the client trusts, which proxy it takes | `api::ca`, [`api::proxy`]; what is said about it: `api::fault` |
//! | what is taken out of the texts of others | `api::scrub`; what looks like a key in ours: [`config::redact`] |
//! | how a key is read, and a command for it run | [`config::secret`], `config::command`; core dumps: `cli::dumps` |
//! | what of the tasks is kept for the next start, and how it is told there | `store::snapshot`, `worker::snapshot` |
//! | who may read state and log, and how large a log gets | `store::private`, `cli::log::file` |
//! | the time zones and their rules | [`domain::zone`]; which holds: `config::layers` (profile, `TZ`, system, UTC), `z` switches what is shown; what a wrong name is answered with: `config::zone` |
//! | a line of `pushdeck doctor` | `cli::doctor`: `probe` asks, `verdict` judges; `docs/connection.md` |
//! | a rule of the sandbox | `sandbox::rules`, `sandbox::calls`; its case: `tests/conformance/*.toml` |
//! | an option of the sandbox | `sandbox::options` (one struct feeds file, flags and help; `docs/sandbox.md` has a row for each); what can be switched while it runs: `sandbox::shared::Modes`, by `sandbox::control`; where an answer waits: `sandbox::routes` |
//! | what the sandbox keeps, and how a list finds it | `sandbox::store`: `schema.sql`, `list` |
//! | what the sandbox does wrong on demand | `sandbox::faults`, `sandbox::control`; its demo data: `assets/demo` |
//!
//! # Invariants, and the tests that hold them
//!
//! - **I1** Floors 0 and 2 hold no `async`, clock, environment, file: `tests/it/laws.rs`.
//! - **I2** `view` takes `&State` and changes nothing: its types, `tests/it/laws.rs`; it cannot fail:
//!   every size from 1×1 is drawn in `view`'s tests.
//! - **I3** Only `worker` and the command line call `api`; the sandbox shares only `domain` and
//!   `usersig`: `tests/it/laws.rs`; bodies are pinned to the documents in `domain::wire`.
//! - **I4** Every effect is answered by exactly one final message, but for those that the loop carries
//!   out itself (copy, mouse, repaint, suspend, taking the terminal again, quit): tests of `worker` and `tui`.
//! - **I5** No write is repeated unless it certainly did nothing, by `api::retry` or after 70001; writes are waited for at
//!   the end, reads are not: tests of `api::retry`, `worker`, `tui`, and `tests/chaos`.
//! - **I6** Channels are bounded: `tests/it/laws.rs`, `clippy.toml`.
//! - **I7** One help text an action, one action a (scope, key), and the README's table is the
//!   program's: tests of `keymap`, `tests/it/laws.rs`.
//! - **I8** No secret has `Display`, `Serialize` or a telling `Debug`; no URL with a query reaches
//!   a log, an error or the screen: tests of `usersig`, `config`, `api`, `cli::log`, and the journeys.
//!   `pushdeck usersig` shows a signature, on purpose; its journeys show that nothing else is shown.
//! - **I9** What came over the wire is cleaned of control characters before a terminal sees it:
//!   `domain::text`, tests of `view`.
//! - **I10** A file uses only floors below its own and what `MAY_USE` names beside it, and no files of a module import each other in a
//!   circle: `tests/it/laws.rs`.

pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod keymap;
pub mod sandbox;
pub mod store;
pub mod term;
pub mod theme;
pub mod tui;
pub mod usersig;
pub mod view;
pub mod worker;
