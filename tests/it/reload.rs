//! `:reload`: a fixed key or config is applied without leaving; a broken one changes nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pushdeck::sandbox::{Options, Seed};

use crate::service::{KEY, Service};
use crate::terminal::Start;

const RELOAD: &str = ":reload\r";

fn key_file(path: &Path, key: &str) {
    std::fs::write(path, key).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_fixed_key_file_ends_the_stop_and_the_asking_goes_on() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    key_file(&path, "not the key of this app");
    let config = service
        .config("test")
        .replace("secret_key_env = \"ACME_IM_KEY\"", &format!("secret_key_file = \"{}\"", path.display()));
    let mut terminal = Start::new(&[]).config(&config).open();
    terminal.see("AUTH");
    terminal.keys(RELOAD);
    terminal.see("AUTH");
    key_file(&path, KEY);
    terminal.keys(RELOAD);
    terminal.see("LIVE");
    terminal.row(&["▸", "PEND"]);
}

#[test]
fn a_config_that_became_wrong_is_named_with_its_line_and_nothing_changes() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let config = service.config("test");
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "PEND"]);
    terminal.write_config(&config.replace("timezone", "timezon"));
    terminal.keys(RELOAD);
    terminal.see("\"timezon\"");
    terminal.see("LIVE");
    terminal.write_config(&config.replace("Asia/Shanghai", "Asia/Tokyo"));
    terminal.keys(RELOAD);
    terminal.see("+09");
}

#[test]
fn a_profile_that_points_elsewhere_shows_what_is_there_and_its_badge() {
    let here = Service::start(Options::default(), None);
    let there = Service::start(Options::default(), None);
    here.add("only here", "2099-01-01 00:00:00");
    there.add("only there", &crate::live::soon(3600));
    here.add("soon here", &crate::live::soon(3600));
    let mut terminal = Start::new(&[]).config(&here.config("test")).env("ACME_IM_KEY", KEY).open();
    terminal.row(&["PEND", "soon here"]);
    terminal.write_config(&there.config("prod"));
    terminal.keys(RELOAD);
    terminal.row(&["PEND", "only there"]);
    terminal.see(" PROD ");
    terminal.gone("soon here");
}
