//! The message of the binary if it is started outside Lambda.

/// What the program is and how to try it, in two lines.
pub const HELP: &str = "\
controltower-trusted-access is an AWS Lambda function and does not run by itself: it keeps AWS Control Tower's trusted access in AWS Organizations.
Try it with `cargo run --example sandbox`; deploy it with `sam build && sam deploy --guided`.";

/// Returns whether the environment, which `variable` looks up, is that of a Lambda function. Without one of these
/// variables, which Lambda sets for every function, `lambda_runtime` panics.
pub fn is_in_lambda(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let memory = variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
    is_set("AWS_LAMBDA_RUNTIME_API")
        && is_set("AWS_LAMBDA_FUNCTION_NAME")
        && is_set("AWS_LAMBDA_FUNCTION_VERSION")
        && memory.is_some_and(|mebibytes| mebibytes.parse::<i32>().is_ok())
}
