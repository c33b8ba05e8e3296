//! AWS Control Tower in this process. No emulator has it, so this one answers the three calls that the function makes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_controltower::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_controltower::types::{LandingZoneDriftStatus, LandingZoneOperationStatus};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use controltower_trusted_access::aws::control_tower::ControlTower;
use serde_json::{Value, json};

use crate::call_recorder::CallRecorder;

const LANDING_ZONE_ARN: &str =
    "arn:aws:controltower:eu-west-1:111122223333:landingzone/1A2B3C4D5E6F7G8H";

/// The emulated service. A clone shares its state.
#[derive(Debug, Clone, Default)]
pub struct EmulatedControlTower(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The drift status of the landing zone, or `None` if there is no landing zone.
    landing_zone: Option<LandingZoneDriftStatus>,
    /// The status of the operation that deletes the landing zone, if there is one.
    deletion: Option<LandingZoneOperationStatus>,
}

impl EmulatedControlTower {
    pub fn set_landing_zone(&self, drift_status: LandingZoneDriftStatus) {
        *self.state() = State {
            landing_zone: Some(drift_status),
            deletion: None,
        };
    }

    pub fn begin_decommissioning(&self) {
        self.state().deletion = Some(LandingZoneOperationStatus::InProgress);
    }

    pub fn end_decommissioning(&self) {
        *self.state() = State {
            landing_zone: None,
            deletion: Some(LandingZoneOperationStatus::Succeeded),
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the function's adapter over this Control Tower. `calls` records its calls.
    pub fn adapter(&self, region: String, calls: &CallRecorder) -> ControlTower {
        let endpoint = SharedHttpConnector::new(Endpoint {
            control_tower: self.clone(),
            calls: calls.clone(),
        });
        let credentials = Credentials::new("sandbox", "sandbox", None, None, "sandbox");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| endpoint.clone()))
            .build();
        ControlTower::new(&sdk, region, None)
    }

    /// Returns the operation of a request path and the response, or `None` if it is not emulated or there is no
    /// such landing zone.
    fn respond(&self, path: &str) -> Option<(&'static str, Value)> {
        let state = self.state();
        match path {
            "/list-landingzones" => {
                let entry = |_| json!({"arn": LANDING_ZONE_ARN});
                let landing_zones: Vec<Value> = state.landing_zone.iter().map(entry).collect();
                Some(("ListLandingZones", json!({"landingZones": landing_zones})))
            }
            "/get-landingzone" => {
                let landing_zone = json!({
                    "arn": LANDING_ZONE_ARN,
                    "version": "3.3",
                    "latestAvailableVersion": "3.3",
                    "status": "ACTIVE",
                    "driftStatus": {"status": state.landing_zone.as_ref()?.as_str()},
                    "manifest": {},
                });
                Some(("GetLandingZone", json!({"landingZone": landing_zone})))
            }
            "/list-landingzone-operations" => {
                // Unfiltered: the adapter compares type and status itself.
                let operation = |status: &LandingZoneOperationStatus| json!({"operationType": "DELETE", "status": status.as_str()});
                let operations: Vec<Value> = state.deletion.iter().map(operation).collect();
                Some((
                    "ListLandingZoneOperations",
                    json!({"landingZoneOperations": operations}),
                ))
            }
            _ => None,
        }
    }
}

/// The HTTP connector of the SDK. It responds without a network.
#[derive(Debug)]
struct Endpoint {
    control_tower: EmulatedControlTower,
    calls: CallRecorder,
}

impl HttpConnector for Endpoint {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let path = request.uri().rsplit_once(".com").map(|(_, path)| path);
        let response = path.and_then(|path| self.control_tower.respond(path));
        let (status, body) = match response {
            Some((operation, body)) => {
                self.calls.record(operation);
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
