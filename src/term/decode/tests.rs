use proptest::prelude::*;

use super::*;

const MS: Duration = Duration::from_millis(1);

/// Reads that come so long after one another, with what the time between them ends.
fn decode(reads: &[(&[u8], Duration)]) -> Vec<Input> {
    decode_by(reads, |_| {})
}

/// The same by a decoder that is told something before each read.
fn decode_by(reads: &[(&[u8], Duration)], tell: impl Fn(&mut Decoder)) -> Vec<Input> {
    let (mut decoder, mut now, mut got) = (Decoder::default(), Duration::ZERO, Vec::new());
    for (bytes, after) in reads {
        tell(&mut decoder);
        let next = now + *after;
        quiet(&mut decoder, next, &mut got);
        now = next;
        decoder.feed(bytes, now, &mut got);
    }
    quiet(&mut decoder, now + Duration::from_mins(1), &mut got);
    got
}

/// Nothing comes until then.
fn quiet(decoder: &mut Decoder, until: Duration, got: &mut Vec<Input>) {
    if decoder.deadline().is_some_and(|deadline| deadline <= until) {
        decoder.expire(got);
    }
    assert!(decoder.deadline().is_none_or(|deadline| deadline > until), "one quiet ends everything");
}

fn at_once(bytes: &[u8]) -> Vec<Input> {
    decode(&[(bytes, MS)])
}

fn plain(code: KeyCode) -> Input {
    key(code, KeyModifiers::NONE)
}

fn ctrl_c() -> Input {
    key(KeyCode::Char('c'), KeyModifiers::CONTROL)
}

fn mouse(kind: MouseKind, column: u16, row: u16) -> Input {
    Input::Mouse(Mouse { kind, position: Position::new(column, row) })
}

fn pasted(text: &str) -> Input {
    Input::Paste(text.to_owned())
}

/// What terminals send, with what it is.
fn sequences() -> Vec<(&'static [u8], Option<Input>)> {
    use KeyCode as C;
    use KeyModifiers as M;
    let with = |code, modifiers| Some(key(code, modifiers));
    let bare = |code| Some(plain(code));
    vec![
        (b"j", bare(C::Char('j'))),
        (b"D", with(C::Char('D'), M::SHIFT)),
        (b"\r", bare(C::Enter)),
        (b"\t", bare(C::Tab)),
        (b"\x7f", bare(C::Backspace)),
        (b"\x03", Some(ctrl_c())),
        (b"\x0c", with(C::Char('l'), M::CONTROL)),
        (b"\x1a", with(C::Char('z'), M::CONTROL)),
        (b"\0", with(C::Char(' '), M::CONTROL)),
        (b"\x1c", with(C::Char('4'), M::CONTROL)),
        ("é".as_bytes(), bare(C::Char('é'))),
        ("早".as_bytes(), bare(C::Char('早'))),
        ("🔥".as_bytes(), bare(C::Char('🔥'))),
        (b"\x1b[A", bare(C::Up)),
        (b"\x1bOA", bare(C::Up)),
        (b"\x1b[1;5A", with(C::Up, M::CONTROL)),
        (b"\x1b[1;2D", with(C::Left, M::SHIFT)),
        (b"\x1b[Z", with(C::BackTab, M::SHIFT)),
        (b"\x1b[H", bare(C::Home)),
        (b"\x1b[1~", bare(C::Home)),
        (b"\x1b[4~", bare(C::End)),
        (b"\x1b[3~", bare(C::Delete)),
        (b"\x1b[5~", bare(C::PageUp)),
        (b"\x1b[6~", bare(C::PageDown)),
        (b"\x1b[3;5~", with(C::Delete, M::CONTROL)),
        (b"\x1bOP", bare(C::F(1))),
        (b"\x1b[15~", bare(C::F(5))),
        (b"\x1b[[A", bare(C::F(1))),
        (b"\x1bx", with(C::Char('x'), M::ALT)),
        (b"\x1b\r", with(C::Enter, M::ALT)),
        (b"\x1b[97;5u", with(C::Char('a'), M::CONTROL)),
        (b"\x1b[27u", bare(C::Esc)),
        (b"\x1b[13;2u", with(C::Enter, M::SHIFT)),
        (b"\x1b[200~one\rtwo\x1b[201~", Some(pasted("one\rtwo"))),
        (b"\x1b[200~\x1b[A is no key\x1b[201~", Some(pasted("\u{1b}[A is no key"))),
        // Reports and answers: nothing that an operator did.
        (b"\x1b[I", Some(Input::Focus(true))),
        (b"\x1b[O", Some(Input::Focus(false))),
        (b"\x1b[<0;12;5M", Some(mouse(MouseKind::Press, 11, 4))),
        (b"\x1b[<64;1;1M", Some(mouse(MouseKind::WheelUp, 0, 0))),
        (b"\x1b[<65;65535;300M", Some(mouse(MouseKind::WheelDown, 65_534, 299))),
        (b"\x1b[<69;2;3M", Some(mouse(MouseKind::WheelDown, 1, 2))),
        // Released, moved, another button, with a key held, without a cell, and no report at all.
        (b"\x1b[<32;12;5M", None),
        (b"\x1b[<35;12;5M", None),
        (b"\x1b[<1;12;5M", None),
        (b"\x1b[<2;12;5M", None),
        (b"\x1b[<4;12;5M", None),
        (b"\x1b[<66;12;5M", None),
        (b"\x1b[<128;12;5M", None),
        (b"\x1b[<0;0;5M", None),
        (b"\x1b[<0;99999;5M", None),
        (b"\x1b[<0;12M", None),
        (b"\x1b[<0;12;5;7M", None),
        (b"\x1b[<M", None),
        (b"\x1b[<0;12;5m", None),
        (b"\x1b[M !!", None),
        (b"\x1b[32;12;5M", None),
        (b"\x1b[24;80R", None),
        (b"\x1b[?62;22c", None),
        (b"\x1b[?1u", None),
        (b"\x1b[?2026;2$y", None),
        (
            b"\x1b]11;rgb:0000/0000/0000\x1b\\",
            Some(Input::Answer(TerminalAnswer::Background { is_light: false })),
        ),
        (
            b"\x1b]11;rgb:0000/0000/0000\x07",
            Some(Input::Answer(TerminalAnswer::Background { is_light: false })),
        ),
        (b"\x1bP>|xterm(390)\x1b\\", None),
        (b"\x1b[200~\x1b[201~", None),
    ]
}

