//! Control Tower's landing zone, asked in the Region that should be its home.
//!
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_GetLandingZone.html>

use aws_sdk_controltower::Client;
use aws_sdk_controltower::types::{LandingZoneDetail, LandingZoneDriftStatus, LandingZoneStatus};
use controltower_trusted_access::text::one_line;

use crate::finding::{Check, Finding};
use crate::refusal::Refusal;

const LIST: &str = "controltower:ListLandingZones";
const GET: &str = "controltower:GetLandingZone";

/// Asks Control Tower. Also tells whether there is a landing zone in `region`, which decides which
/// list of accounts is the right one.
pub async fn look(control_tower: Client, region: &str) -> (bool, Finding) {
    let arn = match first(&control_tower).await {
        Ok(Some(arn)) => arn,
        Ok(None) => return (false, absent(region)),
        Err(refusal) => return (false, unknown(&refusal, region)),
    };
    let request = control_tower
        .get_landing_zone()
        .landing_zone_identifier(arn);
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => return (true, unknown(&Refusal::of(GET, &error), region)),
    };
    let finding = if let Some(detail) = answer.landing_zone() {
        present(detail, region)
    } else {
        let what = "an answer without a landing zone";
        unknown(&Refusal::not_understood(GET, what), region)
    };
    (true, finding)
}

/// There is one or none; a page may be empty and not the last.
async fn first(control_tower: &Client) -> Result<Option<String>, Refusal> {
    let mut pages = control_tower.list_landing_zones().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Refusal::of(LIST, &error))?;
        if let Some(arn) = page.landing_zones().iter().find_map(|zone| zone.arn()) {
            return Ok(Some(arn.to_owned()));
        }
    }
    Ok(None)
}

fn unknown(refusal: &Refusal, region: &str) -> Finding {
    Finding::unknown(
        Check::LandingZone,
        format!("In {region}: {}.", refusal.said),
        format!(
            "{} If {region} is not its home Region, name that with --landing-zone-region.",
            refusal.remedy
        ),
    )
    .fact("region", region)
}

fn absent(region: &str) -> Finding {
    Finding::new(Check::LandingZone, "").fact("region", region).problem(
        format!("There is no landing zone in {region}."),
        "If it lives elsewhere, name its home Region with --landing-zone-region; else set up AWS Control Tower.",
    )
}

fn present(detail: &LandingZoneDetail, region: &str) -> Finding {
    let version = one_line(detail.version());
    let latest = detail.latest_available_version().map(one_line);
    let is_latest = latest.as_ref().is_none_or(|latest| *latest == version);
    let status = detail.status().map_or("unknown", LandingZoneStatus::as_str);
    let drift = detail.drift_status().and_then(|drift| drift.status());
    let drift_said = drift.map_or("unknown", LandingZoneDriftStatus::as_str);
    let mut finding = Finding::new(
        Check::LandingZone,
        format!(
            "version {version} in {region}, {}, {}",
            one_line(status),
            one_line(drift_said)
        ),
    )
    .fact("region", region)
    .fact("version", &version)
    .fact("status", one_line(status))
    .fact("drift", one_line(drift_said));
    if let Some(latest) = latest {
        finding = finding.fact("latestVersion", &latest);
        if !is_latest {
            finding = finding.remark(format!("Version {latest} is available."));
        }
    }
    finding = match detail.status() {
        Some(LandingZoneStatus::Failed) => finding.problem(
            "The last operation on the landing zone failed.",
            "Look at it in AWS Control Tower, and repeat or reset it there.",
        ),
        Some(LandingZoneStatus::Processing) => {
            finding.remark("An operation is under way; look again when it has ended.")
        }
        _ => finding,
    };
    match drift {
        Some(LandingZoneDriftStatus::Drifted) => finding.problem(
            "The landing zone has drifted.",
            if is_latest {
                "See that trusted access is on, then reset the landing zone in AWS Control Tower, and re-register \
                 the OUs in which accounts changed meanwhile."
            } else {
                "See that trusted access is on, then update the landing zone in AWS Control Tower: it can be reset on \
                 its latest version only. Re-register the OUs in which accounts changed meanwhile."
            },
        ),
        Some(LandingZoneDriftStatus::InSync) => finding,
        _ => finding.not_checked(
            "Control Tower does not say whether the landing zone has drifted.",
            "Look at it in AWS Control Tower.",
        ),
    }
}
