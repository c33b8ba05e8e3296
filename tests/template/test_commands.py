"""Checks the `aws` commands in the documents against botocore's service models."""

import re
import unittest

import botocore.session
from botocore import xform_name

import stack

GLOBAL_OPTIONS = {"region", "query", "output", "cli-binary-format", "profile", "no-cli-pager"}
# Commands of the AWS CLI that are not API operations, or whose options have other names than the API's members.
CLI_COMMANDS = {
    ("cloudformation", "deploy"): {"stack-name", "template-file", "parameter-overrides", "capabilities"},
    ("sns", "subscribe"): {"topic-arn", "protocol", "notification-endpoint"},
    ("logs", "tail"): {"since", "follow", "format", "filter-pattern"},
}


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


class DocumentedCommands(unittest.TestCase):
    def test_every_documented_aws_command_exists_and_accepts_its_options(self):
        session = botocore.session.get_session()
        checked = 0
        for file, command in commands():
            with self.subTest(file=file, command=command):
                checked += 1
                _, service, operation, argument, *_ = command.split()
                options = set(re.findall(r" --([a-z-]+)", command)) - GLOBAL_OPTIONS
                if (service, operation) in CLI_COMMANDS:
                    self.assertLessEqual(options, CLI_COMMANDS[service, operation])
                    continue
                if operation == "wait":
                    waiters = session.get_waiter_model(service)
                    names = {xform_name(name, "-"): name for name in waiters.waiter_names}
                    self.assertIn(argument, names)
                    operation = xform_name(waiters.get_waiter(names[argument]).operation, "-")
                model = session.get_service_model(service)
                names = {xform_name(name, "-"): name for name in model.operation_names}
                self.assertIn(operation, names)
                self.assertLessEqual(options, operation_options(model.operation_model(names[operation])))
        self.assertGreaterEqual(checked, 20)


if __name__ == "__main__":
    unittest.main()
