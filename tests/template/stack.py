"""Reads the templates, translates template.yaml with SAM's translator, and deploys both to moto."""

import ast
import contextlib
import copy
import functools
import io
import json
import logging
import os
import warnings
import zipfile
from pathlib import Path

# Before boto3 is imported, so that the user's AWS configuration cannot affect a test.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example-secret",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

import yaml

# moto and SAM's translator read the template several times per stack. PyYAML's parser in C takes a tenth of the time.
yaml.Loader = yaml.loader.Loader = yaml.CLoader
yaml.SafeLoader = yaml.CSafeLoader

import boto3
from moto import mock_aws
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

import cloudformation  # noqa: F401  (registers the resource models)

# The translator warns about an import of its own.
warnings.simplefilter("ignore", DeprecationWarning)
logging.getLogger("samtranslator").setLevel(logging.ERROR)

create_client = boto3.client


@functools.cache
def kept_client(endpoint, service, **options):
    return create_client(service, **options)


# A new client reads the definition of its service, which takes longer than most of the calls of these tests.
boto3.client = lambda service, **options: kept_client(os.environ.get("AWS_ENDPOINT_URL"), service, **options)

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
STACK_NAME = "controltower-trusted-access"
DEFAULT_BUS = "default"
REPORT_BUS = f"{STACK_NAME}-reports"


def load_template(file="template.yaml"):
    return yaml_parse((ROOT / file).read_text())


def translate(parameters=None, region="us-east-1", file="template.yaml"):
    """Returns a SAM template as CloudFormation receives it, with `parameters` as its defaults."""
    source = load_template(file)
    for name, value in (parameters or {}).items():
        source["Parameters"][name]["Default"] = value
    source["Resources"]["Function"]["Properties"]["CodeUri"] = "s3://code/function.zip"
    return transform(source, parameters, region)


def transform(source, parameters=None, region="us-east-1"):
    """Returns a SAM template after CloudFormation's transform."""
    session = boto3.Session(region_name=region)
    return Translator({}, Parser(), boto_session=session).translate(source, dict(parameters or {}))


@contextlib.contextmanager
def deployed(parameters=None, file="template.yaml", region="us-east-1"):
    """Yields a stack in a new moto in this process."""
    template = translate(parameters, region) if file == "template.yaml" else load_template(file)
    with mock_aws():
        upload_code()
        yield create_stack(template, parameters, region)


def create_stack(template, parameters=None, region="us-east-1"):
    """Creates a stack in the moto that is already running."""
    client = boto3.client("cloudformation", region_name=region)
    client.create_stack(
        StackName=STACK_NAME, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": str(value)} for key, value in (parameters or {}).items()],
    )
    return Stack(client, template, region)


def upload_code():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        # The time is the same in each archive, so that two stacks have the same checksum of the code.
        file.writestr(zipfile.ZipInfo("bootstrap"), "")
    storage = boto3.client("s3", region_name="us-east-1")
    storage.create_bucket(Bucket="code")
    storage.put_object(Bucket="code", Key="function.zip", Body=archive.getvalue())


