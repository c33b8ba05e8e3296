//! The first call, made to nobody.
//!
//! The SDK's first call is dearer than the next: its code has to come into memory. While the other side of
//! the early connection computes, there is time for that, and it is not taken out of an invocation's small
//! share of the CPU. Nothing leaves the process, and nothing of the environment goes into it: what is wrong
//! there is for the first call to say, and some of it makes the SDK panic.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::{Builder, Credentials, Region, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

const ANSWER: &str =
    r#"{"EnabledServicePrincipals":[{"ServicePrincipal":"nobody","DateEnabled":0}]}"#;

/// Has the client make one call that goes nowhere, and of which nothing is kept.
pub(super) async fn rehearse(client: &Client) {
    let nobody = Builder::new()
        .http_client(nobody())
        .credentials_provider(Credentials::new("nobody", "nothing", None, None, "none"))
        .endpoint_url("https://localhost")
        .region(Region::from_static("nowhere"));
    let call = client.list_aws_service_access_for_organization();
    let _ = call.customize().config_override(nobody).send().await;
}

fn nobody() -> SharedHttpClient {
    http_client_fn(|_, _| SharedHttpConnector::new(Nobody))
}

#[derive(Debug)]
struct Nobody;

impl HttpConnector for Nobody {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let success =
            StatusCode::try_from(200).map(|ok| HttpResponse::new(ok, SdkBody::from(ANSWER)));
        HttpConnectorFuture::ready(
            success.map_err(|error| ConnectorError::other(error.into(), None)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::Attempts;

    #[derive(Debug)]
    struct Network;

    impl HttpConnector for Network {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            panic!("the rehearsal is heard");
        }
    }

    #[tokio::test]
    async fn one_call_is_made_and_the_clients_own_network_sees_nothing_of_it() {
        let attempts = Attempts::default();
        let config = Builder::new()
            .behavior_version_latest()
            .http_client(http_client_fn(|_, _| SharedHttpConnector::new(Network)))
            .interceptor(attempts.clone());
        rehearse(&Client::from_conf(config.build())).await;
        assert_eq!(attempts.count(), 1);
    }
}
