//! The usual replies about the stack and its resources: those of `template.yaml` with an address and no other parameter.

use std::fmt::Write;

use serde_json::{Value, json};

use super::operation::Operation;
use super::replies::{MANAGEMENT, STACK};

/// The name of the function.
pub const FUNCTION: &str = "controltower-trusted-access-Function-1A2B3C4D";
/// The SHA-256 of the function's code, as Lambda returns it.
pub const CODE_SHA256: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
/// The value of a variable that is not the function's own. The doctor must not print it.
pub const FOREIGN_VARIABLE: &str = "foreign-variable-value-example";
/// The address that the mails go to. The doctor must not print it.
pub const ADDRESS: &str = "ops-address-example@example.com";
/// The stack's alarms.
pub const ALARMS: [&str; 2] = [
    "controltower-trusted-access-drift",
    "controltower-trusted-access-failures",
];
/// The rules that start the function.
pub const FUNCTION_RULES: [&str; 2] = [
    "controltower-trusted-access-FunctionTrustedAccessChanged-1A2B3C4D",
    "controltower-trusted-access-FunctionLandingZoneChanged-1A2B3C4D",
];
/// A rule that notifies of tampering, on the default bus.
pub const TAMPERING_RULE: &str = "NotifyFunctionTampered-11112222-3333-4444-5555-666677778888";
/// A rule that notifies of a repair, on the bus of the reports.
pub const REPORT_RULE: &str = "controltower-trusted-access-NotifyRepairWithOutage-1A2B3C4D";
/// The bus of the reports.
pub const REPORT_BUS: &str = "controltower-trusted-access-reports";
const UUID: &str = "11112222-3333-4444-5555-666677778888";
/// The parameters of the stack that are not empty.
const PARAMETERS: [(&str, &str); 5] = [
    ("ScheduleExpression", "rate(1 hour)"),
    ("DesiredState", "enabled"),
    ("Mode", "enforce"),
    ("AllowDisable", "false"),
    ("NotificationEmail", ADDRESS),
];
/// The parameters that are empty.
const EMPTY_PARAMETERS: [&str; 6] = [
    "HoldUntil",
    "WatchPrincipals",
    "LandingZoneRegion",
    "ReservedConcurrency",
    "PermissionsBoundaryArn",
    "KmsKeyArn",
];

/// Returns the body of the usual reply, or `None` if the operation is not one of the deployment.
pub fn body(operation: &Operation) -> Option<String> {
    let json = |body: Value| Some(body.to_string());
    match operation.name.as_str() {
        "cloudformation:DescribeStacks" => Some(stack("UPDATE_COMPLETE")),
        "cloudformation:DescribeStackResources" => Some(resources()),
        "lambda:GetFunctionConfiguration" => json(function(
            &json!({"DESIRED_STATE": "enabled", "MODE": "enforce", "ALLOW_DISABLE": "false"}),
        )),
        "lambda:GetFunctionConcurrency" => json(json!({})),
        "lambda:GetFunctionEventInvokeConfig" => json(invoke_config()),
        "cloudwatch:DescribeAlarms" => json(alarms("")),
        "events:ListRules" => json(rules(&operation.json_string("EventBusName")?)),
        "events:ListRuleNamesByTarget" => {
            let bus = operation.json_string("EventBusName")?;
            let target = operation.json_string("TargetArn")?;
            json(rules_of(&bus, &target))
        }
        "scheduler:GetSchedule" => json(schedule()),
        "sns:ListSubscriptionsByTopic" => {
            let is_mail = operation.form("TopicArn") == topic("Topic");
            let subscription = [(ADDRESS, "arn:aws:sns:us-east-1:111122223333:one:1111")];
            Some(subscriptions(if is_mail { &subscription } else { &[] }))
        }
        "iam:GetRole" => Some(role(&operation.form("RoleName"), "")),
        "iam:ListRolePolicies" => Some(policy_names(&operation.form("RoleName"))),
        "iam:GetRolePolicy" => Some(policy(&statements(
            &operation.form("RoleName"),
            &operation.form("PolicyName"),
        ))),
        "iam:ListAttachedRolePolicies" => Some(attached("")),
        _ => None,
    }
}

