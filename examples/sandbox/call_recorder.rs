//! Records the AWS calls of the function.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_organizations::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_organizations::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_organizations::error::BoxError;

/// The names of the operations that were sent, in order. A clone records into the same list.
#[derive(Debug, Clone, Default)]
pub struct CallRecorder(Arc<Mutex<Vec<String>>>);

impl CallRecorder {
    pub fn record(&self, operation: &str) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(operation.to_owned());
    }

    /// Returns the calls since the last `take`.
    pub fn take(&self) -> Vec<String> {
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Intercept for CallRecorder {
    fn name(&self) -> &'static str {
        "CallRecorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request().headers();
        let target = headers.get("x-amz-target").unwrap_or_default();
        self.record(target.rsplit('.').next().unwrap_or_default());
        Ok(())
    }
}
