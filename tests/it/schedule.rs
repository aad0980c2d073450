//! The whole schedule in memory: everything is read from a service that takes a week at most, and is then filtered,
//! sorted and counted here. An outage only holds the reading up, and the next start begins with what the last one has
//! seen.
//!
//! The usual run has 1,200 tasks. With 100,000:
//! `PUSHDECK_SCHEDULE_TASKS=100000 cargo test --release --test it schedule::everything -- --nocapture`

use std::path::Path;
use std::time::Instant;

use pushdeck::domain::text;
use pushdeck::sandbox::{ListTimeField, Options, Seed};

use crate::rows::{Shown, read_through};
use crate::service::{KEY, Network, Service, for_every_reading};
use crate::terminal::{ENTER, ESC, Start, Terminal};

/// Tasks that were created long ago, but not before the history of the profile, and fire within the hour.
const LONG_AGO: usize = 20;
/// Tasks that were created before it, and fire within the hour too.
const BEFORE_THE_HISTORY: usize = 5;

fn count() -> usize {
    let wanted = std::env::var("PUSHDECK_SCHEDULE_TASKS");
    wanted.map_or(1200, |wanted| wanted.parse().unwrap())
}

/// A service that takes ranges of a week, with so many tasks; some of those that are due soon are old.
fn service(options: Options, tasks: usize, folder: &Path) -> Service {
    let db = folder.join("sandbox.db");
    let options = Options { db: Some(db.clone()), list_max_range_days: 7, ..options };
    let service = Service::start(options, Some(Seed { tasks, ..Seed::default() }));
    let other = rusqlite::Connection::open(db).unwrap();
    other.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
    let age = |count: usize, days: i64| {
        let sql = "update task set create_at = unixepoch() - ?1 * 86400, sched_at = unixepoch() + 2400 + id % 600 \
                   where id in (select id from task where stage = 0 and sched_at > unixepoch() + 86400 \
                   order by id limit ?2)";
        let changed = other.execute(sql, (days, i64::try_from(count).unwrap())).unwrap();
        assert_eq!(changed, count);
    };
    age(LONG_AGO, 60);
    age(BEFORE_THE_HISTORY, 200);
    service
}

fn start(service: &Service) -> Start {
    Start::new(&[]).size(160, 40).config(&service.config("test")).env("ACME_IM_KEY", KEY)
}

/// Waits for what is said of the rows, and gives it.
fn shown(terminal: &Terminal, what: &str, is: impl Fn(&Shown) -> bool) -> Shown {
    let screen = terminal.wait(what, |screen| Shown::on(screen).is_some_and(|shown| is(&shown)));
    Shown::on(&screen).unwrap()
}

/// The titles on the screen, from the top; those that are cut end where they are cut.
fn titles(screen: &str) -> Vec<String> {
    let mut lines = screen.lines().skip_while(|line| !line.contains(" TITLE "));
    let head = lines.next().unwrap();
    let at = head.split(" TITLE ").next().unwrap().chars().count() + 1;
    let rows = lines.filter(|line| ["PEND", "OK ", "FAIL", "DISP"].iter().any(|word| line.contains(word)));
    let title = |line: &str| {
        let rest: String = line.chars().skip(at).collect();
        rest.split("  ").next().unwrap_or_default().trim_end_matches('…').trim().to_owned()
    };
    rows.map(title).collect()
}

#[test]
fn everything_is_read_through_an_outage_then_filtered_sorted_and_counted_and_kept_for_the_next_start() {
    let tasks = count();
    for_every_reading(|options| {
        let is_by_creation = options.list_time_field == ListTimeField::CreateAt;
        let of = if is_by_creation { tasks - BEFORE_THE_HISTORY } else { tasks };
        let folder = tempfile::tempdir().unwrap();
        let service = service(options, tasks, folder.path());
        let began = Instant::now();
        let mut terminal = start(&service).open();
        // What comes next is there at once; what is missing is said.
        terminal.row(&["▸", "PEND"]);
        shown(&terminal, "a part", |shown| !shown.is_whole && shown.of > tasks / 10);
        service.network(Network::Cut);
        terminal.see("data 3s old");
        let screen = terminal.see("OFFLINE");
        assert!(screen.contains("of at least "), "{screen}");
        service.network(Network::Open);
        read_through(&terminal, of);
        eprintln!("{of} tasks were read in {:.1} s", began.elapsed().as_secs_f64());
        terminal.gone("of at least ");
        let screen = terminal.screen();
        assert!(!screen.contains("could not be read"), "{screen}");
        assert!(!is_by_creation || screen.contains("created before"), "{screen}");

        // From here on nothing is asked.
        service.network(Network::Cut);
        filters(&mut terminal, of);
        terminal.keys("q");
        assert_eq!(terminal.end(), 0);
        terminal.assert_restored();
        next_start(&service, terminal.into_home(), of);
    });
}

