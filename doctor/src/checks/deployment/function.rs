//! The function: whether it can run, and its configuration.

use std::ffi::OsString;
use std::time::SystemTime;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput as Configuration;
use aws_sdk_lambda::types::{EnvironmentResponse, LastUpdateStatus, State};
use controltower_trusted_access::aws::parse_ca_bundle;
use controltower_trusted_access::core::model::{Mode, TrustedAccess};
use controltower_trusted_access::core::sanitize::sanitize_line;
use controltower_trusted_access::settings::{Settings, custom_network_variables};

use super::resource_call_failed;
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

const RUNTIME: &str = "provided.al2023";
/// The function's own variables. The values of other variables are not shown: they may be secrets.
const VARIABLES: [&str; 6] = [
    "DESIRED_STATE",
    "MODE",
    "ALLOW_DISABLE",
    "HOLD_UNTIL",
    "WATCH_PRINCIPALS",
    "LANDING_ZONE_REGION",
];

/// Checks the function with this name.
pub(super) async fn check(lambda: Client, function: Option<&str>) -> Finding {
    let Some(name) = function else {
        return Finding::new(Check::Deployment).problem(
            "The stack has no resource Function.",
            "Use --stack-name with the stack of template.yaml. The forwarder's stack, for example, has no function.",
        );
    };
    let request = lambda.get_function_configuration().function_name(name);
    match request.send().await {
        Ok(configuration) => check_configuration(name, &configuration),
        Err(error) => {
            let error = AwsError::new("lambda:GetFunctionConfiguration", &error);
            resource_call_failed("function", error)
        }
    }
}

fn check_configuration(name: &str, configuration: &Configuration) -> Finding {
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
        .merge(check_environment(configuration.environment()))
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

fn check_environment(environment: Option<&EnvironmentResponse>) -> Finding {
    let mut finding = Finding::new(Check::Deployment);
    if environment.and_then(EnvironmentResponse::error).is_some() {
        finding = finding.problem(
            "Lambda cannot read the function's environment variables.",
            "Check the function's configuration in Lambda, and the KMS key that encrypts the variables.",
        );
    }
    let variables = environment.and_then(EnvironmentResponse::variables);
    let value = |name: &str| variables.and_then(|variables| variables.get(name));
    let mut assignments = Vec::new();
    for name in VARIABLES {
        if let Some(value) = value(name).map(|value| sanitize_line(value)) {
            assignments.push(format!("{name}={value}"));
            finding = finding.fact(name, value);
        }
    }
    // The whole values, unlike the facts: `sanitize_line` shortens a long list of principals.
    let own_value = |name: &str| value(name).filter(|_| VARIABLES.contains(&name));
    let settings = check_settings(|name| own_value(name).map(OsString::from));
    let network = check_network(|name| value(name).map(OsString::from));
    finding
        .summary(assignments.join(" "))
        .merge(network)
        .merge(settings)
}

fn check_network(variable: impl Fn(&str) -> Option<OsString>) -> Finding {
    let finding = Finding::new(Check::Deployment);
    let variables = custom_network_variables(variable);
    if variables.is_empty() {
        return finding;
    }
    finding.problem(
        format!(
            "The function's environment redirects its network: {}. Its reports and alarms can then be wrong.",
            variables.join(", ")
        ),
        "Find out in CloudTrail who set these variables, and deploy the stack again. See \
         docs/reference/configuration.md#a-redirected-network.",
    )
}

/// Reads the variables with the function's own code.
fn check_settings(variable: impl Fn(&str) -> Option<OsString>) -> Finding {
    let finding = Finding::new(Check::Deployment);
    let now = SystemTime::now();
    let check_ca_bundle = |pem: &[u8]| parse_ca_bundle(pem).map(drop);
    let settings = match Settings::read(variable, now, check_ca_bundle) {
        Ok(settings) => settings,
        Err(invalid_settings) => {
            return finding.problem(
                format!(
                    "Every run of the function fails with InvalidConfiguration: {invalid_settings}."
                ),
                "See docs/reference/errors.md#invalidconfiguration.",
            );
        }
    };
    let mut finding = finding;
    if settings.policy.desired == TrustedAccess::Disabled {
        finding =
            finding.remark("DESIRED_STATE=disabled: the function keeps trusted access disabled.");
    }
    if settings.policy.mode == Mode::Audit {
        finding = finding.remark("MODE=audit: the function reports drift and changes nothing.");
    }
    if let Some(hold) = settings.policy.hold.filter(|hold| hold.is_active_at(now)) {
        finding = finding.remark(format!(
            "HOLD_UNTIL={}: until then the function changes nothing.",
            hold.raw
        ));
    }
    finding
}
