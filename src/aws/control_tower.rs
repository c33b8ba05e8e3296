//! The adapter over AWS Control Tower: whether there is a landing zone, its details and its operations.
//!
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_ListLandingZones.html>,
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_GetLandingZone.html>

mod list_detector;
mod operations;

use aws_config::{Region, SdkConfig};
use aws_sdk_controltower::Client;
use aws_sdk_controltower::config::Builder;
use aws_sdk_controltower::operation::get_landing_zone::GetLandingZoneError;
use aws_sdk_controltower::types::LandingZoneDetail as SdkDetail;

use super::error_classification::{AttemptRecorder, api_error};
use super::retry::with_client_policy;
use crate::core::error::{ApiError, ApiErrorKind};
use crate::core::landing_zone::{DeleteStatus, LandingZoneDetail, LandingZoneState};
use crate::core::model::Operation;
use crate::core::ports::ReadLandingZone;
use crate::core::sanitize::sanitize_value;
use list_detector::ListDetector;

/// The longest list, in pages. There is at most one landing zone, and at most a few were deleted in 90 days, so more come
/// from a stub that returns tokens without end.
const MAX_PAGES: usize = 10;

/// The largest response body. A landing zone has a few kilobytes. The limit is lower than that of Organizations, because
/// the SDK parses the manifest into a tree that takes up to 120 times the memory of its text.
const MAX_RESPONSE_BYTES: usize = 128 * 1024;

/// AWS Control Tower in the landing zone's home Region, as far as this program uses it.
#[derive(Debug, Clone)]
pub struct ControlTower {
    sdk: SdkConfig,
    region: String,
    endpoint: Option<String>,
}

impl ControlTower {
    /// Uses the SDK's configuration in `region`, the landing zone's home Region, with `endpoint` if there is one and
    /// else the SDK's own. The client is built when it is needed: without drift it never is.
    #[must_use]
    pub fn new(sdk: &SdkConfig, region: String, endpoint: Option<String>) -> Self {
        Self {
            sdk: sdk.clone(),
            region,
            endpoint,
        }
    }

    fn client(&self) -> Client {
        let mut config = with_client_policy!(Builder::from(&self.sdk), MAX_RESPONSE_BYTES);
        config.set_region(Some(Region::new(self.region.clone())));
        if let Some(endpoint) = &self.endpoint {
            config.set_endpoint_url(Some(endpoint.clone()));
        }
        Client::from_conf(config.build())
    }
}

impl ReadLandingZone for ControlTower {
    fn region(&self) -> &str {
        &self.region
    }

    async fn read(&self) -> Result<LandingZoneState, ApiError> {
        let client = self.client();
        let Some(arn) = list(&client).await? else {
            return Ok(LandingZoneState::NotFound);
        };
        // In most Regions the list shows the landing zone whatever its home Region is.
        // https://docs.aws.amazon.com/controltower/latest/userguide/lz-api-list.html
        match region_of(&arn) {
            Some(home) if home == self.region => {
                Ok(LandingZoneState::Found(get(&client, arn).await?))
            }
            Some(home) => Ok(LandingZoneState::InOtherRegion(sanitize_value(home))),
            None => Err(invalid_response(
                Operation::ListLandingZones,
                "an ARN without a Region",
            )),
        }
    }

    async fn has_delete_operation(&self, status: DeleteStatus) -> Result<bool, ApiError> {
        operations::has_delete_operation(&self.client(), status).await
    }
}

/// Returns the Region in an ARN.
fn region_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|region| !region.is_empty())
}

/// Returns the ARN of the landing zone, if there is one.
async fn list(client: &Client) -> Result<Option<String>, ApiError> {
    let mut token = None;
    for _ in 0..MAX_PAGES {
        let recorder = AttemptRecorder::default();
        let detector = ListDetector::new("landingZones");
        let page = client
            .list_landing_zones()
            .set_next_token(token)
            .customize()
            .interceptor(recorder.clone())
            .interceptor(detector.clone())
            .send()
            .await
            .map_err(|error| api_error(Operation::ListLandingZones, error, &recorder))?;
        if let Some(summary) = page.landing_zones.into_iter().next() {
            let arn = summary.arn.filter(|arn| !arn.is_empty());
            let no_arn =
                || invalid_response(Operation::ListLandingZones, "an entry without an ARN");
            return arn.ok_or_else(no_arn).map(Some);
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            let no_list = "a response without a list of landing zones";
            let none = detector.has_list().then_some(None);
            return none.ok_or_else(|| invalid_response(Operation::ListLandingZones, no_list));
        }
    }
    Err(invalid_response(
        Operation::ListLandingZones,
        "more than 10 pages of at most one landing zone",
    ))
}

/// Returns the landing zone's details.
async fn get(client: &Client, arn: String) -> Result<LandingZoneDetail, ApiError> {
    let recorder = AttemptRecorder::default();
    let response = client
        .get_landing_zone()
        .landing_zone_identifier(arn.clone())
        .customize()
        .interceptor(recorder.clone())
        .send()
        .await
        .map_err(|error| {
            let is_gone = error
                .as_service_error()
                .is_some_and(GetLandingZoneError::is_resource_not_found_exception);
            let error = api_error(Operation::GetLandingZone, error, &recorder);
            // It was listed a moment ago, so the next run will not find it any more.
            let kind = if is_gone {
                ApiErrorKind::Conflict
            } else {
                error.kind
            };
            ApiError { kind, ..error }
        })?;
    // The SDK fills a missing version with an empty text, and the API promises one.
    let detail = response
        .landing_zone
        .filter(|zone| !zone.version.is_empty());
    detail.map(|zone| from_sdk(&arn, zone)).ok_or_else(|| {
        invalid_response(
            Operation::GetLandingZone,
            "a response without the landing zone's version",
        )
    })
}

fn from_sdk(arn: &str, zone: SdkDetail) -> LandingZoneDetail {
    let drift = zone.drift_status.and_then(|drift| drift.status);
    LandingZoneDetail {
        arn: sanitize_value(arn),
        version: sanitize_value(&zone.version),
        latest_version: zone.latest_available_version.as_deref().map(sanitize_value),
        status: zone.status.map(|status| sanitize_value(status.as_str())),
        drift_status: drift.map(|status| sanitize_value(status.as_str())),
    }
}

/// Returns the error of a response that parses and cannot be right.
fn invalid_response(operation: Operation, message: &str) -> ApiError {
    ApiError::local(operation, ApiErrorKind::InvalidResponse, message)
}
