//! The landing zone, as far as it has a say in a change of trusted access.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::plan::Step;
use crate::state::TrustedAccess;

/// What a run knows of the landing zone. It is asked for only where a change is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingZone {
    /// The Region that was asked: its home, as the operator says.
    pub region: String,
    /// What came of it.
    pub answer: Answer,
}

/// What Control Tower answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It has no landing zone in this Region.
    Absent,
    /// It has one.
    Present(Details),
    /// It has one whose home is this other Region, so the operator named a wrong one. Nothing more is
    /// known of it: the function may read what is in its own Region alone.
    Elsewhere(String),
    /// It could not be asked, for the reason that a log line tells. That is neither of the others.
    Unreadable(String),
}

/// The landing zone as `GetLandingZone` describes it, in Control Tower's words.
///
/// <https://docs.aws.amazon.com/controltower/latest/APIReference/API_LandingZoneDetail.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The deployed version, such as `3.3`.
    pub version: String,
    /// The latest version that there is.
    pub latest_version: Option<String>,
    /// `ACTIVE`, `PROCESSING` or `FAILED`.
    pub status: Option<String>,
    /// `DRIFTED` or `IN_SYNC`.
    pub drift_status: Option<String>,
}

impl LandingZone {
    /// Why `step` must not be made; `None` where nothing is known that speaks against it.
    ///
    /// Some installers refuse to start where trusted access is enabled already; a landing zone that is
    /// there needs it.
    #[must_use]
    pub fn objection(&self, step: Step) -> Option<String> {
        let region = &self.region;
        match (step.target(), &self.answer) {
            (TrustedAccess::Enabled, Answer::Absent) => Some(format!(
                "no landing zone exists in {region}, and some installers of AWS Control Tower refuse to \
                 start where trusted access is enabled already. Once one is set up, the next run enables \
                 it; if one exists in another Region, correct LANDING_ZONE_REGION"
            )),
            (TrustedAccess::Disabled, Answer::Elsewhere(home)) => Some(format!(
                "a landing zone exists in {home} and needs trusted access. Decommission it first, and \
                 correct LANDING_ZONE_REGION, which is {region}"
            )),
            (TrustedAccess::Disabled, Answer::Present(Details { version, .. })) => Some(format!(
                "a landing zone (version {version}, {region}) exists and needs trusted access. \
                 Decommission it first: the next run then disables it"
            )),
            _ => None,
        }
    }

    /// Why less is known of it than was asked for, as a line for the log; `None` where nothing is missing.
    #[must_use]
    pub fn gap(&self) -> Option<String> {
        match &self.answer {
            Answer::Unreadable(why) => Some(why.clone()),
            Answer::Elsewhere(home) => Some(format!(
                "its home Region is {home} and LANDING_ZONE_REGION is {}: correct that",
                self.region
            )),
            Answer::Absent | Answer::Present(_) => None,
        }
    }
}

/// As the report has it: `present` and, where it is, what it is like; or `unknown`. The Region is the
/// operator's own setting, and the reason why it is not known is for the log.
impl Serialize for LandingZone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.answer {
            Answer::Unreadable(_) => map.serialize_entry("unknown", &true)?,
            Answer::Absent => map.serialize_entry("present", &false)?,
            Answer::Elsewhere(_) => map.serialize_entry("present", &true)?,
            Answer::Present(details) => {
                map.serialize_entry("present", &true)?;
                map.serialize_entry("version", &details.version)?;
                for (name, value) in [
                    ("latestVersion", &details.latest_version),
                    ("status", &details.status),
                    ("driftStatus", &details.drift_status),
                ] {
                    if let Some(value) = value {
                        map.serialize_entry(name, value)?;
                    }
                }
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::state::Observation;
    use serde_json::json;

    fn in_ireland(answer: Answer) -> LandingZone {
        LandingZone {
            region: "eu-west-1".to_owned(),
            answer,
        }
    }

    fn present() -> Answer {
        Answer::Present(Details {
            version: "3.3".to_owned(),
            drift_status: Some("DRIFTED".to_owned()),
            ..Details::default()
        })
    }

    fn unreadable() -> Answer {
        Answer::Unreadable("no answer".to_owned())
    }

    fn objection(desired: TrustedAccess, answer: Answer) -> Option<String> {
        let observed = match desired {
            TrustedAccess::Enabled => Observation::disabled(),
            TrustedAccess::Disabled => Observation::enabled(None),
        };
        let step = Plan::compare(desired, &observed).step().unwrap();
        in_ireland(answer).objection(step)
    }

    #[test]
    fn enabling_is_objected_to_where_there_is_no_landing_zone_and_nowhere_else() {
        let reason = objection(TrustedAccess::Enabled, Answer::Absent).unwrap();
        assert!(reason.starts_with("no landing zone exists in eu-west-1"));
        assert_eq!(objection(TrustedAccess::Enabled, present()), None);
        assert_eq!(objection(TrustedAccess::Enabled, unreadable()), None);
        let elsewhere = Answer::Elsewhere("us-west-2".to_owned());
        assert_eq!(objection(TrustedAccess::Enabled, elsewhere), None);
    }

    #[test]
    fn disabling_is_objected_to_where_there_is_one_be_it_elsewhere() {
        let reason = objection(TrustedAccess::Disabled, present()).unwrap();
        assert!(reason.starts_with("a landing zone (version 3.3, eu-west-1) exists"));
        let elsewhere = Answer::Elsewhere("us-west-2".to_owned());
        let reason = objection(TrustedAccess::Disabled, elsewhere).unwrap();
        assert!(reason.starts_with("a landing zone exists in us-west-2"));
        assert_eq!(objection(TrustedAccess::Disabled, Answer::Absent), None);
    }

    #[test]
    fn unknown_is_neither_present_nor_absent_in_the_report() {
        for (answer, shown) in [
            (Answer::Absent, json!({"present": false})),
            (
                Answer::Elsewhere("us-west-2".to_owned()),
                json!({"present": true}),
            ),
            (unreadable(), json!({"unknown": true})),
            (
                present(),
                json!({"present": true, "version": "3.3", "driftStatus": "DRIFTED"}),
            ),
        ] {
            assert_eq!(serde_json::to_value(in_ireland(answer)).unwrap(), shown);
        }
    }
}
