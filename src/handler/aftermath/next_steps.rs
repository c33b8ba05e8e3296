//! What is left for a human to do after trusted access was enabled again.
//!
//! No further than what is established: AWS documents the reset as the repair and does not say that
//! enabling alone clears the drift.
//! <https://docs.aws.amazon.com/controltower/latest/userguide/governance-drift.html>

use crate::landing_zone::{Answer, Details, LandingZone};
use crate::report::Outage;

pub(super) fn next_steps(outage: &Outage, landing_zone: Option<&LandingZone>) -> Vec<String> {
    vec![ask(outage), repair(landing_zone), register(outage)]
}

fn ask(outage: &Outage) -> String {
    outage.disabled_by.as_deref().map_or_else(
        || "Find in CloudTrail who called DisableAWSServiceAccess, and ask why.".to_owned(),
        |caller| format!("Ask {caller} why trusted access was disabled."),
    )
}

fn repair(landing_zone: Option<&LandingZone>) -> String {
    let Some(LandingZone { region, answer }) = landing_zone else {
        return "Look at the landing zone in AWS Control Tower, in its home Region; where it shows drift, reset \
                it, which works on its latest version only."
            .to_owned();
    };
    match answer {
        Answer::Unreadable(_) => format!(
            "Look at the landing zone in AWS Control Tower, in {region}, since it could not be read; where it \
             shows drift, reset it, which works on its latest version only."
        ),
        Answer::Absent => format!(
            "AWS Control Tower now has no landing zone in {region}: if it was decommissioned, set \
             DESIRED_STATE=disabled; if not, correct LANDING_ZONE_REGION."
        ),
        Answer::Present(details) => of_a_landing_zone(region, details),
    }
}

/// A landing zone that reports no drift may not have looked yet, so it is looked at once more.
fn of_a_landing_zone(region: &str, details: &Details) -> String {
    let Details {
        version,
        latest_version,
        status,
        drift_status,
    } = details;
    let first = match status.as_deref() {
        Some("PROCESSING") => {
            "Wait until the operation on the landing zone that is under way has ended. "
        }
        Some("FAILED") => "Find out why the last operation on the landing zone failed. ",
        _ => "",
    };
    let repair = match latest_version {
        Some(latest) if latest != version => format!(
            "update the landing zone (version {version}, {region}) to version {latest}: it cannot be reset, \
             which works on the latest version only"
        ),
        _ => format!("reset the landing zone (version {version}, {region})"),
    };
    match drift_status.as_deref() {
        Some("IN_SYNC") => format!(
            "{first}Look at AWS Control Tower again later: it reports IN_SYNC now and heard of nothing while \
             trusted access was disabled. Where it shows drift, {repair}."
        ),
        _ => {
            first.to_owned()
                + &capitalized(&repair)
                + ", which is AWS's documented repair of this drift."
        }
    }
}

fn capitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn register(outage: &Outage) -> String {
    let since = outage.disabled_at.as_deref().map_or_else(
        || "while trusted access was disabled".to_owned(),
        |time| format!("since {time}"),
    );
    format!(
        "Re-register the OUs in which accounts or OUs changed {since}: AWS Control Tower heard of none of it."
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

    fn in_ireland(answer: Answer) -> LandingZone {
        LandingZone {
            region: "eu-west-1".to_owned(),
            answer,
        }
    }

    fn landing_zone(latest: &str, status: &str, drift: &str) -> LandingZone {
        in_ireland(Answer::Present(Details {
            version: "3.3".to_owned(),
            latest_version: Some(latest.to_owned()),
            status: Some(status.to_owned()),
            drift_status: Some(drift.to_owned()),
        }))
    }

    #[test]
    fn who_and_since_when_are_named_where_the_event_tells() {
        let known = next_steps(&outage(Some("arn:aws:iam::111122223333:root")), None);
        assert_eq!(
            known[0],
            "Ask arn:aws:iam::111122223333:root why trusted access was disabled."
        );
        assert!(known[2].contains("changed since 2026-11-23T10:01:19Z: "));
        let unknown = next_steps(&outage(None), None);
        assert!(unknown[0].starts_with("Find in CloudTrail who called"));
        assert!(unknown[2].contains("changed while trusted access was disabled: "));
    }

    #[test]
    fn a_drifted_landing_zone_is_to_be_reset_on_its_latest_version_and_updated_on_an_older_one() {
        assert_eq!(
            repair(Some(&landing_zone("3.3", "ACTIVE", "DRIFTED"))),
            "Reset the landing zone (version 3.3, eu-west-1), which is AWS's documented repair of this drift."
        );
        let older = repair(Some(&landing_zone("4.0", "ACTIVE", "DRIFTED")));
        assert!(
            older.starts_with("Update the landing zone (version 3.3, eu-west-1) to version 4.0: "),
            "{older}"
        );
        let undated = in_ireland(Answer::Present(Details {
            version: "3.3".to_owned(),
            ..Details::default()
        }));
        assert!(
            repair(Some(&undated)).starts_with("Reset the landing zone (version 3.3, eu-west-1)")
        );
    }

    #[test]
    fn one_that_reports_no_drift_is_to_be_looked_at_again() {
        let said = repair(Some(&landing_zone("3.3", "ACTIVE", "IN_SYNC")));
        assert!(
            said.starts_with("Look at AWS Control Tower again later: it reports IN_SYNC now"),
            "{said}"
        );
        assert!(
            said.ends_with(
                "Where it shows drift, reset the landing zone (version 3.3, eu-west-1)."
            ),
            "{said}"
        );
    }

    #[test]
    fn what_is_under_way_or_has_failed_comes_first() {
        for (status, first) in [("PROCESSING", "Wait until"), ("FAILED", "Find out why")] {
            for drift in ["DRIFTED", "IN_SYNC"] {
                let said = repair(Some(&landing_zone("3.3", status, drift)));
                assert!(said.starts_with(first), "{said}");
            }
        }
    }

    #[test]
    fn what_could_not_be_read_or_is_gone_is_said() {
        let unread = repair(Some(&in_ireland(Answer::Unreadable("x".to_owned()))));
        assert!(
            unread.contains("in eu-west-1, since it could not be read"),
            "{unread}"
        );
        let gone = repair(Some(&in_ireland(Answer::Absent)));
        assert!(gone.contains("no landing zone in eu-west-1"), "{gone}");
    }

    #[test]
    fn no_sentence_says_that_the_drift_is_resolved() {
        let zones = [
            landing_zone("3.3", "ACTIVE", "DRIFTED"),
            landing_zone("3.3", "ACTIVE", "IN_SYNC"),
            landing_zone("4.0", "FAILED", "IN_SYNC"),
            in_ireland(Answer::Absent),
        ];
        for zone in zones.iter().map(Some).chain([None]) {
            let said = next_steps(&outage(None), zone).join(" ");
            assert!(!said.to_lowercase().contains("resolved"), "{said}");
        }
    }
}
