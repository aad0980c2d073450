//! What the review shows at which size, and what has to be seen of it before it takes a confirmation.

use std::collections::HashSet;

use super::*;

fn resize(state: &mut State, columns: u16, rows: u16) {
    assert_eq!(update(state, Message::Resized { columns, rows }), []);
}

fn body(state: &State) -> String {
    text_of(&page::page(state, review(state), page::room(state)).text.lines)
}

/// The lines that the window shows.
fn window(state: &State) -> Vec<String> {
    let page = page::page(state, review(state), page::room(state));
    let lines = page.text.lines.iter().skip(page.scroll).take(page.room);
    lines.map(|line| text_of(std::slice::from_ref(line))).collect()
}

/// How many screens are still to be seen, as the foot says, and whether they are above.
fn still_to_see(state: &State) -> Option<(usize, bool)> {
    let foot = foot(state);
    let (count, rest) = foot.split_once(" more screen")?;
    Some((count.trim().parse().unwrap(), rest.contains("PgUp")))
}

fn create_with(fields: &[(&str, &str)]) -> State {
    let mut state = filled(Environment::Prod, "All");
    let form = state.form_mut().unwrap();
    for (path, value) in fields {
        form.draft.put(path, *value);
    }
    state
}

#[test]
fn as_many_screens_as_are_named_are_to_be_seen_and_then_it_can_be_confirmed() {
    let long = "Everything is cheaper. ".repeat(12);
    for (columns, rows) in [(30, 8), (30, 12), (36, 9), (40, 12), (60, 9), (50, 10), (80, 14), (200, 60)] {
        let mut state = create_with(&[("OfflinePushInfo.Desc", &long)]);
        resize(&mut state, columns, rows);
        ctrl(&mut state, 's');
        wait(&mut state, 500);
        if let Some((count, above)) = still_to_see(&state) {
            assert!(!above, "{columns}x{rows}");
            for left in (1..=count).rev() {
                assert_eq!(still_to_see(&state), Some((left, false)), "{columns}x{rows}");
                assert_eq!(writes(&say(&mut state, "all acme")), [], "not before all was seen");
                assert_eq!(review(&state).typed, "");
                press(&mut state, KeyCode::PageDown);
                draw(&mut state);
            }
        }
        assert_eq!(still_to_see(&state), None, "{columns}x{rows}: {}", foot(&state));
        wait(&mut state, 500);
        assert!(foot(&state).contains("all acme"), "{columns}x{rows}: {}", foot(&state));
        type_in(&mut state, "all acme");
        assert!(matches!(review(&state).stage, ReviewStage::Counting { .. }), "{columns}x{rows}");
        let said = foot(&state).replace('\n', " ");
        assert!(
            said.contains("to EVERYONE") && said.contains("any key stops it"),
            "{columns}x{rows}: {said}"
        );
        assert_eq!(writes(&pass(&mut state, 3_500)).len(), 1);
    }
}

#[test]
fn of_a_text_of_four_thousand_characters_every_word_was_on_the_screen() {
    let words: Vec<String> = (0..500).map(|n| format!("word{n:03}")).collect();
    let mut state = create_with(&[("OfflinePushInfo.Desc", &words.join(" "))]);
    resize(&mut state, 30, 8);
    ctrl(&mut state, 's');
    wait(&mut state, 500);
    let mut seen: HashSet<String> = HashSet::new();
    let mut look = |state: &State| seen.extend(window(state).join(" ").split_whitespace().map(str::to_owned));
    look(&state);
    let mut pages = 0;
    while still_to_see(&state).is_some() {
        press(&mut state, KeyCode::PageDown);
        // What this frame shows; once all was seen the foot takes more of the screen.
        look(&state);
        draw(&mut state);
        pages += 1;
    }
    assert!(words.iter().all(|word| seen.contains(word)), "after {pages} pages");
    assert!(pages < 70, "{pages}");
}

#[test]
fn another_size_stops_a_countdown_and_takes_back_what_was_typed_and_what_was_seen() {
    let mut state = create(Environment::Prod, "All");
    type_in(&mut state, "all ac");
    resize(&mut state, 100, 44);
    assert_eq!(review(&state).typed, "");
    assert!(note(&state).contains("nothing was sent: the screen has another size"), "{}", note(&state));
    assert_eq!(writes(&say(&mut state, "me")), []);
    wait(&mut state, 500);
    type_in(&mut state, "all acme");
    assert!(matches!(review(&state).stage, ReviewStage::Counting { .. }));
    // The same size again is none.
    resize(&mut state, 100, 44);
    assert!(matches!(review(&state).stage, ReviewStage::Counting { .. }));
    resize(&mut state, 30, 8);
    assert_eq!(review(&state).stage, ReviewStage::Asking);
    assert_eq!(writes(&pass(&mut state, 10_000)), []);
    assert!(still_to_see(&state).is_some(), "nothing of it was seen at this size");
    // There and back: the terminal may show anything in between.
    resize(&mut state, 100, 44);
    assert_eq!(writes(&say(&mut state, "all acme")), []);
    assert!(review(&state).typed.is_empty());
}

