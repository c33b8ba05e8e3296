//! CloudTrail's event history, and what Organizations says about the IDs in it.

use serde_json::{Value, json};

use super::operation::Operation;
use super::replies::MANAGEMENT;

/// The page size of `LookupEvents`, the maximum of CloudTrail.
const EVENTS_PER_PAGE: usize = 50;

/// The OUs with their names.
pub const SANDBOX: &str = "ou-abcd-sandbox1";
pub const WORKLOADS: &str = "ou-abcd-workload";
/// A policy of Control Tower, and one of the customer.
pub const GUARDRAIL: &str = "p-guardrail1";
pub const OWN_POLICY: &str = "p-customer1";
const NAMES: [(&str, &str); 7] = [
    ("ou-abcd-security", "Security"),
    (SANDBOX, "Sandbox"),
    (WORKLOADS, "Workloads"),
    (GUARDRAIL, "aws-guardrails-Example"),
    (OWN_POLICY, "deny-regions"),
    ("222200000001", "payments-dev"),
    ("222200000002", "payments-test"),
];

/// An event of the history.
#[derive(Clone)]
pub struct FakeEvent {
    /// The event's name.
    pub name: String,
    /// The event's ID.
    pub id: String,
    /// Seconds since 1970.
    pub time: i64,
    /// `CloudTrailEvent`.
    pub record: String,
    /// The account and its new parent, if the event is a successful move.
    pub moved: Option<(String, String)>,
}

/// Returns the record of a call by an administrator. AWS documents the shape:
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html>
pub fn record(name: &str, time: &str, request: Value, response: Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:dana", "accountId": MANAGEMENT,
            "arn": format!("arn:aws:sts::{MANAGEMENT}:assumed-role/Admin/dana"), "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": "AROAEXAMPLE", "accountId": MANAGEMENT, "userName": "Admin",
                    "arn": format!("arn:aws:iam::{MANAGEMENT}:role/Admin"),
                },
                "attributes": {"creationDate": time, "mfaAuthenticated": "true"},
            },
        },
        "eventTime": time, "eventSource": "organizations.amazonaws.com", "eventName": name, "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.24", "userAgent": "Mozilla/5.0", "requestID": "EXAMPLE8-90ab-cdef-fedc-ba987EXAMPLE",
        "eventID": format!("{name}-{time}"), "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
        "recipientAccountId": MANAGEMENT, "eventCategory": "Management",
    });
    record["requestParameters"] = request;
    record["responseElements"] = response;
    record
}

/// Returns the record of an event that an AWS service reports, without a caller.
pub fn service_record(name: &str, time: &str, details: Value) -> Value {
    let mut record = record(name, time, Value::Null, Value::Null);
    record["userIdentity"] = json!({"accountId": MANAGEMENT, "invokedBy": "AWS Internal"});
    record["sourceIPAddress"] = "AWS Internal".into();
    record["eventType"] = "AwsServiceEvent".into();
    record["serviceEventDetails"] = details;
    record
}

/// Returns the record of the call that disables or enables a principal's trusted access.
pub fn switch(name: &str, time: &str, principal: &str) -> Value {
    record(
        name,
        time,
        json!({"servicePrincipal": principal}),
        Value::Null,
    )
}

impl From<Value> for FakeEvent {
    fn from(record: Value) -> Self {
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        let time = aws_sdk_sts::primitives::DateTime::from_str(
            &text("eventTime"),
            aws_sdk_sts::primitives::DateTimeFormat::DateTime,
        );
        Self {
            name: text("eventName"),
            id: text("eventID"),
            time: time.expect("an RFC 3339 time").secs(),
            moved: moved(&record),
            record: record.to_string(),
        }
    }
}

/// Returns a reply of `LookupEvents`: the events of the requested name and time, in the order of the scenario.
pub fn lookup(operation: &Operation, events: &[FakeEvent]) -> Value {
    let request: Value = serde_json::from_str(&operation.body).expect("the request is JSON");
    let attributes = request["LookupAttributes"]
        .as_array()
        .expect("an attribute");
    assert_eq!(attributes.len(), 1, "CloudTrail takes one attribute");
    assert_eq!(attributes[0]["AttributeKey"], "EventName");
    let name = attributes[0]["AttributeValue"].as_str().expect("a name");
    let limit = |key: &str| request[key].as_f64();
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    let is_in_window = |event: &&FakeEvent| {
        let time = event.time as f64;
        limit("StartTime").is_none_or(|start| start <= time)
            && limit("EndTime").is_none_or(|end| time <= end)
    };
    let found = events.iter().filter(|event| event.name == name);
    let found: Vec<&FakeEvent> = found.filter(is_in_window).collect();
    let token = operation.json_string("NextToken");
    let start = token.map_or(0, |token| token.parse().expect("a token of this fake"));
    let end = (start + EVENTS_PER_PAGE).min(found.len());
    let page = found[start..end].iter().map(|event| {
        json!({
            "EventId": event.id, "EventName": event.name, "EventTime": event.time, "ReadOnly": "false",
            "EventSource": "organizations.amazonaws.com", "CloudTrailEvent": event.record,
        })
    });
    json!({
        "Events": page.collect::<Vec<_>>(),
        "NextToken": (end < found.len()).then(|| end.to_string()),
    })
}

/// Returns a reply of `DescribeOrganizationalUnit`, `DescribeAccount` or `DescribePolicy`.
pub fn describe(operation: &Operation) -> Vec<u8> {
    let (key, error) = match operation.name.as_str() {
        "organizations:DescribeAccount" => ("AccountId", "AccountNotFoundException"),
        "organizations:DescribePolicy" => ("PolicyId", "PolicyNotFoundException"),
        _ => (
            "OrganizationalUnitId",
            "OrganizationalUnitNotFoundException",
        ),
    };
    let id = operation.json_string(key).expect("an ID");
    let Some((_, name)) = NAMES.iter().find(|(known, _)| *known == id) else {
        return operation.error(400, error, "You specified an ID that does not exist.");
    };
    let body = match key {
        "AccountId" => json!({"Account": {"Id": id, "Name": name, "State": "ACTIVE"}}),
        "PolicyId" => {
            json!({"Policy": {"PolicySummary": {"Id": id, "Name": name, "Type": "SERVICE_CONTROL_POLICY"}}})
        }
        _ => json!({"OrganizationalUnit": {"Id": id, "Name": name}}),
    };
    operation.success(body.to_string().as_bytes())
}

fn moved(record: &Value) -> Option<(String, String)> {
    let request = &record["requestParameters"];
    let account = request["accountId"].as_str()?.to_owned();
    let parent = request["destinationParentId"].as_str()?.to_owned();
    record
        .get("errorCode")
        .is_none()
        .then_some((account, parent))
}

/// Returns the parent of an account after all moves in the history, if there is one.
pub fn parent(operation: &Operation, events: &[FakeEvent]) -> Option<String> {
    let account = operation.json_string("ChildId")?;
    let moves = events.iter().filter_map(|event| {
        let (moved, parent) = event.moved.as_ref()?;
        (*moved == account).then_some((event.time, parent))
    });
    moves.max().map(|(_, parent)| parent.clone())
}
