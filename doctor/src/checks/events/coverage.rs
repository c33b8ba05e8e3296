//! Whether a trail logs the calls that switch trusted access, by what CloudTrail tells of it.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html>

use aws_sdk_cloudtrail::types::{
    AdvancedEventSelector, AdvancedFieldSelector, EventSelector, ReadWriteType, Trail,
};

/// The service whose calls they are, as CloudTrail names it in every partition.
const SOURCE: &str = "organizations.amazonaws.com";
/// The calls. A selector that lets one through and not the other is not enough.
const CALLS: [&str; 2] = ["DisableAWSServiceAccess", "EnableAWSServiceAccess"];

/// Whether calls pass a trail's selectors, from the worst to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passes {
    /// None does.
    No,
    /// That depends on what nobody knows beforehand, such as who calls.
    Depends,
    /// Every one does.
    Yes,
}

impl Passes {
    fn if_so(passes: bool) -> Self {
        if passes { Self::Yes } else { Self::No }
    }
}

/// What the trail's place lacks to see `region`; `None` where it lacks nothing.
pub fn of_place(trail: &Trail, region: &str) -> Option<&'static str> {
    if trail.is_multi_region_trail() == Some(true) {
        return None;
    }
    if trail.home_region() != Some(region) {
        return Some("covers another Region alone");
    }
    // Organizations is a global service, whose events a trail of one Region may leave out.
    let global = trail.include_global_service_events() == Some(true);
    (!global).then_some("leaves out the events of global services")
}

/// Whether the calls pass these selectors. One that lets a call through is enough for it.
pub fn of_selectors(basic: &[EventSelector], advanced: &[AdvancedEventSelector]) -> Passes {
    let passes = |call: &str| {
        let basic = basic.iter().map(basic_lets_through).map(Passes::if_so);
        let advanced = advanced.iter().map(|one| advanced_lets_through(one, call));
        // A trail that was given none logs all management events, and says so by a selector.
        basic.chain(advanced).max().unwrap_or(Passes::No)
    };
    CALLS.map(passes).into_iter().min().unwrap_or(Passes::No)
}

fn basic_lets_through(selector: &EventSelector) -> bool {
    let writes = matches!(
        selector.read_write_type(),
        None | Some(ReadWriteType::All | ReadWriteType::WriteOnly)
    );
    let excluded = selector.exclude_management_event_sources();
    selector.include_management_events() != Some(false)
        && writes
        && !excluded.iter().any(|source| source == SOURCE)
}

fn advanced_lets_through(selector: &AdvancedEventSelector, call: &str) -> Passes {
    let fields = selector.field_selectors();
    let of_management = fields.iter().any(|one| one.field() == "eventCategory");
    let conditions = fields.iter().map(|one| field_lets_through(one, call));
    let all = conditions.min().unwrap_or(Passes::No);
    all.min(Passes::if_so(of_management))
}

/// Whether a condition holds for the call.
fn field_lets_through(selector: &AdvancedFieldSelector, call: &str) -> Passes {
    let value = match selector.field() {
        "eventCategory" => "Management",
        "readOnly" => "false",
        "eventSource" => SOURCE,
        "eventName" => call,
        "eventType" => "AwsApiCall",
        _ => return Passes::Depends,
    };
    let any = |values: &[String], holds: fn(&str, &str) -> bool| {
        values.iter().any(|one| holds(value, one))
    };
    let one_of = |values: &[String], holds| values.is_empty() || any(values, holds);
    let (equal, start, end) = (equals as fn(&str, &str) -> bool, starts as _, ends as _);
    Passes::if_so(
        one_of(selector.equals(), equal)
            && one_of(selector.starts_with(), start)
            && one_of(selector.ends_with(), end)
            && !any(selector.not_equals(), equal)
            && !any(selector.not_starts_with(), start)
            && !any(selector.not_ends_with(), end),
    )
}

fn equals(value: &str, other: &str) -> bool {
    value == other
}

fn starts(value: &str, start: &str) -> bool {
    value.starts_with(start)
}

