//! Whether the events of Organizations reach `EventBridge`: they come through a trail or not at all.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>

mod coverage;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::Trail;
use controltower_trusted_access::core::sanitize::sanitize_line;
use coverage::Passes;

use crate::finding::{Check, Finding};
use crate::refusal::Refusal;

/// What is known of one trail.
enum Trailed {
    /// It brings the events.
    Brings,
    /// It does not, for this reason.
    Lacks(&'static str),
    /// It brings those of some callers, and nobody knows who will call.
    Depends,
    /// It could, and was not shown.
    NotShown(Refusal),
}

/// Asks CloudTrail, as it is seen from the Region in which the events must arrive. Elsewhere trails of
/// that one Region alone would not be seen.
pub async fn look(cloudtrail: Client, region: &str) -> Finding {
    let trails = match cloudtrail.describe_trails().send().await {
        Ok(answer) => answer.trail_list.unwrap_or_default(),
        Err(error) => {
            let refusal = Refusal::of("cloudtrail:DescribeTrails", &error);
            return Finding::unknown(Check::Events, format!("{}.", refusal.said), refusal.remedy);
        }
    };
    let mut looked_at = Vec::new();
    for trail in &trails {
        looked_at.push((name(trail), one_trail(&cloudtrail, trail, region).await));
    }
    conclude(&looked_at, region)
}

fn name(trail: &Trail) -> String {
    let arn = trail.trail_arn();
    sanitize_line(trail.name().or(arn).unwrap_or("a trail without a name"))
}

/// Asks only what the trail's own description leaves open.
async fn one_trail(cloudtrail: &Client, trail: &Trail, region: &str) -> Trailed {
    if let Some(lack) = coverage::of_place(trail, region) {
        return Trailed::Lacks(lack);
    }
    // By the ARN: a name alone means a trail of the Region that is asked.
    let arn = trail.trail_arn().or(trail.name()).unwrap_or_default();
    match cloudtrail.get_trail_status().name(arn).send().await {
        Ok(status) if status.is_logging() != Some(true) => return Trailed::Lacks("is not logging"),
        Ok(_) => {}
        Err(error) => {
            return Trailed::NotShown(Refusal::of("cloudtrail:GetTrailStatus", &error));
        }
    }
    match cloudtrail
        .get_event_selectors()
        .trail_name(arn)
        .send()
        .await
    {
        Ok(answer) => {
            let (basic, advanced) = (answer.event_selectors(), answer.advanced_event_selectors());
            match coverage::of_selectors(basic, advanced) {
                Passes::Yes => Trailed::Brings,
                Passes::Depends => Trailed::Depends,
                Passes::No => {
                    Trailed::Lacks("does not log the management write events of Organizations")
                }
            }
        }
        Err(error) => Trailed::NotShown(Refusal::of("cloudtrail:GetEventSelectors", &error)),
    }
}

fn conclude(trails: &[(String, Trailed)], region: &str) -> Finding {
    let bring: Vec<&str> = trails
        .iter()
        .filter(|(_, trail)| matches!(trail, Trailed::Brings))
        .map(|(name, _)| name.as_str())
        .collect();
    if !bring.is_empty() {
        let trails = bring.join(", ");
        return Finding::new(
            Check::Events,
            format!("by trail {trails}: it is logging, with management write events, for {region}"),
        )
        .fact("trails", trails)
        .fact("region", region);
    }
    let mut finding = Finding::new(Check::Events, "").fact("region", region);
    for (name, trail) in trails {
        finding = match trail {
            Trailed::NotShown(refusal) => finding.not_checked(
                format!("Trail {name} may bring the events. {}.", refusal.said),
                &refusal.remedy,
            ),
            Trailed::Depends => finding.not_checked(
                format!(
                    "Whether trail {name} brings the events depends on the call: its advanced event selectors ask for \
                     more than what is called, such as who calls."
                ),
                "Look at those selectors, and let the management write events of Organizations through whoever makes \
                 them.",
            ),
            Trailed::Brings | Trailed::Lacks(_) => finding,
        };
    }
    if !finding.not_checked.is_empty() {
        return finding;
    }
    let lacks: Vec<String> = trails
        .iter()
        .filter_map(|(name, trail)| match trail {
            Trailed::Lacks(lack) => Some(format!("{name} {lack}")),
            Trailed::Brings | Trailed::Depends | Trailed::NotShown(_) => None,
        })
        .collect();
    let why = if lacks.is_empty() {
        "there is no trail in this account".to_owned()
    } else {
        format!("of the trails here, {}", lacks.join("; "))
    };
    finding.problem(
        format!("No event of Organizations arrives: {why}. The function looks when its schedule comes, and not before."),
        format!("Let a multi-Region trail of the management account log management events, read and write or write alone, also in {region}."),
    )
}
