//! `pushdeck usersig`: what it prints where, and what it makes of a signature.

use pushdeck::usersig::{self, DEFAULT_LIFETIME};
use secrecy::SecretString;

use super::program::{APP, Home, KEY};

fn now() -> i64 {
    i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap()
}

fn home() -> Home {
    Home::keyed("https://im.example", "")
}

/// A signature of any app by any key, made some seconds ago.
fn made(app: u64, key: &str, ago: i64, lifetime: u64) -> String {
    let key = SecretString::from(key);
    usersig::sign(&key, app, "administrator", now() - ago, lifetime, None).unwrap().expose().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_alone_is_standard_output_and_works() {
    let before = now();
    let ended = home().run(&["usersig"], &[], "");
    assert_eq!(ended.code, 0);
    let sig = ended.out.strip_suffix('\n').unwrap();
    assert!(!sig.contains(char::is_whitespace) && !ended.err.contains(sig));
    let document = usersig::verify(sig, &SecretString::from(KEY), APP, "administrator", now()).unwrap();
    assert_eq!(u64::try_from(document.expire), Ok(DEFAULT_LIFETIME));
    assert!((before..=now()).contains(&document.time));
    assert!(ended.err.starts_with("UserSig of administrator for SDKAppID 1400000042 (profile acme, test)"));
    assert!(ended.err.contains("it is valid for 180d 00h, until 20"), "{}", ended.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lifetime_is_chosen_within_bounds() {
    for (given, seconds) in [("30m", 1_800), ("12h", 43_200), ("7", 7)] {
        let ended = home().run(&["usersig", "--expire", given], &[], "");
        assert_eq!(usersig::decode(ended.out.trim()).unwrap().expire, seconds, "{given}");
    }
    for given in ["0", "never", "36525d"] {
        let ended = home().run(&["usersig", "--expire", given], &[], "");
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{given}: {}", ended.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_key_none_is_made() {
    let given = made(APP, KEY, 0, 36_000);
    let has_none = Home::of("https://im.example", &format!("usersig = \"{given}\""));
    for (home, env, words) in [
        (has_none, ("A", ""), "has a UserSig and no key"),
        (home(), ("ACME_IM_KEY", ""), "ACME_IM_KEY is not set"),
        (Home::with(""), ("A", ""), "there is no profile to make a UserSig for"),
    ] {
        let ended = home.run(&["usersig"], &[env], "");
        assert_eq!((ended.code, ended.out.as_str()), (2, ""));
        assert!(ended.err.contains(words) && !ended.err.contains(&given), "{}", ended.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_one_is_read_from_the_line_or_from_standard_input_and_never_repeated() {
    let sig = made(APP, KEY, 100, 7_300);
    for (args, input) in [(vec!["usersig", "--decode", &sig], ""), (vec!["usersig", "--decode", "-"], &*sig)]
    {
        let ended = home().run(&args, &[], input);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
        assert!(ended.out.contains("sdkappid    1400000042\n"), "{}", ended.out);
        assert!(ended.out.contains("lifetime    2h 01m\n"), "{}", ended.out);
        assert!(ended.out.ends_with("profile     acme: made with its key\n"), "{}", ended.out);
        assert!(!ended.out.contains(&sig));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_given_one_decides_the_exit_code() {
    let other_key = KEY.replace('0', "f");
    for (sig, words) in [
        (made(APP, KEY, 100, 60), "past: it ended"),
        (made(7, KEY, 0, 36_000), "made for another SDKAppID, not for 1400000042 (70014)"),
        (made(APP, &other_key, 0, 36_000), "was not made with the key of this SDKAppID (70009)"),
        ("bm8gc2ln".to_owned(), "is illegal and cannot be decoded"),
    ] {
        let ended = home().run(&["usersig", "--decode", "-"], &[], &sig);
        let all = format!("{}{}", ended.out, ended.err);
        assert_eq!(ended.code, 1, "{all}");
        assert!(all.contains(words) && !all.contains(&sig), "{all}");
    }
    let soon = home().run(&["usersig", "--decode", "-"], &[], &made(APP, KEY, 100, 1_900));
    assert!(soon.code == 0 && soon.out.contains("state       ends within the hour, in "), "{}", soon.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_profile_it_is_decoded_and_with_a_named_one_that_is_not_there_it_is_not() {
    let sig = made(APP, KEY, 0, 36_000);
    let bare = Home::with("").run(&["usersig", "--decode", "-"], &[], &sig);
    assert!(bare.code == 0 && bare.out.ends_with("not compared: no profile here\n"), "{bare:?}");
    let broken = Home::with("x = 1").run(&["usersig", "--decode", "-"], &[], &sig);
    assert!(broken.code == 0 && broken.err.contains("unknown key"), "{broken:?}");
    let named = home().run(&["usersig", "--profile", "beta", "--decode", "-"], &[], &sig);
    assert!(
        named.code == 2 && named.out.is_empty() && named.err.contains("no profile \"beta\""),
        "{named:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_in_the_wrong_place_is_not_repeated_either() {
    let sig = made(APP, KEY, 0, 36_000);
    for args in [vec!["usersig", &sig], vec!["usersig", "--expire", "1h", &sig]] {
        let ended = home().run(&args, &[], "");
        assert_eq!((ended.code, ended.out.as_str()), (2, ""));
        assert!(ended.err.contains("write --decode SIG") && !ended.err.contains(&sig), "{}", ended.err);
    }
    let empty = home().run(&["usersig", "--decode", "-"], &[], "\n");
    assert!(empty.code == 2 && empty.err.contains("standard input is empty"), "{empty:?}");
}

/// Whatever ends pushdeck, nothing of a `secret_key_command` goes on without it.
#[cfg(unix)]
#[test]
fn a_command_for_the_key_ends_with_pushdeck_even_when_that_is_killed() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert!(Command::new("mkfifo").arg(path("held")).status().unwrap().success());
    let command = "exec 9>held; echo x >&9; (sleep 3000; true) & sleep 3000; true";
    let config = format!(
        "[profiles.acme]\nenvironment = \"test\"\nregion = \"singapore\"\nsdkappid = 1\nidentifier = \"ops\"\n\
         secret_key_command = \"{command}\"\n"
    );
    std::fs::write(path("c.toml"), config).unwrap();
    for signal in [rustix::process::Signal::KILL, rustix::process::Signal::INT] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pushdeck"))
            .args(["usersig", "--config", "c.toml"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Comes back when the command has opened it, and the word when that has begun.
        let mut held = std::fs::File::open(path("held")).unwrap();
        let mut begun = [0; 2];
        held.read_exact(&mut begun).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
        assert!(!child.wait().unwrap().success());
        // Comes back when the last process is gone that holds the other end.
        assert_eq!(held.read_to_end(&mut Vec::new()).unwrap(), 0);
    }
}
