//! The Lambda edge: JSON in, a [`Report`] or a [`Failure`] out, and the lines that a run leaves.

mod aftermath;
mod failure;

use std::cell::Cell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use lambda_runtime::LambdaEvent;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

pub use failure::Failure;

use crate::ports::{ReadLandingZone, ReadTrustedAccess, WriteTrustedAccess};
use crate::reconcile::Reconciler;
use crate::report::{Outcome, Report};
use crate::settings::SettingsError;
use crate::state::Mode;
use crate::telemetry::{Counts, metric_line};
use crate::trigger::{InvalidRequest, Json, Request, TriggerKind};

/// How long before Lambda's cut the answer must be on its way.
const TO_ANSWER: Duration = Duration::from_millis(500);
/// The longest that any Lambda function may run; a deadline further away is a broken clock.
const LONGEST_RUN: Duration = Duration::from_mins(15);
/// How long a run may take where the deadline cannot be this invocation's: cargo-lambda 1.9 sends
/// the constant `600000`, which is ten minutes past midnight on 1 January 1970.
const WITHOUT_A_DEADLINE: Duration = Duration::from_mins(1);

/// Answers invocations, one after the other.
#[derive(Debug)]
pub struct Handler<O, L = Infallible> {
    setup: Result<Keeper<O, L>, SettingsError>,
    print_metrics: fn(&str),
    warm: Cell<bool>,
}

/// What an invocation brings. Reading it never fails: what is not JSON at all is answered by the
/// handler like any other bad request, and not by the runtime crate in words of its own.
#[derive(Debug)]
pub struct Payload(Option<Box<RawValue>>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Box::deserialize(deserializer).ok()))
    }
}

/// What a function with a faultless environment runs on.
#[derive(Debug)]
pub struct Keeper<O, L = Infallible> {
    /// What does the work.
    pub reconciler: Reconciler<O, L>,
    /// The function's `MODE`; a manual request may narrow it for its own run.
    pub mode: Mode,
}

impl<O, L> Keeper<O, L> {
    fn warning(self) -> Self {
        let warn = |error: &str| warn!(error, "the landing zone could not be read");
        Self {
            reconciler: self.reconciler.warning(warn),
            mode: self.mode,
        }
    }

    /// Whether a maintenance holds a change at the end of a run, which may have been an audit by hand;
    /// `None` where none is planned, or where one is on and the run failed before it could tell.
    fn held(&self, report: Option<&Report>) -> Option<bool> {
        let is_on = self.reconciler.hold()?.holds_at(SystemTime::now());
        if !is_on || self.mode == Mode::Audit {
            return Some(report.is_some_and(|report| report.outcome == Outcome::Held));
        }
        Some(report?.plan.is_some())
    }

    /// Whether the landing zone speaks against a change that would be made without it, at the end of a
    /// run, which may have been an audit by hand; `None` where it is not asked, or where the run failed.
    fn blocked(&self, report: Option<&Report>) -> Option<bool> {
        let report = report.filter(|_| self.reconciler.asks())?;
        let is_held = self.held(Some(report)) == Some(true);
        Some(self.mode == Mode::Enforce && !is_held && report.has_objection)
    }
}

impl<O: ReadTrustedAccess + WriteTrustedAccess, L: ReadLandingZone> Handler<O, L> {
    /// A handler that runs on `setup`, or that answers every invocation with its faults.
    /// `print_metrics` is given the metric line of each run.
    pub fn new(setup: Result<Keeper<O, L>, SettingsError>, print_metrics: fn(&str)) -> Self {
        Self {
            setup: setup.map(Keeper::warning),
            print_metrics,
            warm: Cell::new(false),
        }
    }

    /// Answers one invocation and leaves its log and metric lines.
    ///
    /// # Errors
    /// [`Failure`], already logged.
    pub async fn handle(&self, event: LambdaEvent<Payload>) -> Result<Report, Failure> {
        let started = Instant::now();
        let cold_start = !self.warm.replace(true);
        debug!(
            payload = event.payload.0.as_deref().map(RawValue::get),
            "invoked"
        );
        let result = caught(self.answer(&event)).await;
        let run = Run {
            request_id: &event.context.request_id,
            duration: started.elapsed(),
            cold_start,
        };
        run.log(&result);
        let function_name = &event.context.env_config.function_name;
        (self.print_metrics)(&metric_line(
            function_name,
            SystemTime::now(),
            self.counts(&result),
        ));
        result
    }

