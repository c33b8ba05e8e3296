//! The result of the search. Serialized it is the JSON of `--json`: fields may be added, and are never renamed or removed.

use serde::Serialize;

use super::changes::Change;
use super::history::Outage;
use super::meaning::{Group, group, meaning};
use super::names::Names;
use super::time::Time;
use crate::action::Action;

/// The conventional exit code of a program that SIGINT ended: 128 + 2.
const INTERRUPTED: u8 = 130;

/// The outages of the time that was searched.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutageReport {
    /// The outages, in order.
    pub outages: Vec<OutageEntry>,
    /// The beginning of the time that was searched.
    pub since: Time,
    /// The end of the time that was searched.
    pub until: Time,
    /// Whether the history covers the whole time, and every page and record of it was read.
    pub complete: bool,
    /// The values that could not be read, as sentences.
    pub not_read: Vec<String>,
    /// Whether the user interrupted the search.
    #[serde(skip)]
    pub interrupted: bool,
}

/// One outage. An absent value is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutageEntry {
    /// The call that disabled trusted access; absent if it was off before the history begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// The call that enabled it; absent while it is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Time>,
    /// The length, if both ends are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// The caller that disabled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_by: Option<String>,
    /// The address of that caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_from: Option<String>,
    /// The caller that enabled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_by: Option<String>,
    /// The changes in the outage, in order.
    pub changes: Vec<ChangeEntry>,
    /// The actions that are left.
    pub actions: Vec<Action>,
}

/// One change, with names. An absent value is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeEntry {
    /// The time of the call.
    pub time: Time,
    /// The name of the event in CloudTrail.
    pub event: String,
    /// The caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Whether Control Tower made the change.
    pub by_control_tower: bool,
    /// The account that was changed, or that a policy was attached to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The OU or root that was changed, or that a policy was attached to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
    /// The policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The parent before a move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_parent: Option<String>,
    /// The parent after a move or a creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_parent: Option<String>,
    /// The meaning of the change for the landing zone.
    pub meaning: String,
    /// The group in the table.
    #[serde(skip)]
    pub group: Group,
}

impl OutageEntry {
    /// Returns the entry of an outage.
    pub fn new(outage: &Outage, changes: &[Change], actions: Vec<Action>, names: &Names) -> Self {
        let (from, to) = (outage.from(), outage.to());
        let disabled = outage.disabled.as_ref();
        Self {
            from,
            to,
            seconds: from.zip(to).map(|(from, to)| to.seconds_since(from)),
            disabled_by: disabled.and_then(|call| call.by.clone()),
            disabled_from: disabled.and_then(|call| call.source.clone()),
            enabled_by: outage.enabled.as_ref().and_then(|call| call.by.clone()),
            changes: changes
                .iter()
                .map(|change| ChangeEntry::new(change, names))
                .collect(),
            actions,
        }
    }

    /// Returns the changes that Control Tower did not make.
    pub fn missed_changes(&self) -> usize {
        let missed = self
            .changes
            .iter()
            .filter(|change| !change.by_control_tower);
        missed.count()
    }
}

impl ChangeEntry {
    fn new(change: &Change, names: &Names) -> Self {
        let describe = |id: &Option<String>| id.as_deref().map(|id| names.describe(id));
        Self {
            time: change.time,
            event: change.event.clone(),
            by: change.by.clone(),
            by_control_tower: change.by_control_tower,
            account: describe(&change.account),
            organizational_unit: describe(&change.ou),
            policy: describe(&change.policy),
            from_parent: describe(&change.from_parent),
            to_parent: describe(&change.to_parent),
            meaning: meaning(change, names),
            group: group(change, names),
        }
    }
}

impl OutageReport {
    /// Returns the exit code of the process, as documented in `--help`.
    pub fn exit_code(&self) -> u8 {
        match (self.outages.is_empty(), self.complete) {
            _ if self.interrupted => INTERRUPTED,
            (false, _) => 1,
            (true, false) => 2,
            (true, true) => 0,
        }
    }

    /// Returns the result in one sentence.
    pub fn conclusion(&self) -> String {
        let changes: usize = self.outages.iter().map(OutageEntry::missed_changes).sum();
        match (self.outages.is_empty(), changes, self.complete) {
            (true, _, true) => "Trusted access was on all the time. No changes were missed.".to_owned(),
            (true, _, false) => {
                "No outage is known, but not everything could be read: changes may have been missed.".to_owned()
            }
            (false, 0, true) => "No changes were missed.".to_owned(),
            (false, 0, false) => {
                "No missed change is known, but not everything could be read: changes may have been missed.".to_owned()
            }
            (false, 1, true) => "1 change was missed.".to_owned(),
            (false, count, true) => format!("{count} changes were missed."),
            (false, 1, false) => "At least 1 change was missed; not everything could be read.".to_owned(),
            (false, count, false) => format!("At least {count} changes were missed; not everything could be read."),
        }
    }

    /// Returns the JSON document with a newline at its end.
    pub fn to_json(&self) -> String {
        // Serialization cannot fail: the document has only strings, numbers, booleans, lists and structs.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{text}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outages: usize, complete: bool, interrupted: bool) -> OutageReport {
        let time = Time::parse("2026-11-20T10:00:00Z").unwrap();
        let outage = Outage {
            disabled: None,
            enabled: None,
        };
        let entry = || OutageEntry::new(&outage, &[], Vec::new(), &Names::default());
        OutageReport {
            outages: (0..outages).map(|_| entry()).collect(),
            since: time,
            until: time,
            complete,
            not_read: Vec::new(),
            interrupted,
        }
    }

    #[test]
    fn the_exit_code_is_1_for_an_outage_else_2_for_an_incomplete_history_else_0() {
        for (outages, complete, interrupted, code) in [
            (0, true, false, 0),
            (1, true, false, 1),
            (1, false, false, 1),
            (0, false, false, 2),
            (0, true, true, 130),
            (1, false, true, 130),
        ] {
            assert_eq!(report(outages, complete, interrupted).exit_code(), code);
        }
    }

    #[test]
    fn only_a_complete_history_lets_the_report_say_that_nothing_was_missed() {
        for outages in [0, 1] {
            let complete = report(outages, true, false).conclusion();
            assert!(complete.contains("No changes were missed."), "{complete}");
            let incomplete = report(outages, false, false).conclusion();
            assert!(
                !incomplete.contains("No changes were missed"),
                "{incomplete}"
            );
            assert!(
                incomplete.contains("changes may have been missed"),
                "{incomplete}"
            );
        }
    }

    #[test]
    fn the_json_leaves_out_absent_values_and_has_every_list() {
        assert_eq!(
            serde_json::to_value(report(1, false, false)).unwrap(),
            serde_json::json!({
                "outages": [{"changes": [], "actions": []}], "since": "2026-11-20T10:00:00Z",
                "until": "2026-11-20T10:00:00Z", "complete": false, "notRead": [],
            })
        );
    }
}
