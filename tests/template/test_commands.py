"""The `aws` commands that README and runbook tell people to type, held against AWS's own service models."""

import re
import unittest

import botocore.session
from botocore import xform_name

import stack

# Of the CLI itself, for every operation; and one operation that it has beside the models.
GLOBAL = {"region", "query", "output", "cli-binary-format"}
OF_DEPLOY = {"stack-name", "template-file", "parameter-overrides", "capabilities"}


def commands():
    for file in ("README.md", "docs/runbook.md"):
        text = (stack.ROOT / file).read_text()
        for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
            # A command line goes on after a backslash; a substitution holds a command of its own.
            for line in re.sub(r"\\\n\s*", " ", block).splitlines():
                yield from ((file, one) for one in re.findall(r"\baws (?:[a-z]+(?:-[a-z]+)* ){2}[^|]*", line))


def options(operation):
    return {xform_name(member, "-") for member in operation.input_shape.members} if operation.input_shape else set()


class Commands(unittest.TestCase):
    def test_every_command_of_the_documents_exists_and_takes_its_options(self):
        session = botocore.session.get_session()
        seen = 0
        for file, command in commands():
            with self.subTest(file=file, command=command):
                seen += 1
                _, service, operation, first, *_ = command.split()
                given = set(re.findall(r" --([a-z-]+)", command)) - GLOBAL
                if (service, operation) == ("cloudformation", "deploy"):
                    self.assertLessEqual(given, OF_DEPLOY)
                    continue
                if operation == "wait":
                    waiter, operation = first, "describe-stacks"
                    waiters = session.get_waiter_model(service).waiter_names
                    self.assertIn(waiter, {xform_name(name, "-") for name in waiters})
                model = session.get_service_model(service)
                names = {xform_name(name, "-"): name for name in model.operation_names}
                self.assertIn(operation, names)
                self.assertLessEqual(given, options(model.operation_model(names[operation])))
        self.assertGreaterEqual(seen, 20)


if __name__ == "__main__":
    unittest.main()
