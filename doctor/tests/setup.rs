//! Set-up failures that nobody sees otherwise: each is one problem with its remedy, and hides no other check.

use serde_json::{Value, json};

use crate::run::{document, row, verdicts};
use crate::scripted_aws::answers::{MANAGEMENT, identity, landing_zone, organization, trail};
use crate::scripted_aws::{Instead, World};

fn body(value: &Value) -> Instead {
    Instead::Body(value.to_string())
}

/// What the problems of a row say, with their remedies.
fn problems(document: &Value, check: &str) -> String {
    row(document, check)["problems"].to_string()
}

#[test]
fn where_nothing_is_wrong_every_check_is_healthy_and_the_exit_code_0() {
    let aws = World::healthy().start();
    let (document, code) = document(&aws.url, &["--stack-name", "trusted-access"]);
    let checks = [
        "identity",
        "organization",
        "trustedAccess",
        "events",
        "landingZone",
        "accounts",
        "roles",
        "deployment",
    ];
    assert_eq!(
        verdicts(&document),
        checks.map(|check| format!("{check} healthy"))
    );
    assert_eq!(code, 0);
}

#[test]
fn a_member_account_is_a_problem_that_names_the_management_account() {
    let denied = Instead::Error(400, "AccessDeniedException", "no");
    let aws = World::healthy()
        .with(
            "sts:GetCallerIdentity",
            Instead::Body(identity("444455556666", "aws")),
        )
        .with("organizations:ListAWSServiceAccessForOrganization", denied)
        .start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 1);
    let told = problems(&document, "organization");
    assert!(
        told.contains("444455556666 is a member account") && told.contains(MANAGEMENT),
        "{told}"
    );
    assert_eq!(row(&document, "trustedAccess")["verdict"], "notChecked");
    assert_eq!(row(&document, "events")["verdict"], "healthy");
}

#[test]
fn no_organization_is_a_problem_and_the_rest_is_still_looked_at() {
    let not_in_use = || Instead::Error(400, "AWSOrganizationsNotInUseException", "no organization");
    let aws = World::healthy()
        .with("organizations:DescribeOrganization", not_in_use())
        .with(
            "organizations:ListAWSServiceAccessForOrganization",
            not_in_use(),
        )
        .start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 1);
    assert!(problems(&document, "organization").contains("in no organization"));
    assert_eq!(row(&document, "trustedAccess")["verdict"], "notChecked");
    assert_eq!(row(&document, "landingZone")["verdict"], "healthy");
    assert_eq!(row(&document, "roles")["verdict"], "healthy");
}

#[test]
fn an_organization_without_all_features_is_a_problem() {
    let aws = World::healthy()
        .with(
            "organizations:DescribeOrganization",
            body(&organization("CONSOLIDATED_BILLING")),
        )
        .start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 1);
    assert!(problems(&document, "organization").contains("Enable all features"));
}

#[test]
fn trusted_access_that_is_off_is_a_problem_and_says_what_the_function_would_do() {
    let none = json!({"EnabledServicePrincipals": []});
    let aws = World::healthy()
        .with(
            "organizations:ListAWSServiceAccessForOrganization",
            body(&none),
        )
        .start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 1);
    let row = row(&document, "trustedAccess");
    assert_eq!(row["verdict"], "problem");
    assert_eq!(row["facts"]["state"], "disabled");
    assert_eq!(row["facts"]["whenDesiredEnabled"], "EnableAWSServiceAccess");
    assert_eq!(row["facts"]["whenDesiredDisabled"], "nothing");
}

#[test]
fn a_trail_that_brings_no_events_is_named_with_the_reason() {
    let selectors =
        json!({"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true}]});
    for (operation, answer, reason) in [
        (
            "cloudtrail:DescribeTrails",
            json!({"trailList": []}),
            "there is no trail",
        ),
        (
            "cloudtrail:DescribeTrails",
            json!({"trailList": [trail("one", false)]}),
            "one covers another Region alone",
        ),
        (
            "cloudtrail:GetTrailStatus",
            json!({"IsLogging": false}),
            "organization-trail is not logging",
        ),
        (
            "cloudtrail:GetEventSelectors",
            selectors,
            "organization-trail does not log the management write events",
        ),
    ] {
        let aws = World::healthy().with(operation, body(&answer)).start();
        let (document, code) = document(&aws.url, &[]);
        assert_eq!(code, 1);
        let told = problems(&document, "events");
        assert!(told.contains(reason), "{told}");
    }
}

#[test]
fn a_trail_that_leaves_out_a_caller_is_not_checked() {
    let management = json!({"Field": "eventCategory", "Equals": ["Management"]});
    let of_others =
        json!({"Field": "userIdentity.arn", "NotEquals": ["arn:aws:iam::111122223333:role/Noisy"]});
    let selectors =
        json!({"AdvancedEventSelectors": [{"FieldSelectors": [management, of_others]}]});
    let aws = World::healthy()
        .with("cloudtrail:GetEventSelectors", body(&selectors))
        .start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 2);
    let told = row(&document, "events")["notChecked"].to_string();
    assert!(told.contains("depends on the call"), "{told}");
}

#[test]
fn one_trail_that_brings_the_events_is_enough_beside_one_that_is_not_shown() {
    let both = json!({"trailList": [trail("single", false), trail("all", true)]});
    let aws = World::healthy()
        .with("cloudtrail:DescribeTrails", body(&both))
        .start();
    let (document, _) = document(&aws.url, &[]);
    assert_eq!(row(&document, "events")["facts"]["trails"], "all");
}

#[test]
fn a_trail_that_may_not_be_looked_at_is_not_checked_and_names_the_permission() {
    let denied = Instead::Error(400, "AccessDeniedException", "not allowed");
    let aws = World::healthy()
        .with("cloudtrail:GetTrailStatus", denied)
        .start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 2);
    let told = row(&document, "events")["notChecked"].to_string();
    assert!(told.contains("Allow cloudtrail:GetTrailStatus"), "{told}");
}

