//! Who made the call that an event reports.

use aws_lambda_events::cloudwatch_events::cloudtrail::UserIdentity;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Serialize};

use super::json::{Json, Text};
use crate::text::one_line;

/// The caller, from a CloudTrail record's `userIdentity` and its neighbours.
///
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// `AssumedRole`, `IAMUser`, `Root`, …
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The caller's ARN; for a role, that of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The role behind the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_arn: Option<String>,
    /// Where the call came from: an address, or the name of an AWS service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// What the call was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

impl Actor {
    /// Reads the caller from an event's `detail`; `None` where it names none.
    pub(super) fn of_call(detail: Json<'_>) -> Option<Self> {
        let user_identity = detail.get("userIdentity");
        let identity = user_identity.and_then(read_identity).unwrap_or_default();
        let issuer = user_identity
            .and_then(|identity| identity.get("sessionContext"))
            .and_then(|context| context.get("sessionIssuer"));
        let actor = Self {
            kind: Some(one_line(&identity.r#type)).filter(|kind| !kind.is_empty()),
            arn: identity.arn.as_deref().map(one_line),
            issuer_arn: issuer
                .and_then(|issuer| issuer.get("arn"))
                .and_then(Json::shown),
            source_ip: detail.get("sourceIPAddress").and_then(Json::shown),
            user_agent: detail.get("userAgent").and_then(Json::shown),
        };
        (actor != Self::default()).then_some(actor)
    }
}

/// Reads the strings of `userIdentity`, and no type as an empty one.
///
/// The crate's type wants a `type`, which Control Tower's events leave out. Of `sessionContext` it
/// wants every field of `sessionIssuer`, which is `{}` for root, and an RFC 3339 `creationDate`, where
/// CloudTrail also writes `20131102T010628Z`. With all that, the root user who switched trusted access
/// off would have no name in the report.
fn read_identity(user_identity: Json<'_>) -> Option<UserIdentity> {
    let mut members = user_identity.members()?;
    members.retain(|_, value| Json::from(*value).text().is_some());
    members
        .entry(Text("type".to_owned()))
        .or_insert(serde_json::from_str("\"\"").ok()?);
    let fields = members.into_iter().map(|(key, value)| (key.0, value));
    UserIdentity::deserialize(MapDeserializer::new(fields)).ok()
}
