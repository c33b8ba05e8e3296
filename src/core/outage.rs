//! The time in which trusted access was disabled, as far as the trigger tells.

use std::time::SystemTime;

use super::timestamp;
use super::trigger::{Actor, Trigger};
use serde::Serialize;

/// A period in which trusted access was disabled and which a run has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outage {
    /// When trusted access was disabled, in RFC 3339, if the trigger is the disabling call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<String>,
    /// The caller's best name, with the source identity of its session if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_by: Option<String>,
    /// The source address of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// When a read showed it enabled again, in RFC 3339.
    pub restored_at: String,
    /// The whole seconds between the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

impl Outage {
    /// Builds the outage that `disabling_call`, if it is known, began, and that ended at `restored_at`.
    #[must_use]
    pub(super) fn new(disabling_call: Option<&Trigger>, restored_at: SystemTime) -> Self {
        let time = disabling_call.and_then(|call| call.time.as_deref());
        let disabled = time.and_then(timestamp::parse);
        let caller = disabling_call.and_then(|call| call.actor.as_ref());
        // A clock that is centuries off gives no time, and must not hide the repair.
        let (restored_at, restored) = timestamp::format_seconds(restored_at).unzip();
        Self {
            disabled_at: disabled.and(time).map(str::to_owned),
            disabled_by: caller.map(Actor::display_name),
            source_ip: caller.and_then(|caller| caller.source_ip.clone()),
            restored_at: restored_at.unwrap_or_default(),
            // If the clock is behind CloudTrail's, the duration is unknown.
            seconds: disabled.zip(restored).and_then(|(disabled, restored)| {
                u64::try_from(restored - disabled.unix_timestamp()).ok()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::trigger::TriggerKind;
    use std::time::Duration;

    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Admin/jo";

    fn disabling_call(time: &str, source_identity: Option<&str>) -> Trigger {
        Trigger {
            time: Some(time.to_owned()),
            actor: Some(Actor {
                name: SESSION.to_owned(),
                source_identity: source_identity.map(str::to_owned),
                source_ip: Some("198.51.100.24".to_owned()),
                ..Actor::default()
            }),
            ..Trigger::of_kind(TriggerKind::OrganizationsEvent)
        }
    }

    /// 2026-11-23T10:01:45.9Z
    fn restored_at() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_428_105_900)
    }

    #[test]
    fn the_disabling_call_says_when_by_whom_and_from_where() {
        let call = disabling_call("2026-11-23T10:01:19Z", None);
        let outage = Outage::new(Some(&call), restored_at());
        assert_eq!(
            outage,
            Outage {
                disabled_at: Some("2026-11-23T10:01:19Z".to_owned()),
                disabled_by: Some(SESSION.to_owned()),
                source_ip: Some("198.51.100.24".to_owned()),
                restored_at: "2026-11-23T10:01:45Z".to_owned(),
                seconds: Some(26),
            }
        );
    }

    #[test]
    fn the_source_identity_names_the_person_behind_a_role() {
        let call = disabling_call("2026-11-23T10:01:19Z", Some("dana@example.com"));
        let outage = Outage::new(Some(&call), restored_at());
        assert_eq!(
            outage.disabled_by.unwrap(),
            format!("{SESSION} (source identity dana@example.com)")
        );
    }

    #[test]
    fn without_the_disabling_call_only_the_end_is_known() {
        let outage = Outage::new(None, restored_at());
        let known = (
            outage.disabled_at,
            outage.disabled_by,
            outage.source_ip,
            outage.seconds,
        );
        assert_eq!(known, (None, None, None, None));
        assert_eq!(outage.restored_at, "2026-11-23T10:01:45Z");
    }

    #[test]
    fn a_clock_behind_cloudtrails_gives_no_duration() {
        let call = disabling_call("2026-11-23T10:01:19Z", None);
        let early = restored_at() - Duration::from_mins(1);
        assert_eq!(Outage::new(Some(&call), early).seconds, None);
    }

    #[test]
    fn an_invalid_time_of_the_call_is_left_out() {
        let outage = Outage::new(Some(&disabling_call("soon", None)), restored_at());
        assert_eq!((outage.disabled_at, outage.seconds), (None, None));
    }
}