    async fn answer(&self, event: &LambdaEvent<Payload>) -> Result<Report, Failure> {
        let keeper = self
            .setup
            .as_ref()
            .map_err(|faults| Failure::Configuration(faults.clone()))?;
        let payload = event
            .payload
            .0
            .as_deref()
            .ok_or(InvalidRequest::UnknownShape);
        let request = payload
            .and_then(|json| Request::classify(Json::from(json)))
            .map_err(Failure::Request)?;
        let mode = request.mode_within(keeper.mode).map_err(Failure::Request)?;
        if request.trigger.kind == TriggerKind::Unrecognized {
            warn!(
                "woken by an event that no rule of this function asks for; reconciling all the same"
            );
        }
        let left = time_left(event.context.deadline(), SystemTime::now());
        let done = keeper
            .reconciler
            .run(mode, Instant::now() + left)
            .await
            .map_err(Failure::Run)?;
        let desired = keeper.reconciler.desired();
        let shown_at = done.shown_at;
        let mut report = Report::new(done, desired, mode, request.trigger);
        aftermath::add(&mut report, shown_at);
        for principal in report.watched_disabled() {
            warn!(
                principal,
                "trusted access of a watched principal is disabled"
            );
        }
        Ok(report)
    }

    fn counts(&self, result: &Result<Report, Failure>) -> Counts {
        let drift = match result {
            Ok(report) => report.plan.is_some(),
            Err(Failure::Run(error)) => error.saw_drift(),
            Err(_) => false,
        };
        let report = result.as_ref().ok();
        let ended = |outcome| report.is_some_and(|report| report.outcome == outcome);
        let keeper = self.setup.as_ref().ok();
        Counts {
            drift,
            remediated: ended(Outcome::Remediated),
            failed: result.is_err(),
            held: keeper.and_then(|keeper| keeper.held(report)),
            blocked: keeper.and_then(|keeper| keeper.blocked(report)),
            outage_seconds: report.and_then(|report| report.outage.as_ref()?.seconds),
            watched_disabled: report
                .filter(|report| !report.watched.is_empty())
                .map(|report| report.watched_disabled().count()),
        }
    }
}

/// The result of a run, also of one that panics: it is answered and counted like any other failure.
async fn caught(run: impl Future<Output = Result<Report, Failure>>) -> Result<Report, Failure> {
    let mut run = pin!(run);
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context)))
            .unwrap_or(Poll::Ready(Err(Failure::Defect)))
    })
    .await
}

/// How long a run may take that Lambda cuts off at `cut`.
fn time_left(cut: SystemTime, now: SystemTime) -> Duration {
    let left = match cut.duration_since(now) {
        Ok(left) => left.min(LONGEST_RUN),
        Err(ago) if ago.duration() > LONGEST_RUN => WITHOUT_A_DEADLINE,
        Err(_) => Duration::ZERO,
    };
    left.saturating_sub(TO_ANSWER)
}

/// What is known of a run besides its result.
struct Run<'a> {
    request_id: &'a str,
    duration: Duration,
    cold_start: bool,
}

impl Run<'_> {
    /// Leaves the one line that ends a run. Of the event it tells the kind alone: everything else
    /// in it was written by somebody else.
    fn log(&self, result: &Result<Report, Failure>) {
        let request_id = self.request_id;
        let duration_ms = u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX);
        let cold_start = self.cold_start;
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
            // The panic hook has left the line.
            Err(Failure::Defect) => (),
            Err(failure) => error!(
                error_type = failure.error_type(),
                error = %failure,
                cause = failure.cause(),
                transient = failure.is_transient(),
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

    fn left(lambda_gives: u64) -> u128 {
        time_left(NOW + Duration::from_millis(lambda_gives), NOW).as_millis()
    }

    #[test]
    fn a_run_has_half_a_second_less_than_lambda_gives_it() {
        assert_eq!(
            [3_000, 120_000, 900_000].map(left),
            [2_500, 119_500, 899_500]
        );
        assert_eq!([0, 400, 500].map(left), [0; 3]);
    }

    #[test]
    fn no_run_has_longer_than_lambda_gives_any_function() {
        assert_eq!([901_000, u64::MAX / 1_000].map(left), [899_500; 2]);
    }

    #[test]
    fn a_deadline_that_is_past_leaves_no_time_and_one_of_another_age_is_replaced() {
        let left = |ago: u64| time_left(NOW, NOW + Duration::from_secs(ago)).as_millis();
        assert_eq!([1, 899, 900].map(left), [0; 3]);
        // The last is cargo-lambda's 600000 ms, seen in November 2026.
        assert_eq!([901, 1_795_000_000 - 600].map(left), [59_500; 2]);
    }
}
