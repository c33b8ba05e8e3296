//! Changes of the topics and their subscriptions.

use super::{CONFIRMED, PENDING, SUBSCRIPTIONS, assert_only_problem, only};
use crate::checks::deployment::DEPLOYMENT;
use crate::cli::{check, run_json};
use crate::fake_aws::deployment::{ADDRESS, stack_with, subscriptions, topic};
use crate::fake_aws::{FakeReply, Scenario};

#[test]
fn an_unconfirmed_subscription_of_either_topic_is_a_problem() {
    for topic in ["-Topic-", "-ChatTopic-"] {
        let list = [(ADDRESS, CONFIRMED), ("new@example.com", PENDING)];
        let reply = only(topic, FakeReply::Body(subscriptions(&list)));
        let message = format!("{topic}1A2B3C4D has 1 unconfirmed subscription");
        assert_only_problem(SUBSCRIPTIONS, reply, &message);
    }
}

#[test]
fn a_topic_without_the_stacks_address_is_a_problem_that_does_not_show_it() {
    for list in [
        &[][..],
        &[("intruder@example.com", CONFIRMED)],
        &[(ADDRESS, "Deleted")],
    ] {
        let reply = only("-Topic-", FakeReply::Body(subscriptions(list)));
        let message = "NotificationEmail has no subscription to the topic";
        assert_only_problem(SUBSCRIPTIONS, reply.clone(), message);
        let aws = Scenario::healthy().with(SUBSCRIPTIONS, reply).start();
        let (document, _) = run_json(&aws.url, &DEPLOYMENT);
        assert!(
            !document.to_string().contains("example.com"),
            "{document:#}"
        );
    }
}

#[test]
fn a_subscription_of_one_topic_is_enough_and_none_at_all_is_a_problem() {
    let no_address = stack_with("UPDATE_COMPLETE", &[("NotificationEmail", "")]);
    let chat = ("https://example.com", CONFIRMED);
    for (mail, chat, expected) in [(&[][..], &[chat][..], 0), (&[], &[], 1)] {
        let pages = [mail, chat].map(subscriptions).to_vec();
        let aws = Scenario::healthy()
            .with(
                "cloudformation:DescribeStacks",
                FakeReply::Body(no_address.clone()),
            )
            .with(SUBSCRIPTIONS, FakeReply::Pages(pages))
            .start();
        let (document, code) = run_json(&aws.url, &DEPLOYMENT);
        let problems = check(&document, "deployment")["problems"].to_string();
        assert_eq!(code, expected, "{problems}");
        let is_reported = problems.contains("Nobody receives the messages");
        assert_eq!(is_reported, code == 1, "{problems}");
    }
}

#[test]
fn a_deleted_topic_is_a_problem() {
    let deleted = FakeReply::Error(404, "NotFound", "Topic does not exist");
    let message = format!("topic {} is missing", topic("ChatTopic"));
    assert_only_problem(SUBSCRIPTIONS, only("-ChatTopic-", deleted), &message);
}
