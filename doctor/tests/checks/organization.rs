use serde_json::json;

use crate::checks::{access_denied, assert_only_issue, body, not_checked, problems};
use crate::cli::{check, run_json};
use crate::fake_aws::replies::{MANAGEMENT, identity, organization};
use crate::fake_aws::{FakeReply, Scenario};

#[test]
fn a_member_account_is_a_problem_that_names_the_management_account() {
    let member = FakeReply::Body(identity("444455556666", "aws"));
    let aws = Scenario::healthy()
        .with("sts:GetCallerIdentity", member)
        .with(
            "organizations:ListAWSServiceAccessForOrganization",
            access_denied(),
        )
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    let problems = problems(&document, "organization");
    assert!(
        problems.contains("444455556666 is a member account") && problems.contains(MANAGEMENT),
        "{problems}"
    );
    assert_eq!(check(&document, "trustedAccess")["verdict"], "notChecked");
    assert_eq!(check(&document, "events")["verdict"], "healthy");
}

#[test]
fn no_organization_is_a_problem_and_the_other_checks_still_run() {
    let not_in_use =
        || FakeReply::Error(400, "AWSOrganizationsNotInUseException", "no organization");
    let aws = Scenario::healthy()
        .with("organizations:DescribeOrganization", not_in_use())
        .with(
            "organizations:ListAWSServiceAccessForOrganization",
            not_in_use(),
        )
        .start();
    let (document, code) = run_json(&aws.url, &["--roles"]);
    assert_eq!(code, 1);
    assert!(problems(&document, "organization").contains("not in an organization"));
    let trusted_access = not_checked(&document, "trustedAccess");
    assert!(
        trusted_access.contains("There is no trusted access without an organization"),
        "{trusted_access}"
    );
    assert_eq!(check(&document, "landingZone")["verdict"], "healthy");
    assert_eq!(check(&document, "roles")["verdict"], "healthy");
}

#[test]
fn an_organization_without_all_features_is_a_problem() {
    let billing_only = organization("CONSOLIDATED_BILLING");
    let aws = Scenario::healthy()
        .with("organizations:DescribeOrganization", body(&billing_only))
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    assert!(problems(&document, "organization").contains("Enable all features"));
}

const LIST_ADMINISTRATORS: &str = "organizations:ListDelegatedAdministrators";

#[test]
fn a_delegated_administrator_is_the_only_problem_and_has_the_command_that_deregisters_it() {
    let administrators = json!({"DelegatedAdministrators": [{"Id": "222200000001", "Name": "payments-dev", "Status": "ACTIVE"}]});
    let aws = Scenario::healthy()
        .with(LIST_ADMINISTRATORS, body(&administrators))
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    assert_only_issue(&document, "organization", "problems");
    let problem = &check(&document, "organization")["problems"][0];
    let sentence = problem["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("Account 222200000001 (payments-dev) is a delegated administrator"),
        "{sentence}"
    );
    assert_eq!(
        problem["command"],
        "aws organizations deregister-delegated-administrator --account-id 222200000001 --service-principal \
         controltower.amazonaws.com"
    );
    let request = &aws.calls_of(LIST_ADMINISTRATORS)[0].body;
    assert!(request.contains("controltower.amazonaws.com"), "{request}");
}

#[test]
fn delegated_administrators_that_cannot_be_listed_are_not_checked() {
    for reply in [
        access_denied(),
        FakeReply::Error(400, "TooManyRequestsException", "Rate exceeded"),
    ] {
        let aws = Scenario::healthy().with(LIST_ADMINISTRATORS, reply).start();
        let (document, code) = run_json(&aws.url, &[]);
        assert_eq!(code, 2);
        assert_only_issue(&document, "organization", "notChecked");
        let issues = not_checked(&document, "organization");
        assert!(issues.contains(LIST_ADMINISTRATORS), "{issues}");
    }
}

#[test]
fn a_partition_that_does_not_accept_control_tower_here_has_no_delegated_administrators() {
    let message = "You specified an unrecognized service principal.";
    let unrecognized = FakeReply::Error(400, "InvalidInputException", message);
    let aws = Scenario::healthy()
        .with(LIST_ADMINISTRATORS, unrecognized)
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 0, "{document:#}");
    let remarks = check(&document, "organization")["remarks"].to_string();
    assert!(remarks.contains("so there are none"), "{remarks}");
}
