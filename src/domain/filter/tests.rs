//! The grammar as tables, and the laws of narrowing, of slices and of what is highlighted.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::term::Term;
use super::*;
use crate::domain::schedule::{Row, Schedule, Slot};
use crate::domain::wire::{read_task, time_in};
use crate::domain::{Task, TaskId, Zone, text};

const NOW: &str = "2026-11-21 07:00:00";

fn now() -> DateTime<Utc> {
    time_in(NOW).unwrap()
}

fn read(text: &str) -> Filter {
    Filter::read(text, Zone::UTC, now())
}

struct Made {
    id: u64,
    status: &'static str,
    success: u8,
    kind: &'static str,
    content: &'static str,
    title: &'static str,
    scheduled: &'static str,
    created: &'static str,
    error: &'static str,
}

/// A push to two tags, in an hour.
const VIP: Made = Made {
    id: 1_000_042,
    status: "pending",
    success: 0,
    kind: "Tag",
    content: r#"{"Condition":{"TagsOr":["VIP gold","Ñandú"]},"From_Account":"administrator"}"#,
    title: "Flash SALE",
    scheduled: "2026-11-21 08:00:00",
    created: "2026-11-19 08:00:00",
    error: "",
};

/// A push to one account that failed last night.
const FAILED: Made = Made {
    id: 1_000_077,
    status: "dispatched",
    success: 0,
    kind: "User",
    content: r#"{"To_Account":["anna_b","Bela"],"From_Account":"ops"}"#,
    title: "股票早报",
    scheduled: "2026-11-20 22:30:00",
    created: "2026-10-01 12:00:00",
    error: "code 90047, the quota of today, is used up",
};

fn task(made: &Made) -> Task {
    let Made { id, status, success, kind, content, title, scheduled, created, error } = made;
    let info = format!(
        r#"{{"TaskID":{id},"Type":"{kind}","SchedAt":"{scheduled}","CreateAt":"{created}","Status":"{status}",
            "DispatchSuccess":{success},"Title":"{title}","DispatchErr":"{error}","Content":{content}}}"#
    );
    read_task(&serde_json::from_str(&info).unwrap()).unwrap()
}

fn passes_with(filter: &str, made: &Made, doubted: &[u64], cancelled: &[u64]) -> bool {
    let filter = read(filter);
    assert_eq!(filter.problem, None);
    let ids = |ids: &[u64]| ids.iter().copied().map(TaskId).collect::<HashSet<_>>();
    let (doubted, cancelled) = (ids(doubted), ids(cancelled));
    let context = FilterContext::new(now(), &doubted, &cancelled);
    let row = Row::of(&task(made));
    let passes = filter.passes_row(&row, &context);
    let mut schedule = Schedule::default();
    let slot = schedule.put(row, 0).slot();
    assert_eq!(filter.passes(&schedule, schedule.get(slot).unwrap(), &context), passes);
    passes
}

fn passes(filter: &str, made: &Made) -> bool {
    passes_with(filter, made, &[], &[])
}

