//! Whether two callers undo each other's changes of trusted access, such as this function and Terraform.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudtrail::Client;

use crate::finding::{Check, Finding};
use crate::outages::recent::{RecentSwitches, Switch, recent_switches};
use crate::outages::time::Time;

/// How far back the calls are compared, in days.
const DAYS: i64 = 7;
/// How often a caller undoes the changes of another one until it is no accident.
const MIN_UNDONE: usize = 2;

/// Reads the calls of the last days in the event history of the Region that has the events of Organizations.
pub async fn check(cloudtrail: Client, requests_per_second: u32) -> Finding {
    let since = Time::now().minus(DAYS * 86_400);
    match recent_switches(cloudtrail, requests_per_second, since).await {
        Ok(recent) => describe(recent),
        Err(error) => {
            let error = error.context("It is unknown if several callers change trusted access");
            Finding::call_failed(Check::TrustedAccess, error)
        }
    }
}

fn describe(recent: RecentSwitches) -> Finding {
    let finding = Finding::new(Check::TrustedAccess);
    let rivals = rivals(recent.switches);
    if rivals.is_empty() && !recent.is_complete {
        return finding.not_checked(
            format!(
                "Not all calls of the last {DAYS} days that changed trusted access could be read, so it is unknown if several \
                 callers change it."
            ),
            "Run trusted-access-doctor outages, which reads all of them and names those that it cannot read.",
        );
    }
    rivals.into_iter().fold(finding, |finding, rivals| {
        let [first, second] = &rivals.callers;
        finding.problem(
            format!(
                "Two callers undo each other's changes of trusted access, {} times in {DAYS} days: {first} and {second}.",
                rivals.count
            ),
            "Decide which of them is right, and change the other one. If one is this function, the other one is often Terraform \
             (aws_service_access_principals), a second stack, or a script. trusted-access-doctor outages lists each change.",
        )
    })
}

/// Two callers of which one undid changes of the other one.
#[derive(Debug, PartialEq, Eq)]
struct Rivals {
    callers: [String; 2],
    /// How often one of them undid a change of the other one.
    count: usize,
}

/// Returns the pairs of callers of which one undid changes of the other one several times.
fn rivals(mut switches: Vec<Switch>) -> Vec<Rivals> {
    switches.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    // A call that does not change the state undoes nothing: some deployment tools make one in every run.
    switches.dedup_by(|later, earlier| later.state == earlier.state);
    let owners: Vec<Option<String>> = switches.iter().map(owner).collect();
    let mut undone: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for pair in owners.windows(2) {
        if let [Some(one), Some(other)] = pair
            && one != other
        {
            *undone.entry((one, other)).or_default() += 1;
        }
    }
    let often = undone.iter().filter(|(_, count)| **count >= MIN_UNDONE);
    // Each pair once, although both may have undone the changes of the other one.
    let pairs: BTreeSet<[&str; 2]> = often
        .map(|((one, other), _)| {
            if one < other {
                [*one, *other]
            } else {
                [*other, *one]
            }
        })
        .collect();
    let count = |[one, other]: [&str; 2]| {
        let count = |key| undone.get(&key).copied().unwrap_or_default();
        count((one, other)) + count((other, one))
    };
    pairs
        .into_iter()
        .map(|pair| Rivals {
            callers: pair.map(str::to_owned),
            count: count(pair),
        })
        .collect()
}

/// Returns the caller without its session: a deployment tool has another one in each run.
fn owner(switch: &Switch) -> Option<String> {
    let name = switch.by.as_deref()?;
    // The name may end with the source identity.
    let arn = name.split(' ').next().unwrap_or(name);
    let role = arn
        .rsplit_once('/')
        .filter(|_| arn.contains(":assumed-role/"));
    Some(role.map_or(name, |(role, _)| role).to_owned())
}

#[cfg(test)]
mod tests {
    use controltower_trusted_access::core::model::TrustedAccess::{self, Disabled, Enabled};

    use super::*;

    const FUNCTION: &str = "arn:aws:sts::111122223333:assumed-role/Function/f";
    const TERRAFORM: &str = "arn:aws:sts::111122223333:assumed-role/Terraform/run-";

    fn switches(calls: &[(&str, TrustedAccess)]) -> Vec<Switch> {
        let calls = calls.iter().enumerate();
        calls
            .map(|(second, (by, state))| Switch {
                time: Time::parse(&format!("2026-11-20T10:00:{second:02}Z")).unwrap(),
                id: second.to_string(),
                state: *state,
                by: Some(if *by == TERRAFORM {
                    format!("{by}{second}")
                } else {
                    (*by).to_owned()
                }),
                source: None,
            })
            .collect()
    }

    #[test]
    fn two_callers_that_alternate_are_rivals_whatever_their_sessions_and_the_order_of_the_events() {
        let calls = [
            (TERRAFORM, Disabled),
            (FUNCTION, Enabled),
            (TERRAFORM, Disabled),
            (FUNCTION, Enabled),
        ];
        let mut reversed = switches(&calls);
        reversed.reverse();
        for switches in [switches(&calls), reversed] {
            let expected = Rivals {
                callers: ["Function", "Terraform"]
                    .map(|name| format!("arn:aws:sts::111122223333:assumed-role/{name}")),
                count: 3,
            };
            assert_eq!(rivals(switches), [expected]);
        }
    }

    #[test]
    fn one_repair_or_one_caller_or_repeated_enabling_is_no_rivalry() {
        for calls in [
            &[][..],
            &[("dana", Disabled), (FUNCTION, Enabled)],
            &[("dana", Disabled), (FUNCTION, Enabled), ("dana", Disabled)],
            &[
                ("dana", Disabled),
                ("dana", Enabled),
                ("dana", Disabled),
                ("dana", Enabled),
            ],
            &[
                (TERRAFORM, Enabled),
                (FUNCTION, Enabled),
                (TERRAFORM, Enabled),
                (FUNCTION, Enabled),
            ],
            &[
                ("dana", Disabled),
                (FUNCTION, Enabled),
                ("lee", Disabled),
                (FUNCTION, Enabled),
            ],
        ] {
            assert_eq!(rivals(switches(calls)), [], "{calls:?}");
        }
    }

    #[test]
    fn a_source_identity_does_not_make_another_caller() {
        let mut switch = switches(&[(FUNCTION, Enabled)]).remove(0);
        let role = owner(&switch);
        switch.by = Some(format!("{FUNCTION} (source identity dana@example.com)"));
        assert_eq!(owner(&switch), role);
    }
}
