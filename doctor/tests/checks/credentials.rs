use std::process::Command;

use serde_json::{Value, json};

use crate::checks::not_checked;
use crate::cli::{check, command, result, run_json};
use crate::fake_aws::Scenario;
use crate::http::{self, ConnectionAction, response, send};

/// Returns the command without the credentials of the tests.
fn without_credentials(url: &str, arguments: &[&str]) -> Command {
    let mut command = command(url, arguments);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        command.env_remove(name);
    }
    command
}

#[test]
fn without_credentials_every_check_is_not_checked_and_the_exit_code_is_2() {
    let aws = Scenario::healthy().start();
    let run = result(
        without_credentials(&aws.url, &["--json", "--roles"])
            .output()
            .unwrap(),
    );
    assert_eq!(run.code, 2, "{}", run.stderr);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let checks = document["checks"].as_array().unwrap();
    let (first, others) = checks.split_first().unwrap();
    let issue = &first["notChecked"][0];
    assert_eq!(issue["sentence"], "There are no credentials.");
    for way in [
        "aws sso login",
        "--profile",
        "AWS_ACCESS_KEY_ID",
        "CloudShell",
    ] {
        assert!(issue["remedy"].as_str().unwrap().contains(way), "{issue}");
    }
    assert_eq!(others.len(), 7);
    for check in others {
        let expected = json!([{"sentence": "No credentials.", "remedy": ""}]);
        assert_eq!(check["notChecked"], expected, "{check}");
    }
    assert_eq!(aws.calls().len(), 0);
}

#[test]
fn without_credentials_the_ways_out_are_told_once() {
    for arguments in [&[][..], &["outages"]] {
        let run = result(
            without_credentials("http://127.0.0.1:9", arguments)
                .output()
                .unwrap(),
        );
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert_eq!(
            run.stdout.matches("aws sso login").count(),
            1,
            "{}",
            run.stdout
        );
        assert!(!run.stdout.contains("provider"), "{}", run.stdout);
    }
}

/// `CloudShell` serves its credentials like a container of ECS.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
#[test]
fn the_credentials_of_cloudshell_are_used() {
    let shell = http::serve(|request, stream| {
        let is_authorized = request.header("authorization") == Some("shell-token");
        assert!(is_authorized && request.path == "/credentials");
        let body = r#"{"AccessKeyId":"ASIACLOUDSHELL","SecretAccessKey":"example","Token":"example","Expiration":"2036-01-01T00:00:00Z"}"#;
        send(
            stream,
            &response(200, "application/json", &[], body.as_bytes()),
        );
        ConnectionAction::Close
    });
    let aws = Scenario::healthy().start();
    let mut command = without_credentials(&aws.url, &[]);
    command
        .env(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            format!("http://{shell}/credentials"),
        )
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "shell-token");
    let run = result(command.output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stdout);
    let calls = aws.calls();
    assert!(
        calls
            .iter()
            .all(|call| call.access_key_id == "ASIACLOUDSHELL")
    );
}

#[test]
fn a_profile_that_does_not_exist_is_reported_and_no_other_credentials_are_used() {
    let aws = Scenario::healthy().start();
    let arguments = ["--profile", "missing"];
    let (document, code) = run_json(&aws.url, &arguments);
    assert_eq!(code, 2);
    let issues = not_checked(&document, "identity");
    assert!(issues.contains("the profile does not exist"), "{issues}");
    assert_eq!(aws.calls().len(), 0);
}

#[test]
fn the_account_arn_and_partition_of_the_caller_are_reported() {
    let aws = Scenario::healthy().start();
    let (document, _) = run_json(&aws.url, &[]);
    let facts = &check(&document, "identity")["facts"];
    assert_eq!(facts["account"], "111122223333");
    assert_eq!(facts["partition"], "aws");
    assert_eq!(
        facts["arn"],
        "arn:aws:sts::111122223333:assumed-role/Operator/dana"
    );
}