#[test]
fn terms_and_words_must_all_fit() {
    for yes in [
        "",
        "sale",
        "flash sale",
        "status=pending",
        "status=pend",
        "type=tag",
        "tag~vip",
        "in<2h",
        "id=42",
        "!stock",
        "status=pending in<61m tag~gold",
        "ñAN",
        "\"flash sale\"",
        "\"h s\"",
        "\"flash sale",
        "!\"sale flash\"",
        "tag=\"vip GOLD\"",
        "tag~silver,gold",
        "tag~",
        "tag=ñandú",
        "type=all,tag",
        "status=failed,pending",
        "status=failed,pending,",
        "status=",
        "!status=failed",
        "!status=failed,sent !type=user",
        "from=admin",
        "from~strat",
        "from=",
        "id~00004",
        "in>59m",
        "in<1h",
        "at<tomorrow",
        "at=today",
        "at>today",
        "at>\"yesterday 18:00\"",
        "at>2026-11-21",
        "at=\"21 nov\"",
        "at>\"2026-11-21 08:00\"",
        "at<+61m",
        "at>-12h",
        "at=\"next 2h\"",
        "created<7d",
        "created>1d",
        "created>2026-11-19",
        "created=\"19 nov\"",
        "!created>7d",
        "1000042",
        "gold tag",
        "!err~",
        "!to~",
    ] {
        assert!(passes(yes, &VIP), "{yes}");
    }
    for no in [
        "stock",
        "status=failed",
        "type=All",
        "tag~silver",
        "in<59m",
        "in>1h",
        "!sale",
        "sale stock",
        "\"sale flash\"",
        "tag=vip",
        "tag=gold,silver",
        "tag~flash",
        "type=all,user",
        "!status=pending,failed",
        "from=strat",
        "administrator",
        "to~vip",
        "err~quota",
        "id~43",
        "at<today",
        "at>tomorrow",
        "at=tomorrow",
        "at>\"2026-11-21 08:00:01\"",
        "at<+59m",
        "at=\"last night\"",
        "created<1d",
        "created>7d",
        "created<2026-11-19",
        "!tag",
    ] {
        assert!(!passes(no, &VIP), "{no}");
    }
}

#[test]
fn accounts_errors_senders_and_nights_are_found() {
    for yes in [
        "股票",
        "早报 anna",
        "to~anna",
        "to=bela",
        "to=anna,bela",
        "to~",
        "err~quota",
        "err~\"of today\"",
        "err~\"today, is\"",
        "err~",
        "from=ops",
        "90047",
        "user",
        "status=failed at=\"last night\"",
        "created>7d",
    ] {
        assert!(passes(yes, &FAILED), "{yes}");
    }
    for no in ["to=anna", "ops", "tag~", "in<2h", "in>0s", "at>-8h", "created<50d", "股票报"] {
        assert!(!passes(no, &FAILED), "{no}");
    }
}

#[test]
fn a_task_without_a_time_lies_at_none() {
    let timeless = Made { scheduled: "soon", created: "0000-00-00 00:00:00", ..VIP };
    for no in ["in<2h", "in>2h", "at<tomorrow", "at>today", "created<7d", "created>7d"] {
        assert!(!passes(no, &timeless), "{no}");
        assert!(passes(&format!("!{no}"), &timeless), "{no}");
    }
}

#[test]
fn failed_and_sent_are_told_apart() {
    let sent = Made { success: 1, ..FAILED };
    assert!(passes("status=failed", &FAILED) && !passes("status=failed", &sent));
    assert!(
        passes("status=ok", &sent) && passes("status=dispatched", &sent) && passes("status=disp", &FAILED)
    );
}

#[test]
fn what_is_in_doubt_has_no_other_status_and_what_was_cancelled_stays_where_it_was() {
    let doubted = |filter: &str| passes_with(filter, &VIP, &[VIP.id], &[]);
    assert!(doubted("status=unknown") && doubted("status=?unk") && !doubted("status=pending"));
    assert!(doubted("status=failed,unknown") && !doubted("!status=unknown"));
    let cancelled = |filter: &str| passes_with(filter, &VIP, &[], &[VIP.id]);
    assert!(cancelled("status=cancelled") && cancelled("status=pending") && !cancelled("status=sent"));
    assert!(!passes("status=cancelled", &VIP));
    let both = |filter: &str| passes_with(filter, &VIP, &[VIP.id], &[VIP.id]);
    assert!(both("status=unknown") && !both("status=cancelled"));
}

#[test]
fn a_type_that_nobody_knows_is_found_by_its_beginning() {
    let other = Made { kind: "Topic", ..VIP };
    assert!(passes("type=t", &other) && passes("topic", &other));
    assert!(!passes("type=tag", &other) && !passes("type=all", &other));
}

