//! Whether the log files of a trail still arrive, in its bucket and in its log group.
//!
//! `EventBridge` does not need them, but they are the evidence of who disabled trusted access after the 90 days of the event
//! history, and somebody who covers traces takes away the bucket and not the trail.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html>

use std::time::{Duration, SystemTime};

use aws_sdk_cloudtrail::operation::get_trail_status::GetTrailStatusOutput as Status;
use aws_sdk_cloudtrail::primitives::{DateTime, DateTimeFormat};
use aws_sdk_cloudtrail::types::Trail;
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::name;
use crate::finding::{Check, Finding};

/// The longest time without a delivery. CloudTrail delivers within minutes of a call, and in an account with this function
/// there is one every hour; a day leaves room for a quiet account and for an incident of AWS.
const MAX_AGE: Duration = Duration::from_hours(24);

/// Where a trail delivers to, and how its last delivery went.
struct Delivery<'a> {
    destination: &'static str,
    time: Option<&'a DateTime>,
    error: Option<&'a str>,
    remedy: &'static str,
}

/// Returns the problems of the destinations of a trail that is logging.
pub(super) fn check(trail: &Trail, status: &Status, now: SystemTime) -> Finding {
    let bucket = Delivery {
        destination: "S3 bucket",
        time: status.latest_delivery_time(),
        error: status.latest_delivery_error(),
        remedy: "Check that the trail's bucket exists, and that the policies of the bucket and of its KMS key let CloudTrail \
                 write. Find out in CloudTrail who changed them.",
    };
    let log_group = Delivery {
        destination: "CloudWatch log group",
        time: status.latest_cloud_watch_logs_delivery_time(),
        error: status.latest_cloud_watch_logs_delivery_error(),
        remedy: "Check that the trail's log group exists, and that the trail's role may write to it. Find out in CloudTrail \
                 who changed them.",
    };
    let has_log_group = trail.cloud_watch_logs_log_group_arn().is_some();
    let deliveries = [Some(bucket), has_log_group.then_some(log_group)];
    let started = status.start_logging_time();
    let findings = deliveries.into_iter().flatten();
    findings.fold(Finding::new(Check::EventDelivery), |finding, delivery| {
        finding.merge(check_delivery(&name(trail), &delivery, started, now))
    })
}

fn check_delivery(
    trail: &str,
    delivery: &Delivery<'_>,
    started: Option<&DateTime>,
    now: SystemTime,
) -> Finding {
    let finding = Finding::new(Check::EventDelivery);
    let destination = delivery.destination;
    if let Some(error) = delivery.error.filter(|error| !error.is_empty()) {
        let error = sanitize_line(error);
        return finding.problem(
            format!("Trail {trail} cannot deliver to its {destination}: {error}."),
            delivery.remedy,
        );
    }
    match delivery.time {
        Some(time) if is_old(time, now) => finding.problem(
            format!(
                "Trail {trail} has delivered nothing to its {destination} since {}, for more than 24 hours.",
                describe(time)
            ),
            delivery.remedy,
        ),
        Some(_) => finding,
        None if started.is_some_and(|time| is_old(time, now)) => finding.problem(
            format!(
                "Trail {trail} has never delivered to its {destination}, although it is logging for more than 24 hours."
            ),
            delivery.remedy,
        ),
        None => finding.not_checked(
            format!("Trail {trail} has not delivered to its {destination} yet."),
            "Run the doctor again a day after the trail was started.",
        ),
    }
}

fn is_old(time: &DateTime, now: SystemTime) -> bool {
    // A time that does not fit into SystemTime is of no year in which CloudTrail exists.
    let time = SystemTime::try_from(*time).unwrap_or(SystemTime::UNIX_EPOCH);
    now.duration_since(time).is_ok_and(|age| age > MAX_AGE)
}

fn describe(time: &DateTime) -> String {
    let text = time.fmt(DateTimeFormat::DateTime);
    text.unwrap_or_else(|_| "an unknown time".to_owned())
}
