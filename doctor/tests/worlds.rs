//! Worlds that more than one program shows.

use crate::scripted_aws::answers::{ALARMS, account, alarms, landing_zone};
use crate::scripted_aws::{Instead, World};

/// In which something of each kind is wrong, as in the README and its picture.
pub fn troubled() -> World {
    let drifted = landing_zone("3.3", "4.0", "ACTIVE", "DRIFTED");
    let none = r#"{"EnabledServicePrincipals":[]}"#;
    let not_allowed = Instead::Error(400, "AccessDeniedException", "User is not authorized");
    World::healthy()
        .with(
            "organizations:ListAWSServiceAccessForOrganization",
            Instead::Body(none.into()),
        )
        .with("cloudtrail:DescribeTrails", not_allowed)
        .with(
            "controltower:GetLandingZone",
            Instead::Body(drifted.to_string()),
        )
        .with(
            "cloudwatch:DescribeAlarms",
            Instead::Body(alarms(ALARMS[0]).to_string()),
        )
        .with_role(
            &account(2),
            Instead::Error(403, "AccessDenied", "not authorized"),
        )
}
