//! The Lambda function: builds the pieces once and hands them invocations.

use std::env;
use std::process::ExitCode;
use std::time::SystemTime;

use controltower_trusted_access::handler::{Handler, Keeper};
use controltower_trusted_access::organizations::{Organizations, connect};
use controltower_trusted_access::reconcile::Reconciler;
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

async fn keeper() -> Result<Keeper<Organizations>, SettingsError> {
    let settings = Settings::read(|name| env::var_os(name), SystemTime::now())?;
    let organizations =
        Organizations::new(connect(settings.network).await).watching(settings.watched);
    Ok(Keeper {
        reconciler: Reconciler::new(organizations, settings.desired).held(settings.hold),
        mode: settings.mode,
    })
}
