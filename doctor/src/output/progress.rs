//! Progress bars on standard error, shown only on a terminal.

use std::cell::Cell;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress of the role check.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts a bar at zero accounts.
    pub fn start() -> Self {
        let bar = start_bar(0, "{bar:40} {pos} of {len} accounts checked, {eta} left");
        Self { bar }
    }

    /// Counts one checked account of the `listed` ones. The list may still grow.
    pub fn increment(&self, listed: usize) {
        self.bar.set_length(listed as u64);
        self.bar.inc(1);
    }
}

/// Clears the bar, also if the check is interrupted.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The progress of the search for outages. The number of events is known only at the end, that of the passes before.
#[derive(Debug)]
pub struct LookupProgress {
    bar: ProgressBar,
    events: Cell<usize>,
}

impl LookupProgress {
    /// Starts a bar without a pass.
    pub fn start() -> Self {
        let bar = start_bar(0, "{bar:40} {pos} of {len} event names, {msg}");
        bar.set_message("0 events");
        Self {
            bar,
            events: Cell::new(0),
        }
    }

    /// Adds passes to the length of the bar.
    pub fn add_passes(&self, count: usize) {
        self.bar.inc_length(count as u64);
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

fn start_bar(length: u64, template: &str) -> ProgressBar {
    // Draws nothing if standard error is not a terminal.
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
