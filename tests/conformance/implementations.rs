//! The emulators, each reached through the SDK with the function's own configuration.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::{Credentials, SharedCredentialsProvider};
use controltower_trusted_access::aws::HttpClient;
use controltower_trusted_access::aws::organizations::client_config;
use controltower_trusted_access::settings::TrustStore;
use winterbaume_core::MockAws;
use winterbaume_organizations::OrganizationsService;

/// An emulator of Organizations that this project did not write.
pub struct Implementation {
    pub name: String,
    /// `None` for the emulator in this process.
    endpoint: Option<String>,
}

/// Returns the emulator in this process, and one per `NAME=ENDPOINT`.
pub fn all(over_http: impl Iterator<Item = String>) -> Vec<Implementation> {
    let embedded = Implementation {
        name: "winterbaume".to_owned(),
        endpoint: None,
    };
    let over_http = over_http.map(|argument| {
        let (name, endpoint) = argument.split_once('=').expect("NAME=ENDPOINT");
        Implementation {
            name: name.to_owned(),
            endpoint: Some(endpoint.to_owned()),
        }
    });
    std::iter::once(embedded).chain(over_http).collect()
}

impl Implementation {
    /// Returns a client for an account without an organization.
    pub async fn organization(&self) -> Client {
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"));
        let Some(endpoint) = &self.endpoint else {
            let embedded = MockAws::builder()
                .with_service(OrganizationsService::new())
                .build();
            let sdk = sdk
                .credentials_provider(embedded.credentials_provider())
                .http_client(embedded.http_client());
            return Client::from_conf(client_config(&sdk.build()).build());
        };
        let credentials = Credentials::new("AKIAEXAMPLE", "secret", None, None, "conformance");
        let sdk = sdk
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(HttpClient::new(&TrustStore::System).to_shared())
            .endpoint_url(endpoint);
        let client = Client::from_conf(client_config(&sdk.build()).build());
        delete_organization(&client).await;
        client
    }
}

/// Deletes what an earlier case created, through the API of Organizations only.
async fn delete_organization(client: &Client) {
    if let Ok(list) = client
        .list_aws_service_access_for_organization()
        .send()
        .await
    {
        for principal in list.enabled_service_principals() {
            let disable = client.disable_aws_service_access();
            let disable = disable.set_service_principal(principal.service_principal.clone());
            disable
                .send()
                .await
                .expect("a listed principal can be disabled");
        }
    }
    // An error means that there is no organization, which is the goal.
    let _ = client.delete_organization().send().await;
}
