//! The main job on one machine: the real handler and the real AWS SDK over an AWS Organizations that
//! lives in this process. No account, no network, no Docker.
//!
//! `cargo run --example sandbox` tells the story; `cargo run --example sandbox -- events/FILE.json …`
//! delivers the files given. It exits with 1 if anything did not end as told.

mod calls;
mod control_tower;
mod organization;
mod story;
mod terminal;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::aws::organizations::Organizations;
use controltower_trusted_access::core::model::{Mode, TrustedAccess};
use controltower_trusted_access::core::reconcile::{Policy, Reconciler};
use controltower_trusted_access::core::report::{Outcome, Report};
use controltower_trusted_access::lambda::handler::{Handler, Payload};
use lambda_runtime::{Context, LambdaEvent};

use calls::Calls;
use control_tower::LandingZone;
use organization::Organization;
use terminal::{bad, detail, good, json, step};

const USAGE: &str = "usage: cargo run --example sandbox [-- EVENT_FILE.json ...]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.iter().any(|file| file.starts_with('-')) {
        println!("{USAGE}");
        return ExitCode::from(u8::from(files != ["--help"] && files != ["-h"]));
    }
    let told = if files.is_empty() {
        story::tell().await
    } else {
        Sandbox::new(None).await.deliver_all(&files).await
    };
    match told {
        Ok(()) => {
            good("Everything ended as told.");
            ExitCode::SUCCESS
        }
        Err(why) => {
            bad(&why);
            ExitCode::FAILURE
        }
    }
}

struct Sandbox {
    organization: Organization,
    calls: Calls,
    handler: Handler<Organizations, ControlTower>,
}

impl Sandbox {
    /// A function that keeps trusted access enabled, and asks `zone` before a change if there is one to ask.
    async fn new(zone: Option<&LandingZone>) -> Self {
        let calls = Calls::default();
        let organization = Organization::with_control_tower(&calls).await;
        let reconciler = Reconciler {
            organizations: organization.adapter(),
            landing_zone: zone.map(|zone| zone.adapter(&calls)),
            policy: Policy {
                desired: TrustedAccess::Enabled,
                mode: Mode::Enforce,
                hold: None,
            },
        };
        Self {
            organization,
            calls,
            handler: Handler::new(Ok(reconciler)),
        }
    }

    async fn deliver_all(&self, files: &[String]) -> Result<(), String> {
        step("Trusted access for AWS Control Tower was on, and somebody switched it off.");
        self.organization.disable().await;
        self.show_state().await;
        let mut failed = Vec::new();
        for file in files {
            step(&format!("{file} is delivered."));
            if let Err(why) = self.deliver(file).await {
                bad(&why);
                failed.push(file.as_str());
            }
        }
        step("The state at the end.");
        self.show_state().await;
        if failed.is_empty() {
            Ok(())
        } else {
            Err(format!("failed: {}", failed.join(", ")))
        }
    }

    async fn expect(&self, file: &str, outcome: Outcome) -> Result<(), String> {
        let report = self.deliver(file).await?;
        if report.outcome == outcome {
            Ok(())
        } else {
            Err(format!(
                "{file}: {outcome} was told and {} came",
                report.outcome
            ))
        }
    }

    /// Invokes the handler with a file and shows its answer and the AWS calls that it made.
    async fn deliver(&self, file: &str) -> Result<Report, String> {
        let payload = read(file)?;
        let mut context = Context::default();
        context.deadline = in_a_minute();
        let (result, _) = self
            .handler
            .handle(LambdaEvent::new(payload, context))
            .await;
        let calls = self.calls.since_last_asked().join(" → ");
        match result {
            Ok(report) => {
                json(&report);
                detail(&format!("AWS calls: {calls}"));
                Ok(report)
            }
            Err(error) => Err(format!("{}: {error}", error.error_type())),
        }
    }

    async fn ends_enabled(&self) -> Result<(), String> {
        if self.organization.is_enabled().await {
            Ok(())
        } else {
            Err("trusted access should be on at the end and is off".to_owned())
        }
    }

    async fn show_state(&self) {
        let state = if self.organization.is_enabled().await {
            "enabled"
        } else {
            "disabled"
        };
        detail(&format!("controltower.amazonaws.com: {state}"));
    }
}

/// A file as it is given, or as it is found from the package's folder.
fn read(file: &str) -> Result<Payload, String> {
    let in_package = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(file)
        .or_else(|_| fs::read_to_string(in_package))
        .map_err(|error| format!("{file} cannot be read: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{file} is not JSON: {error}"))
}

/// The deadline of an invocation, as Lambda gives it: milliseconds since 1970.
fn in_a_minute() -> u64 {
    let deadline = SystemTime::now() + Duration::from_mins(1);
    let since_epoch = deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}
