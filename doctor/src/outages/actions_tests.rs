use std::slice::from_ref;

use super::super::changes::Kind;
use super::fixtures::{
    GUARDRAIL, SANDBOX, WORKLOADS, landing_zone, moved, names, of_account, of_ou, of_policy, starts,
};
use super::*;

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
    assert_eq!(starts(from_ref(&one)), ["Update account 222200000001"]);
    assert_eq!(starts(&[one, two]), ["Re-register OU ou-abcd-workload"]);
}

#[test]
fn an_account_is_enrolled_if_it_is_new_and_covered_by_an_ou_that_is_new() {
    let new = of_account(Kind::AccountCreated, "222200000001");
    assert_eq!(starts(from_ref(&new)), ["Enroll account 222200000001"]);
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
