//! Failed AWS calls: never taken for absence, never hiding another check, and without any secret.

use crate::cli::{SECRET_KEY, SESSION_TOKEN, check, command, result, run_json};
use crate::fake_aws::replies::{FOREIGN_VARIABLE, SESSION_SECRET, STACK};
use crate::fake_aws::{FakeReply, Scenario, replies};

#[test]
fn an_access_denied_error_of_every_call_is_reported_by_its_own_check() {
    let operations = [
        "sts:GetCallerIdentity",
        "organizations:DescribeOrganization",
        "organizations:ListAWSServiceAccessForOrganization",
        "organizations:ListAccounts",
        "cloudtrail:DescribeTrails",
        "controltower:ListLandingZones",
        "cloudformation:DescribeStacks",
    ];
    let denied = || FakeReply::Error(403, "AccessDeniedException", "not allowed");
    let scenario = operations
        .into_iter()
        .fold(Scenario::healthy(), |scenario, operation| {
            scenario.with(operation, denied())
        });
    let aws = scenario.start();
    let (document, code) = run_json(&aws.url, &["--stack-name", STACK]);
    assert_eq!(code, 2);
    for id in [
        "identity",
        "organization",
        "trustedAccess",
        "events",
        "landingZone",
        "accounts",
        "deployment",
    ] {
        let check = check(&document, id);
        assert_eq!(check["verdict"], "notChecked", "{id}");
        let message = check["notChecked"][0]["sentence"].as_str().unwrap();
        assert!(message.contains("AccessDenied"), "{check}");
    }
}

#[test]
fn a_response_that_cannot_be_parsed_is_not_checked_and_never_taken_for_absence() {
    for (operation, id) in [
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
        let aws = Scenario::healthy().with(operation, FakeReply::Html).start();
        let (document, code) = run_json(&aws.url, &["--stack-name", STACK, "--no-roles"]);
        assert_eq!(code, 2, "{operation}");
        assert_eq!(check(&document, id)["verdict"], "notChecked", "{operation}");
    }
}

#[test]
fn a_call_without_a_response_times_out_and_is_not_checked() {
    let aws = Scenario::healthy()
        .with("cloudtrail:DescribeTrails", FakeReply::NoResponse)
        .start();
    let (document, code) = run_json(&aws.url, &["--no-roles"]);
    assert_eq!(code, 2);
    let issues = check(&document, "events")["notChecked"].to_string();
    assert!(issues.contains("no response in time"), "{issues}");
    assert_eq!(check(&document, "landingZone")["verdict"], "healthy");
}

#[test]
fn no_secret_is_printed_whatever_fails() {
    // AWS repeats the signed headers in this error, and the session token is one of them.
    let message = "The Canonical String for this request should have been x-amz-security-token:operators-session-token-example";
    let mismatch = || FakeReply::Error(403, "SignatureDoesNotMatch", message);
    let scenarios = [
        Scenario::healthy(),
        Scenario::healthy().with("sts:GetCallerIdentity", mismatch()),
        Scenario::healthy().with("sts:AssumeRole", mismatch()),
        Scenario::healthy().with("sts:AssumeRole", FakeReply::Html),
        Scenario::healthy().with("lambda:GetFunctionConfiguration", FakeReply::Html),
    ];
    let arguments = ["--stack-name", STACK];
    for scenario in scenarios {
        let aws = scenario.start();
        for format in [&[][..], &["--json"]] {
            let mut command = command(&aws.url, &[format, &arguments].concat());
            // The SDK must not log, whatever the environment asks for.
            let run = result(command.env("RUST_LOG", "trace").output().unwrap());
            for secret in [
                SECRET_KEY,
                SESSION_TOKEN,
                SESSION_SECRET,
                replies::SESSION_TOKEN,
                FOREIGN_VARIABLE,
            ] {
                assert!(!run.stdout.contains(secret), "{secret} in {}", run.stdout);
                assert!(!run.stderr.contains(secret), "{secret} in {}", run.stderr);
            }
        }
    }
}