#[test]
fn what_is_not_understood_hides_nothing_and_is_named() {
    let all = "status, type, tag, to, from, err, id, in, at, created";
    let colour = format!("no term \"colour\": {all}");
    for (typed, says) in [
        ("in<soon", "in<soon: try in<2h, in<30m, in<3d"),
        ("in>", "in>: try in>2h, in>30m, in>3d"),
        ("in=2h", "in=2h: try in<2h, in>1d"),
        ("stauts=failed", "no term \"stauts\": status?"),
        ("colour=red", colour.as_str()),
        ("status=fialed", "no status \"fialed\": failed?"),
        ("status=failed,fialed", "no status \"fialed\": failed?"),
        ("status=foo", "no status \"foo\": pending, dispatching, sent, failed, unknown, unclear"),
        ("status<failed", "status<failed: try status=failed, status=failed,unknown"),
        ("type=foo", "no type \"foo\": all, tag, user"),
        ("type=usr", "no type \"usr\": user?"),
        ("at<2h", "at<2h: later or earlier? type +2h or -2h"),
        ("at~tomorrow", "at~tomorrow: try at<tomorrow, at>-12h, at=\"last night\""),
        ("at>soon", "at>soon: not understood; try tomorrow 9, +90m, 2026-11-22 09:00, mon 18:30 UTC"),
        ("!at>sat", "!at>sat: that could be Sat 21 Nov or Sat 28 Nov: type one of them"),
        ("created=7d", "created=7d: later or earlier? type +7d or -7d"),
    ] {
        let filter = read(typed);
        assert_eq!((filter.is_on(), filter.problem.as_deref()), (false, Some(says)), "{typed}");
        // What is understood beside it counts.
        assert!(read(&format!("{typed} sale")).is_on());
    }
    for word in [
        "1+1=2",
        "https://x?y=z",
        "=",
        "a",
        "status",
        "status=",
        "status=f",
        "TYPE=a",
        "!",
        "\"",
        "!\"",
        "\"a=b\"",
        "27\"",
        "a,b",
        "<3",
    ] {
        assert_eq!(read(word).problem, None, "{word}");
    }
}

#[test]
fn a_quote_holds_text_and_one_that_was_only_opened_asks_for_nothing() {
    for nothing in ["", "  ", "\"", "!\"", "\"\""] {
        assert!(!read(nothing).is_on(), "{nothing:?}");
    }
    let clauses = |text: &str| read(text).clauses.len();
    assert_eq!(
        (clauses("a b"), clauses("\"a b\""), clauses("tag=\"a b\" c"), clauses("a a A")),
        (2, 1, 2, 1)
    );
    assert_eq!(
        (clauses("\"status=failed\""), read("\"status=failed\"").words().as_str()),
        (1, "status=failed")
    );
}

#[test]
fn the_words_for_a_find_come_apart_from_the_terms() {
    let filter = read("Flash status=pending !test \"two words\" colour=red tag=\"a b\"");
    assert_eq!(filter.words(), "Flash two words");
    assert_eq!(filter.without_words(), "status=pending !test colour=red tag=\"a b\"");
}

#[test]
fn what_names_a_day_is_another_one_tomorrow_and_in_another_zone() {
    let tomorrow = now() + chrono::Duration::days(1);
    let tokyo: Zone = "Asia/Tokyo".parse().unwrap();
    for (filter, by_day, by_zone) in [
        ("at<tomorrow", true, true),
        ("at=\"last night\"", true, true),
        ("at>2026-11-21", false, true),
        ("at>@1795241002", false, false),
        ("at>-12h", false, false),
        ("at=\"last 24h\"", false, false),
        ("created>\"2026-11-21 08:00 UTC\"", false, false),
        ("in<2h sale", false, false),
    ] {
        let read = read(filter);
        assert_eq!(read.renewed(Zone::UTC, now()), None, "{filter}");
        assert_eq!(read.renewed(Zone::UTC, tomorrow).is_some(), by_day, "{filter}");
        assert_eq!(read.renewed(tokyo, now()).is_some(), by_zone, "{filter}");
    }
}

