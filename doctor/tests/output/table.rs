//! The committed table. `UPDATE=1 make test-doctor` writes it anew.

use crate::cli::run;
use crate::fake_aws::replies::STACK;
use crate::fake_aws::scenarios::troubled;
use crate::fake_aws::{FakeReply, Scenario};
use crate::output::assert_matches_snapshot;

const ALL_CHECKS: [&str; 2] = ["--stack-name", STACK];

#[test]
fn the_table_matches_the_snapshots() {
    let healthy = run(&Scenario::healthy().start().url, &ALL_CHECKS);
    assert_matches_snapshot("healthy.txt", &healthy.stdout);
    let with_roles = [&ALL_CHECKS[..], &["--roles"]].concat();
    let troubled = run(&troubled().start().url, &with_roles);
    assert_matches_snapshot("troubled.txt", &troubled.stdout);
}

#[test]
fn the_documentation_shows_the_table_of_a_healthy_organization() {
    let page = include_str!("../../../docs/doctor.md");
    assert!(page.contains(include_str!("../snapshots/healthy.txt")));
}

#[test]
fn aws_text_cannot_control_the_terminal_or_break_a_line() {
    let message = r"a\u001b[31mred\u202e\nnew line";
    let hostile = FakeReply::Error(400, "AccessDeniedException", message);
    let aws = Scenario::healthy()
        .with("cloudtrail:DescribeTrails", hostile)
        .start();
    let run = run(&aws.url, &[]);
    assert!(run.stdout.contains("a [31mred  new line"), "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{202e}'));
}

#[test]
fn the_table_lists_25_unhealthy_accounts_and_the_number_of_the_others() {
    let denied = FakeReply::Error(403, "AccessDenied", "not authorized");
    let mut scenario = Scenario::healthy().with("sts:AssumeRole", denied);
    scenario.accounts = 30;
    let run = run(&scenario.start().url, &["--roles"]);
    let rows = run.stdout.lines().filter(|line| line.starts_with("2222"));
    assert_eq!(rows.count(), 25);
    assert!(run.stdout.contains("and 5 more; --json lists all of them"));
}
