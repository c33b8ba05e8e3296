//! The command `outages`: when trusted access was off, what Control Tower missed in the meantime, and what is left to do.
//!
//! First it looks up the calls that disabled and enabled trusted access, in the whole history; usually there are a few. Only
//! if there was an outage does it look up the changes, from the beginning of the first outage to the end of the last.

mod actions;
mod changes;
mod classify;
mod history;
mod ids;
mod landing_zone;
mod lookup;
mod meaning;
mod names;
pub mod recent;
mod records;
mod report;
mod resolve;
mod state;
pub mod table;
pub mod time;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;

use aws_sdk_cloudtrail::types::Event;
use controltower_trusted_access::core::ports::ReadTrustedAccess;

use crate::arguments::OutageArguments;
use crate::aws_clients::AwsClients;
use crate::aws_error::AwsError;
use crate::checks::credentials::{self, Caller};
use crate::checks::organization;
use crate::finding::Finding;
use crate::output::progress::LookupProgress;
use crate::partition::organizations_event_region;
use classify::{EVENTS, Meaning, classify};
use history::{CurrentState, Outage};
use lookup::{EventHistory, Window};
use names::Names;
use records::{Envelope, Record, Unreadable};
use report::OutageReport;
use state::SearchState;
use time::Time;

/// The two calls that change trusted access.
const SWITCHES: [&str; 2] = ["DisableAWSServiceAccess", "EnableAWSServiceAccess"];

/// One search for outages.
pub struct OutageSearch {
    clients: AwsClients,
    arguments: OutageArguments,
    state: RefCell<SearchState>,
    names: RefCell<Names>,
    progress: LookupProgress,
}

impl OutageSearch {
    /// Returns a search of the time in the arguments.
    pub fn new(clients: AwsClients, arguments: OutageArguments, progress: LookupProgress) -> Self {
        let now = arguments.now.unwrap_or_else(Time::now);
        let state = SearchState::new(arguments.since, arguments.until, now);
        Self {
            clients,
            arguments,
            state: RefCell::new(state),
            names: RefCell::default(),
            progress,
        }
    }

    /// Searches until everything is read, or until `interrupt` completes. Returns what is known by then.
    pub async fn run(self, interrupt: impl Future<Output = io::Result<()>>) -> OutageReport {
        let interrupted = tokio::select! {
            () = self.search() => false,
            _ = interrupt => true,
        };
        let state = self.state.into_inner();
        state.into_report(self.names.into_inner(), interrupted)
    }

    async fn search(&self) {
        // Any Region of the partition serves, and without a profile's Region this one is known to be of it.
        let region = self.arguments.common.landing_zone_region.as_deref();
        let credentials = credentials::check(self.clients.initial_sts(region)).await;
        let Some(caller) = credentials.caller else {
            let gaps = issues(&credentials.finding);
            return self.state.borrow_mut().add_gaps(gaps);
        };
        let region = organizations_event_region(&caller.partition);
        if !self.is_management_account(&caller, region).await {
            return;
        }
        self.read_current_state(region).await;
        let history = EventHistory::new(
            self.clients.event_history(region),
            self.arguments.common.lookups_per_second,
            Some(&self.progress),
        );
        if !self
            .read_events(&history, &SWITCHES, Window::default())
            .await
        {
            return;
        }
        let outages = self.state.borrow_mut().find_outages();
        if outages.is_empty() {
            return;
        }
        tokio::join!(
            self.read_events(&history, &EVENTS, span(&outages)),
            self.read_landing_zone(region),
        );
        self.read_names(region).await;
    }

    /// Returns whether the event history is that of the management account. A member account has other events, which say
    /// nothing about trusted access.
    async fn is_management_account(&self, caller: &Caller, region: &str) -> bool {
        let client = self.clients.organizations(region);
        let (management_account, finding) = organization::check(&client, Some(caller)).await;
        let is_management = management_account.as_ref() == Some(&caller.account);
        if !is_management {
            self.state.borrow_mut().add_gaps(issues(&finding));
        }
        is_management
    }

    async fn read_current_state(&self, region: &str) {
        let observation = self
            .clients
            .trusted_access(region, BTreeSet::new())
            .read()
            .await;
        let mut state = self.state.borrow_mut();
        match observation {
            Ok(observation) => state.current = CurrentState::from(&observation),
            Err(error) => {
                let AwsError { message, hint, .. } = AwsError::from_adapter(&error);
                state.add_gap(format!(
                    "The current state of trusted access: {message}. {hint}"
                ));
            }
        }
    }

    /// Reads the events of each name in turn. Ends at the first that fails, because the next would fail too, and returns
    /// `false`.
    async fn read_events(
        &self,
        history: &EventHistory<'_>,
        names: &[&str],
        window: Window,
    ) -> bool {
        history.add_passes(names.len());
        self.state.borrow_mut().pending = names.iter().map(|name| (*name).to_owned()).collect();
        for name in names {
            let read = history.read(name, window, |event| self.add_event(event));
            if let Err(error) = read.await {
                let mut state = self.state.borrow_mut();
                state.add_gap(format!("{}. {}", error.message, error.hint));
                return false;
            }
            self.state
                .borrow_mut()
                .pending
                .retain(|pending| pending != name);
        }
        true
    }

    fn add_event(&self, event: &Event) {
        let meaning = read_event(event);
        let mut state = self.state.borrow_mut();
        match meaning {
            Ok(None | Some((Meaning::Nothing, _))) => {}
            Ok(Some((meaning, record))) => state.add(meaning, &record),
            Err(unreadable) => state.add_unreadable(unreadable),
        }
    }

    async fn read_landing_zone(&self, region: &str) {
        let requested = self.arguments.common.landing_zone_region.clone();
        let requested = requested.or_else(|| self.clients.profile_region());
        let requested = requested.unwrap_or_else(|| region.to_owned());
        let read = landing_zone::read(&self.clients, &requested).await;
        let mut state = self.state.borrow_mut();
        match read {
            Ok(landing_zone) => state.landing_zone = landing_zone,
            Err(problem) => state.add_remark(problem),
        }
    }

    async fn read_names(&self, region: &str) {
        let subjects = self.state.borrow().changes.subjects();
        let client = self.clients.organizations(region);
        let errors = resolve::resolve(&client, &subjects, &self.names).await;
        let mut state = self.state.borrow_mut();
        for error in errors {
            state.add_remark(format!(
                "Some names are missing: {}. {}",
                error.message, error.hint
            ));
        }
    }
}

/// Returns what an event means, with its record, or `None` for a failed call or an event of another service.
fn read_event(event: &Event) -> Result<Option<(Meaning, Record)>, Unreadable> {
    let envelope = Envelope {
        name: event.event_name(),
        id: event.event_id(),
        time: event.event_time().map(Time::from),
    };
    let text = event.cloud_trail_event().unwrap_or_default();
    let record = Record::parse(text, envelope)?;
    record
        .map(|record| Ok((classify(&record)?, record)))
        .transpose()
}

/// Returns the time from the beginning of the first outage to the end of the last.
fn span(outages: &[Outage]) -> Window {
    Window {
        start: outages.first().and_then(Outage::from),
        end: outages.last().and_then(Outage::to),
    }
}

/// Returns the issues of a failed check as sentences.
fn issues(finding: &Finding) -> Vec<String> {
    let issues = finding.problems.iter().chain(&finding.not_checked);
    issues
        .map(|issue| format!("{} {}", issue.message, issue.hint))
        .collect()
}
