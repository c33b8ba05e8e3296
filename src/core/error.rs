//! The errors of a run, and whether a later run may succeed.
//!
//! Every error has one of the contract's `errorType` names and a message of one line: the operation, AWS's
//! code and message, and what to do. A message never contains its source; the chain is logged beside it
//! ([`ReconcileError::cause`]).

use std::error::Error;
use std::fmt;
use std::iter::successors;

use thiserror::Error;

use super::model::{Operation, display_as_serialized};
use super::plan::Step;
use super::redact::{is_credential_error, redact};

/// Why an AWS call failed. Retries, error types and remedies all follow this one classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum ApiErrorKind {
    /// `AccessDeniedException`: no permission, or not the management account.
    AccessDenied,
    /// `AWSOrganizationsNotInUseException`: the account is not in an organization.
    NotInOrganization,
    /// Any other refusal, also by the SDK before it sends a request.
    Rejected,
    /// Too many requests.
    Throttled,
    /// `ConcurrentModificationException`: another caller is changing the organization.
    Conflict,
    /// `ServiceException`, 5xx, a connection failure or a timeout.
    Unavailable,
    /// A response that the API does not allow.
    InvalidResponse,
}

display_as_serialized!(ApiErrorKind);

impl ApiErrorKind {
    /// Returns whether a later run may succeed although nothing was changed in between.
    #[must_use]
    pub fn is_transient(self) -> bool {
        match self {
            Self::AccessDenied | Self::NotInOrganization | Self::Rejected => false,
            Self::Throttled | Self::Conflict | Self::Unavailable | Self::InvalidResponse => true,
        }
    }

    /// Returns whether the call is retried within the run. An invalid response is not: a second one would not
    /// show that the first was an accident.
    #[must_use]
    pub fn is_retried(self) -> bool {
        matches!(self, Self::Throttled | Self::Conflict | Self::Unavailable)
    }

    /// Returns whether the attempt may have taken effect: it got no response, or one that cannot be parsed.
    #[must_use]
    pub fn is_outcome_unknown(self) -> bool {
        matches!(self, Self::Unavailable | Self::InvalidResponse)
    }

    fn remedy(self, operation: Operation) -> String {
        match self {
            Self::AccessDenied => format!(
                "Allow {}:{operation} in the function's role, and run the function in the organization's \
                 management account",
                operation.iam_prefix()
            ),
            Self::NotInOrganization => {
                "Run the function in the management account of the organization that Control Tower governs".to_owned()
            }
            Self::Rejected => "A retry does not help: correct what the message names".to_owned(),
            Self::Throttled => format!(
                "No action is needed unless it lasts; then find out what else calls {} this often",
                operation.service_name()
            ),
            Self::Conflict => {
                "No action is needed unless it lasts; then find out what else is changing the organization".to_owned()
            }
            Self::Unavailable => "No action is needed unless it lasts; then check the AWS Health Dashboard and the \
                 function's network access"
                .to_owned(),
            Self::InvalidResponse => "No action is needed unless it lasts; then look for a proxy or an endpoint \
                 setting between the function and AWS"
                .to_owned(),
        }
    }
}

/// Returns what to do about a failed call. The message of a credential error is only its code, so it names nothing.
fn remedy(kind: ApiErrorKind, operation: Operation, message: &str) -> String {
    let code = message.split([':', ' ']).next().unwrap_or_default();
    if kind == ApiErrorKind::Rejected && is_credential_error(code) {
        return "A retry does not help: look for credentials in the function's environment that are not those of its role, \
                and for a proxy that changes requests"
            .to_owned();
    }
    kind.remedy(operation)
}

/// A call that failed, after its retries.
#[derive(Debug, Error)]
#[error("{operation}: {message}. {}", remedy(*kind, *operation, message))]
pub struct ApiError {
    /// The operation that failed.
    pub operation: Operation,
    /// The class of the failure.
    pub kind: ApiErrorKind,
    /// AWS's code and message, or what happened instead of a response: one line, no full stop.
    pub message: String,
    /// Whether an attempt of this call may have taken effect although it got no valid response.
    pub outcome_unknown: bool,
    /// The SDK's error, if it says more than the message.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// Returns an error that this program found itself, not one that AWS returned.
    #[must_use]
    pub fn local(operation: Operation, kind: ApiErrorKind, message: &str) -> Self {
        Self {
            operation,
            kind,
            message: message.to_owned(),
            outcome_unknown: false,
            source: None,
        }
    }
}

