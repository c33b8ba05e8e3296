//! An AWS Control Tower in this process, since no emulator has one: it answers the two calls that the
//! function makes, from a landing zone that the story sets up, lets drift and takes down.

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_controltower::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use controltower_trusted_access::aws::control_tower::ControlTower;
use serde_json::{Value, json};

use crate::calls::Calls;

const HOME: &str = "eu-west-1";
const ARN: &str = "arn:aws:controltower:eu-west-1:111122223333:landingzone/1A2B3C4D5E6F7G8H";

/// A landing zone, or none.
#[derive(Debug, Clone, Default)]
pub struct LandingZone {
    drift: Arc<Mutex<Option<&'static str>>>,
}

impl LandingZone {
    /// It exists and is as Control Tower expects.
    pub fn set_up(&self) {
        self.change(Some("IN_SYNC"));
    }

    /// Control Tower has noticed that something is not as it expects.
    pub fn drift(&self) {
        self.change(Some("DRIFTED"));
    }

    /// It is decommissioned.
    pub fn take_down(&self) {
        self.change(None);
    }

    /// The function's adapter over this landing zone, with a note of each call.
    pub fn adapter(&self, calls: &Calls) -> ControlTower {
        let endpoint = SharedHttpConnector::new(Endpoint {
            zone: self.clone(),
            calls: calls.clone(),
        });
        let credentials = Credentials::new("sandbox", "sandbox", None, None, "sandbox");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| endpoint.clone()))
            .build();
        ControlTower::new(&sdk, HOME.to_owned(), None)
    }

    fn change(&self, drift: Option<&'static str>) {
        *self.drift.lock().unwrap_or_else(PoisonError::into_inner) = drift;
    }

    fn answer(&self, path: &str) -> Option<(&'static str, Value)> {
        let drift = *self.drift.lock().unwrap_or_else(PoisonError::into_inner);
        match path {
            "/list-landingzones" => {
                let zones: Vec<Value> = drift.iter().map(|_| json!({"arn": ARN})).collect();
                Some(("ListLandingZones", json!({"landingZones": zones})))
            }
            "/get-landingzone" => {
                let zone = json!({
                    "arn": ARN,
                    "version": "3.3",
                    "latestAvailableVersion": "3.3",
                    "status": "ACTIVE",
                    "driftStatus": {"status": drift?},
                    "manifest": {},
                });
                Some(("GetLandingZone", json!({"landingZone": zone})))
            }
            _ => None,
        }
    }
}

/// What stands in place of the network.
#[derive(Debug)]
struct Endpoint {
    zone: LandingZone,
    calls: Calls,
}

impl HttpConnector for Endpoint {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let path = request.uri().rsplit_once(".com").map(|(_, path)| path);
        let (status, body) = match path.and_then(|path| self.zone.answer(path)) {
            Some((operation, body)) => {
                self.calls.note(operation);
                (http::StatusCode::OK, body)
            }
            None => (http::StatusCode::NOT_FOUND, json!({})),
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(
            status.into(),
            SdkBody::from(body.to_string()),
        )))
    }
}
