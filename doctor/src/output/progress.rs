//! A progress bar on standard error, shown only on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress of the role check.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts a bar at zero accounts.
    pub fn start() -> Self {
        // Draws nothing if standard error is not a terminal.
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let template = "{bar:40} {pos} of {len} accounts checked, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
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