/// What the run was doing when the invocation's time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reading trusted access. Nothing was written.
    Reading,
    /// Reading the landing zone. A change is due, and nothing was written.
    CheckingLandingZone(Step),
    /// Writing. The write may take effect.
    Writing(Step),
    /// Reading until the accepted write shows.
    Verifying(Step),
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reading => write!(f, "reading with {}; nothing was changed", Operation::List),
            Self::CheckingLandingZone(step) => write!(
                f,
                "reading the landing zone before {}; nothing was changed",
                step.operation()
            ),
            Self::Writing(step) => write!(
                f,
                "waiting for the response to {}, which may take effect",
                step.operation()
            ),
            Self::Verifying(step) => write!(f, "waiting for reads to show {}", step.operation()),
        }
    }
}

/// A run that failed.
#[derive(Debug, Error)]
pub enum ReconcileError {
    /// The state could not be read; nothing was written.
    #[error(transparent)]
    Read(ApiError),
    /// Disabling is due, and the landing zone, which may need trusted access, could not be read; nothing was
    /// written.
    #[error(transparent)]
    LandingZone(ApiError),
    /// The write failed, or it got no response and a read does not show it.
    #[error(transparent)]
    Write(ApiError),
    /// The write was accepted, and reading afterwards failed.
    #[error("{} was accepted, and the read that should show it failed: {error}", step.operation())]
    Verify {
        /// The step that was accepted.
        step: Step,
        /// The read's error.
        error: ApiError,
    },
    /// The write was accepted, and reads did not show it in time.
    #[error(
        "{} was accepted, and {} did not show it within {seconds} s. Organizations is eventually consistent: \
         the next run reads again. If it lasts, find out what else changes it, and check the function's network \
         access",
        step.operation(),
        Operation::List
    )]
    NotConverged {
        /// The step that was accepted.
        step: Step,
        /// The time for the reads, in seconds.
        seconds: u64,
    },
    /// The invocation's time ran out.
    #[error(
        "the invocation's time ran out while {0}. The next run starts over; if it lasts, raise the function's \
         timeout"
    )]
    DeadlineExceeded(Phase),
}

impl ReconcileError {
    /// Returns the contract's `errorType`.
    #[must_use]
    pub fn error_type(&self) -> String {
        match self {
            Self::NotConverged { .. } => "NotConverged".to_owned(),
            Self::DeadlineExceeded(_) => "DeadlineExceeded".to_owned(),
            Self::Read(error)
            | Self::LandingZone(error)
            | Self::Write(error)
            | Self::Verify { error, .. } => error.kind.to_string(),
        }
    }

    /// Returns whether a later run may succeed although nothing was changed in between.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.api_error()
            .is_none_or(|error| error.kind.is_transient())
    }

    /// Returns whether the run had detected drift before it failed.
    #[must_use]
    pub fn drift_detected(&self) -> bool {
        !matches!(self, Self::Read(_) | Self::DeadlineExceeded(Phase::Reading))
    }

    /// Returns the source chain beneath the message, joined by `: ` and without credentials; empty if there is none.
    #[must_use]
    pub fn cause(&self) -> String {
        let source = self.api_error().and_then(|error| error.source());
        let chain: Vec<_> = successors(source, |&error| error.source())
            .map(ToString::to_string)
            .collect();
        redact(&chain.join(": "))
    }

    fn api_error(&self) -> Option<&ApiError> {
        match self {
            Self::Read(error)
            | Self::LandingZone(error)
            | Self::Write(error)
            | Self::Verify { error, .. } => Some(error),
            Self::NotConverged { .. } | Self::DeadlineExceeded(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_names_the_service_of_the_call_that_failed() {
        for (operation, permission, service) in [
            (
                Operation::List,
                "organizations:ListAWSServiceAccessForOrganization",
                "else calls Organizations",
            ),
            (
                Operation::GetLandingZone,
                "controltower:GetLandingZone",
                "else calls Control Tower",
            ),
        ] {
            let message = |kind| ApiError::local(operation, kind, "no").to_string();
            let denied = message(ApiErrorKind::AccessDenied);
            assert!(denied.contains(permission), "{denied}");
            let throttled = message(ApiErrorKind::Throttled);
            assert!(throttled.contains(service), "{throttled}");
        }
    }
}