/// Returns the physical name of a resource.
pub fn name(logical_id: &str) -> String {
    format!("{STACK}-{logical_id}-1A2B3C4D")
}

/// Returns the ARN of a topic.
pub fn topic(logical_id: &str) -> String {
    format!("arn:aws:sns:us-east-1:{MANAGEMENT}:{}", name(logical_id))
}

fn function_arn() -> String {
    format!("arn:aws:lambda:us-east-1:{MANAGEMENT}:function:{FUNCTION}")
}

fn queue_arn() -> String {
    format!(
        "arn:aws:sqs:us-east-1:{MANAGEMENT}:{}",
        name("DeadLetterQueue")
    )
}

fn bus_arn() -> String {
    format!("arn:aws:events:us-east-1:{MANAGEMENT}:event-bus/{REPORT_BUS}")
}

/// Returns a reply of `DescribeStacks`.
pub fn stack(status: &str) -> String {
    stack_with(status, &[])
}

/// Returns a reply of `DescribeStacks` with other values of parameters.
pub fn stack_with(status: &str, changed: &[(&str, &str)]) -> String {
    let empty = EMPTY_PARAMETERS.iter().map(|name| (*name, ""));
    let mut parameters = String::new();
    for (name, usual) in PARAMETERS.into_iter().chain(empty) {
        let value = changed.iter().find(|(changed, _)| *changed == name);
        let value = value.map_or(usual, |(_, value)| value);
        write!(
            parameters,
            "<member><ParameterKey>{name}</ParameterKey><ParameterValue>{value}</ParameterValue></member>"
        )
        .unwrap();
    }
    format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>{STACK}</StackName>\
         <StackId>arn:aws:cloudformation:us-east-1:{MANAGEMENT}:stack/{STACK}/{UUID}</StackId>\
         <StackStatus>{status}</StackStatus><CreationTime>2026-01-02T03:04:05Z</CreationTime>\
         <Parameters>{parameters}</Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    )
}

/// Returns a reply of `DescribeStacks` for a template without parameters, so that nothing is compared with them.
pub fn stack_without_parameters() -> String {
    let stack = stack("UPDATE_COMPLETE");
    let (start, rest) = stack.split_once("<Parameters>").unwrap();
    format!("{start}{}", rest.split_once("</Parameters>").unwrap().1)
}

/// Returns a reply of `DescribeStackResources`.
pub fn resources() -> String {
    let member = |logical: &str, kind: &str, physical: &str| {
        format!(
            "<member><LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
             <Timestamp>2026-01-02T03:04:05Z</Timestamp><ResourceType>AWS::{kind}</ResourceType>\
             <ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>"
        )
    };
    let role = |logical: &str| member(logical, "IAM::Role", &name(logical));
    let event_rule = |logical: &str, physical: &str| member(logical, "Events::Rule", physical);
    let queue = format!(
        "https://sqs.us-east-1.amazonaws.com/{MANAGEMENT}/{}",
        name("DeadLetterQueue")
    );
    let members = [
        member("Function", "Lambda::Function", FUNCTION),
        member(
            "FunctionLogGroup",
            "Logs::LogGroup",
            "/controltower-trusted-access/controltower-trusted-access",
        ),
        role("FunctionRole"),
        role("ScheduleRole"),
        role("NotificationRole"),
        member("DeadLetterQueue", "SQS::Queue", &queue),
        member("ReportBus", "Events::EventBus", REPORT_BUS),
        member("Topic", "SNS::Topic", &topic("Topic")),
        member("ChatTopic", "SNS::Topic", &topic("ChatTopic")),
        member(
            "FunctionSchedule",
            "Scheduler::Schedule",
            &name("FunctionSchedule"),
        ),
        event_rule("FunctionTrustedAccessChanged", FUNCTION_RULES[0]),
        event_rule("FunctionLandingZoneChanged", FUNCTION_RULES[1]),
        event_rule("NotifyFunctionTampered", TAMPERING_RULE),
        event_rule(
            "NotifyRepairWithOutage",
            &format!("{REPORT_BUS}|{REPORT_RULE}"),
        ),
        ALARMS
            .map(|name| member(name, "CloudWatch::Alarm", name))
            .concat(),
    ];
    format!(
        "<DescribeStackResourcesResponse><DescribeStackResourcesResult><StackResources>{}</StackResources>\
         </DescribeStackResourcesResult></DescribeStackResourcesResponse>",
        members.concat()
    )
}

