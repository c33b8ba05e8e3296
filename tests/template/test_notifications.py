"""Tests the mail and the chat message of each rule, also with hostile values."""

import copy
import json
import re
import unicodedata
import unittest

import reports
import stack
from reports import CALL_TIME, CALLER, HOLD_UNTIL, REASON, RESTORED_AT, notifications
from test_patterns import ALL_RULES

URL = "https://github.com/controltower-trusted-access/controltower-trusted-access/blob/main/docs/runbook.md"
# moto gives an event its own time, in seconds.
TIME = r"[0-9T:.Z-]+"

SUBJECT = "Trusted access for AWS Control Tower"
STACK = "stack controltower-trusted-access in us-east-1"
CALLED = f"{CALLER} called DisableAWSServiceAccess from 198.51.100.24 at {CALL_TIME}."
IS_DISABLED = f"{SUBJECT} is disabled in management account 123456789012, and the desired state is enabled."
WAS_DISABLED = f"{SUBJECT} was disabled in management account 123456789012, and {STACK}"
NO_CALL = "The report of {time} has no complete record of a call."
LOOK_UP = "What to do: look up DisableAWSServiceAccess in CloudTrail, then follow"
MISSED = "list what AWS Control Tower missed: trusted-access-doctor outages"
MAILS = {
    "NotifyRepairWithOutage":
        f"{WAS_DISABLED} enabled it again. {CALLED} Trusted access was enabled at {RESTORED_AT}, 8 seconds later. What to do: "
        f"Ask {CALLER} why trusted access was disabled. Then follow {URL}#remediated because enabling trusted access does not "
        f"repair the landing zone's drift. In 15 minutes, {MISSED} --since {CALL_TIME} --until {RESTORED_AT}",
    "NotifyRepairWithCaller":
        f"{WAS_DISABLED} changed it to enabled. {CALLED} The report was written at {{time}}. What to do: ask the caller for the "
        f"reason, then follow {URL}#remediated for the steps that are left. In 15 minutes, {MISSED}",
    "NotifyRepairWithoutCaller":
        f"{WAS_DISABLED} changed it to enabled. The run was triggered by Schedule. {NO_CALL} {LOOK_UP} {URL}#remediated for the "
        f"steps that are left. In 15 minutes, {MISSED}",
    "NotifyDriftWithCaller":
        f"{IS_DISABLED} {CALLED} At {{time}} {STACK} reported it and changed nothing, because the run was an audit. What to do: "
        f"ask the caller for the reason, then follow {URL}#driftdetected to decide about the change.",
    "NotifyDriftWithoutCaller":
        f"{IS_DISABLED} S{STACK[1:]} changed nothing, because the run was an audit. The run was triggered by Schedule. {NO_CALL} "
        f"{LOOK_UP} {URL}#driftdetected to decide about the change.",
    "NotifyHeldWithCaller":
        f"{IS_DISABLED} {CALLED} At {{time}} {STACK} reported it and changed nothing, because HoldUntil is {HOLD_UNTIL}. What to "
        f"do: ask the caller if this belongs to the maintenance. If not, follow {URL}#held at once.",
    "NotifyBlockedWithCaller":
        f"{IS_DISABLED} {CALLED} At {{time}} {STACK} reported it and changed nothing, because of the landing zone. What to do: "
        f"follow {URL}#blocked to find out if that is right. Reason: {REASON}",
    "NotifyBlockedWithoutCaller":
        f"{IS_DISABLED} S{STACK[1:]} changed nothing, because of the landing zone. The run was triggered by ControlTowerEvent. "
        f"{NO_CALL} What to do: follow {URL}#blocked to find out if that is right. Reason: {REASON}",
    "NotifyInSyncAfterCall":
        f"{CALLER} called DisableAWSServiceAccess from 198.51.100.24 at {CALL_TIME} in management account 123456789012. At "
        f"{{time}} {STACK} read that trusted access for AWS Control Tower is enabled, as desired, and changed nothing: it was "
        "changed back before this run, the call does not show yet, or it was for another service, because the event may not name "
        f"the service. What to do: ask the caller for the reason, then follow {URL}#insync to check the state once more.",
}

CONTENT = {"textType", "title", "description", "nextSteps", "keywords"}
METADATA = {"threadId", "summary", "eventType", "relatedResources", "additionalContext"}
PLACE = {"account", "region", "stack"}
CONTEXT_OF_CALL = PLACE | {"caller", "sourceIp", "call", "callTime", "reportTime"}
CONTEXT = {rule: CONTEXT_OF_CALL if "WithCaller" in rule or "AfterCall" in rule else PLACE | {"trigger", "reportTime"} for rule in MAILS}
CONTEXT["NotifyRepairWithOutage"] = PLACE | {"caller", "sourceIp", "call", "disabledAt", "restoredAt", "outageSeconds"}

HOSTILE = "a\"b\\c/<outcome>/${x}\n\r\t\0\x1b[31m\u202e\u2066\u200b\ufeff\U000e0041', \"nextSteps\": [\"x\"], {}/`*_[y](https://example.com)"


