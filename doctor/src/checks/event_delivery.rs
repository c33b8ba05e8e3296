//! Whether the events of AWS Organizations reach `EventBridge`, which takes a trail that logs them.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>

mod event_selectors;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::Trail;
use controltower_trusted_access::core::sanitize::sanitize_line;

use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};
use event_selectors::Coverage;

/// Whether one trail logs the events.
enum TrailStatus {
    Logs,
    /// It does not, for this reason.
    Misses(&'static str),
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
    match cloudtrail.get_trail_status().name(arn).send().await {
        Ok(status) if status.is_logging() == Some(true) => {}
        Ok(_) => return TrailStatus::Misses("is not logging"),
        Err(error) => {
            return TrailStatus::Unknown(AwsError::new("cloudtrail:GetTrailStatus", &error));
        }
    }
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
        Coverage::Yes => TrailStatus::Logs,
        Coverage::DependsOnCall => TrailStatus::DependsOnCall,
        Coverage::No => {
            TrailStatus::Misses("does not log the management write events of Organizations")
        }
    }
}

/// One trail that logs the events is enough, whatever the others do.
fn summarize(trails: Vec<(String, TrailStatus)>, region: &str) -> Finding {
    let finding = Finding::new(Check::EventDelivery).fact("region", region);
    let logging: Vec<&str> = trails
        .iter()
        .filter(|(_, status)| matches!(status, TrailStatus::Logs))
        .map(|(name, _)| name.as_str())
        .collect();
    if !logging.is_empty() {
        let names = logging.join(", ");
        return finding
            .summary(format!(
                "management write events for {region} are logged by trail {names}"
            ))
            .fact("trails", names);
    }
    let mut unclear = finding.clone();
    let mut reasons = Vec::new();
    for (name, status) in trails {
        match status {
            TrailStatus::Logs => {}
            TrailStatus::Misses(reason) => reasons.push(format!("trail {name} {reason}")),
            TrailStatus::DependsOnCall => unclear = unclear.merge(depends_on_call(&name)),
            TrailStatus::Unknown(error) => {
                let error = error.context(&format!("Trail {name} could not be checked"));
                unclear = unclear.merge(Finding::call_failed(Check::EventDelivery, error));
            }
        }
    }
    if unclear.not_checked.is_empty() {
        finding.merge(no_delivery(&reasons, region))
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

fn no_delivery(reasons: &[String], region: &str) -> Finding {
    let reason = if reasons.is_empty() {
        "this account has no trail".to_owned()
    } else {
        reasons.join("; ")
    };
    Finding::new(Check::EventDelivery).problem(
        format!(
            "No event of AWS Organizations reaches EventBridge: {reason}. The function runs on its schedule only."
        ),
        format!(
            "Create or change a multi-Region trail of the management account so that it logs management events (read and \
             write, or write only), also in {region}."
        ),
    )
}
