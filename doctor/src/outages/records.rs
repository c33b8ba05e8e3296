//! Reads a CloudTrail record. Tolerant: a record of another shape is reported as not read, and never fails the run.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use controltower_trusted_access::core::sanitize::{sanitize_line, sanitize_value};
use controltower_trusted_access::lambda::event::{RawJson, from_cloudtrail};
use serde_json::Value;
use serde_json::value::RawValue;

use super::time::Time;

const ORGANIZATIONS: &str = "organizations.amazonaws.com";
const CONTROL_TOWER: &str = "controltower.amazonaws.com";

/// The roles with which Control Tower calls Organizations in the management account.
///
/// <https://docs.aws.amazon.com/controltower/latest/userguide/roles-how.html>
const CONTROL_TOWER_ROLES: [&str; 3] = [
    "AWSControlTowerAdmin",
    "AWSControlTowerStackSetRole",
    "AWSServiceRoleForAWSControlTower",
];

/// A successful event of AWS Organizations.
#[derive(Debug, Clone)]
pub struct Record {
    /// The event's name, such as `MoveAccount`.
    pub name: String,
    /// The event's ID, which is the same in a duplicate.
    pub id: String,
    /// The time of the call.
    pub time: Time,
    /// The best name of the caller.
    pub by: Option<String>,
    /// The caller's IP address, or the DNS name of an AWS service.
    pub source: Option<String>,
    /// Whether Control Tower made the call.
    pub by_control_tower: bool,
    json: Value,
}

/// A record that could not be read, or that lacks something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The event's name, sanitized.
    pub event: String,
    /// The reason why it could not be read.
    pub reason: String,
    /// The time of the event, if it is known.
    pub time: Option<Time>,
    /// The time and the ID, as far as they are known, to find the event in CloudTrail.
    pub place: String,
}

/// The members of an event beside its record, which are used if the record lacks them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Envelope<'a> {
    /// The name of the event.
    pub name: Option<&'a str>,
    /// The ID of the event.
    pub id: Option<&'a str>,
    /// The time of the event.
    pub time: Option<Time>,
}

impl Record {
    /// Reads the JSON of an event. Returns `None` for a failed call, which changed nothing, and for the event of another
    /// service: IAM has a `CreatePolicy` too.
    ///
    /// # Errors
    /// [`Unreadable`] if the text is not a JSON object, or without a name or time.
    pub fn parse(text: &str, envelope: Envelope<'_>) -> Result<Option<Self>, Unreadable> {
        let unreadable = |reason| Unreadable {
            event: sanitize_value(envelope.name.unwrap_or("event without a name")),
            reason,
            time: envelope.time,
            place: describe_place(envelope.time, envelope.id),
        };
        let json: Value = serde_json::from_str(text)
            .map_err(|_| unreadable("the record is not JSON".to_owned()))?;
        if !json.is_object() {
            return Err(unreadable("the record is not a JSON object".to_owned()));
        }
        let has = |key: &str| json.get(key).is_some_and(|value| !value.is_null());
        if text_at(&json, &["eventSource"]) != Some(ORGANIZATIONS)
            || has("errorCode")
            || has("errorMessage")
        {
            return Ok(None);
        }
        let name = text_at(&json, &["eventName"]).or(envelope.name);
        let time = text_at(&json, &["eventTime"]).and_then(Time::parse);
        let (Some(name), Some(time)) = (name, time.or(envelope.time)) else {
            return Err(unreadable("the record has no name or no time".to_owned()));
        };
        let raw: Option<&RawValue> = serde_json::from_str(text).ok();
        let actor = raw.and_then(|raw| from_cloudtrail(RawJson::from(raw)));
        let issuer = actor.as_ref().and_then(|actor| actor.issuer_arn.clone());
        let recipient = text_at(&json, &["recipientAccountId"]);
        Ok(Some(Self {
            name: sanitize_value(name),
            id: sanitize_value(text_at(&json, &["eventID"]).or(envelope.id).unwrap_or("")),
            time,
            by_control_tower: text_at(&json, &["userIdentity", "invokedBy"]) == Some(CONTROL_TOWER)
                || issuer.is_some_and(|arn| is_control_tower_role(&arn, recipient)),
            source: actor.as_ref().and_then(|actor| actor.source_ip.clone()),
            by: actor.map(|actor| actor.display_name()),
            json,
        }))
    }

    /// Returns a text of the record.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        text_at(&self.json, path)
    }

    /// Returns an array of the record.
    pub fn array(&self, path: &[&str]) -> Option<&[Value]> {
        value_at(&self.json, path)?.as_array().map(Vec::as_slice)
    }

    /// Returns the first text with this key in an object of the record, or in an object directly in it.
    pub fn nested_text(&self, object: &str, key: &str) -> Option<&str> {
        let object = self.json.get(object)?.as_object()?;
        let direct = object.get(key).and_then(Value::as_str);
        let nested = || object.values().find_map(|value| value.get(key)?.as_str());
        direct.or_else(nested)
    }

    /// Returns the error for a record that lacks something.
    pub fn unreadable(&self, reason: impl Into<String>) -> Unreadable {
        Unreadable {
            event: self.name.clone(),
            reason: reason.into(),
            time: Some(self.time),
            place: describe_place(Some(self.time), Some(&self.id)),
        }
    }
}

