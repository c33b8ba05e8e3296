//! Changes, names and a landing zone for the tests of the actions.

use controltower_trusted_access::core::landing_zone::LandingZoneDetail;

use super::{Action, actions};
use crate::outages::changes::{Change, Kind};
use crate::outages::landing_zone::LandingZone;
use crate::outages::names::Names;
use crate::outages::time::Time;

pub const SANDBOX: &str = "ou-abcd-sandbox1";
pub const WORKLOADS: &str = "ou-abcd-workload";
pub const GUARDRAIL: &str = "p-guardrail1";

pub fn change(kind: Kind) -> Change {
    Change {
        time: Time::parse("2026-11-20T10:00:00Z").unwrap(),
        id: String::new(),
        event: String::new(),
        by: None,
        by_control_tower: false,
        kind,
        account: None,
        ou: None,
        policy: None,
        policy_type: None,
        from_parent: None,
        to_parent: None,
        name: None,
        request: None,
        is_service_event: false,
    }
}

pub fn of_account(kind: Kind, account: &str) -> Change {
    Change {
        account: Some(account.to_owned()),
        ..change(kind)
    }
}

pub fn moved(account: &str, from: &str, to: &str) -> Change {
    Change {
        from_parent: Some(from.to_owned()),
        to_parent: Some(to.to_owned()),
        ..of_account(Kind::AccountMoved, account)
    }
}

pub fn of_ou(kind: Kind, ou: &str) -> Change {
    Change {
        ou: Some(ou.to_owned()),
        ..change(kind)
    }
}

pub fn of_policy(kind: Kind, policy: &str, ou: Option<&str>) -> Change {
    Change {
        policy: Some(policy.to_owned()),
        ou: ou.map(str::to_owned),
        ..change(kind)
    }
}

pub fn names() -> Names {
    let mut names = Names::default();
    for (id, name, policy_type) in [
        (GUARDRAIL, "aws-guardrails-A", "SERVICE_CONTROL_POLICY"),
        ("p-customer1", "deny-regions", "SERVICE_CONTROL_POLICY"),
        ("p-tags", "aws-guardrails-tags", "TAG_POLICY"),
    ] {
        names.add(id, name);
        names.add_policy_type(id, policy_type);
    }
    names
}

pub fn landing_zone(version: &str) -> LandingZone {
    let detail = LandingZoneDetail {
        arn: "arn:aws:controltower:eu-west-1:111122223333:landingzone/1A2B".to_owned(),
        version: version.to_owned(),
        ..LandingZoneDetail::default()
    };
    LandingZone::Found(detail, "eu-west-1".to_owned())
}

/// Returns the start of each sentence after that of the landing zone, up to the colon or comma.
pub fn starts(changes: &[Change]) -> Vec<String> {
    let actions = actions(false, changes, &names(), &landing_zone("3.3"));
    assert!(
        actions[0].sentence.starts_with("Reset the landing zone"),
        "{actions:?}"
    );
    let start = |action: &Action| {
        let end = action
            .sentence
            .find([':', ','])
            .unwrap_or(action.sentence.len());
        action.sentence[..end].to_owned()
    };
    actions[1..].iter().map(start).collect()
}
