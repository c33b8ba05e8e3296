//! Failed AWS calls: never taken for absence, never hiding another check, and without any secret.

use crate::cli::{SECRET_KEY, SESSION_TOKEN, check, command, result, run_json};
use crate::fake_aws::deployment::{ADDRESS, FOREIGN_VARIABLE};
use crate::fake_aws::replies::{SESSION_SECRET, STACK};
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
        let (document, code) = run_json(&aws.url, &["--stack-name", STACK]);
        assert_eq!(code, 2, "{operation}");
        assert_eq!(check(&document, id)["verdict"], "notChecked", "{operation}");
    }
}

#[test]
fn a_call_without_a_response_times_out_and_is_not_checked() {
    let aws = Scenario::healthy()
        .with("cloudtrail:DescribeTrails", FakeReply::NoResponse)
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 2);
    let issues = check(&document, "events")["notChecked"].to_string();
    assert!(issues.contains("no response in time"), "{issues}");
    assert_eq!(check(&document, "landingZone")["verdict"], "healthy");
}

#[test]
fn no_secret_is_printed_whatever_fails() {
    // AWS repeats the signed headers in these errors, and the session token is one of them.
    let message = "The Canonical String for this request should have been x-amz-security-token:operators-session-token-example";
    let mismatch = |code| FakeReply::Error(403, code, message);
    let unknown_code = || mismatch("SomethingNewException");
    let scenarios = [
        Scenario::healthy(),
        Scenario::healthy().with("sts:GetCallerIdentity", mismatch("SignatureDoesNotMatch")),
        Scenario::healthy().with("sts:GetCallerIdentity", unknown_code()),
        Scenario::healthy().with("sts:AssumeRole", mismatch("SignatureDoesNotMatch")),
        Scenario::healthy().with("sts:AssumeRole", unknown_code()),
        Scenario::healthy().with("sts:AssumeRole", FakeReply::Html),
        Scenario::healthy().with("lambda:GetFunctionConfiguration", FakeReply::Html),
        // The function's own adapters.
        Scenario::healthy()
            .with(
                "organizations:ListAWSServiceAccessForOrganization",
                mismatch("InvalidSignatureException"),
            )
            .with(
                "controltower:ListLandingZones",
                mismatch("InvalidSignatureException"),
            ),
        Scenario::healthy()
            .with(
                "organizations:ListAWSServiceAccessForOrganization",
                unknown_code(),
            )
            .with("controltower:ListLandingZones", unknown_code()),
    ];
    let arguments = ["--roles", "--stack-name", STACK];
    for scenario in scenarios {
        let aws = scenario.start();
        for format in [&[][..], &["--json"]] {
            let mut command = command(&aws.url, &[format, &arguments].concat());
            // The SDK must not log, whatever RUST_LOG is.
            let run = result(command.env("RUST_LOG", "trace").output().unwrap());
            for secret in [
                SECRET_KEY,
                SESSION_TOKEN,
                SESSION_SECRET,
                replies::SESSION_TOKEN,
                FOREIGN_VARIABLE,
                ADDRESS,
            ] {
                assert!(!run.stdout.contains(secret), "{secret} in {}", run.stdout);
                assert!(!run.stderr.contains(secret), "{secret} in {}", run.stderr);
            }
        }
    }
}

#[test]
fn an_error_about_credentials_is_reduced_to_its_code_with_the_hint_to_sign_in() {
    let expired = || FakeReply::Error(403, "ExpiredTokenException", "a message with a token");
    for (operation, id) in [
        ("sts:GetCallerIdentity", "identity"),
        (
            "organizations:ListAWSServiceAccessForOrganization",
            "trustedAccess",
        ),
    ] {
        let aws = Scenario::healthy().with(operation, expired()).start();
        let (document, _) = run_json(&aws.url, &[]);
        let issue = &check(&document, id)["notChecked"][0];
        let sentence = issue["sentence"].as_str().unwrap();
        assert!(sentence.contains("ExpiredTokenException"), "{issue}");
        assert!(!sentence.contains("a message with"), "{issue}");
        assert!(
            issue["remedy"].as_str().unwrap().contains("Sign in again"),
            "{issue}"
        );
    }
}

#[test]
fn a_password_in_an_endpoint_or_a_proxy_is_not_printed() {
    for (variable, value) in [
        (
            "AWS_ENDPOINT_URL",
            "http://user:hunter2-example@127.0.0.1:9",
        ),
        ("AWS_ENDPOINT_URL", "http://user:hunter2-example@[bad"),
        ("AWS_ENDPOINT_URL", "user:hunter2-example@127.0.0.1"),
        ("HTTP_PROXY", "http://user:hunter2-example@127.0.0.1:9"),
        ("HTTP_PROXY", "http://user:hunter2-example@[bad"),
    ] {
        let mut command = command("http://127.0.0.1:9", &[]);
        let run = result(command.env(variable, value).output().unwrap());
        assert_eq!(run.code, 2, "{}", run.stderr);
        for output in [run.stdout, run.stderr] {
            assert!(!output.contains("hunter2"), "{variable} {output}");
        }
    }
}
