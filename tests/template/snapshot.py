"""Returns everything that a stack created in moto, in a form that is equal for two equal stacks."""

import datetime
import json
import re

# What differs between two deployments of the same template: times, and IDs that AWS makes up.
VOLATILE = {
    "ResponseMetadata", "RoleId", "RevisionId", "LastModified", "Location", "CreateDate", "CreationDate",
    "LastModificationDate", "creationTime", "CreatedTimestamp", "LastModifiedTimestamp", "AlarmConfigurationUpdatedTimestamp",
    "StateUpdatedTimestamp", "Sid",
}


def functions(client):
    for function in client.list_functions()["Functions"]:
        name = function["FunctionName"]
        yield client.get_function(FunctionName=name)
        yield json.loads(client.get_policy(FunctionName=name)["Policy"])
        yield client.get_function_event_invoke_config(FunctionName=name)


def schedules(client):
    for schedule in client.list_schedules()["Schedules"]:
        yield client.get_schedule(Name=schedule["Name"])


def rules(client):
    for bus in client.list_event_buses()["EventBuses"]:
        yield bus
        for rule in client.list_rules(EventBusName=bus["Name"])["Rules"]:
            yield rule
            yield client.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus["Name"])


def roles(client):
    for role in client.list_roles()["Roles"]:
        name = role["RoleName"]
        yield client.get_role(RoleName=name)["Role"]
        yield client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        for policy in client.list_role_policies(RoleName=name)["PolicyNames"]:
            yield client.get_role_policy(RoleName=name, PolicyName=policy)


def queues(client):
    for url in client.list_queues().get("QueueUrls", []):
        yield client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def topics(client):
    for topic in client.list_topics()["Topics"]:
        yield client.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    for subscription in client.list_subscriptions()["Subscriptions"]:
        yield client.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]


def log_groups(client):
    yield from client.describe_log_groups()["logGroups"]


def alarms_and_dashboards(client):
    yield from client.describe_alarms()["MetricAlarms"]
    for dashboard in client.list_dashboards()["DashboardEntries"]:
        yield client.get_dashboard(DashboardName=dashboard["DashboardName"])


READERS = {
    "cloudwatch": alarms_and_dashboards, "events": rules, "iam": roles, "lambda": functions, "logs": log_groups,
    "scheduler": schedules, "sns": topics, "sqs": queues,
}


def stable(value):
    """Returns the value without what differs between two deployments of the same template."""
    if isinstance(value, dict):
        return {
            key: stable(member) for key, member in value.items()
            if key not in VOLATILE and not isinstance(member, datetime.datetime)
        }
    return [stable(member) for member in value] if isinstance(value, list) else value


def made_up_ids(deployment):
    """Returns what stands in the account for a made-up ID, and its replacement, the longest first."""
    ids = {deployment.stack_id.rsplit("/", 1)[1]: "<stack>"}
    for logical, physical in deployment.ids.items():
        # A name that the template gives, such as an alarm's, is the same in every stack.
        if physical.startswith(("arn:", "https://")) or logical and logical in physical:
            ids[physical] = f"<{logical}>"
            # The name at the end of an ARN or a URL.
            ids[re.split("[:/]", physical)[-1]] = f"<{logical}>"
    return sorted(ids.items(), key=lambda one: -len(one[0]))


def of(deployment):
    """Returns the sorted JSON texts of everything in the account, by service, with logical for made-up IDs."""
    ids = made_up_ids(deployment)

    def text(value):
        result = json.dumps(stable(value), sort_keys=True)
        for physical, logical in ids:
            result = result.replace(physical, logical)
        return result

    return {service: sorted(map(text, read(deployment.client(service)))) for service, read in READERS.items()}
