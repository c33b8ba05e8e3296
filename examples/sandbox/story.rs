//! What the sandbox tells where no event files are given.

use controltower_trusted_access::core::report::Outcome;

use crate::Sandbox;
use crate::control_tower::LandingZone;
use crate::terminal::step;

const DISABLED: &str = "events/organizations-disable-sso-user.json";

/// The main job, and then the same with `LANDING_ZONE_REGION`.
///
/// # Errors
/// A sentence about the first thing that did not end as told.
pub async fn tell() -> Result<(), String> {
    it_keeps_trusted_access_on().await?;
    it_knows_the_landing_zone().await
}

async fn it_keeps_trusted_access_on() -> Result<(), String> {
    let sandbox = Sandbox::new(None).await;
    step("Trusted access for AWS Control Tower is on.");
    sandbox.show_state().await;

    step("Somebody switches it off. Control Tower now hears of no account or OU change.");
    sandbox.organization.disable().await;
    sandbox.show_state().await;

    step(&format!(
        "CloudTrail's event reaches the function: {DISABLED}"
    ));
    sandbox.expect(DISABLED, Outcome::Remediated).await?;
    sandbox.show_state().await;

    step("The same event is delivered once more, as EventBridge may do.");
    sandbox.expect(DISABLED, Outcome::InSync).await?;

    step("Switched off again, and a run by hand that only looks: events/manual-audit.json");
    sandbox.organization.disable().await;
    sandbox
        .expect("events/manual-audit.json", Outcome::DriftDetected)
        .await?;

    step("No event arrives this time; the schedule comes: events/schedule-scheduler.json");
    sandbox
        .expect("events/schedule-scheduler.json", Outcome::Remediated)
        .await?;

    step("The state at the end.");
    sandbox.show_state().await;
    sandbox.ends_enabled().await
}

async fn it_knows_the_landing_zone() -> Result<(), String> {
    let zone = LandingZone::default();
    let sandbox = Sandbox::new(Some(&zone)).await;
    step(
        "Another function, with LANDING_ZONE_REGION=eu-west-1: before a change it asks for the landing zone.",
    );
    sandbox.show_state().await;

    step(&format!(
        "There is one. Trusted access is switched off, and it drifts: {DISABLED}"
    ));
    zone.drift();
    sandbox.organization.disable().await;
    sandbox.expect(DISABLED, Outcome::Remediated).await?;

    step(
        "The landing zone is decommissioned, trusted access with it, on purpose. The schedule comes.",
    );
    zone.take_down();
    sandbox.organization.disable().await;
    sandbox
        .expect("events/schedule-scheduler.json", Outcome::Blocked)
        .await?;
    sandbox.show_state().await;

    step("A new one is set up: events/controltower-setup-landing-zone.json");
    zone.set_up();
    sandbox
        .expect(
            "events/controltower-setup-landing-zone.json",
            Outcome::Remediated,
        )
        .await?;

    step("The state at the end.");
    sandbox.show_state().await;
    sandbox.ends_enabled().await
}