fn ends(value: &str, end: &str) -> bool {
    value.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: &str = "us-east-1";

    fn trail(multi: bool, home: &str, global: bool) -> Trail {
        Trail::builder()
            .is_multi_region_trail(multi)
            .home_region(home)
            .include_global_service_events(global)
            .build()
    }

    #[test]
    fn a_trail_sees_the_region_from_everywhere_or_from_there_with_global_events() {
        for (multi, home, global, sees) in [
            (true, "eu-west-1", true, true),
            (true, "eu-west-1", false, true),
            (false, "us-east-1", true, true),
            (false, "us-east-1", false, false),
            (false, "eu-west-1", true, false),
        ] {
            let lack = of_place(&trail(multi, home, global), REGION);
            assert_eq!(lack.is_none(), sees, "{multi} {home} {global}");
        }
        assert!(of_place(&Trail::builder().build(), REGION).is_some());
    }

    fn basic(management: bool, kind: &str, excluded: &[&str]) -> EventSelector {
        EventSelector::builder()
            .include_management_events(management)
            .read_write_type(kind.into())
            .set_exclude_management_event_sources(Some(
                excluded.iter().copied().map(str::to_owned).collect(),
            ))
            .build()
    }

    #[test]
    fn a_basic_selector_must_take_management_writes_of_organizations() {
        for (selector, brings) in [
            (basic(true, "All", &[]), true),
            (basic(true, "WriteOnly", &["kms.amazonaws.com"]), true),
            (basic(true, "ReadOnly", &[]), false),
            (basic(false, "All", &[]), false),
            (basic(true, "All", &[SOURCE]), false),
        ] {
            let passes = of_selectors(std::slice::from_ref(&selector), &[]);
            assert_eq!(passes, Passes::if_so(brings), "{selector:?}");
        }
        assert_eq!(of_selectors(&[], &[]), Passes::No);
    }

    type Condition<'a> = (&'a str, &'a str, &'a [&'a str]);

    fn advanced(conditions: &[Condition]) -> AdvancedEventSelector {
        let mut selector = AdvancedEventSelector::builder();
        for (field, operator, values) in conditions {
            let values = Some(values.iter().copied().map(str::to_owned).collect());
            let one = AdvancedFieldSelector::builder().field(*field);
            let one = match *operator {
                "=" => one.set_equals(values),
                "!=" => one.set_not_equals(values),
                "^" => one.set_starts_with(values),
                "!^" => one.set_not_starts_with(values),
                "$" => one.set_ends_with(values),
                "!$" => one.set_not_ends_with(values),
                other => panic!("no operator {other}"),
            };
            selector = selector.field_selectors(one.build().unwrap());
        }
        selector.build().unwrap()
    }

    const MANAGEMENT: Condition = ("eventCategory", "=", &["Management"]);

    #[test]
    fn every_condition_of_an_advanced_selector_must_hold_for_both_calls() {
        let rows: [(&[Condition], bool); 15] = [
            (&[], true),
            (&[("readOnly", "=", &["false"])], true),
            (&[("readOnly", "=", &["true"])], false),
            (&[("eventSource", "!=", &["kms.amazonaws.com"])], true),
            (
                &[("eventSource", "!=", &["kms.amazonaws.com", SOURCE])],
                false,
            ),
            (
                &[("eventSource", "=", &["iam.amazonaws.com", SOURCE])],
                true,
            ),
            (&[("eventSource", "=", &["iam.amazonaws.com"])], false),
            (&[("eventSource", "^", &["organizations"])], true),
            (&[("eventSource", "!^", &["organizations"])], false),
            (&[("eventSource", "$", &[".amazonaws.com"])], true),
            (&[("eventSource", "!$", &[".amazonaws.com"])], false),
            (&[("eventName", "$", &["AWSServiceAccess"])], true),
            (&[("eventName", "=", &["DisableAWSServiceAccess"])], false),
            (&[("eventType", "=", &["AwsApiCall"])], true),
            (&[("eventType", "=", &["AwsServiceEvent"])], false),
        ];
        for (conditions, brings) in rows {
            let selector = advanced(&[&[MANAGEMENT], conditions].concat());
            let passes = of_selectors(&[], std::slice::from_ref(&selector));
            assert_eq!(passes, Passes::if_so(brings), "{conditions:?}");
        }
    }

    #[test]
    fn what_depends_on_the_caller_is_neither_logged_nor_left_out() {
        let by_caller = ("userIdentity.arn", "!=", &["arn:aws:iam::1:role/a"][..]);
        let some = advanced(&[MANAGEMENT, by_caller]);
        assert_eq!(
            of_selectors(&[], std::slice::from_ref(&some)),
            Passes::Depends
        );
        // A condition that does not hold settles it, and so does another selector without one.
        let reads = advanced(&[MANAGEMENT, by_caller, ("readOnly", "=", &["true"])]);
        assert_eq!(of_selectors(&[], &[reads]), Passes::No);
        let all = advanced(&[MANAGEMENT]);
        assert_eq!(of_selectors(&[], &[some, all]), Passes::Yes);
    }

    #[test]
    fn two_selectors_may_share_the_calls_and_one_of_data_events_brings_none() {
        let of_call = |call| advanced(&[MANAGEMENT, ("eventName", "=", call)]);
        let disable = of_call(&["DisableAWSServiceAccess"]);
        let enable = of_call(&["EnableAWSServiceAccess"]);
        assert_eq!(of_selectors(&[], &[disable, enable]), Passes::Yes);
        let data = advanced(&[("eventCategory", "=", &["Data"])]);
        assert_eq!(of_selectors(&[], &[data]), Passes::No);
        let uncategorized = advanced(&[("readOnly", "=", &["false"])]);
        assert_eq!(of_selectors(&[], &[uncategorized]), Passes::No);
    }
}
