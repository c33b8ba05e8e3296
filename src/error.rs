//! What can go wrong, and whether trying again helps.
//!
//! Every failure of a run is one of the contract's `errorType` names with a message of one line:
//! the operation, what AWS said, and what to do. A message never contains its source: the chain
//! is logged beside it ([`ReconcileError::cause`]).

use std::error::Error;
use std::fmt;
use std::iter::successors;

use thiserror::Error;

use crate::plan::Step;
use crate::state::{Operation, display_as_serialized};
use crate::text::one_line;

/// Why a call of AWS failed: the one classification that retries, error types and
/// remedies all follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum ApiErrorKind {
    /// `AccessDeniedException`: no permission, or not the management account.
    AccessDenied,
    /// `AWSOrganizationsNotInUseException`: the account is in no organization.
    NotInOrganization,
    /// Any other refusal, the SDK's own before sending included.
    Rejected,
    /// Too many requests.
    Throttled,
    /// `ConcurrentModificationException`: someone else is changing the organization.
    Conflict,
    /// `ServiceException`, 5xx, no connection, a cut connection, no answer in time.
    Unavailable,
    /// An answer that is not what the API promises.
    InvalidResponse,
}

display_as_serialized!(ApiErrorKind);

/// Whether another run later may end differently with nothing changed by a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// It may: the next event or schedule is enough.
    Transient,
    /// It will not: somebody has to change something first.
    Permanent,
}

impl ApiErrorKind {
    /// Whether another run later is worth it.
    #[must_use]
    pub fn disposition(self) -> Disposition {
        match self {
            Self::AccessDenied | Self::NotInOrganization | Self::Rejected => Disposition::Permanent,
            Self::Throttled | Self::Conflict | Self::Unavailable | Self::InvalidResponse => {
                Disposition::Transient
            }
        }
    }

    /// Whether the same call is repeated within the run. An answer that cannot be understood is
    /// not: asking for it again would be guessing that the first one was an accident.
    #[must_use]
    pub fn is_retried(self) -> bool {
        matches!(self, Self::Throttled | Self::Conflict | Self::Unavailable)
    }

    /// Whether such an end of an attempt leaves open if it took effect: there was no answer, or one
    /// that does not say.
    #[must_use]
    pub fn leaves_open(self) -> bool {
        matches!(self, Self::Unavailable | Self::InvalidResponse)
    }

    fn remedy(self, operation: Operation) -> String {
        match self {
            Self::AccessDenied => format!(
                "Allow {}:{operation} in the function's role, and run the function in \
                 the organization's management account",
                operation.service()
            ),
            Self::NotInOrganization => "Run the function in the management account of the \
                 organization that Control Tower governs"
                .to_owned(),
            Self::Rejected => {
                "Trying again will not help: change what is named here first".to_owned()
            }
            Self::Throttled => format!(
                "Nothing to do unless it lasts: then look for what else calls {} so often",
                operation.service_name()
            ),
            Self::Conflict => "Nothing to do unless it lasts: then look for what else is changing \
                 the organization"
                .to_owned(),
            Self::Unavailable => "Nothing to do unless it lasts: then look at the AWS Health \
                 Dashboard and the function's way to the network"
                .to_owned(),
            Self::InvalidResponse => "Nothing to do unless it lasts: then look for a proxy or an \
                 endpoint setting between the function and AWS"
                .to_owned(),
        }
    }
}

/// A call that failed, after its retries.
#[derive(Debug, Error)]
#[error("{operation}: {said}. {}", kind.remedy(*operation))]
pub struct ApiError {
    /// The operation that failed.
    pub operation: Operation,
    /// Which of the contract's rows it is.
    pub kind: ApiErrorKind,
    /// AWS's code and message, or what happened instead of an answer: one line, no full stop.
    pub said: String,
    /// Whether an attempt of this call ended without an answer that settles whether it took effect.
    pub answer_lost: bool,
    /// What the SDK reports beneath.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// An error that no answer of AWS's names: `said` is what was found instead of one.
    #[must_use]
    pub fn found_here(operation: Operation, kind: ApiErrorKind, said: &str) -> Self {
        Self {
            operation,
            kind,
            said: said.to_owned(),
            answer_lost: false,
            source: None,
        }
    }
}

/// What the reconciler was doing when the invocation's time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was written.
    Reading,
    /// A change is due; nothing was written.
    Asking(Step),
    /// A write was under way; it may or may not take effect.
    Writing(Step),
    /// A write was sent; it was not seen to take effect yet.
    Verifying(Step),
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reading => write!(f, "reading with {}; nothing was changed", Operation::List),
            Self::Asking(step) => write!(
                f,
                "asking for the landing zone before {}; nothing was changed",
                step.operation()
            ),
            Self::Writing(step) => write!(
                f,
                "waiting for the answer to {}, which may take effect",
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
    /// Disabling is due and whether a landing zone needs trusted access could not be read; nothing was
    /// written.
    #[error(transparent)]
    LandingZone(ApiError),
    /// The write failed, or its answer was lost and a read does not show it.
    #[error(transparent)]
    Write(ApiError),
    /// The write was accepted; reading afterwards failed.
    #[error("{} was accepted, and the read that should show it failed: {error}", step.operation())]
    Verify {
        /// The step that was accepted.
        step: Step,
        /// Why the read failed.
        error: ApiError,
    },
    /// The write was accepted, and reads did not show it in time.
    #[error(
        "{} was accepted, and {} did not show it within {seconds} s. Organizations is eventually \
         consistent: the next run looks again; if it lasts, look for who else changes it, and for a \
         slow way to AWS",
        step.operation(),
        Operation::List
    )]
    NotConverged {
        /// The step that was accepted.
        step: Step,
        /// How long reads were given, in seconds.
        seconds: u64,
    },
    /// The invocation's time ran out.
    #[error(
        "the invocation's time ran out while {0}. The next run starts over; if it lasts, raise the \
         function's timeout"
    )]
    DeadlineExceeded(Phase),
}

impl ReconcileError {
    /// The contract's `errorType`.
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

    /// Whether another run later is worth it.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        let ended_by_time = Disposition::Transient;
        self.call()
            .map_or(ended_by_time, |call| call.kind.disposition())
    }

    /// Whether the run had seen a difference before it failed.
    #[must_use]
    pub fn saw_drift(&self) -> bool {
        !matches!(self, Self::Read(_) | Self::DeadlineExceeded(Phase::Reading))
    }

    /// The source chain beneath the message, joined; empty where there is none.
    #[must_use]
    pub fn cause(&self) -> String {
        let source = self.call().and_then(|call| call.source());
        let chain: Vec<_> = successors(source, |&error| error.source())
            .map(ToString::to_string)
            .collect();
        one_line(&chain.join(": "))
    }

    /// The call that failed, where one did.
    fn call(&self) -> Option<&ApiError> {
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
    fn a_remedy_names_the_service_that_was_asked() {
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
            let told = |kind| ApiError::found_here(operation, kind, "no").to_string();
            let denied = told(ApiErrorKind::AccessDenied);
            assert!(denied.contains(permission), "{denied}");
            let throttled = told(ApiErrorKind::Throttled);
            assert!(throttled.contains(service), "{throttled}");
        }
    }
}