def sanitized(text):
    """Returns a text as the function copies it into a report: without the characters that could break a message."""
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cf") or one in "\"\\<>" else one for one in text)


def with_hostile_texts(report, text):
    """Returns a report with `text` in each value that is copied from an event or from another service."""
    result = copy.deepcopy(report)
    trigger = result["trigger"]
    nodes = [(trigger, "id"), (trigger, "time"), (result, "reason"), (result.get("outage", {}), "disabledAt")]
    nodes += [(trigger.get("actor", {}), key) for key in ("name", "arn", "sourceIp")]
    for node, key in nodes:
        if key in node:
            node[key] += text
    result["nextSteps"] = [step + text for step in result.get("nextSteps", [])]
    return result


def leaves(value):
    """Yields the texts of a chat message."""
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from leaves(one)
    if not isinstance(value, (dict, list)):
        yield value


class Messages(unittest.TestCase):
    """The common checks: a mail is one line, and a chat message has exactly the keys of the schema."""

    maxDiff = None

    def setUp(self):
        self.deployment = self.enterContext(stack.deployed(ALL_RULES))
        self.deployment.capture_targets()

    def assert_messages(self, rule, captured):
        """Checks the messages that one report caused, and returns them."""
        self.assertEqual(list(captured), [rule])
        mail, chat = captured[rule]
        self.assertIsInstance(mail, str)
        for text in (mail, *leaves(chat)):
            self.assertIsInstance(text, str)
            # Neither a placeholder that EventBridge did not replace, nor a gap, nor a control character.
            self.assertNotRegex(text, r"[<>\"\\]|^$| (from|at|by)[ .]*$| (from|at|by) (at|The)\b")
            self.assertEqual([one for one in text.replace("\n", "") if unicodedata.category(one) in ("Cc", "Cf")], [])
        self.assertNotIn("\n", mail)
        self.assertEqual(set(chat), {"version", "source", "id", "content", "metadata"})
        self.assertEqual((chat["version"], chat["source"], chat["content"]["textType"]), ("1.0", "custom", "client-markdown"))
        self.assertEqual((set(chat["content"]), set(chat["metadata"])), (CONTENT, METADATA))
        self.assertEqual(set(chat["metadata"]["additionalContext"]), CONTEXT[rule])
        self.assertTrue(all(isinstance(chat["content"][key], list) for key in ("nextSteps", "keywords")))
        return mail, chat


