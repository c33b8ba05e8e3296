use serde_json::{Value, json};

use super::super::classify::classify;
use super::super::records::Envelope;
use super::*;

fn time(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn state() -> SearchState {
    SearchState::new(None, None, time("2026-11-28T00:00:00Z"))
}

fn add(state: &mut SearchState, name: &str, at: &str, parameters: &Value) {
    let record = json!({
        "eventSource": "organizations.amazonaws.com", "eventName": name, "eventTime": at, "eventID": format!("{name} {at}"),
        "requestParameters": parameters,
    });
    let record = Record::parse(&record.to_string(), Envelope::default())
        .unwrap()
        .unwrap();
    state.add(classify(&record).unwrap(), &record);
}

fn switch(state: &mut SearchState, name: &str, at: &str) {
    add(
        state,
        name,
        at,
        &json!({"servicePrincipal": "controltower.amazonaws.com"}),
    );
}

fn moved(state: &mut SearchState, at: &str) {
    let parameters = json!({"accountId": "222200000001", "sourceParentId": "r-abcd", "destinationParentId": "ou-abcd-sandbox1"});
    add(state, "MoveAccount", at, &parameters);
}

/// An outage from 10 to 11 o'clock on November 20.
fn with_outage() -> SearchState {
    let mut state = state();
    switch(&mut state, "EnableAWSServiceAccess", "2026-11-20T11:00:00Z");
    switch(
        &mut state,
        "DisableAWSServiceAccess",
        "2026-11-20T10:00:00Z",
    );
    state.current = CurrentState::Enabled(Some(time("2026-11-20T11:00:00Z")));
    assert_eq!(state.find_outages().len(), 1);
    state
}

fn report(state: SearchState) -> OutageReport {
    state.into_report(Names::default(), false)
}

#[test]
fn only_changes_in_an_outage_are_reported() {
    let mut state = with_outage();
    for at in [
        "2026-11-20T09:59:59Z",
        "2026-11-20T10:30:00Z",
        "2026-11-20T11:00:01Z",
    ] {
        moved(&mut state, at);
    }
    let report = report(state);
    assert_eq!(report.outages[0].changes.len(), 1);
    assert_eq!(report.outages[0].seconds, Some(3600));
    assert!(report.complete, "{:?}", report.not_read);
}

#[test]
fn an_outage_outside_the_requested_time_is_not_reported() {
    for (since, until, count) in [
        (Some("2026-11-20T11:00:01Z"), None, 0),
        (Some("2026-11-20T10:30:00Z"), None, 1),
        (None, Some("2026-11-20T09:59:59Z"), 0),
        (None, Some("2026-11-20T10:00:00Z"), 1),
    ] {
        let now = time("2026-11-28T00:00:00Z");
        let mut state = SearchState::new(since.map(time), until.map(time), now);
        switch(
            &mut state,
            "DisableAWSServiceAccess",
            "2026-11-20T10:00:00Z",
        );
        switch(&mut state, "EnableAWSServiceAccess", "2026-11-20T11:00:00Z");
        state.current = CurrentState::Enabled(None);
        assert_eq!(state.find_outages().len(), count, "{since:?} {until:?}");
    }
}

#[test]
fn an_unreadable_record_makes_the_report_incomplete_unless_it_is_outside_the_outages() {
    for (at, complete) in [
        (Some("2026-11-20T10:30:00Z"), false),
        (Some("2026-11-19T10:30:00Z"), true),
        (None, false),
    ] {
        let mut state = with_outage();
        for id in ["e-1", "e-2"] {
            state.add_unreadable(Unreadable {
                event: "MoveAccount".to_owned(),
                reason: "the record has no valid account ID".to_owned(),
                time: at.map(time),
                place: id.to_owned(),
            });
        }
        let report = report(state);
        assert_eq!(report.complete, complete, "{at:?}");
        if !complete {
            assert_eq!(
                report.not_read,
                [
                    "MoveAccount: the record has no valid account ID (2 in all, the first at e-1). Look at it in CloudTrail."
                ]
            );
        }
    }
}

#[test]
fn an_outage_that_began_before_the_history_or_that_goes_on_is_incomplete() {
    let mut before = state();
    switch(
        &mut before,
        "EnableAWSServiceAccess",
        "2026-11-20T11:00:00Z",
    );
    before.current = CurrentState::Enabled(Some(time("2026-11-20T11:00:00Z")));
    before.find_outages();
    let before = report(before);
    assert!(
        before.not_read[0].starts_with("The changes before 2026-08-30T00:00:00Z"),
        "{:?}",
        before.not_read
    );
    let mut goes_on = state();
    switch(
        &mut goes_on,
        "DisableAWSServiceAccess",
        "2026-11-20T11:00:00Z",
    );
    goes_on.current = CurrentState::Disabled;
    goes_on.find_outages();
    let goes_on = report(goes_on);
    assert!(
        goes_on.not_read[0].starts_with("The changes after 2026-11-27T23:45:00Z"),
        "{:?}",
        goes_on.not_read
    );
    assert!(!before.complete && !goes_on.complete);
}

#[test]
fn a_time_before_the_history_is_cut_off_and_reported() {
    let now = time("2026-11-28T00:00:00Z");
    let state = SearchState::new(Some(time("2026-08-29T00:00:00Z")), None, now);
    assert_eq!(state.since, time("2026-08-30T00:00:00Z"));
    assert!(
        state.gaps[0].starts_with("The time from 2026-08-29T00:00:00Z to 2026-08-30T00:00:00Z")
    );
}

#[test]
fn a_search_that_ended_before_the_outages_were_known_is_incomplete() {
    let mut early = state();
    switch(
        &mut early,
        "DisableAWSServiceAccess",
        "2026-11-20T11:00:00Z",
    );
    early.pending = vec!["EnableAWSServiceAccess".to_owned()];
    let report = early.into_report(Names::default(), true);
    assert!(report.outages.is_empty() && !report.complete);
    assert_eq!(report.exit_code(), 130);
    let not_read = report.not_read.join(" ");
    assert!(
        not_read.contains("EnableAWSServiceAccess") && not_read.contains("interrupted"),
        "{not_read}"
    );
    assert!(!state().into_report(Names::default(), false).complete);
}

#[test]
fn a_remark_is_listed_and_leaves_the_history_complete() {
    let mut state = with_outage();
    state.add_remark("Some names are missing.".to_owned());
    let report = report(state);
    assert!(report.complete);
    assert_eq!(report.not_read, ["Some names are missing."]);
}
