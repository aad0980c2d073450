//! Laws by generated input: whatever was done to a secret on its way back, nothing of it stays; and
//! what is no secret stays as it is.

use proptest::prelude::*;
use secrecy::SecretString;

use super::*;
use crate::usersig;

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

fn signature(who: &str, now: i64) -> String {
    let key = SecretString::from(KEY);
    usersig::sign(&key, 1_400_000_001, who, now, 172_800, None).unwrap().expose().to_owned()
}

fn scrubbed(secret: &str, text: &str) -> String {
    Scrubber::new([(secret, "[gone]")]).text(text).into_owned()
}

/// What may come between two characters on the way through gateways, mails, logs and pages.
fn separator() -> impl Strategy<Value = String> {
    let usual = [
        "",
        "",
        "",
        " ",
        "  ",
        "\n",
        "\r\n    ",
        "\t",
        "%20",
        "%0A",
        "%250A",
        "%",
        "%%",
        "\\n",
        "\\u0020",
        "\\u000a",
        "\\",
        "&nbsp;",
        "&#32;",
        "&",
        "<br>",
        "<br/>\n",
        "</span><span>",
        "<",
        ">",
        "=\r\n",
        "=",
        "=20",
        "-",
        "_",
        "*",
        "+",
        "…",
        "早报",
        "\u{200b}",
        "\u{1b}[0m",
        "\u{1b}[1;31m",
        "\", \"",
        ".",
        "/",
        "|",
        "\u{0}",
    ];
    prop::sample::select(usual.map(str::to_owned).to_vec())
}

/// One character of a secret as others may write it down.
fn written(c: char, how: u8) -> String {
    let code = u32::from(c);
    match how {
        0 => format!("%{code:02X}"),
        1 => format!("%25{code:02x}"),
        2 => format!("\\u{code:04x}"),
        3 => format!("\\x{code:02x}"),
        4 => format!("&#{code};"),
        5 => format!("&#x{code:X};"),
        6 => format!("={code:02X}"),
        _ => c.to_string(),
    }
}

/// A part of the secret with separators in between, piece by piece.
fn mangled(part: &str, separators: &[String], hows: &[u8]) -> Vec<String> {
    let between = separators.iter().map(String::as_str).chain(std::iter::repeat(""));
    let hows = hows.iter().copied().chain(std::iter::repeat(u8::MAX));
    part.chars().zip(between.zip(hows)).map(|(c, (sep, how))| format!("{}{sep}", written(c, how))).collect()
}

/// Whether any sixteen of the pieces in a row are still there.
fn is_told(text: &str, pieces: &[String]) -> bool {
    pieces.windows(SHORTEST_RUN).any(|window| text.contains(window.concat().trim_end()))
}

proptest! {
    #[test]
    fn however_a_signature_or_key_was_cut_split_and_encoded_no_run_of_it_stays(
        who in "[a-z]{1,32}", now in 1_600_000_000_i64..2_000_000_000, is_key in any::<bool>(),
        cut in any::<(prop::sample::Index, prop::sample::Index)>(),
        separators in prop::collection::vec(separator(), 0..300), hows in prop::collection::vec(0_u8..60, 0..300),
        before in "[早报 .,:;!?()\u{300}]{0,20}", after in "[早报 .,:;!?()\u{300}]{0,20}",
    ) {
        let secret = if is_key { KEY.to_owned() } else { signature(&who, now) };
        let from = cut.0.index(secret.len() - SHORTEST_RUN + 1);
        let length = SHORTEST_RUN + cut.1.index(secret.len() - from - SHORTEST_RUN + 1);
        let pieces = mangled(secret.get(from..from + length).unwrap(), &separators, &hows);
        let text = format!("{before}{}{after}", pieces.concat());
        let shown = scrubbed(&secret, &text);
        prop_assert!(!is_told(&shown, &pieces), "{}", shown);
        prop_assert!(shown.contains("[gone]"));
        // Only it is taken out: what stands before and after it stays.
        prop_assert!(shown.starts_with(&before) && shown.ends_with(&after), "{}", shown);
    }

    #[test]
    fn a_text_without_it_comes_back_as_it_is(
        plain in ".{0,300}", like in "[A-Za-z0-9*_-]{0,300}", hex in "[0-9a-f]{0,300}", words in "([a-z]{2,9} ){0,40}",
    ) {
        let secret = signature("administrator", 1_795_000_000);
        let scrubber = Scrubber::new([(secret.as_str(), "[gone]"), (KEY, "[key]")]);
        for text in [&plain, &like, &hex, &words] {
            prop_assert!(matches!(scrubber.text(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn fifteen_characters_of_it_are_no_run(at in any::<prop::sample::Index>()) {
        // A key has no other signs, beside which a shorter run would count.
        let from = at.index(KEY.len() - 15 + 1);
        let part = KEY.get(from..from + 15).unwrap();
        prop_assert_eq!(scrubbed(KEY, part), part);
    }
}

#[test]
fn several_runs_of_several_secrets_are_each_replaced_and_the_rest_stays() {
    let sig = signature("administrator", 1_795_000_000);
    let scrubber = Scrubber::new([(sig.as_str(), "[signature]"), (KEY, "[key]")]);
    let (start, end) = (sig.get(..20).unwrap(), sig.get(40..60).unwrap());
    let text = format!("早 {start} and {KEY}, then 报 {end}.");
    assert_eq!(scrubber.text(&text), "早 [signature] and [key], then 报 [signature].");
}

#[test]
fn a_secret_too_short_to_be_told_from_words_takes_no_word_away() {
    assert_eq!(scrubbed("x", "x and xerox"), "x and xerox");
    // Of one that is shorter than a run the whole counts.
    assert_eq!(scrubbed("5up3rs3cr3t", "it is 5up3rs 3cr3t, not 5up3r"), "it is [gone], not 5up3r");
}

#[test]
fn a_large_text_that_is_all_near_hits_is_read_once() {
    let sig = signature("administrator", 1_795_000_000);
    let near = sig.get(..12).unwrap();
    for piece in [near, "%", "<<", "&#", "\\u00", "%25", sig.get(..1).unwrap()] {
        let text = piece.repeat(200_000 / piece.len());
        assert_eq!(scrubbed(&sig, &text), text, "{piece}");
    }
}
