//! The Lambda function: builds the pieces once and hands them invocations.

use std::env;
use std::process::ExitCode;
use std::time::SystemTime;

use controltower_trusted_access::control_tower::ControlTower;
use controltower_trusted_access::handler::{Handler, Keeper};
use controltower_trusted_access::organizations::Organizations;
use controltower_trusted_access::reconcile::Reconciler;
use controltower_trusted_access::sdk::connect;
use controltower_trusted_access::settings::{Settings, SettingsError};
use controltower_trusted_access::{standalone, telemetry};
use lambda_runtime::{Error, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Error> {
    if !standalone::in_lambda(|name| env::var(name).ok()) {
        eprintln!("{}", standalone::HELP);
        return Ok(ExitCode::from(2));
    }
    telemetry::init();
    let handler = Handler::new(keeper().await, telemetry::print_line);
    lambda_runtime::run(service_fn(|event| handler.handle(event))).await?;
    Ok(ExitCode::SUCCESS)
}

async fn keeper() -> Result<Keeper<Organizations, ControlTower>, SettingsError> {
    let settings = Settings::read(|name| env::var_os(name), SystemTime::now())?;
    let (home, network) = (settings.landing_zone_region, &settings.network);
    let over = async |sdk: &_| {
        let control_tower = home.map(|region| ControlTower::over(sdk, region, network));
        (Organizations::rehearsed(sdk, network).await, control_tower)
    };
    let (organizations, control_tower) = connect(network, over).await;
    let organizations = organizations.watching(settings.watched);
    let reconciler = Reconciler::new(organizations, settings.desired).held(settings.hold);
    let (reconciler, mode) = (reconciler.asking(control_tower), settings.mode);
    Ok(Keeper { reconciler, mode })
}
