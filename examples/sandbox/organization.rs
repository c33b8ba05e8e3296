//! An AWS Organizations in this process, with the real SDK in front of it.

use std::collections::BTreeSet;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::OrganizationFeatureSet;
use controltower_trusted_access::aws::organizations::{Organizations, client_config};
use controltower_trusted_access::core::model::CONTROL_TOWER;
use winterbaume_core::MockAws;
use winterbaume_organizations::OrganizationsService;

use crate::calls::Calls;

/// An organization in which some services have trusted access.
pub struct Organization {
    /// What the function uses.
    client: Client,
    /// What everybody else uses; its calls are not recorded.
    outside: Client,
}

impl Organization {
    /// All features on; Control Tower and what it leans on enabled. `calls` notes those of the function.
    pub async fn with_control_tower(calls: &Calls) -> Self {
        let embedded = MockAws::builder()
            .with_service(OrganizationsService::new())
            .build();
        // Built here and not loaded: no variable of the user's own AWS set-up must reach the sandbox.
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(embedded.credentials_provider())
            .http_client(embedded.http_client())
            .build();
        let client = Client::from_conf(client_config(&sdk).interceptor(calls.clone()).build());
        let outside = Client::new(&sdk);
        let create = outside
            .create_organization()
            .feature_set(OrganizationFeatureSet::All);
        answered(create.send().await.map(drop));
        for service in [
            "cloudtrail.amazonaws.com",
            "config.amazonaws.com",
            CONTROL_TOWER,
            "sso.amazonaws.com",
        ] {
            answered(
                outside
                    .enable_aws_service_access()
                    .service_principal(service)
                    .send()
                    .await
                    .map(drop),
            );
        }
        Self { client, outside }
    }

    /// The function's adapter over this organization.
    pub fn adapter(&self) -> Organizations {
        Organizations::new(self.client.clone(), BTreeSet::new())
    }

    /// What a click in the console does.
    pub async fn disable(&self) {
        let disable = self
            .outside
            .disable_aws_service_access()
            .service_principal(CONTROL_TOWER);
        answered(disable.send().await.map(drop));
    }

    /// Whether Control Tower has trusted access, asked past the function.
    pub async fn is_enabled(&self) -> bool {
        let list = answered(
            self.outside
                .list_aws_service_access_for_organization()
                .send()
                .await,
        );
        let mut entries = list.enabled_service_principals().iter();
        entries.any(|entry| entry.service_principal() == Some(CONTROL_TOWER))
    }
}

/// The embedded organization answers everything that this file asks of it.
fn answered<T, E: std::error::Error>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| {
        eprintln!("the embedded Organizations failed: {error}");
        std::process::exit(1)
    })
}
