//! The stack's alarms that ring.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::StateValue;
use controltower_trusted_access::text::one_line;

use super::Part;
use crate::refusal::Refusal;

pub(super) async fn look(cloudwatch: Client, stack_name: &str) -> Part {
    let prefix = format!("{stack_name}-");
    let mut pages = cloudwatch
        .describe_alarms()
        .alarm_name_prefix(&prefix)
        .state_value(StateValue::Alarm)
        .into_paginator()
        .send();
    let mut ringing = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => ringing.extend(
                page.metric_alarms()
                    .iter()
                    .filter_map(|alarm| alarm.alarm_name().map(one_line)),
            ),
            Err(error) => return Part::refused(Refusal::of("cloudwatch:DescribeAlarms", &error)),
        }
    }
    part(&prefix, &ringing)
}

fn part(prefix: &str, ringing: &[String]) -> Part {
    let mut part = Part::default();
    part.fact("alarmsRinging", ringing.len().to_string());
    if ringing.is_empty() {
        part.say("no alarm rings");
    }
    for alarm in ringing {
        let kind = alarm.strip_prefix(prefix).unwrap_or(alarm);
        part.problem(
            format!("The alarm {alarm} rings."),
            format!("Follow the section Alarm: {kind} of docs/runbook.md."),
        );
    }
    part
}
