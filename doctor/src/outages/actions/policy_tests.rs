use std::slice::from_ref;

use super::fixtures::{GUARDRAIL, WORKLOADS, landing_zone, names, of_ou, of_policy, starts};
use super::*;
use crate::outages::changes::Kind;

#[test]
fn a_policy_of_control_tower_or_of_an_unknown_type_makes_its_ou_re_register() {
    for policy in [GUARDRAIL, "p-unknown1"] {
        for kind in [Kind::PolicyAttached, Kind::PolicyDetached] {
            let change = of_policy(kind, policy, Some(WORKLOADS));
            assert_eq!(
                starts(&[change]),
                ["Re-register OU ou-abcd-workload"],
                "{policy}"
            );
        }
    }
    for policy in ["p-customer1", "p-tags"] {
        let detached = of_policy(Kind::PolicyDetached, policy, Some(WORKLOADS));
        let updated = of_policy(Kind::PolicyUpdated, policy, None);
        assert_eq!(starts(&[detached, updated]), [""; 0], "{policy}");
    }
}

#[test]
fn an_account_whose_policy_changed_is_updated() {
    let detached = Change {
        account: Some("222200000001".to_owned()),
        ..of_policy(Kind::PolicyDetached, GUARDRAIL, None)
    };
    assert_eq!(starts(&[detached]), ["Update account 222200000001"]);
}

#[test]
fn the_root_is_covered_by_the_reset_of_the_landing_zone() {
    let detached = of_policy(Kind::PolicyDetached, GUARDRAIL, Some("r-abcd"));
    assert_eq!(starts(&[detached]), [""; 0]);
}

#[test]
fn a_changed_policy_has_the_command_that_lists_its_ous_and_a_deleted_one_has_none() {
    let updated = of_policy(Kind::PolicyUpdated, GUARDRAIL, None);
    let deleted = of_policy(Kind::PolicyDeleted, "p-unknown1", None);
    let actions = actions(false, &[updated, deleted], &names(), &landing_zone("3.3"));
    let commands: Vec<Option<&str>> = actions[1..]
        .iter()
        .map(|action| action.command.as_deref())
        .collect();
    assert_eq!(
        commands,
        [
            Some("aws organizations list-targets-for-policy --policy-id p-guardrail1"),
            None
        ]
    );
    assert!(
        actions[2]
            .sentence
            .contains("A policy was deleted: p-unknown1."),
        "{}",
        actions[2].sentence
    );
}

#[test]
fn a_disabled_policy_type_is_enabled_before_the_reset_unless_it_was_enabled_again() {
    let of_type = |kind, policy_type: &str| Change {
        policy_type: Some(policy_type.to_owned()),
        ..of_ou(kind, "r-abcd")
    };
    let disabled = of_type(Kind::PolicyTypeDisabled, "SERVICE_CONTROL_POLICY");
    let first = &actions(false, from_ref(&disabled), &names(), &landing_zone("3.3"))[0];
    assert_eq!(
        first.command.as_deref(),
        Some(
            "aws organizations enable-policy-type --root-id r-abcd --policy-type SERVICE_CONTROL_POLICY"
        )
    );
    let enabled = of_type(Kind::PolicyTypeEnabled, "SERVICE_CONTROL_POLICY");
    assert_eq!(starts(&[disabled, enabled]), [""; 0]);
    assert_eq!(
        starts(&[of_type(Kind::PolicyTypeDisabled, "TAG_POLICY")]),
        [""; 0]
    );
}
