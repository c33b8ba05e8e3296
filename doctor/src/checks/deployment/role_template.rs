//! The roles of `template.yaml` for the parameters of a stack. `tests/emulators/test_doctor_deployment.py` compares them with the
//! template.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::policy::{Statement, statements};
use super::stack::Stack;

/// A role as the template creates it.
pub(super) struct RoleTemplate {
    /// The statements of the trust policy.
    pub trust: BTreeSet<Statement>,
    /// The statements of all inline policies together.
    pub permissions: BTreeSet<Statement>,
}

/// The roles, by their logical IDs.
pub(super) const ROLES: [&str; 3] = ["FunctionRole", "ScheduleRole", "NotificationRole"];

/// Returns the expected role, or `None` if the stack does not have a resource that the role refers to.
pub(super) fn role(logical_id: &str, stack: &Stack) -> Option<RoleTemplate> {
    let (trust, permissions) = match logical_id {
        "FunctionRole" => (trust("lambda", &json!({})), function(stack)?),
        "ScheduleRole" => (
            trust("scheduler", &only_this_account(stack)),
            schedule(stack)?,
        ),
        _ => (
            trust("events", &only_rules_that_notify(stack)),
            notifications(stack),
        ),
    };
    Some(RoleTemplate {
        trust: parse(&[trust])?,
        permissions: parse(&permissions)?,
    })
}

fn parse(list: &[Value]) -> Option<BTreeSet<Statement>> {
    statements(&json!({"Statement": list}))
}

fn trust(service: &str, condition: &Value) -> Value {
    let principal = json!({"Service": format!("{service}.amazonaws.com")});
    json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, "Condition": condition})
}

fn only_this_account(stack: &Stack) -> Value {
    json!({"StringEquals": {"aws:SourceAccount": stack.account}})
}

fn only_rules_that_notify(stack: &Stack) -> Value {
    let mut condition = only_this_account(stack);
    condition["ArnLike"] = json!({"aws:SourceArn": [
        stack.arn("events", &format!("rule/{}-reports/*", stack.name)),
        stack.arn("events", &format!("rule/Notify*-{}", stack.uuid)),
    ]});
    condition
}

fn allow(actions: impl Into<Value>, resources: impl Into<Value>) -> Value {
    json!({"Effect": "Allow", "Action": actions.into(), "Resource": resources.into()})
}

fn function(stack: &Stack) -> Option<Vec<Value>> {
    let only_control_tower = |action: &str| {
        let condition = json!({"StringEquals": {"organizations:ServicePrincipal": "controltower.amazonaws.com"}});
        let mut statement = allow(action, "*");
        statement["Condition"] = condition;
        statement
    };
    let log_group = stack.arn("logs", &format!("log-group:{}:*", stack.log_group()?));
    let mut list = vec![
        allow("organizations:ListAWSServiceAccessForOrganization", "*"),
        only_control_tower("organizations:EnableAWSServiceAccess"),
        allow(
            json!(["logs:CreateLogStream", "logs:PutLogEvents"]),
            log_group,
        ),
        allow("sqs:SendMessage", stack.queue_arn()?),
        allow("events:PutEvents", stack.bus_arn()?),
    ];
    if stack.parameter("AllowDisable") == Some("true") {
        list.push(only_control_tower("organizations:DisableAWSServiceAccess"));
    }
    if let Some(region) = stack.set_parameter("LandingZoneRegion") {
        let Stack {
            partition, account, ..
        } = stack;
        list.extend([
            allow("controltower:ListLandingZones", "*"),
            allow("controltower:ListLandingZoneOperations", "*"),
            allow(
                "controltower:GetLandingZone",
                format!("arn:{partition}:controltower:{region}:{account}:landingzone/*"),
            ),
        ]);
    }
    list.extend(use_key(stack, "sqs"));
    Some(list)
}

fn schedule(stack: &Stack) -> Option<Vec<Value>> {
    let mut list = vec![
        allow("lambda:InvokeFunction", stack.function_arn()?),
        allow("sqs:SendMessage", stack.queue_arn()?),
    ];
    list.extend(use_key(stack, "sqs"));
    Some(list)
}

fn notifications(stack: &Stack) -> Vec<Value> {
    let mut list = vec![allow("sns:Publish", stack.topics())];
    list.extend(use_key(stack, "sns"));
    list
}

/// Returns the permission to use the key of the parameter `KmsKeyArn` through a service, if there is one.
fn use_key(stack: &Stack, service: &str) -> Option<Value> {
    let key = stack.set_parameter("KmsKeyArn")?;
    let mut statement = allow(json!(["kms:Decrypt", "kms:GenerateDataKey"]), key);
    let through = format!("{service}.{}.amazonaws.*", stack.region);
    statement["Condition"] = json!({"StringLike": {"kms:ViaService": through}});
    Some(statement)
}
