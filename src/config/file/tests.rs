//! What is said about files that are wrong, and what is read from those that are not.

use super::super::limits::LIMIT_KEYS;
use super::*;

const PATH: &str = "/etc/c.toml";

fn read(text: &str) -> Result<ConfigFile, ConfigError> {
    parse(Path::new(PATH), text, Some(Path::new("/home/op")))
}

/// A good profile with some lines replaced or added; a line `key =` alone takes the key out.
fn profile(lines: &[&str]) -> String {
    let mut kept: Vec<String> = [
        "environment = \"prod\"",
        "region = \"singapore\"",
        "sdkappid = 1400000001",
        "identifier = \"administrator\"",
        "secret_key_env = \"ACME_IM_KEY\"",
    ]
    .map(str::to_owned)
    .to_vec();
    for line in lines {
        let key = line.split('=').next().unwrap();
        kept.retain(|old| !old.starts_with(key));
        if !line.ends_with('=') {
            kept.push((*line).to_owned());
        }
    }
    format!("[profiles.acme]\n{}\n", kept.join("\n"))
}

fn good(lines: &[&str]) -> Profile {
    read(&profile(lines)).unwrap().profiles.remove(0)
}

fn fault(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn profile_fault(lines: &[&str]) -> String {
    fault(&profile(lines))
}

#[test]
fn the_example_is_read_and_shows_every_key() {
    let text = include_str!("../../../config.toml.example");
    let file = read(text).unwrap();
    assert_eq!(file.default_profile.unwrap().value, "acme");
    let names: Vec<_> = file.profiles.iter().map(|profile| profile.name.value.as_str()).collect();
    assert_eq!(names, ["acme", "local"]);
    let shown = |key: &str| {
        text.lines()
            .map(|line| line.trim_start_matches("# "))
            .any(|line| line.starts_with(&format!("{key} = ")) || line.starts_with(&format!("{key}.")))
    };
    assert!(AUDIENCE_KEYS.iter().all(|key| shown(&format!("audience.{key}"))));
    assert!(LIMIT_KEYS.iter().all(|key| shown(&format!("limits.{key}"))));
    let keys = PROFILE_KEYS.iter().chain(&UI_KEYS).chain(["default_profile"].iter());
    for key in keys.filter(|key| **key != "filters") {
        assert!(shown(key), "{key}");
    }
    for table in ["[ui]", "[profiles.", "# [keys.", "# [[filters]]", "# [[profiles.acme.filters]]"] {
        assert!(text.lines().any(|line| line.starts_with(table)), "{table}");
    }
}

#[test]
fn every_other_choice_of_the_example_can_be_taken() {
    let text = include_str!("../../../config.toml.example");
    for key in SECRET_KEYS {
        let swapped: String = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if rest.starts_with(&format!("{key} = ")) => format!("{rest}\n"),
                Some(_) | None if line == "secret_key_env = \"ACME_IM_KEY\"" && key != "secret_key_env" => {
                    String::new()
                }
                Some(_) | None => format!("{line}\n"),
            })
            .collect();
        let file = read(&swapped).unwrap();
        assert_eq!(file.profiles[0].secret.value.key(), key);
    }
}

