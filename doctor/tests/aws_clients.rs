//! The Region and the credentials of each call.

use std::fs;
use std::path::Path;

use crate::cli::{check, command, result, run_json};
use crate::fake_aws::replies::{MANAGEMENT, STACK, identity};
use crate::fake_aws::{FakeAws, FakeReply, Scenario};

/// Returns a fake AWS of another partition.
fn of_partition(partition: &str) -> FakeAws {
    let caller = FakeReply::Body(identity(MANAGEMENT, partition));
    Scenario::healthy()
        .with("sts:GetCallerIdentity", caller)
        .start()
}

#[test]
fn in_the_european_sovereign_cloud_each_service_is_called_in_its_region() {
    let aws = of_partition("aws-eusc");
    let (document, _) = run_json(
        &aws.url,
        &["--roles", "--landing-zone-region", "eusc-de-east-1"],
    );
    assert_eq!(
        check(&document, "identity")["facts"]["partition"],
        "aws-eusc"
    );
    for call in aws.calls() {
        // Called before the partition is known, in the Region of the environment.
        let is_first = call.operation == "sts:GetCallerIdentity";
        let expected = if is_first {
            "us-east-1"
        } else {
            "eusc-de-east-1"
        };
        assert_eq!(call.region, expected, "{}", call.operation);
        if call.operation == "sts:AssumeRole" {
            assert!(
                call.body.contains("RoleArn=arn%3Aaws-eusc%3Aiam"),
                "{}",
                call.body
            );
        }
    }
}

#[test]
fn each_service_is_called_in_the_region_of_its_partition_and_argument() {
    let aws = of_partition("aws-us-gov");
    let arguments = [
        "--landing-zone-region",
        "us-gov-east-1",
        "--stack-name",
        STACK,
        "--roles",
    ];
    run_json(&aws.url, &arguments);
    for call in aws.calls() {
        let expected = match call.operation.split(':').next() {
            Some("controltower") => "us-gov-east-1",
            // Called before the partition is known, in the Region of the environment.
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
fn trails_are_read_in_the_event_region_whatever_the_region_argument() {
    let aws = Scenario::healthy().start();
    run_json(&aws.url, &["--region", "eu-west-1"]);
    for call in aws.calls() {
        let is_trail = call.operation.starts_with("cloudtrail");
        let expected = if is_trail { "us-east-1" } else { "eu-west-1" };
        assert_eq!(call.region, expected, "{}", call.operation);
    }
}

#[test]
fn a_profile_provides_the_credentials_and_the_region_of_the_landing_zone() {
    let aws = Scenario::healthy().start();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("profiles-{}", std::process::id()));
    fs::write(
        &file,
        "[profile operator]\nregion = eu-central-1\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = example\n",
    )
    .unwrap();
    // The keys in the environment stay set: the profile must win.
    let mut command = command(&aws.url, &["--profile", "operator"]);
    command
        .env_remove("AWS_REGION")
        .env("AWS_CONFIG_FILE", &file);
    let run = result(command.output().unwrap());
    fs::remove_file(&file).unwrap();
    assert_eq!(run.code, 0, "{}", run.stdout);
    for call in aws.calls() {
        assert_eq!(call.access_key_id, "AKIAPROFILE", "{}", call.operation);
        let uses_profile_region =
            call.operation.starts_with("controltower") || call.operation == "sts:GetCallerIdentity";
        let expected = if uses_profile_region {
            "eu-central-1"
        } else {
            "us-east-1"
        };
        assert_eq!(call.region, expected, "{}", call.operation);
    }
}

#[test]
fn an_empty_endpoint_variable_is_an_error_that_names_it() {
    let mut command = command("http://127.0.0.1:9", &[]);
    let run = result(command.env("AWS_ENDPOINT_URL_STS", "").output().unwrap());
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("AWS_ENDPOINT_URL_STS is empty"),
        "{}",
        run.stderr
    );
}