/// Returns a reply of `DescribeAlarms` with this alarm firing.
pub fn alarms(firing: &str) -> serde_json::Value {
    let alarm = |name: &str| {
        let state = if name == firing { "ALARM" } else { "OK" };
        json!({"AlarmName": name, "StateValue": state, "ActionsEnabled": true, "AlarmActions": [topic("Topic"), topic("ChatTopic")]})
    };
    json!({"MetricAlarms": ALARMS.map(alarm)})
}

/// Returns a reply of `GetFunctionConfiguration` with these variables and a foreign one.
pub fn function(variables: &serde_json::Value) -> serde_json::Value {
    let mut variables = variables.clone();
    variables["FOREIGN_VARIABLE"] = FOREIGN_VARIABLE.into();
    json!({
        "FunctionName": FUNCTION, "Role": format!("arn:aws:iam::{MANAGEMENT}:role/{}", name("FunctionRole")),
        "CodeSha256": CODE_SHA256, "Runtime": "provided.al2023", "State": "Active",
        "LastUpdateStatus": "Successful", "Architectures": ["arm64"], "Environment": {"Variables": variables},
    })
}

/// Returns a reply of `GetFunctionEventInvokeConfig`.
pub fn invoke_config() -> Value {
    json!({
        "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600,
        "DestinationConfig": {"OnSuccess": {"Destination": bus_arn()}, "OnFailure": {"Destination": queue_arn()}},
    })
}

/// Returns a reply of `ListRules`.
pub fn rules(bus: &str) -> Value {
    let rule = |name: &str| json!({"Name": name, "State": "ENABLED"});
    let rules = if bus == REPORT_BUS {
        vec![rule(REPORT_RULE)]
    } else {
        let names = FUNCTION_RULES
            .into_iter()
            .chain([TAMPERING_RULE, "another-stacks-rule"]);
        names.map(rule).collect()
    };
    json!({"Rules": rules})
}

/// Returns a reply of `ListRuleNamesByTarget`.
pub fn rules_of(bus: &str, target: &str) -> Value {
    let names = match (bus, target) {
        (REPORT_BUS, _) => vec![REPORT_RULE],
        (_, target) if target == function_arn() => FUNCTION_RULES.to_vec(),
        _ => vec![TAMPERING_RULE],
    };
    json!({"RuleNames": names})
}

/// Returns a reply of `GetSchedule`.
pub fn schedule() -> Value {
    json!({
        "Name": name("FunctionSchedule"), "State": "ENABLED", "ScheduleExpression": "rate(1 hour)",
        "Target": {
            "Arn": function_arn(),
            "RoleArn": format!("arn:aws:iam::{MANAGEMENT}:role/{}", name("ScheduleRole")),
            "Input": r#"{"source":"aws.scheduler","detail-type":"Scheduled Event","id":"<aws.scheduler.execution-id>","time":"<aws.scheduler.scheduled-time>","detail":{}}"#,
        },
    })
}