class Wording(Messages):
    def test_every_mail_says_what_happened_who_called_and_which_section_of_the_runbook_to_follow(self):
        for rule, response in reports.reports_by_rule().items():
            with self.subTest(rule):
                mail, _ = self.assert_messages(rule, notifications(self.deployment, response))
                self.assertRegex(mail, "^" + re.escape(MAILS[rule]).replace(r"\{time\}", TIME) + "$")

    def test_every_chat_message_says_where_links_to_the_runbook_and_is_in_the_thread_of_the_account(self):
        for rule, response in reports.reports_by_rule().items():
            with self.subTest(rule):
                mail, chat = self.assert_messages(rule, notifications(self.deployment, response))
                section = f"{URL}#{response['outcome'].lower()}"
                self.assertIn(f"{section} ", mail)
                steps = chat["content"]["nextSteps"]
                self.assertTrue(any(step.endswith(section) for step in steps), steps)
                # After a repair, the last step names the command that lists what was missed.
                self.assertEqual("trusted-access-doctor outages" in steps[-1], response["outcome"] == "Remediated", steps)
                self.assertTrue(chat["content"]["description"].startswith(
                    "*Account* 123456789012, *Region* us-east-1, *stack* controltower-trusted-access\n",
                ))
                self.assertEqual(chat["content"]["keywords"], ["controltower-trusted-access", response["outcome"]])
                self.assertEqual(chat["metadata"]["threadId"], "controltower-trusted-access-123456789012")
                self.assertEqual(chat["metadata"]["eventType"], response["outcome"])
                self.assertEqual(chat["metadata"]["relatedResources"], [self.deployment.function_arn()])
                # Amazon Q Developer cuts longer texts.
                self.assertLessEqual(len(chat["content"]["title"]), 250)

    def test_a_repair_is_told_in_chat_with_caller_times_and_next_steps(self):
        captured = notifications(self.deployment, reports.reports_by_rule()["NotifyRepairWithOutage"])
        _, chat = self.assert_messages("NotifyRepairWithOutage", captured)
        self.assertEqual(chat["content"]["title"], f"{SUBJECT} was disabled and is enabled again")
        self.assertEqual(chat["content"]["description"].splitlines()[1:], [
            f"`{CALLER}` called DisableAWSServiceAccess from 198.51.100.24 at {CALL_TIME}.",
            f"It was enabled again at {RESTORED_AT}, 8 seconds later.",
        ])
        self.assertEqual(chat["content"]["nextSteps"], [
            f"Ask {CALLER} why trusted access was disabled.",
            f"Repair the landing zone's drift, which enabling trusted access does not repair: {URL}#remediated",
            f"In 15 minutes, {MISSED} --since {CALL_TIME} --until {RESTORED_AT}",
        ])
        self.assertEqual(chat["metadata"]["additionalContext"], {
            "account": "123456789012", "region": "us-east-1", "stack": "controltower-trusted-access", "caller": CALLER,
            "sourceIp": "198.51.100.24", "call": "DisableAWSServiceAccess", "disabledAt": CALL_TIME, "restoredAt": RESTORED_AT,
            "outageSeconds": "8",
        })

    def test_every_link_leads_to_a_section_of_the_runbook(self):
        headings = re.findall(r"^#+ (.+)$", (stack.ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        self.assertLessEqual({response["outcome"].lower() for response in reports.reports_by_rule().values()}, anchors)


class MessagesOfDisabling(Messages):
    def setUp(self):
        self.deployment = self.enterContext(stack.deployed({"DesiredState": "disabled", "AllowDisable": "true"}))
        self.deployment.capture_targets()

    def test_no_message_about_disabling_names_the_command_that_lists_missed_changes(self):
        for rule, trigger in (("NotifyRepairWithCaller", reports.call("EnableAWSServiceAccess")),
                              ("NotifyRepairWithoutCaller", reports.SCHEDULE)):
            response = reports.report("Remediated", trigger, desired="disabled", observed="enabled")
            mail, chat = self.assert_messages(rule, notifications(self.deployment, response))
            self.assertNotIn("trusted-access-doctor", mail)
            self.assertEqual(len(chat["content"]["nextSteps"]), 2)


class Templates(Messages):
    def transformers(self):
        for rule in MAILS:
            for target in self.deployment.targets(rule):
                yield rule, target["InputTransformer"]

    def test_every_transformer_uses_all_its_paths_and_is_within_the_limits_of_eventbridge(self):
        # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html
        for rule, transformer in self.transformers():
            with self.subTest(rule):
                placeholders = re.findall(r"<([A-Za-z]+)>", transformer["InputTemplate"])
                self.assertEqual(set(placeholders), set(transformer["InputPathsMap"]))
                self.assertLessEqual(len(transformer["InputPathsMap"]), 100)
                self.assertLessEqual(len(transformer["InputTemplate"]), 8192)

    def test_the_reference_lists_exactly_the_notifications(self):
        page = (stack.ROOT / "docs" / "reference" / "logs-and-metrics.md").read_text()
        rows = re.findall(r"^\| `(Notify\w+)` \| `(\w+)` \|", page, re.MULTILINE)
        self.assertEqual(sorted(rows), sorted((rule, one["outcome"]) for rule, one in reports.reports_by_rule().items()))

    def test_every_path_is_in_the_sanitized_report_and_exists_in_each_event_that_the_rule_matches(self):
        always = {"$.id", "$.time", *(f"$.detail.responsePayload.{name}" for name in ("observed", "desired", "trigger.kind"))}
        of_outcome = {
            "Remediated": {"outage.restoredAt", "nextSteps[0]"}, "Blocked": {"reason"}, "DriftDetected": set(), "Held": set(),
            "InSync": set(),
        }
        # Both are the time of the disabling call, or both are missing.
        implied = {"outage.disabledAt": "outage.seconds"}
        for rule, transformer in self.transformers():
            pattern = json.loads(self.deployment.rule(rule)["EventPattern"])["detail"]["responsePayload"]
            outcome, = pattern["outcome"]
            for path in set(transformer["InputPathsMap"].values()) - always:
                with self.subTest(rule, path=path):
                    name = path.removeprefix("$.detail.responsePayload.")
                    if name in of_outcome[outcome]:
                        continue
                    node = pattern
                    for key in implied.get(name, name).split("."):
                        node = node[key]
                    self.assertIn(node, ([{"exists": True}], ["DisableAWSServiceAccess"]))


class HostileValues(Messages):
    def test_sanitized_hostile_values_break_no_message(self):
        for rule, response in reports.reports_by_rule().items():
            with self.subTest(rule):
                hostile = with_hostile_texts(response, sanitized(HOSTILE))
                self.assertNotEqual(hostile, response)
                mail, chat = self.assert_messages(rule, notifications(self.deployment, hostile))
                if "WithoutCaller" not in rule:
                    self.assertIn(sanitized(HOSTILE), mail)
                    self.assertEqual(chat["metadata"]["additionalContext"]["caller"], CALLER + sanitized(HOSTILE))

    def test_each_character_that_the_function_removes_would_break_a_message(self):
        # InputTransformer inserts values as they are. The first value below would add a key to the chat message.
        response = reports.reports_by_rule()["NotifyRepairWithOutage"]
        for text in ('", "injected": "x', '"', "\\", "\n", "\x1b"):
            with self.subTest(text), self.assertRaises(json.JSONDecodeError):
                notifications(self.deployment, with_hostile_texts(response, text))


if __name__ == "__main__":
    unittest.main()
