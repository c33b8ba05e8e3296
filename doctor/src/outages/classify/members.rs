//! The members of a record: IDs in the places in which AWS writes them.

use serde_json::Value;

use crate::outages::ids::{is_account, is_parent, is_policy};
use crate::outages::records::{Record, Unreadable};

/// Returns a text of the request.
pub fn parameter<'a>(record: &'a Record, key: &str) -> Option<&'a str> {
    record.text(&["requestParameters", key])
}

/// Returns the account of a membership event, wherever it is in the details. `recipientAccountId` is the management
/// account, so it is no fallback.
///
/// # Errors
/// [`Unreadable`] if there is none.
pub fn service_account(record: &Record) -> Result<String, Unreadable> {
    let id = |key| record.nested_text("serviceEventDetails", key);
    account(record, id("accountId").or_else(|| id("memberAccountId")))
}

/// Returns the account among the parties of a handshake.
pub fn invited_account(record: &Record) -> Option<&str> {
    let parties = record.array(&["responseElements", "handshake", "parties"])?;
    let is_account_party =
        |party: &&Value| party.get("type").and_then(Value::as_str) == Some("ACCOUNT");
    parties.iter().find(is_account_party)?.get("id")?.as_str()
}

/// Returns the ID of an account.
///
/// # Errors
/// [`Unreadable`] if there is none.
pub fn account(record: &Record, id: Option<&str>) -> Result<String, Unreadable> {
    valid(record, id, is_account, "account ID")
}

/// Returns the ID of an OU or a root.
///
/// # Errors
/// [`Unreadable`] if there is none.
pub fn parent(record: &Record, id: Option<&str>) -> Result<String, Unreadable> {
    valid(record, id, is_parent, "ID of an OU or a root")
}

/// Returns the ID of a policy.
///
/// # Errors
/// [`Unreadable`] if there is none.
pub fn policy(record: &Record, id: Option<&str>) -> Result<String, Unreadable> {
    valid(record, id, is_policy, "policy ID")
}

/// Returns an ID of the documented pattern. Nothing else may get into a command that a person pastes into a shell.
fn valid(
    record: &Record,
    id: Option<&str>,
    is_valid: fn(&str) -> bool,
    noun: &str,
) -> Result<String, Unreadable> {
    let id = id.filter(|id| is_valid(id));
    id.map(str::to_owned).ok_or_else(|| missing(record, noun))
}

/// Returns the error for a record without `noun`.
pub fn missing(record: &Record, noun: &str) -> Unreadable {
    record.unreadable(format!("the record has no valid {noun}"))
}
