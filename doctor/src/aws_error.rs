//! A failed AWS call of any service: what happened, in one line, and what to do.

use std::error::Error;
use std::iter::successors;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::redact::{describe_error, is_credential_error, redact};
use controltower_trusted_access::core::sanitize::sanitize_line;

/// The reason why an AWS call has no usable response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsError {
    /// The operation with AWS's code and message, or with what happened instead. One line without a full stop.
    pub message: String,
    /// The next step, as a sentence.
    pub hint: String,
    /// AWS's error code, if the response has one.
    pub code: Option<String>,
}

/// The codes for a missing permission. The services do not agree on one.
const ACCESS_DENIED: [&str; 5] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "NotAuthorized",
];
/// The message of aws-config if a profile does not exist.
const PROFILE_NOT_FOUND: &str = "the credential provider was not enabled";

/// How the message of a request that has no credentials begins.
const NO_CREDENTIALS: &str = "no credentials";
/// How the message of aws-config begins if no source has credentials. A list of all sources follows.
const NO_SOURCE: &str = "no credentials found in chain";

const GET_CREDENTIALS_HINT: &str = "Sign in (aws sso login, or aws login and a profile with credential_process), or choose a profile that has credentials \
     (--profile NAME), or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; AWS CloudShell has \
     credentials without any of these.";
const SIGN_IN_HINT: &str = "Sign in again (aws sso login), or choose another profile with --profile. If that does not help, check this machine's \
     clock and proxy.";
const NETWORK_HINT: &str =
    "Check for a proxy or an endpoint setting (AWS_ENDPOINT_URL…) between this machine and AWS.";

impl AwsError {
    /// Returns the error of a failed call. `operation` is written like an IAM action: `sts:GetCallerIdentity`.
    pub fn new<E, R>(operation: &str, error: &SdkError<E, R>) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug + 'static,
    {
        let code = error.code().map(sanitize_line);
        let description = describe(error);
        let hint = if code.is_none() && description.starts_with(NO_CREDENTIALS) {
            GET_CREDENTIALS_HINT.to_owned()
        } else {
            hint(operation, code.as_deref(), error)
        };
        Self {
            message: sanitize_line(&format!("{operation}: {description}")),
            hint,
            code,
        }
    }

    /// Returns the error of a failed call of the function's adapter.
    ///
    /// The adapter's message ends with what to do about a failed run of the function. The doctor's user needs
    /// another hint.
    pub fn from_adapter(error: &ApiError) -> Self {
        let action = format!("{}:{}", error.operation.iam_prefix(), error.operation);
        let message = error.message.trim_end_matches('.');
        // The message starts with AWS's code, if there is one.
        let code = message.split([':', ' ']).next().unwrap_or_default();
        let hint = match error.kind {
            _ if is_credential_error(code) => SIGN_IN_HINT.to_owned(),
            ApiErrorKind::AccessDenied => format!(
                "Allow {action} for these credentials, and use credentials of the management account (--profile)."
            ),
            ApiErrorKind::Throttled | ApiErrorKind::Conflict | ApiErrorKind::Unavailable => {
                "Run the doctor again. If it fails again, check the AWS Health Dashboard and this machine's network \
                 access."
                    .to_owned()
            }
            ApiErrorKind::InvalidResponse => NETWORK_HINT.to_owned(),
            ApiErrorKind::NotInOrganization | ApiErrorKind::Rejected => {
                "Correct what the message names, then run the doctor again.".to_owned()
            }
        };
        Self {
            message: format!("{action}: {message}"),
            hint,
            code: None,
        }
    }

    /// Returns the error of a response that AWS would not send.
    pub fn invalid_response(operation: &str, description: &str) -> Self {
        Self {
            message: format!("{operation}: {description}"),
            hint: NETWORK_HINT.to_owned(),
            code: None,
        }
    }

    /// Puts the subject that could not be checked in front of the message.
    pub fn context(mut self, subject: &str) -> Self {
        self.message = format!("{subject}: {}", self.message);
        self
    }

    /// Returns whether there are no credentials, so that every other call would fail too.
    pub fn is_without_credentials(&self) -> bool {
        self.hint == GET_CREDENTIALS_HINT
    }

    /// Returns whether a permission is missing.
    pub fn is_access_denied(&self) -> bool {
        self.code
            .as_deref()
            .is_some_and(|code| ACCESS_DENIED.contains(&code))
    }
}

fn describe<E, R>(error: &SdkError<E, R>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + 'static,
{
    match (error, error.code()) {
        (_, Some(code)) => describe_error(code, error.message()),
        (SdkError::TimeoutError(_), None) => "no response in time".to_owned(),
        (SdkError::ServiceError(_) | SdkError::ResponseError(_), None) => {
            "the response cannot be parsed".to_owned()
        }
        (error, None) => describe_unsent(error),
    }
}

fn hint<E, R>(operation: &str, code: Option<&str>, error: &SdkError<E, R>) -> String {
    match code {
        Some(code) if ACCESS_DENIED.contains(&code) => {
            format!(
                "Allow {operation} for these credentials, or choose other credentials with --profile."
            )
        }
        Some(code) if is_credential_error(code) => SIGN_IN_HINT.to_owned(),
        Some(code) if code.contains("Throttl") || code.contains("TooManyRequests") => {
            "Run the doctor again later: another program calls this service too often.".to_owned()
        }
        Some(_) => "Correct what the message names, then run the doctor again.".to_owned(),
        None => match error {
            SdkError::ServiceError(_) | SdkError::ResponseError(_) => NETWORK_HINT.to_owned(),
            _ => "Check that the Region exists, and that this machine can reach AWS.".to_owned(),
        },
    }
}

/// Describes a request that was not sent, by the last error of the chain: only that one names the cause.
fn describe_unsent(error: &(dyn Error + 'static)) -> String {
    let chain: Vec<String> = successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect();
    let cause = chain.last().map_or("", |cause| cause.trim_end_matches('.'));
    if cause == PROFILE_NOT_FOUND {
        return format!("{NO_CREDENTIALS}: the profile does not exist, or has none");
    }
    if cause.starts_with(NO_SOURCE) {
        return NO_CREDENTIALS.to_owned();
    }
    let is_about_credentials = chain.iter().any(|cause| cause.contains("credential"));
    let kind = if is_about_credentials {
        NO_CREDENTIALS
    } else {
        "the request failed"
    };
    format!("{kind}: {}", redact(cause))
}
