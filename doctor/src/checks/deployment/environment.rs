//! The function's environment variables: those of the template, and those that redirect the function.

use std::ffi::OsString;
use std::time::SystemTime;

use aws_sdk_lambda::types::{EnvironmentError, EnvironmentResponse};
use controltower_trusted_access::aws::parse_ca_bundle;
use controltower_trusted_access::core::model::{Mode, TrustedAccess};
use controltower_trusted_access::core::sanitize::{sanitize, sanitize_line};
use controltower_trusted_access::settings::{Settings, custom_network_variables};

use super::changed;
use super::stack::Stack;
use super::status::is_settled;
use crate::finding::{Check, Finding};

/// The function's own variables, each with the parameter of the template that sets it. The values of other variables are
/// not shown: they may be secrets.
const VARIABLES: [(&str, &str); 6] = [
    ("DESIRED_STATE", "DesiredState"),
    ("MODE", "Mode"),
    ("ALLOW_DISABLE", "AllowDisable"),
    ("HOLD_UNTIL", "HoldUntil"),
    ("WATCH_PRINCIPALS", "WatchPrincipals"),
    ("LANDING_ZONE_REGION", "LandingZoneRegion"),
];
/// The variables of the dynamic loader and of Lambda that make a process load other code.
const LOADERS: [&str; 4] = [
    "AWS_LAMBDA_EXEC_WRAPPER",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
];

/// Checks the variables.
pub(super) fn check(environment: Option<&EnvironmentResponse>, stack: &Stack) -> Finding {
    if let Some(error) = environment.and_then(EnvironmentResponse::error) {
        return unreadable(error);
    }
    let mut finding = Finding::new(Check::Deployment);
    let variables = environment.and_then(EnvironmentResponse::variables);
    let value = |name: &str| variables.and_then(|variables| variables.get(name));
    let mut assignments = Vec::new();
    for (name, _) in VARIABLES {
        if let Some(value) = value(name) {
            assignments.push(format!("{name}={}", sanitize_line(value)));
            // The whole value, unlike the summary: it is compared with the results of other checks.
            finding = finding.fact(name, sanitize(value));
        }
    }
    let is_own = |name: &str| VARIABLES.iter().any(|(own, _)| *own == name);
    let own_value = |name: &str| value(name).filter(|_| is_own(name));
    let settings = check_settings(|name| own_value(name).map(OsString::from));
    let network = check_network(|name| value(name).map(OsString::from));
    finding
        .summary(assignments.join(" "))
        .merge(compare_with_parameters(value, stack))
        .merge(check_loaders(|name| value(name).is_some()))
        .merge(network)
        .merge(settings)
}

/// Lambda decrypts the variables with the permissions of the caller if a key of the customer encrypts them, so this may be
/// no failure of the function. <https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentError.html>
fn unreadable(error: &EnvironmentError) -> Finding {
    let code = sanitize_line(error.error_code().unwrap_or("no error code"));
    Finding::new(Check::Deployment).not_checked(
        format!("The function's environment variables could not be read: {code}."),
        "The template encrypts them with no key of your own. If somebody set one, see docs/runbook.md#tampering; to read them \
         all the same, allow kms:Decrypt on the key for these credentials.",
    )
}

/// Compares the variables with the parameters that set them, unless a deployment is setting them now.
fn compare_with_parameters<'a>(
    value: impl Fn(&str) -> Option<&'a String>,
    stack: &Stack,
) -> Finding {
    let finding = Finding::new(Check::Deployment);
    if !is_settled(stack) {
        return finding;
    }
    let differences = VARIABLES.iter().filter_map(|(name, parameter)| {
        let expected = stack.parameter(parameter)?;
        let actual = value(name).map_or("", String::as_str);
        (actual != expected).then(|| {
            let (actual, expected) = (or_empty(actual), or_empty(expected));
            changed(format!(
                "The function's {name} is {actual}, but the stack's parameter {parameter} is {expected}."
            ))
        })
    });
    differences.fold(finding, Finding::merge)
}

fn or_empty(value: &str) -> String {
    if value.is_empty() {
        "empty".to_owned()
    } else {
        sanitize_line(value)
    }
}

fn check_loaders(is_set: impl Fn(&str) -> bool) -> Finding {
    let names: Vec<&str> = LOADERS.into_iter().filter(|name| is_set(name)).collect();
    if names.is_empty() {
        return Finding::new(Check::Deployment);
    }
    changed(format!(
        "The function's environment can make it run other code: {}.",
        names.join(", ")
    ))
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
