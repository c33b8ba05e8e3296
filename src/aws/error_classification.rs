//! Classifies failed calls. Retries, error types and the question whether a write may have taken effect all follow
//! this one classification.

use std::error::Error;
use std::iter::successors;
use std::sync::{Arc, Mutex, PoisonError};

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_controltower::operation::get_landing_zone::GetLandingZoneError;
use aws_sdk_controltower::operation::list_landing_zone_operations::ListLandingZoneOperationsError;
use aws_sdk_controltower::operation::list_landing_zones::ListLandingZonesError;
use aws_sdk_organizations::config::interceptors::{
    FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_sdk_organizations::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_organizations::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_organizations::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_organizations::operation::disable_aws_service_access::DisableAWSServiceAccessError;
use aws_sdk_organizations::operation::enable_aws_service_access::EnableAWSServiceAccessError;
use aws_sdk_organizations::operation::list_aws_service_access_for_organization::ListAWSServiceAccessForOrganizationError;
use aws_smithy_runtime_api::client::interceptors::context::Error as OperationError;
use http_body_util::LengthLimitError;

use crate::core::error::{ApiError, ApiErrorKind};
use crate::core::model::Operation;
use crate::core::redact::{describe_error, redact};

/// Returns why an attempt failed, or `None` if it succeeded.
fn classify(attempt: &InterceptorContext) -> Option<ApiErrorKind> {
    let Some(Err(error)) = attempt.output_or_error() else {
        return None;
    };
    if error.is_response_error() && is_too_large(error) {
        return Some(ApiErrorKind::InvalidResponse);
    }
    if error.is_timeout_error() || error.is_response_error() {
        return Some(ApiErrorKind::Unavailable);
    }
    if let Some(connection) = error.as_connector_error() {
        return Some(if connection.is_user() {
            ApiErrorKind::Rejected
        } else {
            ApiErrorKind::Unavailable
        });
    }
    let status = attempt
        .response()
        .map(|response| response.status().as_u16());
    let code = error.as_operation_error().and_then(code);
    Some(classify_response(status, code.filter(is_code)))
}

/// Returns the code of an operation's error. The SDK has erased its type, so each operation's type is tried.
fn code(error: &OperationError) -> Option<&str> {
    fn of<E>(error: &OperationError) -> Option<&str>
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        error.downcast_ref::<E>().and_then(E::code)
    }
    of::<ListAWSServiceAccessForOrganizationError>(error)
        .or_else(|| of::<EnableAWSServiceAccessError>(error))
        .or_else(|| of::<DisableAWSServiceAccessError>(error))
        .or_else(|| of::<ListLandingZonesError>(error))
        .or_else(|| of::<GetLandingZoneError>(error))
        .or_else(|| of::<ListLandingZoneOperationsError>(error))
}

/// Whether `text` can be an error code: the header or the field for it may be present and empty.
fn is_code(text: &&str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// Classifies a response by its code, and by its status if it has no code that says more. Without a status there
/// was no response: the SDK did not send the request (no credentials, no Region, a bad endpoint).
fn classify_response(status: Option<u16>, code: Option<&str>) -> ApiErrorKind {
    match (code, status) {
        (Some("AccessDeniedException"), _) => ApiErrorKind::AccessDenied,
        (Some("AWSOrganizationsNotInUseException"), _) => ApiErrorKind::NotInOrganization,
        (Some("ConcurrentModificationException"), _) => ApiErrorKind::Conflict,
        (Some("ServiceException"), _) => ApiErrorKind::Unavailable,
        (Some(code), _) if THROTTLING_ERRORS.contains(&code) => ApiErrorKind::Throttled,
        (Some(code), _) if TRANSIENT_ERRORS.contains(&code) => ApiErrorKind::Unavailable,
        (_, Some(429)) => ApiErrorKind::Throttled,
        (_, Some(408 | 500..)) => ApiErrorKind::Unavailable,
        (None, Some(_)) => ApiErrorKind::InvalidResponse,
        (Some(_), _) | (None, None) => ApiErrorKind::Rejected,
    }
}

/// Retries what the contract names and nothing else. The SDK's own classifiers would retry neither a
/// `ConcurrentModificationException` nor every 5xx.
#[derive(Debug)]
pub(super) struct ApiErrorRetryClassifier;

impl ClassifyRetry for ApiErrorRetryClassifier {
    fn classify_retry(&self, attempt: &InterceptorContext) -> RetryAction {
        match classify(attempt) {
            None => RetryAction::NoActionIndicated,
            Some(ApiErrorKind::Throttled) => RetryAction::throttling_error(),
            Some(kind) if kind.is_retried() => RetryAction::server_error(),
            Some(_) => RetryAction::RetryForbidden,
        }
    }

    fn name(&self) -> &'static str {
        "ApiErrorRetryClassifier"
    }
}

