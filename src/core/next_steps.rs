//! What is left for a person to do after trusted access was enabled again.
//!
//! <https://docs.aws.amazon.com/controltower/latest/userguide/governance-drift.html>

use super::landing_zone::{LandingZone, LandingZoneDetail, LandingZoneState};
use super::outage::Outage;

pub(super) fn next_steps(outage: &Outage, landing_zone: Option<&LandingZone>) -> Vec<String> {
    let is_gone = landing_zone.is_some_and(|zone| zone.state == LandingZoneState::NotFound);
    let mut steps = vec![ask(outage), repair(landing_zone)];
    steps.extend((!is_gone).then(|| register(outage)));
    steps
}

/// Where the event is not the call there may have been none: trusted access may never have been enabled.
fn ask(outage: &Outage) -> String {
    outage.disabled_by.as_deref().map_or_else(
        || "Find in CloudTrail whether and by whom DisableAWSServiceAccess was called, and ask why.".to_owned(),
        |caller| format!("Ask {caller} why trusted access was disabled."),
    )
}

fn repair(landing_zone: Option<&LandingZone>) -> String {
    const IF_DRIFTED: &str =
        "where it shows drift, reset it, which works on its latest version only.";
    let Some(LandingZone { region, state }) = landing_zone else {
        return format!(
            "Look at the landing zone in AWS Control Tower, in its home Region; {IF_DRIFTED}"
        );
    };
    match state {
        LandingZoneState::Unknown(_) => format!(
            "Look at the landing zone in AWS Control Tower, in {region}, since it could not be read; {IF_DRIFTED}"
        ),
        LandingZoneState::InOtherRegion(home) => format!(
            "Correct LANDING_ZONE_REGION, which is {region}; look at the landing zone in AWS Control Tower, in {home}; \
             {IF_DRIFTED}"
        ),
        LandingZoneState::NotFound => format!(
            "AWS Control Tower now has no landing zone in {region}: if it was decommissioned, let this function keep \
             trusted access disabled or delete it; if not, correct LANDING_ZONE_REGION."
        ),
        LandingZoneState::Found(details) => of_a_landing_zone(region, details),
    }
}

/// One that reports drift and is at rest is to be repaired; any other one is to be looked at again, for it
/// may not have noticed yet, or be under repair.
fn of_a_landing_zone(region: &str, details: &LandingZoneDetail) -> String {
    let LandingZoneDetail {
        version,
        latest_version,
        status,
        drift_status,
    } = details;
    let ([now, then], object) = match latest_version {
        Some(latest) if latest != version => (
            ["Update", "update"],
            format!(
                "the landing zone (version {version}, {region}) to version {latest}, since only the latest can be reset"
            ),
        ),
        _ => (
            ["Reset", "reset"],
            format!("the landing zone (version {version}, {region})"),
        ),
    };
    let later = format!("Where it then shows drift, {then} {object}.");
    match (status.as_deref(), drift_status.as_deref()) {
        (Some("PROCESSING"), _) => format!(
            "Wait until the operation on the landing zone that is under way has ended, and look again. {later}"
        ),
        (Some("FAILED"), _) => format!(
            "Find out why the last operation on the landing zone failed, and look again. {later}"
        ),
        (_, Some("DRIFTED")) => {
            format!("{now} {object}: AWS Control Tower reports that it has drifted.")
        }
        (_, reported) => format!(
            "Look at the landing zone again later: AWS Control Tower reports {} now, and may not have noticed yet. {later}",
            reported.unwrap_or("no drift status")
        ),
    }
}

