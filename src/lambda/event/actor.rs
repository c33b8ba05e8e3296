//! Reads the caller from a CloudTrail record.

use aws_lambda_events::cloudwatch_events::cloudtrail::UserIdentity;
use serde::Deserialize;
use serde::de::value::MapDeserializer;

use super::raw_json::{RawJson, Text};
use crate::core::sanitize::sanitize_line;
use crate::core::trigger::Actor;

/// Returns the caller from an event's `detail`, or `None` if it names none.
pub(super) fn from_cloudtrail(detail: RawJson<'_>) -> Option<Actor> {
    let user_identity = detail.get("userIdentity");
    let identity = user_identity.and_then(read_identity).unwrap_or_default();
    let issuer = user_identity
        .and_then(|identity| identity.get("sessionContext"))
        .and_then(|context| context.get("sessionIssuer"));
    let actor = Actor {
        kind: Some(sanitize_line(&identity.r#type)).filter(|kind| !kind.is_empty()),
        arn: identity.arn.as_deref().map(sanitize_line),
        issuer_arn: issuer
            .and_then(|issuer| issuer.get("arn"))
            .and_then(RawJson::sanitized_text),
        source_ip: detail
            .get("sourceIPAddress")
            .and_then(RawJson::sanitized_text),
        user_agent: detail.get("userAgent").and_then(RawJson::sanitized_text),
    };
    (actor != Actor::default()).then_some(actor)
}

/// Reads the texts of `userIdentity`; a missing type becomes an empty one.
///
/// The crate's type requires a `type`, which Control Tower's events leave out. It also requires every field of
/// `sessionIssuer`, which is `{}` for root, and an RFC 3339 `creationDate`, which CloudTrail also writes as
/// `20131102T010628Z`. If only its own deserializer were used, a root user would have no name in the report.
fn read_identity(user_identity: RawJson<'_>) -> Option<UserIdentity> {
    let mut members = user_identity.as_object()?;
    members.retain(|_, value| RawJson::from(*value).text().is_some());
    members
        .entry(Text("type".to_owned()))
        .or_insert(serde_json::from_str("\"\"").ok()?);
    let fields = members.into_iter().map(|(key, value)| (key.0, value));
    UserIdentity::deserialize(MapDeserializer::new(fields)).ok()
}