#[test]
fn a_storm_of_sizes_under_a_confirmation_sends_nothing() {
    let mut state = create(Environment::Prod, "All");
    for round in 0..40_u16 {
        for c in "all acme".chars() {
            press(&mut state, KeyCode::Char(c));
            resize(&mut state, 30 + round, 8 + round % 20);
            resize(&mut state, 100, 45);
        }
        assert_eq!(writes(&wait(&mut state, 450)), []);
        assert_eq!(writes(&wait(&mut state, 450)), []);
    }
    assert_eq!(writes(&pass(&mut state, 5_000)), []);
}

#[test]
fn enter_confirms_nothing_and_says_so() {
    let mut state = create(Environment::Prod, "All");
    for _ in 0..3 {
        assert_eq!(press(&mut state, KeyCode::Enter), []);
        assert!(note(&state).contains("Enter confirms nothing"), "{}", note(&state));
        assert_eq!(writes(&wait(&mut state, 500)), []);
    }
    type_in(&mut state, "all acme");
    press(&mut state, KeyCode::Enter);
    assert_eq!(review(&state).stage, ReviewStage::Asking);
    assert_eq!(writes(&pass(&mut state, 5_000)), []);
}

#[test]
fn how_many_people_everyone_is_stands_there_as_the_profile_says_it() {
    let mut state = create(Environment::Prod, "All");
    assert!(body(&state).contains("‼ EVERYONE of acme · size unknown"), "{}", body(&state));
    state.setup.audience_all = Some(1_200_000);
    tick(&mut state, 9_000);
    let said = "‼ EVERYONE of acme · 1 200 000 users, as the profile states";
    assert!(body(&state).contains(said), "{}", body(&state));
    // A number is never broken at its blanks.
    for columns in 30..60 {
        resize(&mut state, columns, 12);
        assert!(body(&state).contains("1 200 000"), "{columns}: {}", body(&state));
    }
    let tags = create(Environment::Prod, "Tag");
    assert!(body(&tags).contains("size unknown"), "{}", body(&tags));
    let users = create(Environment::Prod, "User");
    assert!(
        !body(&users).contains("size unknown") && body(&users).contains("2 accounts"),
        "{}",
        body(&users)
    );
}

#[test]
fn the_fields_of_vendors_take_a_line_each_until_a_key_opens_them() {
    let mut state = create_with(&[
        ("OfflinePushInfo.ApnsInfo.Sound", "ding.caf"),
        ("OfflinePushInfo.ApnsInfo.BadgeMode", "0"),
        ("OfflinePushInfo.AndroidInfo.OPPOChannelID", "sale"),
    ]);
    state.form_mut().unwrap().draft.base.set("OfflinePushInfo.ApnsInfo.Fresh", Some(json!({"a": 1})));
    ctrl(&mut state, 's');
    wait(&mut state, 500);
    let folded = body(&state);
    assert!(folded.contains("+ Apple: 3 fields · ctrl-o opens"), "{folded}");
    assert!(folded.contains("+ Android: 1 field") && !folded.contains("ding.caf"), "{folded}");
    ctrl(&mut state, 'o');
    let open = body(&state);
    for words in ["Sound", "ding.caf", "Badge", "OPPO channel", "Fresh", "{\"a\":1}"] {
        assert!(open.contains(words), "{words} in {open}");
    }
    ctrl(&mut state, 'o');
    assert_eq!(body(&state), folded);
    wait(&mut state, 500);
    type_in(&mut state, "all acme");
    ctrl(&mut state, 'o');
    assert_eq!(review(&state).stage, ReviewStage::Asking, "any key stops it");
    // Where there are none, it is said.
    let mut plain = create(Environment::Prod, "All");
    ctrl(&mut plain, 'o');
    assert!(note(&plain).contains("no fields of a vendor"), "{}", note(&plain));
}

#[test]
fn opened_fields_are_in_sight_on_a_small_screen() {
    let mut state = create_with(&[("OfflinePushInfo.ApnsInfo.Sound", "ding.caf")]);
    resize(&mut state, 30, 8);
    ctrl(&mut state, 's');
    wait(&mut state, 500);
    ctrl(&mut state, 'o');
    assert!(window(&state).iter().any(|line| line.contains("ding.caf")), "{:?}", window(&state));
}

