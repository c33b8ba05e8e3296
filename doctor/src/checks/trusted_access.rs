//! Trusted access of Control Tower, read by the function's own adapter and compared by its own plan.

use controltower_trusted_access::aws::organizations::Organizations;
use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::model::{CONTROL_TOWER, Observation, TrustedAccess};
use controltower_trusted_access::core::plan::Plan;
use controltower_trusted_access::core::ports::ReadTrustedAccess;

use crate::finding::{Check, Finding};
use crate::refusal::Refusal;

/// Reads the state, as every run of the function does.
pub async fn look(organizations: Organizations) -> Finding {
    match organizations.read().await {
        Ok(observation) => seen(&observation),
        Err(error) => failed(&error),
    }
}

fn seen(observation: &Observation) -> Finding {
    let state = observation.state;
    let since = observation.enabled_since.as_deref();
    let told = since.map_or_else(String::new, |since| format!(" since {since}"));
    let enabled = would_do(TrustedAccess::Enabled, observation);
    let disabled = would_do(TrustedAccess::Disabled, observation);
    let finding = Finding::new(
        Check::TrustedAccess,
        format!(
            "{CONTROL_TOWER} is {state}{told}. With DESIRED_STATE=enabled the function would do: \
             {enabled}; with disabled: {disabled}."
        ),
    )
    .fact("state", state.to_string())
    .fact("whenDesiredEnabled", enabled)
    .fact("whenDesiredDisabled", disabled);
    let finding = match since {
        Some(since) => finding.fact("enabledSince", since),
        None => finding,
    };
    match state {
        TrustedAccess::Enabled => finding,
        TrustedAccess::Disabled => finding.problem(
            "Trusted access is off: AWS Control Tower hears of no account or OU change.",
            format!(
                "Where a landing zone is set up, let the function put it right (DESIRED_STATE=enabled, MODE=enforce, and \
                 the next event, schedule or invocation with {{}}), or run aws organizations enable-aws-service-access \
                 --service-principal {CONTROL_TOWER}; then look at the landing zone for drift. Where none is set up yet, \
                 leave it off: some installers refuse to start where it is on."
            ),
        ),
    }
}

fn would_do(desired: TrustedAccess, observation: &Observation) -> String {
    let step = Plan::compare(desired, observation).step();
    step.map_or_else(|| "nothing".to_owned(), |step| step.operation().to_string())
}

fn failed(error: &ApiError) -> Finding {
    let refusal = Refusal::of_adapter(error);
    if error.kind == ApiErrorKind::NotInOrganization {
        return Finding::unknown(
            Check::TrustedAccess,
            format!(
                "Without an organization there is no trusted access. {}.",
                refusal.said
            ),
            "Use credentials of the organization's management account (--profile).",
        );
    }
    Finding::unknown(
        Check::TrustedAccess,
        format!("{}.", refusal.said),
        refusal.remedy,
    )
}
