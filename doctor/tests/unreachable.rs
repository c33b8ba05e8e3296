//! AWS that refuses, answers nonsense or nothing: never taken for absence, and no check hides another.

use crate::run::{document, row};
use crate::scripted_aws::{Instead, World};

#[test]
fn a_refusal_of_every_call_leaves_no_check_without_its_own_reason() {
    let world = [
        "sts:GetCallerIdentity",
        "organizations:DescribeOrganization",
        "organizations:ListAWSServiceAccessForOrganization",
        "organizations:ListAccounts",
        "cloudtrail:DescribeTrails",
        "controltower:ListLandingZones",
        "cloudformation:DescribeStacks",
    ];
    let denied = || Instead::Error(403, "AccessDeniedException", "not allowed");
    let world = world
        .into_iter()
        .fold(World::healthy(), |world, operation| {
            world.with(operation, denied())
        });
    let aws = world.start();
    let (document, code) = document(&aws.url, &["--stack-name", "trusted-access"]);
    assert_eq!(code, 2);
    for check in [
        "identity",
        "organization",
        "trustedAccess",
        "events",
        "landingZone",
        "accounts",
        "deployment",
    ] {
        let row = row(&document, check);
        assert_eq!(row["verdict"], "notChecked", "{check}");
        assert!(
            row["notChecked"][0]["sentence"]
                .as_str()
                .unwrap()
                .contains("AccessDenied"),
            "{row}"
        );
    }
}

#[test]
fn an_answer_that_is_none_of_aws_is_not_checked_and_never_taken_for_absence() {
    for (operation, check) in [
        ("sts:GetCallerIdentity", "identity"),
        ("organizations:DescribeOrganization", "organization"),
        (
            "organizations:ListAWSServiceAccessForOrganization",
            "trustedAccess",
        ),
        ("cloudtrail:DescribeTrails", "events"),
        ("controltower:ListLandingZones", "landingZone"),
        ("cloudformation:DescribeStacks", "deployment"),
    ] {
        let aws = World::healthy().with(operation, Instead::Nonsense).start();
        let (document, code) =
            document(&aws.url, &["--stack-name", "trusted-access", "--no-roles"]);
        assert_eq!(code, 2, "{operation}");
        assert_eq!(
            row(&document, check)["verdict"],
            "notChecked",
            "{operation}"
        );
    }
}

#[test]
fn a_service_that_never_answers_is_not_checked_and_the_doctor_ends() {
    let aws = World::healthy()
        .with("cloudtrail:DescribeTrails", Instead::Silence)
        .start();
    let (document, code) = document(&aws.url, &["--no-roles"]);
    assert_eq!(code, 2);
    let told = row(&document, "events")["notChecked"].to_string();
    assert!(told.contains("no answer in time"), "{told}");
    assert_eq!(row(&document, "landingZone")["verdict"], "healthy");
}