#[test]
fn a_profile_is_read_with_its_defaults_and_the_place_of_each_value() {
    let profile = good(&[]);
    assert_eq!(profile.name.value, "acme");
    assert_eq!(profile.environment.value, Environment::Prod);
    assert_eq!(profile.environment.origin.to_string(), "/etc/c.toml:2:15");
    assert_eq!(profile.endpoint.value, "https://adminapisgp.im.qcloud.com");
    assert_eq!(profile.region.unwrap().label, "Singapore");
    assert_eq!(profile.sdkappid.value, 1_400_000_001);
    assert_eq!((profile.page_size.value, profile.page_size.origin), (100, Origin::Default));
    assert_eq!(profile.from_account.value, "administrator");
    assert_eq!(profile.timezone, None);
    assert!(matches!(profile.secret.value, SecretSource::Env(name) if name == "ACME_IM_KEY"));
    let profile = good(&["timezone = \"Asia/Shanghai\"", "page_size = 20", "from_account = \"shop\""]);
    assert_eq!(profile.timezone.unwrap().value, Zone::named("Asia/Shanghai").unwrap());
    assert_eq!((profile.page_size.value, profile.from_account.value.as_str()), (20, "shop"));
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    assert_eq!(
        profile_fault(&["sdkapid = 7"]),
        "/etc/c.toml:7:1: unknown key \"sdkapid\" in [profiles.acme]; did you mean \"sdkappid\"? Allowed: \
         environment, region, endpoint, sdkappid, identifier, secret_key_env, secret_key_file, \
         secret_key_command, secret_key, usersig, timezone, page_size, history, from_account, audience, limits, \
         allow_http, ca_file, filters"
    );
    assert_eq!(
        fault("defaultprofile = \"a\"\n"),
        "/etc/c.toml:1:1: unknown key \"defaultprofile\"; did you mean \"default_profile\"? Allowed: \
         default_profile, profiles, ui, keys, filters"
    );
    assert_eq!(
        fault("[ui]\n  colour = 1\n"),
        "/etc/c.toml:2:3: unknown key \"colour\" in [ui]; allowed: refresh_seconds, mouse, notify, theme, \
         background"
    );
}

#[test]
fn a_wrong_type_says_what_is_wanted_and_never_repeats_the_value() {
    for (line, words) in [
        ("sdkappid = \"14\"", "\"sdkappid\" must be a whole number without quotes, not a string"),
        ("identifier = 5", "\"identifier\" must be a string in quotes, not a whole number"),
        ("allow_http = \"yes\"", "\"allow_http\" must be true or false without quotes, not a string"),
        ("timezone = 8.0", "\"timezone\" must be a string in quotes, not a number with a point"),
        ("page_size = [5]", "\"page_size\" must be a whole number without quotes, not a list"),
    ] {
        let found = profile_fault(&[line]);
        assert!(found.starts_with("/etc/c.toml:") && found.ends_with(words), "{found}");
    }
    assert_eq!(
        fault("profiles = 1\nui = true\n"),
        "/etc/c.toml:1:12: \"profiles\" must be a table [profiles], not a whole number\n\
         /etc/c.toml:2:6: \"ui\" must be a table [ui], not true or false"
    );
    assert_eq!(
        fault("[profiles]\nenvironment = \"prod\"\n"),
        "/etc/c.toml:2:15: [profiles.environment] must be a table of its own, not a string"
    );
}

#[test]
fn a_wrong_word_says_what_is_allowed_and_what_was_probably_meant() {
    assert_eq!(
        profile_fault(&["region = \"singapur\""]),
        "/etc/c.toml:6:10: \"region\" cannot be \"singapur\"; did you mean \"singapore\"? Allowed: china, \
         singapore, seoul, frankfurt, silicon-valley, jakarta, riyadh"
    );
    assert_eq!(
        profile_fault(&["environment = \"production\""]),
        "/etc/c.toml:6:15: \"environment\" cannot be \"production\"; allowed: sandbox, test, prod"
    );
    for (zone, hint) in [
        ("Asia/Shangai", "; did you mean \"Asia/Shanghai\"? Allowed"),
        ("asia/shanghai", "; did you mean \"Asia/Shanghai\"? Allowed"),
        ("shanghai", "; did you mean \"Asia/Shanghai\"? Allowed"),
        ("the office", "; allowed"),
        ("CST", "; did you mean \"Asia/Shanghai\" or \"America/Chicago\"? Allowed"),
        ("EST", "; did you mean \"America/New_York\" or \"America/Panama\"? Allowed"),
        ("Beijing", "; did you mean \"Asia/Shanghai\"? Allowed"),
    ] {
        assert_eq!(
            profile_fault(&[&format!("timezone = \"{zone}\"")]),
            format!(
                "/etc/c.toml:7:12: \"timezone\" cannot be \"{zone}\"{hint}: UTC or an IANA name, such as \
                 Asia/Shanghai"
            )
        );
    }
}

