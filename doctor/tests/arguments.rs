//! The command line.

use crate::cli::run;
use crate::fake_aws::Scenario;

#[test]
fn an_invalid_argument_is_one_error_with_exit_code_2_and_no_aws_call() {
    let aws = Scenario::healthy().start();
    for arguments in [
        ["--concurrency", "0"],
        ["--accounts", "1"],
        ["--role-name", "a/b"],
        ["--unknown", "x"],
        ["--no-roles", "--json"],
    ] {
        let run = run(&aws.url, &arguments);
        assert_eq!(run.code, 2);
        assert_eq!(run.stdout, "");
        assert!(
            run.stderr.starts_with("error: ") && run.stderr.contains(arguments[0]),
            "{}",
            run.stderr
        );
    }
    assert_eq!(aws.calls().len(), 0);
}

#[test]
fn help_documents_every_exit_code_and_that_nothing_is_changed() {
    let run = run("http://127.0.0.1:9", &["--help"]);
    assert_eq!(run.code, 0);
    for text in [
        "changes nothing",
        "\n  0    Every check that was made is healthy",
        "\n  1    At least one check has a problem",
        "\n  2    No check has a problem, but something could not be checked",
        "\n  130  Interrupted with Ctrl-C",
        "A closed pipe",
    ] {
        assert!(run.stdout.contains(text), "{text} in {}", run.stdout);
    }
}

#[test]
fn the_help_of_outages_documents_every_exit_code_and_no_option_of_the_tests() {
    let run = run("http://127.0.0.1:9", &["outages", "--help"]);
    assert_eq!(run.code, 0);
    for text in [
        "changes nothing",
        "--since <TIME>",
        "\n  0    Trusted access was on all the time",
        "\n  1    Trusted access was off at least once",
        "\n  2    No outage is known, but something could not be read",
        "\n  130  Interrupted with Ctrl-C",
    ] {
        assert!(run.stdout.contains(text), "{text} in {}", run.stdout);
    }
    assert!(
        !run.stdout.contains("--now") && !run.stdout.contains("--lookups"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_mistyped_option_command_or_value_gets_a_suggestion() {
    for (arguments, suggestion) in [
        (
            &["--stack-nam", "x"][..],
            "a similar argument exists: '--stack-name'",
        ),
        (&["outage"], "a similar subcommand exists: 'outages'"),
        (&["--region", "useast1"], "did you mean us-east-1?"),
        (
            &["--accounts", "1111-2222-3333"],
            "did you mean 111122223333?",
        ),
        (
            &["outages", "--since", "2026-11-20"],
            "did you mean 2026-11-20T00:00:00Z?",
        ),
    ] {
        let run = run("http://127.0.0.1:9", arguments);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(suggestion), "{}", run.stderr);
    }
}

/// Each example must be valid: with `--help` after its arguments it is parsed, and not run.
#[test]
fn the_help_of_each_command_has_examples_that_are_valid() {
    for command in [&[][..], &["outages"]] {
        let help = run("http://127.0.0.1:9", &[command, &["--help"]].concat()).stdout;
        let (_, examples) = help.split_once("\nExamples:\n").expect("examples");
        let examples: Vec<&str> = examples
            .lines()
            .take_while(|line| !line.is_empty())
            .collect();
        assert!(examples.len() >= 2, "{help}");
        for example in examples {
            let (line, purpose) = example.trim_start().split_once("  ").expect("a purpose");
            let line = line.split(" > ").next().unwrap();
            let arguments: Vec<&str> = line.split(' ').skip(1).chain(["--help"]).collect();
            assert_eq!(run("http://127.0.0.1:9", &arguments).code, 0, "{example}");
            assert!(!purpose.trim().is_empty());
        }
    }
}
