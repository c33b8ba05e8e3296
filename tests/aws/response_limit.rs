//! The limit of a response body.

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::model::TrustedAccess;

use super::{call, read};
use crate::support::scripted_organizations::{
    CONTROL_TOWER, ENABLE, LIST, Reply, ScriptedOrganizations,
};

#[tokio::test]
async fn a_response_body_over_1_mib_is_invalid_and_not_retried_with_any_status_and_framing() {
    const TOO_LARGE: usize = 1024 * 1024 + 1;
    let error_body =
        |status| Reply::Custom(status, "application/x-amz-json-1.1", vec![b' '; TOO_LARGE]);
    for reply in [
        Reply::Padded(TOO_LARGE),
        Reply::PaddedInChunks(TOO_LARGE),
        Reply::Large(TOO_LARGE),
        error_body(400),
        error_body(429),
        error_body(503),
    ] {
        for operation in [LIST, ENABLE] {
            let server = ScriptedOrganizations::with(&[]);
            server.script(operation, [Reply::html(503), reply.clone()]);
            let error = call(&server, operation).await.unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::InvalidResponse, "{error}");
            assert_eq!(
                error.message,
                "the response body is too large (after 2 attempts)"
            );
            assert!(error.outcome_unknown);
            assert_eq!(server.operations(), [operation; 2]);
        }
    }
}

#[tokio::test]
async fn a_response_body_of_almost_1_mib_is_accepted() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    for reply in [Reply::Padded(1_048_000), Reply::PaddedInChunks(1_048_000)] {
        server.script(LIST, [reply]);
        assert_eq!(read(&server).await.unwrap().state, TrustedAccess::Enabled);
    }
}