#[test]
fn it_says_whether_it_depends_on_the_time() {
    for yes in
        ["in<2h", "!in>2h", "at>-12h", "at=\"next 7 days\"", "created<7d", "sale created>7d", "status=late"]
    {
        assert!(read(yes).depends_on_time(), "{yes}");
    }
    for no in ["", "sale", "at<tomorrow", "at=\"last night\"", "created>2026-11-01", "status=failed"] {
        assert!(!read(no).depends_on_time(), "{no}");
    }
}

#[test]
fn what_is_typed_on_narrows() {
    for (narrower, wider) in [
        ("sale", ""),
        ("sale", "sal"),
        ("sale", "ale"),
        ("sale vip", "sale"),
        ("\"flash sale\"", "flash"),
        ("!sal", "!sale"),
        ("status=failed", "status=failed,unknown"),
        ("status=sent", "status=dispatched"),
        ("type=tag", "type=t,all"),
        ("tag~vip,gold", "tag~i,o"),
        ("tag=vip", "tag~vi"),
        ("from=adm", "from~dm"),
        ("from=admin", "from=adm"),
        ("to~anna", "to~"),
        ("at=tomorrow", "at>today"),
        ("at<\"2026-11-01\"", "at<\"2026-12-01\""),
        ("status=failed sale", "sale status=failed"),
        ("sale colour=red", "sale"),
    ] {
        assert!(read(narrower).narrows(&read(wider)), "{narrower} → {wider}");
    }
    for (filter, before) in [
        ("", "sale"),
        ("sal", "sale"),
        ("sale", "!sale"),
        ("!sale", "!sal"),
        ("status=failed,unknown", "status=failed"),
        ("tag~vip", "vip"),
        ("tag~vip", "to~vip"),
        ("tag~vip,gold", "tag~vip"),
        ("tag~vip", "tag=vip"),
        ("from~adm", "from=adm"),
        ("at<tomorrow", "at<today"),
        // A moment later others are due.
        ("in<1h", "in<2h"),
        ("in<2h sale", "in<2h"),
    ] {
        assert!(!read(filter).narrows(&read(before)), "{filter} → {before}");
    }
}

#[test]
fn highlights_stand_where_the_words_do() {
    for (filter, marked) in [
        ("sale", "Flash [SALE] [sale]"),
        ("flash sale", "[Flash] [SALE]"),
        ("fla lash", "[Flash]"),
        ("aa", "[aaa]"),
        ("早报", "股票[早报]"),
        ("!sale tag~sale status=failed", "sale"),
        ("\"flash sale\"", "flash  sale [flash sale]"),
        ("", "sale"),
        // The sign of Kelvin has a folded form of fewer bytes, Ⱥ one of more, and İ has none.
        ("kelvin", "3 [\u{212A}elvin]"),
        ("x", "\u{212A}\u{212A}[x]\u{23A}[X]"),
        ("\u{2C65}b", "aȺ[ȺB]"),
        ("i", "İ[I]"),
    ] {
        let text = marked.replace(['[', ']'], "");
        let mut drawn = text.clone();
        for range in read(filter).highlights(&text).into_iter().rev() {
            drawn.insert(range.end, ']');
            drawn.insert(range.start, '[');
        }
        assert_eq!(drawn, marked, "{filter}");
    }
}

fn word() -> impl Strategy<Value = String> {
    "[abAB\u{212A}\u{23A}票]{1,3}"
}