#[test]
fn what_was_changed_of_a_vendor_and_what_it_does_otherwise_is_never_folded() {
    let mut state = start(Environment::Test);
    let mut before = task("User");
    before
        .content
        .set("OfflinePushInfo.ApnsInfo", Some(json!({"Sound": "ding.caf", "Image": "https://x/y"})));
    testing::open_edit(&mut state, &before);
    let form = state.form_mut().unwrap();
    form.draft.put("OfflinePushInfo.ApnsInfo.Sound", "dong.caf");
    form.draft.put("OfflinePushInfo.ApnsInfo.Title", "Only on Apple");
    form.draft.put("OfflinePushInfo.ApnsInfo.ContentAvailable", "1");
    let effects = ctrl(&mut state, 's');
    got(&mut state, gets(&effects)[0], before);
    wait(&mut state, 500);
    let shown = body(&state);
    assert!(shown.contains("+ Apple: "), "{shown}");
    for words in ["Apple: Sound", "ding.caf → dong.caf", "Only on Apple", "a silent push"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    let page = page::page(&state, review(&state), page::room(&state));
    let at =
        shown.lines().collect::<Vec<_>>().iter().rposition(|line| line.contains("Only on Apple")).unwrap();
    assert!(page.text.musts.iter().any(|must| must.at == at), "it must be seen: {shown}");
}

#[test]
fn the_words_keep_the_request_and_the_push_apart() {
    for kind in ["All", "Tag", "User"] {
        let mut state = create(Environment::Prod, kind);
        let wanted = review(&state).wanted(&state.setup);
        let mut said = vec![body(&state), foot(&state)];
        let mut effects = type_in(&mut state, &wanted);
        said.push(foot(&state));
        effects.extend(pass(&mut state, 3_500));
        said.extend([body(&state), foot(&state)]);
        let [(req, _)] = writes(&effects)[..] else { panic!("{effects:?}") };
        unknown(&mut state, req, Failure::Cut { detail: String::new() });
        said.extend([body(&state), foot(&state)]);
        for words in &said {
            assert!(!words.to_lowercase().contains("sent") && !words.contains("sending"), "{words}");
        }
    }
    let mut state = create(Environment::Prod, "All");
    assert!(
        foot(&state).contains("then the task is created; the push goes out Sun 22 Nov 09:00 +08 (in 18h)")
    );
    type_in(&mut state, "all acme");
    let words = foot(&state).replace('\n', " ");
    let said = "in 3 s pushdeck asks the service to create this task; the push goes out Sun 22 Nov 09:00 +08 \
                (in 18h) to EVERYONE · any key stops it";
    assert!(words.starts_with(said), "{words}");
}

#[test]
fn a_result_closes_by_enter_q_a_and_esc_and_the_task_is_called_created() {
    for key in [KeyCode::Enter, KeyCode::Char('q'), KeyCode::Char('a'), KeyCode::Esc] {
        let mut state = create(Environment::Test, "User");
        let req = confirm(&mut state);
        update(&mut state, Message::Wrote { req, result: Ok(Written::Created(TaskId(123))) });
        assert_eq!(state.scopes()[0], crate::keymap::Scope::Result);
        assert!(lines::title(&state, review(&state), false).starts_with("Created · "));
        assert!(body(&state).starts_with("✓ #123 created: the push goes out "), "{}", body(&state));
        wait(&mut state, 500);
        assert!(foot(&state).contains("Enter or Esc closes this"), "{}", foot(&state));
        assert_eq!(press(&mut state, key), []);
        assert!(state.layers.is_empty(), "{key:?}");
    }
}

#[test]
fn keys_that_were_pressed_when_the_result_came_acknowledge_nothing() {
    let unclear = |state: &mut State| {
        let req = confirm(state);
        unknown(state, req, Failure::Cut { detail: String::new() });
        let verdict = Verdict::CannotTell("look at the list".into());
        update(state, Message::Settled { req, verdict });
    };
    let mut state = create(Environment::Test, "User");
    unclear(&mut state);
    for _ in 0..50 {
        press(&mut state, KeyCode::Enter);
        press(&mut state, KeyCode::Char('q'));
        wait(&mut state, 30);
    }
    assert!(state.review().is_some_and(Review::is_over), "held down, they close nothing");
    // Whoever leaves at once has not read it.
    press(&mut state, KeyCode::Esc);
    assert!(!state.writes[0].acknowledged);
    assert!(state.results[0].words.contains("could not be determined"), "{:?}", state.results);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    assert!(state.review().is_some_and(Review::is_over), "it is told at the table");
    wait(&mut state, 500);
    press(&mut state, KeyCode::Enter);
    assert!(state.writes[0].acknowledged && state.results.is_empty());

    let mut state = create(Environment::Test, "User");
    unclear(&mut state);
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);
    assert!(state.writes[0].acknowledged && state.results.is_empty());
}
