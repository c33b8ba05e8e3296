"""Creates the resource types that moto's CloudFormation does not support, through moto's own services.

Importing this module is enough, because moto finds all subclasses of its model. The calls go through
boto3, so botocore also checks each property against AWS's service model.
"""

import json

import boto3
from moto.core.common_models import CloudFormationModel
from moto.events.models import EventBus, Rule
from moto.sqs.models import sqs_backends


def client(service, region):
    return boto3.client(service, region_name=region)


def put_alarm(name, properties, region):
    # CloudFormation converts "10" to 10; botocore does not.
    numbers = {key: int(properties[key]) for key in ("EvaluationPeriods", "Period") if key in properties}
    # moto keeps an empty entry for AWS::NoValue, which CloudFormation removes.
    queries = {"Metrics": [query for query in properties["Metrics"] if query]} if "Metrics" in properties else {}
    cloudwatch = client("cloudwatch", region)
    cloudwatch.put_metric_alarm(**properties | numbers | queries)
    alarm = cloudwatch.describe_alarms(AlarmNames=[properties["AlarmName"]])["MetricAlarms"][0]
    return alarm["AlarmName"], {"Arn": alarm["AlarmArn"]}


def set_queue_policy(name, properties, region):
    for url in properties["Queues"]:
        policy = json.dumps(properties["PolicyDocument"])
        client("sqs", region).set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return name, {}


def set_topic_policy(name, properties, region):
    for arn in properties["Topics"]:
        policy = json.dumps(properties["PolicyDocument"])
        client("sns", region).set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return name, {}


def set_bus_policy(name, properties, region):
    events = client("events", region)
    statement = {"Sid": properties["StatementId"], **properties["Statement"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    events.put_permission(EventBusName=properties["EventBusName"], Policy=json.dumps(policy))
    return name, {}


def send_to_queue(rule, queue, message, group=None):
    sqs_backends[rule.account_id][rule.region_name].send_message(queue_name=queue, message_body=json.dumps(message))


# In moto a bus has no physical ID, so that !Ref of a bus fails.
EventBus.physical_resource_id = property(lambda bus: bus.name)
# moto takes a text message with the word "time" in it for an event, and fails to convert its time.
Rule._send_to_sqs_queue = send_to_queue


def subscribe(name, properties, region):
    return client("sns", region).subscribe(**properties)["SubscriptionArn"], {}


def create_schedule(name, properties, region):
    client("scheduler", region).create_schedule(Name=name[:64], **properties)
    return name[:64], {}


def put_event_invoke_config(name, properties, region):
    # moto accepts only unqualified function names here, not $LATEST or versions.
    unqualified = {key: value for key, value in properties.items() if key != "Qualifier"}
    client("lambda", region).put_function_event_invoke_config(**unqualified)
    return name, {}


CREATE_FUNCTIONS = {
    "AWS::CloudWatch::Alarm": put_alarm,
    "AWS::SQS::QueuePolicy": set_queue_policy,
    "AWS::SNS::TopicPolicy": set_topic_policy,
    "AWS::Events::EventBusPolicy": set_bus_policy,
    "AWS::SNS::Subscription": subscribe,
    "AWS::Scheduler::Schedule": create_schedule,
    "AWS::Lambda::EventInvokeConfig": put_event_invoke_config,
}


def resource_model(resource_type, create):
    """Returns a moto model class for `resource_type` that calls `create`."""

    class Model(CloudFormationModel):
        # moto requires a service name as the second part of the module's name.
        __module__ = "tests.cloudformation"

        def __init__(self, physical_resource_id, attributes):
            self.physical_resource_id = physical_resource_id
            self.attributes = attributes

        @staticmethod
        def cloudformation_name_type():
            return ""

        @staticmethod
        def cloudformation_type():
            return resource_type

        @classmethod
        def has_cfn_attr(cls, attr):
            return True

        def get_cfn_attribute(self, attribute):
            return self.attributes[attribute]

        @classmethod
        def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
            return cls(*create(resource_name, cloudformation_json["Properties"], region_name))

    return Model


# The list keeps the classes alive: moto searches the existing subclasses.
MODELS = [resource_model(resource_type, create) for resource_type, create in CREATE_FUNCTIONS.items()]
