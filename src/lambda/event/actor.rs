//! Reads the caller from a CloudTrail record.

use aws_lambda_events::cloudwatch_events::cloudtrail::UserIdentity;
use serde_json::{Map, Value};

use super::raw_json::RawJson;
use crate::core::sanitize::sanitize_value;
use crate::core::trigger::Actor;

/// The members of `userIdentity` that are texts.
const TEXTS: [&str; 5] = ["type", "arn", "accountId", "userName", "invokedBy"];

/// Returns the caller from a CloudTrail record, which is the `detail` of an event, or `None` if it names none.
#[must_use]
pub fn from_cloudtrail(detail: RawJson<'_>) -> Option<Actor> {
    let user_identity = detail.get("userIdentity");
    let texts = user_identity.and_then(read_identity).unwrap_or_default();
    let session = user_identity.and_then(|identity| identity.get("sessionContext"));
    let actor = Actor {
        name: String::new(),
        kind: non_empty(Some(&texts.r#type)),
        arn: non_empty(texts.arn.as_deref()),
        account_id: non_empty(texts.account_id.as_deref()),
        user_name: non_empty(texts.user_name.as_deref()),
        invoked_by: non_empty(texts.invoked_by.as_deref()),
        on_behalf_of: text_at(user_identity, &["onBehalfOf", "userId"]),
        issuer_arn: text_at(session, &["sessionIssuer", "arn"]),
        source_identity: text_at(session, &["sourceIdentity"]),
        source_ip: text_at(Some(detail), &["sourceIPAddress"]),
        user_agent: text_at(Some(detail), &["userAgent"]),
    };
    Some(Actor {
        name: best_name(&actor)?,
        ..actor
    })
}

/// Returns the best single name of the caller, in the order of the contract. The address and the client are the last
/// resort: a record without `userIdentity` still says something.
fn best_name(actor: &Actor) -> Option<String> {
    let user_with_account = || {
        let name = actor.user_name.as_ref()?;
        let account = actor.account_id.as_ref();
        let account = account.map(|account| format!(" (account {account})"));
        // Cut again: two texts of the greatest length would be longer than one.
        Some(sanitize_value(&format!(
            "{name}{}",
            account.unwrap_or_default()
        )))
    };
    actor
        .arn
        .clone()
        .or_else(user_with_account)
        .or_else(|| actor.invoked_by.clone())
        .or_else(|| actor.on_behalf_of.clone())
        .or_else(|| actor.account_id.clone())
        .or_else(|| actor.kind.clone())
        .or_else(|| actor.source_ip.clone())
        .or_else(|| actor.user_agent.clone())
}

/// Returns a sanitized text, or `None` if it has no visible character. CloudTrail leaves some values empty.
fn non_empty(text: Option<&str>) -> Option<String> {
    text.map(sanitize_value)
        .filter(|text| !text.trim().is_empty())
}

fn text_at(value: Option<RawJson<'_>>, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(value?, |value, key| value.get(key))?;
    found.sanitized_text()
}

/// Reads the texts of `userIdentity`; a missing type becomes an empty one.
///
/// The crate's type requires a `type`, which Control Tower's events leave out. It also requires every field of
/// `sessionIssuer`, which is `{}` for root, and an RFC 3339 `creationDate`, which CloudTrail also writes as
/// `20131102T010628Z`. If only its own deserializer were used, a root user would have no name in the report.
fn read_identity(user_identity: RawJson<'_>) -> Option<UserIdentity> {
    let members = user_identity.as_object()?;
    let text = |name: &str| {
        let value = members.get(name)?;
        RawJson::from(*value).text()
    };
    let mut fields = Map::from_iter([("type".to_owned(), Value::from(""))]);
    fields.extend(
        TEXTS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), text(name)?.into()))),
    );
    serde_json::from_value(fields.into()).ok()
}
