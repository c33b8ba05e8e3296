"""Checks the `aws` commands in the documents and in the alarms against botocore's service models."""

import re
import unittest

import botocore.session
from botocore import xform_name

import stack
from test_alarms import ALL_OPTIONAL_PARAMETERS

GLOBAL_OPTIONS = {"region", "query", "output", "cli-binary-format", "profile", "cli-pager", "max-items"}
REGIONS = ("us-east-1", "eu-west-1")
# Commands of the AWS CLI that are not API operations.
CLI_COMMANDS = {
    ("cloudformation", "deploy"): {"stack-name", "template-file", "s3-bucket", "parameter-overrides", "capabilities"},
    ("s3", "cp"): set(),
    ("logs", "tail"): {"since", "follow", "format", "filter-pattern"},
}
# Options that the AWS CLI names differently from the API.
RENAMED_OPTIONS = {("sns", "subscribe"): {"notification-endpoint"}}


def documents():
    return [stack.ROOT / "README.md", *sorted((stack.ROOT / "docs").rglob("*.md"))]


def commands():
    for file in documents():
        for block in re.findall(r"```(?:console|sh)\n(.*?)```", file.read_text(), re.DOTALL):
            # Joins lines that end with a backslash. A command substitution contains a command of its own.
            for line in re.sub(r"\\\n\s*", " ", block).splitlines():
                yield from ((file.name, found) for found in re.findall(r"\baws (?:[a-z]+(?:-[a-z]+)* ){2}[^|]*", line))


def operation_options(operation):
    return {xform_name(member, "-") for member in operation.input_shape.members} if operation.input_shape else set()


class Commands(unittest.TestCase):
    def assert_accepted(self, command):
        """Asserts that the operation of the command exists and has its options."""
        session = botocore.session.get_session()
        _, service, operation, argument, *_ = command.split()
        # `--no-option` switches a boolean option off.
        options = {option.removeprefix("no-") for option in re.findall(r" --([a-z0-9-]+)", command)} - GLOBAL_OPTIONS
        if (service, operation) in CLI_COMMANDS:
            self.assertLessEqual(options, CLI_COMMANDS[service, operation])
            return
        if operation == "wait":
            waiters = session.get_waiter_model(service)
            names = {xform_name(name, "-"): name for name in waiters.waiter_names}
            self.assertIn(argument, names)
            operation = xform_name(waiters.get_waiter(names[argument]).operation, "-")
        model = session.get_service_model(service)
        names = {xform_name(name, "-"): name for name in model.operation_names}
        self.assertIn(operation, names)
        options -= RENAMED_OPTIONS.get((service, operation), set())
        self.assertLessEqual(options, operation_options(model.operation_model(names[operation])))

    def test_every_documented_aws_command_exists_and_accepts_its_options(self):
        checked = 0
        for file, command in commands():
            with self.subTest(file=file, command=command):
                checked += 1
                self.assert_accepted(command)
        self.assertGreaterEqual(checked, 20)

    def test_every_first_command_of_an_alarm_can_be_pasted_into_bash_and_zsh(self):
        for alarms in (alarms_of("template.yaml", ALL_OPTIONAL_PARAMETERS), alarms_of("forwarder.yaml")):
            for name, alarm in alarms.items():
                with self.subTest(name):
                    command, = re.findall(r"^First command: (.+)$", alarm["AlarmDescription"], re.MULTILINE)
                    self.assertRegex(command, f"^aws [a-z-]+ [a-z-]+ --region ({'|'.join(REGIONS)}) ?")
                    self.assert_accepted(command)
                    # Outside of quotes, no character that a shell interprets. zsh rejects a bracket that matches no file.
                    self.assertRegex(re.sub("'[^']*'", "", command), "^[A-Za-z0-9_:/.,= -]+$")

    def test_a_wrong_command_is_not_accepted(self):
        for command in (
            "aws lambda envoke --region us-east-1", "aws lambda invoke --function us-east-1",
            "aws cloudformation wait stack-updates --stack-name x", "aws logs tail group --until 1h",
        ):
            with self.subTest(command), self.assertRaises(AssertionError):
                self.assert_accepted(command)


def alarms_of(file, parameters=None):
    region = "us-east-1" if file == "template.yaml" else "eu-west-1"
    with stack.deployed(parameters, file=file, region=region) as deployment:
        return deployment.alarms()


if __name__ == "__main__":
    unittest.main()
