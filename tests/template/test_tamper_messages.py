"""Tests the messages about tampering: what they say, and that no text of a caller breaks them."""

import json
import re
import unittest

import stack
import tamper_records
from tamper_records import record
from test_tampering import RULES

# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html
MAX_TEMPLATE = 8192
# Fields that a caller can fill with any text.
HOSTILE = 'a"b\\c\n{"x": 1}</b>\u202e<call>$.account`'
NAME = "Az09_+=,.@-"
IDENTITIES = {
    "role": {
        "type": "AssumedRole", "principalId": f"AROAEXAMPLE:{NAME}", "accountId": stack.ACCOUNT,
        "sessionContext": {"sessionIssuer": {"userName": NAME, "arn": HOSTILE}, "sourceIdentity": HOSTILE},
    },
    "user": {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "accountId": stack.ACCOUNT, "userName": NAME},
    "root": {"type": "Root", "principalId": stack.ACCOUNT, "accountId": stack.ACCOUNT},
    "federated user": {"type": "FederatedUser", "principalId": f"{stack.ACCOUNT}:{NAME}", "accountId": stack.ACCOUNT},
    "another account": {"type": "AWSAccount", "principalId": f"AROAEXAMPLE:{NAME}", "accountId": "111122223333"},
    "service": {"type": "AWSService", "invokedBy": "scheduler.amazonaws.com"},
    "nothing": {},
}


def hostile_records():
    for name, identity in IDENTITIES.items():
        for error in ({}, {"errorCode": "AccessDenied", "errorMessage": HOSTILE}):
            yield f"{name}, {error.get('errorCode')}", record(
                "lambda", "DeleteFunction20150331", {"functionName": HOSTILE}, userAgent=HOSTILE,
                userIdentity=identity | {"arn": HOSTILE, "accessKeyId": HOSTILE}, responseElements={"any": HOSTILE}, **error,
            )


