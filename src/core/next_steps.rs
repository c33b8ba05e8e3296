//! The steps that are left for a person after trusted access was enabled again.
//!
//! Enabling does not repair the landing zone's drift; a reset or an update does. `ResetLandingZone` works from version
//! 3.1 on, on the current version. Below that, the update to at least 3.1 repairs the drift as well.
//! <https://docs.aws.amazon.com/controltower/latest/userguide/lz-api-reset.html>,
//! <https://docs.aws.amazon.com/controltower/latest/userguide/governance-drift.html>

use super::landing_zone::{LandingZone, LandingZoneDetail, LandingZoneState};
use super::outage::Outage;

const NOT_REPAIRED: &str = "Enabling trusted access does not repair the landing zone's drift.";
const RESET_OR_UPDATE: &str = "Reset the landing zone if its version is 3.1 or later; else update it to at least 3.1, which \
                               repairs the drift as well.";

/// Returns the steps, the most urgent one first.
pub(super) fn next_steps(outage: &Outage, landing_zone: Option<&LandingZone>) -> Vec<String> {
    let is_gone = landing_zone.is_some_and(|zone| zone.state == LandingZoneState::NotFound);
    let mut steps = vec![find_the_reason(outage), repair(landing_zone)];
    steps.extend((!is_gone).then(|| register(outage)));
    steps
}

/// If the trigger is not the disabling call, there may have been none: trusted access may never have been enabled.
fn find_the_reason(outage: &Outage) -> String {
    outage.disabled_by.as_deref().map_or_else(
        || "Find out in CloudTrail whether DisableAWSServiceAccess was called, and ask the caller why.".to_owned(),
        |caller| format!("Ask {caller} why trusted access was disabled."),
    )
}

fn repair(landing_zone: Option<&LandingZone>) -> String {
    let Some(LandingZone { region, state, .. }) = landing_zone else {
        return format!(
            "{NOT_REPAIRED} Open AWS Control Tower in its home Region. {RESET_OR_UPDATE}"
        );
    };
    match state {
        LandingZoneState::Unknown(_) => format!(
            "{NOT_REPAIRED} The landing zone could not be read. Open AWS Control Tower in {region}. {RESET_OR_UPDATE}"
        ),
        LandingZoneState::InOtherRegion(home) => format!(
            "{NOT_REPAIRED} Correct LANDING_ZONE_REGION, which is {region}. Open AWS Control Tower in {home}. \
             {RESET_OR_UPDATE}"
        ),
        LandingZoneState::NotFound => format!(
            "AWS Control Tower now has no landing zone in {region}. If it was decommissioned, set this function to keep \
             trusted access disabled, or delete it. If not, correct LANDING_ZONE_REGION."
        ),
        LandingZoneState::Found(detail) => {
            format!("{NOT_REPAIRED} {}", repair_found(region, detail))
        }
    }
}

/// The reported drift status does not decide: the landing zone may still report `IN_SYNC`.
fn repair_found(region: &str, detail: &LandingZoneDetail) -> String {
    let first = match detail.status.as_deref() {
        Some("PROCESSING") => {
            "Wait until the operation on the landing zone that is in progress has ended. "
        }
        Some("FAILED") => "Find out why the last operation on the landing zone failed. ",
        _ => "",
    };
    let version = &detail.version;
    let step = match detail.can_be_reset() {
        None => RESET_OR_UPDATE.to_owned(),
        Some(false) => format!(
            "Update the landing zone (version {version}, {region}) to at least version 3.1 in AWS Control Tower, even if it \
             still reports IN_SYNC. The update repairs the drift as well."
        ),
        Some(true) => {
            let command = detail
                .reset_command(region)
                .map(|command| format!(": {command}"));
            format!(
                "Reset the landing zone (version {version}, {region}), even if it still reports IN_SYNC{}",
                command.as_deref().unwrap_or(".")
            )
        }
    };
    format!("{first}{step}")
}

