//! Whether the events of AWS Organizations reach `EventBridge`, which takes a trail that logs them.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>

mod destination;
mod event_selectors;

use std::time::SystemTime;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::Trail;
use controltower_trusted_access::core::sanitize::sanitize_line;

use crate::action::{Action, shell_word};
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};
use event_selectors::Coverage;

/// Whether one trail logs the events.
enum TrailStatus {
    /// It does. The finding is that of its destination.
    Logs(Finding),
    /// It does not, for this reason.
    Misses(&'static str),
    /// It would, but its logging is switched off. The command switches it on.
    Stopped(Option<String>),
    /// It logs those of some callers, or depends on another property of the call.
    DependsOnCall,
    Unknown(AwsError),
}

/// Checks the trails in `region`, which receives the events. Another Region does not list the single-Region trails of
/// this one.
pub async fn check(cloudtrail: Client, region: &str) -> Finding {
    let trails = match cloudtrail.describe_trails().send().await {
        Ok(response) => response.trail_list.unwrap_or_default(),
        Err(error) => {
            let error = AwsError::new("cloudtrail:DescribeTrails", &error);
            return Finding::call_failed(Check::EventDelivery, error);
        }
    };
    let mut statuses = Vec::new();
    for trail in &trails {
        statuses.push((name(trail), status(&cloudtrail, trail, region).await));
    }
    summarize(statuses, region)
}

fn name(trail: &Trail) -> String {
    let name = trail.name().or(trail.trail_arn());
    sanitize_line(name.unwrap_or("a trail without a name"))
}

/// Calls AWS only if the trail's description leaves the question open.
async fn status(cloudtrail: &Client, trail: &Trail, region: &str) -> TrailStatus {
    if let Some(gap) = event_selectors::region_gap(trail, region) {
        return TrailStatus::Misses(gap);
    }
    // A name without an ARN would mean a trail of the Region that is called.
    let arn = trail.trail_arn().or(trail.name()).unwrap_or_default();
    let status = match cloudtrail.get_trail_status().name(arn).send().await {
        Ok(status) if status.is_logging() == Some(true) => status,
        Ok(_) => return TrailStatus::Stopped(start_command(trail, arn)),
        Err(error) => {
            return TrailStatus::Unknown(AwsError::new("cloudtrail:GetTrailStatus", &error));
        }
    };
    let request = cloudtrail.get_event_selectors().trail_name(arn);
    let selectors = match request.send().await {
        Ok(selectors) => selectors,
        Err(error) => {
            return TrailStatus::Unknown(AwsError::new("cloudtrail:GetEventSelectors", &error));
        }
    };
    match event_selectors::coverage(
        selectors.event_selectors(),
        selectors.advanced_event_selectors(),
    ) {
        Coverage::Yes => TrailStatus::Logs(destination::check(trail, &status, SystemTime::now())),
        Coverage::DependsOnCall => TrailStatus::DependsOnCall,
        Coverage::No => {
            TrailStatus::Misses("does not log the management write events of Organizations")
        }
    }
}

/// Logging is switched on in the trail's home Region only.
fn start_command(trail: &Trail, arn: &str) -> Option<String> {
    let (arn, region) = (shell_word(arn)?, shell_word(trail.home_region()?)?);
    Some(format!(
        "aws cloudtrail start-logging --name {arn} --region {region}"
    ))
}

/// One trail that logs the events is enough, whatever the others do.
fn summarize(trails: Vec<(String, TrailStatus)>, region: &str) -> Finding {
    let finding = Finding::new(Check::EventDelivery).fact("region", region);
    let mut logging = Vec::new();
    let mut destinations = Finding::new(Check::EventDelivery);
    let mut unclear = finding.clone();
    let mut reasons = Vec::new();
    let mut start = None;
    for (name, status) in trails {
        match status {
            TrailStatus::Logs(destination) => {
                destinations = destinations.merge(destination);
                logging.push(name);
            }
            TrailStatus::Misses(reason) => reasons.push(format!("trail {name} {reason}")),
            TrailStatus::Stopped(command) => {
                reasons.push(format!("trail {name} is not logging"));
                start = start.or(command);
            }
            TrailStatus::DependsOnCall => unclear = unclear.merge(depends_on_call(&name)),
            TrailStatus::Unknown(error) => {
                let error = error.context(&format!("Trail {name} could not be checked"));
                unclear = unclear.merge(Finding::call_failed(Check::EventDelivery, error));
            }
        }
    }
    if !logging.is_empty() {
        let names = logging.join(", ");
        let summary = format!("management write events for {region} are logged by trail {names}");
        let finding = finding.summary(summary).fact("trails", names);
        finding.merge(destinations)
    } else if unclear.not_checked.is_empty() {
        finding.merge(no_delivery(&reasons, start, region))
    } else {
        unclear
    }
}

fn depends_on_call(name: &str) -> Finding {
    Finding::new(Check::EventDelivery).not_checked(
        format!(
            "Trail {name} may miss events: its advanced event selectors have a condition on more than the name of the \
             call, such as the caller."
        ),
        "Check these selectors. They must include the management write events of Organizations from every caller.",
    )
}

fn no_delivery(reasons: &[String], start: Option<String>, region: &str) -> Finding {
    let reason = if reasons.is_empty() {
        "this account has no trail".to_owned()
    } else {
        reasons.join("; ")
    };
    Finding::new(Check::EventDelivery).problem(
        format!(
            "No event of AWS Organizations reaches EventBridge: {reason}. The function runs on its schedule only."
        ),
        Action::new(
            format!(
                "Create or change a multi-Region trail of the management account so that it logs management events (read \
                 and write, or write only), also in {region}."
            ),
            start,
        ),
    )
}
