//! The lines of `pushdeck doctor`, printed one by one as they come, or as one JSON document at the end.

use std::io::Write;

use serde_json::json;

use super::verdict::{Check, CheckLine, Level};
use crate::cli::console::{Console, Exit};

/// The version of the machine form; a field more is no new version.
const VERSION: u32 = 1;

/// All lines so far.
pub(super) struct Report {
    json: bool,
    lines: Vec<CheckLine>,
    /// The last trouble with standard output.
    unwritten: Option<std::io::Error>,
}

impl Report {
    pub(super) fn new(json: bool) -> Self {
        Self { json, lines: Vec::new(), unwritten: None }
    }

    /// Takes a line and, unless it is for a machine, prints it: the next may take some seconds.
    pub(super) fn add(&mut self, line: CheckLine, out: &mut dyn Write) {
        if !self.json {
            let written = writeln!(out, "{}", text(&line)).and_then(|()| out.flush());
            self.unwritten = written.err().or(self.unwritten.take());
        }
        self.lines.push(line);
    }

    /// Whether this check failed.
    pub(super) fn failed(&self, check: Check) -> bool {
        self.lines.iter().any(|line| line.check == check && line.level == Level::Fail)
    }

    /// What failed last.
    pub(super) fn last_failed(&self) -> Check {
        let failed = self.lines.iter().rev().find(|line| line.level == Level::Fail);
        failed.map_or(Check::Config, |line| line.check)
    }

    fn count(&self, level: Level) -> usize {
        self.lines.iter().filter(|line| line.level == level).count()
    }

    /// Prints the end. Warnings are no failure.
    pub(super) fn finish(mut self, console: &mut Console<'_>) -> Exit {
        let failed = self.count(Level::Fail);
        let end = if self.json { document(&self.lines) } else { self.summary() };
        let written = writeln!(console.out, "{end}").and_then(|()| console.out.flush());
        if let Some(err) = written.err().or(self.unwritten.take()) {
            console.print_error(&format!("cannot write to standard output: {err}"));
            return Exit::Failed;
        }
        if failed == 0 { Exit::Done } else { Exit::Failed }
    }

    fn summary(&self) -> String {
        let counts = [(Level::Fail, "failed"), (Level::Warn, "to look at"), (Level::Skip, "not tried")];
        let said: Vec<String> = counts
            .into_iter()
            .map(|(level, words)| (self.count(level), words))
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{count} {words}"))
            .collect();
        if said.is_empty() { "\nall is well".to_owned() } else { format!("\n{}", said.join(", ")) }
    }
}

fn text(line: &CheckLine) -> String {
    let CheckLine { check, level, what, next } = line;
    let next = next.as_ref().map(|next| format!("\n{:17}next: {next}", "")).unwrap_or_default();
    format!("{:<4}  {:<9}  {what}{next}", level.name(), check.name())
}

/// The machine form: every check by its name, in order.
fn document(lines: &[CheckLine]) -> String {
    let checks: Vec<_> = lines
        .iter()
        .map(|CheckLine { check, level, what, next }| {
            json!({"check": check.name(), "level": level.name(), "what": what, "next": next})
        })
        .collect();
    let ok = lines.iter().all(|line| line.level != Level::Fail);
    format!("{:#}", json!({"version": VERSION, "ok": ok, "checks": checks}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<CheckLine> {
        vec![
            CheckLine::ok(Check::Config, "/etc/c.toml"),
            CheckLine::fail(Check::Secret, "the file is open to others", "chmod 600 k"),
        ]
    }

    #[test]
    fn a_line_says_level_check_finding_and_below_it_what_to_do() {
        let shown: Vec<String> = lines().iter().map(text).collect();
        assert_eq!(
            shown.join("\n"),
            "ok    config     /etc/c.toml\nfail  secret     the file is open to others\n                 \
             next: chmod 600 k"
        );
    }

    #[test]
    fn the_machine_form_names_every_check_and_says_at_the_top_whether_all_is_well() {
        let document: serde_json::Value = serde_json::from_str(&document(&lines())).unwrap();
        let expected = json!({
            "version": 1,
            "ok": false,
            "checks": [
                {"check": "config", "level": "ok", "what": "/etc/c.toml", "next": null},
                {"check": "secret", "level": "fail", "what": "the file is open to others", "next": "chmod 600 k"},
            ],
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn the_summary_counts_what_is_not_well() {
        let mut report = Report::new(false);
        report.lines = lines();
        assert_eq!(report.summary(), "\n1 failed");
        assert_eq!((report.last_failed(), report.failed(Check::Config)), (Check::Secret, false));
        report.lines.truncate(1);
        assert_eq!(report.summary(), "\nall is well");
    }
}
