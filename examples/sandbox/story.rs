//! The story that the sandbox runs without event files.

use std::time::{Duration, SystemTime};

use aws_sdk_controltower::types::LandingZoneDriftStatus;
use controltower_trusted_access::core::model::TrustedAccess;
use controltower_trusted_access::core::report::Outcome;

use crate::arguments::hour_from_now;
use crate::event_file;
use crate::output::{LEGEND, Output, print_line};
use crate::sandbox::{Sandbox, Setting, rfc3339};

const DISABLE: &str = "events/organizations-disable-sso-user.json";
const SCHEDULE: &str = "events/schedule-scheduler.json";
const MANUAL_AUDIT: &str = "events/manual-audit.json";
const LANDING_ZONE_SETUP: &str = "events/controltower-setup-landing-zone.json";

/// Runs the story: what the function does with its default settings, and what each of three settings changes.
///
/// # Errors
/// A message about the first step that does not end as expected.
pub async fn run(output: &Output) -> Result<(), String> {
    print_line(
        "The real handler and AWS SDK, over Organizations and Control Tower emulated in this process.\n",
    );
    output.table_header("Step");
    let runs = [
        enforce(output).await?,
        audit(output).await?,
        maintenance_hold(output).await?,
        landing_zone(output).await?,
    ];
    print_line(&format!("\n{LEGEND}"));
    let runs: usize = runs.iter().sum();
    // The doctor is a separate crate, so that the function's examples need none of its dependencies.
    print_line(&format!(
        "All {runs} runs ended as expected. More: --help, and cargo run -p trusted-access-doctor --example demo"
    ));
    Ok(())
}

async fn enforce(output: &Output) -> Result<usize, String> {
    let mut story = Story::start(output, &[]).await;
    story
        .run(
            "The schedule runs, and nothing has changed",
            SCHEDULE,
            Outcome::InSync,
        )
        .await?;
    story.sandbox.organization.disable().await;
    story
        .run(
            "An administrator disables trusted access",
            DISABLE,
            Outcome::Remediated,
        )
        .await?;
    story
        .run(
            "EventBridge delivers the event a second time",
            DISABLE,
            Outcome::InSync,
        )
        .await?;
    story.sandbox.organization.disable().await;
    story
        .run(
            "Disabled again; a manual run in audit mode",
            MANUAL_AUDIT,
            Outcome::DriftDetected,
        )
        .await?;
    story
        .run(
            "No event arrives; the schedule runs",
            SCHEDULE,
            Outcome::Remediated,
        )
        .await?;
    Ok(story.runs)
}

async fn audit(output: &Output) -> Result<usize, String> {
    let mut story = Story::start(output, &[("MODE", "audit".to_owned())]).await;
    story.sandbox.organization.disable().await;
    story
        .run(
            "An administrator disables trusted access",
            DISABLE,
            Outcome::DriftDetected,
        )
        .await?;
    Ok(story.runs)
}

async fn maintenance_hold(output: &Output) -> Result<usize, String> {
    let mut story = Story::start(output, &[("HOLD_UNTIL", hour_from_now())]).await;
    story.sandbox.organization.disable().await;
    story
        .run(
            "An administrator disables trusted access",
            DISABLE,
            Outcome::Held,
        )
        .await?;
    // The function reads the real clock, so the hold is moved and not the time.
    let ended = rfc3339(SystemTime::now() - Duration::from_secs(1));
    story.sandbox.redeploy(&[("HOLD_UNTIL", ended)]);
    story
        .run(
            "The hold has ended; the schedule runs",
            SCHEDULE,
            Outcome::Remediated,
        )
        .await?;
    Ok(story.runs)
}

async fn landing_zone(output: &Output) -> Result<usize, String> {
    let mut story = Story::start(output, &[("LANDING_ZONE_REGION", "eu-west-1".to_owned())]).await;
    story
        .sandbox
        .control_tower
        .set_landing_zone(LandingZoneDriftStatus::Drifted);
    story.sandbox.organization.disable().await;
    story
        .run(
            "Disabled while there is a landing zone",
            SCHEDULE,
            Outcome::Remediated,
        )
        .await?;
    story.sandbox.control_tower.begin_decommissioning();
    story.sandbox.organization.disable().await;
    story
        .run(
            "Disabled while it is being decommissioned",
            DISABLE,
            Outcome::Blocked,
        )
        .await?;
    story.sandbox.control_tower.end_decommissioning();
    story
        .run(
            "The landing zone is decommissioned",
            SCHEDULE,
            Outcome::Blocked,
        )
        .await?;
    story
        .sandbox
        .control_tower
        .set_landing_zone(LandingZoneDriftStatus::InSync);
    story
        .run(
            "A new landing zone is set up",
            LANDING_ZONE_SETUP,
            Outcome::Remediated,
        )
        .await?;
    Ok(story.runs)
}

/// A sandbox whose runs are printed and checked.
struct Story<'a> {
    output: &'a Output,
    sandbox: Sandbox,
    runs: usize,
}

impl<'a> Story<'a> {
    async fn start(output: &'a Output, settings: &[Setting]) -> Self {
        output.settings(settings);
        Self {
            output,
            sandbox: Sandbox::new(settings).await,
            runs: 0,
        }
    }

    /// Invokes the function with an event file after `step`, and checks the outcome and the state that it left.
    async fn run(&mut self, step: &str, file: &str, expected: Outcome) -> Result<(), String> {
        let run = self.sandbox.invoke(event_file::read(file)?).await;
        self.output.run(step, &run);
        self.runs += 1;
        let report = run
            .result
            .map_err(|error| format!("{step}: {}: {error}", error.error_type()))?;
        if report.outcome != expected {
            let outcome = report.outcome;
            return Err(format!(
                "{step}: the outcome is {outcome}, expected {expected}"
            ));
        }
        let state = self.sandbox.organization.state().await;
        let expected = state_after(expected);
        if state != expected {
            return Err(format!(
                "{step}: trusted access is {state}, expected {expected}"
            ));
        }
        Ok(())
    }
}

/// Returns the state of trusted access after a run with this outcome, if the desired state is `enabled`.
fn state_after(outcome: Outcome) -> TrustedAccess {
    match outcome {
        Outcome::InSync | Outcome::Remediated => TrustedAccess::Enabled,
        Outcome::DriftDetected | Outcome::Held | Outcome::Blocked => TrustedAccess::Disabled,
    }
}
