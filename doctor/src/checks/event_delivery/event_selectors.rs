//! Whether a trail logs the calls that enable and disable trusted access, by its configuration.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html>

use aws_sdk_cloudtrail::types::{
    AdvancedEventSelector, AdvancedFieldSelector, EventSelector, ReadWriteType, Trail,
};

/// The event source of the calls in CloudTrail, the same in every partition.
const EVENT_SOURCE: &str = "organizations.amazonaws.com";
/// The names of the calls. A trail must log both.
const EVENT_NAMES: [&str; 2] = ["DisableAWSServiceAccess", "EnableAWSServiceAccess"];

/// Whether the selectors of a trail include the calls, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coverage {
    /// They do not.
    No,
    /// It depends on more than the call itself, such as the caller.
    DependsOnCall,
    /// They include every call.
    Yes,
}

impl Coverage {
    fn from_bool(is_covered: bool) -> Self {
        if is_covered { Self::Yes } else { Self::No }
    }
}

/// Returns why the trail does not cover `region`, or `None` if it does.
pub fn region_gap(trail: &Trail, region: &str) -> Option<&'static str> {
    if trail.is_multi_region_trail() == Some(true) {
        return None;
    }
    if trail.home_region() != Some(region) {
        return Some("covers only another Region");
    }
    // Organizations is a global service, and a single-Region trail can exclude the events of global services.
    let global = trail.include_global_service_events() == Some(true);
    (!global).then_some("excludes the events of global services")
}

/// Returns whether the selectors include both calls. A call is included if one selector includes it.
pub fn coverage(basic: &[EventSelector], advanced: &[AdvancedEventSelector]) -> Coverage {
    let event_coverage = |event_name: &str| {
        let basic = basic.iter().map(is_included).map(Coverage::from_bool);
        let advanced = advanced
            .iter()
            .map(|one| advanced_coverage(one, event_name));
        // No selector includes nothing: for a trail with the default selector, AWS returns that one.
        basic.chain(advanced).max().unwrap_or(Coverage::No)
    };
    let coverages = EVENT_NAMES.map(event_coverage);
    coverages.into_iter().min().unwrap_or(Coverage::No)
}

fn is_included(selector: &EventSelector) -> bool {
    let writes = matches!(
        selector.read_write_type(),
        None | Some(ReadWriteType::All | ReadWriteType::WriteOnly)
    );
    let excluded = selector.exclude_management_event_sources();
    selector.include_management_events() != Some(false)
        && writes
        && !excluded.iter().any(|source| source == EVENT_SOURCE)
}

fn advanced_coverage(selector: &AdvancedEventSelector, event_name: &str) -> Coverage {
    let fields = selector.field_selectors();
    let has_category = fields.iter().any(|one| one.field() == "eventCategory");
    let conditions = fields.iter().map(|one| field_coverage(one, event_name));
    let all = conditions.min().unwrap_or(Coverage::No);
    all.min(Coverage::from_bool(has_category))
}

