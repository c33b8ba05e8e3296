//! The function's last report, from its log.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_cloudwatchlogs::Client;
use controltower_trusted_access::core::sanitize::sanitize_line;
use serde::Deserialize;

use super::Part;
use super::stack::Stack;
use crate::refusal::Refusal;

const ACTION: &str = "logs:FilterLogEvents";
/// What every run ends with, see the README.
const PATTERN: &str = r#"{ ($.message = "reconciled") || ($.message = "failed") }"#;
/// Scheduler's flexible window, and the run itself, beyond the two periods.
const SLACK: Duration = Duration::from_mins(20);
/// The most pages of one search; each is a part of the log that was searched, found or not.
const MOST_PAGES: usize = 100;

/// A report's line, as far as it is told.
#[derive(Debug, Deserialize)]
struct Line {
    message: String,
    timestamp: Option<String>,
    outcome: Option<String>,
    error_type: Option<String>,
    error: Option<String>,
}

/// The last report of two schedule periods, which is what the alarm for silence waits for. The log is
/// searched from its old end, since CloudWatch offers no other.
pub(super) async fn look(logs: Client, stack: &Stack, now: SystemTime) -> Part {
    let Some(group) = &stack.log_group else {
        return without_a_log(stack);
    };
    let window = stack.period * 2 + SLACK;
    let mut last: Option<(i64, Line)> = None;
    let mut token = None;
    let mut complete = false;
    for _ in 0..MOST_PAGES {
        let request = logs.filter_log_events().log_group_name(group);
        let request = request
            .filter_pattern(PATTERN)
            .start_time(milliseconds(now - window))
            .set_next_token(token.take());
        let page = match request.send().await {
            Ok(page) => page,
            Err(error) => return Part::refused_of("log group", Refusal::of(ACTION, &error)),
        };
        for event in page.events() {
            let time = event.timestamp().unwrap_or_default();
            let line = event.message().and_then(report);
            if let Some(line) = line
                && last.as_ref().is_none_or(|(latest, _)| *latest <= time)
            {
                last = Some((time, line));
            }
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            complete = true;
            break;
        }
    }
    match last {
        Some((_, line)) if complete => told(&line),
        None if complete => silent(stack, now, window),
        _ => Part::refused(Refusal::not_understood(ACTION, "no end after 100 pages")),
    }
}

/// Where there is no function either, that is told.
fn without_a_log(stack: &Stack) -> Part {
    let mut part = Part::default();
    if stack.function.is_some() {
        part.not_checked(
            "The stack shows no log group, so no report was looked at.",
            "Look again when the stack is deployed, or deploy template.yaml, which has one.",
        );
    }
    part
}

/// The report in a line of the log, which may be any line where the pattern is not understood.
fn report(line: &str) -> Option<Line> {
    let line: Line = serde_json::from_str(line).ok()?;
    matches!(line.message.as_str(), "reconciled" | "failed").then_some(line)
}

fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn told(line: &Line) -> Part {
    let mut part = Part::default();
    let text = |field: &Option<String>| sanitize_line(field.as_deref().unwrap_or("unknown"));
    let time = text(&line.timestamp);
    part.fact("lastReport", &time);
    if line.message == "failed" {
        let kind = text(&line.error_type);
        part.fact("lastError", &kind);
        part.problem(
            format!(
                "The last run, at {time}, failed with {kind}: {}",
                text(&line.error)
            ),
            "Follow the section of that error in docs/runbook.md.",
        );
        return part;
    }
    let outcome = text(&line.outcome);
    part.say(format!("last report {outcome} at {time}"));
    match outcome.as_str() {
        "InSync" | "Remediated" => {}
        "DriftDetected" | "Held" => part.remark(format!(
            "The last report is {outcome}: trusted access was in the wrong state and was left so."
        )),
        "Blocked" => part.problem(
            "The last report is Blocked: trusted access was in the wrong state, and the landing zone spoke against \
             changing it.",
            "Follow the section Blocked of docs/runbook.md.",
        ),
        _ => part.not_checked(
            "The last report has no outcome that this doctor knows.",
            "Use the doctor of the function's own version.",
        ),
    }
    part.fact("lastOutcome", outcome);
    part
}

fn silent(stack: &Stack, now: SystemTime, window: Duration) -> Part {
    let mut part = Part::default();
    let hours = window.as_secs().div_ceil(3600);
    let young = stack
        .deployed
        .is_some_and(|deployed| now.duration_since(deployed).unwrap_or_default() < window);
    if young {
        part.not_checked(
            format!("No report yet, and it was deployed less than {hours} hours ago."),
            "Run the stack's InvokeCommand to see one.",
        );
    } else {
        part.problem(
            format!("No run has reported within the last {hours} hours, two periods of the schedule."),
            "Run the stack's InvokeCommand, then follow the section Alarm: silence of docs/runbook.md.",
        );
    }
    part
}