/// The times get into a command, which is safe: `Outage` has only those that are RFC 3339.
fn register(outage: &Outage) -> String {
    let restored_at = &outage.restored_at;
    // Without a duration the call may be later than the repair: the clocks differ, or the event is another one.
    let disabled_at = outage
        .disabled_at
        .as_deref()
        .filter(|_| outage.seconds.is_some());
    let (period, options) = disabled_at.map_or_else(
        || {
            (
                "while trusted access was disabled".to_owned(),
                String::new(),
            )
        },
        |time| {
            (
                format!("between {time} and {restored_at}"),
                format!(" --since {time} --until {restored_at}"),
            )
        },
    );
    format!(
        "Re-register the OUs in which accounts or OUs changed {period}: AWS Control Tower may have missed those changes. This \
         command lists them, 15 minutes later: trusted-access-doctor outages{options}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::landing_zone::Decommissioning;

    const ARN: &str = "arn:aws:controltower:eu-west-1:111122223333:landingzone/1A2B3C4D5E6F7G8H";
    const RESET: &str = "Reset the landing zone (version 3.3, eu-west-1), even if it still reports IN_SYNC: aws controltower \
                         reset-landing-zone --landing-zone-identifier \
                         arn:aws:controltower:eu-west-1:111122223333:landingzone/1A2B3C4D5E6F7G8H --region eu-west-1";

    fn outage(disabled_by: Option<&str>) -> Outage {
        Outage {
            disabled_at: disabled_by.and(Some("2026-11-23T10:01:19Z".to_owned())),
            disabled_by: disabled_by.map(str::to_owned),
            source_ip: None,
            restored_at: "2026-11-23T10:01:45Z".to_owned(),
            seconds: disabled_by.and(Some(26)),
        }
    }

    fn in_ireland(state: LandingZoneState) -> LandingZone {
        LandingZone {
            region: "eu-west-1".to_owned(),
            state,
            decommissioning: Decommissioning::Unknown,
        }
    }

    fn landing_zone(version: &str, status: &str, drift: &str) -> LandingZone {
        in_ireland(LandingZoneState::Found(LandingZoneDetail {
            arn: ARN.to_owned(),
            version: version.to_owned(),
            latest_version: Some("4.0".to_owned()),
            status: Some(status.to_owned()),
            drift_status: Some(drift.to_owned()),
        }))
    }

    #[test]
    fn the_first_step_names_the_caller_if_the_event_does() {
        let steps = next_steps(&outage(Some("arn:aws:iam::111122223333:root")), None);
        assert_eq!(
            steps,
            [
                "Ask arn:aws:iam::111122223333:root why trusted access was disabled.",
                "Enabling trusted access does not repair the landing zone's drift. Open AWS Control Tower in its home \
                 Region. Reset the landing zone if its version is 3.1 or later; else update it to at least 3.1, which \
                 repairs the drift as well.",
                "Re-register the OUs in which accounts or OUs changed between 2026-11-23T10:01:19Z and \
                 2026-11-23T10:01:45Z: AWS Control Tower may have missed those changes. This command lists them, 15 minutes \
                 later: trusted-access-doctor outages --since 2026-11-23T10:01:19Z --until 2026-11-23T10:01:45Z",
            ]
        );
        let skewed = Outage {
            seconds: None,
            ..outage(Some("arn:aws:iam::111122223333:root"))
        };
        let step = &next_steps(&skewed, None)[2];
        assert!(step.ends_with("trusted-access-doctor outages"), "{step}");
        let steps = next_steps(&outage(None), None);
        assert_eq!(
            steps[0],
            "Find out in CloudTrail whether DisableAWSServiceAccess was called, and ask the caller why."
        );
        assert!(
            steps[2].contains("changed while trusted access was disabled:")
                && steps[2].ends_with("15 minutes later: trusted-access-doctor outages"),
            "{}",
            steps[2]
        );
    }

    #[test]
    fn a_landing_zone_from_3_1_on_is_reset_on_its_version_whatever_drift_it_reports() {
        for drift in ["DRIFTED", "IN_SYNC"] {
            let step = repair(Some(&landing_zone("3.3", "ACTIVE", drift)));
            assert_eq!(step, format!("{NOT_REPAIRED} {RESET}"));
        }
        for version in ["3.1", "3.10", "4.0", "10.0"] {
            let step = repair(Some(&landing_zone(version, "ACTIVE", "DRIFTED")));
            assert!(
                step.contains("aws controltower reset-landing-zone"),
                "{step}"
            );
            assert!(!step.contains("pdate"), "{step}");
        }
    }

    #[test]
    fn a_landing_zone_before_3_1_is_updated_and_not_reset() {
        for version in ["3.0", "2.9", "2.10", "1.0"] {
            let step = repair(Some(&landing_zone(version, "ACTIVE", "DRIFTED")));
            let update = format!(
                "Update the landing zone (version {version}, eu-west-1) to at least version 3.1"
            );
            assert!(step.contains(&update), "{step}");
            assert!(!step.to_lowercase().contains("reset"), "{step}");
        }
    }

    #[test]
    fn a_landing_zone_version_of_an_unknown_shape_gets_the_step_for_both_cases() {
        for version in [
            "",
            "4",
            "3.1.2",
            "v3.3",
            "3.x",
            "3.-1",
            " 3.3",
            "99999999999.0",
        ] {
            let step = repair(Some(&landing_zone(version, "ACTIVE", "DRIFTED")));
            assert!(
                step.contains("if its version is 3.1 or later; else update it"),
                "{version}: {step}"
            );
            assert!(!step.contains("aws controltower"), "{step}");
        }
    }

    #[test]
    fn an_arn_that_is_not_safe_to_paste_gives_no_command() {
        for arn in [
            "",
            "arn:aws:x;rm",
            "arn:aws:x y",
            "arn:aws:`x`",
            "--profile",
        ] {
            let mut zone = landing_zone("3.3", "ACTIVE", "DRIFTED");
            if let LandingZoneState::Found(detail) = &mut zone.state {
                detail.arn = arn.to_owned();
            }
            let step = repair(Some(&zone));
            assert!(
                step.ends_with("even if it still reports IN_SYNC."),
                "{step}"
            );
        }
    }

    #[test]
    fn an_operation_in_progress_or_a_failed_one_comes_before_the_reset() {
        for (status, first) in [
            (
                "PROCESSING",
                "Wait until the operation on the landing zone that is in progress has ended.",
            ),
            (
                "FAILED",
                "Find out why the last operation on the landing zone failed.",
            ),
        ] {
            let step = repair(Some(&landing_zone("3.3", status, "DRIFTED")));
            assert_eq!(step, format!("{NOT_REPAIRED} {first} {RESET}"));
        }
    }

    #[test]
    fn a_landing_zone_that_is_unknown_elsewhere_or_gone_gets_a_step_of_its_own() {
        let unknown = repair(Some(&in_ireland(LandingZoneState::Unknown("x".to_owned()))));
        assert!(
            unknown.contains("could not be read. Open AWS Control Tower in eu-west-1."),
            "{unknown}"
        );
        let elsewhere = repair(Some(&in_ireland(LandingZoneState::InOtherRegion(
            "us-west-2".to_owned(),
        ))));
        assert!(
            elsewhere.contains("Correct LANDING_ZONE_REGION, which is eu-west-1. Open AWS Control Tower in us-west-2."),
            "{elsewhere}"
        );
        let gone = next_steps(&outage(None), Some(&in_ireland(LandingZoneState::NotFound)));
        assert!(gone[1].contains("no landing zone in eu-west-1"), "{gone:?}");
        assert_eq!(gone.len(), 2, "nothing can be re-registered: {gone:?}");
    }
}
