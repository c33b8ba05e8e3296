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
use controltower_trusted_access::settings::{Settings, SettingsError};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Error> {
    if !standalone::is_in_lambda(|name| env::var(name).ok()) {
        eprintln!("{}", standalone::HELP);
        return Ok(ExitCode::from(2));
    }
    logging::init();
    let handler = Handler::new(reconciler().await);
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
