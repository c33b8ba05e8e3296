//! The landing zone of Control Tower and its decommissioning, read in the Region that should be its home.
//!
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_GetLandingZone.html>,
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_ListLandingZoneOperations.html>

use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::core::landing_zone::{
    DeleteStatus, LandingZoneDetail, LandingZoneState,
};
use controltower_trusted_access::core::model::Operation;
use controltower_trusted_access::core::ports::ReadLandingZone;

use crate::action::Action;
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// Reads the landing zone with the function's adapter. Returns its home Region, if there is a landing zone: only that
/// Region lists the enrolled accounts.
pub async fn check(control_tower: ControlTower) -> (Option<String>, Finding) {
    let region = control_tower.region();
    match control_tower.read().await {
        Ok(LandingZoneState::Found(detail)) => {
            let finding = found(&detail, region);
            let finding = finding.merge(check_decommissioning(&control_tower, region).await);
            (Some(region.to_owned()), finding)
        }
        Ok(LandingZoneState::InOtherRegion(home)) => {
            let finding = in_other_region(&home, region);
            (Some(home), finding)
        }
        Ok(LandingZoneState::NotFound) => (None, not_found(&control_tower, region).await),
        Ok(LandingZoneState::Unknown(reason)) => {
            let error = AwsError {
                message: reason,
                hint: String::new(),
                code: None,
            };
            (None, unknown(error, region))
        }
        Err(error) => {
            // The list had a landing zone if the call after it was made.
            let exists = error.operation == Operation::GetLandingZone;
            let home = exists.then(|| region.to_owned());
            (home, unknown(AwsError::from_adapter(&error), region))
        }
    }
}

fn unknown(error: AwsError, region: &str) -> Finding {
    let mut error = error.context(&format!("In {region}"));
    let hint = format!(
        "{} If {region} is not the landing zone's home Region, set that with --landing-zone-region.",
        error.hint
    );
    hint.trim_start().clone_into(&mut error.hint);
    Finding::call_failed(Check::LandingZone, error).fact("region", region)
}

fn in_other_region(home: &str, region: &str) -> Finding {
    Finding::new(Check::LandingZone)
        .fact("region", home)
        .not_checked(
            format!("The landing zone's home Region is {home}, but {region} was checked."),
            format!(
                "Use --landing-zone-region {home}, and set the stack's parameter LandingZoneRegion to {home}."
            ),
        )
}

/// A decommissioning in progress is a problem for the operator who did not start it, and explains the outcome `Blocked`
/// to the one who did.
async fn check_decommissioning(control_tower: &ControlTower, region: &str) -> Finding {
    let finding = Finding::new(Check::LandingZone);
    match control_tower.has_delete_operation(DeleteStatus::InProgress).await {
        Ok(false) => finding,
        Ok(true) => finding.fact("decommissioning", "in progress").problem(
            format!("The landing zone in {region} is being decommissioned."),
            "If that is not intended, find the caller of DeleteLandingZone in CloudTrail. The function does not enable \
             trusted access until the operation has ended.",
        ),
        Err(error) => {
            let error = AwsError::from_adapter(&error);
            Finding::call_failed(Check::LandingZone, error.context(&format!("In {region}")))
        }
    }
}

async fn not_found(control_tower: &ControlTower, region: &str) -> Finding {
    let finding = Finding::new(Check::LandingZone).fact("region", region);
    let set_region = "If it is in another Region, set its home Region with --landing-zone-region. Otherwise set up AWS \
                      Control Tower.";
    match control_tower.has_delete_operation(DeleteStatus::Succeeded).await {
        Ok(true) => finding.fact("decommissioning", "succeeded").problem(
            format!(
                "There is no landing zone in {region}: it was decommissioned in the last 90 days."
            ),
            "If AWS Control Tower is no longer used, delete the function's stack. If there is a new landing zone in another \
             Region, set that with --landing-zone-region, and as the stack's parameter LandingZoneRegion.",
        ),
        Ok(false) => {
            // Control Tower may leave it out of the list before the operation has ended.
            let decommissioning = check_decommissioning(control_tower, region).await;
            if decommissioning.problems.is_empty() {
                let none = format!(
                    "There is no landing zone in {region}, and none was decommissioned there in the last 90 days."
                );
                finding.problem(none, set_region).merge(decommissioning)
            } else {
                finding.merge(decommissioning)
            }
        }
        Err(error) => {
            let error = AwsError::from_adapter(&error).context(&format!("In {region}"));
            finding
                .problem(format!("There is no landing zone in {region}."), set_region)
                .merge(Finding::call_failed(Check::LandingZone, error))
        }
    }
}