def render(transformer, event):
    """Renders an InputTransformer as AWS documents it: without escaping, and nothing for a path that the event lacks.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    def value(path):
        node = event
        for key in path.removeprefix("$.").split("."):
            node = node.get(key, "") if isinstance(node, dict) else ""
        return node

    values = {name: value(path) for name, path in transformer["InputPathsMap"].items()}
    return json.loads(re.sub(r"<(\w+)>", lambda match: values[match[1]], transformer["InputTemplate"]))


class Messages(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.deployment = self.enterContext(stack.deployed({"RunbookUrl": "https://example.com/runbook.md"}))
        self.transformers = {
            (rule, target["Id"]): target["InputTransformer"] for rule in RULES for target in self.deployment.targets(rule)
        }

    def test_messages_stay_whole_whatever_the_caller_sends(self):
        for key, transformer in self.transformers.items():
            for name, event in hostile_records():
                with self.subTest(rule=key, record=name):
                    message = render(transformer, event)
                    text = message if key[1] == "Mail" else json.dumps(message)
                    self.assertIsInstance(message, str if key[1] == "Mail" else dict)
                    self.assertEqual(text.splitlines(), [text])
                    for part in (HOSTILE, "\u202e", "{\"x\"", "</b>", "<"):
                        self.assertNotIn(part, text)

    def test_a_field_that_a_caller_fills_would_break_a_message(self):
        # Shows that the test above can fail.
        transformer = self.transformers["NotifyFunctionTampered", "Mail"]
        for path in ("$.detail.userAgent", "$.detail.userIdentity.arn", "$.detail.errorMessage"):
            changed = {**transformer, "InputPathsMap": {**transformer["InputPathsMap"], "call": path}}
            with self.assertRaises(json.JSONDecodeError):
                render(changed, dict(hostile_records())["role, AccessDenied"])

    def test_messages_use_only_fields_whose_characters_aws_restricts(self):
        for transformer in self.transformers.values():
            paths = transformer["InputPathsMap"]
            self.assertEqual(set(paths.values()), {
                "$.account", "$.region", "$.detail.eventName", "$.detail.eventTime", "$.detail.eventID", "$.detail.errorCode",
                "$.detail.sourceIPAddress", "$.detail.userIdentity.type", "$.detail.userIdentity.userName",
                "$.detail.userIdentity.principalId", "$.detail.userIdentity.accountId",
                "$.detail.userIdentity.sessionContext.sessionIssuer.userName",
            })
            self.assertEqual(set(re.findall(r"<(\w+)>", transformer["InputTemplate"])), set(paths))
            self.assertLessEqual(len(transformer["InputTemplate"]), MAX_TEMPLATE)

    def test_a_mail_names_the_call_the_caller_the_stack_and_the_next_step(self):
        event = record("lambda", "UpdateFunctionCode20150331v2", {"functionName": "any"})
        caller = (
            "AssumedRole AWSReservedSSO_Admin_0123456789abcdef (principal AROAEXAMPLEEXAMPLE123:dana@example.com, account "
            f"{stack.ACCOUNT}) from 198.51.100.24 at 2026-11-23T10:01:19Z"
        )
        lookup = (
            "aws cloudtrail lookup-events --region us-east-1 --lookup-attributes "
            "AttributeKey=EventId,AttributeValue=3f1c2d4e-0000-4000-8000-000000000003"
        )
        for rule in RULES:
            text = render(self.transformers[rule, "Mail"], event)
            sentence = (
                f"The stack {stack.STACK_NAME} was changed by {caller}: UpdateFunctionCode20150331v2."
                if rule == "NotifyStackChanged" else
                f"UpdateFunctionCode20150331v2 was called on a resource of the stack {stack.STACK_NAME}, and not by CloudFormation."
            )
            for part in (sentence, caller, f"account {stack.ACCOUNT}, Region us-east-1", "https://example.com/runbook.md#tampering"):
                self.assertIn(part, text)
            self.assertTrue(text.endswith(lookup), text)

    def test_a_chat_message_has_the_custom_schema_of_amazon_q_developer(self):
        event = record("lambda", "UpdateFunctionCode20150331v2", {"functionName": "any"}, errorCode="AccessDenied")
        for rule in RULES:
            message = render(self.transformers[rule, "Chat"], event)
            content = message.pop("content")
            # The thread of the reports.
            metadata = {"threadId": f"controltower-trusted-access-{stack.ACCOUNT}"}
            self.assertEqual(message, {"version": "1.0", "source": "custom", "metadata": metadata})
            self.assertEqual(set(content), {"textType", "title", "description", "nextSteps"})
            self.assertEqual(content["textType"], "client-markdown")
            self.assertIn(stack.STACK_NAME, content["title"])
            for part in ("`AssumedRole AWSReservedSSO_Admin_0123456789abcdef`", "`198.51.100.24`", "`AccessDenied`"):
                self.assertIn(part, content["description"])
            self.assertIn("https://example.com/runbook.md#tampering", content["nextSteps"][0])
            self.assertIn("aws cloudtrail lookup-events", content["nextSteps"][1])

    def test_moto_renders_and_delivers_the_same_messages(self):
        self.deployment.capture_targets()
        event = record("iam", "DeleteRole", {"roleName": self.deployment.ids["FunctionRole"]}, errorCode="AccessDenied")
        # A path that is missing remains a placeholder in moto.
        event["detail"]["userIdentity"] = tamper_records.USER_IDENTITY | {"userName": "any"}
        self.deployment.put_events(event)
        received = self.deployment.captured()["NotifyFunctionTampered"]
        expected = [render(self.transformers["NotifyFunctionTampered", target], event) for target in ("Mail", "Chat")]
        self.assertEqual(sorted(map(json.dumps, received)), sorted(map(json.dumps, expected)))

    def test_all_rules_but_that_of_the_stack_send_the_same_messages(self):
        for target in ("Mail", "Chat"):
            templates = {json.dumps(self.transformers[rule, target]) for rule in RULES if rule != "NotifyStackChanged"}
            self.assertEqual(len(templates), 1)


if __name__ == "__main__":
    unittest.main()
