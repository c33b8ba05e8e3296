//! Whether the names in `WATCH_PRINCIPALS` can be service principals that have trusted access.
//!
//! AWS has no call that lists all of them: `ListAWSServiceAccessForOrganization` has those that are enabled now.

mod known_principals;

use controltower_trusted_access::aws::organizations::Organizations;
use controltower_trusted_access::core::model::TrustedAccess;
use controltower_trusted_access::core::ports::ReadTrustedAccess;
use controltower_trusted_access::settings::corrected_principal;

use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};
use known_principals::is_known;

/// Compares the names that `organizations` watches with the enabled and the known principals. A known one that is not
/// enabled is the function's own report.
pub async fn check(organizations: Organizations) -> Finding {
    let finding = Finding::new(Check::Deployment);
    let observation = match organizations.read().await {
        Ok(observation) => observation,
        Err(error) => {
            let error = AwsError::from_adapter(&error);
            let error = error.context("The names in WATCH_PRINCIPALS could not be compared");
            return Finding::call_failed(Check::Deployment, error);
        }
    };
    let watched = observation.watched.into_iter();
    let disabled = watched.filter(|(_, state)| *state == TrustedAccess::Disabled);
    let (wrong, unknown): (Vec<String>, Vec<String>) = disabled
        .map(|(name, _)| name)
        .filter(|name| !is_known(name))
        .partition(|name| corrected_principal(name).is_some());
    let finding = wrong.iter().fold(finding, |finding, name| {
        let right = corrected_principal(name).unwrap_or_default();
        finding.problem(
            format!("WATCH_PRINCIPALS has {name}, which never has trusted access: it is reported as disabled forever."),
            format!("Watch {right} instead: set the parameter WatchPrincipals, see docs/operate.md#set-a-parameter."),
        )
    });
    if unknown.is_empty() {
        return finding;
    }
    finding.problem(
        format!(
            "WATCH_PRINCIPALS has names that are probably wrong: {}. They are not enabled in this organization, and are none of \
             the service principals that this doctor knows.",
            unknown.join(", ")
        ),
        "Compare them with AWS's page of the service. Correct the parameter WatchPrincipals, see \
         docs/operate.md#set-a-parameter. AWS has no list of all service principals: if a name is right, it is newer than this \
         doctor, and the problem ends when the service's trusted access is enabled.",
    )
}
