//! The function's last report, from its log.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_cloudwatchlogs::Client;
use controltower_trusted_access::core::sanitize::sanitize_line;
use serde::Deserialize;

use super::resource_call_failed;
use super::stack::Stack;
use crate::action::Action;
use crate::aws_error::AwsError;
use crate::checks::invoke_command;
use crate::finding::{Check, Finding};

const ACTION: &str = "logs:FilterLogEvents";
/// The payload of a run that changes nothing.
const AUDIT: &str = r#"{"mode":"audit"}"#;
/// Matches the last line of every run.
const PATTERN: &str = r#"{ ($.message = "reconciled") || ($.message = "failed") }"#;
/// The flexible time window of the schedule, and the run itself.
const SCHEDULE_TOLERANCE: Duration = Duration::from_mins(20);
/// The most pages of one search. A page is a searched part of the log, also if nothing in it matches.
const MAX_PAGES: usize = 100;

/// The last log line of a run.
#[derive(Debug, Deserialize)]
struct RunLine {
    message: String,
    timestamp: Option<String>,
    outcome: Option<String>,
    error_type: Option<String>,
    error: Option<String>,
}

/// Checks the last run within two schedule periods, the time after which the alarm `no-runs` fires.
pub(super) async fn check(logs: Client, stack: &Stack, now: SystemTime) -> Finding {
    let Some(log_group) = stack.log_group() else {
        return no_log_group(stack);
    };
    let period = stack.schedule_period() * 2 + SCHEDULE_TOLERANCE;
    match last_run(&logs, log_group, now - period).await {
        Ok(Some(line)) => check_run(&line),
        Ok(None) => no_run(stack, now, period),
        Err(error) => resource_call_failed("log group", error),
    }
}

/// Searches the log from `start` on. All of it, because CloudWatch Logs returns the oldest lines first.
async fn last_run(
    logs: &Client,
    log_group: &str,
    start: SystemTime,
) -> Result<Option<RunLine>, AwsError> {
    let mut last: Option<(i64, RunLine)> = None;
    let mut token = None;
    for _ in 0..MAX_PAGES {
        let request = logs.filter_log_events().log_group_name(log_group);
        let request = request
            .filter_pattern(PATTERN)
            .start_time(milliseconds(start))
            .set_next_token(token.take());
        let page = request.send().await;
        let page = page.map_err(|error| AwsError::new(ACTION, &error))?;
        for event in page.events() {
            let time = event.timestamp().unwrap_or_default();
            if let Some(line) = event.message().and_then(parse)
                && last.as_ref().is_none_or(|(latest, _)| *latest <= time)
            {
                last = Some((time, line));
            }
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(last.map(|(_, line)| line));
        }
    }
    let reason = format!("the search did not end after {MAX_PAGES} pages");
    Err(AwsError::invalid_response(ACTION, &reason))
}

/// Without a function it is another stack, which is a problem of its own.
fn no_log_group(stack: &Stack) -> Finding {
    let finding = Finding::new(Check::Deployment);
    if stack.function().is_none() {
        return finding;
    }
    finding.not_checked(
        "The stack has no log group, so the last report was not checked.",
        "Run the doctor again after the deployment, or deploy template.yaml, which has a log group.",
    )
}

/// Returns `None` for any other line: an emulator may ignore the filter pattern.
fn parse(line: &str) -> Option<RunLine> {
    let line: RunLine = serde_json::from_str(line).ok()?;
    matches!(line.message.as_str(), "reconciled" | "failed").then_some(line)
}

fn milliseconds(time: SystemTime) -> i64 {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

fn text(field: Option<&str>) -> String {
    sanitize_line(field.unwrap_or("unknown"))
}

fn check_run(line: &RunLine) -> Finding {
    let time = text(line.timestamp.as_deref());
    let finding = Finding::new(Check::Deployment).fact("lastReport", &time);
    if line.message == "failed" {
        let error_type = text(line.error_type.as_deref());
        let error = text(line.error.as_deref());
        let section = error_type.to_ascii_lowercase();
        return finding.fact("lastError", &error_type).problem(
            format!("The last run failed at {time} with {error_type}: {error}"),
            format!("See docs/reference/errors.md#{section}."),
        );
    }
    let outcome = text(line.outcome.as_deref());
    finding
        .summary(format!("last report {outcome} at {time}"))
        .fact("lastOutcome", &outcome)
        .merge(check_outcome(&outcome))
}

fn check_outcome(outcome: &str) -> Finding {
    let finding = Finding::new(Check::Deployment);
    match outcome {
        "InSync" | "Remediated" => finding,
        "DriftDetected" | "Held" => finding.remark(format!(
            "The last report is {outcome}: trusted access was in the wrong state, and was not changed."
        )),
        "Blocked" => finding.problem(
            "The last report is Blocked: trusted access was in the wrong state, and was not changed because of the \
             landing zone.",
            "See docs/runbook.md#blocked.",
        ),
        _ => finding.not_checked(
            "The outcome of the last report is unknown to this version of the doctor.",
            "Use the doctor of the same version as the function.",
        ),
    }
}

fn no_run(stack: &Stack, now: SystemTime, period: Duration) -> Finding {
    let finding = Finding::new(Check::Deployment);
    let function = stack.function();
    let command = function.and_then(|name| invoke_command(name, &stack.region, AUDIT));
    let hours = period.as_secs().div_ceil(3600);
    let is_new = stack
        .deployed_at
        .is_some_and(|time| now.duration_since(time).unwrap_or_default() < period);
    if is_new {
        finding.not_checked(
            format!("There is no report yet. The stack was deployed less than {hours} hours ago."),
            Action::new("Run the function to get a report.", command),
        )
    } else {
        finding.problem(
            format!("No run ended with a report in the last {hours} hours, which is two schedule periods."),
            Action::new("Run the function, then see docs/runbook.md#no-runs.", command),
        )
    }
}
