use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::checks::{access_denied, not_checked, problems};
use crate::cli::{check, command, run, run_json};
use crate::fake_aws::replies::{MANAGEMENT, account};
use crate::fake_aws::{FakeReply, Scenario};

const ASSUME_ROLE: &str = "sts:AssumeRole";
const ROLES: [&str; 1] = ["--roles"];

fn denied() -> FakeReply {
    let message = "not authorized to perform: sts:AssumeRole";
    FakeReply::Error(403, "AccessDenied", message)
}

#[test]
fn without_the_argument_roles_the_accounts_are_listed_and_no_role_is_assumed() {
    let aws = Scenario::healthy().start();
    let run = run(&aws.url, &["--json"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["verdict"], "healthy");
    assert_eq!(check(&document, "accounts")["facts"]["count"], "4");
    let roles = check(&document, "roles");
    assert_eq!(roles["verdict"], "skipped");
    let summary = roles["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("not looked at; --roles assumes"),
        "{summary}"
    );
    assert_eq!(aws.count(ASSUME_ROLE), 0);
}

#[test]
fn a_line_announces_the_calls_before_the_first_one() {
    // No call is answered in this test, so that the line can only be one of before the calls.
    let aws = Scenario::healthy()
        .with(ASSUME_ROLE, FakeReply::NoResponse)
        .start();
    let mut doctor = command(&aws.url, &["--roles", "--concurrency", "3"])
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stderr = BufReader::new(doctor.stderr.take().unwrap());
    stderr.read_line(&mut line).unwrap();
    doctor.kill().unwrap();
    doctor.wait().unwrap();
    for text in [
        "Assuming AWSControlTowerExecution in each listed account, 3 at a time.",
        "quota of STS requests",
        "AssumeRole events of this caller, with the session name trusted-access-doctor",
    ] {
        assert!(line.contains(text), "{line}");
    }
}

#[test]
fn missing_and_unchecked_roles_are_listed_by_account_and_counted_by_ou() {
    let disabled = FakeReply::Error(400, "RegionDisabledException", "STS is not activated");
    let aws = Scenario::healthy()
        .with_role(&account(1), denied())
        .with_role(&account(3), disabled)
        .start();
    let (document, code) = run_json(&aws.url, &ROLES);
    assert_eq!(code, 1);
    assert_eq!(
        document["accounts"],
        json!([
            {"account": account(1), "organizationalUnit": "ou-abcd-sandbox1", "role": "missingOrNotTrusted"},
            {"account": account(3), "organizationalUnit": "ou-abcd-security", "role": "notChecked",
             "reason": "sts:AssumeRole: RegionDisabledException: STS is not activated"},
        ])
    );
    assert_eq!(
        document["organizationalUnits"]["ou-abcd-security"],
        json!({"present": 1, "missingOrNotTrusted": 0, "notChecked": 1})
    );
    let check = check(&document, "roles");
    let message = check["problems"][0]["sentence"].as_str().unwrap();
    assert!(message.starts_with("1 of 4 accounts refused"), "{message}");
    assert_eq!(check["facts"]["present"], "2");
}

#[test]
fn the_callers_permission_is_the_likely_cause_if_every_account_refuses() {
    let aws = Scenario::healthy().with(ASSUME_ROLE, denied()).start();
    let (document, code) = run_json(&aws.url, &ROLES);
    assert_eq!(code, 1);
    let problems = problems(&document, "roles");
    assert!(
        problems.contains("these credentials may not call sts:AssumeRole"),
        "{problems}"
    );
}

#[test]
fn every_session_policy_allows_only_get_caller_identity() {
    let aws = Scenario::healthy().start();
    run_json(&aws.url, &ROLES);
    let calls = aws.calls_of(ASSUME_ROLE);
    assert_eq!(calls.len(), 4);
    // {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetCallerIdentity","Resource":"*"}]}
    let policy = "Policy=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C\
                  %22Action%22%3A%22sts%3AGetCallerIdentity%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";
    for call in calls {
        let body = call.body;
        assert!(
            body.contains(policy) && body.contains("DurationSeconds=900"),
            "{body}"
        );
        assert!(!body.contains(MANAGEMENT), "{body}");
    }
}

#[test]
fn the_role_name_argument_replaces_the_execution_role() {
    let aws = Scenario::healthy().start();
    run_json(
        &aws.url,
        &["--roles", "--role-name", "OrganizationAccountAccessRole"],
    );
    let calls = aws.calls_of(ASSUME_ROLE);
    assert_eq!(calls.len(), 4);
    for call in calls {
        let body = call.body;
        assert!(
            body.contains("role%2FOrganizationAccountAccessRole"),
            "{body}"
        );
    }
}

#[test]
fn the_concurrency_never_exceeds_the_argument() {
    let scenario = Scenario {
        accounts: 60,
        latency: Duration::from_millis(30),
        ..Scenario::healthy()
    };
    let aws = scenario.start();
    run_json(&aws.url, &["--roles", "--concurrency", "7"]);
    // The lower bound is loose: a busy machine reaches less.
    let concurrency = aws.max_concurrency();
    assert!((2..=7).contains(&concurrency), "{concurrency}");
    assert_eq!(aws.count(ASSUME_ROLE), 60);
}

#[test]
fn throttled_accounts_are_retried_until_they_succeed() {
    let mut scenario = Scenario::healthy();
    scenario.accounts = 30;
    for index in (0..30).step_by(5) {
        let throttled = FakeReply::ErrorFirst(2, 400, "Throttling", "Rate exceeded");
        scenario = scenario.with_role(&account(index), throttled);
    }
    let aws = scenario.start();
    let (document, code) = run_json(&aws.url, &ROLES);
    assert_eq!(code, 0, "{document:#}");
    assert_eq!(aws.count(ASSUME_ROLE), 30 + 6 * 2);
}

#[test]
fn a_throttling_sts_slows_all_calls_down_and_fails_no_account() {
    let scenario = Scenario {
        accounts: 100,
        // Less than any machine reaches.
        assume_role_rate: 20,
        ..Scenario::healthy()
    };
    let aws = scenario.start();
    let (document, code) = run_json(&aws.url, &ROLES);
    assert_eq!(code, 0, "{:#}", check(&document, "roles"));
    let throttled = aws.count(ASSUME_ROLE) - 100;
    assert!(throttled > 0, "no call was throttled");
    // Without the slow-down each call would be throttled many times.
    assert!(throttled < 50, "{throttled}");
}

#[test]
fn an_account_without_a_response_is_not_checked_and_blocks_no_other() {
    let aws = Scenario::healthy()
        .with_role(&account(0), FakeReply::NoResponse)
        .start();
    let started = Instant::now();
    let (document, code) = run_json(&aws.url, &["--roles", "--concurrency", "1"]);
    assert_eq!(code, 2);
    assert_eq!(document["accounts"][0]["role"], "notChecked");
    assert_eq!(check(&document, "roles")["facts"]["present"], "3");
    assert!(started.elapsed() < Duration::from_mins(1));
}

#[test]
fn the_probe_gives_up_after_too_many_failures_in_a_row() {
    let expired = FakeReply::Error(400, "ExpiredToken", "The security token is expired");
    let mut scenario = Scenario::healthy().with(ASSUME_ROLE, expired);
    scenario.accounts = 500;
    let aws = scenario.start();
    let (document, code) = run_json(&aws.url, &ROLES);
    assert_eq!(code, 2);
    let calls = aws.count(ASSUME_ROLE);
    assert!(calls < 100, "{calls}");
    let issues = not_checked(&document, "roles");
    assert!(
        issues.contains("too many checks in a row failed"),
        "{issues}"
    );
}

#[test]
fn a_refusal_is_not_checked_if_the_enrolled_or_the_management_account_is_unknown() {
    for operation in [
        "controltower:ListLandingZones",
        "controltower:ListEnabledBaselines",
        "organizations:DescribeOrganization",
    ] {
        let aws = Scenario::healthy()
            .with(operation, access_denied())
            .with_role(&account(2), denied())
            .start();
        let (document, code) = run_json(&aws.url, &ROLES);
        assert_eq!(code, 2);
        let check = check(&document, "roles");
        assert_eq!(check["verdict"], "notChecked", "{check:#}");
        assert_eq!(check["facts"]["missingOrNotTrusted"], "1");
        let issues = not_checked(&document, "roles");
        assert!(issues.contains("Do not create the role"), "{issues}");
    }
}
