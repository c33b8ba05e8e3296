//! How a call failed: one classification, which the retries, the error types and
//! the question whether a write may have taken effect all follow.

use std::error::Error;
use std::iter::successors;
use std::sync::{Arc, Mutex, PoisonError};

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_controltower::operation::get_landing_zone::GetLandingZoneError;
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

use crate::error::{ApiError, ApiErrorKind};
use crate::state::Operation;
use crate::text::one_line;

/// Why one attempt failed; `None` where it did not.
fn classify(attempt: &InterceptorContext) -> Option<ApiErrorKind> {
    let Some(Err(error)) = attempt.output_or_error() else {
        return None;
    };
    if error.is_timeout_error() || error.is_response_error() {
        return Some(ApiErrorKind::Unavailable);
    }
    if let Some(connection) = error.as_connector_error() {
        let refused_here = connection.is_user();
        return Some(if refused_here {
            ApiErrorKind::Rejected
        } else {
            ApiErrorKind::Unavailable
        });
    }
    let status = attempt
        .response()
        .map(|response| response.status().as_u16());
    let code = error.as_operation_error().and_then(code);
    Some(classify_answer(status, code.filter(is_code)))
}

/// The code of an operation's error, whose type the SDK has hidden by then.
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
}

/// A header or a field for the code may be there and say nothing.
fn is_code(text: &&str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// Sorts an answer by its code, and by its status where it has no code that says more. Without a
/// status there was no answer: the SDK refused to send (no credentials, no Region, a bad endpoint).
fn classify_answer(status: Option<u16>, code: Option<&str>) -> ApiErrorKind {
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

/// Retries what the contract names and forbids the rest, over the SDK's own classifiers, which
/// would repeat neither a `ConcurrentModificationException` nor every 5xx.
#[derive(Debug)]
pub(crate) struct RetryAsClassified;

impl ClassifyRetry for RetryAsClassified {
    fn classify_retry(&self, attempt: &InterceptorContext) -> RetryAction {
        match classify(attempt) {
            None => RetryAction::NoActionIndicated,
            Some(ApiErrorKind::Throttled) => RetryAction::throttling_error(),
            Some(kind) if kind.is_retried() => RetryAction::server_error(),
            Some(_) => RetryAction::RetryForbidden,
        }
    }

    fn name(&self) -> &'static str {
        "the contract's retries"
    }
}

/// What the attempts of one call came to. A call whose second attempt was refused may have taken
/// effect by its first, whose answer was lost, so the last error alone does not tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempts(Arc<Mutex<Record>>);

#[derive(Debug, Clone, Copy, Default)]
struct Record {
    count: u32,
    answer_lost: bool,
    last: Option<ApiErrorKind>,
}

impl Attempts {
    #[cfg(test)]
    pub(crate) fn count(&self) -> u32 {
        self.record().count
    }

    fn record(&self) -> Record {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "the record of attempts"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        record.count += 1;
        record.last = classify(context.inner());
        record.answer_lost |= record.last.is_some_and(ApiErrorKind::leaves_open);
        Ok(())
    }
}

/// The error of a call that failed, from the SDK's error and what its attempts came to.
pub(crate) fn api_error<E>(
    operation: Operation,
    error: SdkError<E>,
    attempts: &Attempts,
) -> ApiError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let record = attempts.record();
    let kind = record.last.unwrap_or(ApiErrorKind::Rejected);
    let mut said = said(&error, kind);
    if record.count > 1 {
        said = format!("{said} (after {} attempts)", record.count);
    }
    // Where AWS gave a code, the SDK's chain says the same once more, and in part as a Debug print.
    let code = error.code().filter(is_code);
    let source = code.is_none().then(|| Box::new(error) as Box<_>);
    ApiError {
        operation,
        kind,
        said,
        answer_lost: record.answer_lost,
        source,
    }
}

/// AWS's code and message, or what happened instead of such an answer.
fn said<E>(error: &SdkError<E>, kind: ApiErrorKind) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
{
    if let Some(code) = error.code().filter(is_code) {
        let message = error.message().map(|message| format!(": {message}"));
        let said = one_line(&format!("{code}{}", message.unwrap_or_default()));
        return said.trim_end_matches(['.', ' ']).to_owned();
    }
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    match (error, status) {
        (SdkError::TimeoutError(_), _) => "no answer in time".to_owned(),
        (_, Some(..400)) if kind == ApiErrorKind::Unavailable => {
            "the connection was cut before the answer was complete".to_owned()
        }
        (_, Some(status @ 400..)) => format!("an answer of status {status} without an error code"),
        (_, Some(status)) => format!("an answer of status {status} that cannot be understood"),
        (_, None) if kind == ApiErrorKind::Unavailable => {
            "no connection, or it was cut before an answer came".to_owned()
        }
        (_, None) => one_line(&format!(
            "the AWS SDK did not send the request: {}",
            root_cause(error)
        )),
    }
}

/// What stands at the end of an error's chain.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let last = successors(Some(error), |&error| error.source()).last();
    last.map(ToString::to_string).unwrap_or_default()
}
