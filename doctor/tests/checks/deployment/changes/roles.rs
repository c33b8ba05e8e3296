//! Changes of the roles and their policies.

use serde_json::json;

use super::{ATTACHED, ROLE, ROLE_POLICY, assert_only_problem, only};
use crate::fake_aws::FakeReply;
use crate::fake_aws::deployment::{attached, name, policy, role, role_with, statements, trust};

#[test]
fn a_changed_policy_of_a_role_is_a_problem() {
    let admin = json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]);
    let function = name("FunctionRole");
    let mut added = statements(&function, "trusted-access");
    added
        .as_array_mut()
        .unwrap()
        .extend(admin.as_array().unwrap().clone());
    let mut unconditional = statements(&function, "trusted-access");
    unconditional[1]["Condition"] = json!({});
    let mut removed = statements(&function, "trusted-access");
    removed.as_array_mut().unwrap().pop();
    for (statements, message) in [
        (added, "it has the statement Allow iam:* on *"),
        (
            unconditional,
            "it has the statement Allow organizations:EnableAWSServiceAccess on *; it lacks the statement",
        ),
        (
            removed,
            "it lacks the statement Allow organizations:EnableAWSServiceAccess on *",
        ),
    ] {
        let reply = only(
            "PolicyName=trusted-access",
            FakeReply::Body(policy(&statements)),
        );
        assert_only_problem(ROLE_POLICY, reply, message);
    }
    for (role, message) in [
        ("-ScheduleRole-", "ScheduleRole-1A2B3C4D differs"),
        ("-NotificationRole-", "NotificationRole-1A2B3C4D differs"),
    ] {
        assert_only_problem(
            ROLE_POLICY,
            only(role, FakeReply::Body(policy(&admin))),
            message,
        );
    }
}

#[test]
fn a_managed_policy_a_boundary_and_another_trust_of_a_role_are_problems() {
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let reply = only("-FunctionRole-", FakeReply::Body(attached(admin)));
    assert_only_problem(
        ATTACHED,
        reply,
        &format!("it has the managed policy {admin}"),
    );
    let function = name("FunctionRole");
    let boundary = FakeReply::Body(role(&function, "arn:aws:iam::aws:policy/ReadOnlyAccess"));
    assert_only_problem(
        ROLE,
        only("-FunctionRole-", boundary),
        "its permissions boundary is arn:aws:iam::aws:policy/ReadOnlyAccess, and not none",
    );
    let mut open = trust(&function);
    open["Statement"]["Principal"] =
        json!({"Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::444455556666:root"});
    let open = FakeReply::Body(role_with(&function, &open, ""));
    assert_only_problem(
        ROLE,
        only("-FunctionRole-", open),
        "it has the statement Allow sts:AssumeRole for arn:aws:iam::444455556666:root for lambda.amazonaws.com",
    );
    let deleted = FakeReply::Error(404, "NoSuchEntity", "no such role");
    let message = format!("role {} is missing", name("ScheduleRole"));
    assert_only_problem(ROLE, only("-ScheduleRole-", deleted), &message);
}
