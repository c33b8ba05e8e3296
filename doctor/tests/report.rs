//! The exit codes, as documented in `--help`.

use std::fs::OpenOptions;
use std::io::Read;
use std::process::Stdio;

use crate::cli::{command, result, run, run_json};
use crate::fake_aws::scenarios::troubled;
use crate::fake_aws::{FakeReply, Scenario};

#[test]
fn the_exit_code_is_1_for_a_problem_else_2_for_an_unchecked_item_else_0() {
    let denied = FakeReply::Error(400, "AccessDeniedException", "no");
    let not_checked = Scenario::healthy().with("cloudtrail:DescribeTrails", denied);
    let disabled = FakeReply::Body(r#"{"EnabledServicePrincipals":[]}"#.into());
    let both = not_checked.clone().with(
        "organizations:ListAWSServiceAccessForOrganization",
        disabled,
    );
    for (scenario, code) in [(Scenario::healthy(), 0), (not_checked, 2), (both, 1)] {
        let aws = scenario.start();
        assert_eq!(run(&aws.url, &[]).code, code);
        let (document, json_code) = run_json(&aws.url, &[]);
        assert_eq!(json_code, code);
        assert_eq!(document["exitCode"].as_i64(), Some(code.into()));
    }
}

#[test]
fn a_closed_pipe_leaves_the_exit_code_of_the_findings_and_stderr_empty() {
    for (scenario, code) in [(Scenario::healthy(), 0), (troubled(), 1)] {
        let aws = scenario.start();
        let mut doctor = command(&aws.url, &[]).spawn().unwrap();
        drop(doctor.stdout.take());
        let mut stderr = String::new();
        let mut pipe = doctor.stderr.take().unwrap();
        pipe.read_to_string(&mut stderr).unwrap();
        assert_eq!(doctor.wait().unwrap().code(), Some(code));
        assert_eq!(stderr, "");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_an_error_with_exit_code_2() {
    let aws = Scenario::healthy().start();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = command(&aws.url, &[]);
    let run = result(command.stdout(Stdio::from(full)).output().unwrap());
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.starts_with("error: cannot write the output: "),
        "{}",
        run.stderr
    );
}
