//! The periods, by example and for any sequence of calls.

use controltower_trusted_access::core::model::TrustedAccess::{Disabled, Enabled};
use proptest::prelude::*;

use super::*;

fn time(minute: i64) -> Time {
    Time::parse("2026-11-01T00:00:00Z")
        .unwrap()
        .minus(-60 * minute)
}

fn switch(minute: i64, state: TrustedAccess) -> Switch {
    Switch {
        time: time(minute),
        id: format!("{minute} {state}"),
        state,
        by: Some(format!("caller of minute {minute}")),
        source: None,
    }
}

/// Returns the minutes of each period.
fn minutes(outages: &[Outage]) -> Vec<(Option<i64>, Option<i64>)> {
    let minute = |time: Time| time.seconds_since(time_zero()) / 60;
    let ends = |outage: &Outage| (outage.from().map(minute), outage.to().map(minute));
    outages.iter().map(ends).collect()
}

fn time_zero() -> Time {
    time(0)
}

#[test]
fn a_period_begins_with_the_first_disabling_and_ends_with_the_first_enabling_call() {
    let calls = vec![
        switch(10, Disabled),
        switch(12, Disabled),
        switch(20, Enabled),
        switch(25, Enabled),
        switch(30, Disabled),
    ];
    let outages = periods(calls);
    assert_eq!(minutes(&outages), [(Some(10), Some(20)), (Some(30), None)]);
    let by = outages[0].disabled.as_ref().unwrap().by.as_deref();
    assert_eq!(by, Some("caller of minute 10"));
}

#[test]
fn of_two_calls_in_the_same_second_the_disabling_one_is_first() {
    for calls in [
        vec![switch(1, Enabled), switch(1, Disabled)],
        vec![switch(1, Disabled), switch(1, Enabled)],
    ] {
        assert_eq!(minutes(&periods(calls)), [(Some(1), Some(1))]);
    }
}

#[test]
fn a_first_enabling_call_ends_a_period_that_began_before_the_history() {
    let mut outages = periods(vec![switch(20, Enabled)]);
    assert_eq!(minutes(&outages), [(None, Some(20))]);
    // Organizations' date is the one of that call, so it was off before.
    assert_eq!(
        reconcile(&mut outages, CurrentState::Enabled(Some(time(20)))),
        None
    );
    assert_eq!(minutes(&outages), [(None, Some(20))]);
}

#[test]
fn a_first_enabling_call_is_redundant_if_trusted_access_was_enabled_earlier() {
    let mut outages = periods(vec![switch(20, Enabled)]);
    let earlier = CurrentState::Enabled(Some(time(-900)));
    assert_eq!(reconcile(&mut outages, earlier), None);
    assert_eq!(minutes(&outages), []);
}

#[test]
fn without_a_call_the_current_state_held_all_the_time() {
    for (current, expected) in [
        (CurrentState::Enabled(None), vec![]),
        (CurrentState::Disabled, vec![(None, None)]),
    ] {
        let mut outages = Vec::new();
        assert_eq!(reconcile(&mut outages, current), None);
        assert_eq!(minutes(&outages), expected);
    }
    assert!(reconcile(&mut Vec::new(), CurrentState::Unknown).is_some());
}

#[test]
fn date_enabled_ends_a_period_whose_enabling_call_is_not_listed_yet() {
    let mut outages = periods(vec![switch(10, Disabled)]);
    let current = CurrentState::Enabled(Some(time(12)));
    assert_eq!(reconcile(&mut outages, current), None);
    assert_eq!(minutes(&outages), [(Some(10), Some(12))]);
    assert_eq!(outages[0].enabled.as_ref().unwrap().by, None);
}

#[test]
fn a_history_that_contradicts_the_current_state_is_reported() {
    let mut off = periods(vec![switch(10, Disabled)]);
    let unknown_date = reconcile(&mut off, CurrentState::Enabled(None)).unwrap();
    assert!(unknown_date.contains("enabled now"), "{unknown_date}");
    let mut on = periods(vec![switch(10, Disabled), switch(20, Enabled)]);
    let disabled = reconcile(&mut on, CurrentState::Disabled).unwrap();
    assert!(disabled.contains("disabled now"), "{disabled}");
    assert_eq!(minutes(&on), [(Some(10), Some(20))]);
}

#[test]
fn both_ends_of_a_period_belong_to_it() {
    let outage = &periods(vec![switch(10, Disabled), switch(20, Enabled)])[0];
    let inside = [9, 10, 20, 21].map(|minute| outage.contains(time(minute)));
    assert_eq!(inside, [false, true, true, false]);
    assert!(outage.overlaps(time(20), time(30)) && outage.overlaps(time(0), time(10)));
    assert!(!outage.overlaps(time(21), time(30)) && !outage.overlaps(time(0), time(9)));
}

/// Whether trusted access is off just before `minute`, by the definition: the last call before it decides, and before
/// the first call the opposite of that call.
fn is_off_before(calls: &[(i64, bool)], minute: i64) -> bool {
    let mut ordered = calls.to_vec();
    ordered.sort_by_key(|&(minute, enables)| (minute, enables));
    let last = ordered.iter().rev().find(|(at, _)| *at < minute);
    match (last, ordered.first()) {
        (Some((_, enables)), _) => !enables,
        (None, Some((_, enables))) => *enables,
        (None, None) => false,
    }
}

proptest! {
    #[test]
    fn the_periods_are_ordered_disjoint_and_cover_exactly_the_time_that_it_was_off(
        (calls, sent) in prop::collection::vec((0..40_i64, any::<bool>()), 0..30).prop_flat_map(|calls| {
            // Every call at least once, some twice, in any order.
            let twice = [calls.clone(), calls.iter().step_by(2).copied().collect()].concat();
            (Just(calls), Just(twice).prop_shuffle())
        }),
    ) {
        let state = |enables| if enables { Enabled } else { Disabled };
        let switches = sent.iter().map(|&(minute, enables)| switch(minute, state(enables)));
        let outages = periods(switches.collect());
        for pair in outages.windows(2) {
            let (to, from) = (pair[0].to(), pair[1].from());
            prop_assert!(to.is_some() && from.is_some() && to <= from, "{:?}", minutes(&outages));
        }
        for outage in &outages {
            prop_assert!(outage.from() <= outage.to() || outage.to().is_none());
        }
        for minute in -1..42 {
            // Half a minute before: no call is at that time, so the ends do not matter.
            let instant = time(minute).minus(30);
            let covering = outages.iter().filter(|outage| outage.contains(instant)).count();
            prop_assert_eq!(covering, usize::from(is_off_before(&calls, minute)), "minute {}", minute);
        }
    }
}
