//! Tells what a record of AWS Organizations means. Pure: no AWS calls.
//!
//! Next to each event is the evidence for the shape of its record:
//! - *documented*: AWS shows such a record.
//!   <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html>
//! - *observed*: a record of a real organization is public.
//! - *inferred*: from the parameters of the API and from records of similar calls.
//!
//! There is no event for a moved OU: Organizations cannot move one.

mod members;

use controltower_trusted_access::core::model::{CONTROL_TOWER, TrustedAccess};

use super::changes::{Change, Kind};
use super::history::Switch;
use super::ids::{is_account, is_policy_type};
use super::records::{Record, Unreadable};
use members::{account, invited_account, missing, parameter, parent, policy, service_account};

/// The names of the events to look up, beside the two that change trusted access. `CreateAccount` and
/// `CreateGovCloudAccount` name only the caller: the account's ID is in `CreateAccountResult`.
pub const EVENTS: [&str; 21] = [
    "CreateAccount",
    "CreateGovCloudAccount",
    "CreateAccountResult",
    "AccountJoinedOrganization",
    "AcceptHandshake",
    "MoveAccount",
    "CloseAccount",
    "CloseAccountResult",
    "RemoveAccountFromOrganization",
    "LeaveOrganization",
    "AccountDepartedOrganization",
    "CreateOrganizationalUnit",
    "UpdateOrganizationalUnit",
    "DeleteOrganizationalUnit",
    "AttachPolicy",
    "DetachPolicy",
    "CreatePolicy",
    "UpdatePolicy",
    "DeletePolicy",
    "EnablePolicyType",
    "DisablePolicyType",
];

/// The meaning of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Control Tower's trusted access was enabled or disabled.
    Switch(Box<Switch>),
    /// A change.
    Change(Box<Change>),
    /// The request for an account, by its ID.
    AccountRequest(String),
    /// An asynchronous closing of this account failed.
    CloseFailed(String),
    /// Nothing that Control Tower tracks.
    Nothing,
}

/// Returns what a record means.
///
/// # Errors
/// [`Unreadable`] if it lacks an ID, or has one that Organizations would not give.
pub fn classify(record: &Record) -> Result<Meaning, Unreadable> {
    let mut change = Change::of(record);
    match record.name.as_str() {
        "DisableAWSServiceAccess" => return switch(record, TrustedAccess::Disabled),
        "EnableAWSServiceAccess" => return switch(record, TrustedAccess::Enabled),
        // Documented; inferred for GovCloud.
        "CreateAccount" | "CreateGovCloudAccount" => {
            let path = ["responseElements", "createAccountStatus", "id"];
            let request = record
                .text(&path)
                .ok_or_else(|| missing(record, "request ID"))?;
            return Ok(Meaning::AccountRequest(request.to_owned()));
        }
        // Documented.
        "CreateAccountResult" => {
            let status = |key| record.text(&["serviceEventDetails", "createAccountStatus", key]);
            if status("state") == Some("FAILED") {
                return Ok(Meaning::Nothing);
            }
            change.kind = Kind::AccountCreated;
            change.account = Some(account(record, status("accountId"))?);
            change.request = status("id").map(str::to_owned);
            change.is_service_event = true;
        }
        // The name and its fields are documented, the place of the account's ID is inferred.
        "AccountJoinedOrganization" => {
            let method = record.nested_text("serviceEventDetails", "joinedMethod");
            let is_created = method.is_some_and(|method| method.eq_ignore_ascii_case("created"));
            change.kind = if is_created {
                Kind::AccountCreated
            } else {
                Kind::AccountJoined
            };
            change.account = Some(service_account(record)?);
            change.is_service_event = true;
        }
        "AccountDepartedOrganization" => {
            let method = |key| record.nested_text("serviceEventDetails", key);
            let method = method("departureMethod").or_else(|| method("departedMethod"));
            let is_closed = method.is_some_and(|method| method.eq_ignore_ascii_case("cleaned"));
            change.kind = if is_closed {
                Kind::AccountClosed
            } else {
                Kind::AccountLeft
            };
            change.account = Some(service_account(record)?);
            change.is_service_event = true;
        }
        // Inferred from the documented handshake of InviteAccountToOrganization. It is recorded in the account that
        // accepts; the management account has AccountJoinedOrganization.
        "AcceptHandshake" => {
            let action = record.text(&["responseElements", "handshake", "action"]);
            let action = action.ok_or_else(|| missing(record, "handshake action"))?;
            if !action.eq_ignore_ascii_case("invite") {
                return Ok(Meaning::Nothing);
            }
            change.kind = Kind::AccountJoined;
            change.account = Some(account(record, invited_account(record))?);
        }
        // Observed.
        "MoveAccount" => {
            change.kind = Kind::AccountMoved;
            change.account = Some(account(record, parameter(record, "accountId"))?);
            change.from_parent = Some(parent(record, parameter(record, "sourceParentId"))?);
            change.to_parent = Some(parent(record, parameter(record, "destinationParentId"))?);
        }
        // Documented; observed for RemoveAccountFromOrganization.
        "CloseAccount" | "RemoveAccountFromOrganization" => {
            let is_closed = record.name == "CloseAccount";
            change.kind = if is_closed {
                Kind::AccountClosed
            } else {
                Kind::AccountLeft
            };
            change.account = Some(account(record, parameter(record, "accountId"))?);
        }
        // Documented.
        "CloseAccountResult" => {
            let status = |key| record.text(&["serviceEventDetails", "closeAccountStatus", key]);
            let closed = account(record, status("accountId"))?;
            if status("state") == Some("FAILED") {
                return Ok(Meaning::CloseFailed(closed));
            }
            change.kind = Kind::AccountClosed;
            change.account = Some(closed);
            change.is_service_event = true;
        }
        // Inferred: the call has no parameters, its caller is in the account that leaves.
        "LeaveOrganization" => {
            change.kind = Kind::AccountLeft;
            let caller = record.text(&["userIdentity", "accountId"]);
            change.account = Some(account(record, caller)?);
        }
        _ => return classify_ou_or_policy(record, change),
    }
    Ok(Meaning::Change(Box::new(change)))
}

