//! The binary where there is no Lambda around it.

use std::process::{Command, Output};

fn run_with(environment: &[(&str, &str)]) -> Output {
    Command::new(super::BINARY)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("the built binary starts")
}

#[test]
fn outside_lambda_it_says_in_two_lines_what_it_is_and_exits_2() {
    let without_memory = [
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9"),
        ("AWS_LAMBDA_FUNCTION_NAME", "x"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "much"),
    ];
    for environment in [
        &[][..],
        &without_memory[..1],
        &without_memory[..3],
        &without_memory,
    ] {
        let output = run_with(environment);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 2, "{said}");
        assert!(lines[0].starts_with("controltower-trusted-access is an AWS Lambda function"));
        assert!(lines[1].contains("cargo run --example sandbox"));
        assert!(output.stdout.is_empty());
    }
}
