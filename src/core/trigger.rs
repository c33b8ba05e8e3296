//! The reason for an invocation, as a report shows it.
//!
//! A trigger is recorded and never decides what a run does.

use serde::Serialize;

use super::model::display_as_serialized;
use super::sanitize::sanitize_value;

/// The kinds of invocation that the contract names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TriggerKind {
    /// An AWS Organizations API call, delivered by CloudTrail through EventBridge.
    OrganizationsEvent,
    /// A Control Tower lifecycle or drift event.
    ControlTowerEvent,
    /// EventBridge Scheduler or a scheduled rule.
    Schedule,
    /// `null`, `{}` or a mode, from a person or a script.
    Manual,
    /// Another event or a batch of records: harmless, and a sign of an event rule that matches too much.
    Unrecognized,
}

display_as_serialized!(TriggerKind);

/// The reason for an invocation. Every text is sanitized; a value that the event lacks is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// The row of the contract's input table.
    pub kind: TriggerKind,
    /// The event's `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `detail.eventName`, else the event's `detail-type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The event's `time`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// `detail.driftType` of a `Drift Detected` event, such as `TRUSTED_ACCESS_DISABLED`.
    ///
    /// <https://docs.aws.amazon.com/controltower/latest/userguide/drift.html>
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_type: Option<String>,
    /// The caller, if CloudTrail names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
}

impl Trigger {
    /// Returns a trigger of which only the kind is known.
    #[must_use]
    pub fn of_kind(kind: TriggerKind) -> Self {
        Self {
            kind,
            id: None,
            name: None,
            time: None,
            drift_type: None,
            actor: None,
        }
    }
}

/// The caller, from a CloudTrail record's `userIdentity` and its neighbours.
///
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// The best single name: the ARN, else the user's name with its account, else the AWS service that made the call, else
    /// the person on whose behalf it was made, else the account, else the type.
    pub name: String,
    /// `AssumedRole`, `IAMUser`, `Root`, …
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The caller's ARN; of a role, the session's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The ARN of the role behind the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_arn: Option<String>,
    /// The account of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The user's name, of an IAM user or of an identity provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The AWS service that made the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoked_by: Option<String>,
    /// The ID of the IAM Identity Center user on whose behalf the call was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// The source identity of the role session. A chain of roles cannot change it.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html>
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// The IP address of the caller, or the DNS name of an AWS service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The client that made the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

impl Actor {
    /// Returns the name for a person to ask: the best name, with the source identity if there is one, because that names
    /// the person behind a role.
    #[must_use]
    pub fn display_name(&self) -> String {
        let name = &self.name;
        self.source_identity.as_ref().map_or_else(
            || name.clone(),
            |person| sanitize_value(&format!("{name} (source identity {person})")),
        )
    }
}
