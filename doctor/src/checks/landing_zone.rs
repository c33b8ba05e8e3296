//! Control Tower's landing zone, asked in the Region that should be its home.
//!
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_GetLandingZone.html>

use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::core::landing_zone::{LandingZoneDetail, LandingZoneState};
use controltower_trusted_access::core::model::Operation;
use controltower_trusted_access::core::ports::ReadLandingZone;

use crate::finding::{Check, Finding};
use crate::refusal::Refusal;

/// Asks Control Tower by the function's own adapter. Also tells the landing zone's home Region, if there is
/// a landing zone, which decides which list of accounts is the right one.
pub async fn look(control_tower: ControlTower) -> (Option<String>, Finding) {
    let region = control_tower.region();
    match control_tower.read().await {
        Ok(LandingZoneState::Found(details)) => {
            (Some(region.to_owned()), present(&details, region))
        }
        Ok(LandingZoneState::InOtherRegion(home)) => {
            let finding = elsewhere(&home, region);
            (Some(home), finding)
        }
        Ok(LandingZoneState::NotFound) => (None, absent(region)),
        Ok(LandingZoneState::Unknown(why)) => (None, unknown(&why, "", region)),
        Err(error) => {
            let refusal = Refusal::of_adapter(&error);
            // That it could be listed and not read says that there is one.
            let is_there = error.operation == Operation::GetLandingZone;
            let home = is_there.then(|| region.to_owned());
            (home, unknown(&refusal.said, &refusal.remedy, region))
        }
    }
}

fn unknown(said: &str, remedy: &str, region: &str) -> Finding {
    Finding::unknown(
        Check::LandingZone,
        format!("In {region}: {said}."),
        format!(
            "{remedy} If {region} is not its home Region, name that with --landing-zone-region."
        ),
    )
    .fact("region", region)
}

fn elsewhere(home: &str, region: &str) -> Finding {
    Finding::unknown(
        Check::LandingZone,
        format!("The landing zone's home Region is {home}, and {region} was asked."),
        format!("Say --landing-zone-region {home}, and set LandingZoneRegion to it."),
    )
    .fact("region", home)
}

fn absent(region: &str) -> Finding {
    Finding::new(Check::LandingZone, "").fact("region", region).problem(
        format!("There is no landing zone in {region}."),
        "If it lives elsewhere, name its home Region with --landing-zone-region; else set up AWS Control Tower.",
    )
}

fn present(details: &LandingZoneDetail, region: &str) -> Finding {
    let LandingZoneDetail {
        version,
        latest_version,
        status,
        drift_status,
        ..
    } = details;
    let is_latest = latest_version
        .as_ref()
        .is_none_or(|latest| latest == version);
    let status = status.as_deref().unwrap_or("unknown");
    let drift = drift_status.as_deref().unwrap_or("unknown");
    let mut finding = Finding::new(
        Check::LandingZone,
        format!("version {version} in {region}, {status}, {drift}"),
    )
    .fact("region", region)
    .fact("version", version)
    .fact("status", status)
    .fact("drift", drift);
    if let Some(latest) = latest_version {
        finding = finding.fact("latestVersion", latest);
        if !is_latest {
            finding = finding.remark(format!("Version {latest} is available."));
        }
    }
    finding = match status {
        "FAILED" => finding.problem(
            "The last operation on the landing zone failed.",
            "Look at it in AWS Control Tower, and repeat or reset it there.",
        ),
        "PROCESSING" => finding.remark("An operation is under way; look again when it has ended."),
        _ => finding,
    };
    match drift {
        "DRIFTED" => finding.problem(
            "The landing zone has drifted.",
            if is_latest {
                "See that trusted access is on, then reset the landing zone in AWS Control Tower, and re-register \
                 the OUs in which accounts changed meanwhile."
            } else {
                "See that trusted access is on, then update the landing zone in AWS Control Tower: it can be reset on \
                 its latest version only. Re-register the OUs in which accounts changed meanwhile."
            },
        ),
        "IN_SYNC" => finding,
        _ => finding.not_checked(
            "Control Tower does not say whether the landing zone has drifted.",
            "Look at it in AWS Control Tower.",
        ),
    }
}
