//! The progress bar in a pipe. `tests/emulators/test_doctor_terminal.py` tests it on a terminal.

use crate::cli::run;
use crate::fake_aws::Scenario;

#[test]
fn no_progress_bar_is_drawn_if_stderr_is_not_a_terminal() {
    let run = run(&Scenario::healthy().start().url, &[]);
    assert_eq!(run.code, 0);
    assert_eq!(run.stderr, "");
}
