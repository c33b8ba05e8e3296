//! The settings of the function's invocations: reserved concurrency, retries and destinations.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function_event_invoke_config::GetFunctionEventInvokeConfigOutput as InvokeConfig;
use aws_sdk_lambda::types::DestinationConfig;
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::stack::Stack;
use super::{changed, is_not_found, resource_call_failed};
use crate::action::{Action, shell_word};
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// The values of `EventInvokeConfig` in `template.yaml`.
const MAX_RETRIES: i32 = 2;
const MAX_AGE_SECONDS: i32 = 3600;

/// Checks the settings of asynchronous invocations and the concurrency.
pub(super) async fn check(lambda: Client, stack: &Stack) -> Finding {
    let name = stack.function().unwrap_or_default();
    let concurrency = lambda.get_function_concurrency().function_name(name).send();
    let config = lambda
        .get_function_event_invoke_config()
        .function_name(name)
        .send();
    let (concurrency, config) = tokio::join!(concurrency, config);
    let concurrency = match concurrency {
        Ok(response) => check_concurrency(response.reserved_concurrent_executions(), stack),
        Err(error) => {
            let error = AwsError::new("lambda:GetFunctionConcurrency", &error);
            resource_call_failed("function", error)
        }
    };
    let config = match config {
        Ok(config) => check_invoke_config(&config, stack),
        Err(error) => {
            let error = AwsError::new("lambda:GetFunctionEventInvokeConfig", &error);
            if is_not_found(&error) {
                changed("The function's destinations and retries were deleted: reports and failed events are lost.".to_owned())
            } else {
                Finding::call_failed(Check::Deployment, error)
            }
        }
    };
    concurrency.merge(config)
}

fn check_concurrency(actual: Option<i32>, stack: &Stack) -> Finding {
    let finding = Finding::new(Check::Deployment);
    let describe = |value: Option<i32>| value.map_or("none".to_owned(), |value| value.to_string());
    let parameter = stack.set_parameter("ReservedConcurrency");
    let expected = parameter.and_then(|value| value.parse().ok());
    if actual == Some(0) {
        return finding.problem(
            "The function's reserved concurrency is 0: it never runs.",
            Action::new(
                "If you did not stop it yourself, see docs/runbook.md#tampering. Start it again, see \
                 docs/operate.md#planned-maintenance.",
                start_command(expected, stack),
            ),
        );
    }
    if actual == expected {
        return finding;
    }
    changed(format!(
        "The function's reserved concurrency is {}, but the stack's is {}.",
        describe(actual),
        describe(expected)
    ))
}

/// Returns the command that sets the concurrency of the stack again.
fn start_command(expected: Option<i32>, stack: &Stack) -> Option<String> {
    let (name, region) = (shell_word(stack.function()?)?, &stack.region);
    Some(match expected {
        Some(number) => format!(
            "aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions {number} --region {region}"
        ),
        None => format!(
            "aws lambda delete-function-concurrency --function-name {name} --region {region}"
        ),
    })
}

/// Compares with the template. The differences are one problem, because one call sets them all.
fn check_invoke_config(config: &InvokeConfig, stack: &Stack) -> Finding {
    let destinations = config.destination_config();
    let on_success = destinations
        .and_then(DestinationConfig::on_success)
        .and_then(|one| one.destination());
    let on_failure = destinations
        .and_then(DestinationConfig::on_failure)
        .and_then(|one| one.destination());
    let number = |value: Option<i32>| value.map(|value| value.to_string());
    let settings = [
        (
            "the destination on success",
            on_success.map(str::to_owned),
            stack.bus_arn(),
        ),
        (
            "the destination on failure",
            on_failure.map(str::to_owned),
            stack.queue_arn(),
        ),
        (
            "the number of retries",
            number(config.maximum_retry_attempts()),
            number(Some(MAX_RETRIES)),
        ),
        (
            "the maximum age in seconds",
            number(config.maximum_event_age_in_seconds()),
            number(Some(MAX_AGE_SECONDS)),
        ),
    ];
    let differences = settings
        .iter()
        .filter(|(_, actual, expected)| actual != expected);
    let differences: Vec<String> = differences
        .map(|(name, actual, expected)| {
            let text = |value: &Option<String>| sanitize_line(value.as_deref().unwrap_or("none"));
            format!("{name} is {}, and not {}", text(actual), text(expected))
        })
        .collect();
    if differences.is_empty() {
        return Finding::new(Check::Deployment);
    }
    changed(format!(
        "The function's settings for events differ from the template: {}.",
        differences.join("; ")
    ))
}
