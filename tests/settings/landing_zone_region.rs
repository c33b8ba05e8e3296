//! `LANDING_ZONE_REGION`: the home Region of the landing zone.

use super::REMEDY;
use crate::lambda::{disabled, function};

#[test]
fn an_invalid_landing_zone_region_is_an_invalid_configuration_without_aws_calls() {
    for value in ["", "Ireland", "EU-WEST-1", "eu-west-1.example.com"] {
        let server = disabled();
        let result = function(&server, &[("LANDING_ZONE_REGION", value)]).invoke("{}");
        let message = format!(
            "LANDING_ZONE_REGION is {value:?}: it takes the name of the landing zone's home Region, such as \
             eu-west-1. {REMEDY}"
        );
        assert_eq!(result.error(), ("InvalidConfiguration", message.as_str()));
        assert_eq!(server.operations(), [""; 0]);
    }
}
