//! The adapter over AWS Control Tower: whether there is a landing zone, and what it is like.
//!
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_ListLandingZones.html>,
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_GetLandingZone.html>

mod listed;

use aws_config::{Region, SdkConfig};
use aws_sdk_controltower::Client;
use aws_sdk_controltower::config::Builder;
use aws_sdk_controltower::operation::get_landing_zone::GetLandingZoneError;
use aws_sdk_controltower::types::LandingZoneDetail;

use crate::error::{ApiError, ApiErrorKind};
use crate::landing_zone::{Answer, Details};
use crate::ports::ReadLandingZone;
use crate::sdk::{Attempts, api_error, patient};
use crate::settings::Network;
use crate::state::Operation;
use crate::text::one_line;
use listed::Listed;

/// The most pages of one pass. There is at most one landing zone; more is a stub that hands out tokens.
const MOST_PAGES: usize = 10;

/// AWS Control Tower in the landing zone's home Region, as far as this program uses it.
#[derive(Debug, Clone)]
pub struct ControlTower {
    sdk: SdkConfig,
    region: String,
    endpoint: Option<String>,
}

impl ControlTower {
    /// Over the given SDK configuration, in the landing zone's home Region. The client is made when it is
    /// needed: without drift it never is.
    #[must_use]
    pub fn new(sdk: &SdkConfig, region: String) -> Self {
        Self {
            sdk: sdk.clone(),
            region,
            endpoint: None,
        }
    }

    /// The same at the endpoint that `network` names for it.
    #[must_use]
    pub fn over(sdk: &SdkConfig, region: String, network: &Network) -> Self {
        Self {
            endpoint: network.control_tower.clone(),
            ..Self::new(sdk, region)
        }
    }

    fn client(&self) -> Client {
        let mut config = patient!(Builder::from(&self.sdk));
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

    async fn ask(&self) -> Result<Answer, ApiError> {
        let client = self.client();
        let Some(arn) = list(&client).await? else {
            return Ok(Answer::Absent);
        };
        // In most Regions the list has the landing zone wherever its home is.
        // https://docs.aws.amazon.com/controltower/latest/userguide/lz-api-list.html
        match home(&arn) {
            Some(home) if home == self.region => Ok(Answer::Present(get(&client, arn).await?)),
            Some(home) => Ok(Answer::Elsewhere(one_line(home))),
            None => Err(not_understood(
                Operation::ListLandingZones,
                "an ARN without a Region",
            )),
        }
    }
}

/// The Region in an ARN.
fn home(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|region| !region.is_empty())
}

/// The ARN of the landing zone, if there is one.
async fn list(client: &Client) -> Result<Option<String>, ApiError> {
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let attempts = Attempts::default();
        let listed = Listed::default();
        let page = client
            .list_landing_zones()
            .set_next_token(token)
            .customize()
            .interceptor(attempts.clone())
            .interceptor(listed.clone())
            .send()
            .await
            .map_err(|error| api_error(Operation::ListLandingZones, error, &attempts))?;
        if let Some(summary) = page.landing_zones.into_iter().next() {
            let arn = summary.arn.filter(|arn| !arn.is_empty());
            let no_arn = || not_understood(Operation::ListLandingZones, "an entry without an ARN");
            return arn.ok_or_else(no_arn).map(Some);
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            let no_list = "an answer without a list of landing zones";
            let none = listed.there_was_a_list().then_some(None);
            return none.ok_or_else(|| not_understood(Operation::ListLandingZones, no_list));
        }
    }
    Err(not_understood(
        Operation::ListLandingZones,
        "more than 10 pages of at most one landing zone",
    ))
}

/// What the landing zone is like.
async fn get(client: &Client, arn: String) -> Result<Details, ApiError> {
    let attempts = Attempts::default();
    let answer = client
        .get_landing_zone()
        .landing_zone_identifier(arn)
        .customize()
        .interceptor(attempts.clone())
        .send()
        .await
        .map_err(|error| {
            let is_gone = error
                .as_service_error()
                .is_some_and(GetLandingZoneError::is_resource_not_found_exception);
            let error = api_error(Operation::GetLandingZone, error, &attempts);
            // It was listed a moment ago, so the next run will see it gone.
            let kind = if is_gone {
                ApiErrorKind::Conflict
            } else {
                error.kind
            };
            ApiError { kind, ..error }
        })?;
    // The SDK puts an empty version where AWS gave none, and the API promises one.
    let detail = answer.landing_zone.filter(|zone| !zone.version.is_empty());
    detail.map(details).ok_or_else(|| {
        not_understood(
            Operation::GetLandingZone,
            "an answer without the landing zone's version",
        )
    })
}

fn details(zone: LandingZoneDetail) -> Details {
    let drift = zone.drift_status.and_then(|drift| drift.status);
    Details {
        version: one_line(&zone.version),
        latest_version: zone.latest_available_version.as_deref().map(one_line),
        status: zone.status.map(|status| one_line(status.as_str())),
        drift_status: drift.map(|status| one_line(status.as_str())),
    }
}

/// The error of a reply that has the shape of an answer and cannot be one.
fn not_understood(operation: Operation, what: &str) -> ApiError {
    ApiError::found_here(operation, ApiErrorKind::InvalidResponse, what)
}
