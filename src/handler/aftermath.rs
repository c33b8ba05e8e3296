//! What a repair leaves behind: how long the outage was, and what is left for a human to do.

mod next_steps;

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::report::{Outage, Report};
use crate::state::Operation;
use crate::trigger::Trigger;
use next_steps::next_steps;

/// Adds both to the report of a run that enabled trusted access, where a read showed it at `shown_at`.
pub(super) fn add(report: &mut Report, shown_at: Option<SystemTime>) {
    if let Some(restored) = shown_at.filter(|_| report.plan == Some(Operation::Enable)) {
        let outage = outage(&report.trigger, restored);
        report.next_steps = next_steps(&outage, report.landing_zone.as_ref());
        report.outage = Some(outage);
    }
}

fn outage(trigger: &Trigger, restored: SystemTime) -> Outage {
    let known = trigger.is_the_disabling_call;
    let disabled_at = trigger.time.as_deref().filter(|_| known);
    let disabled = disabled_at.and_then(|time| DateTime::from_str(time, Format::DateTime).ok());
    let caller = trigger.actor.as_ref().filter(|_| known);
    let restored = DateTime::from_secs(DateTime::from(restored).secs());
    Outage {
        disabled_at: disabled.and(disabled_at).map(str::to_owned),
        disabled_by: caller.and_then(|caller| caller.issuer_arn.clone().or(caller.arn.clone())),
        source_ip: caller.and_then(|caller| caller.source_ip.clone()),
        restored_at: restored.to_string(),
        // A clock that is behind CloudTrail's gives no duration.
        seconds: disabled
            .and_then(|disabled| u64::try_from(restored.secs() - disabled.secs()).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::{Json, Request};
    use serde_json::value::RawValue;
    use std::time::Duration;

    fn trigger(event: &str) -> Trigger {
        let payload: &RawValue = serde_json::from_str(event).unwrap();
        Request::classify(Json::from(payload)).unwrap().trigger
    }

    /// 26 s after the time of the test events.
    fn restored() -> SystemTime {
        let time = DateTime::from_str("2026-11-23T10:01:45.9Z", Format::DateTime).unwrap();
        SystemTime::try_from(time).unwrap()
    }

    #[test]
    fn the_disabling_call_tells_when_by_whom_and_from_where() {
        let event = include_str!("../../events/organizations-disable-sso-user.json");
        let outage = outage(&trigger(event), restored());
        assert_eq!(outage.disabled_at.as_deref(), Some("2026-11-23T10:01:19Z"));
        assert_eq!(
            outage.disabled_by.as_deref(),
            Some(
                "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/\
                 AWSReservedSSO_AdministratorAccess_0123456789abcdef"
            )
        );
        assert_eq!(outage.source_ip.as_deref(), Some("198.51.100.24"));
        assert_eq!(outage.restored_at, "2026-11-23T10:01:45Z");
        assert_eq!(outage.seconds, Some(26));
    }

    #[test]
    fn without_a_role_the_caller_is_named() {
        let event = include_str!("../../events/organizations-disable-root.json");
        let outage = outage(&trigger(event), restored());
        assert_eq!(
            outage.disabled_by.as_deref(),
            Some("arn:aws:iam::111122223333:root")
        );
    }

    #[test]
    fn any_other_event_leaves_what_it_does_not_know_out() {
        let disabling = include_str!("../../events/organizations-disable-root.json");
        let another = disabling.replace("controltower.amazonaws.com", "sso.amazonaws.com");
        for event in [
            include_str!("../../events/schedule-scheduler.json"),
            include_str!("../../events/controltower-drift-detected.json"),
            include_str!("../../events/organizations-enable-root.json"),
            include_str!("../../events/organizations-disable-failed-root.json"),
            &another,
            "{}",
        ] {
            let outage = outage(&trigger(event), restored());
            let known = (
                &outage.disabled_at,
                &outage.disabled_by,
                &outage.source_ip,
                outage.seconds,
            );
            assert_eq!(known, (&None, &None, &None, None), "{event}");
        }
    }

    #[test]
    fn a_clock_behind_cloudtrails_and_a_time_that_is_none_give_no_duration() {
        let event = include_str!("../../events/organizations-disable-sso-user.json");
        let early = restored() - Duration::from_mins(1);
        assert_eq!(outage(&trigger(event), early).seconds, None);
        let timeless = event.replacen(
            "\"time\": \"2026-11-23T10:01:19Z\"",
            "\"time\": \"soon\"",
            1,
        );
        assert_ne!(timeless, event);
        let outage = outage(&trigger(&timeless), restored());
        assert_eq!((outage.disabled_at, outage.seconds), (None, None));
    }
}