fn register(outage: &Outage) -> String {
    let while_it_was_off = outage.disabled_at.as_deref().map_or_else(
        || "while trusted access was disabled".to_owned(),
        |time| format!("between {time} and {}", outage.restored_at),
    );
    format!(
        "Re-register the OUs in which accounts or OUs changed {while_it_was_off}: AWS Control Tower may have \
         missed that."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outage(disabled_by: Option<&str>) -> Outage {
        Outage {
            disabled_at: disabled_by.and(Some("2026-11-23T10:01:19Z".to_owned())),
            disabled_by: disabled_by.map(str::to_owned),
            source_ip: None,
            restored_at: "2026-11-23T10:01:45Z".to_owned(),
            seconds: None,
        }
    }

    fn in_ireland(state: LandingZoneState) -> LandingZone {
        LandingZone {
            region: "eu-west-1".to_owned(),
            state,
        }
    }

    fn landing_zone(latest: &str, status: &str, drift: &str) -> LandingZone {
        in_ireland(LandingZoneState::Found(LandingZoneDetail {
            version: "3.3".to_owned(),
            latest_version: Some(latest.to_owned()),
            status: Some(status.to_owned()),
            drift_status: Some(drift.to_owned()),
        }))
    }

    #[test]
    fn who_and_when_are_named_where_the_event_tells() {
        let known = next_steps(&outage(Some("arn:aws:iam::111122223333:root")), None);
        assert_eq!(
            known,
            [
                "Ask arn:aws:iam::111122223333:root why trusted access was disabled.",
                "Look at the landing zone in AWS Control Tower, in its home Region; where it shows drift, reset it, \
                 which works on its latest version only.",
                "Re-register the OUs in which accounts or OUs changed between 2026-11-23T10:01:19Z and \
                 2026-11-23T10:01:45Z: AWS Control Tower may have missed that.",
            ]
        );
        let unknown = next_steps(&outage(None), None);
        assert_eq!(
            (unknown[0].as_str(), unknown[2].as_str()),
            (
                "Find in CloudTrail whether and by whom DisableAWSServiceAccess was called, and ask why.",
                "Re-register the OUs in which accounts or OUs changed while trusted access was disabled: AWS Control \
                 Tower may have missed that.",
            )
        );
    }

    #[test]
    fn a_drifted_landing_zone_is_to_be_reset_on_its_latest_version_and_updated_on_an_older_one() {
        for (latest, said) in [
            (
                "3.3",
                "Reset the landing zone (version 3.3, eu-west-1): AWS Control Tower reports that it has drifted.",
            ),
            (
                "4.0",
                "Update the landing zone (version 3.3, eu-west-1) to version 4.0, since only the latest can be reset: \
                 AWS Control Tower reports that it has drifted.",
            ),
        ] {
            let zone = landing_zone(latest, "ACTIVE", "DRIFTED");
            assert_eq!(repair(Some(&zone)), said);
        }
    }

    #[test]
    fn one_that_reports_no_drift_is_to_be_looked_at_again() {
        assert_eq!(
            repair(Some(&landing_zone("3.3", "ACTIVE", "IN_SYNC"))),
            "Look at the landing zone again later: AWS Control Tower reports IN_SYNC now, and may not have noticed \
             yet. Where it then shows drift, reset the landing zone (version 3.3, eu-west-1)."
        );
        let undated = in_ireland(LandingZoneState::Found(LandingZoneDetail {
            version: "3.3".to_owned(),
            ..LandingZoneDetail::default()
        }));
        assert!(repair(Some(&undated)).contains("reports no drift status now"));
    }

    #[test]
    fn what_is_under_way_or_has_failed_comes_first_whatever_the_drift() {
        for (status, first) in [
            (
                "PROCESSING",
                "Wait until the operation on the landing zone that is under way has ended, and look again. ",
            ),
            (
                "FAILED",
                "Find out why the last operation on the landing zone failed, and look again. ",
            ),
        ] {
            for drift in ["DRIFTED", "IN_SYNC"] {
                let then =
                    "Where it then shows drift, reset the landing zone (version 3.3, eu-west-1).";
                let zone = landing_zone("3.3", status, drift);
                assert_eq!(repair(Some(&zone)), first.to_owned() + then);
            }
        }
    }

    #[test]
    fn what_could_not_be_read_or_is_elsewhere_or_gone_is_said() {
        let unread = repair(Some(&in_ireland(LandingZoneState::Unknown("x".to_owned()))));
        assert!(
            unread.contains("in eu-west-1, since it could not be read"),
            "{unread}"
        );
        let elsewhere = repair(Some(&in_ireland(LandingZoneState::InOtherRegion(
            "us-west-2".to_owned(),
        ))));
        assert!(
            elsewhere.starts_with("Correct LANDING_ZONE_REGION, which is eu-west-1; look"),
            "{elsewhere}"
        );
        assert!(
            elsewhere.contains("in us-west-2; where it shows drift"),
            "{elsewhere}"
        );
        let gone = next_steps(&outage(None), Some(&in_ireland(LandingZoneState::NotFound)));
        assert!(gone[1].contains("no landing zone in eu-west-1"), "{gone:?}");
        assert_eq!(gone.len(), 2, "there is nothing to register with: {gone:?}");
    }

    #[test]
    fn no_sentence_says_that_the_drift_is_resolved() {
        let zones = [
            landing_zone("3.3", "ACTIVE", "DRIFTED"),
            landing_zone("3.3", "ACTIVE", "IN_SYNC"),
            landing_zone("4.0", "FAILED", "IN_SYNC"),
            in_ireland(LandingZoneState::InOtherRegion("us-west-2".to_owned())),
            in_ireland(LandingZoneState::NotFound),
        ];
        for zone in zones.iter().map(Some).chain([None]) {
            let said = next_steps(&outage(None), zone).join(" ");
            assert!(!said.to_lowercase().contains("resolved"), "{said}");
        }
    }
}
