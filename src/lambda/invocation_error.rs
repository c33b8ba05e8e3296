//! An invocation that failed, as the response and the log show it.

use std::fmt;

use lambda_runtime::Diagnostic;
use thiserror::Error;

use super::event::InvalidRequest;
use crate::core::error::ReconcileError;
use crate::settings::SettingsError;

/// An invocation that ends as a Lambda function error.
#[derive(Error)]
pub enum InvocationError {
    /// The environment has invalid settings. No invocation does anything.
    #[error(transparent)]
    Configuration(SettingsError),
    /// The payload is not in the contract's input table.
    #[error(transparent)]
    Request(InvalidRequest),
    /// The run failed.
    #[error(transparent)]
    Run(ReconcileError),
    /// The run panicked: in this program, or in the AWS SDK because of a value in its environment.
    #[error(
        "the run panicked; its ERROR line says where. Look there for a setting that the AWS SDK cannot take, and \
         report the line if there is none"
    )]
    Panicked,
}

impl InvocationError {
    /// Returns the contract's `errorType`.
    #[must_use]
    pub fn error_type(&self) -> String {
        match self {
            Self::Configuration(_) => "InvalidConfiguration".to_owned(),
            Self::Request(_) => "InvalidRequest".to_owned(),
            Self::Run(error) => error.error_type(),
            Self::Panicked => "Rejected".to_owned(),
        }
    }

    /// Returns the source chain beneath the message for the log, or `None` if there is none.
    pub(super) fn cause(&self) -> Option<String> {
        match self {
            Self::Run(error) => Some(error.cause()).filter(|cause| !cause.is_empty()),
            Self::Configuration(_) | Self::Request(_) | Self::Panicked => None,
        }
    }

    /// Returns whether a later run may succeed although nothing was changed in between.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Run(error) if error.is_transient())
    }
}

/// Shows only the error type and the message. `lambda_runtime` prints errors with `{:?}`, and a derived `Debug` would
/// print AWS's raw response.
impl fmt::Debug for InvocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.error_type())
    }
}

impl From<InvocationError> for Diagnostic {
    fn from(error: InvocationError) -> Self {
        Self {
            error_type: error.error_type(),
            error_message: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::error::{ApiError, ApiErrorKind};
    use crate::core::model::Operation;

    #[test]
    fn debug_shows_only_the_error_type_and_the_message() {
        let error = InvocationError::Run(ReconcileError::Read(ApiError {
            source: Some("a raw response".into()),
            ..ApiError::local(Operation::List, ApiErrorKind::Conflict, "busy")
        }));
        let debug = format!("{error:?}");
        assert_eq!(debug, format!("Conflict: {error}"));
        assert!(!debug.contains("raw"), "{debug}");
    }
}
