//! What the binary says where there is no Lambda around it.

/// What it is and how to try it, in two lines.
pub const HELP: &str = "\
controltower-trusted-access is an AWS Lambda function and does not run by itself: it keeps AWS Control Tower's trusted access in AWS Organizations.
Try it with `cargo run --example sandbox`; deploy it with `sam build && sam deploy --guided`.";

/// What Lambda sets for every function, and without which the runtime crate panics.
const SET_BY_LAMBDA: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
];

/// Whether the environment is that of a Lambda function; `is_set` tells if a variable is.
pub fn in_lambda(is_set: impl Fn(&str) -> bool) -> bool {
    SET_BY_LAMBDA.iter().all(|name| is_set(name))
}
