//! The Lambda edge: JSON in, a [`Report`] or a [`Failure`] out, and the lines that a run leaves.

mod failure;

use std::cell::Cell;
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

use crate::ports::{ReadTrustedAccess, WriteTrustedAccess};
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
pub struct Handler<O> {
    setup: Result<Keeper<O>, SettingsError>,
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
pub struct Keeper<O> {
    /// What does the work.
    pub reconciler: Reconciler<O>,
    /// The function's `MODE`; a manual request may narrow it for its own run.
    pub mode: Mode,
}

impl<O: ReadTrustedAccess + WriteTrustedAccess> Handler<O> {
    /// A handler that runs on `setup`, or that answers every invocation with its faults.
    /// `print_metrics` is given the metric line of each run.
    pub fn new(setup: Result<Keeper<O>, SettingsError>, print_metrics: fn(&str)) -> Self {
        Self {
            setup,
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
            counts(&result),
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
        let deadline = deadline(event.context.deadline());
        let done = keeper
            .reconciler
            .run(mode, deadline)
            .await
            .map_err(Failure::Run)?;
        Ok(Report::new(
            done,
            keeper.reconciler.desired(),
            mode,
            request.trigger,
        ))
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

/// The instant by which a run must have ended, a little before Lambda's.
fn deadline(lambda: SystemTime) -> Instant {
    let left = match lambda.duration_since(SystemTime::now()) {
        Ok(left) => left.min(LONGEST_RUN),
        Err(ago) if ago.duration() > LONGEST_RUN => WITHOUT_A_DEADLINE,
        Err(_) => Duration::ZERO,
    };
    Instant::now() + left.saturating_sub(TO_ANSWER)
}

fn counts(result: &Result<Report, Failure>) -> Counts {
    let drift = match result {
        Ok(report) => report.plan.is_some(),
        Err(Failure::Run(error)) => error.saw_drift(),
        Err(_) => false,
    };
    Counts {
        drift,
        remediated: matches!(result, Ok(report) if report.outcome == Outcome::Remediated),
        failed: result.is_err(),
    }
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

    #[tokio::test(start_paused = true)]
    async fn a_run_has_half_a_second_less_than_lambda_gives_it() {
        let given = Duration::from_secs(3);
        let allowed = deadline(SystemTime::now() + given) - Instant::now();
        assert!(allowed <= Duration::from_millis(2500), "{allowed:?}");
        assert!(allowed > Duration::from_millis(1500), "{allowed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_is_past_or_near_leaves_no_time() {
        let now = SystemTime::now();
        for lambda in [
            now,
            now - Duration::from_mins(14),
            now + Duration::from_millis(400),
        ] {
            assert_eq!(deadline(lambda), Instant::now());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_cannot_be_this_invocations_is_replaced() {
        let of_cargo_lambda = SystemTime::UNIX_EPOCH + Duration::from_mins(10);
        assert_eq!(
            deadline(of_cargo_lambda),
            Instant::now() + Duration::from_millis(59_500)
        );
        let absurd = SystemTime::now() + Duration::from_hours(24 * 365 * 1000);
        assert_eq!(
            deadline(absurd),
            Instant::now() + Duration::from_millis(899_500)
        );
    }
}
