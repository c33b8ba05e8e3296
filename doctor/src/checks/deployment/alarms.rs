//! The stack's alarms: whether they are there, can be heard, and ring.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::Part;
use super::stack::Stack;
use crate::refusal::Refusal;

/// They are asked for by the names that the stack has: by a prefix, alarms of other stacks would be among
/// them, and those that were deleted would be none that ring.
pub(super) async fn look(cloudwatch: Client, stack: &Stack, place: (&str, &str)) -> Part {
    if stack.alarms.is_empty() {
        return without(stack);
    }
    let request = cloudwatch.describe_alarms();
    let mut pages = request
        .set_alarm_names(Some(stack.alarms.clone()))
        .into_paginator()
        .send();
    let mut found = BTreeMap::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => found.extend(page.metric_alarms.into_iter().flatten().filter_map(named)),
            Err(error) => return Part::refused(Refusal::of("cloudwatch:DescribeAlarms", &error)),
        }
    }
    part(place, &stack.alarms, &found)
}

/// Where there is no function either, it is another stack, and that is told.
fn without(stack: &Stack) -> Part {
    let mut part = Part::default();
    if stack.function.is_some() {
        part.problem(
            "The stack has no alarm: nobody hears of failures, drift or silence.",
            "Deploy template.yaml, which has them.",
        );
    }
    part
}

fn named(alarm: MetricAlarm) -> Option<(String, MetricAlarm)> {
    Some((sanitize_line(alarm.alarm_name()?), alarm))
}

/// Of the alarms with these names, in the stack of a name and Region.
fn part(
    (stack, region): (&str, &str),
    names: &[String],
    found: &BTreeMap<String, MetricAlarm>,
) -> Part {
    let prefix = format!("{stack}-");
    let mut part = Part::default();
    let mut ringing = 0;
    for name in names {
        let Some(alarm) = found.get(name) else {
            part.gone(&format!("alarm {name}"));
            continue;
        };
        if alarm.actions_enabled() == Some(false) {
            part.problem(
                format!("The alarm {name} tells nobody: its actions are disabled."),
                format!(
                    "Run: aws cloudwatch enable-alarm-actions --alarm-names {name} --region {region}"
                ),
            );
        }
        if alarm.state_value() == Some(&StateValue::Alarm) {
            ringing += 1;
            let kind = name.strip_prefix(&prefix).unwrap_or(name);
            part.problem(
                format!("The alarm {name} rings."),
                format!("Follow the section Alarm: {kind} of docs/runbook.md."),
            );
        }
    }
    part.fact("alarms", names.len().to_string());
    part.fact("alarmsRinging", ringing.to_string());
    if ringing == 0 {
        part.say("no alarm rings");
    }
    part
}
