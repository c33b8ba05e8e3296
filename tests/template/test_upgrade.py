"""Updates stacks of earlier templates to the current ones in moto, and back.

There is no release yet. The earlier templates are those of these commits, the ends of two days of work, and
CONTRIBUTING.md says how a release adds its own:

- 2026-11-25: c08c9a7d7061e20b8afc3d16535563e16d729e56
- 2026-11-28: b59f491591577aa80b3d416650288e3a8887b74d
"""

import contextlib
import json
import re
import unittest

import snapshot
import stack
import updates

EARLIER = ("2026-11-25", "2026-11-28")
# Deleting one of these loses messages, subscriptions or events of the log.
DATA = ("Topic", "EmailSubscription", "DeadLetterQueue", "FunctionLogGroup")
PARAMETERS = {"NotificationEmail": "ops@example.com", "Mode": "enforce"}
CODE = {"CodeS3Bucket": "code", "CodeS3Key": "function.zip"}


def earlier(version):
    return stack.translate(file=f"tests/template/released/{version}.yaml")


@contextlib.contextmanager
def deployed(template):
    """Yields a stack of the template, with a message in its dead-letter queue."""
    with stack.mock_aws():
        stack.upload_code()
        # All values, because moto keeps no default of the earlier template.
        defaults = {name: one["Default"] for name, one in template["Parameters"].items() if "Default" in one}
        deployment = stack.create_stack(template, defaults | PARAMETERS)
        deployment.client("sqs").send_message(QueueUrl=deployment.ids["DeadLetterQueue"], MessageBody="lost event")
        yield deployment


def update(deployment, template, **parameters):
    """Returns the stack after an update that keeps the values of the parameters, as `sam deploy` does."""
    kept = [name for name in deployment.parameters() if name in template["Parameters"]]
    deployment.client("cloudformation").update_stack(
        StackName=stack.STACK_NAME, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": name, "UsePreviousValue": True} for name in kept if name not in parameters]
        + [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    )
    return stack.Stack(deployment.client("cloudformation"), template, deployment.region)


def replaced(before, after):
    """Returns the resources that have a new physical ID."""
    return {name for name, physical in before.ids.items() if name in after.ids and after.ids[name] != physical}


def delete_other_log_groups(deployment):
    """Deletes the log group with the fixed name of 2026-11-25, which the changelog says to do before going back."""
    logs = deployment.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        if group["logGroupName"] != deployment.log_group():
            logs.delete_log_group(logGroupName=group["logGroupName"])


def listed_in_the_changelog():
    """Returns the resources that an upgrade replaces, by version."""
    text = (stack.ROOT / "CHANGELOG.md").read_text()
    section = re.search(r"(?ms)^### Replaced by an upgrade$(.*?)(?=^##|\Z)", text)[1]
    return {
        version: set(re.findall(r"`(\w+)`", names))
        for version, names in re.findall(r"(?ms)^- From (\S+): (.*?)(?=^- From|\Z)", section)
    }


class Upgrade(unittest.TestCase):
    maxDiff = None

    def assert_data_is_kept(self, before, after, version):
        kept = [name for name in DATA if name not in listed_in_the_changelog()[version]]
        self.assertEqual({name: after.ids[name] for name in kept}, {name: before.ids[name] for name in kept})
        subscription, = after.client("sns").list_subscriptions_by_topic(TopicArn=before.ids["Topic"])["Subscriptions"]
        self.assertEqual(subscription["Endpoint"], "ops@example.com")
        messages = after.client("sqs").receive_message(QueueUrl=before.ids["DeadLetterQueue"], VisibilityTimeout=0)["Messages"]
        self.assertEqual([message["Body"] for message in messages], ["lost event"])
        groups = {group["logGroupName"] for group in after.client("logs").describe_log_groups()["logGroups"]}
        self.assertIn(after.log_group(), groups)

    def test_an_upgrade_keeps_topics_subscriptions_queue_and_log_and_replaces_what_the_changelog_lists(self):
        self.assertEqual(sorted(listed_in_the_changelog()), sorted(EARLIER))
        for version in EARLIER:
            with self.subTest(version), deployed(earlier(version)) as before:
                after = update(before, stack.translate())
                self.assertEqual(replaced(before, after), listed_in_the_changelog()[version])
                self.assert_data_is_kept(before, after, version)
                self.assertEqual(after.parameters()["Mode"], "enforce")

    def test_going_back_keeps_the_same(self):
        for version in EARLIER:
            with self.subTest(version), deployed(earlier(version)) as before:
                after = update(before, stack.translate())
                delete_other_log_groups(after)
                back = update(after, before.template)
                self.assertEqual(replaced(after, back), listed_in_the_changelog()[version])
                self.assert_data_is_kept(before, back, version)

    def test_an_upgraded_stack_is_equal_to_a_new_one(self):
        with deployed(stack.translate()) as new:
            expected = snapshot.of(new)
        for version in EARLIER:
            with self.subTest(version), deployed(earlier(version)) as before:
                after = update(before, stack.translate())
                delete_other_log_groups(after)
                self.assertEqual(snapshot.of(after), expected)

    def test_a_stack_changes_from_sam_to_the_plain_template_and_back_without_replacement(self):
        sam, plain = stack.translate(), stack.load_template("plain.yaml")
        with deployed(sam) as before:
            expected = snapshot.of(before)
            for template, code in ((plain, CODE), (sam, {})):
                after = update(before, template, **code)
                self.assertEqual(after.ids, before.ids)
                self.assertEqual(snapshot.of(after), expected)

    def test_a_new_name_of_the_topic_or_another_bus_would_be_a_replacement(self):
        for name, properties in (("Topic", {"TopicName": "other"}), ("NotifyDriftWithCaller", {"EventBusName": "default"}),
                                 ("DeadLetterQueue", {"QueueName": "other"}), ("FunctionLogGroup", {"LogGroupName": "other"})):
            with self.subTest(name), deployed(stack.translate()) as before:
                changed = stack.translate()
                changed["Resources"][name]["Properties"] |= properties
                self.assertIn(name, replaced(before, update(before, changed)))

    def test_every_type_of_the_template_has_a_schema_with_create_only_properties_or_none(self):
        for resource_type in {one["Type"] for one in stack.translate()["Resources"].values()}:
            # Only policies of queues and topics have none.
            has_none = resource_type in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
            self.assertEqual(updates.create_only_properties(resource_type) == set(), has_none, resource_type)


if __name__ == "__main__":
    unittest.main()
