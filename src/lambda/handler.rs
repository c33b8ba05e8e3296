//! The handler: JSON in, a [`Report`] or an [`InvocationError`] out, with the run's log and metric lines.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use lambda_runtime::{Context, LambdaEvent};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use super::event::{InvalidRequest, RawJson, Request};
use super::invocation_error::InvocationError;
use super::metrics::RunMetrics;
use crate::core::ports::{ReadLandingZone, ReadTrustedAccess, WriteTrustedAccess};
use crate::core::reconcile::Reconciler;
use crate::core::report::Report;
use crate::core::trigger::TriggerKind;
use crate::settings::SettingsError;

/// The time between the end of a run and the moment at which Lambda ends the invocation.
const RESPONSE_MARGIN: Duration = Duration::from_millis(500);
/// The longest timeout of any Lambda function. A deadline further away comes from a wrong clock.
const MAX_LAMBDA_TIMEOUT: Duration = Duration::from_mins(15);
/// The time for a run whose deadline is too old to be this invocation's: cargo-lambda 1.9 sends the constant `600000`,
/// ten minutes past midnight on 1 January 1970.
const FALLBACK_TIMEOUT: Duration = Duration::from_mins(1);

/// Handles invocations, one after the other.
#[derive(Debug)]
pub struct Handler<O, L> {
    reconciler: Result<Reconciler<O, L>, SettingsError>,
    custom_network: bool,
    is_warm: Cell<bool>,
}

/// The payload of an invocation. Deserializing never fails: the handler answers bytes that are not JSON like any other
/// invalid request, and `lambda_runtime` does not answer them in words of its own.
#[derive(Debug)]
pub struct Payload(Option<Box<RawValue>>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Box::deserialize(deserializer).ok()))
    }
}

impl<O: ReadTrustedAccess + WriteTrustedAccess, L: ReadLandingZone> Handler<O, L> {
    /// Returns a handler that runs `reconciler`, or that answers every invocation with the settings' error.
    /// `custom_network` says whether the environment redirects the function's network, which every run shows.
    pub fn new(reconciler: Result<Reconciler<O, L>, SettingsError>, custom_network: bool) -> Self {
        Self {
            reconciler,
            custom_network,
            is_warm: Cell::new(false),
        }
    }

    /// Handles one invocation, and logs its result. Returns its response and its metrics.
    pub async fn handle(
        &self,
        event: LambdaEvent<Payload>,
    ) -> (Result<Report, InvocationError>, RunMetrics) {
        let log = InvocationLog {
            started: Instant::now(),
            cold_start: !self.is_warm.replace(true),
            context: &event.context,
        };
        let payload = event.payload.0.as_deref();
        debug!(payload = payload.map(RawValue::get), "invoked");
        let (result, metrics) = match catch_panic(self.run(payload, &event.context)).await {
            Ok((report, metrics)) => (Ok(report), metrics),
            Err(error) => {
                let metrics = RunMetrics::of_failure(&error, self.custom_network);
                (Err(error), metrics)
            }
        };
        log.finish(&result);
        (result, metrics)
    }

    async fn run(
        &self,
        payload: Option<&RawValue>,
        context: &Context,
    ) -> Result<(Report, RunMetrics), InvocationError> {
        let reconciler = self
            .reconciler
            .as_ref()
            .map_err(|error| InvocationError::Configuration(error.clone()))?;
        let request = payload
            .ok_or(InvalidRequest::UnknownShape)
            .and_then(|json| Request::classify(RawJson::from(json)))
            .map_err(InvocationError::Request)?;
        let mode = request
            .effective_mode(reconciler.policy.mode)
            .map_err(InvocationError::Request)?;
        if request.trigger.kind == TriggerKind::Unrecognized {
            warn!("invoked by an event that no rule of this stack matches; reconciling anyway");
        }
        let budget = time_budget(context.deadline(), SystemTime::now());
        let done = reconciler
            .run(mode, Instant::now() + budget)
            .await
            .map_err(InvocationError::Run)?;
        let report = Report::new(
            &done,
            request.trigger,
            request.disabled_control_tower,
            self.custom_network,
        );
        for principal in report.watched_disabled() {
            warn!(
                principal,
                "trusted access of a watched principal is disabled"
            );
        }
        let metrics = RunMetrics::of_success(&done, &report);
        Ok((report, metrics))
    }
}

/// Awaits `run`, and turns a panic into an error: it is answered and counted like any other failure.
async fn catch_panic<T>(
    run: impl Future<Output = Result<T, InvocationError>>,
) -> Result<T, InvocationError> {
    let mut run = pin!(run);
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context)))
            .unwrap_or(Poll::Ready(Err(InvocationError::Panicked)))
    })
    .await
}

/// Returns the time for a run if Lambda ends the invocation at `deadline`.
fn time_budget(deadline: SystemTime, now: SystemTime) -> Duration {
    let left = match deadline.duration_since(now) {
        Ok(left) => left.min(MAX_LAMBDA_TIMEOUT),
        Err(past) if past.duration() > MAX_LAMBDA_TIMEOUT => FALLBACK_TIMEOUT,
        Err(_) => Duration::ZERO,
    };
    left.saturating_sub(RESPONSE_MARGIN)
}

/// What the last log line of a run says besides the result.
struct InvocationLog<'a> {
    started: Instant,
    cold_start: bool,
    context: &'a Context,
}

impl InvocationLog<'_> {
    /// Logs the one line that ends a run. Of the event it contains only the kind: everything else was written by the
    /// sender.
    fn finish(&self, result: &Result<Report, InvocationError>) {
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let cold_start = self.cold_start;
        let request_id = &self.context.request_id;
        match result {
            Ok(report) => info!(
                outcome = %report.outcome,
                trigger = %report.trigger.kind,
                desired = %report.desired,
                observed = %report.observed,
                mode = %report.mode,
                plan = report.plan.map(|write| write.to_string()),
                reason = report.reason,
                duration_ms,
                cold_start,
                request_id,
                "reconciled"
            ),
            // The panic hook has logged the line.
            Err(InvocationError::Panicked) => (),
            Err(error) => error!(
                error_type = error.error_type(),
                error = %error,
                cause = error.cause(),
                transient = error.is_transient(),
                duration_ms,
                cold_start,
                request_id,
                "failed"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn budget_ms(milliseconds_to_deadline: u64) -> u128 {
        time_budget(NOW + Duration::from_millis(milliseconds_to_deadline), NOW).as_millis()
    }

    #[test]
    fn a_run_ends_half_a_second_before_the_deadline() {
        assert_eq!(
            [3_000, 120_000, 900_000].map(budget_ms),
            [2_500, 119_500, 899_500]
        );
        assert_eq!([0, 400, 500].map(budget_ms), [0; 3]);
    }

    #[test]
    fn no_run_takes_longer_than_the_longest_lambda_timeout() {
        assert_eq!([901_000, u64::MAX / 1_000].map(budget_ms), [899_500; 2]);
    }

    #[test]
    fn a_deadline_in_the_past_leaves_no_time_and_a_much_older_one_gets_the_fallback_timeout() {
        let budget_ms = |ago: u64| time_budget(NOW, NOW + Duration::from_secs(ago)).as_millis();
        assert_eq!([1, 899, 900].map(budget_ms), [0; 3]);
        // The last is cargo-lambda's 600000 ms, seen in November 2026.
        assert_eq!([901, 1_795_000_000 - 600].map(budget_ms), [59_500; 2]);
    }
}
