//! What is printed: the table and the document as committed files, what must never be there, and exit codes.
//!
//! `UPDATE=1 make doctor` writes the files anew.

use std::path::Path;
use std::{env, fs};

use serde_json::json;

use crate::run::{self, SECRET_KEY, TOKEN, command, document, row, told, verdicts};
use crate::scripted_aws::answers::{FOREIGN_VARIABLE, SESSION_SECRET, SESSION_TOKEN, account};
use crate::scripted_aws::{Instead, World};
use crate::worlds::troubled;

const ALL: [&str; 2] = ["--stack-name", "trusted-access"];

fn is_as_committed(name: &str, told: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/snapshots")
        .join(name);
    if env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, told).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == told,
        "{name} is not as committed, see `UPDATE=1 make doctor`:\n{told}"
    );
}

#[test]
fn the_table_is_as_committed_where_all_is_well_and_where_much_is_wrong() {
    let healthy = run::run(&World::healthy().start().url, &ALL);
    assert_eq!(healthy.errors, "");
    is_as_committed("healthy.txt", &healthy.told);
    assert!(include_str!("../../docs/doctor.md").contains(&healthy.told));
    let troubled = run::run(&troubled().start().url, &ALL);
    is_as_committed("troubled.txt", &troubled.told);
}

#[test]
fn the_document_is_as_committed_where_all_is_well_and_where_much_is_wrong() {
    let arguments = [&["--json"], &ALL[..]].concat();
    is_as_committed(
        "healthy.json",
        &run::run(&World::healthy().start().url, &arguments).told,
    );
    is_as_committed(
        "troubled.json",
        &run::run(&troubled().start().url, &arguments).told,
    );
}

#[test]
fn what_is_piped_is_plain_and_no_wider_than_120_columns() {
    let told = run::run(&troubled().start().url, &ALL).told;
    assert!(!told.contains('\u{1b}'), "{told:?}");
    let widest = told.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(120), "{widest:?}");
}

#[test]
fn the_exit_code_is_1_for_a_problem_else_2_for_what_was_not_checked_else_0() {
    let denied = || Instead::Error(400, "AccessDeniedException", "no");
    let unknown = || World::healthy().with("cloudtrail:DescribeTrails", denied());
    let problem = || Instead::Body(r#"{"EnabledServicePrincipals":[]}"#.into());
    let both = unknown().with(
        "organizations:ListAWSServiceAccessForOrganization",
        problem(),
    );
    for (world, code) in [(World::healthy(), 0), (unknown(), 2), (both, 1)] {
        let aws = world.start();
        assert_eq!(run::run(&aws.url, &["--no-roles"]).code, code);
        let (document, of_document) = document(&aws.url, &["--no-roles"]);
        assert_eq!(
            (of_document, document["exitCode"].as_i64()),
            (code, Some(code.into()))
        );
    }
}

#[test]
fn no_secret_is_printed_whatever_goes_wrong() {
    // AWS repeats the signed headers in this error, and the session token is one of them.
    let message = "The Canonical String for this request should have been x-amz-security-token:operators-session-token-example";
    let worlds = [
        World::healthy(),
        World::healthy().with(
            "sts:GetCallerIdentity",
            Instead::Error(403, "SignatureDoesNotMatch", message),
        ),
        World::healthy().with(
            "sts:AssumeRole",
            Instead::Error(403, "SignatureDoesNotMatch", message),
        ),
        World::healthy().with("sts:AssumeRole", Instead::Nonsense),
        World::healthy().with("lambda:GetFunctionConfiguration", Instead::Nonsense),
    ];
    for world in worlds {
        let aws = world.start();
        for format in [&[][..], &["--json"]] {
            let mut command = command(&aws.url, &[format, &ALL].concat());
            // The SDK's own logging, if somebody switches it on, has no place to go.
            let run = told(command.env("RUST_LOG", "trace").output().unwrap());
            for secret in [
                SECRET_KEY,
                TOKEN,
                SESSION_SECRET,
                SESSION_TOKEN,
                FOREIGN_VARIABLE,
            ] {
                assert!(!run.told.contains(secret), "{secret} in {}", run.told);
                assert!(!run.errors.contains(secret), "{secret} in {}", run.errors);
            }
        }
    }
}

#[test]
fn text_of_aws_drives_no_terminal_and_breaks_no_line() {
    let message = r"a\u001b[31mred\u202e\nnew line";
    let hostile = Instead::Error(400, "AccessDeniedException", message);
    let aws = World::healthy()
        .with("cloudtrail:DescribeTrails", hostile)
        .start();
    let run = run::run(&aws.url, &["--no-roles"]);
    assert!(run.told.contains("a [31mred  new line"), "{}", run.told);
    assert!(!run.told.contains('\u{1b}') && !run.told.contains('\u{202e}'));
}

#[test]
fn a_bad_argument_is_one_clear_message_and_exit_code_2_and_nobody_is_asked() {
    let aws = World::healthy().start();
    for arguments in [
        ["--concurrency", "0"],
        ["--accounts", "1"],
        ["--role-name", "a/b"],
        ["--unknown", "x"],
    ] {
        let run = run::run(&aws.url, &arguments);
        assert_eq!(run.code, 2);
        assert_eq!(run.told, "");
        assert!(
            run.errors.starts_with("error: ") && run.errors.contains(arguments[0]),
            "{}",
            run.errors
        );
    }
    assert_eq!(aws.calls().len(), 0);
}

#[test]
fn help_tells_the_exit_codes_and_that_nothing_is_changed() {
    let run = run::run("http://127.0.0.1:9", &["--help"]);
    assert_eq!(run.code, 0);
    for told in [
        "Changes nothing anywhere",
        "1 where a problem was found",
        "else 2",
    ] {
        assert!(run.told.contains(told), "{}", run.told);
    }
}

#[test]
fn without_credentials_every_check_says_so_and_the_exit_code_is_2() {
    let aws = World::healthy().start();
    let mut command = command(&aws.url, &["--json"]);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        command.env_remove(name);
    }
    let run = told(command.output().unwrap());
    assert_eq!(run.code, 2, "{}", run.errors);
    let document = serde_json::from_str(&run.told).unwrap();
    assert!(
        verdicts(&document)
            .iter()
            .all(|row| row.ends_with("notChecked")),
        "{document:#}"
    );
    let remedy = row(&document, "identity")["notChecked"][0]["remedy"].to_string();
    assert!(remedy.contains("--profile"), "{remedy}");
}

