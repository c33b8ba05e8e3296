"""CloudTrail records of calls that change this stack, as EventBridge delivers them, and of similar calls.

The shapes are those of CloudTrail's documented records: parameter names with a lower-case first letter, resources in the
form that the caller used, and Lambda's event names with a version.
"""

import stack

USER_IDENTITY = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLEEXAMPLE123:dana@example.com",
    "arn": f"arn:aws:sts::{stack.ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/dana@example.com",
    "accountId": stack.ACCOUNT,
    "sessionContext": {
        "sessionIssuer": {"type": "Role", "userName": "AWSReservedSSO_Admin_0123456789abcdef"},
        "attributes": {"mfaAuthenticated": "true"},
    },
}
CLOUDFORMATION = "cloudformation.amazonaws.com"
# Where the service's name in CloudTrail is not the prefix of its event source in `SOURCES`.
SOURCES = {"cloudwatch": "monitoring"}


def record(service, name, parameters, **fields):
    """Returns the event of a successful call that writes; `fields` replace or add fields of its detail."""
    source = SOURCES.get(service, service)
    return {
        "version": "0",
        "id": "f1c2d4e5-0000-4000-8000-000000000001",
        "source": f"aws.{source}",
        "detail-type": "AWS API Call via CloudTrail",
        "account": stack.ACCOUNT,
        "time": "2026-11-23T10:01:19Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {
            "eventVersion": "1.11",
            "userIdentity": USER_IDENTITY,
            "eventTime": "2026-11-23T10:01:19Z",
            "eventSource": f"{source}.amazonaws.com",
            "eventName": name,
            "awsRegion": "us-east-1",
            "sourceIPAddress": "198.51.100.24",
            "userAgent": "aws-cli/2.31.0",
            "requestParameters": parameters,
            "responseElements": None,
            "requestID": "0b1c2d3e-0000-4000-8000-000000000002",
            "eventID": "3f1c2d4e-0000-4000-8000-000000000003",
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": stack.ACCOUNT,
            "eventCategory": "Management",
        } | fields,
    }


def calls(deployment):
    """Returns (service, event name, parameters, rule) of each call that changes a resource of the stack."""
    return [
        *function_calls(deployment), *role_calls(deployment), *topic_calls(deployment), *monitoring_calls(deployment),
        *rule_calls(deployment), *stack_calls(deployment),
    ]


def function_calls(deployment):
    function, arn = deployment.ids["Function"], deployment.function_arn()
    rule = "NotifyFunctionTampered"
    for name, more in {
        "UpdateFunctionCode20150331v2": {"s3Bucket": "bucket", "s3Key": "key", "dryRun": False, "publish": False},
        "UpdateFunctionConfiguration20150331v2": {"environment": {}, "layers": []},
        "DeleteFunction20150331": {},
        "AddPermission20150331v2": {"action": "lambda:InvokeFunction", "principal": "*", "statementId": "any"},
        "RemovePermission20150331v2": {"statementId": "any"},
        "PutFunctionConcurrency20171031": {"reservedConcurrentExecutions": 0},
        "DeleteFunctionConcurrency20171031": {},
        "PutFunctionEventInvokeConfig": {"maximumRetryAttempts": 0},
        "UpdateFunctionEventInvokeConfig": {"destinationConfig": {}},
        "DeleteFunctionEventInvokeConfig": {},
        "PublishVersion20150331": {},
        "CreateAlias20150331": {"name": "live", "functionVersion": "1"},
        "UpdateAlias20150331": {"name": "live", "functionVersion": "2"},
        "DeleteAlias20150331": {"name": "live"},
        "CreateFunctionUrlConfig": {"authType": "NONE"},
        "PutFunctionCodeSigningConfig": {"codeSigningConfigArn": "arn"},
        "PutRuntimeManagementConfig": {"updateRuntimeOn": "Manual"},
        "CreateEventSourceMapping20150331": {"eventSourceArn": "arn"},
        # A version that does not exist today.
        "UpdateFunctionCode20301231v9": {},
    }.items():
        yield "lambda", name, {"functionName": function} | more, rule
    # Each part before the name is optional in Lambda's API model.
    forms = [arn, arn.split(":", 3)[3], arn.split(":", 4)[4], f"{stack.ACCOUNT}:{function}", f"function:{function}", function]
    for form in forms + [f"{form}:{qualifier}" for form in forms for qualifier in ("live", "1", "$LATEST")]:
        yield "lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": form}, rule
    for form in (arn, f"{arn}:live"):
        yield "lambda", "PutResourcePolicy", {"resourceArn": form, "policy": "{}"}, rule

    schedule = {"name": deployment.ids["FunctionSchedule"]}
    yield "scheduler", "UpdateSchedule", schedule | {"state": "DISABLED", "groupName": "default"}, rule
    yield "scheduler", "UpdateSchedule", schedule | {"scheduleExpression": "rate(365 days)"}, rule
    yield "scheduler", "DeleteSchedule", schedule, rule

    queue = deployment.queue_arn().rsplit(":", 1)[1]
    path = f"{stack.ACCOUNT}/{queue}"
    for form in (f"https://sqs.us-east-1.amazonaws.com/{path}", f"https://queue.amazonaws.com/{path}", queue):
        url = {"queueUrl": form}
        yield "sqs", "DeleteQueue", url, rule
        yield "sqs", "PurgeQueue", url, rule
        yield "sqs", "SetQueueAttributes", url | {"attributes": {"Policy": ""}}, rule
        yield "sqs", "AddPermission", url | {"label": "any", "actions": ["*"], "AWSAccountIds": ["111122223333"]}, rule
        yield "sqs", "RemovePermission", url | {"label": "any"}, rule


