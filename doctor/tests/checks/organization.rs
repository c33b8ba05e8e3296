use crate::checks::{access_denied, body, not_checked, problems};
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