/// Records the attempts of one call. The last error alone does not tell whether a write may have taken effect: the
/// second attempt may be refused after the first one got no response.
#[derive(Debug, Clone, Default)]
pub(super) struct AttemptRecorder(Arc<Mutex<Attempts>>);

#[derive(Debug, Clone, Copy, Default)]
struct Attempts {
    count: u32,
    outcome_unknown: bool,
    last_error: Option<ApiErrorKind>,
}

impl Intercept for AttemptRecorder {
    fn name(&self) -> &'static str {
        "AttemptRecorder"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.count += 1;
        attempts.last_error = classify(context.inner());
        attempts.outcome_unknown |= attempts
            .last_error
            .is_some_and(ApiErrorKind::is_outcome_unknown);
        Ok(())
    }
}

/// Returns the error of a failed call, from the SDK's error and its recorded attempts.
pub(super) fn api_error<E>(
    operation: Operation,
    error: SdkError<E>,
    recorder: &AttemptRecorder,
) -> ApiError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let attempts = *recorder.0.lock().unwrap_or_else(PoisonError::into_inner);
    let kind = attempts.last_error.unwrap_or(ApiErrorKind::Rejected);
    let mut message = describe(&error, kind);
    if attempts.count > 1 {
        message = format!("{message} (after {} attempts)", attempts.count);
    }
    // If AWS returned a code, the SDK's chain only repeats it, in part as a Debug print.
    let code = error.code().filter(is_code);
    let source = code.is_none().then(|| Box::new(error) as Box<_>);
    ApiError {
        operation,
        kind,
        message,
        outcome_unknown: attempts.outcome_unknown,
        source,
    }
}

/// Returns AWS's code and message, or what happened instead of such a response.
fn describe<E>(error: &SdkError<E>, kind: ApiErrorKind) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
{
    if let Some(code) = error.code().filter(is_code) {
        return describe_error(code, error.message());
    }
    if is_too_large(error) {
        return "the response body is too large".to_owned();
    }
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    match (error, status) {
        (SdkError::TimeoutError(_), _) => "no response in time".to_owned(),
        (_, Some(..400)) if kind == ApiErrorKind::Unavailable => {
            "the connection was closed before the response was complete".to_owned()
        }
        (_, Some(status @ 400..)) => format!("a response with status {status} and no error code"),
        (_, Some(status)) => format!("a response with status {status} that cannot be parsed"),
        (_, None) if kind == ApiErrorKind::Unavailable => {
            "no connection, or it was closed before a response arrived".to_owned()
        }
        (_, None) => format!(
            "the AWS SDK did not send the request: {}",
            redact(&root_cause(error))
        ),
    }
}

/// Whether `ResponseLimit` ended the read of a response body.
fn is_too_large(error: &(dyn Error + 'static)) -> bool {
    successors(Some(error), |&error| error.source()).any(<dyn Error>::is::<LengthLimitError>)
}

/// Returns the message of the last error in the chain.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let last = successors(Some(error), |&error| error.source()).last();
    last.map(ToString::to_string).unwrap_or_default()
}