#[test]
fn a_number_outside_its_bounds_says_them() {
    let found = profile_fault(&["page_size = 101"]);
    assert!(found.ends_with("\"page_size\" is 101; it must be from 1 to 100"), "{found}");
    let found = profile_fault(&["sdkappid = 0"]);
    assert!(found.ends_with("\"sdkappid\" is 0; it must be 1 or more"), "{found}");
    let found = profile_fault(&["sdkappid = -5"]);
    assert!(found.ends_with("\"sdkappid\" is -5; it must be 1 or more"), "{found}");
    let found = fault("[ui]\nrefresh_seconds = 0\n");
    assert!(found.ends_with("\"refresh_seconds\" is 0; it must be from 1 to 60"), "{found}");
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let found = fault("[profiles.acme]\n");
    let lines: Vec<&str> = found.lines().collect();
    assert_eq!(lines.len(), 5, "{found}");
    for (line, what) in lines.iter().zip([
        "\"environment\"; write",
        "\"region\" or \"endpoint\"; write",
        "\"sdkappid\"; write",
        "\"identifier\"; write",
        "secret; write one of secret_key_env,",
    ]) {
        assert!(line.starts_with(&format!("/etc/c.toml:1:11: [profiles.acme] has no {what}")), "{line}");
    }
}

#[test]
fn region_and_endpoint_and_the_secrets_exclude_each_other() {
    let found = profile_fault(&["endpoint = \"https://im.example\""]);
    assert!(found.ends_with("[profiles.acme] has both region and endpoint; keep one"), "{found}");
    let found = profile_fault(&["usersig = \"eJw5up3rs3cr3t\""]);
    assert!(found.ends_with("[profiles.acme] has secret_key_env and usersig; keep exactly one"), "{found}");
    assert!(!found.contains("5up3r"), "{found}");
}

#[test]
fn a_default_profile_that_is_not_there_is_found_before_anything_starts() {
    let found = fault(&format!("default_profile = \"acne\"\n{}", profile(&[])));
    assert_eq!(
        found,
        "/etc/c.toml:1:19: there is no profile \"acne\" (named by default_profile); did you mean \"acme\"? Allowed: acme"
    );
}

#[test]
fn text_that_is_not_toml_is_named_by_its_place_and_not_repeated() {
    let found = fault("[profiles.acme]\nsecret_key = \"5up3rs3cr3t\n");
    assert!(found.starts_with("/etc/c.toml:2:"), "{found}");
    assert!(found.contains("this is not TOML: "), "{found}");
    assert!(!found.contains("5up3r"), "{found}");
}

#[test]
fn a_key_in_the_place_of_a_name_is_not_repeated() {
    let key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let found = profile_fault(&[&format!("secret_key_env = \"{key}\"")]);
    assert!(found.contains("must be the name of a variable, but this looks like a key itself"), "{found}");
    assert!(!found.contains(key), "{found}");
    let found = profile_fault(&["secret_key_env = \"$ACME\""]);
    assert!(found.contains("must be the name of a variable: letters, digits and _"), "{found}");
}

#[test]
fn a_key_that_was_typed_into_any_other_place_is_never_repeated() {
    let hex = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
    let base64 = "q7/Zx0v3hT+8kLm2NpQr5sWuYbEo1cDfGiJ9aRt4eVw=";
    for key in [hex, &hex.to_uppercase(), hex.get(..40).unwrap(), base64] {
        let mut texts: Vec<String> =
            ["region", "environment", "identifier", "from_account", "timezone", "secret_key_env"]
                .map(|name| profile(&[&format!("{name} = \"{key}\"")]))
                .to_vec();
        texts.extend([
            profile(&["region =", &format!("endpoint = \"{key}\"")]),
            profile(&["region =", &format!("endpoint = \"https://{key}\"")]),
            profile(&["secret_key_env =", &format!("secret_key_file = \"{key}\"")]),
            profile(&[&format!("\"{key}\" = 1")]),
            profile(&["region ="]).replace("profiles.acme", &format!("profiles.\"{key}\"")),
            profile(&[]).replace("profiles.acme", &format!("profiles.\"{key}\"")),
            format!("default_profile = \"{key}\"\n{}", profile(&[])),
            format!(
                "default_profile = \"x\"\n{}",
                profile(&[]).replace("profiles.acme", &format!("profiles.\"{key}\""))
            ),
            format!("\"{key}\" = 1\n"),
            profile(&[&format!("secret_key_env = {key}")]),
        ]);
        for text in texts {
            let found = fault(&text);
            let told = found.contains(key) || found.contains(key.get(..20).unwrap());
            assert!(!told, "{text}\n{found}");
        }
    }
    let found = profile_fault(&[&format!("sdkappid = 0x{}", hex.get(..34).unwrap())]);
    assert!(!found.contains(hex.get(..20).unwrap()), "{found}");
}

