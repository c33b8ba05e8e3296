//! The operation of a request, and its replies in the protocol of the service.

use super::cbor;
use crate::http::{Request, response};

/// A parsed request.
pub struct Operation {
    /// Written like an IAM action: `sts:AssumeRole`.
    pub name: String,
    /// The request's body.
    pub body: String,
    /// The Region in the signature.
    pub region: String,
    /// The access key ID in the signature.
    pub access_key_id: String,
    protocol: Protocol,
}

#[derive(Clone, Copy, PartialEq)]
enum Protocol {
    Json,
    RestJson,
    Query,
    Cbor,
}

/// A part of the path of each REST operation.
const REST_PATHS: [(&str, &str); 8] = [
    ("/list-landingzones", "controltower:ListLandingZones"),
    ("/get-landingzone", "controltower:GetLandingZone"),
    (
        "/list-landingzone-operations",
        "controltower:ListLandingZoneOperations",
    ),
    (
        "/list-enabled-baselines",
        "controltower:ListEnabledBaselines",
    ),
    ("/configuration", "lambda:GetFunctionConfiguration"),
    ("/concurrency", "lambda:GetFunctionConcurrency"),
    (
        "/event-invoke-config",
        "lambda:GetFunctionEventInvokeConfig",
    ),
    ("/schedules/", "scheduler:GetSchedule"),
];

impl Operation {
    /// Parses a request. An unknown path becomes `unknown:/path`.
    pub fn from_request(request: &Request) -> Self {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let (name, protocol) = Self::name(request, &body);
        // Credential=AKIAEXAMPLE/20261124/us-east-1/sts/aws4_request
        let credential = request.header("authorization").unwrap_or_default();
        let region = credential.split('/').nth(2).unwrap_or_default().to_owned();
        let key = credential.split('/').next().unwrap_or_default();
        let access_key_id = key.rsplit('=').next().unwrap_or_default().to_owned();
        Self {
            name,
            body,
            region,
            access_key_id,
            protocol,
        }
    }

    fn name(request: &Request, body: &str) -> (String, Protocol) {
        if let Some(target) = request.header("x-amz-target") {
            let (service, operation) = target.rsplit_once('.').expect("a service and an operation");
            let service = match service {
                "AWSOrganizationsV20161128" => "organizations",
                "Logs_20140328" => "logs",
                "AWSEvents" => "events",
                other if other.ends_with("CloudTrail_20131101") => "cloudtrail",
                other => panic!("unknown service {other}"),
            };
            return (format!("{service}:{operation}"), Protocol::Json);
        }
        if let Some((_, operation)) = request.path.split_once("/operation/") {
            return (format!("cloudwatch:{operation}"), Protocol::Cbor);
        }
        if let Some(action) = form_field(body, "Action") {
            let service = match form_field(body, "Version").as_deref() {
                Some("2011-06-15") => "sts",
                Some("2010-05-08") => "iam",
                Some("2010-03-31") => "sns",
                _ => "cloudformation",
            };
            return (format!("{service}:{action}"), Protocol::Query);
        }
        let path = request.path.split('?').next().unwrap_or_default();
        let known = REST_PATHS.iter().find(|(known, _)| path.contains(known));
        let name = known.map_or_else(|| format!("unknown:{path}"), |(_, name)| (*name).to_owned());
        (name, Protocol::RestJson)
    }

    /// Returns the account of the requested role.
    pub fn role_account(&self) -> Option<String> {
        let arn = form_field(&self.body, "RoleArn").filter(|_| self.name == "sts:AssumeRole")?;
        arn.split(':').nth(4).map(str::to_owned)
    }

    /// Returns a field of the request's form.
    pub fn form(&self, name: &str) -> String {
        form_field(&self.body, name).unwrap_or_default()
    }

    /// Returns a string of the request's JSON.
    pub fn json_string(&self, name: &str) -> Option<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        body[name].as_str().map(str::to_owned)
    }

    /// Returns a success with a body. For CBOR the body is JSON, which is encoded.
    pub fn success(&self, body: &[u8]) -> Vec<u8> {
        match self.protocol {
            Protocol::Json => response(200, "application/x-amz-json-1.1", &[], body),
            Protocol::RestJson => response(200, "application/json", &[], body),
            Protocol::Query => response(200, "text/xml", &[], body),
            Protocol::Cbor => Self::cbor(200, body),
        }
    }

    /// Returns an error in the protocol of the service.
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
        let value = serde_json::from_slice(json).expect("the body is JSON");
        let headers = [("smithy-protocol", "rpc-v2-cbor")];
        response(status, "application/cbor", &headers, &cbor::encode(&value))
    }
}

/// Returns a field of a URL-encoded form.
fn form_field(body: &str, name: &str) -> Option<String> {
    let mut fields = body.split('&').filter_map(|field| field.split_once('='));
    let (_, value) = fields.find(|(key, _)| *key == name)?;
    Some(value.replace("%3A", ":").replace("%2F", "/"))
}
