//! How a call to AWS failed, for any of its services: one line, and what to do about it.

use std::error::Error;
use std::iter::successors;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::sanitize::sanitize_line;

/// Why a call has no answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The operation and what AWS said, or what happened instead: one line, no full stop.
    pub said: String,
    /// What to do.
    pub remedy: String,
    /// AWS's code, where there was an answer that had one.
    pub code: Option<String>,
}

/// Codes that mean "not allowed": the services do not agree on one.
const DENIED: [&str; 5] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "NotAuthorized",
];
/// Codes that mean that the credentials are no longer, or never were, good for anything.
const NO_CREDENTIALS: [&str; 7] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "RequestExpired",
];

impl Refusal {
    /// The failure of `operation`, written as IAM writes its action: `sts:GetCallerIdentity`.
    pub fn of<E, R>(operation: &str, error: &SdkError<E, R>) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug + 'static,
    {
        let code = error.code().map(sanitize_line);
        Self {
            said: sanitize_line(&format!("{operation}: {}", said(error))),
            remedy: remedy(operation, code.as_deref(), error),
            code,
        }
    }

    /// The failure of a call that one of the function's adapters made. Its message ends with what to do in
    /// the words of the function's runbook, so what is to be done here is said anew.
    pub fn of_adapter(error: &ApiError) -> Self {
        let action = format!("{}:{}", error.operation.iam_prefix(), error.operation);
        let said = error.message.trim_end_matches('.');
        let is_sign_in = |code: &&&str| said.starts_with(**code);
        let no_credentials = NO_CREDENTIALS.iter().find(is_sign_in);
        let remedy = match error.kind {
            _ if no_credentials.is_some() => SIGN_IN.to_owned(),
            ApiErrorKind::AccessDenied => format!(
                "Allow {action} to these credentials, and use those of the management account (--profile)."
            ),
            ApiErrorKind::Throttled | ApiErrorKind::Conflict | ApiErrorKind::Unavailable => {
                "Run the doctor again; if it lasts, look at the AWS Health Dashboard and the way to the network."
                    .to_owned()
            }
            ApiErrorKind::InvalidResponse => NOT_AWS.to_owned(),
            ApiErrorKind::NotInOrganization | ApiErrorKind::Rejected => {
                "See what is named here, change that, and run the doctor again.".to_owned()
            }
        };
        Self {
            // The rest of such a message may repeat the request's signed headers.
            said: format!("{action}: {}", discreet(no_credentials.unwrap_or(&said))),
            remedy,
            code: None,
        }
    }

    /// An answer that came and cannot be what AWS means.
    pub fn not_understood(operation: &str, what: &str) -> Self {
        Self {
            said: format!("{operation}: {what}"),
            remedy: NOT_AWS.to_owned(),
            code: None,
        }
    }

    /// Whether AWS refused for want of a permission.
    pub fn is_denied(&self) -> bool {
        self.code
            .as_deref()
            .is_some_and(|code| DENIED.contains(&code))
    }
}

/// What aws-config says of a profile that it does not find.
const NO_PROFILE: &str = "the credential provider was not enabled";
const SIGN_IN: &str = "Sign in again (aws sso login), or name another profile with --profile.";
const NOT_AWS: &str =
    "Look for a proxy or an endpoint setting (AWS_ENDPOINT_URL…) between here and AWS.";

fn said<E, R>(error: &SdkError<E, R>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + 'static,
{
    match (error, error.code()) {
        // The message may repeat the request's signed headers, the session token among them.
        (_, Some(code)) if NO_CREDENTIALS.contains(&code) => code.to_owned(),
        (_, Some(code)) => {
            let message = error.message().map(|message| format!(": {message}"));
            let said = format!("{code}{}", message.unwrap_or_default());
            said.trim_end_matches(['.', ' ']).to_owned()
        }
        (SdkError::TimeoutError(_), None) => "no answer in time".to_owned(),
        (SdkError::ServiceError(_) | SdkError::ResponseError(_), None) => {
            "an answer that cannot be understood".to_owned()
        }
        (error, None) => not_sent(error),
    }
}

fn remedy<E, R>(operation: &str, code: Option<&str>, error: &SdkError<E, R>) -> String {
    match code {
        Some(code) if DENIED.contains(&code) => {
            format!("Allow {operation} to these credentials, or use others with --profile.")
        }
        Some(code) if NO_CREDENTIALS.contains(&code) => SIGN_IN.to_owned(),
        Some(code) if code.contains("Throttl") || code.contains("TooManyRequests") => {
            "Try again later: something else calls this service too often.".to_owned()
        }
        Some(_) => "See what AWS says, change that, and run the doctor again.".to_owned(),
        None => match error {
            SdkError::ServiceError(_) | SdkError::ResponseError(_) => NOT_AWS.to_owned(),
            _ => "See that there are credentials (--profile, aws sso login), that the Region \
                  exists, and that AWS can be reached from here."
                .to_owned(),
        },
    }
}

/// What stands at the end of the chain says which it was: no such profile, no such host.
fn not_sent(error: &(dyn Error + 'static)) -> String {
    let chain: Vec<String> = successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect();
    let cause = chain.last().map_or("", |cause| cause.trim_end_matches('.'));
    if cause == NO_PROFILE {
        return "no credentials: there is no such profile, or it holds none".to_owned();
    }
    let of_credentials = chain.iter().any(|cause| cause.contains("credential"));
    let kind = if of_credentials {
        "no credentials"
    } else {
        "not sent, or cut off"
    };
    discreet(&format!("{kind}: {cause}"))
}

/// Without what others may have put secrets into: the error output of a `credential_process`, and an
/// endpoint, which may hold a password.
fn discreet(said: &str) -> String {
    let lower = said.to_ascii_lowercase();
    let said = match lower.find("stderr") {
        Some(at) => format!("{}its error output is not shown here", &said[..at]),
        None => said.to_owned(),
    };
    match said.split_once("endpoint `") {
        Some((before, after)) => {
            let rest = after.split_once('`').map_or("", |(_, rest)| rest);
            format!("{before}endpoint that is set{rest}")
        }
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_may_have_put_secrets_into_is_not_repeated() {
        for (said, shown) in [
            (
                "no credentials: the process exited with 3. Stderr: token=s3cret",
                "no credentials: the process exited with 3. its error output is not shown here",
            ),
            (
                "failed to apply endpoint `http://user:hunter2@[bad` to request",
                "failed to apply endpoint that is set to request",
            ),
            ("nothing of the kind", "nothing of the kind"),
        ] {
            assert_eq!(discreet(said), shown);
        }
    }
}
