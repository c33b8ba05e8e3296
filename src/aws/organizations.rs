//! The adapter over AWS Organizations: pagination, the one write, and its errors.
//!
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAWSServiceAccessForOrganization.html>

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};

use aws_config::SdkConfig;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::Builder;
use aws_sdk_organizations::operation::list_aws_service_access_for_organization::ListAwsServiceAccessForOrganizationOutput as Page;
use aws_sdk_organizations::primitives::DateTimeFormat;
use aws_sdk_organizations::types::EnabledServicePrincipal;

use super::error_classification::{AttemptRecorder, api_error};
use super::retry::with_client_policy;
use crate::core::error::{ApiError, ApiErrorKind};
use crate::core::model::{CONTROL_TOWER, Observation, Operation, TrustedAccess};
use crate::core::plan::Step;
use crate::core::ports::{ReadTrustedAccess, WriteTrustedAccess};

/// Entries per page, the largest that the API allows, so that a list takes few calls.
const PAGE_SIZE: i32 = 20;
/// The longest list, in pages. Some hundred AWS services support trusted access, so a list of 2,000 entries comes
/// from a stub that returns tokens without end.
const MAX_PAGES: usize = 100;

/// The largest response body. A full page has a few kilobytes.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// AWS Organizations, as far as this program uses it.
#[derive(Debug, Clone)]
pub struct Organizations {
    client: Client,
    watched: BTreeSet<String>,
}

/// Returns the configuration of this program's Organizations client: the SDK's, with retry policy and timeouts.
#[must_use]
pub fn client_config(sdk: &SdkConfig) -> Builder {
    with_client_policy!(Builder::from(sdk), MAX_RESPONSE_BYTES)
}

impl Organizations {
    /// Uses `client`, which [`client_config`] configured. A [`read`](ReadTrustedAccess::read) also looks for the
    /// `watched` service principals.
    #[must_use]
    pub fn new(client: Client, watched: BTreeSet<String>) -> Self {
        Self { client, watched }
    }

    /// Builds the client from the SDK's configuration, for `endpoint` if there is one and else for the SDK's own.
    #[must_use]
    pub fn from_sdk_config(
        sdk: &SdkConfig,
        endpoint: Option<String>,
        watched: BTreeSet<String>,
    ) -> Self {
        let mut config = client_config(sdk);
        config.set_endpoint_url(endpoint);
        Self::new(Client::from_conf(config.build()), watched)
    }

    async fn page(&self, token: Option<String>) -> Result<Page, ApiError> {
        let recorder = AttemptRecorder::default();
        self.client
            .list_aws_service_access_for_organization()
            .max_results(PAGE_SIZE)
            .set_next_token(token)
            .customize()
            .interceptor(recorder.clone())
            .send()
            .await
            .map_err(|error| api_error(Operation::List, error, &recorder))
    }
}

impl ReadTrustedAccess for Organizations {
    async fn read(&self) -> Result<Observation, ApiError> {
        self.list_until_found(&self.watched).await
    }

    async fn read_ignoring_watched(&self) -> Result<Observation, ApiError> {
        self.list_until_found(&BTreeSet::new()).await
    }
}

impl Organizations {
    /// Reads page by page until the principal and all of `watched` are found, or to the end of the list.
    async fn list_until_found(&self, watched: &BTreeSet<String>) -> Result<Observation, ApiError> {
        let mut scan = PrincipalScan::new(watched);
        let mut token = None;
        // Hashes, because 100 tokens of any size would not fit into the function's memory.
        let (hasher, mut used_tokens) = (RandomState::new(), HashSet::new());
        for _ in 0..MAX_PAGES {
            let page = self.page(token).await?;
            scan.record_page(page.enabled_service_principals())?;
            if scan.is_complete() {
                return Ok(scan.observation);
            }
            // An empty token means that there is no next page, as in the SDK's own paginators.
            match page.next_token.filter(|token| !token.is_empty()) {
                None if page.enabled_service_principals.is_some() => return Ok(scan.observation),
                None => return Err(invalid_response("a response without a list of principals")),
                Some(next) if !used_tokens.insert(hasher.hash_one(&next)) => {
                    return Err(invalid_response("a NextToken that was returned before"));
                }
                next => token = next,
            }
        }
        Err(invalid_response("more than 100 pages of principals"))
    }
}

/// The principals that the pages have shown so far.
struct PrincipalScan {
    observation: Observation,
}

impl PrincipalScan {
    fn new(watched: &BTreeSet<String>) -> Self {
        let disabled = |name: &String| (name.clone(), TrustedAccess::Disabled);
        let mut observation = Observation::disabled();
        observation.watched = watched.iter().map(disabled).collect();
        Self { observation }
    }

    fn record_page(&mut self, entries: &[EnabledServicePrincipal]) -> Result<(), ApiError> {
        for entry in entries {
            let Some(name) = entry.service_principal() else {
                return Err(invalid_response("an entry without a principal"));
            };
            // An exact match: a prefix or another case is another service.
            if name == CONTROL_TOWER {
                self.observation.state = TrustedAccess::Enabled;
                self.observation.enabled_since = date_enabled(entry);
            } else if let Some(state) = self.observation.watched.get_mut(name) {
                *state = TrustedAccess::Enabled;
            }
        }
        Ok(())
    }

    /// Whether further pages cannot change the result.
    fn is_complete(&self) -> bool {
        let watched = self.observation.watched.values();
        let mut states = watched.chain([&self.observation.state]);
        states.all(|state| *state == TrustedAccess::Enabled)
    }
}

impl WriteTrustedAccess for Organizations {
    async fn write(&self, step: Step) -> Result<(), ApiError> {
        let recorder = AttemptRecorder::default();
        match step.target() {
            TrustedAccess::Enabled => self
                .client
                .enable_aws_service_access()
                .service_principal(CONTROL_TOWER)
                .customize()
                .interceptor(recorder.clone())
                .send()
                .await
                .map(drop)
                .map_err(|error| api_error(Operation::Enable, error, &recorder)),
            TrustedAccess::Disabled => self
                .client
                .disable_aws_service_access()
                .service_principal(CONTROL_TOWER)
                .customize()
                .interceptor(recorder.clone())
                .send()
                .await
                .map(drop)
                .map_err(|error| api_error(Operation::Disable, error, &recorder)),
        }
    }
}

fn date_enabled(entry: &EnabledServicePrincipal) -> Option<String> {
    entry.date_enabled()?.fmt(DateTimeFormat::DateTime).ok()
}

/// Returns the error of a response that parses and cannot be right. A last page without a list is not an empty
/// list: taking it for one would be a write on a guess.
fn invalid_response(message: &str) -> ApiError {
    ApiError::local(Operation::List, ApiErrorKind::InvalidResponse, message)
}
