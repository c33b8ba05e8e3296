"""The templates of this repository: read, translated by SAM's own translator, deployed to moto."""

import ast
import contextlib
import copy
import io
import json
import logging
import os
import warnings
import zipfile
from pathlib import Path

# Before boto3 looks: nothing of the user's AWS set-up reaches a test.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example-secret",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

import boto3
from moto import mock_aws
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

import cloudformation  # noqa: F401  (registers the models)

# Of the translator, about a deprecated way to import it.
warnings.simplefilter("ignore", DeprecationWarning)
logging.getLogger("samtranslator").setLevel(logging.ERROR)

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
NAME = "keeper"


def template(file="template.yaml"):
    return yaml_parse((ROOT / file).read_text())


def translated(parameters=None, region="us-east-1"):
    """template.yaml as CloudFormation gets it, the given parameters as its defaults."""
    source = template()
    for name, value in (parameters or {}).items():
        source["Parameters"][name]["Default"] = value
    source["Resources"]["Function"]["Properties"]["CodeUri"] = "s3://code/function.zip"
    session = boto3.Session(region_name=region)
    return Translator({}, Parser(), boto_session=session).translate(source, dict(parameters or {}))


@contextlib.contextmanager
def deployed(parameters=None, file="template.yaml", region="us-east-1"):
    """A stack in a moto of its own, in this process: yields its resources by logical name."""
    body = translated(parameters, region) if file == "template.yaml" else template(file)
    with mock_aws():
        upload_code()
        yield create(body, parameters, region)


def create(body, parameters=None, region="us-east-1"):
    """A further stack in the same moto."""
    client = boto3.client("cloudformation", region_name=region)
    client.create_stack(
        StackName=NAME, TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": str(value)} for key, value in (parameters or {}).items()],
    )
    return Stack(client, body, region)


def upload_code():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("bootstrap", "")
    storage = boto3.client("s3", region_name="us-east-1")
    storage.create_bucket(Bucket="code")
    storage.put_object(Bucket="code", Key="function.zip", Body=archive.getvalue())


class Stack:
    def __init__(self, client, body, region):
        self.body = body
        self.region = region
        self.outputs = {
            output["OutputKey"]: output["OutputValue"]
            for output in client.describe_stacks(StackName=NAME)["Stacks"][0].get("Outputs", [])
        }
        summaries = client.list_stack_resources(StackName=NAME)["StackResourceSummaries"]
        self.ids = {summary["LogicalResourceId"]: summary["PhysicalResourceId"] for summary in summaries}

    def client(self, service):
        return boto3.client(service, region_name=self.region)

    def rules(self):
        """The logical names of the rules; those that a condition left out have no physical one."""
        resources = self.body["Resources"].items()
        return [name for name, resource in resources if resource["Type"] == "AWS::Events::Rule" and name in self.ids]

    def targets(self, rule):
        return self.client("events").list_targets_by_rule(Rule=self.ids[rule])["Targets"]

    def probe(self):
        """Puts a queue in the place of every rule's target, since moto delivers to queues and not to functions."""
        queues = self.client("sqs")
        self.probes = {rule: queues.create_queue(QueueName=f"probe-{rule}")["QueueUrl"] for rule in self.rules()}
        for rule, url in self.probes.items():
            attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
            targets = [target | {"Arn": attributes["QueueArn"]} for target in self.targets(rule)]
            self.client("events").put_targets(Rule=self.ids[rule], Targets=targets)

    def put(self, *events):
        """Puts events on the default bus, as AWS would."""
        entries = [
            {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
            for event in events
        ]
        answer = self.client("events").put_events(Entries=entries)
        assert answer["FailedEntryCount"] == 0, answer

    def delivered(self):
        """What has reached the rules' targets since the last call: rule to messages, where there are any."""
        queues = self.client("sqs")
        received = {}
        for rule, url in self.probes.items():
            messages = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for message in messages:
                queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                received.setdefault(rule, []).append(json.loads(message["Body"]))
        return received

    def role(self, logical_name):
        """A role's trust and its inline policies' statements, in order."""
        iam = self.client("iam")
        role = iam.get_role(RoleName=self.ids[logical_name])["Role"]
        policies = [
            policy_document(iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name))["Statement"]
            for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        ]
        # Moto leaves a hole where CloudFormation leaves AWS::NoValue out.
        return role, [statement for statements in policies for statement in statements if statement]


def policy_document(policy):
    """Moto hands back what CloudFormation gave it in Python's notation instead of JSON's."""
    return ast.literal_eval(policy["PolicyDocument"])


def event(name):
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


NULL = object()


def changed(original, /, **values):
    """A copy of an event with other values at paths of a__b__c; None takes the field away, NULL is JSON's null."""
    result = copy.deepcopy(original)
    for path, value in values.items():
        *parents, last = path.split("__")
        node = result
        for parent in parents:
            node = node[parent]
        if value is None:
            node.pop(last, None)
        else:
            node[last] = None if value is NULL else value
    return result