#[test]
fn what_terminals_send_is_read_whole_and_byte_by_byte() {
    for (bytes, is) in sequences() {
        let is: Vec<Input> = is.into_iter().collect();
        assert_eq!(at_once(bytes), is, "{bytes:?}");
        let slowly: Vec<(&[u8], Duration)> = bytes.chunks(1).map(|byte| (byte, 20 * MS)).collect();
        assert_eq!(decode(&slowly), is, "{bytes:?}, 20 ms between its bytes");
        let twice = [bytes, b"j", bytes].concat();
        let both = [is.clone(), vec![plain(KeyCode::Char('j'))], is].concat();
        assert_eq!(at_once(&twice), both, "{bytes:?} twice");
    }
}

#[test]
fn after_any_unfinished_sequence_ctrl_c_is_heard_when_its_time_is_over() {
    for (bytes, _) in sequences() {
        for cut in 1..bytes.len() {
            for after in [SEQUENCE_WAIT, PASTE_WAIT, 10 * PASTE_WAIT] {
                let got = decode(&[(&bytes[..cut], MS), (b"\x03", after)]);
                assert_eq!(got.last(), Some(&ctrl_c()), "{:?} then {after:?}", &bytes[..cut]);
                assert!(got.len() <= 2, "{:?} became {got:?}", &bytes[..cut]);
            }
        }
    }
}

#[test]
fn ctrl_c_is_heard_at_once_in_all_but_a_paste() {
    let begun: [&[u8]; 8] =
        [b"\x1b", b"\x1b[", b"\x1b[<", b"\x1b[?", b"\x1b[1;", b"\x1bO", b"\x1b]11;rgb", b"\xe6"];
    for bytes in begun {
        let (mut decoder, mut got) = (Decoder::default(), Vec::new());
        decoder.feed(&[bytes, b"\x03"].concat(), MS, &mut got);
        assert_eq!(got.last(), Some(&ctrl_c()), "{bytes:?}");
    }
}

