//! Looks up events in CloudTrail's event history, page by page, within the quota.
//!
//! One pass for each event name, although one pass with the attribute `EventSource` would return all of them. The read
//! calls are the reason: Control Tower's drift detection alone makes so many that they would be most of the pages, and a
//! lookup takes one attribute only, so `ReadOnly` cannot be added. The attribute `ReadOnly` alone would return the write
//! calls of every service. A pass without an event costs one request, half a second.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>

use std::cell::Cell;
use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use tokio::time::{Instant, sleep_until};

use super::time::Time;
use crate::aws_error::AwsError;
use crate::output::progress::LookupProgress;

const ACTION: &str = "cloudtrail:LookupEvents";

/// The time of the events to look up. `None` is the beginning of the history, or its end.
///
/// A limit that the user did not ask for stays out of the request: this machine's clock may be wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    /// The time of the first event.
    pub start: Option<Time>,
    /// The time of the last event.
    pub end: Option<Time>,
}

/// CloudTrail's event history in one Region.
pub struct EventHistory<'a> {
    client: Client,
    interval: Duration,
    next_request: Cell<Option<Instant>>,
    progress: Option<&'a LookupProgress>,
}

impl<'a> EventHistory<'a> {
    /// Returns the history, read with at most this many requests in a second.
    pub fn new(
        client: Client,
        requests_per_second: u32,
        progress: Option<&'a LookupProgress>,
    ) -> Self {
        Self {
            client,
            interval: Duration::from_secs(1) / requests_per_second.max(1),
            next_request: Cell::new(None),
            progress,
        }
    }

    /// Announces more passes to the progress bar.
    pub fn add_passes(&self, count: usize) {
        if let Some(progress) = self.progress {
            progress.add_passes(count);
        }
    }

    /// Calls `on_event` with every event of this name.
    ///
    /// # Errors
    /// [`AwsError`] if a page could not be read. The pages before it were.
    pub async fn read(
        &self,
        event_name: &str,
        window: Window,
        on_event: impl FnMut(&Event),
    ) -> Result<(), AwsError> {
        let read = self.read_pages(event_name, window, usize::MAX, on_event);
        read.await.map(drop)
    }

    /// Calls `on_event` with the events of this name on the first pages, which have the newest. Returns whether there was no
    /// other page.
    ///
    /// # Errors
    /// [`AwsError`] if a page could not be read. The pages before it were.
    pub async fn read_pages(
        &self,
        event_name: &str,
        window: Window,
        max_pages: usize,
        mut on_event: impl FnMut(&Event),
    ) -> Result<bool, AwsError> {
        let attribute = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::EventName)
            .attribute_value(event_name)
            .build()
            .map_err(|error| AwsError::invalid_response(ACTION, &error.to_string()))?;
        let mut tokens = HashSet::new();
        let mut token: Option<String> = None;
        for _ in 0..max_pages {
            self.wait_for_quota().await;
            let request = self
                .client
                .lookup_events()
                .lookup_attributes(attribute.clone())
                .set_start_time(window.start.map(Time::to_sdk))
                .set_end_time(window.end.map(Time::to_sdk))
                .set_next_token(token.take());
            let page = request.send().await;
            let page = page.map_err(|error| AwsError::new(ACTION, &error))?;
            let events = page.events();
            events.iter().for_each(&mut on_event);
            if let Some(progress) = self.progress {
                progress.add_events(events.len());
            }
            // An empty page with a token goes on.
            let Some(next) = page.next_token else {
                if let Some(progress) = self.progress {
                    progress.finish_pass();
                }
                return Ok(true);
            };
            if !tokens.insert(next.clone()) {
                let problem = "a NextToken repeats, so the rest of the history cannot be read";
                return Err(AwsError::invalid_response(ACTION, problem));
            }
            token = Some(next);
        }
        Ok(false)
    }

    /// Waits until the quota allows the next request, counted from the start of the one before.
    async fn wait_for_quota(&self) {
        if let Some(time) = self.next_request.get() {
            sleep_until(time).await;
        }
        self.next_request.set(Some(Instant::now() + self.interval));
    }
}
