"""Updates a stack in moto as CloudFormation does.

moto deletes and creates a topic or a rule for any change, and changes a role or a queue only in part. Here a resource is
replaced only if a property changes that its schema calls create-only; otherwise it is updated in place and keeps its
physical ID. Importing this module is enough.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

import copy
import json
import re

import cloudformation
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from cloudformation import client
from moto.cloudformation.parsing import ResourceMap, clean_json, resource_class_from_type


def create_only_properties(resource_type):
    """Returns the properties whose change replaces a resource. A conditional one can replace it, so it counts too."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    paths = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return {path.split("/")[2] for path in paths}


def is_replacement(old, new):
    """Returns whether CloudFormation replaces the resource. Both are resources with all values filled in."""
    before, after = old.get("Properties", {}), new.get("Properties", {})
    return any(before.get(name) != after.get(name) for name in create_only_properties(new["Type"]))


def update_topic(topic, properties, region):
    key = properties.get("KmsMasterKeyId") or ""
    client("sns", region).set_topic_attributes(TopicArn=topic.physical_resource_id, AttributeName="KmsMasterKeyId", AttributeValue=key)


def update_queue(queue, properties, region):
    attributes = {name: str(value) for name, value in properties.items() if value is not None}
    client("sqs", region).set_queue_attributes(QueueUrl=queue.physical_resource_id, Attributes=attributes)


def update_log_group(group, properties, region):
    client("logs", region).put_retention_policy(
        logGroupName=group.physical_resource_id, retentionInDays=int(properties["RetentionInDays"]),
    )


def update_role(role, properties, region):
    iam = client("iam", region)
    for name in iam.list_role_policies(RoleName=role.name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role.name, PolicyName=name)
    for policy in properties["Policies"]:
        # moto keeps policies of a stack as Python objects.
        role.put_policy(policy["PolicyName"], policy["PolicyDocument"])


def update_rule(rule, properties, region):
    events = client("events", region)
    place = {"EventBusName": properties["EventBusName"]} if "EventBusName" in properties else {}
    optional = {"Description": properties["Description"]} if "Description" in properties else {}
    events.put_rule(Name=rule.name, EventPattern=json.dumps(properties["EventPattern"]), **optional, **place)
    events.put_targets(Rule=rule.name, Targets=properties["Targets"], **place)


def update_dashboard(dashboard, properties, region):
    client("cloudwatch", region).put_dashboard(**properties)


def update_schedule(schedule, properties, region):
    client("scheduler", region).update_schedule(Name=schedule.physical_resource_id, **properties)


def update_event_invoke_config(config, properties, region):
    # moto appends a second configuration for the function, and then shows the first.
    client("lambda", region).delete_function_event_invoke_config(FunctionName=properties["FunctionName"])
    cloudformation.put_event_invoke_config(config.physical_resource_id, properties, region)


UPDATE_FUNCTIONS = {
    "AWS::SNS::Topic": update_topic, "AWS::SQS::Queue": update_queue, "AWS::Logs::LogGroup": update_log_group,
    "AWS::IAM::Role": update_role, "AWS::Events::Rule": update_rule, "AWS::CloudWatch::Dashboard": update_dashboard,
    "AWS::Scheduler::Schedule": update_schedule, "AWS::Lambda::EventInvokeConfig": update_event_invoke_config,
}


def update_in_place(resources, name, new):
    resource, resource_type, properties = resources[name], new["Type"], new["Properties"]
    if resource_type in UPDATE_FUNCTIONS:
        UPDATE_FUNCTIONS[resource_type](resource, properties, resources._region_name)
    elif resource_type in cloudformation.CREATE_FUNCTIONS:
        # These calls put: they create or overwrite.
        cloudformation.CREATE_FUNCTIONS[resource_type](resource.physical_resource_id, properties, resources._region_name)
    else:
        resource_class_from_type(resource_type).update_from_cloudformation_json(
            resource, resource.physical_resource_id, new, resources._account_id, resources._region_name,
        )


def delete(resources, resource, definition):
    if definition["Type"] == "AWS::CloudWatch::Alarm":
        client("cloudwatch", resources._region_name).delete_alarms(AlarmNames=[resource.physical_resource_id])
    elif definition["Type"] == "AWS::IAM::Role":
        iam = client("iam", resources._region_name)
        for name in iam.list_role_policies(RoleName=resource.name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=resource.name, PolicyName=name)
        iam.delete_role(RoleName=resource.name)
    else:
        resources._delete_resource(resource, definition)


def references(value):
    """Yields the names that a part of a template refers to."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key == "Ref" or key == "DependsOn":
                yield from [member] if isinstance(member, str) else member
            elif key == "Fn::GetAtt":
                yield member[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{(\w+)", member if isinstance(member, str) else member[0])
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def filled_in(resources, name):
    """Returns the resource with the values of all functions, or None if its condition is false."""
    resource = resources._resource_json_map[name]
    if "Condition" in resource and not resources.lazy_condition_map[resource["Condition"]]:
        return None
    return clean_json(copy.deepcopy(resource), resources)


def update(resources, template, parameters=None):
    """Replaces moto's own update: creates and updates in the order of the references, and deletes at the end."""
    old = {name: filled_in(resources, name) for name in resources._resource_json_map}
    existing = {name: resources._parsed_resources[name] for name in old if name in resources._parsed_resources}
    resources._template, resources._resource_json_map = template, template["Resources"]
    if parameters:
        resources.input_parameters = parameters
    resources.load_mapping()
    resources.load_parameters()
    resources.load_conditions()
    deleted, settled = [], set()

    def settle(name):
        if name in settled or name not in template["Resources"]:
            return
        settled.add(name)
        for reference in references(template["Resources"][name]):
            settle(reference)
        new = filled_in(resources, name)
        if new is None or name not in existing:
            # For a resource that is new, this creates it.
            return new and resources[name]
        if is_replacement(old[name], new):
            deleted.append((existing[name], old[name], new.get("UpdateReplacePolicy")))
            del resources._parsed_resources[name]
            resources[name]
        elif old[name]["Properties"] != new["Properties"]:
            update_in_place(resources, name, new)

    for name in template["Resources"]:
        settle(name)
    for name, resource in existing.items():
        if name not in template["Resources"] or filled_in(resources, name) is None:
            deleted.append((resource, old[name], old[name].get("DeletionPolicy")))
            del resources._parsed_resources[name]
    # A bus is deleted after its rules.
    for resource, definition, policy in sorted(deleted, key=lambda one: one[1]["Type"] == "AWS::Events::EventBus"):
        if policy not in ("Retain", "RetainExceptOnCreate"):
            delete(resources, resource, definition)


ResourceMap.update = update