class Stack:
    """A deployed stack; `ids` maps each logical ID to the physical ID."""

    def __init__(self, client, template, region):
        self.template = template
        self.region = region
        self.stack_id = client.describe_stacks(StackName=STACK_NAME)["Stacks"][0]["StackId"]
        self.outputs = {
            output["OutputKey"]: output["OutputValue"]
            for output in client.describe_stacks(StackName=STACK_NAME)["Stacks"][0].get("Outputs", [])
        }
        summaries = client.list_stack_resources(StackName=STACK_NAME)["StackResourceSummaries"]
        self.ids = {summary["LogicalResourceId"]: summary["PhysicalResourceId"] for summary in summaries}

    def parameters(self):
        """Returns the values of the stack's parameters."""
        described = self.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]["Parameters"]
        return {one["ParameterKey"]: one["ParameterValue"] for one in described}

    def client(self, service):
        return boto3.client(service, region_name=self.region)

    def function_arn(self):
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{self.ids['Function']}"

    def queue_arn(self):
        name = self.ids["DeadLetterQueue"].rsplit("/", 1)[1]
        return f"arn:aws:sqs:{self.region}:{ACCOUNT}:{name}"

    def log_group(self):
        """Returns the name of the function's log group. Which of two resources it is depends on RetainLog."""
        return self.ids.get("FunctionLogGroup") or self.ids["DeletedLogGroup"]

    def function_configuration(self):
        return self.client("lambda").get_function(FunctionName=self.ids["Function"])["Configuration"]

    def alarms(self):
        """Returns the alarms by name, without the prefix of the stack's name."""
        alarms = self.client("cloudwatch").describe_alarms()["MetricAlarms"]
        return {alarm["AlarmName"].removeprefix(f"{STACK_NAME}-"): alarm for alarm in alarms}

    def dashboard(self):
        """Returns the properties of the dashboard's widgets."""
        dashboard = self.client("cloudwatch").get_dashboard(DashboardName=STACK_NAME)
        return [widget["properties"] for widget in json.loads(dashboard["DashboardBody"])["widgets"]]

    def rules(self):
        """Returns the logical IDs of the rules. A rule whose condition is false has no physical ID."""
        resources = self.template["Resources"].items()
        return [name for name, resource in resources if resource["Type"] == "AWS::Events::Rule" and name in self.ids]

    def bus(self, rule):
        """Returns the name of the bus that a rule is on."""
        on_default_bus = "EventBusName" not in self.template["Resources"][rule]["Properties"]
        return DEFAULT_BUS if on_default_bus else REPORT_BUS

    def rule(self, rule):
        return self.client("events").describe_rule(Name=self.ids[rule], EventBusName=self.bus(rule))

    def targets(self, rule):
        events = self.client("events")
        return events.list_targets_by_rule(Rule=self.ids[rule], EventBusName=self.bus(rule))["Targets"]

    def capture_targets(self):
        """Replaces every target with an SQS queue, because moto delivers neither to functions nor to topics."""
        queues = self.client("sqs")
        self.capture_queues = []
        for rule in self.rules():
            targets = self.targets(rule)
            for number, target in enumerate(targets):
                url = queues.create_queue(QueueName=f"capture-{rule}-{number}")["QueueUrl"]
                attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
                self.capture_queues.append((rule, url))
                target["Arn"] = attributes["QueueArn"]
            self.client("events").put_targets(Rule=self.ids[rule], EventBusName=self.bus(rule), Targets=targets)

    def put_events(self, *events, bus=DEFAULT_BUS):
        """Puts events on a bus, as AWS does."""
        entries = [
            {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"]),
             "EventBusName": bus}
            for event in events
        ]
        response = self.client("events").put_events(Entries=entries)
        assert response["FailedEntryCount"] == 0, response

    def captured(self):
        """Returns the messages since the last call, by rule and in the order of its targets.

        A rule without messages is left out.
        """
        queues = self.client("sqs")
        received = {}
        for rule, url in self.capture_queues:
            messages = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for message in messages:
                queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                received.setdefault(rule, []).append(json.loads(message["Body"]))
        return received

    def role(self, logical_id):
        """Returns a role and the statements of its inline policies, in order."""
        iam = self.client("iam")
        role = iam.get_role(RoleName=self.ids[logical_id])["Role"]
        policies = [
            policy_document(iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name))["Statement"]
            for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        ]
        # moto keeps an empty statement for AWS::NoValue, which CloudFormation removes.
        return role, [statement for statements in policies for statement in statements if statement]


def policy_document(policy):
    """Parses a policy document, which moto returns in Python's notation instead of JSON."""
    return ast.literal_eval(policy["PolicyDocument"])


def load_event(name):
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


JSON_NULL = object()


def with_fields(event, /, **values):
    """Returns a copy of `event` with values set at paths such as a__b__c. None removes a field; JSON_NULL sets null."""
    result = copy.deepcopy(event)
    for path, value in values.items():
        *parents, last = path.split("__")
        node = result
        for parent in parents:
            node = node[parent]
        if value is None:
            node.pop(last, None)
        else:
            node[last] = None if value is JSON_NULL else value
    return result
