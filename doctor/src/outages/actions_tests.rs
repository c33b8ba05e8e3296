use controltower_trusted_access::core::landing_zone::LandingZoneDetail;

use super::super::changes::Kind;
use super::super::time::Time;
use super::*;

const SANDBOX: &str = "ou-abcd-sandbox1";
const WORKLOADS: &str = "ou-abcd-workload";
const GUARDRAIL: &str = "p-guardrail1";

fn change(kind: Kind) -> Change {
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

fn of_account(kind: Kind, account: &str) -> Change {
    Change {
        account: Some(account.to_owned()),
        ..change(kind)
    }
}

fn moved(account: &str, from: &str, to: &str) -> Change {
    Change {
        from_parent: Some(from.to_owned()),
        to_parent: Some(to.to_owned()),
        ..of_account(Kind::AccountMoved, account)
    }
}

fn of_ou(kind: Kind, ou: &str) -> Change {
    Change {
        ou: Some(ou.to_owned()),
        ..change(kind)
    }
}

fn of_policy(kind: Kind, policy: &str, ou: Option<&str>) -> Change {
    Change {
        policy: Some(policy.to_owned()),
        ou: ou.map(str::to_owned),
        ..change(kind)
    }
}

fn names() -> Names {
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

fn landing_zone(version: &str) -> LandingZone {
    let detail = LandingZoneDetail {
        arn: "arn:aws:controltower:eu-west-1:111122223333:landingzone/1A2B".to_owned(),
        version: version.to_owned(),
        ..LandingZoneDetail::default()
    };
    LandingZone::Found(detail, "eu-west-1".to_owned())
}

/// Returns the start of each sentence after that of the landing zone, up to the colon or comma.
fn starts(changes: &[Change]) -> Vec<String> {
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

#[test]
fn an_outage_without_changes_needs_only_the_landing_zone_by_its_version() {
    for (version, sentence, has_command) in [
        (
            "3.0",
            "Update the landing zone (version 3.0) to at least version 3.1",
            false,
        ),
        ("3.1", "Reset the landing zone (version 3.1)", true),
        ("4.0", "Reset the landing zone (version 4.0)", true),
        (
            "beta",
            "Reset the landing zone, unless that was done after the outage, or update it",
            false,
        ),
    ] {
        let actions = actions(false, &[], &names(), &landing_zone(version));
        assert_eq!(actions.len(), 1);
        assert!(
            actions[0].sentence.starts_with(sentence),
            "{}",
            actions[0].sentence
        );
        assert_eq!(actions[0].command.is_some(), has_command, "{version}");
    }
    let unknown = actions(false, &[], &names(), &LandingZone::Unknown);
    assert!(unknown[0].sentence.contains("if its version is below 3.1"));
    assert_eq!(unknown[0].command, None);
}

#[test]
fn without_a_landing_zone_nothing_is_left_to_do() {
    let changes = [moved("222200000001", SANDBOX, WORKLOADS)];
    let none = LandingZone::NotFound("eu-west-1".to_owned());
    let actions = actions(false, &changes, &names(), &none);
    assert_eq!(actions.len(), 1);
    assert!(
        actions[0]
            .sentence
            .contains("There is no landing zone in eu-west-1")
    );
}

#[test]
fn while_it_is_off_the_first_action_is_to_enable_it() {
    let actions = actions(true, &[], &names(), &landing_zone("3.3"));
    assert_eq!(
        actions[0].command.as_deref(),
        Some(
            "aws organizations enable-aws-service-access --service-principal controltower.amazonaws.com"
        )
    );
}

#[test]
fn one_account_of_an_ou_is_updated_and_two_are_covered_by_their_ou() {
    let one = moved("222200000001", SANDBOX, WORKLOADS);
    let two = moved("222200000002", SANDBOX, WORKLOADS);
    assert_eq!(starts(&[one.clone()]), ["Update account 222200000001"]);
    assert_eq!(starts(&[one, two]), ["Re-register OU ou-abcd-workload"]);
}

#[test]
fn an_account_is_enrolled_if_it_is_new_and_covered_by_an_ou_that_is_new() {
    let new = of_account(Kind::AccountCreated, "222200000001");
    assert_eq!(starts(&[new.clone()]), ["Enroll account 222200000001"]);
    let placed = moved("222200000001", "r-abcd", SANDBOX);
    assert_eq!(
        starts(&[new.clone(), placed.clone()]),
        ["Enroll account 222200000001"]
    );
    let new_ou = of_ou(Kind::OuCreated, SANDBOX);
    assert_eq!(
        starts(&[new_ou, new, placed]),
        ["Register OU ou-abcd-sandbox1"]
    );
}

#[test]
fn the_ou_of_an_account_now_outweighs_the_recorded_moves() {
    let mut names = names();
    names.add_parent("222200000001", "ou-abcd-security");
    let changes = [
        moved("222200000001", SANDBOX, WORKLOADS),
        of_ou(Kind::OuRenamed, WORKLOADS),
    ];
    let actions = actions(false, &changes, &names, &landing_zone("3.3"));
    let sentences: Vec<&str> = actions
        .iter()
        .map(|action| action.sentence.as_str())
        .collect();
    assert!(
        sentences
            .iter()
            .any(|text| text.starts_with("Update account 222200000001")),
        "{sentences:?}"
    );
}

#[test]
fn changes_that_undo_each_other_need_no_action() {
    let there = moved("222200000001", SANDBOX, WORKLOADS);
    let back = moved("222200000001", WORKLOADS, SANDBOX);
    let detached = of_policy(Kind::PolicyDetached, GUARDRAIL, Some(SANDBOX));
    let attached = of_policy(Kind::PolicyAttached, GUARDRAIL, Some(SANDBOX));
    assert_eq!(starts(&[there, back, detached, attached]), [""; 0]);
    let new = of_account(Kind::AccountCreated, "222200000002");
    let closed = of_account(Kind::AccountClosed, "222200000002");
    let created = of_ou(Kind::OuCreated, SANDBOX);
    let deleted = of_ou(Kind::OuDeleted, SANDBOX);
    assert_eq!(starts(&[new, closed, created, deleted]), [""; 0]);
}

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
    let first = &actions(false, &[disabled.clone()], &names(), &landing_zone("3.3"))[0];
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

#[test]
fn gone_accounts_and_deleted_ous_are_one_look_each() {
    let changes = [
        of_account(Kind::AccountClosed, "222200000001"),
        of_account(Kind::AccountLeft, "222200000002"),
        of_ou(Kind::OuDeleted, SANDBOX),
        of_policy(Kind::PolicyDetached, GUARDRAIL, Some(SANDBOX)),
    ];
    assert_eq!(
        starts(&changes),
        [
            "Check that these accounts are no longer listed",
            "Check that these OUs are no longer listed",
        ]
    );
}

#[test]
fn an_account_that_was_moved_to_the_root_has_to_leave_it() {
    let change = moved("222200000001", SANDBOX, "r-abcd");
    assert_eq!(
        starts(&[change]),
        ["Move account 222200000001 from the root to a registered OU and update it"]
    );
}

#[test]
fn changes_of_control_tower_need_no_action() {
    let mut change = moved("222200000001", SANDBOX, WORKLOADS);
    change.by_control_tower = true;
    assert_eq!(starts(&[change]), [""; 0]);
}