#[test]
fn a_lone_esc_is_esc_after_a_short_quiet_and_alt_before() {
    let (esc, alt) = (plain(KeyCode::Esc), key(KeyCode::Char('j'), KeyModifiers::ALT));
    let j = plain(KeyCode::Char('j'));
    assert_eq!(at_once(b"\x1b"), std::slice::from_ref(&esc));
    assert_eq!(at_once(b"\x1b\x1b"), [esc.clone(), esc.clone()]);
    assert_eq!(decode(&[(b"\x1b", MS), (b"j", ESC_WAIT)]), [esc.clone(), j]);
    assert_eq!(decode(&[(b"\x1b", MS), (b"j", ESC_WAIT.saturating_sub(MS))]), [alt]);
    assert_eq!(decode(&[(b"\x1b", MS), (b"\x1b[A", MS)]), [esc, plain(KeyCode::Up)]);
}

#[test]
fn a_paste_that_stalls_is_a_paste_and_so_is_its_rest() {
    let rest = b"and D cancels everything\x1b[201~j";
    let got =
        decode(&[(b"\x1b[200~one ", MS), (b"two ", PASTE_WAIT.saturating_sub(MS)), (rest, 5 * PASTE_WAIT)]);
    let j = plain(KeyCode::Char('j'));
    assert_eq!(got, [pasted("one two "), pasted("and D cancels everything"), j.clone()]);
    // A key in between is a key, and once the end has come a burst is what it is.
    let got = decode(&[
        (b"\x1b[200~one", MS),
        (b"j", 2 * PASTE_WAIT),
        (b"\x1b[201~", PASTE_WAIT),
        (&[b'j'; BURST], PASTE_WAIT),
    ]);
    assert_eq!(got, [vec![pasted("one")], vec![j; BURST + 1]].concat());
}

#[test]
fn whoever_holds_ctrl_c_down_is_heard_through_a_paste_that_hangs() {
    let got = decode(&[(b"\x1b[200~abc", MS), (b"\x03", SEQUENCE_WAIT), (b"\x03", 30 * MS)]);
    assert_eq!(got, [pasted("abc"), ctrl_c(), ctrl_c()]);
}

#[test]
fn a_sequence_without_end_is_dropped_with_its_tail() {
    let long = [b"\x1b[".as_slice(), &[b'1'; 10 * LONGEST], b"Aj"].concat();
    assert_eq!(at_once(&long), [plain(KeyCode::Char('j'))]);
    let answer = [b"\x1b]52;c;".as_slice(), &vec![b'A'; 100_000], b"\x07j"].concat();
    assert_eq!(at_once(&answer), [plain(KeyCode::Char('j'))]);
}

#[test]
fn bursts_and_a_megabyte_of_paste_arrive_whole_and_in_linear_time() {
    let burst = b"j".repeat(4096);
    assert_eq!(at_once(&burst), vec![plain(KeyCode::Char('j')); 4096]);
    let text = "早报 and more\r".repeat(70_000);
    let bytes = [b"\x1b[200~", text.as_bytes(), PASTE_END].concat();
    for size in [1, 7, 4095, bytes.len()] {
        let reads: Vec<(&[u8], Duration)> = bytes.chunks(size).map(|chunk| (chunk, MS)).collect();
        let got = decode(&reads);
        assert!(got == [pasted(&text)], "in pieces of {size} bytes");
    }
}

/// The same for a terminal that was asked what it is like.
fn expecting(reads: &[(&[u8], Duration)]) -> Vec<Input> {
    decode_by(reads, |decoder| decoder.expect(true))
}

const ANSWERS: [&[u8]; 2] = [b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", b"\x1b]11;rgb:1e1e/1e1e/1e1e\x07"];

fn answers() -> [Input; 2] {
    [TerminalAnswer::Background { is_light: true }, TerminalAnswer::Background { is_light: false }]
        .map(Input::Answer)
}

#[test]
fn the_answers_of_the_terminal_are_read_and_are_no_keys() {
    for (bytes, answer) in ANSWERS.into_iter().zip(answers()) {
        assert_eq!(at_once(bytes), std::slice::from_ref(&answer));
        let between = [b"j", bytes, b"k"].concat();
        let is = [plain(KeyCode::Char('j')), answer.clone(), plain(KeyCode::Char('k'))];
        assert_eq!(expecting(&[(&between, MS)]), is);
        let slowly: Vec<(&[u8], Duration)> = bytes.chunks(1).map(|byte| (byte, 40 * MS)).collect();
        assert_eq!(expecting(&slowly), [answer]);
    }
}

