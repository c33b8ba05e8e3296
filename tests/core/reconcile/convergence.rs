//! After a write: the reads that verify it, and a write without a response.

use std::time::Duration;

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::model::Mode::Enforce;
use controltower_trusted_access::core::model::Operation::{Enable, List};
use controltower_trusted_access::core::model::TrustedAccess::{Disabled, Enabled};
use controltower_trusted_access::core::report::Outcome;
use tokio::time::Instant;

use super::{OK, organizations, run, with_script};
use crate::support::fake_organizations::{ENABLED_SINCE, FakeOrganizations, Fault, ScriptedCall};

#[tokio::test(start_paused = true)]
async fn enabled_since_comes_from_the_last_read() {
    let enabled = run(&organizations(Disabled), Enabled, Enforce)
        .await
        .unwrap();
    assert_eq!(
        enabled.last_read.enabled_since.as_deref(),
        Some(ENABLED_SINCE)
    );
    let disabled = run(&organizations(Enabled), Disabled, Enforce)
        .await
        .unwrap();
    assert_eq!(disabled.last_read.enabled_since, None);
}

#[tokio::test(start_paused = true)]
async fn reads_after_a_write_are_at_least_one_second_apart() {
    let stale = [OK, OK]
        .into_iter()
        .chain([ScriptedCall::from(Fault::Stale); 4]);
    let organizations = FakeOrganizations::new(Disabled, stale);
    run(&organizations, Enabled, Enforce).await.unwrap();
    assert_eq!(
        organizations.calls(),
        [List, Enable, List, List, List, List, List]
    );
    let times = organizations.call_times();
    let reads: Vec<Instant> = [0, 2, 3, 4, 5, 6].map(|nth| times[nth]).into();
    for pair in reads.windows(2) {
        assert!(pair[1] - pair[0] >= Duration::from_secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_no_read_shows_within_20_s_is_not_converged() {
    let stale = [OK, OK]
        .into_iter()
        .chain([ScriptedCall::from(Fault::Stale); 100]);
    let organizations = FakeOrganizations::new(Disabled, stale);
    let started = Instant::now();
    let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "NotConverged");
    assert_eq!(started.elapsed().as_secs(), 20);
    let reads = organizations.calls().len() - 2;
    assert!((2..=20).contains(&reads), "{reads} reads");
    assert_eq!(
        error.to_string(),
        "EnableAWSServiceAccess was accepted, and ListAWSServiceAccessForOrganization did not show \
         it within 20 s. Organizations is eventually consistent: the next run reads again. If it \
         lasts, find out what else changes it, and check the function's network access"
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_without_a_response_is_remediated_if_a_read_shows_it() {
    let organizations = with_script(Disabled, &[OK, Fault::NoResponseAfterEffect.into()]);
    let done = run(&organizations, Enabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Remediated);
    assert_eq!(organizations.calls(), [List, Enable, List]);
}

#[tokio::test(start_paused = true)]
async fn a_write_without_a_response_fails_with_its_error_if_no_read_shows_it() {
    let throttled = Fault::Error(ApiErrorKind::Throttled).into();
    for after in [OK, throttled] {
        let organizations =
            with_script(Disabled, &[OK, Fault::NoResponseBeforeEffect.into(), after]);
        let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
        assert_eq!(error.error_type(), "Unavailable");
        assert!(error.to_string().starts_with("EnableAWSServiceAccess: "));
        assert_eq!(organizations.calls(), [List, Enable, List]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_of_the_verifying_read_fails_the_run_and_says_that_the_write_was_accepted()
 {
    let denied = Fault::Error(ApiErrorKind::AccessDenied).into();
    let organizations = with_script(Disabled, &[OK, OK, denied]);
    let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "AccessDenied");
    assert!(
        error
            .to_string()
            .starts_with("EnableAWSServiceAccess was accepted, and the read")
    );
    assert!(error.drift_detected());
    assert_eq!(organizations.calls(), [List, Enable, List]);
}

#[tokio::test(start_paused = true)]
async fn a_transient_error_of_the_verifying_read_is_followed_by_another_read() {
    let throttled = Fault::Error(ApiErrorKind::Throttled).into();
    let organizations = with_script(Disabled, &[OK, OK, throttled, Fault::Stale.into()]);
    let done = run(&organizations, Enabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Remediated);
    assert_eq!(organizations.calls(), [List, Enable, List, List, List]);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_no_read_could_verify_within_20_s_fails_with_the_last_error() {
    let throttled = ScriptedCall::from(Fault::Error(ApiErrorKind::Throttled));
    let script = [OK, OK].into_iter().chain([throttled; 100]);
    let organizations = FakeOrganizations::new(Disabled, script);
    let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "Throttled");
    assert!(
        error
            .to_string()
            .starts_with("EnableAWSServiceAccess was accepted, and the read")
    );
}
