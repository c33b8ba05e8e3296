use crate::checks::{access_denied, assert_only_issue, not_checked, problems};
use crate::cli::run_json;
use crate::fake_aws::replies::{STACK, stacks};
use crate::fake_aws::{FakeReply, Scenario};

const LIST_STACKS: &str = "cloudformation:ListStacks";

#[test]
fn a_second_stack_of_the_template_is_the_only_problem_and_both_are_named() {
    let both = stacks(&[(STACK, "UPDATE_COMPLETE"), ("old-one", "CREATE_COMPLETE")]);
    let aws = Scenario::healthy()
        .with(LIST_STACKS, FakeReply::Body(both))
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    assert_only_issue(&document, "deployment", "problems");
    let problems = problems(&document, "deployment");
    assert!(
        problems.contains(
            "us-east-1 has 2 stacks of template.yaml: controltower-trusted-access, old-one."
        ),
        "{problems}"
    );
}

#[test]
fn a_deleted_stack_of_the_template_is_no_second_one() {
    for status in ["DELETE_COMPLETE", "ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"] {
        let deleted = stacks(&[(STACK, "UPDATE_COMPLETE"), (STACK, status)]);
        let aws = Scenario::healthy()
            .with(LIST_STACKS, FakeReply::Body(deleted))
            .start();
        assert_eq!(run_json(&aws.url, &[]).1, 0, "{status}");
    }
}

#[test]
fn a_list_that_cannot_be_read_is_not_checked() {
    for reply in [
        access_denied(),
        FakeReply::Error(400, "Throttling", "Rate exceeded"),
    ] {
        let aws = Scenario::healthy().with(LIST_STACKS, reply).start();
        let (document, code) = run_json(&aws.url, &[]);
        assert_eq!(code, 2);
        assert_only_issue(&document, "deployment", "notChecked");
        let issues = not_checked(&document, "deployment");
        assert!(issues.contains("if there is a second stack"), "{issues}");
    }
}
