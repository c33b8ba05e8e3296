"""Includes plain.yaml in a CDK app with CfnInclude, and compares what `cdk synth` writes with the template.

    CDK=FOLDER python -m unittest discover -s tests/cdk

FOLDER has the files of this folder and their node_modules. `make cdk` makes it.
"""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
CDK = Path(os.environ["CDK"])
# CDK adds these for its own bootstrap stack, which must exist before `cdk deploy`.
ADDED = {"Parameters": {"BootstrapVersion"}, "Rules": {"CheckBootstrapVersion"}}


def synthesize(template):
    """Returns the template that `cdk synth` writes, without a network."""
    with tempfile.TemporaryDirectory() as folder:
        # Nothing listens on port 9, so a request to any host fails.
        environment = {
            "PATH": os.environ["PATH"], "HOME": folder, "TEMPLATE": str(template), "CDK_DISABLE_CLI_TELEMETRY": "true",
            "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "AWS_EC2_METADATA_DISABLED": "true",
        }
        command = [CDK / "node_modules" / ".bin" / "cdk", "synth", "--quiet", "--no-notices", "--output", f"{folder}/out"]
        process = subprocess.run(command, cwd=CDK, env=environment, capture_output=True, text=True)
        if process.returncode != 0:
            raise AssertionError(process.stdout + process.stderr)
        return json.loads(Path(folder, "out", "controltower-trusted-access.template.json").read_text())


def with_attribute_lists(value):
    """Returns the value with one form of Fn::GetAtt: CDK keeps the short one of YAML, and SAM's parser does not."""
    if isinstance(value, dict):
        if list(value) == ["Fn::GetAtt"] and isinstance(value["Fn::GetAtt"], str):
            return {"Fn::GetAtt": value["Fn::GetAtt"].split(".", 1)}
        return {key: with_attribute_lists(member) for key, member in value.items()}
    return [with_attribute_lists(member) for member in value] if isinstance(value, list) else value


class Cdk(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.plain = yaml_parse((ROOT / "plain.yaml").read_text())
        cls.synthesized = with_attribute_lists(synthesize(ROOT / "plain.yaml"))

    def test_the_synthesized_resources_are_those_of_the_template(self):
        self.assertEqual(sorted(self.synthesized["Resources"]), sorted(self.plain["Resources"]))
        for name, resource in self.plain["Resources"].items():
            self.assertEqual(self.synthesized["Resources"][name], with_attribute_lists(resource), name)

    def test_every_other_section_is_that_of_the_template(self):
        self.assertEqual(set(self.synthesized), set(self.plain))
        for section in set(self.plain) - {"Resources", "AWSTemplateFormatVersion"}:
            synthesized = self.synthesized[section]
            if section in ADDED:
                synthesized = {name: one for name, one in synthesized.items() if name not in ADDED[section]}
            self.assertEqual(synthesized, with_attribute_lists(self.plain[section]), section)

    def test_the_lock_file_names_no_registry(self):
        # npm writes the host that a package came from, unless .npmrc forbids it.
        self.assertNotIn('"resolved"', (Path(__file__).parent / "package-lock.json").read_text())


if __name__ == "__main__":
    unittest.main()
