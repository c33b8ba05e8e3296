//! The state of a search, and the report that follows from it. Pure: no AWS calls.

use std::collections::BTreeMap;

use controltower_trusted_access::core::model::{Observation, TrustedAccess};

use super::actions::actions;
use super::changes::{Change, Changes};
use super::classify::Meaning;
use super::history::{CurrentState, Outage, Switch, periods, reconcile};
use super::landing_zone::LandingZone;
use super::names::Names;
use super::records::{Record, Unreadable};
use super::report::{OutageEntry, OutageReport};
use super::time::Time;

/// How long CloudTrail keeps its event history, in seconds.
///
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html>
const HISTORY: i64 = 90 * 86_400;
/// How much later than the call CloudTrail may list it, in seconds.
const DELAY: i64 = 15 * 60;

/// Everything that a search has read so far.
#[derive(Debug)]
pub struct SearchState {
    now: Time,
    since: Time,
    until: Time,
    switches: Vec<Switch>,
    /// The current state of trusted access.
    pub current: CurrentState,
    /// The outages of the searched time, once the calls that change trusted access were read.
    outages: Option<Vec<Outage>>,
    /// The changes in these outages.
    pub changes: Changes,
    /// The landing zone.
    pub landing_zone: LandingZone,
    /// The names of the events that are not read to the end.
    pub pending: Vec<String>,
    /// The number of unreadable records by event and reason, and the place of the first.
    unreadable: BTreeMap<(String, String), (usize, String)>,
    /// The gaps of the history, as sentences.
    gaps: Vec<String>,
    /// The other values that could not be read, as sentences.
    remarks: Vec<String>,
}

impl From<&Observation> for CurrentState {
    fn from(observation: &Observation) -> Self {
        match observation.state {
            TrustedAccess::Enabled => {
                Self::Enabled(observation.enabled_since.as_deref().and_then(Time::parse))
            }
            TrustedAccess::Disabled => Self::Disabled,
        }
    }
}

impl SearchState {
    /// Returns the state of a new search. Without `since` it begins with the history, without `until` it ends now.
    pub fn new(since: Option<Time>, until: Option<Time>, now: Time) -> Self {
        let beginning = now.minus(HISTORY);
        let mut state = Self {
            now,
            since: since.unwrap_or(beginning).max(beginning),
            until: until.unwrap_or(now),
            switches: Vec::new(),
            current: CurrentState::Unknown,
            outages: None,
            changes: Changes::default(),
            landing_zone: LandingZone::Unknown,
            pending: Vec::new(),
            unreadable: BTreeMap::new(),
            gaps: Vec::new(),
            remarks: Vec::new(),
        };
        if let Some(since) = since.filter(|since| *since < beginning) {
            state.add_gap(format!(
                "The time from {since} to {beginning}: CloudTrail keeps its event history for 90 days. Search the log of a \
                 trail for the time before."
            ));
        }
        state
    }

    /// Adds what is missing of the history. The report is then incomplete.
    pub fn add_gap(&mut self, sentence: String) {
        self.gaps.push(sentence);
    }

    /// Adds several gaps.
    pub fn add_gaps(&mut self, sentences: Vec<String>) {
        self.gaps.extend(sentences);
    }

    /// Adds something else that could not be read.
    pub fn add_remark(&mut self, sentence: String) {
        self.remarks.push(sentence);
    }

    /// Adds what a record means. A change outside the outages is dropped, so that the memory stays flat.
    pub fn add(&mut self, meaning: Meaning, record: &Record) {
        match meaning {
            Meaning::Switch(switch) => self.switches.push(*switch),
            Meaning::Change(change) => {
                if self.is_in_outage(change.time) {
                    self.changes.add(*change);
                }
            }
            Meaning::AccountRequest(id) => {
                if self.is_in_outage(record.time) {
                    self.changes
                        .add_request(id, record.by.clone(), record.by_control_tower);
                }
            }
            Meaning::CloseFailed(account) => self.changes.add_failed_closing(account, record.time),
            Meaning::Nothing => {}
        }
    }