#[test]
fn an_answer_that_is_cut_anywhere_for_however_long_types_nothing() {
    for (bytes, answer) in ANSWERS.into_iter().zip(answers()) {
        for cut in 1..bytes.len() {
            for pause in [30 * MS, 90 * MS, 300 * MS, 900 * MS, 4000 * MS] {
                let got = expecting(&[(&bytes[..cut], MS), (&bytes[cut..], pause)]);
                let at = format!("{:?} and {pause:?} later the rest: {got:?}", &bytes[..cut]);
                // An ESC by itself is the key, when nothing follows in time.
                let keys: Vec<&Input> = got.iter().filter(|input| **input != answer).collect();
                let esc = plain(KeyCode::Esc);
                let is_esc = cut == 1 && pause >= ESC_WAIT && keys == [&esc];
                assert!(keys.is_empty() || is_esc, "{at}");
                assert!(got.contains(&answer), "{at}");
            }
            // It never ends: then the next key is one.
            let j = plain(KeyCode::Char('j'));
            for pause in [20 * MS, 300 * MS, 2000 * MS] {
                let got = expecting(&[(&bytes[..cut], MS), (b"j", pause), (b"j", 300 * MS)]);
                assert_eq!(got.last(), Some(&j), "{:?}", &bytes[..cut]);
            }
            let got = expecting(&[(&bytes[..cut], MS), (b"\x03", 20 * MS)]);
            assert_eq!(got.last(), Some(&ctrl_c()), "{:?}", &bytes[..cut]);
        }
    }
}

#[test]
fn keys_that_look_like_the_beginning_of_an_answer_are_keys() {
    let (esc, bracket) = (plain(KeyCode::Esc), plain(KeyCode::Char(']')));
    let got = expecting(&[(b"\x1b", MS), (b"]", 300 * MS), (b"]", 300 * MS)]);
    assert_eq!(got, [esc.clone(), bracket.clone(), bracket]);
    let got = expecting(&[(b"\x1b", MS), (b"[", 300 * MS), (b"A", 300 * MS)]);
    let open = KeyCode::Char('[');
    assert_eq!(got, [esc.clone(), plain(open), key(KeyCode::Char('A'), KeyModifiers::SHIFT)]);
    assert_eq!(expecting(&[(b"\x1b", MS), (b"1", 300 * MS)]), [esc, plain(KeyCode::Char('1'))]);
    for (bytes, is) in sequences() {
        let is: Vec<Input> = is.into_iter().collect();
        assert_eq!(expecting(&[(bytes, MS)]), is, "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_in_any_split_never_panic_and_after_quiet_a_key_is_heard(
        reads in prop::collection::vec((prop::collection::vec(telling_byte(), 1..24), 0_u64..1500), 0..12),
    ) {
        let reads: Vec<(Vec<u8>, Duration)> =
            reads.into_iter().map(|(bytes, ms)| (bytes, Duration::from_millis(ms))).collect();
        let mut reads: Vec<(&[u8], Duration)> = reads.iter().map(|(b, t)| (&b[..], *t)).collect();
        reads.push((b"\x03", PASTE_WAIT));
        reads.push((b"j", PASTE_WAIT));
        let got = decode(&reads);
        prop_assert_eq!(&got[got.len() - 2..], [ctrl_c(), plain(KeyCode::Char('j'))]);
    }

    #[test]
    fn a_split_changes_nothing_while_the_bytes_keep_coming(
        bytes in prop::collection::vec(telling_byte(), 1..64),
        size in 1_usize..16,
    ) {
        let reads: Vec<(&[u8], Duration)> = bytes.chunks(size).map(|chunk| (chunk, MS)).collect();
        prop_assert_eq!(decode(&reads), at_once(&bytes));
    }
}

/// Any byte, and those often that begin, separate or end something.
fn telling_byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        3 => prop::sample::select(b"\x1b[O]P;:<?~Mu20;1ARm\\\x07\x03\xe6\xf0".to_vec()),
        1 => any::<u8>(),
    ]
}
