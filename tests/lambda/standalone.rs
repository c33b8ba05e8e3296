//! The binary outside Lambda.

use std::process::{Command, Output};

use crate::support::function::binary;

fn run_with(environment: &[(&str, &str)]) -> Output {
    Command::new(binary())
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("the built binary starts")
}

#[test]
fn outside_lambda_the_binary_prints_two_lines_of_help_and_exits_with_2() {
    let incomplete = [
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9"),
        ("AWS_LAMBDA_FUNCTION_NAME", "x"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "much"),
    ];
    for environment in [&[][..], &incomplete[..1], &incomplete[..3], &incomplete] {
        let output = run_with(environment);
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        let lines: Vec<&str> = stderr.lines().collect();
        assert_eq!(lines.len(), 2, "{stderr}");
        assert!(lines[0].starts_with("controltower-trusted-access is an AWS Lambda function"));
        assert!(lines[1].contains("cargo run --example sandbox"));
        assert!(output.stdout.is_empty());
    }
}
