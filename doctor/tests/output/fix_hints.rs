//! `--fix-hints`: the commands and nothing else.

use crate::cli::{run, run_json};
use crate::fake_aws::Scenario;
use crate::fake_aws::scenarios::troubled;

#[test]
fn fix_hints_prints_exactly_the_commands_of_the_problems_in_their_order() {
    let aws = troubled().start();
    let run = run(&aws.url, &["--fix-hints"]);
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!((run.code, code), (1, 1));
    let checks = document["checks"].as_array().unwrap().iter();
    let problems = checks.flat_map(|check| check["problems"].as_array().unwrap());
    let commands: Vec<&str> = problems.filter_map(|one| one["command"].as_str()).collect();
    assert!(commands.len() >= 2, "{document:#}");
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), commands);
    assert!(commands.iter().all(|command| command.starts_with("aws ")));
    assert!(
        run.stderr
            .starts_with("Problems without a command: 1. Not checked: 1."),
        "{}",
        run.stderr
    );
}

#[test]
fn fix_hints_prints_nothing_in_a_healthy_organization() {
    let run = run(&Scenario::healthy().start().url, &["--fix-hints"]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, "", "")
    );
}

#[test]
fn fix_hints_and_json_exclude_each_other() {
    let run = run("http://127.0.0.1:9", &["--fix-hints", "--json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
}
