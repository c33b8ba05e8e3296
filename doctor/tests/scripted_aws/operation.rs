//! Which operation a request calls, and the shape of its answers, by the protocol of the service.

use super::cbor;
use crate::http::{Request, response};

/// A request, as far as it matters here.
pub struct Operation {
    /// As IAM writes it: `sts:AssumeRole`.
    pub name: String,
    /// The body as text.
    pub body: String,
    /// The Region that the request is signed for.
    pub region: String,
    /// The access key that it is signed with.
    pub key: String,
    protocol: Protocol,
}

#[derive(Clone, Copy, PartialEq)]
enum Protocol {
    Json,
    RestJson,
    Query,
    Cbor,
}

/// REST paths of Control Tower and their operations.
const CONTROL_TOWER: [(&str, &str); 3] = [
    ("/list-landingzones", "controltower:ListLandingZones"),
    ("/get-landingzone", "controltower:GetLandingZone"),
    (
        "/list-enabled-baselines",
        "controltower:ListEnabledBaselines",
    ),
];

impl Operation {
    /// Reads a request; one of a service that is not known is `unknown:…`.
    pub fn of(request: &Request) -> Self {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let (name, protocol) = Self::name(request, &body);
        // Credential=AKIAEXAMPLE/20261124/us-east-1/sts/aws4_request
        let signed = request.header("authorization").unwrap_or_default();
        let region = signed.split('/').nth(2).unwrap_or_default().to_owned();
        let key = signed.split('/').next().unwrap_or_default();
        let key = key.rsplit('=').next().unwrap_or_default().to_owned();
        Self {
            name,
            body,
            region,
            key,
            protocol,
        }
    }

    fn name(request: &Request, body: &str) -> (String, Protocol) {
        if let Some(target) = request.header("x-amz-target") {
            let (service, operation) = target.rsplit_once('.').expect("a service and an operation");
            let service = match service {
                "AWSOrganizationsV20161128" => "organizations",
                "Logs_20140328" => "logs",
                other if other.ends_with("CloudTrail_20131101") => "cloudtrail",
                other => panic!("no service {other}"),
            };
            return (format!("{service}:{operation}"), Protocol::Json);
        }
        if let Some((_, operation)) = request.path.split_once("/operation/") {
            return (format!("cloudwatch:{operation}"), Protocol::Cbor);
        }
        if let Some(action) = field(body, "Action") {
            let service = match field(body, "Version").as_deref() {
                Some("2011-06-15") => "sts",
                _ => "cloudformation",
            };
            return (format!("{service}:{action}"), Protocol::Query);
        }
        if request.path.ends_with("/configuration") {
            return ("lambda:GetFunctionConfiguration".into(), Protocol::RestJson);
        }
        let path = request.path.split('?').next().unwrap_or_default();
        let known = CONTROL_TOWER.iter().find(|(known, _)| path == *known);
        let name = known.map_or_else(|| format!("unknown:{path}"), |(_, name)| (*name).to_owned());
        (name, Protocol::RestJson)
    }

    /// The account of which a role is asked for.
    pub fn role_account(&self) -> Option<String> {
        let arn = field(&self.body, "RoleArn").filter(|_| self.name == "sts:AssumeRole")?;
        arn.split(':').nth(4).map(str::to_owned)
    }

    /// A string of the request's JSON.
    pub fn text(&self, name: &str) -> Option<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        body[name].as_str().map(str::to_owned)
    }

    /// An answer with a body, which for CBOR is written as JSON too.
    pub fn success(&self, body: &[u8]) -> Vec<u8> {
        match self.protocol {
            Protocol::Json => response(200, "application/x-amz-json-1.1", &[], body),
            Protocol::RestJson => response(200, "application/json", &[], body),
            Protocol::Query => response(200, "text/xml", &[], body),
            Protocol::Cbor => Self::cbor(200, body),
        }
    }

    /// An error in the service's own words.
    pub fn error(&self, status: u16, code: &str, message: &str) -> Vec<u8> {
        let json = format!(r#"{{"__type":"{code}","message":"{message}","Message":"{message}"}}"#);
        match self.protocol {
            Protocol::Json => response(status, "application/x-amz-json-1.1", &[], json.as_bytes()),
            Protocol::RestJson => {
                let headers = [("x-amzn-errortype", code)];
                response(status, "application/json", &headers, json.as_bytes())
            }
            Protocol::Query => {
                let xml = format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                     <RequestId>example</RequestId></ErrorResponse>"
                );
                response(status, "text/xml", &[], xml.as_bytes())
            }
            Protocol::Cbor => Self::cbor(status, json.as_bytes()),
        }
    }

    fn cbor(status: u16, json: &[u8]) -> Vec<u8> {
        let value = serde_json::from_slice(json).expect("a body written as JSON");
        let headers = [("smithy-protocol", "rpc-v2-cbor")];
        response(status, "application/cbor", &headers, &cbor::of(&value))
    }
}

/// A field of a form.
fn field(body: &str, name: &str) -> Option<String> {
    let mut fields = body.split('&').filter_map(|field| field.split_once('='));
    let (_, value) = fields.find(|(key, _)| *key == name)?;
    Some(value.replace("%3A", ":").replace("%2F", "/"))
}
