//! The HTTP client: connections that fail.

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::ports::ReadTrustedAccess;

use super::adapter;
use crate::support::http::RefusingPort;

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let refusing = RefusingPort::new();
    let error = adapter(&format!("http://{}", refusing.address()))
        .read()
        .await
        .unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable);
    assert_eq!(
        error.to_string(),
        "ListAWSServiceAccessForOrganization: no connection, or it was closed before a response \
         arrived (after 5 attempts). No action is needed unless it lasts; then check the AWS Health \
         Dashboard and the function's network access"
    );
}