#[test]
fn a_bad_address_is_named_by_its_place_and_never_repeated() {
    assert_eq!(
        profile_fault(&["region =", "endpoint = \"127.0.0.1:8080\""]),
        "/etc/c.toml:6:12: \"endpoint\" has no scheme; write it like \"https://host\" or \
         \"http://127.0.0.1:8080\""
    );
    let found = profile_fault(&["region =", "endpoint = \"https://im.example/?usersig=5up3rs3cr3t\""]);
    assert!(found.contains("must end after the host and port") && !found.contains("5up3r"), "{found}");
    let lines = ["region =", "endpoint = \"http://10.0.0.5\""];
    assert!(profile_fault(&lines).ends_with("write https://, or allow_http = true if you mean it"));
    let allowed = good(&[lines[0], lines[1], "allow_http = true"]);
    assert_eq!((allowed.endpoint.value.as_str(), allowed.region), ("http://10.0.0.5", None));
}

#[test]
fn a_sandbox_is_never_the_real_service() {
    let found = profile_fault(&["environment = \"sandbox\""]);
    assert!(found.contains("this is the real service, but environment is \"sandbox\""), "{found}");
    let line = "endpoint = \"https://adminapisgp.im.qcloud.com\"";
    let found = profile_fault(&["environment = \"sandbox\"", "region =", line]);
    assert!(found.contains("this is the real service, but environment is \"sandbox\""), "{found}");
}

#[test]
fn a_key_file_and_a_ca_file_are_found_from_home_and_from_the_config_file() {
    for (given, path) in [("~/k", "/home/op/k"), ("k", "/etc/k"), ("/k", "/k")] {
        let profile =
            good(&["secret_key_env =", &format!("secret_key_file = \"{given}\"\nca_file = \"{given}\"")]);
        let source = profile.secret.value;
        assert!(matches!(source, SecretSource::File(found) if found == Path::new(path)), "{given}");
        assert_eq!(profile.ca_file.unwrap().value, Path::new(path), "{given}");
    }
    assert_eq!(good(&[]).ca_file, None);
}

#[test]
fn nothing_of_a_profile_shows_its_secret() {
    for key in ["secret_key", "usersig", "secret_key_command"] {
        let profile = good(&["secret_key_env =", &format!("{key} = \"5up3rs3cr3t\"")]);
        assert!(!format!("{profile:?}").contains("5up3r"), "{key}");
    }
}

#[test]
fn an_identifier_is_one_word_of_at_most_32_bytes() {
    for line in ["identifier = \"two words\"".to_owned(), format!("identifier = \"{}\"", "x".repeat(33))] {
        let found = profile_fault(&[&line]);
        assert!(found.ends_with("must be a UserID: at most 32 bytes, without blanks"), "{found}");
    }
    let found = profile_fault(&["identifier = \" \""]);
    assert!(found.ends_with("\"identifier\" is empty; write a value or leave the line out"), "{found}");
}

#[test]
fn control_characters_of_the_file_do_not_reach_the_terminal() {
    let found = profile_fault(&["region = \"\\u001b[2J\""]);
    assert!(!found.contains('\u{1b}'), "{found:?}");
}