/// Filters what is held, sorts it, and goes through the tabs.
fn filters(terminal: &mut Terminal, of: usize) {
    terminal.keys("/in<1h created>30d");
    let old = shown(terminal, "what is old and due", |shown| shown.matches.is_some_and(|n| n < 100));
    let is_all = [LONG_AGO, LONG_AGO + BEFORE_THE_HISTORY].map(Some).contains(&old.matches);
    assert!(is_all && old.of == of, "{old:?}");
    terminal.keys(ENTER);
    terminal.keys(ESC);
    terminal.gone("filter /");
    terminal.keys("/type=all");
    terminal.keys(ENTER);
    let is_some = |shown: &Shown| shown.matches.is_some_and(|n| (1..of).contains(&n));
    let everyone = shown(terminal, "pushes to everyone", is_some);
    // The picker opens on the order turned round: seven below is the title, A to Z.
    terminal.keys("sjjjjjjj\r");
    terminal.see("· title ↑");
    terminal.keys("g");
    let sorted = shown(terminal, "the first row", |shown| shown.first == 1);
    assert_eq!((sorted.matches, sorted.of), (everyone.matches, of));
    let titles = titles(&terminal.screen());
    assert!(titles.len() > 10 && titles.is_sorted_by_key(|title| text::fold(title)), "{titles:?}");
    terminal.keys(ESC);
    terminal.gone("filter /");

    // The tabs: no filter, and the three that are there without a config, each with what it finds.
    terminal.row(&[
        "┌",
        &format!("All {}", text::grouped(of as u64)),
        "Next hour ",
        "Failed last night",
        "Everyone ",
    ]);
    for filter in ["/in<1h", "/status=failed at=\"last night\"", "/type=all status=pending"] {
        terminal.keys("}");
        terminal.see(&format!("filter {filter}"));
        let found = shown(terminal, "what it finds", |shown| shown.matches.is_some());
        assert_eq!(found.of, of);
    }
    terminal.keys("}");
    terminal.gone("filter /");
    terminal.keys("{{{");
    terminal.see("filter /in<1h");
    let due = shown(terminal, "what is due", |shown| shown.matches.is_some_and(|n| n >= LONG_AGO));
    assert!(due.matches.is_some_and(|n| n < of), "{due:?}");
    terminal.keys(ESC);
    terminal.gone("filter /");
}

/// The next start: what the last one has seen is there although the service is away, and its age is said.
fn next_start(service: &Service, home: tempfile::TempDir, of: usize) {
    let mut terminal = start(service).home(home).open();
    let screen = terminal.wait("all of the last run", |screen| {
        Shown::on(screen).is_some_and(|shown| shown.of == of) && screen.contains("OFFLINE")
    });
    assert!(
        screen.contains("PEND") && screen.contains(" as of ") && !screen.contains("of at least "),
        "{screen}"
    );
    assert!(!Shown::on(&screen).unwrap().is_whole);
    terminal.row(&["▸", "PEND"]);
    service.network(Network::Open);
    // The age goes on by the second: so many of them are enough for so many tasks.
    for _ in 0..60 + of / 50 {
        let before = terminal.screen();
        let is_whole = |screen: &str| Shown::on(screen).is_some_and(|shown| shown.is_whole);
        if is_whole(&terminal.wait("the reading to go on", |screen| is_whole(screen) || screen != before)) {
            break;
        }
    }
    read_through(&terminal, of);
    terminal.gone(" as of ");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn where_not_everything_was_read_an_empty_filter_asks_the_service() {
    for_every_reading(|options| {
        // So few rows a page, and so many tasks, that the reading takes longer than this.
        let options = Options { list_max_want: 20, ..options };
        let service = Service::start(options, Some(Seed { tasks: 3000, ..Seed::default() }));
        let mut terminal = start(&service).open();
        terminal.row(&["▸", "PEND"]);
        terminal.see("of at least ");
        terminal.keys("/nobody says that");
        terminal.see("Enter asks the service for \"nobody says that\"");
        terminal.keys(ENTER);
        terminal.see("find \"nobody says that\"");
        terminal.see("No task from");
        terminal.keys(ESC);
        terminal.gone("find \"");
        terminal.row(&["▸", "PEND"]);
    });
}
