//! The AWS calls that the function makes, in order.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_organizations::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_organizations::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_organizations::error::BoxError;

/// The names of the operations that went out.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    pub fn note(&self, operation: &str) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.push(operation.to_owned());
    }

    /// Those since this was last asked.
    pub fn since_last_asked(&self) -> Vec<String> {
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "the sandbox's record of calls"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request().headers();
        let target = headers.get("x-amz-target").unwrap_or_default();
        self.note(target.rsplit('.').next().unwrap_or_default());
        Ok(())
    }
}
