//! The landing zone, as far as a run knows it.

mod block_reason;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// The landing zone, as far as a run knows it. It is read only if a change is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingZone {
    /// The Region that was asked: `LANDING_ZONE_REGION`, the landing zone's home Region.
    pub region: String,
    /// The result of the read.
    pub state: LandingZoneState,
    /// Whether it is being or was decommissioned.
    pub decommissioning: Decommissioning,
}

/// Whether there is a landing zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LandingZoneState {
    /// Control Tower has no landing zone in this Region.
    NotFound,
    /// Control Tower has one.
    Found(LandingZoneDetail),
    /// Control Tower has one whose home is this other Region, so `LANDING_ZONE_REGION` is wrong. No detail is
    /// known: the function's role may read only its own Region.
    InOtherRegion(String),
    /// The read failed, with this message.
    Unknown(String),
}

/// What Control Tower's list of operations, which goes back 90 days, says about a decommissioning.
///
/// <https://docs.aws.amazon.com/controltower/latest/APIReference/API_ListLandingZoneOperations.html>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Decommissioning {
    /// The list was not read, or could not be.
    #[default]
    Unknown,
    /// No `DELETE` operation is in progress, and without a landing zone none has succeeded.
    NotListed,
    /// A `DELETE` operation is in progress.
    InProgress,
    /// There is no landing zone, and a `DELETE` operation has succeeded.
    Completed,
}

/// The status of a `DELETE` operation that a run asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteStatus {
    /// `IN_PROGRESS`.
    InProgress,
    /// `SUCCEEDED`.
    Succeeded,
}

/// The landing zone as `GetLandingZone` describes it, in Control Tower's words.
///
/// <https://docs.aws.amazon.com/controltower/latest/APIReference/API_LandingZoneDetail.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LandingZoneDetail {
    /// The landing zone's ARN.
    pub arn: String,
    /// The deployed version, such as `3.3`.
    pub version: String,
    /// The latest available version.
    pub latest_version: Option<String>,
    /// `ACTIVE`, `PROCESSING` or `FAILED`.
    pub status: Option<String>,
    /// `DRIFTED` or `IN_SYNC`.
    pub drift_status: Option<String>,
}

/// The first version that `ResetLandingZone` takes: major and minor.
///
/// <https://docs.aws.amazon.com/controltower/latest/userguide/lz-api-reset.html>
const FIRST_RESETTABLE_VERSION: (u32, u32) = (3, 1);

impl LandingZoneDetail {
    /// Returns whether `ResetLandingZone` takes this version, or `None` if the version is not of the shape `3.3`.
    #[must_use]
    pub fn can_be_reset(&self) -> Option<bool> {
        let (major, minor) = self.version.split_once('.')?;
        let number = |text: &str| {
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u32>().ok().filter(|_| is_number)
        };
        Some((number(major)?, number(minor)?) >= FIRST_RESETTABLE_VERSION)
    }

    /// Returns the AWS CLI command that resets the landing zone, whose home Region is `region`, or `None` if the ARN is
    /// not safe to paste into a shell.
    #[must_use]
    pub fn reset_command(&self, region: &str) -> Option<String> {
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b":/-_".contains(&byte);
        let is_arn = self.arn.starts_with("arn:") && self.arn.bytes().all(is_safe);
        is_arn.then(|| {
            let arn = &self.arn;
            format!("aws controltower reset-landing-zone --landing-zone-identifier {arn} --region {region}")
        })
    }
}

impl LandingZone {
    /// Returns why less is known than was asked for, as text for a log line, or `None` if nothing is missing.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        match &self.state {
            LandingZoneState::Unknown(error) => Some(error.clone()),
            LandingZoneState::InOtherRegion(home) => Some(format!(
                "its home Region is {home} and LANDING_ZONE_REGION is {}: correct that",
                self.region
            )),
            LandingZoneState::NotFound | LandingZoneState::Found(_) => None,
        }
    }
}

/// Serializes as in the report: `present` with the details, or `unknown`. The Region is left out, because it
/// is the operator's own setting; so is the reason for `unknown`, which belongs in the log.
impl Serialize for LandingZone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.state {
            LandingZoneState::Unknown(_) => map.serialize_entry("unknown", &true)?,
            LandingZoneState::NotFound => map.serialize_entry("present", &false)?,
            LandingZoneState::InOtherRegion(_) => map.serialize_entry("present", &true)?,
            LandingZoneState::Found(detail) => {
                map.serialize_entry("present", &true)?;
                map.serialize_entry("version", &detail.version)?;
                for (name, value) in [
                    ("latestVersion", &detail.latest_version),
                    ("status", &detail.status),
                    ("driftStatus", &detail.drift_status),
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
    use serde_json::json;

    pub(super) fn in_ireland(state: LandingZoneState) -> LandingZone {
        LandingZone {
            region: "eu-west-1".to_owned(),
            state,
            decommissioning: Decommissioning::Unknown,
        }
    }

    pub(super) fn present() -> LandingZoneState {
        LandingZoneState::Found(LandingZoneDetail {
            version: "3.3".to_owned(),
            drift_status: Some("DRIFTED".to_owned()),
            ..LandingZoneDetail::default()
        })
    }

    pub(super) fn unreadable() -> LandingZoneState {
        LandingZoneState::Unknown("no answer".to_owned())
    }

    #[test]
    fn the_report_shows_an_unknown_landing_zone_as_neither_present_nor_absent() {
        for (state, json) in [
            (LandingZoneState::NotFound, json!({"present": false})),
            (
                LandingZoneState::InOtherRegion("us-west-2".to_owned()),
                json!({"present": true}),
            ),
            (unreadable(), json!({"unknown": true})),
            (
                present(),
                json!({"present": true, "version": "3.3", "driftStatus": "DRIFTED"}),
            ),
        ] {
            assert_eq!(serde_json::to_value(in_ireland(state)).unwrap(), json);
        }
    }
}
