//! Why the landing zone does not allow a change of trusted access.

use super::{Decommissioning, LandingZone, LandingZoneDetail, LandingZoneState};
use crate::core::model::TrustedAccess;
use crate::core::plan::Step;

impl LandingZone {
    /// Returns why `step` must not be made, or `None` if the landing zone allows it or is unknown.
    ///
    /// An existing landing zone needs trusted access. Without one, enabling could stop the set-up: some installers refuse to
    /// start if trusted access is already enabled. After a decommissioning AWS asks to disable it before a set-up in another
    /// Region, so enabling it meanwhile would undo that step.
    #[must_use]
    pub fn block_reason(&self, step: Step) -> Option<String> {
        match step.target() {
            TrustedAccess::Enabled => self.reason_not_to_enable(),
            TrustedAccess::Disabled => self.reason_not_to_disable(),
        }
    }

    fn reason_not_to_enable(&self) -> Option<String> {
        let region = &self.region;
        match (&self.state, self.decommissioning) {
            (LandingZoneState::InOtherRegion(_), _) => None,
            (_, Decommissioning::InProgress) => Some(format!(
                "the landing zone in {region} is being decommissioned: AWS Control Tower lists a DELETE operation that is in \
                 progress. The next run after it has ended reads the landing zone again"
            )),
            (LandingZoneState::NotFound, Decommissioning::Completed) => Some(format!(
                "no landing zone exists in {region}: it was decommissioned in the last 90 days. Once a new one is set up there, \
                 the next run enables trusted access; if it is set up in another Region, set LANDING_ZONE_REGION to that Region"
            )),
            (LandingZoneState::NotFound, Decommissioning::NotListed) => Some(format!(
                "no landing zone exists in {region}, and none was decommissioned there in the last 90 days, so \
                 LANDING_ZONE_REGION may be wrong: if a landing zone exists in another Region, correct it now. Once one is set \
                 up in {region}, the next run enables trusted access"
            )),
            (LandingZoneState::NotFound, Decommissioning::Unknown) => Some(format!(
                "no landing zone exists in {region}. Once one is set up, the next run enables trusted access; if one exists in \
                 another Region, correct LANDING_ZONE_REGION now"
            )),
            (LandingZoneState::Found(_) | LandingZoneState::Unknown(_), _) => None,
        }
    }

    fn reason_not_to_disable(&self) -> Option<String> {
        let region = &self.region;
        match &self.state {
            LandingZoneState::InOtherRegion(home) => Some(format!(
                "a landing zone exists in {home} and needs trusted access. Decommission it first, and correct \
                 LANDING_ZONE_REGION, which is {region}"
            )),
            LandingZoneState::Found(LandingZoneDetail { version, .. }) => Some(format!(
                "a landing zone (version {version}, {region}) exists and needs trusted access. Decommission it \
                 first: the next run then disables it"
            )),
            LandingZoneState::NotFound | LandingZoneState::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::landing_zone::tests::{in_ireland, present, unreadable};
    use crate::core::model::Observation;
    use crate::core::plan::Plan;

    fn block_reason(desired: TrustedAccess, state: LandingZoneState) -> Option<String> {
        block_reason_with(desired, state, Decommissioning::Unknown)
    }

    fn block_reason_with(
        desired: TrustedAccess,
        state: LandingZoneState,
        decommissioning: Decommissioning,
    ) -> Option<String> {
        let observed = match desired {
            TrustedAccess::Enabled => Observation::disabled(),
            TrustedAccess::Disabled => Observation::enabled(None),
        };
        let step = Plan::compare(desired, &observed).step().unwrap();
        let zone = LandingZone {
            decommissioning,
            ..in_ireland(state)
        };
        zone.block_reason(step)
    }

    #[test]
    fn enabling_is_blocked_only_if_no_landing_zone_exists() {
        let reason = block_reason(TrustedAccess::Enabled, LandingZoneState::NotFound).unwrap();
        assert!(reason.starts_with("no landing zone exists in eu-west-1"));
        assert_eq!(block_reason(TrustedAccess::Enabled, present()), None);
        assert_eq!(block_reason(TrustedAccess::Enabled, unreadable()), None);
        let elsewhere = LandingZoneState::InOtherRegion("us-west-2".to_owned());
        assert_eq!(block_reason(TrustedAccess::Enabled, elsewhere), None);
    }

    #[test]
    fn enabling_is_blocked_while_the_landing_zone_is_being_decommissioned() {
        let in_progress = Decommissioning::InProgress;
        for state in [present(), unreadable(), LandingZoneState::NotFound] {
            let reason = block_reason_with(TrustedAccess::Enabled, state, in_progress).unwrap();
            assert!(
                reason.starts_with("the landing zone in eu-west-1 is being decommissioned"),
                "{reason}"
            );
        }
        let elsewhere = LandingZoneState::InOtherRegion("us-west-2".to_owned());
        assert_eq!(
            block_reason_with(TrustedAccess::Enabled, elsewhere, in_progress),
            None
        );
    }

    #[test]
    fn the_reason_without_a_landing_zone_says_if_it_was_decommissioned_or_if_the_region_may_be_wrong()
     {
        for (decommissioning, says) in [
            (
                Decommissioning::Completed,
                "it was decommissioned in the last 90 days",
            ),
            (
                Decommissioning::NotListed,
                "LANDING_ZONE_REGION may be wrong",
            ),
            (Decommissioning::Unknown, "if one exists in another Region"),
        ] {
            let state = LandingZoneState::NotFound;
            let reason = block_reason_with(TrustedAccess::Enabled, state, decommissioning).unwrap();
            assert!(
                reason.starts_with("no landing zone exists in eu-west-1"),
                "{reason}"
            );
            assert!(reason.contains(says), "{reason}");
            let state = LandingZoneState::NotFound;
            assert_eq!(
                block_reason_with(TrustedAccess::Disabled, state, decommissioning),
                None
            );
        }
    }

    #[test]
    fn disabling_is_blocked_if_a_landing_zone_exists_in_any_region() {
        let reason = block_reason(TrustedAccess::Disabled, present()).unwrap();
        assert!(reason.starts_with("a landing zone (version 3.3, eu-west-1) exists"));
        let elsewhere = LandingZoneState::InOtherRegion("us-west-2".to_owned());
        let reason = block_reason(TrustedAccess::Disabled, elsewhere).unwrap();
        assert!(reason.starts_with("a landing zone exists in us-west-2"));
        assert_eq!(
            block_reason(TrustedAccess::Disabled, LandingZoneState::NotFound),
            None
        );
    }
}
