//! The function: whether it can run, and as what it was configured.

use std::ffi::OsString;
use std::time::SystemTime;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput as Configuration;
use aws_sdk_lambda::types::{LastUpdateStatus, State};
use controltower_trusted_access::aws::parse_ca_bundle;
use controltower_trusted_access::core::model::{Mode, TrustedAccess};
use controltower_trusted_access::core::sanitize::sanitize_line;
use controltower_trusted_access::settings::Settings;

use super::Part;
use crate::refusal::Refusal;

const RUNTIME: &str = "provided.al2023";
/// The function's own variables. Whatever else stands beside them is nobody's business here.
const KNOWN: [&str; 6] = [
    "DESIRED_STATE",
    "MODE",
    "ALLOW_DISABLE",
    "HOLD_UNTIL",
    "WATCH_PRINCIPALS",
    "LANDING_ZONE_REGION",
];

pub(super) async fn look(lambda: Client, function: Option<&str>) -> Part {
    let Some(name) = function else {
        let mut part = Part::default();
        part.problem(
            "The stack has no resource Function.",
            "Name the stack of template.yaml with --stack-name: the forwarder's stack, for one, has none.",
        );
        return part;
    };
    let request = lambda.get_function_configuration().function_name(name);
    match request.send().await {
        Ok(configuration) => part(name, &configuration),
        Err(error) => {
            let refusal = Refusal::of("lambda:GetFunctionConfiguration", &error);
            Part::refused_of("function", refusal)
        }
    }
}

fn part(name: &str, configuration: &Configuration) -> Part {
    let mut part = Part::default();
    state(&mut part, configuration);
    let runtime = configuration
        .runtime()
        .map_or("none", |runtime| runtime.as_str());
    let architectures = configuration.architectures().iter();
    let architectures: Vec<_> = architectures
        .map(|one| sanitize_line(one.as_str()))
        .collect();
    let architecture = architectures.join(" ");
    part.say(format!(
        "function {name}, {}, {architecture}",
        sanitize_line(runtime)
    ));
    part.fact("function", name);
    part.fact("runtime", sanitize_line(runtime));
    part.fact("architecture", architecture);
    if runtime != RUNTIME {
        part.problem(
            format!(
                "The function's runtime is {}, and it is built for {RUNTIME}.",
                sanitize_line(runtime)
            ),
            "Deploy template.yaml again.",
        );
    }
    variables(&mut part, configuration);
    part
}

fn state(part: &mut Part, configuration: &Configuration) {
    let state = configuration.state();
    part.fact(
        "state",
        state.map_or("unknown".into(), |state| sanitize_line(state.as_str())),
    );
    if state != Some(&State::Active) {
        let reason = configuration
            .state_reason()
            .map_or(String::new(), |reason| {
                format!(": {}", sanitize_line(reason))
            });
        let state = state.map_or("unknown", State::as_str);
        part.problem(
            format!(
                "The function is not active but {}{reason}.",
                sanitize_line(state)
            ),
            "Wait where it is Pending; else deploy the stack again.",
        );
    }
    if configuration.last_update_status() == Some(&LastUpdateStatus::Failed) {
        let reason = configuration.last_update_status_reason().map(sanitize_line);
        part.problem(
            format!(
                "The last update of the function failed: {}.",
                reason.unwrap_or_default()
            ),
            "Deploy the stack again.",
        );
    }
}

fn variables(part: &mut Part, configuration: &Configuration) {
    let environment = configuration.environment();
    if environment
        .and_then(|environment| environment.error())
        .is_some()
    {
        part.problem(
            "Lambda cannot read the function's environment.",
            "Look at the function's configuration in Lambda, and at the key that encrypts it.",
        );
    }
    let variables = environment.and_then(|environment| environment.variables());
    let value = |name: &str| variables.and_then(|variables| variables.get(name));
    let mut told = Vec::new();
    for name in KNOWN {
        if let Some(value) = value(name).map(|value| sanitize_line(value)) {
            told.push(format!("{name}={value}"));
            part.fact(name, value);
        }
    }
    if !told.is_empty() {
        part.say(told.join(" "));
    }
    // In full, and not as they are shown: a list of principals may be longer than a line is let be.
    let lookup = |name: &str| value(name).filter(|_| KNOWN.contains(&name));
    judge(part, |name| lookup(name).map(OsString::from));
}

/// As the function itself reads them, which answers every call with their faults.
fn judge(part: &mut Part, variable: impl Fn(&str) -> Option<OsString>) {
    let now = SystemTime::now();
    let check_ca_bundle = |pem: &[u8]| parse_ca_bundle(pem).map(drop);
    let settings = match Settings::read(variable, now, check_ca_bundle) {
        Ok(settings) => settings,
        Err(faults) => {
            part.problem(
                format!("The function answers every call with InvalidConfiguration: {faults}."),
                "Follow the section InvalidConfiguration of docs/runbook.md.",
            );
            return;
        }
    };
    if settings.policy.desired == TrustedAccess::Disabled {
        part.remark("DESIRED_STATE=disabled: the function keeps trusted access off.");
    }
    if settings.policy.mode == Mode::Audit {
        part.remark("MODE=audit: the function reports and repairs nothing.");
    }
    if let Some(hold) = settings.policy.hold.filter(|hold| hold.is_active_at(now)) {
        let until = hold.raw;
        part.remark(format!(
            "HOLD_UNTIL={until}: until then the function repairs nothing."
        ));
    }
}