fn found(detail: &LandingZoneDetail, region: &str) -> Finding {
    let LandingZoneDetail {
        version,
        latest_version,
        status,
        drift_status,
        ..
    } = detail;
    let status = status.as_deref().unwrap_or("unknown");
    let drift = drift_status.as_deref().unwrap_or("unknown");
    let mut finding = Finding::new(Check::LandingZone)
        .summary(format!("version {version} in {region}, {status}, {drift}"))
        .fact("region", region)
        .fact("version", version)
        .fact("status", status)
        .fact("drift", drift);
    if let Some(latest) = latest_version {
        finding = finding.fact("latestVersion", latest);
        if latest != version {
            finding = finding.remark(format!("Version {latest} is available."));
        }
    }
    finding
        .merge(check_status(status))
        .merge(check_drift(detail, region))
}

fn check_status(status: &str) -> Finding {
    let finding = Finding::new(Check::LandingZone);
    match status {
        "FAILED" => finding.problem(
            "The last operation on the landing zone failed.",
            "Find the operation in AWS Control Tower, then repeat it or reset the landing zone.",
        ),
        "PROCESSING" => {
            finding.remark("An operation is in progress. Run the doctor again after it has ended.")
        }
        _ => finding,
    }
}

fn check_drift(detail: &LandingZoneDetail, region: &str) -> Finding {
    let finding = Finding::new(Check::LandingZone);
    match detail.drift_status.as_deref() {
        Some("DRIFTED") => finding.problem(
            "The landing zone has drifted.",
            drift_repair(detail, region),
        ),
        Some("IN_SYNC") => finding,
        _ => finding.not_checked(
            "AWS Control Tower does not report if the landing zone has drifted.",
            "Look at the landing zone in AWS Control Tower.",
        ),
    }
}

fn drift_repair(detail: &LandingZoneDetail, region: &str) -> Action {
    let command = detail.reset_command(region);
    let (repair, command) = match detail.can_be_reset() {
        Some(true) => ("reset the landing zone in AWS Control Tower", command),
        Some(false) => (
            "update the landing zone to at least version 3.1 in AWS Control Tower, which repairs the drift as well",
            None,
        ),
        None => (
            "reset the landing zone in AWS Control Tower, or update it if its version is below 3.1",
            None,
        ),
    };
    Action::new(
        format!(
            "Check that trusted access is enabled. Then {repair}. `trusted-access-doctor outages` lists the OUs and accounts \
             that changed in the meantime."
        ),
        command,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drifted_landing_zone_is_reset_from_version_3_1_on_and_updated_before() {
        for (version, repair, has_command) in [
            ("2.9", "update the landing zone to at least", false),
            ("3.0", "update the landing zone to at least", false),
            ("3.1", "reset the landing zone in AWS Control Tower.", true),
            ("4.0", "reset the landing zone in AWS Control Tower.", true),
            (
                "unknown",
                "reset the landing zone in AWS Control Tower, or",
                false,
            ),
        ] {
            let detail = LandingZoneDetail {
                arn: "arn:aws:controltower:us-east-1:111122223333:landingzone/1A2B".into(),
                version: version.to_owned(),
                ..LandingZoneDetail::default()
            };
            let action = drift_repair(&detail, "us-east-1");
            assert!(action.sentence.contains(repair), "{version}: {action:?}");
            let command = action.command.unwrap_or_default();
            let is_reset = command
                .starts_with("aws controltower reset-landing-zone --landing-zone-identifier arn:");
            assert_eq!(is_reset, has_command, "{version}: {command}");
        }
    }
}