#[test]
fn the_size_of_the_audience_is_a_whole_number_of_at_least_one_in_either_spelling() {
    let size = |profile: Profile| profile.audience_all.map(|size| size.value);
    assert_eq!(size(good(&[])), None);
    assert_eq!(size(good(&["audience.all = 1_200_000"])), Some(1_200_000));
    let as_table = format!("{}[profiles.acme.audience]\nall = 1\n", profile(&[]));
    assert_eq!(size(read(&as_table).unwrap().profiles.remove(0)), Some(1));
    for (line, said) in [
        ("audience.all = 0", "\"all\" is 0; it must be 1 or more"),
        ("audience.all = -5", "\"all\" is -5; it must be 1 or more"),
        ("audience.all = \"1200000\"", "\"all\" must be a whole number without quotes, not a string"),
        ("audience.all = 1.2e6", "\"all\" must be a whole number without quotes, not a number with a point"),
        ("audience = 1200000", "\"audience\" must be a table [profiles.acme.audience], not a whole number"),
        ("audience.al = 5", "unknown key \"al\" in [profiles.acme.audience]; did you mean \"all\"?"),
    ] {
        let found = profile_fault(&[line]);
        assert!(found.contains(said) && found.contains(":7:"), "{line}: {found}");
    }
}

#[test]
fn the_history_is_a_span_of_a_day_to_ten_years_and_ninety_days_when_nobody_says() {
    let history = |profile: Profile| profile.history;
    assert_eq!(history(good(&[])), Sourced::new(TimeDelta::days(90), Origin::Default));
    for (line, days) in [("30d", 30), ("1d", 1), ("12 weeks", 84), ("3650d", 3650), ("1d 24h", 2)] {
        assert_eq!(history(good(&[&format!("history = \"{line}\"")])).value, TimeDelta::days(days), "{line}");
    }
    for (line, end) in [
        ("history = \"23h\"", "\"history\" is \"23h\"; it must be from 1d to 3650d"),
        ("history = \"3651d\"", "\"history\" is \"3651d\"; it must be from 1d to 3650d"),
        (
            "history = \"90\"",
            "\"history\" cannot be \"90\"; write a number and its unit, such as \"90d\" or \"12 weeks\"",
        ),
        (
            "history = \"3 months\"",
            "\"history\" cannot be \"3 months\"; write a number and its unit, such as \"90d\" or \"12 weeks\"",
        ),
        ("history = 90", "\"history\" must be a string in quotes, not a whole number"),
        ("history = \"\"", "\"history\" is empty; write a value or leave the line out"),
    ] {
        let found = profile_fault(&[line]);
        assert!(found.ends_with(end), "{found}");
    }
}

#[test]
fn the_limits_of_an_app_are_read_and_what_is_left_out_is_not_known() {
    use crate::domain::collision::{Policy, QuietHours};
    assert_eq!(good(&[]).limits, Policy::default());
    let limits = good(&[
        "limits.daily_allowance = 10",
        "limits.task_quota = 90",
        "limits.quiet_hours = \"22:00-08:00\"",
        "limits.same_content_within = \"1d 12h\"",
        "limits.most_per_audience_a_day = 3",
    ])
    .limits;
    assert_eq!((limits.daily_allowance, limits.task_quota), (Some(10), Some(90)));
    assert_eq!(limits.quiet_hours, QuietHours::read("22:00-08:00"));
    assert_eq!(limits.same_content_within, Some(chrono::TimeDelta::hours(36)));
    assert_eq!(limits.most_per_audience_a_day, Some(3));
    for (line, words) in [
        ("limits.quiet_hours = \"22-8\"", "\"quiet_hours\" cannot be \"22-8\"; it must be two times of day"),
        (
            "limits.same_content_within = \"99d\"",
            "\"same_content_within\" cannot be \"99d\"; it must be a span",
        ),
        ("limits.daily_allowance = 0", "\"daily_allowance\" is 0; it must be from 1 to 1000000"),
        ("limits.daily = 1", "unknown key \"daily\" in [profiles.acme.limits]"),
        ("limits = 3", "\"limits\" must be a table [profiles.acme.limits]"),
    ] {
        let found = profile_fault(&[line]);
        assert!(found.contains(words), "{found}");
    }
}