#[test]
fn a_profile_gives_credentials_and_the_region_of_the_landing_zone() {
    let aws = World::healthy().start();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("profiles-{}", std::process::id()));
    fs::write(
        &file,
        "[profile operator]\nregion = eu-central-1\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = example\n",
    )
    .unwrap();
    let mut command = command(&aws.url, &["--profile", "operator", "--no-roles"]);
    // The keys of the environment stay where they are: who names a profile means that one.
    let run = told(
        command
            .env_remove("AWS_REGION")
            .env("AWS_CONFIG_FILE", &file)
            .output()
            .unwrap(),
    );
    fs::remove_file(&file).unwrap();
    assert_eq!(run.code, 0, "{}", run.told);
    for call in aws.calls() {
        assert_eq!(call.key, "AKIAPROFILE", "{}", call.operation);
        let in_profiles =
            call.operation.starts_with("controltower") || call.operation == "sts:GetCallerIdentity";
        let expected = if in_profiles {
            "eu-central-1"
        } else {
            "us-east-1"
        };
        assert_eq!(call.region, expected, "{}", call.operation);
    }
}

#[test]
fn a_profile_that_does_not_exist_is_told_and_no_other_credentials_are_used() {
    let aws = World::healthy().start();
    let run = run::run(&aws.url, &["--profile", "nobody"]);
    assert_eq!(run.code, 2);
    let told = run.told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("there is no such profile"), "{told}");
    assert_eq!(aws.calls().len(), 0);
}

#[test]
fn an_endpoint_that_is_set_to_nothing_is_named_and_is_no_panic() {
    let mut command = command("http://127.0.0.1:9", &[]);
    let run = told(command.env("AWS_ENDPOINT_URL_STS", "").output().unwrap());
    assert_eq!(run.code, 2);
    assert!(
        run.errors.contains("AWS_ENDPOINT_URL_STS is empty"),
        "{}",
        run.errors
    );
}

/// The operations that a run may call, of which none changes anything: what docs/doctor.md allows is
/// what is called, and no more.
#[test]
fn the_permissions_of_the_readme_are_what_is_called_and_each_only_reads() {
    let accounts = json!({"Accounts": [{"Id": account(1), "State": "ACTIVE"}]}).to_string();
    let denied = Instead::Error(403, "AccessDenied", "no");
    let without_landing_zone = World::healthy()
        .with(
            "controltower:ListLandingZones",
            Instead::Body(r#"{"landingZones":[]}"#.into()),
        )
        .with("organizations:ListAccounts", Instead::Body(accounts))
        .with("sts:AssumeRole", denied);
    let mut called = std::collections::BTreeSet::new();
    for world in [World::healthy(), without_landing_zone] {
        let aws = world.start();
        run::run(&aws.url, &ALL);
        called.extend(aws.calls().into_iter().map(|call| call.operation));
    }
    for operation in &called {
        let verb = operation.split(':').nth(1).unwrap();
        let reads = ["Get", "List", "Describe", "Filter"]
            .iter()
            .any(|start| verb.starts_with(start));
        assert!(reads || operation == "sts:AssumeRole", "{operation}");
    }
    let page = include_str!("../../docs/doctor.md");
    let section = page.split("## Credentials and permissions").nth(1).unwrap();
    let policy = section
        .split("```json")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let policy: serde_json::Value = serde_json::from_str(policy).unwrap();
    let mut allowed = std::collections::BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        let action = &statement["Action"];
        let one = action.as_str().map(str::to_owned);
        let many = action.as_array().into_iter().flatten();
        allowed.extend(
            many.map(|action| action.as_str().unwrap().to_owned())
                .chain(one),
        );
    }
    assert_eq!(allowed, called);
}
