//! Trusted access of Control Tower, read and compared by the code of the function.

mod drift;
pub mod owners;

use std::time::SystemTime;

use controltower_trusted_access::aws::organizations::Organizations;
use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::model::{CONTROL_TOWER, Observation, TrustedAccess};
use controltower_trusted_access::core::plan::Plan;
use controltower_trusted_access::core::ports::ReadTrustedAccess;

use crate::action::Action;
use crate::aws_error::AwsError;
use crate::checks::settings::DeployedSettings;
use crate::finding::{Check, Finding};

/// Reads the state like every run of the function. Returns the observation, if there is one, and the finding without the
/// settings of a deployed function.
pub async fn check(organizations: Organizations) -> (Option<Observation>, Finding) {
    match organizations.read().await {
        Ok(observation) => {
            let finding = describe(&observation, None);
            (Some(observation), finding)
        }
        Err(error) => (None, call_failed(&error)),
    }
}

/// Returns the finding of an observation, compared with the settings of the deployed function if they are known.
pub fn describe(observation: &Observation, deployed: Option<&DeployedSettings>) -> Finding {
    let state = observation.state;
    let enabled_since = observation.enabled_since.as_deref();
    let since = enabled_since.map_or_else(String::new, |time| format!(" since {time}"));
    let if_enabled = planned_call(TrustedAccess::Enabled, observation);
    let if_disabled = planned_call(TrustedAccess::Disabled, observation);
    let mut finding = Finding::new(Check::TrustedAccess)
        .summary(format!(
            "{CONTROL_TOWER} is {state}{since}. The function would call {if_enabled} with DESIRED_STATE=enabled, and \
             {if_disabled} with DESIRED_STATE=disabled."
        ))
        .fact("state", state.to_string())
        .fact("whenDesiredEnabled", if_enabled)
        .fact("whenDesiredDisabled", if_disabled);
    if let Some(time) = enabled_since {
        finding = finding.fact("enabledSince", time);
    }
    match deployed {
        Some(deployed) => finding.merge(drift::check(state, deployed, SystemTime::now())),
        None => finding.merge(judge_alone(state)),
    }
}

/// Without a deployed function nothing says what is desired.
fn judge_alone(state: TrustedAccess) -> Finding {
    let finding = Finding::new(Check::TrustedAccess);
    match state {
        TrustedAccess::Enabled => finding,
        TrustedAccess::Disabled => finding.problem(
            "Trusted access is disabled: AWS Control Tower receives no account or OU changes.",
            Action::new(
                "If a landing zone is set up, let the function enable trusted access: DESIRED_STATE=enabled and \
                 MODE=enforce, then the next event or schedule, or an invocation with {}. Or enable it by hand. Then check \
                 the landing zone for drift. If no landing zone is set up yet, leave trusted access disabled: some \
                 installers refuse to start if it is enabled.",
                Some(enable_command()),
            ),
        ),
    }
}

/// Returns the command that enables trusted access by hand.
pub fn enable_command() -> String {
    format!("aws organizations enable-aws-service-access --service-principal {CONTROL_TOWER}")
}

fn planned_call(desired: TrustedAccess, observation: &Observation) -> String {
    let step = Plan::compare(desired, observation).step();
    step.map_or_else(|| "nothing".to_owned(), |step| step.operation().to_string())
}

fn call_failed(error: &ApiError) -> Finding {
    let mut aws_error = AwsError::from_adapter(error);
    if error.kind == ApiErrorKind::NotInOrganization {
        aws_error = aws_error.context("There is no trusted access without an organization");
        "Use credentials of the organization's management account (--profile)."
            .clone_into(&mut aws_error.hint);
    }
    Finding::call_failed(Check::TrustedAccess, aws_error)
}
