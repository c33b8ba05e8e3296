use super::*;

fn time(minute: i64) -> Time {
    Time::parse("2026-11-20T10:00:00Z")
        .unwrap()
        .minus(-60 * minute)
}

fn change(minute: i64, event: &str, kind: Kind, is_service_event: bool) -> Change {
    Change {
        time: time(minute),
        id: format!("{event} {minute}"),
        event: event.to_owned(),
        by: Some("AWS Internal".to_owned()),
        by_control_tower: false,
        kind,
        account: Some("222200000001".to_owned()),
        ou: None,
        policy: None,
        policy_type: None,
        from_parent: None,
        to_parent: None,
        name: None,
        request: None,
        is_service_event,
    }
}

fn merged(changes: impl IntoIterator<Item = Change>) -> Vec<String> {
    let mut all = Changes::default();
    changes.into_iter().for_each(|change| all.add(change));
    all.into_merged()
        .into_iter()
        .map(|change| change.event)
        .collect()
}

#[test]
fn changes_are_in_order_and_duplicates_are_removed() {
    let moved = |minute, event: &str| change(minute, event, Kind::AccountMoved, false);
    let events = [moved(3, "c"), moved(1, "a"), moved(2, "b"), moved(1, "a")];
    assert_eq!(merged(events), ["a", "b", "c"]);
}

#[test]
fn the_result_of_a_call_is_not_a_second_change() {
    let events = [
        change(1, "CloseAccount", Kind::AccountClosed, false),
        change(2, "CloseAccountResult", Kind::AccountClosed, true),
        change(5, "RemoveAccountFromOrganization", Kind::AccountLeft, false),
        change(6, "AccountDepartedOrganization", Kind::AccountLeft, true),
    ];
    assert_eq!(
        merged(events),
        ["CloseAccount", "RemoveAccountFromOrganization"]
    );
}

#[test]
fn a_service_event_without_a_call_is_a_change() {
    let departed = |minute| {
        change(
            minute,
            "AccountDepartedOrganization",
            Kind::AccountLeft,
            true,
        )
    };
    assert_eq!(merged([departed(1)]).len(), 1);
    // The account came back, and left again two hours later.
    let left = change(1, "RemoveAccountFromOrganization", Kind::AccountLeft, false);
    assert_eq!(merged([left, departed(2), departed(122)]).len(), 2);
}

#[test]
fn a_created_account_is_one_change_with_the_caller_of_the_request() {
    let mut result = change(2, "CreateAccountResult", Kind::AccountCreated, true);
    result.request = Some("car-1".to_owned());
    let mut changes = Changes::default();
    changes.add(change(
        1,
        "AccountJoinedOrganization",
        Kind::AccountCreated,
        true,
    ));
    changes.add(result);
    changes.add_request("car-1".to_owned(), Some("dana".to_owned()), true);
    let merged = changes.into_merged();
    assert!(merged[0].by_control_tower);
    assert_eq!(merged.len(), 1);
    assert_eq!(merged[0].event, "CreateAccountResult");
    assert_eq!(merged[0].by.as_deref(), Some("dana"));
}

#[test]
fn an_account_that_could_not_be_closed_is_no_change() {
    let mut changes = Changes::default();
    changes.add(change(1, "CloseAccount", Kind::AccountClosed, false));
    changes.add_failed_closing("222200000001".to_owned(), time(2));
    changes.add(change(90, "CloseAccount", Kind::AccountClosed, false));
    let times: Vec<Time> = changes
        .into_merged()
        .iter()
        .map(|change| change.time)
        .collect();
    assert_eq!(times, [time(90)]);
}