def role_calls(deployment):
    names = [deployment.ids[role] for role in ("FunctionRole", "ScheduleRole", "NotificationRole")]
    for role in [*names, names[0].upper()]:
        name = {"roleName": role}
        for call, more in {
            "PutRolePolicy": {"policyName": "any", "policyDocument": "{}"},
            "DeleteRolePolicy": {"policyName": "trusted-access"},
            "AttachRolePolicy": {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            "DetachRolePolicy": {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
            "UpdateAssumeRolePolicy": {"policyDocument": "{}"},
            "PutRolePermissionsBoundary": {"permissionsBoundary": "arn"},
            "DeleteRolePermissionsBoundary": {},
            "UpdateRole": {"maxSessionDuration": 43200},
            "DeleteRole": {},
        }.items():
            yield "iam", call, name | more, "NotifyFunctionTampered"


def topic_calls(deployment):
    rule = "NotifyTopicsTampered"
    for topic in (deployment.ids["Topic"], deployment.ids["ChatTopic"]):
        arn, subscription = {"topicArn": topic}, {"subscriptionArn": f"{topic}:1c2d3e4f-0000-4000-8000-000000000004"}
        yield "sns", "Subscribe", arn | {"protocol": "email", "endpoint": "***", "returnSubscriptionArn": True}, rule
        yield "sns", "Unsubscribe", subscription, rule
        yield "sns", "SetSubscriptionAttributes", subscription | {"attributeName": "FilterPolicy", "attributeValue": "{}"}, rule
        yield "sns", "SetTopicAttributes", arn | {"attributeName": "Policy", "attributeValue": "{}"}, rule
        yield "sns", "AddPermission", arn | {"label": "any", "actionName": ["Publish"]}, rule
        yield "sns", "RemovePermission", arn | {"label": "any"}, rule
        yield "sns", "PutDataProtectionPolicy", {"resourceArn": topic, "dataProtectionPolicy": "{}"}, rule
        yield "sns", "DeleteTopic", arn, rule


def monitoring_calls(deployment):
    rule = "NotifyMonitoringTampered"
    for alarm in deployment.alarms():
        name = f"{stack.STACK_NAME}-{alarm}"
        yield "cloudwatch", "PutMetricAlarm", {"alarmName": name, "threshold": 9999.0}, rule
        yield "cloudwatch", "SetAlarmState", {"alarmName": name, "stateValue": "OK", "stateReason": "any"}, rule
        for call in ("DeleteAlarms", "DisableAlarmActions", "EnableAlarmActions"):
            yield "cloudwatch", call, {"alarmNames": ["another-alarm", name]}, rule
        yield "cloudwatch", "PutAlarmMuteRule", {"name": "any", "muteTargets": {"alarmNames": [name]}}, rule
    yield "cloudwatch", "PutDashboard", {"dashboardName": stack.STACK_NAME, "dashboardBody": "{}"}, rule
    yield "cloudwatch", "DeleteDashboards", {"dashboardNames": [stack.STACK_NAME]}, rule

    group = deployment.log_group()
    name, arn = {"logGroupName": group}, f"arn:aws:logs:us-east-1:{stack.ACCOUNT}:log-group:{group}"
    for call, more in {
        "DeleteLogGroup": {},
        "DeleteLogStream": {"logStreamName": "2026/11/23/[$LATEST]0"},
        "PutRetentionPolicy": {"retentionInDays": 1},
        "DeleteRetentionPolicy": {},
        "PutSubscriptionFilter": {"filterName": "any", "filterPattern": "", "destinationArn": "arn"},
        "DeleteSubscriptionFilter": {"filterName": "any"},
        "PutMetricFilter": {"filterName": "any", "filterPattern": ""},
        "AssociateKmsKey": {"kmsKeyId": "arn"},
        "DisassociateKmsKey": {},
    }.items():
        yield "logs", call, name | more, rule
    yield "logs", "DisassociateKmsKey", {"resourceIdentifier": arn}, rule
    for form in (group, arn):
        yield "logs", "PutDataProtectionPolicy", {"logGroupIdentifier": form, "policyDocument": "{}"}, rule
        yield "logs", "PutTransformer", {"logGroupIdentifier": form, "transformerConfig": []}, rule


def rule_calls(deployment):
    rule = "NotifyRulesTampered"
    for logical_id in default_bus_rules(deployment):
        name = deployment.ids[logical_id]
        for call in ("DisableRule", "EnableRule", "DeleteRule", "PutRule"):
            yield "events", call, {"name": name}, rule
        yield "events", "DisableRule", {"name": name, "eventBusName": "default"}, rule
        yield "events", "PutTargets", {"rule": name, "targets": [{"id": "Topic", "arn": "arn"}]}, rule
        yield "events", "RemoveTargets", {"rule": name, "ids": ["Topic"]}, rule
    bus = stack.REPORT_BUS
    for form in (bus, f"arn:aws:events:us-east-1:{stack.ACCOUNT}:event-bus/{bus}"):
        yield "events", "DisableRule", {"name": "any", "eventBusName": form}, rule
        yield "events", "RemoveTargets", {"rule": "any", "ids": ["Topic"], "eventBusName": form}, rule
        yield "events", "PutPermission", {"eventBusName": form, "policy": "{}"}, rule
        yield "events", "RemovePermission", {"eventBusName": form, "removeAllPermissions": True}, rule
    yield "events", "UpdateEventBus", {"name": bus, "kmsKeyIdentifier": "arn"}, rule
    yield "events", "DeleteEventBus", {"name": bus}, rule


def default_bus_rules(deployment):
    return sorted(rule for rule in deployment.rules() if deployment.bus(rule) == stack.DEFAULT_BUS)


def stack_calls(deployment):
    for form in (stack.STACK_NAME, deployment.stack_id):
        name = {"stackName": form}
        for call, more in {
            "CreateChangeSet": {"changeSetName": "samcli-deploy1795428079", "changeSetType": "UPDATE"},
            "UpdateStack": {"usePreviousTemplate": True},
            "DeleteStack": {},
            "SetStackPolicy": {"stackPolicyBody": "{}"},
            "UpdateTerminationProtection": {"enableTerminationProtection": False},
            "CancelUpdateStack": {},
            "ContinueUpdateRollback": {"resourcesToSkip": []},
            "RollbackStack": {},
        }.items():
            yield "cloudformation", call, name | more, "NotifyStackChanged"


def near_misses(deployment):
    """Returns records that resemble a change of the stack and must not match, by description."""
    function, arn = deployment.ids["Function"], deployment.function_arn()
    update = record("lambda", "UpdateFunctionCode20150331v2", {"functionName": function})
    role, topic = deployment.ids["FunctionRole"], deployment.ids["Topic"]
    queue = f"https://sqs.us-east-1.amazonaws.com/{stack.ACCOUNT}/{deployment.queue_arn().rsplit(':', 1)[1]}"
    group, bus = deployment.log_group(), stack.REPORT_BUS
    own_role = USER_IDENTITY | {"principalId": f"AROAFUNCTION:{function}"}
    data = {"managementEvent": False, "eventCategory": "Data"}
    read = {"readOnly": True}

    def with_fields(event, **fields):
        return event | fields

    return {
        "another account": with_fields(update, account="111122223333"),
        "an event that an account sent itself": with_fields(update, source="example.lambda"),
        "an Insight": with_fields(update, **{"detail-type": "AWS Insight via CloudTrail"}),
        "another service's call with the same parameter": record("apigateway", "PutIntegration", {"functionName": function}),
        "parameters null": record("lambda", "UpdateFunctionCode20150331v2", None, errorCode="AccessDenied"),
        "another function": record("lambda", "UpdateFunctionCode20150331v2", {"functionName": "payroll"}),
        "another function, longer name": record("lambda", "DeleteFunction20150331", {"functionName": f"{function}-2"}),
        "another function, longer ARN": record("lambda", "DeleteFunction20150331", {"functionName": f"{arn}-2:live"}),
        "another function, name ends alike": record("lambda", "DeleteFunction20150331", {"functionName": f"my-{function}"}),
        "another schedule": record("scheduler", "DeleteSchedule", {"name": f"{deployment.ids['FunctionSchedule']}2"}),
        "another queue": record("sqs", "DeleteQueue", {"queueUrl": f"{queue}-2"}),
        "the same queue name in another account": record("sqs", "DeleteQueue", {"queueUrl": queue.replace(stack.ACCOUNT, "111122223333")}),
        "another role": record("iam", "PutRolePolicy", {"roleName": f"{role}2"}),
        "a user": record("iam", "PutUserPolicy", {"userName": role}),
        "another topic": record("sns", "DeleteTopic", {"topicArn": f"{topic}2"}),
        "a subscription of another topic": record("sns", "Unsubscribe", {"subscriptionArn": f"{topic}2:1c2d3e4f"}),
        "another alarm": record("cloudwatch", "DeleteAlarms", {"alarmNames": ["payroll-failures"]}),
        "another dashboard": record("cloudwatch", "PutDashboard", {"dashboardName": f"{stack.STACK_NAME}-2"}),
        "another log group": record("logs", "DeleteLogGroup", {"logGroupName": f"{group}-2"}),
        "another rule": record("events", "DisableRule", {"name": f"{deployment.ids['FunctionLandingZoneChanged']}2"}),
        "another bus": record("events", "DeleteEventBus", {"name": f"{bus}-2"}),
        "another stack, longer name": record("cloudformation", "DeleteStack", {"stackName": f"{stack.STACK_NAME}-2"}),
        "another stack, longer ARN": record("cloudformation", "DeleteStack", {
            "stackName": deployment.stack_id.replace(stack.STACK_NAME, f"{stack.STACK_NAME}-2"),
        }),
        "a change set that is executed": record("cloudformation", "ExecuteChangeSet", {"stackName": stack.STACK_NAME}),
        "a change set that is deleted": record("cloudformation", "DeleteChangeSet", {"stackName": stack.STACK_NAME}),
        "a drift detection": record("cloudformation", "DetectStackDrift", {"stackName": stack.STACK_NAME}),
        "a read of the function": record("lambda", "GetFunction20150331v2", {"functionName": function}, **read),
        "a read of the policy": record("lambda", "GetPolicy20150331v2", {"functionName": arn}, **read),
        "a read of the targets": record("events", "ListTargetsByRule", {"rule": deployment.ids["NotifyStackChanged"]}, **read),
        "a read of the queue": record("sqs", "GetQueueAttributes", {"queueUrl": queue}, **read),
        "a read of the role": record("iam", "GetRole", {"roleName": role}, **read),
        "a read of the role, refused": record("iam", "GetRole", {"roleName": role}, errorCode="AccessDenied", **read),
        "a read of the log": record("logs", "FilterLogEvents", {"logGroupName": group}, **read),
        "a read of the stack": record("cloudformation", "DescribeStacks", {"stackName": stack.STACK_NAME}, **read),
        # What the function, Lambda and the stack's other services do in each run, also if the trail logs data events.
        "the function's log stream": record("logs", "CreateLogStream", {"logGroupName": group}, userIdentity=own_role),
        "the function's log events": record("logs", "PutLogEvents", {"logGroupName": group}, userIdentity=own_role, **data),
        "the function's repair": record("organizations", "EnableAWSServiceAccess", {"servicePrincipal": "controltower.amazonaws.com"}),
        "a run of the function": record("lambda", "Invoke", {"functionName": arn}, **data),
        "a dead letter": record("sqs", "SendMessage", {"queueUrl": queue}, **data),
        "a notification": record("sns", "Publish", {"topicArn": topic}, **data),
        "a session of the role": record("sts", "AssumeRole", {"roleArn": f"arn:aws:iam::{stack.ACCOUNT}:role/{role}"}, **read),
    }


def deployment_calls(deployment):
    """Returns the records of one `sam deploy`: the caller's own calls, then those of CloudFormation for the stack."""
    change_set = {"changeSetName": "samcli-deploy1795428079", "stackName": deployment.stack_id}
    by_caller = [
        record("cloudformation", "CreateChangeSet", change_set),
        record("cloudformation", "DescribeChangeSet", change_set, readOnly=True),
        record("cloudformation", "ExecuteChangeSet", change_set),
    ]
    identity = USER_IDENTITY | {"invokedBy": CLOUDFORMATION}
    by_cloudformation = [
        record(service, name, parameters, userIdentity=identity, sourceIPAddress=CLOUDFORMATION, userAgent=CLOUDFORMATION)
        for service, name, parameters, rule in calls(deployment) if rule != "NotifyStackChanged"
    ]
    return by_caller + by_cloudformation
