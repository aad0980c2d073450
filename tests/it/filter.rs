//! The local filter in the real program: typed terms, what was kept before, and the saved filters.

use pushdeck::sandbox::{Options, Seed};

use crate::rows::{Shown, whole};
use crate::service::{KEY, Service, for_every_reading};
use crate::terminal::{ENTER, ESC, Start, Terminal};

const UP: &str = "\x1b[A";

fn demo(options: Options, more: &str) -> (Service, Terminal) {
    let service = Service::start(options, Some(Seed::default()));
    let start = Start::new(&[]).size(120, 24).config(&(service.config("test") + more));
    let terminal = start.env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "PEND"]);
    (service, terminal)
}

#[test]
fn typed_terms_hold_at_once_and_what_was_kept_is_recalled() {
    for_every_reading(|options| {
        let (_service, mut terminal) = demo(options, "");
        terminal.keys("/!status=pending,dispatching");
        terminal.wait("no row is pending", |screen| {
            !screen.contains("PEND") && Shown::on(screen).is_some_and(|shown| shown.matches.is_some())
        });
        terminal.keys(ENTER);
        terminal.see("filter /!status=pending,dispatching");
        terminal.keys(ESC);
        terminal.gone("filter /");
        terminal.keys(".");
        terminal.row(&["▸", "PEND"]);
        terminal.keys("/at>soon");
        terminal.see("at>soon: not understood");
        terminal.row(&["PEND"]);
        terminal.keys(UP);
        terminal.see("/!status=pending,dispatching");
        terminal.wait("no row is pending", |screen| !screen.contains("PEND"));
    });
}

#[test]
fn two_keys_lead_through_the_saved_filters_of_the_config() {
    for_every_reading(|options| {
        let saved = "\n[[filters]]\nname = \"To come\"\nfilter = 'status=pending in>0s'\n\
                     [[filters]]\nname = \"Past\"\nfilter = 'at<-1s'\n";
        let (_service, mut terminal) = demo(options, saved);
        // They stand in the border of the table, each with what it finds.
        whole(&terminal, 128);
        terminal.row(&["┌", "All 128 · To come ", " · Past "]);
        terminal.keys("}");
        terminal.see("filter /status=pending in>0s");
        terminal.keys("}");
        terminal.see("filter /at<-1s");
        terminal.gone("PEND");
        terminal.keys("}");
        terminal.gone("filter /");
        terminal.row(&["▸"]);
        terminal.keys("{");
        terminal.see("filter /at<-1s");
    });
}
