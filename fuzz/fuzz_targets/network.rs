//! An HTTP client for the SDK that takes its responses from a script.
//!
//! A script is a list of responses, separated by the byte 0x1E. The last one repeats. A response is a line with the
//! status, header lines, an empty line, and a body. An entry without a status is a closed connection.

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_organizations::config::http::{HttpRequest, HttpResponse};
use aws_sdk_organizations::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use serde_json::Value;

/// Separates the responses of a script. JSON does not allow this character unescaped.
const SEPARATOR: u8 = 0x1e;

/// A response of the script.
#[derive(Debug, Clone)]
pub struct ScriptedResponse {
    status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl ScriptedResponse {
    fn parse(text: &[u8]) -> Option<Self> {
        let end = text.windows(2).position(|two| two == b"\n\n");
        let (head, body) = text.split_at(end.unwrap_or(text.len()));
        let mut lines = std::str::from_utf8(head).ok()?.lines();
        let status = lines.next()?.parse().ok()?;
        let headers = lines.filter_map(|line| line.split_once(": "));
        Some(Self {
            status,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: body.get(2..).unwrap_or_default().to_vec(),
        })
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the response, or `None` if the status is not valid in HTTP.
    fn to_http(&self) -> Option<HttpResponse> {
        let status = self.status.try_into().ok()?;
        let mut response = HttpResponse::new(status, self.body.clone().into());
        for (name, value) in self.headers.clone() {
            // An HTTP client would not deliver an invalid name or value, so they are left out.
            let _ = response.headers_mut().try_append(name, value);
        }
        Some(response)
    }
}

/// One request and its response.
#[derive(Debug)]
pub struct Exchange {
    pub operation: String,
    pub request: Value,
    /// `None` if the connection was closed.
    pub response: Option<ScriptedResponse>,
}

/// Returns the last response of a call that succeeded.
pub fn last_response(exchanges: &[Exchange]) -> &ScriptedResponse {
    let last = exchanges.last().and_then(|last| last.response.as_ref());
    last.expect("a successful call has a response")
}

#[derive(Debug, Default)]
struct State {
    script: Vec<Option<ScriptedResponse>>,
    exchanges: Vec<Exchange>,
}

/// The network. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Network(Arc<Mutex<State>>);

impl Network {
    /// Returns an SDK configuration that uses this network.
    pub fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new("AKIAEXAMPLE", "secret", None, None, "fuzz");
        let connector = SharedHttpConnector::new(self.clone());
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build()
    }

    /// Replaces the script, and forgets all exchanges.
    pub fn set_script(&self, script: &[u8]) {
        let responses = script.split(|byte| *byte == SEPARATOR);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State {
            script: responses.map(ScriptedResponse::parse).collect(),
            exchanges: Vec::new(),
        };
    }

    /// Returns the exchanges since the script was set.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.exchanges)
    }
}

/// Returns the operation: Organizations has it in a header, Control Tower at the end of the path.
fn operation(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target");
    target.unwrap_or_else(|| request.uri().rsplit('/').next().unwrap_or_default())
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = state.exchanges.len().min(state.script.len() - 1);
        let scripted = state.script[index].clone();
        let response = scripted.as_ref().and_then(ScriptedResponse::to_http);
        let body = request.body().bytes().unwrap_or_default();
        state.exchanges.push(Exchange {
            operation: operation(&request).to_owned(),
            request: serde_json::from_slice(body).unwrap_or_default(),
            response: scripted.filter(|_| response.is_some()),
        });
        HttpConnectorFuture::ready(response.ok_or_else(|| ConnectorError::io("closed".into())))
    }
}