fn typed() -> impl Strategy<Value = String> {
    let value = prop_oneof![word(), (word(), word()).prop_map(|(a, b)| format!("{a},{b}"))];
    let of_part = ("(tag|to|from|err|id)[~=]", value).prop_map(|(name, value)| format!("{name}{value}"));
    let status = proptest::sample::subsequence(
        vec!["pending", "disp", "sent", "failed", "unknown", "unclear", "cancelled", "d", "f"],
        1..4,
    );
    let of_type = proptest::sample::subsequence(vec!["all", "tag", "user", "t", "u"], 1..3);
    let span = (0_u32..4).prop_map(|hours| format!("{hours}h"));
    let time = prop_oneof![
        "in[<>]".prop_flat_map(move |name| (0_u32..4).prop_map(move |hours| format!("{name}{hours}h"))),
        span.prop_flat_map(|span| "(created[<>]|at[<>=][+-])".prop_map(move |name| format!("{name}{span}"))),
        ("at[<>=]", "(today|yesterday|2026-11-2[01])").prop_map(|(name, day)| format!("{name}{day}")),
    ];
    let term = prop_oneof![
        3 => word(),
        1 => of_part,
        1 => status.prop_map(|names| format!("status={}", names.join(","))),
        1 => of_type.prop_map(|names| format!("type={}", names.join(","))),
        1 => time,
    ];
    let negated = (any::<bool>(), term).prop_map(|(no, term)| if no { format!("!{term}") } else { term });
    proptest::collection::vec(negated, 0..4).prop_map(|terms| terms.join(" "))
}

