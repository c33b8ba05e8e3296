//! An invocation that failed, as Lambda and the log are told of it.

use std::fmt;

use lambda_runtime::Diagnostic;
use thiserror::Error;

use crate::error::{Disposition, ReconcileError};
use crate::settings::SettingsError;
use crate::trigger::InvalidRequest;

/// An invocation that ends as a Lambda function error.
#[derive(Error)]
pub enum Failure {
    /// The environment has faults; no invocation does anything.
    #[error(transparent)]
    Configuration(SettingsError),
    /// The payload is no row of the contract's table.
    #[error(transparent)]
    Request(InvalidRequest),
    /// The run failed.
    #[error(transparent)]
    Run(ReconcileError),
    /// The run panicked: in this program or, over something in its environment, in the AWS SDK.
    #[error(
        "the run stopped at a defect, which its ERROR line names. Look there for a setting that the \
         AWS SDK cannot take, and report the line if there is none"
    )]
    Defect,
}

impl Failure {
    /// The contract's `errorType`.
    #[must_use]
    pub fn error_type(&self) -> String {
        match self {
            Self::Configuration(_) => "InvalidConfiguration".to_owned(),
            Self::Request(_) => "InvalidRequest".to_owned(),
            Self::Run(error) => error.error_type(),
            Self::Defect => "Rejected".to_owned(),
        }
    }

    /// What lies beneath the message, for the log.
    pub(super) fn cause(&self) -> Option<String> {
        match self {
            Self::Run(error) => Some(error.cause()).filter(|cause| !cause.is_empty()),
            Self::Configuration(_) | Self::Request(_) | Self::Defect => None,
        }
    }

    /// Whether the next run may go well with nothing changed by a human.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Run(error) if error.disposition() == Disposition::Transient)
    }
}

/// As narrow as the message: the runtime crate prints errors with `{:?}`, and a derived one would
/// bring AWS's raw response with it.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.error_type())
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self {
            error_type: failure.error_type(),
            error_message: failure.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ApiError, ApiErrorKind};
    use crate::state::Operation;

    #[test]
    fn a_debug_print_says_what_the_error_type_and_the_message_say_and_no_more() {
        let failure = Failure::Run(ReconcileError::Read(ApiError {
            operation: Operation::List,
            kind: ApiErrorKind::Conflict,
            said: "busy".to_owned(),
            answer_lost: false,
            source: Some("a raw response".into()),
        }));
        let printed = format!("{failure:?}");
        assert_eq!(printed, format!("Conflict: {failure}"));
        assert!(!printed.contains("raw"), "{printed}");
    }
}