/// Returns a reply of `ListSubscriptionsByTopic` with an address and a subscription's ARN each.
pub fn subscriptions(list: &[(&str, &str)]) -> String {
    let members = list.iter().map(|(address, arn)| {
            format!(
                "<member><Protocol>email</Protocol><Endpoint>{address}</Endpoint><SubscriptionArn>{arn}</SubscriptionArn></member>"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>{members}</Subscriptions>\
         </ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>"
    )
}

fn allow(action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    json!({"Effect": "Allow", "Action": action.into(), "Resource": resource.into()})
}

/// Returns the statements of an inline policy.
pub fn statements(role: &str, policy: &str) -> Value {
    let log_group = format!(
        "arn:aws:logs:us-east-1:{MANAGEMENT}:log-group:/controltower-trusted-access/controltower-trusted-access:*"
    );
    let send = allow("sqs:SendMessage", queue_arn());
    if role == name("ScheduleRole") {
        return json!([allow("lambda:InvokeFunction", function_arn()), send]);
    }
    if role == name("NotificationRole") {
        return json!([allow(
            "sns:Publish",
            json!([topic("Topic"), topic("ChatTopic")])
        )]);
    }
    if policy == "trusted-access" {
        let mut enable = allow("organizations:EnableAWSServiceAccess", "*");
        enable["Condition"] = json!({"StringEquals": {"organizations:ServicePrincipal": "controltower.amazonaws.com"}});
        let list = "organizations:ListAWSServiceAccessForOrganization";
        return json!([allow(list, "*"), enable]);
    }
    json!([
        allow(
            json!(["logs:CreateLogStream", "logs:PutLogEvents"]),
            log_group
        ),
        send,
        allow("events:PutEvents", bus_arn()),
    ])
}

/// Returns the trust policy of a role.
pub fn trust(role: &str) -> Value {
    let account = json!({"StringEquals": {"aws:SourceAccount": MANAGEMENT}});
    let trust = |service: &str, condition: &Value| {
        json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}, "Condition": condition,
        }})
    };
    if role == name("FunctionRole") {
        return trust("lambda.amazonaws.com", &json!({}));
    }
    if role == name("ScheduleRole") {
        return trust("scheduler.amazonaws.com", &account);
    }
    let mut condition = account;
    condition["ArnLike"] = json!({"aws:SourceArn": [
        format!("arn:aws:events:us-east-1:{MANAGEMENT}:rule/{REPORT_BUS}/*"),
        format!("arn:aws:events:us-east-1:{MANAGEMENT}:rule/Notify*-{UUID}"),
    ]});
    trust("events.amazonaws.com", &condition)
}

/// Returns a reply of `GetRole`, with a boundary unless its ARN is empty.
pub fn role(name: &str, boundary: &str) -> String {
    role_with(name, &trust(name), boundary)
}

/// Returns a reply of `GetRole` with a trust policy.
pub fn role_with(name: &str, trust: &Value, boundary: &str) -> String {
    let boundary = if boundary.is_empty() {
        String::new()
    } else {
        format!(
            "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>\
             <PermissionsBoundaryArn>{boundary}</PermissionsBoundaryArn></PermissionsBoundary>"
        )
    };
    format!(
        "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>{name}</RoleName><RoleId>AROAEXAMPLE</RoleId>\
         <Arn>arn:aws:iam::{MANAGEMENT}:role/{name}</Arn><CreateDate>2026-01-02T03:04:05Z</CreateDate>\
         <AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument>{boundary}</Role></GetRoleResult></GetRoleResponse>",
        percent_encode(&trust.to_string())
    )
}

fn policy_names(role: &str) -> String {
    let names = if role == name("FunctionRole") {
        &["trusted-access", "logs-and-destinations"][..]
    } else {
        &["one"]
    };
    let members = names
        .iter()
        .map(|name| format!("<member>{name}</member>"))
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<ListRolePoliciesResponse><ListRolePoliciesResult><IsTruncated>false</IsTruncated><PolicyNames>{members}</PolicyNames>\
         </ListRolePoliciesResult></ListRolePoliciesResponse>"
    )
}

/// Returns a reply of `GetRolePolicy` with these statements.
pub fn policy(statements: &Value) -> String {
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    format!(
        "<GetRolePolicyResponse><GetRolePolicyResult><RoleName>role</RoleName><PolicyName>policy</PolicyName>\
         <PolicyDocument>{}</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>",
        percent_encode(&document)
    )
}

/// Returns a reply of `ListAttachedRolePolicies` with a policy, unless its ARN is empty.
pub fn attached(arn: &str) -> String {
    let member = if arn.is_empty() {
        String::new()
    } else {
        format!("<member><PolicyName>policy</PolicyName><PolicyArn>{arn}</PolicyArn></member>")
    };
    format!(
        "<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult><IsTruncated>false</IsTruncated>\
         <AttachedPolicies>{member}</AttachedPolicies></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>"
    )
}

/// Encodes like IAM, which encodes everything but the unreserved characters of RFC 3986.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
    }
    encoded
}