#[test]
fn the_landing_zones_drift_failure_and_absence_are_problems_and_a_newer_version_is_a_remark() {
    let get = "controltower:GetLandingZone";
    for (operation, answer, told) in [
        (
            get,
            landing_zone("4.0", "4.0", "ACTIVE", "DRIFTED"),
            "reset the landing zone",
        ),
        (
            get,
            landing_zone("3.3", "4.0", "ACTIVE", "DRIFTED"),
            "on its latest version only",
        ),
        (
            get,
            landing_zone("4.0", "4.0", "FAILED", "IN_SYNC"),
            "operation on the landing zone failed",
        ),
        (
            "controltower:ListLandingZones",
            json!({"landingZones": []}),
            "--landing-zone-region",
        ),
    ] {
        let aws = World::healthy().with(operation, body(&answer)).start();
        let (document, code) = document(&aws.url, &[]);
        assert_eq!(code, 1, "{told}");
        assert!(
            problems(&document, "landingZone").contains(told),
            "{document:#}"
        );
    }
    let newer = landing_zone("3.3", "4.0", "PROCESSING", "IN_SYNC");
    let aws = World::healthy().with(get, body(&newer)).start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 0);
    assert_eq!(
        row(&document, "landingZone")["remarks"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn each_service_is_asked_in_its_own_region() {
    let aws = World::healthy()
        .with(
            "sts:GetCallerIdentity",
            Instead::Body(identity(MANAGEMENT, "aws-us-gov")),
        )
        .start();
    let arguments = [
        "--landing-zone-region",
        "us-gov-east-1",
        "--stack-name",
        "trusted-access",
    ];
    document(&aws.url, &arguments);
    for call in aws.calls() {
        let expected = match call.operation.split(':').next() {
            Some("controltower") => "us-gov-east-1",
            // Asked before the partition is known, in the Region of the environment.
            Some("sts") if call.operation.ends_with("Identity") => "us-east-1",
            _ => "us-gov-west-1",
        };
        assert_eq!(call.region, expected, "{}", call.operation);
        if call.operation == "sts:AssumeRole" {
            assert!(
                call.body.contains("RoleArn=arn%3Aaws-us-gov%3Aiam"),
                "{}",
                call.body
            );
        }
    }
}

#[test]
fn trails_are_looked_at_where_the_events_arrive_whatever_the_region_of_the_stack() {
    let aws = World::healthy().start();
    document(&aws.url, &["--region", "eu-west-1", "--no-roles"]);
    for call in aws.calls() {
        let of_trails = call.operation.starts_with("cloudtrail");
        let expected = if of_trails { "us-east-1" } else { "eu-west-1" };
        assert_eq!(call.region, expected, "{}", call.operation);
    }
}

#[test]
fn a_landing_zone_elsewhere_is_asked_at_home_and_its_accounts_are_listed_there() {
    let arn = "arn:aws:controltower:us-west-2:111122223333:landingzone/1A2B3C4D5E6F7G8H";
    let aws = World::healthy()
        .with(
            "controltower:ListLandingZones",
            Instead::Body(json!({"landingZones": [{"arn": arn}]}).to_string()),
        )
        .start();
    let (document, code) = document(&aws.url, &["--landing-zone-region", "eu-west-1"]);
    assert_eq!(code, 0);
    let row = row(&document, "landingZone");
    assert_eq!(row["verdict"], "healthy", "{row}");
    assert_eq!(row["facts"]["region"], "us-west-2", "{row}");
    let calls = aws.calls();
    let listed: Vec<&str> = calls
        .iter()
        .filter(|call| call.operation == "controltower:ListEnabledBaselines")
        .map(|call| call.region.as_str())
        .collect();
    assert!(
        !listed.is_empty() && listed.iter().all(|region| *region == "us-west-2"),
        "{listed:?}"
    );
}
