//! The periods in which trusted access was off, from the calls that disabled and enabled it. Pure: no AWS calls.

use controltower_trusted_access::core::model::TrustedAccess;

use super::time::Time;

/// How much later than the call `DateEnabled` may be. Organizations documents no bound; CloudTrail rounds down to seconds.
const DATE_TOLERANCE: i64 = 60;

/// A successful call of `EnableAWSServiceAccess` or `DisableAWSServiceAccess` for Control Tower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// The time of the call.
    pub time: Time,
    /// The ID of the event, which orders two calls in the same second.
    pub id: String,
    /// The state after the call.
    pub state: TrustedAccess,
    /// The caller, if the record names one.
    pub by: Option<String>,
    /// The caller's IP address, or the DNS name of an AWS service.
    pub source: Option<String>,
}

/// A period in which trusted access was off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// The call that disabled it, or `None` if it was off before the history begins.
    pub disabled: Option<Switch>,
    /// The call that enabled it, or `None` if it is still off.
    pub enabled: Option<Switch>,
}

impl Outage {
    /// Returns the first second of the period.
    pub fn from(&self) -> Option<Time> {
        self.disabled.as_ref().map(|switch| switch.time)
    }

    /// Returns the last second of the period.
    pub fn to(&self) -> Option<Time> {
        self.enabled.as_ref().map(|switch| switch.time)
    }

    /// Returns whether the period contains `time`. CloudTrail has whole seconds, so both ends count.
    pub fn contains(&self, time: Time) -> bool {
        self.from().is_none_or(|from| from <= time) && self.to().is_none_or(|to| time <= to)
    }

    /// Returns whether the period has a second of the time from `since` to `until`.
    pub fn overlaps(&self, since: Time, until: Time) -> bool {
        self.from().is_none_or(|from| from <= until) && self.to().is_none_or(|to| since <= to)
    }
}

/// The state of trusted access now, as Organizations lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurrentState {
    /// It is on. `DateEnabled`, if Organizations gave one.
    Enabled(Option<Time>),
    /// It is off.
    Disabled,
    /// The list could not be read.
    Unknown,
}

/// Returns the periods in which trusted access was off, in order, and disjoint except for a shared second.
///
/// The order of the calls and duplicates change nothing. Of two calls in the same second the disabling one counts as the
/// first, because then no period is lost. A call that does not change the state is ignored. If the first call enabled it,
/// it was off before.
pub fn periods(mut switches: Vec<Switch>) -> Vec<Outage> {
    switches.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut outages: Vec<Outage> = Vec::new();
    let mut state = None;
    for switch in switches {
        let changes = state != Some(switch.state);
        state = Some(switch.state);
        match (switch.state, outages.last_mut()) {
            (_, _) if !changes => {}
            (TrustedAccess::Disabled, _) => outages.push(Outage {
                disabled: Some(switch),
                enabled: None,
            }),
            (TrustedAccess::Enabled, Some(outage)) => outage.enabled = Some(switch),
            (TrustedAccess::Enabled, None) => outages.push(Outage {
                disabled: None,
                enabled: Some(switch),
            }),
        }
    }
    outages
}

fn key(switch: &Switch) -> (Time, bool, &str) {
    let is_enabled = switch.state == TrustedAccess::Enabled;
    (switch.time, is_enabled, &switch.id)
}

/// Corrects the periods of the history with the current state. Returns a sentence if the two contradict each other.
pub fn reconcile(outages: &mut Vec<Outage>, current: CurrentState) -> Option<String> {
    match current {
        CurrentState::Enabled(date) => {
            remove_redundant_first_call(outages, date);
            close_last(outages, date)
        }
        CurrentState::Disabled => open_last(outages),
        CurrentState::Unknown => outages.is_empty().then(|| {
            "It is unknown if trusted access was on all the time: no call in the history changed it, and its current state \
             could not be read."
                .to_owned()
        }),
    }
}

/// Removes a period before the history begins if Organizations says that trusted access was on then. A first call that
/// enables it may be redundant: some deployment tools enable it in every run.
fn remove_redundant_first_call(outages: &mut Vec<Outage>, date: Option<Time>) {
    let is_redundant = outages.first().is_some_and(|first| {
        let before = |date: Time| first.to().is_some_and(|to| date < to.minus(DATE_TOLERANCE));
        first.disabled.is_none() && date.is_some_and(before)
    });
    if is_redundant {
        outages.remove(0);
    }
}

/// Ends a period whose enabling call is missing, by `DateEnabled`. CloudTrail lists a call minutes later.
fn close_last(outages: &mut [Outage], date: Option<Time>) -> Option<String> {
    let last = outages
        .last_mut()
        .filter(|outage| outage.enabled.is_none())?;
    let from = last.from();
    match date.filter(|date| from.is_none_or(|from| from <= *date)) {
        Some(time) => {
            last.enabled = Some(Switch {
                time,
                id: String::new(),
                state: TrustedAccess::Enabled,
                by: None,
                source: None,
            });
            None
        }
        None => Some(
            "Trusted access is enabled now, but the last call in the history disabled it. CloudTrail lists a call up to 15 \
             minutes later: run the command again."
                .to_owned(),
        ),
    }
}

fn open_last(outages: &mut Vec<Outage>) -> Option<String> {
    match outages.last().map(Outage::to) {
        None => {
            outages.push(Outage {
                disabled: None,
                enabled: None,
            });
            None
        }
        Some(None) => None,
        Some(Some(time)) => Some(format!(
            "Trusted access is disabled now, but the last call in the history, at {time}, enabled it. CloudTrail lists a call \
             up to 15 minutes later: run the command again."
        )),
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
