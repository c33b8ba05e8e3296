//! A network that answers the SDK from a script.
//!
//! A script is answers, set apart by the byte 0x1E; the last one repeats for ever. Each is a status and
//! lines of headers, an empty line, and a body. What has no status is a cut connection.

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_organizations::config::http::{HttpRequest, HttpResponse};
use aws_sdk_organizations::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use serde_json::Value;

/// What sets two answers of a script apart: a character that JSON does not allow as it is.
const SEPARATOR: u8 = 0x1e;

/// An answer of the script.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
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

    /// `None` where HTTP does not know such a status.
    fn response(&self) -> Option<HttpResponse> {
        let status = self.status.try_into().ok()?;
        let mut response = HttpResponse::new(status, self.body.clone().into());
        for (name, value) in self.headers.clone() {
            // A name or a value that HTTP does not allow would not have come this far.
            let _ = response.headers_mut().try_append(name, value);
        }
        Some(response)
    }
}

/// One request, and what it was answered.
#[derive(Debug)]
pub struct Exchange {
    pub operation: String,
    pub request: Value,
    /// `None` where the connection was cut.
    pub answer: Option<Answer>,
}

/// The answer to the last request of a call that went well.
pub fn last_answer(exchanges: &[Exchange]) -> &Answer {
    let last = exchanges.last().and_then(|last| last.answer.as_ref());
    last.expect("a call that went well was answered")
}

#[derive(Debug, Default)]
struct Play {
    script: Vec<Option<Answer>>,
    exchanges: Vec<Exchange>,
}

/// The network; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Network(Arc<Mutex<Play>>);

impl Network {
    /// The configuration of an SDK whose requests go over this network.
    pub fn sdk(&self) -> SdkConfig {
        let credentials = Credentials::new("AKIAEXAMPLE", "secret", None, None, "fuzz");
        let connector = SharedHttpConnector::new(self.clone());
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build()
    }

    /// From now on, requests are answered from this script.
    pub fn play(&self, script: &[u8]) {
        let answers = script.split(|byte| *byte == SEPARATOR);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Play {
            script: answers.map(Answer::parse).collect(),
            exchanges: Vec::new(),
        };
    }

    /// What went over the network since the script began.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let mut play = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut play.exchanges)
    }
}

/// Organizations has it in a header, Control Tower at the end of the path.
fn operation(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target");
    target.unwrap_or_else(|| request.uri().rsplit('/').next().unwrap_or_default())
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut play = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = play.exchanges.len().min(play.script.len() - 1);
        let answer = play.script[nth].clone();
        let response = answer.as_ref().and_then(Answer::response);
        let body = request.body().bytes().unwrap_or_default();
        play.exchanges.push(Exchange {
            operation: operation(&request).to_owned(),
            request: serde_json::from_slice(body).unwrap_or_default(),
            answer: answer.filter(|_| response.is_some()),
        });
        HttpConnectorFuture::ready(response.ok_or_else(|| ConnectorError::io("cut".into())))
    }
}
