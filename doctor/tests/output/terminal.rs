//! Piped output. `tests/emulators/test_doctor_terminal.py` tests the output on a terminal.

use crate::cli::run;
use crate::fake_aws::replies::STACK;
use crate::fake_aws::scenarios::troubled;

#[test]
fn piped_output_has_no_colors_and_at_most_120_columns() {
    let stdout = run(&troubled().start().url, &["--roles", "--stack-name", STACK]).stdout;
    assert!(!stdout.contains('\u{1b}'), "{stdout:?}");
    let widest = stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(120), "{widest:?}");
}
