//! The Lambda function: settings, SDK configuration, adapters, preconnect, handler, runtime.

use std::env;
use std::process::ExitCode;
use std::time::SystemTime;

use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::aws::organizations::Organizations;
use controltower_trusted_access::aws::{
    HttpClient, organizations_endpoint, parse_ca_bundle, sdk_config,
};
use controltower_trusted_access::core::reconcile::Reconciler;
use controltower_trusted_access::lambda::handler::Handler;
use controltower_trusted_access::lambda::{logging, standalone};
use controltower_trusted_access::settings::{
    Settings, SettingsError, corrected_principal, custom_network_variables,
};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tracing::warn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Error> {
    if !standalone::is_in_lambda(|name| env::var(name).ok()) {
        eprintln!("{}", standalone::HELP);
        return Ok(ExitCode::from(2));
    }
    logging::init();
    let custom_network = custom_network_variables(|name| env::var_os(name));
    if !custom_network.is_empty() {
        // The names only: a value may contain a password.
        let variables = custom_network.join(", ");
        warn!(
            variables,
            "the environment redirects the function's network; unset these variables unless this is intended"
        );
    }
    let handler = Handler::new(reconciler().await, !custom_network.is_empty());
    let handle = async |event: LambdaEvent<_>| {
        let function = event.context.env_config.clone();
        let (result, metrics) = handler.handle(event).await;
        metrics.print(&function.function_name);
        result
    };
    lambda_runtime::run(service_fn(handle)).await?;
    Ok(ExitCode::SUCCESS)
}

async fn reconciler() -> Result<Reconciler<Organizations, ControlTower>, SettingsError> {
    let check_ca_bundle = |pem: &[u8]| parse_ca_bundle(pem).map(drop);
    let settings = Settings::read(|name| env::var_os(name), SystemTime::now(), check_ca_bundle)?;
    let network = &settings.network;
    for principal in &settings.watched {
        if let Some(correct) = corrected_principal(principal) {
            warn!(
                principal,
                correct, "a watched principal never has trusted access: correct WATCH_PRINCIPALS"
            );
        }
    }

    let http = HttpClient::new(&network.trust_store);
    let sdk = sdk_config(network, &http).await;
    let endpoint = network.organizations_endpoint.clone();
    let organizations = Organizations::from_sdk_config(&sdk, endpoint, settings.watched);
    let endpoint = network.control_tower_endpoint.clone();
    let landing_zone = settings
        .landing_zone_region
        .map(|region| ControlTower::new(&sdk, region, endpoint));
    http.preconnect(organizations_endpoint(&sdk, network).await)
        .await;

    Ok(Reconciler {
        organizations,
        landing_zone,
        policy: settings.policy,
    })
}