/// A task whose texts are made of the same few letters.
fn any_task(id: u64) -> impl Strategy<Value = Task> {
    let status = prop_oneof![
        Just(("pending", 0)),
        Just(("dispatching", 0)),
        Just(("dispatched", 0)),
        Just(("dispatched", 1)),
        Just(("odd", 0)),
    ];
    let audience = prop_oneof![
        Just(("All", "\"x\":0".to_owned())),
        (word(), word()).prop_map(|(a, b)| ("Tag", format!(r#""Condition":{{"TagsOr":["{a}","{b}"]}}"#))),
        (word(), word()).prop_map(|(a, b)| ("User", format!(r#""To_Account":["{a}","{b}"]"#))),
        Just(("Topic", "\"x\":0".to_owned())),
    ];
    let title = proptest::collection::vec(word(), 0..3).prop_map(|words| words.join(" "));
    let minutes = (-300_i64..300, -300_i64..300);
    (status, audience, (title, word(), word()), minutes).prop_map(
        move |((status, success), (kind, audience), (title, from, error), (at, created))| {
            let time = |minutes| (now() + chrono::Duration::minutes(minutes)).format("%Y-%m-%d %H:%M:%S");
            let (at, created) = (time(at), time(created));
            let info = format!(
                r#"{{"TaskID":{id},"Type":"{kind}","SchedAt":"{at}","CreateAt":"{created}","Status":"{status}",
                    "DispatchSuccess":{success},"Title":"{title}","DispatchErr":"{error}",
                    "Content":{{{audience},"From_Account":"{from}"}}}}"#
            );
            read_task(&serde_json::from_str(&info).unwrap()).unwrap()
        },
    )
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let tasks = proptest::collection::vec(any::<prop::sample::Index>(), 1..30);
    tasks
        .prop_flat_map(|seeds| (0..seeds.len() as u64).map(|n| any_task(n + 1)).collect::<Vec<_>>())
        .prop_map(|tasks| {
            let mut schedule = Schedule::default();
            for task in &tasks {
                schedule.put(Row::of(task), 0);
            }
            schedule.settle();
            schedule
        })
}

fn passing(filter: &Filter, schedule: &Schedule, context: &FilterContext<'_>) -> Vec<Slot> {
    let passes = |slot: &&Slot| filter.passes(schedule, schedule.get(**slot).unwrap(), context);
    schedule.by_time().iter().filter(passes).copied().collect()
}

proptest! {
    #[test]
    fn what_passes_a_narrower_filter_passed_the_one_before(
        schedule in any_schedule(),
        before in typed(),
        more in typed(),
        other in typed(),
        (cut, sets) in (0_usize..40, proptest::collection::vec(1_u64..30, 0..4)),
        later in 0_i64..10_000,
    ) {
        let ids: HashSet<TaskId> = sets.iter().copied().map(TaskId).collect();
        let (none, ids) = (HashSet::new(), ids);
        let cut = more.floor_char_boundary(cut.min(more.len()));
        let all = [
            before.clone(),
            format!("{before}{}", &more.get(..cut).unwrap_or_default()),
            format!("{before} {more}"),
            format!("{more} {before}"),
            more,
            other,
        ];
        for (first, second) in all.iter().flat_map(|a| all.iter().map(move |b| (read(a), read(b)))) {
            if second.narrows(&first) {
                // The one before may have been judged a while ago.
                let before = FilterContext::new(now(), &ids, &none);
                let after = FilterContext::new(now() + chrono::Duration::seconds(later), &ids, &none);
                let wide: HashSet<Slot> = passing(&first, &schedule, &before).into_iter().collect();
                for slot in passing(&second, &schedule, &after) {
                    prop_assert!(wide.contains(&slot), "{} → {}", second.text, first.text);
                }
            }
        }
    }

    #[test]
    fn slices_of_any_size_come_to_what_one_run_does(
        schedule in any_schedule(),
        filter in typed(),
        most in 0_usize..2_000,
        takes in any::<bool>(),
    ) {
        let filter = read(&filter);
        let none = HashSet::new();
        let context = FilterContext::new(now(), &none, &none);
        let mut run = Run::new(filter.clone());
        let (mut taken, mut slices) = (Vec::new(), 0);
        while !run.go_on_within(most, &schedule, schedule.by_time(), &context) {
            prop_assert!(!run.is_over());
            if takes {
                taken.extend(run.take());
            }
            slices += 1;
            prop_assert!(slices <= 3 * schedule.len());
        }
        taken.extend(run.take());
        prop_assert_eq!(taken, passing(&filter, &schedule, &context));
        prop_assert!(run.is_over() && run.passing().is_empty());
    }

    #[test]
    fn a_word_is_highlighted_exactly_where_it_stands(filter in typed(), shown in "[abAB\u{212A}\u{23A}票é ]{0,12}") {
        let filter = read(&filter);
        let found = filter.highlights(&shown);
        let words: Vec<String> = filter
            .clauses
            .iter()
            .filter(|clause| !clause.negated)
            .filter_map(|clause| match &clause.term {
                Term::Word(needle) => Some(needle.folded().to_owned()),
                Term::Status(_) | Term::Time(_) | Term::Type(_) | Term::TextPart(..) | Term::Id(_) => None,
            })
            .collect();
        // By hand: every character that belongs to an occurrence.
        let begins: Vec<usize> = shown.char_indices().map(|(at, _)| at).chain([shown.len()]).collect();
        let mut marked = vec![false; shown.len()];
        for (from, to) in begins.iter().flat_map(|from| begins.iter().map(move |to| (*from, *to))) {
            if from < to && words.contains(&text::fold(shown.get(from..to).unwrap())) {
                marked[from..to].fill(true);
            }
        }
        let mut by_ranges = vec![false; shown.len()];
        for range in &found {
            prop_assert!(shown.is_char_boundary(range.start) && shown.is_char_boundary(range.end));
            prop_assert!(range.start < range.end);
            by_ranges[range.clone()].fill(true);
        }
        prop_assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start));
        prop_assert_eq!(by_ranges, marked);
    }

    #[test]
    fn whatever_is_typed_is_read(text in any::<String>()) {
        let filter = read(&text);
        let task = task(&VIP);
        let none = HashSet::new();
        filter.passes_row(&Row::of(&task), &FilterContext::new(now(), &none, &none));
        filter.highlights(&text);
        prop_assert!(filter.narrows(&read("")));
    }
}
