//! The adapter over AWS Organizations: pages, one write, and errors in the core's words.
//!
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAWSServiceAccessForOrganization.html>

mod rehearsal;

use std::collections::{BTreeSet, HashSet};

use aws_config::SdkConfig;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::Builder;
use aws_sdk_organizations::operation::list_aws_service_access_for_organization::ListAwsServiceAccessForOrganizationOutput as Page;
use aws_sdk_organizations::primitives::DateTimeFormat;
use aws_sdk_organizations::types::EnabledServicePrincipal;

use crate::error::{ApiError, ApiErrorKind};
use crate::plan::Step;
use crate::ports::{ReadTrustedAccess, WriteTrustedAccess};
use crate::sdk::{Attempts, api_error, patient};
use crate::settings::Network;
use crate::state::{CONTROL_TOWER, Observation, Operation, TrustedAccess};
use rehearsal::rehearse;

/// The most entries that Organizations puts on a page; asked for so that a pass is few calls.
const PAGE_SIZE: i32 = 20;
/// The most pages of one pass. AWS has some hundred services that take part, so a list of 2,000 is
/// not a list of services but a stub that hands out tokens for ever.
const MOST_PAGES: usize = 100;

/// AWS Organizations, as far as this program uses it.
#[derive(Debug, Clone)]
pub struct Organizations {
    client: Client,
    watched: BTreeSet<String>,
}

/// What a client of Organizations is set to in this program, over the given SDK configuration.
#[must_use]
pub fn client_config(sdk: &SdkConfig) -> Builder {
    patient!(Builder::from(sdk))
}

impl Organizations {
    /// Over the given SDK configuration, at the endpoint that `network` names for it.
    #[must_use]
    pub fn over(sdk: &SdkConfig, network: &Network) -> Self {
        let mut config = client_config(sdk);
        config.set_endpoint_url(network.organizations.clone());
        Self::new(Client::from_conf(config.build()))
    }

    /// The same, whose client has made a first call that went nowhere.
    pub async fn rehearsed(sdk: &SdkConfig, network: &Network) -> Self {
        let organizations = Self::over(sdk, network);
        rehearse(&organizations.client).await;
        organizations
    }

    /// Over a client that was configured by [`client_config`].
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self {
            client,
            watched: BTreeSet::new(),
        }
    }

    /// The same, of which a read also shows these principals; it then goes on until all are seen.
    #[must_use]
    pub fn watching(mut self, principals: BTreeSet<String>) -> Self {
        self.watched = principals;
        self
    }

    async fn page(&self, token: Option<String>) -> Result<Page, ApiError> {
        let attempts = Attempts::default();
        self.client
            .list_aws_service_access_for_organization()
            .max_results(PAGE_SIZE)
            .set_next_token(token)
            .customize()
            .interceptor(attempts.clone())
            .send()
            .await
            .map_err(|error| api_error(Operation::List, error, &attempts))
    }
}

impl ReadTrustedAccess for Organizations {
    async fn read(&self) -> Result<Observation, ApiError> {
        self.pass(&self.watched).await
    }

    async fn read_state(&self) -> Result<Observation, ApiError> {
        self.pass(&BTreeSet::new()).await
    }
}

impl Organizations {
    /// Reads page by page until the principal and all of `watched` are seen or the list ends.
    async fn pass(&self, watched: &BTreeSet<String>) -> Result<Observation, ApiError> {
        let mut seen = Seen::nothing_yet(watched);
        let mut token = None;
        let mut used_tokens = HashSet::new();
        for _ in 0..MOST_PAGES {
            let page = self.page(token).await?;
            seen.note(page.enabled_service_principals())?;
            if seen.all() {
                return Ok(seen.observation);
            }
            // An empty token is none, as in the SDK's own paginators.
            match page.next_token.filter(|token| !token.is_empty()) {
                None if page.enabled_service_principals.is_some() => return Ok(seen.observation),
                None => return Err(not_understood("an answer without a list of principals")),
                Some(next) if !used_tokens.insert(next.clone()) => {
                    return Err(not_understood("a NextToken that was given before"));
                }
                next => token = next,
            }
        }
        Err(not_understood("more than 100 pages of principals"))
    }
}

/// What the pages so far have shown.
struct Seen {
    observation: Observation,
}

impl Seen {
    fn nothing_yet(watched: &BTreeSet<String>) -> Self {
        let not_seen = |name: &String| (name.clone(), TrustedAccess::Disabled);
        let mut observation = Observation::disabled();
        observation.watched = watched.iter().map(not_seen).collect();
        Self { observation }
    }

    /// Takes in a page.
    fn note(&mut self, entries: &[EnabledServicePrincipal]) -> Result<(), ApiError> {
        for entry in entries {
            let Some(name) = entry.service_principal() else {
                return Err(not_understood("an entry that names no principal"));
            };
            // Exactly the principal: a prefix or another case is another service.
            if name == CONTROL_TOWER {
                self.observation.state = TrustedAccess::Enabled;
                self.observation.enabled_since = date_enabled(entry);
            } else if let Some(state) = self.observation.watched.get_mut(name) {
                *state = TrustedAccess::Enabled;
            }
        }
        Ok(())
    }

    /// Whether further pages can show nothing more.
    fn all(&self) -> bool {
        let watched = self.observation.watched.values();
        let mut states = watched.chain([&self.observation.state]);
        states.all(|state| *state == TrustedAccess::Enabled)
    }
}

impl WriteTrustedAccess for Organizations {
    async fn write(&self, step: Step) -> Result<(), ApiError> {
        let attempts = Attempts::default();
        let record = attempts.clone();
        match step.target() {
            TrustedAccess::Enabled => self
                .client
                .enable_aws_service_access()
                .service_principal(CONTROL_TOWER)
                .customize()
                .interceptor(record)
                .send()
                .await
                .map(drop)
                .map_err(|error| api_error(Operation::Enable, error, &attempts)),
            TrustedAccess::Disabled => self
                .client
                .disable_aws_service_access()
                .service_principal(CONTROL_TOWER)
                .customize()
                .interceptor(record)
                .send()
                .await
                .map(drop)
                .map_err(|error| api_error(Operation::Disable, error, &attempts)),
        }
    }
}

fn date_enabled(entry: &EnabledServicePrincipal) -> Option<String> {
    entry.date_enabled()?.fmt(DateTimeFormat::DateTime).ok()
}

/// The error of a reply that has the shape of an answer and cannot be one. A last page without a list
/// is not a page with an empty list: taking it for one would be a write on a guess.
fn not_understood(what: &str) -> ApiError {
    ApiError::found_here(Operation::List, ApiErrorKind::InvalidResponse, what)
}
