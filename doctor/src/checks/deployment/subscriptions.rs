//! The subscriptions of both topics: whether somebody receives the messages.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::Subscription;

use super::stack::Stack;
use super::{changed, merge_new, resource_call_failed};
use crate::aws_error::AwsError;
use crate::checks::count_of;
use crate::finding::{Check, Finding};

/// The ARN of a subscription that has not been confirmed:
/// <https://docs.aws.amazon.com/sns/latest/api/API_Subscription.html>
const PENDING: &str = "PendingConfirmation";

/// Checks the subscriptions of every topic of the stack.
///
/// The second topic may have none: the template subscribes nothing to it, and each message goes to both.
pub(super) async fn check(sns: Client, stack: &Stack) -> Finding {
    let id = |logical_id| stack.physical_id(logical_id);
    let (mail, chat) = tokio::join!(list(&sns, id("Topic")), list(&sns, id("ChatTopic")));
    let mut finding = Finding::new(Check::Deployment);
    let mut confirmed = 0;
    let mut is_complete = true;
    for (topic, result) in [(id("Topic"), &mail), (id("ChatTopic"), &chat)] {
        let topic = topic.unwrap_or_default();
        match result {
            Ok(subscriptions) => {
                confirmed += subscriptions.iter().filter(|one| is_confirmed(one)).count();
                finding = finding.merge(check_pending(topic, subscriptions));
            }
            Err(error) => {
                is_complete = false;
                let failed = resource_call_failed(&format!("topic {topic}"), error.clone());
                finding = merge_new(finding, failed);
            }
        }
    }
    if let Ok(subscriptions) = &mail {
        finding = finding.merge(check_address(subscriptions, stack));
    }
    if !is_complete {
        return finding;
    }
    let finding = finding
        .summary(count_of(confirmed, "confirmed subscription"))
        .fact("confirmedSubscriptions", confirmed.to_string());
    if confirmed == 0 && finding.problems.is_empty() {
        return finding.problem(
            "Nobody receives the messages: no topic of the stack has a subscription.",
            "Subscribe an address or a chat channel, see docs/deploy.md#confirm-the-mail-subscription.",
        );
    }
    finding
}

/// Lists the subscriptions of a topic. A topic that the stack does not have has none.
async fn list(sns: &Client, topic: Option<&str>) -> Result<Vec<Subscription>, AwsError> {
    let Some(topic) = topic else {
        return Ok(Vec::new());
    };
    let request = sns.list_subscriptions_by_topic().topic_arn(topic);
    let mut pages = request.into_paginator().send();
    let mut subscriptions = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| AwsError::new("sns:ListSubscriptionsByTopic", &error))?;
        subscriptions.extend(page.subscriptions.unwrap_or_default());
    }
    Ok(subscriptions)
}

fn is_confirmed(subscription: &Subscription) -> bool {
    let arn = subscription.subscription_arn();
    arn.is_some_and(|arn| arn.starts_with("arn:"))
}

fn is_pending(subscription: &Subscription) -> bool {
    subscription.subscription_arn() == Some(PENDING)
}

fn check_pending(topic: &str, subscriptions: &[Subscription]) -> Finding {
    let finding = Finding::new(Check::Deployment);
    match subscriptions.iter().filter(|one| is_pending(one)).count() {
        0 => finding,
        count => finding.problem(
            format!(
                "The topic {topic} has {}: no message arrives there.",
                count_of(count, "unconfirmed subscription")
            ),
            "Confirm it in the mail that AWS sent, see docs/deploy.md#confirm-the-mail-subscription. An endpoint that is no \
             address confirms it by itself: check that it is reachable.",
        ),
    }
}

/// Checks that the address of the stack is subscribed: somebody may have replaced it. SNS still lists a deleted subscription
/// for a while, with another text than an ARN. The address is not shown.
fn check_address(subscriptions: &[Subscription], stack: &Stack) -> Finding {
    let finding = Finding::new(Check::Deployment);
    let Some(address) = stack.set_parameter("NotificationEmail") else {
        return finding;
    };
    let is_address = |one: &Subscription| {
        let endpoint = one.endpoint();
        let is_endpoint = endpoint.is_some_and(|endpoint| endpoint.eq_ignore_ascii_case(address));
        is_endpoint && (is_confirmed(one) || is_pending(one))
    };
    if subscriptions.iter().any(is_address) {
        return finding;
    }
    changed(format!(
        "The stack's NotificationEmail has no subscription to the topic {}: it receives no message.",
        stack.physical_id("Topic").unwrap_or_default()
    ))
}
