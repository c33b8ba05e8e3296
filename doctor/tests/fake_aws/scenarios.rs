//! Scenarios that more than one program uses.

use super::replies::{ALARMS, account, alarms, landing_zone};
use super::{FakeReply, Scenario};

/// Returns a scenario with an issue of each kind, as in docs/doctor.md and its picture.
pub fn troubled() -> Scenario {
    let drifted = landing_zone("3.3", "4.0", "ACTIVE", "DRIFTED");
    let none = r#"{"EnabledServicePrincipals":[]}"#;
    let not_allowed = FakeReply::Error(400, "AccessDeniedException", "User is not authorized");
    Scenario::healthy()
        .with(
            "organizations:ListAWSServiceAccessForOrganization",
            FakeReply::Body(none.into()),
        )
        .with("cloudtrail:DescribeTrails", not_allowed)
        .with(
            "controltower:GetLandingZone",
            FakeReply::Body(drifted.to_string()),
        )
        .with(
            "cloudwatch:DescribeAlarms",
            FakeReply::Body(alarms(ALARMS[0]).to_string()),
        )
        .with_role(
            &account(2),
            FakeReply::Error(403, "AccessDenied", "not authorized"),
        )
}
