//! The changes of the organization that Control Tower tracks. Pure: no AWS calls.

use std::collections::BTreeMap;

use super::records::Record;
use super::resolve::Subjects;
use super::time::Time;

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An account was created.
    AccountCreated,
    /// An invited account joined.
    AccountJoined,
    /// An account was moved to another OU.
    AccountMoved,
    /// An account was closed.
    AccountClosed,
    /// An account left or was removed.
    AccountLeft,
    /// An OU was created.
    OuCreated,
    /// An OU was renamed.
    OuRenamed,
    /// An OU was deleted.
    OuDeleted,
    /// A policy was attached to a root, an OU or an account.
    PolicyAttached,
    /// A policy was detached.
    PolicyDetached,
    /// A policy was created.
    PolicyCreated,
    /// A policy was changed.
    PolicyUpdated,
    /// A policy was deleted.
    PolicyDeleted,
    /// A policy type was enabled in the root.
    PolicyTypeEnabled,
    /// A policy type was disabled in the root, which detaches every policy of the type.
    PolicyTypeDisabled,
}

/// A change of the organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The time of the call.
    pub time: Time,
    /// The ID of the event.
    pub id: String,
    /// The name of the event.
    pub event: String,
    /// The caller, if the record names one.
    pub by: Option<String>,
    /// Whether Control Tower made the change.
    pub by_control_tower: bool,
    /// The kind.
    pub kind: Kind,
    /// The account that was changed, or that a policy was attached to.
    pub account: Option<String>,
    /// The OU or root that was changed, or that a policy was attached to.
    pub ou: Option<String>,
    /// The policy.
    pub policy: Option<String>,
    /// The type of the policy, if the record has it.
    pub policy_type: Option<String>,
    /// The parent before a move.
    pub from_parent: Option<String>,
    /// The parent after a move or a creation.
    pub to_parent: Option<String>,
    /// The name that the record gives the OU or the policy.
    pub name: Option<String>,
    /// The ID of the request that an asynchronous result belongs to.
    pub request: Option<String>,
    /// Whether an AWS service reported it afterwards, without the caller.
    pub is_service_event: bool,
}

impl Change {
    /// Returns how much a record says: the call itself most, then a result with its request.
    fn rank(&self) -> u8 {
        match (self.is_service_event, &self.request) {
            (false, _) => 2,
            (true, Some(_)) => 1,
            (true, None) => 0,
        }
    }

    /// Returns the members that every change takes from its record. The kind is only a placeholder.
    pub fn of(record: &Record) -> Self {
        Self {
            time: record.time,
            id: record.id.clone(),
            event: record.name.clone(),
            by: record.by.clone(),
            by_control_tower: record.by_control_tower,
            kind: Kind::AccountMoved,
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
}

/// How much later than the call AWS reports its result.
const RESULT_DELAY: i64 = 3600;

/// The changes of a period, before [`into_merged`](Self::into_merged) removes what is recorded twice.
#[derive(Debug, Default)]
pub struct Changes {
    /// By time and ID, which puts them in order and removes duplicates.
    by_time: BTreeMap<(Time, String), Change>,
    /// The caller of each request for an account, and whether it is Control Tower, by the ID of the request.
    requests: BTreeMap<String, (Option<String>, bool)>,
    /// The accounts that could not be closed, with the time of the result.
    failed_closings: Vec<(String, Time)>,
}

impl Changes {
    /// Adds a change.
    pub fn add(&mut self, change: Change) {
        self.by_time
            .insert((change.time, change.id.clone()), change);
    }

    /// Adds the caller of a request for an account.
    pub fn add_request(&mut self, id: String, by: Option<String>, by_control_tower: bool) {
        self.requests.insert(id, (by, by_control_tower));
    }

    /// Adds the result that an account could not be closed.
    pub fn add_failed_closing(&mut self, account: String, time: Time) {
        self.failed_closings.push((account, time));
    }

    /// Returns the IDs in the changes.
    pub fn subjects(&self) -> Subjects {
        let mut subjects = Subjects::default();
        let changes = self.by_time.values();
        changes.for_each(|change| subjects.add(change));
        subjects
    }

    /// Returns the changes in order, each once. AWS records the result of some calls as an event of its own, which names no
    /// caller.
    pub fn into_merged(mut self) -> Vec<Change> {
        let removed: Vec<(Time, String)> = self
            .by_time
            .iter()
            .filter(|(_, change)| self.is_repeated(change) || self.has_failed(change))
            .map(|(key, _)| key.clone())
            .collect();
        for key in removed {
            self.by_time.remove(&key);
        }
        let requests = self.requests;
        let with_caller = |mut change: Change| {
            let caller = change.request.as_ref().and_then(|id| requests.get(id));
            if let Some((by, by_control_tower)) = caller {
                change.by.clone_from(by);
                change.by_control_tower = *by_control_tower;
            }
            change
        };
        self.by_time.into_values().map(with_caller).collect()
    }

    /// Returns whether a change is the result of another one, or a second event about the same result.
    fn is_repeated(&self, change: &Change) -> bool {
        let key = |change: &Change| (change.time, change.id.clone());
        let first = (change.time.minus(RESULT_DELAY), String::new());
        let end = (change.time.minus(-RESULT_DELAY - 1), String::new());
        change.is_service_event
            && self.by_time.range(first..end).any(|(_, other)| {
                let is_same = other.account == change.account && other.kind == change.kind;
                // Of two events of the same rank the first stays.
                let order = other.rank().cmp(&change.rank());
                is_same && order.then(key(change).cmp(&key(other))).is_gt()
            })
    }

    fn has_failed(&self, change: &Change) -> bool {
        let failed = |(account, time): &(String, Time)| {
            change.account.as_ref() == Some(account)
                && change.time <= *time
                && time.distance(change.time) <= RESULT_DELAY
        };
        change.kind == Kind::AccountClosed && self.failed_closings.iter().any(failed)
    }
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