fn classify_ou_or_policy(record: &Record, mut change: Change) -> Result<Meaning, Unreadable> {
    match record.name.as_str() {
        // Documented.
        "CreateOrganizationalUnit" => {
            let created = |key| record.text(&["responseElements", "organizationalUnit", key]);
            change.kind = Kind::OuCreated;
            change.ou = Some(parent(record, created("id"))?);
            change.name = created("name")
                .or_else(|| parameter(record, "name"))
                .map(str::to_owned);
            // Absent if the parent is unreadable: the new OU is what matters.
            change.to_parent = parent(record, parameter(record, "parentId")).ok();
        }
        // Inferred.
        "UpdateOrganizationalUnit" | "DeleteOrganizationalUnit" => {
            let is_deleted = record.name == "DeleteOrganizationalUnit";
            change.kind = if is_deleted {
                Kind::OuDeleted
            } else {
                Kind::OuRenamed
            };
            change.ou = Some(parent(record, parameter(record, "organizationalUnitId"))?);
            change.name = parameter(record, "name").map(str::to_owned);
        }
        // Documented with a failed AttachPolicy; observed for both.
        "AttachPolicy" | "DetachPolicy" => {
            let is_attached = record.name == "AttachPolicy";
            change.kind = if is_attached {
                Kind::PolicyAttached
            } else {
                Kind::PolicyDetached
            };
            change.policy = Some(policy(record, parameter(record, "policyId"))?);
            let target = parameter(record, "targetId");
            if target.is_some_and(is_account) {
                change.account = target.map(str::to_owned);
            } else {
                change.ou = Some(parent(record, target)?);
            }
        }
        // Observed; inferred for DeletePolicy.
        "CreatePolicy" | "UpdatePolicy" | "DeletePolicy" => {
            let path = |key| ["responseElements", "policy", "policySummary", key];
            let summary = |key| record.text(&path(key));
            change.kind = match record.name.as_str() {
                "CreatePolicy" => Kind::PolicyCreated,
                "UpdatePolicy" => Kind::PolicyUpdated,
                _ => Kind::PolicyDeleted,
            };
            let id = parameter(record, "policyId").or_else(|| summary("id"));
            change.policy = Some(policy(record, id)?);
            let policy_type = summary("type").or_else(|| parameter(record, "type"));
            change.policy_type = policy_type
                .filter(|text| is_policy_type(text))
                .map(str::to_owned);
            change.name = summary("name")
                .or_else(|| parameter(record, "name"))
                .map(str::to_owned);
        }
        // Observed for DisablePolicyType; inferred for EnablePolicyType.
        "EnablePolicyType" | "DisablePolicyType" => {
            let is_enabled = record.name == "EnablePolicyType";
            change.kind = if is_enabled {
                Kind::PolicyTypeEnabled
            } else {
                Kind::PolicyTypeDisabled
            };
            change.policy_type = parameter(record, "policyType")
                .filter(|text| is_policy_type(text))
                .map(str::to_owned);
            if change.policy_type.is_none() {
                return Err(missing(record, "policy type"));
            }
            change.ou = Some(parent(record, parameter(record, "rootId"))?);
        }
        _ => return Ok(Meaning::Nothing),
    }
    Ok(Meaning::Change(Box::new(change)))
}

/// Inferred: the parameters are those of the API.
fn switch(record: &Record, state: TrustedAccess) -> Result<Meaning, Unreadable> {
    match parameter(record, "servicePrincipal") {
        Some(CONTROL_TOWER) => Ok(Meaning::Switch(Box::new(Switch {
            time: record.time,
            id: record.id.clone(),
            state,
            by: record.by.clone(),
            source: record.source.clone(),
        }))),
        Some(_) => Ok(Meaning::Nothing),
        None => Err(missing(record, "service principal")),
    }
}

#[cfg(test)]
#[path = "classify_tests.rs"]
mod tests;