fn describe_place(time: Option<Time>, id: Option<&str>) -> String {
    let time = time.map_or_else(|| "an unknown time".to_owned(), |time| time.to_string());
    let id = id.filter(|id| !id.is_empty()).map(sanitize_line);
    id.map_or_else(|| time.clone(), |id| format!("{time}, event ID {id}"))
}

/// Returns whether an ARN is that of one of Control Tower's roles. A role of this name in another account is not.
fn is_control_tower_role(arn: &str, recipient: Option<&str>) -> bool {
    let account = arn.split(':').nth(4);
    let name = arn.rsplit('/').next().unwrap_or_default();
    let is_own = recipient.is_none() || recipient == account;
    is_own && arn.contains(":role/") && CONTROL_TOWER_ROLES.contains(&name)
}

fn text_at<'a>(json: &'a Value, path: &[&str]) -> Option<&'a str> {
    value_at(json, path)?.as_str()
}

fn value_at<'a>(json: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(json, |value, key| value.get(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(record: &Value) -> Result<Option<Record>, Unreadable> {
        Record::parse(&record.to_string(), Envelope::default())
    }

    fn record() -> Value {
        json!({
            "eventSource": "organizations.amazonaws.com", "eventName": "MoveAccount", "eventID": "e-1",
            "eventTime": "2026-11-20T10:00:00Z", "sourceIPAddress": "198.51.100.24", "recipientAccountId": "111122223333",
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/dana"},
        })
    }

    #[test]
    fn a_failed_call_and_an_event_of_another_service_are_skipped() {
        for (key, value) in [
            ("errorCode", json!("AccessDenied")),
            ("errorMessage", json!("no")),
            ("eventSource", json!("iam.amazonaws.com")),
            ("eventSource", json!(null)),
        ] {
            let mut record = record();
            record[key] = value;
            assert!(parse(&record).unwrap().is_none(), "{record}");
        }
        let mut record = record();
        record["errorCode"] = Value::Null;
        assert!(parse(&record).unwrap().is_some());
    }

    #[test]
    fn the_caller_has_the_best_name_with_the_source_identity() {
        let mut record = record();
        record["userIdentity"]["sessionContext"] = json!({"sourceIdentity": "dana@example.com"});
        let record = parse(&record).unwrap().unwrap();
        let by = record.by.as_deref();
        assert_eq!(
            by,
            Some("arn:aws:iam::111122223333:user/dana (source identity dana@example.com)")
        );
        assert_eq!(record.source.as_deref(), Some("198.51.100.24"));
    }

    #[test]
    fn control_tower_is_told_by_its_service_principal_or_by_a_role_of_the_same_account() {
        let issuer = |arn: &str| json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": arn}}});
        for (identity, expected) in [
            (json!({"invokedBy": "controltower.amazonaws.com"}), true),
            (json!({"invokedBy": "sso.amazonaws.com"}), false),
            (
                issuer("arn:aws:iam::111122223333:role/service-role/AWSControlTowerAdmin"),
                true,
            ),
            (
                issuer(
                    "arn:aws:iam::111122223333:role/aws-service-role/controltower.amazonaws.com/AWSServiceRoleForAWSControlTower",
                ),
                true,
            ),
            (
                issuer("arn:aws:iam::444455556666:role/service-role/AWSControlTowerAdmin"),
                false,
            ),
            (
                issuer("arn:aws:iam::111122223333:role/AWSControlTowerAdminOfDana"),
                false,
            ),
            (
                issuer("arn:aws:iam::111122223333:user/AWSControlTowerAdmin"),
                false,
            ),
            (json!(null), false),
        ] {
            let mut record = record();
            record["userIdentity"] = identity.clone();
            let record = parse(&record).unwrap().unwrap();
            assert_eq!(record.by_control_tower, expected, "{identity}");
        }
    }

    #[test]
    fn a_malformed_record_is_unreadable_and_names_the_event() {
        let envelope = Envelope {
            name: Some("Move\u{1b}Account"),
            id: Some("e-1"),
            time: Time::parse("2026-11-20T10:00:00Z"),
        };
        for text in ["", "{", "[]", "null", "7", "\"text\"", "{\"a\":1} x"] {
            let error = Record::parse(text, envelope).unwrap_err();
            assert_eq!(error.event, "Move Account");
            assert_eq!(error.place, "2026-11-20T10:00:00Z, event ID e-1");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
        assert!(Record::parse(&deep, envelope).is_err());
    }

    #[test]
    fn name_id_and_time_are_those_of_the_event_if_the_record_lacks_them() {
        let mut record = record();
        for key in ["eventName", "eventID", "eventTime"] {
            record[key] = Value::Null;
        }
        assert!(parse(&record).is_err());
        let envelope = Envelope {
            name: Some("MoveAccount"),
            id: Some("e-2"),
            time: Time::parse("2026-11-20T10:00:01Z"),
        };
        let record = Record::parse(&record.to_string(), envelope)
            .unwrap()
            .unwrap();
        assert_eq!(
            (record.name.as_str(), record.id.as_str()),
            ("MoveAccount", "e-2")
        );
        assert_eq!(record.time.to_string(), "2026-11-20T10:00:01Z");
    }
}