/// Returns whether the condition on one field of the event is met.
fn field_coverage(selector: &AdvancedFieldSelector, event_name: &str) -> Coverage {
    let value = match selector.field() {
        "eventCategory" => "Management",
        "readOnly" => "false",
        "eventSource" => EVENT_SOURCE,
        "eventName" => event_name,
        "eventType" => "AwsApiCall",
        _ => return Coverage::DependsOnCall,
    };
    let equals = |operands: &[String]| operands.iter().any(|one| value == one);
    let starts_with = |operands: &[String]| operands.iter().any(|one| value.starts_with(one));
    let ends_with = |operands: &[String]| operands.iter().any(|one| value.ends_with(one));
    Coverage::from_bool(
        (selector.equals().is_empty() || equals(selector.equals()))
            && (selector.starts_with().is_empty() || starts_with(selector.starts_with()))
            && (selector.ends_with().is_empty() || ends_with(selector.ends_with()))
            && !equals(selector.not_equals())
            && !starts_with(selector.not_starts_with())
            && !ends_with(selector.not_ends_with()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: &str = "us-east-1";

    fn trail(multi_region: bool, home: &str, global: bool) -> Trail {
        Trail::builder()
            .is_multi_region_trail(multi_region)
            .home_region(home)
            .include_global_service_events(global)
            .build()
    }

    #[test]
    fn a_trail_covers_a_region_if_it_is_multi_region_or_has_its_home_there_with_global_events() {
        for (multi_region, home, global, is_covered) in [
            (true, "eu-west-1", true, true),
            (true, "eu-west-1", false, true),
            (false, "us-east-1", true, true),
            (false, "us-east-1", false, false),
            (false, "eu-west-1", true, false),
        ] {
            let gap = region_gap(&trail(multi_region, home, global), REGION);
            assert_eq!(gap.is_none(), is_covered, "{multi_region} {home} {global}");
        }
        assert!(region_gap(&Trail::builder().build(), REGION).is_some());
    }

    fn basic(management: bool, read_write_type: &str, excluded: &[&str]) -> EventSelector {
        EventSelector::builder()
            .include_management_events(management)
            .read_write_type(read_write_type.into())
            .set_exclude_management_event_sources(Some(
                excluded.iter().copied().map(str::to_owned).collect(),
            ))
            .build()
    }

    #[test]
    fn a_basic_selector_covers_only_management_writes_that_are_not_excluded() {
        for (selector, is_covered) in [
            (basic(true, "All", &[]), true),
            (basic(true, "WriteOnly", &["kms.amazonaws.com"]), true),
            (basic(true, "ReadOnly", &[]), false),
            (basic(false, "All", &[]), false),
            (basic(true, "All", &[EVENT_SOURCE]), false),
        ] {
            let actual = coverage(std::slice::from_ref(&selector), &[]);
            assert_eq!(actual, Coverage::from_bool(is_covered), "{selector:?}");
        }
        assert_eq!(coverage(&[], &[]), Coverage::No);
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
                other => panic!("unknown operator {other}"),
            };
            selector = selector.field_selectors(one.build().unwrap());
        }
        selector.build().unwrap()
    }

    const MANAGEMENT: Condition = ("eventCategory", "=", &["Management"]);

    #[test]
    fn an_advanced_selector_covers_the_calls_only_if_both_meet_every_condition() {
        let rows: [(&[Condition], bool); 15] = [
            (&[], true),
            (&[("readOnly", "=", &["false"])], true),
            (&[("readOnly", "=", &["true"])], false),
            (&[("eventSource", "!=", &["kms.amazonaws.com"])], true),
            (
                &[("eventSource", "!=", &["kms.amazonaws.com", EVENT_SOURCE])],
                false,
            ),
            (
                &[("eventSource", "=", &["iam.amazonaws.com", EVENT_SOURCE])],
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
        for (conditions, is_covered) in rows {
            let selector = advanced(&[&[MANAGEMENT], conditions].concat());
            let actual = coverage(&[], std::slice::from_ref(&selector));
            assert_eq!(actual, Coverage::from_bool(is_covered), "{conditions:?}");
        }
    }

    #[test]
    fn a_condition_on_the_caller_depends_on_the_call() {
        let by_caller = ("userIdentity.arn", "!=", &["arn:aws:iam::1:role/a"][..]);
        let some = advanced(&[MANAGEMENT, by_caller]);
        assert_eq!(
            coverage(&[], std::slice::from_ref(&some)),
            Coverage::DependsOnCall
        );
        // An unmet condition outweighs it, and so does another selector without a condition.
        let reads = advanced(&[MANAGEMENT, by_caller, ("readOnly", "=", &["true"])]);
        assert_eq!(coverage(&[], &[reads]), Coverage::No);
        let all = advanced(&[MANAGEMENT]);
        assert_eq!(coverage(&[], &[some, all]), Coverage::Yes);
    }

    #[test]
    fn two_selectors_may_cover_one_call_each_and_a_data_event_selector_covers_none() {
        let for_event = |name| advanced(&[MANAGEMENT, ("eventName", "=", name)]);
        let disable = for_event(&["DisableAWSServiceAccess"]);
        let enable = for_event(&["EnableAWSServiceAccess"]);
        assert_eq!(coverage(&[], &[disable, enable]), Coverage::Yes);
        let data = advanced(&[("eventCategory", "=", &["Data"])]);
        assert_eq!(coverage(&[], &[data]), Coverage::No);
        let uncategorized = advanced(&[("readOnly", "=", &["false"])]);
        assert_eq!(coverage(&[], &[uncategorized]), Coverage::No);
    }
}
