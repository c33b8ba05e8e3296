//! The roles of the stack: whether their policies, boundary and trust are those of the template.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Role;
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::policy::{self, Statement};
use super::role_template::{self, ROLES, RoleTemplate};
use super::stack::Stack;
use super::{changed, is_not_found, merge_new, missing_resource};
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// Checks every role at the same time.
pub(super) async fn check(iam: Client, stack: &Stack) -> Finding {
    let [function, schedule, notifications] = ROLES.map(|id| check_role(&iam, id, stack));
    let (function, schedule, notifications) = tokio::join!(function, schedule, notifications);
    let roles = [function, schedule, notifications];
    roles
        .into_iter()
        .fold(Finding::new(Check::Deployment), merge_new)
}

async fn check_role(iam: &Client, logical_id: &str, stack: &Stack) -> Finding {
    let finding = Finding::new(Check::Deployment);
    let expected = role_template::role(logical_id, stack);
    let (Some(name), Some(expected)) = (stack.physical_id(logical_id), expected) else {
        // A missing resource is a finding of its own.
        return finding;
    };
    let (role, inline, attached) = tokio::join!(
        get_role(iam, name),
        inline_statements(iam, name),
        attached_policies(iam, name),
    );
    let results = [
        role.map(|role| check_trust_and_boundary(&role, &expected, stack)),
        inline.map(|actual| differences(actual.as_ref(), &expected.permissions)),
        attached.map(|names| attached_differences(&names)),
    ];
    let mut differences = Vec::new();
    let mut failures = finding;
    for result in results {
        match result {
            Ok(list) => differences.extend(list),
            Err(error) if is_not_found(&error) => return missing_resource(&format!("role {name}")),
            Err(error) => {
                failures = merge_new(failures, Finding::call_failed(Check::Deployment, error));
            }
        }
    }
    if differences.is_empty() {
        return failures;
    }
    failures.merge(changed(format!(
        "The role {name} differs from the template: {}.",
        differences.join("; ")
    )))
}

async fn get_role(iam: &Client, name: &str) -> Result<Role, AwsError> {
    let response = iam.get_role().role_name(name).send().await;
    let response = response.map_err(|error| AwsError::new("iam:GetRole", &error))?;
    let no_role = || AwsError::invalid_response("iam:GetRole", "the response has no role");
    response.role.ok_or_else(no_role)
}

/// Returns the statements of all inline policies, or `None` if one cannot be parsed.
async fn inline_statements(
    iam: &Client,
    role: &str,
) -> Result<Option<BTreeSet<Statement>>, AwsError> {
    let mut pages = iam
        .list_role_policies()
        .role_name(role)
        .into_paginator()
        .items()
        .send();
    let mut statements = BTreeSet::new();
    while let Some(name) = pages.next().await {
        let name = name.map_err(|error| AwsError::new("iam:ListRolePolicies", &error))?;
        let request = iam.get_role_policy().role_name(role).policy_name(name);
        let policy = request.send().await;
        let policy = policy.map_err(|error| AwsError::new("iam:GetRolePolicy", &error))?;
        match policy::parse(policy.policy_document()) {
            Some(more) => statements.extend(more),
            None => return Ok(None),
        }
    }
    Ok(Some(statements))
}

async fn attached_policies(iam: &Client, role: &str) -> Result<Vec<String>, AwsError> {
    let mut pages = iam
        .list_attached_role_policies()
        .role_name(role)
        .into_paginator()
        .items()
        .send();
    let mut names = Vec::new();
    while let Some(policy) = pages.next().await {
        let policy =
            policy.map_err(|error| AwsError::new("iam:ListAttachedRolePolicies", &error))?;
        names.push(sanitize_line(policy.policy_arn().unwrap_or("unknown")));
    }
    Ok(names)
}

fn check_trust_and_boundary(role: &Role, expected: &RoleTemplate, stack: &Stack) -> Vec<String> {
    let trust = role.assume_role_policy_document().and_then(policy::parse);
    let mut list = differences(trust.as_ref(), &expected.trust);
    let boundary = role.permissions_boundary();
    let boundary = boundary.and_then(|boundary| boundary.permissions_boundary_arn());
    let expected = stack.set_parameter("PermissionsBoundaryArn");
    if boundary != expected {
        let text = |arn: Option<&str>| sanitize_line(arn.unwrap_or("none"));
        let (boundary, expected) = (text(boundary), text(expected));
        list.push(format!(
            "its permissions boundary is {boundary}, and not {expected}"
        ));
    }
    list
}

/// Describes the statements that were added and removed. A changed one is both.
fn differences(
    actual: Option<&BTreeSet<Statement>>,
    expected: &BTreeSet<Statement>,
) -> Vec<String> {
    let Some(actual) = actual else {
        return vec!["a policy cannot be parsed".to_owned()];
    };
    let added = actual.difference(expected);
    let added = added.map(|statement| format!("it has the statement {statement}"));
    let removed = expected.difference(actual);
    let removed = removed.map(|statement| format!("it lacks the statement {statement}"));
    added.chain(removed).collect()
}

fn attached_differences(names: &[String]) -> Vec<String> {
    let names = names.iter();
    names
        .map(|name| format!("it has the managed policy {name}"))
        .collect()
}
