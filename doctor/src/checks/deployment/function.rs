//! The function: whether it can run, and its code, role and layers.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput as Configuration;
use aws_sdk_lambda::types::{LastUpdateStatus, State};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::stack::Stack;
use super::status::is_settled;
use super::{changed, environment, resource_call_failed};
use crate::aws_error::AwsError;
use crate::code_sha256::CodeSha256;
use crate::finding::{Check, Finding};

const RUNTIME: &str = "provided.al2023";
/// Checks the function of the stack. Its code is compared with `expected_code`.
pub(super) async fn check(
    lambda: Client,
    stack: &Stack,
    expected_code: Option<&CodeSha256>,
) -> Finding {
    let Some(name) = stack.function() else {
        return Finding::new(Check::Deployment).problem(
            "The stack has no resource Function.",
            "Use --stack-name with the stack of template.yaml. The forwarder's stack, for example, has no function.",
        );
    };
    let request = lambda.get_function_configuration().function_name(name);
    match request.send().await {
        Ok(configuration) => check_configuration(name, &configuration, stack)
            .merge(check_code(configuration.code_sha256(), expected_code)),
        Err(error) => {
            let error = AwsError::new("lambda:GetFunctionConfiguration", &error);
            resource_call_failed("function", error)
        }
    }
}

fn check_configuration(name: &str, configuration: &Configuration, stack: &Stack) -> Finding {
    let runtime = configuration.runtime();
    let runtime = sanitize_line(runtime.map_or("none", |runtime| runtime.as_str()));
    let architectures = configuration.architectures().iter();
    let architectures: Vec<String> = architectures
        .map(|one| sanitize_line(one.as_str()))
        .collect();
    let architecture = architectures.join(" ");
    let mut finding = Finding::new(Check::Deployment)
        .summary(format!("function {name}, {runtime}, {architecture}"))
        .fact("function", name)
        .fact("runtime", &runtime)
        .fact("architecture", architecture);
    if runtime != RUNTIME {
        finding = finding.problem(
            format!("The function's runtime is {runtime}, but its code is built for {RUNTIME}."),
            "Deploy template.yaml again.",
        );
    }
    finding
        .merge(check_state(configuration))
        .merge(environment::check(configuration.environment(), stack))
        .merge(check_role(configuration.role(), stack))
        .merge(check_layers(configuration))
}

/// Checks that the function runs with the role of the stack.
fn check_role(role: Option<&str>, stack: &Stack) -> Finding {
    // arn:aws:iam::111122223333:role/path/name
    let attached = role.and_then(|arn| arn.rsplit('/').next());
    match stack.physical_id("FunctionRole") {
        Some(expected) if attached != Some(expected) && is_settled(stack) => changed(format!(
            "The function runs with the role {}, and not with the stack's role {expected}.",
            sanitize_line(attached.unwrap_or("unknown"))
        )),
        _ => Finding::new(Check::Deployment),
    }
}

/// Checks that the function has no layers: the code of a layer runs in the function's process.
fn check_layers(configuration: &Configuration) -> Finding {
    let layers = configuration.layers().iter();
    let layers: Vec<String> = layers
        .filter_map(|layer| layer.arn().map(sanitize_line))
        .collect();
    if layers.is_empty() {
        return Finding::new(Check::Deployment);
    }
    changed(format!(
        "The function has layers, and the template has none: {}.",
        layers.join(", ")
    ))
}

fn check_code(actual: Option<&str>, expected: Option<&CodeSha256>) -> Finding {
    let finding = Finding::new(Check::Deployment);
    let actual = sanitize_line(actual.unwrap_or("unknown"));
    let finding = finding.fact("codeSha256", &actual);
    match expected {
        Some(expected) if expected.base64() != actual => finding.merge(changed(format!(
            "The SHA-256 of the function's code is {actual}, and not {} as expected.",
            expected.base64()
        ))),
        _ => finding,
    }
}

fn check_state(configuration: &Configuration) -> Finding {
    let state = configuration.state().map_or("unknown", State::as_str);
    let state = sanitize_line(state);
    let mut finding = Finding::new(Check::Deployment).fact("state", &state);
    if configuration.state() != Some(&State::Active) {
        let reason = reason(configuration.state_reason());
        finding = finding.problem(
            format!("The function is not active. Its state is {state}{reason}."),
            "If the state is Pending, run the doctor again later. Otherwise deploy the stack again.",
        );
    }
    if configuration.last_update_status() == Some(&LastUpdateStatus::Failed) {
        let reason = reason(configuration.last_update_status_reason());
        finding = finding.problem(
            format!("The last update of the function failed{reason}."),
            "Deploy the stack again.",
        );
    }
    finding
}

fn reason(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(": {}", sanitize_line(reason)))
}
