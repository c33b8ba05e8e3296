//! Progress on standard error, shown only on a terminal. It is cleared before the output.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::table::verdict_word;
use crate::finding::{Check, Finding};

/// The time between two pictures of the spinner.
const TICK: Duration = Duration::from_millis(100);
/// The columns of a verdict and of a title.
const VERDICT_WIDTH: usize = 13;
const TITLE_WIDTH: usize = 20;

/// The progress of the checks: a line for each, and below them a spinner, then the bar of the role check.
#[derive(Debug)]
pub struct Progress {
    lines: MultiProgress,
    checks: BTreeMap<Check, ProgressBar>,
    bar: ProgressBar,
    counts_accounts: Cell<bool>,
}

impl Progress {
    /// Shows the checks as running. The first one may wait for credentials for seconds.
    pub fn start() -> Self {
        let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let checks = Check::ALL.map(|check| {
            let line = lines.add(ProgressBar::no_length().with_style(style("{wide_msg}")));
            line.set_message(describe_check("checking", check, ""));
            (check, line)
        });
        let bar = ProgressBar::no_length().with_style(style("{spinner} {wide_msg}"));
        let bar = lines.add(bar.with_message("Ctrl-C prints the results so far"));
        bar.enable_steady_tick(TICK);
        Self {
            lines,
            checks: BTreeMap::from(checks),
            bar,
            counts_accounts: Cell::new(false),
        }
    }

    /// Shows the finding of a check. A later finding of the same check replaces it.
    pub fn show(&self, finding: &Finding) {
        if let Some(line) = self.checks.get(&finding.check) {
            let (word, _) = verdict_word(finding.verdict());
            line.set_message(describe_check(word, finding.check, &finding.summary));
        }
    }

    /// Prints a line above the checks, which stays.
    pub fn announce(&self, line: &str) {
        if self.lines.is_hidden() || self.lines.println(line).is_err() {
            eprintln!("{line}");
        }
    }

    /// Counts one checked account of the `listed` ones. The list may still grow.
    pub fn count_account(&self, listed: usize) {
        if !self.counts_accounts.replace(true) {
            let template = "{bar:40} {pos} of {len} accounts checked, {eta} left";
            self.bar.set_style(style(template));
            self.bar.reset();
        }
        self.bar.set_length(listed as u64);
        self.bar.inc(1);
    }
}

/// Clears all lines, also if the run is interrupted.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.disable_steady_tick();
        // The terminal may be closed, and then nothing is left to clear.
        let _ = self.lines.clear();
        self.lines.set_draw_target(ProgressDrawTarget::hidden());
    }
}

fn describe_check(word: &str, check: Check, summary: &str) -> String {
    let title = check.title();
    format!("{word:VERDICT_WIDTH$}{title:TITLE_WIDTH$}{summary}")
}

/// The progress of the search for outages. The number of events is known only at the end, that of the passes before.
#[derive(Debug)]
pub struct LookupProgress {
    bar: ProgressBar,
    events: Cell<usize>,
}

impl LookupProgress {
    /// Starts a spinner, which the first passes replace by a bar.
    pub fn start() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
            .with_style(style("{spinner} {wide_msg}"))
            .with_message("Reading the current state. Ctrl-C prints the results so far");
        bar.enable_steady_tick(TICK);
        Self {
            bar,
            events: Cell::new(0),
        }
    }

    /// Adds passes to the length of the bar.
    pub fn add_passes(&self, count: usize) {
        self.bar
            .set_style(style("{bar:40} {pos} of {len} event names, {msg}"));
        self.bar.inc_length(count as u64);
        self.add_events(0);
    }

    /// Counts the events of a page.
    pub fn add_events(&self, count: usize) {
        let events = self.events.get() + count;
        self.events.set(events);
        self.bar.set_message(format!("{events} events"));
    }

    /// Counts a finished pass.
    pub fn finish_pass(&self) {
        self.bar.inc(1);
    }
}

/// Clears the bar, also if the search is interrupted.
impl Drop for LookupProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // A template is a constant, and the tests on a terminal show each of them.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