    /// Adds a record that could not be read, unless it is certain that it does not matter.
    pub fn add_unreadable(&mut self, unreadable: Unreadable) {
        if unreadable.time.is_some_and(|time| !self.is_in_outage(time)) {
            return;
        }
        let Unreadable {
            event,
            reason,
            place,
            ..
        } = unreadable;
        self.unreadable
            .entry((event, reason))
            .or_insert((0, place))
            .0 += 1;
    }

    /// Returns whether a time is in an outage. Before the outages are known, every time may be.
    fn is_in_outage(&self, time: Time) -> bool {
        let outages = self.outages.as_ref();
        outages.is_none_or(|outages| outages.iter().any(|outage| outage.contains(time)))
    }

    /// Returns the outages, from the calls that change trusted access and from its current state.
    pub fn find_outages(&mut self) -> Vec<Outage> {
        let mut outages = periods(std::mem::take(&mut self.switches));
        self.gaps.extend(reconcile(&mut outages, self.current));
        outages.retain(|outage| outage.overlaps(self.since, self.until));
        self.outages = Some(outages.clone());
        outages
    }

    /// Returns the report of what is known.
    pub fn into_report(mut self, names: Names, interrupted: bool) -> OutageReport {
        // Without all calls that change trusted access, a period could be too long or too short.
        let has_searched = self.outages.is_some();
        let outages = self.outages.take().unwrap_or_default();
        self.add_final_gaps(&outages, interrupted, has_searched);
        let mut names = names;
        let changes = std::mem::take(&mut self.changes).into_merged();
        names.add_from_records(&changes);
        let entries = outages.iter().map(|outage| {
            let changes = changes_in(outage, &changes);
            let is_still_off = outage.to().is_none();
            let actions = actions(is_still_off, changes, &names, &self.landing_zone);
            OutageEntry::new(outage, changes, actions, &names)
        });
        let entries = entries.collect();
        let complete = self.gaps.is_empty();
        self.gaps.append(&mut self.remarks);
        OutageReport {
            outages: entries,
            since: self.since,
            until: self.until,
            complete,
            not_read: self.gaps,
            interrupted,
        }
    }

    fn add_final_gaps(&mut self, outages: &[Outage], interrupted: bool, has_searched: bool) {
        if !self.pending.is_empty() {
            let pending = self.pending.join(", ");
            self.add_gap(format!("Not read to the end: the events {pending}."));
        }
        if interrupted {
            self.add_gap("The search was interrupted. Run the command again.".to_owned());
        } else if !has_searched && self.gaps.is_empty() {
            self.add_gap("The event history was not read.".to_owned());
        }
        for ((event, reason), (count, place)) in std::mem::take(&mut self.unreadable) {
            self.add_gap(format!(
                "{event}: {reason} ({count} in all, the first at {place}). Look at it in CloudTrail."));
        }
        let unknown_beginning = outages.iter().find(|outage| outage.disabled.is_none());
        if let Some(outage) = unknown_beginning {
            let reason = if outage.enabled.is_some() {
                "the first call in it enabled trusted access, which was therefore probably off before"
            } else {
                "trusted access was off already then"
            };
            self.add_gap(format!(
                "The changes before {}, where CloudTrail's event history begins: {reason}.",
                self.now.minus(HISTORY)
            ));
        }
        let recent = self.now.minus(DELAY);
        if outages
            .iter()
            .any(|outage| outage.to().is_none_or(|to| to > recent))
        {
            self.add_gap(format!(
                "The changes after {recent} may be incomplete: CloudTrail lists an event up to 15 minutes later. Run the \
                 command again then."
            ));
        }
    }
}

/// Returns the changes in an outage. The changes are in order.
fn changes_in<'a>(outage: &Outage, changes: &'a [Change]) -> &'a [Change] {
    let is_before = |change: &Change| outage.from().is_some_and(|from| change.time < from);
    let changes = &changes[changes.partition_point(is_before)..];
    let end = changes.partition_point(|change| outage.contains(change.time));
    &changes[..end]
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
