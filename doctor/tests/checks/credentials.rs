use crate::checks::not_checked;
use crate::cli::{check, command, result, run_json, verdicts};
use crate::fake_aws::Scenario;

#[test]
fn without_credentials_every_check_is_not_checked_and_the_exit_code_is_2() {
    let aws = Scenario::healthy().start();
    let mut command = command(&aws.url, &["--json", "--roles"]);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        command.env_remove(name);
    }
    let run = result(command.output().unwrap());
    assert_eq!(run.code, 2, "{}", run.stderr);
    let document = serde_json::from_str(&run.stdout).unwrap();
    let verdicts = verdicts(&document);
    assert!(
        verdicts
            .iter()
            .all(|verdict| verdict.ends_with("notChecked")),
        "{document:#}"
    );
    let issues = not_checked(&document, "identity");
    assert!(issues.contains("The caller is unknown"), "{issues}");
    assert!(issues.contains("--profile"), "{issues}");
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
