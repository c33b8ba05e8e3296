//! The comparisons of the deployed function's settings with what other checks observed. They wait for both.

use controltower_trusted_access::core::model::Observation;

use super::{AwsContext, Doctor};
use crate::checks::settings::DeployedSettings;
use crate::checks::{trusted_access, watched};
use crate::finding::{Check, Finding};

/// The result of the check of trusted access, before it is compared with the settings of the deployed function.
pub(super) struct TrustedAccessResult {
    /// What Organizations answered, if it did.
    pub observation: Option<Observation>,
    /// The finding about the callers that change it.
    pub owners: Finding,
}

impl Doctor {
    /// Compares the settings of the deployed function, if there is one, with what the other checks observed.
    pub(super) async fn compare_settings(
        &self,
        trusted_access: TrustedAccessResult,
        context: &AwsContext,
    ) {
        let deployed = self
            .report
            .borrow()
            .finding(Check::Deployment)
            .and_then(DeployedSettings::read);
        let Some(deployed) = deployed else { return };
        if let Some(observation) = &trusted_access.observation {
            let finding = trusted_access::describe(observation, Some(&deployed));
            self.record(finding.merge(trusted_access.owners));
        }
        if !deployed.watched.is_empty() {
            let adapter = self
                .clients
                .trusted_access(&context.region, deployed.watched);
            let watched = watched::check(adapter).await;
            let mut report = self.report.borrow_mut();
            report.update(Check::Deployment, |finding| finding.merge(watched));
        }
    }

    /// Adds a problem to the deployment if the function looks for the landing zone in another Region than its home.
    pub(super) fn compare_landing_zone_region(&self, home_region: Option<&str>) {
        let Some(home) = home_region else { return };
        self.report.borrow_mut().update(Check::Deployment, |finding| {
            let configured = finding.facts.get("LANDING_ZONE_REGION").cloned();
            match configured.filter(|configured| configured != home) {
                Some(configured) => finding.problem(
                    format!("LANDING_ZONE_REGION is {configured}, but the landing zone's home Region is {home}."),
                    format!("Set the stack's parameter LandingZoneRegion to {home}."),
                ),
                None => finding,
            }
        });
    }
}
