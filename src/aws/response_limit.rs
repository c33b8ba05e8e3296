//! Limits the size of response bodies.
//!
//! The SDK collects a body without a limit, so an endless one would end the function without an answer.

use std::mem;

use aws_sdk_organizations::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_organizations::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_organizations::error::BoxError;
use aws_smithy_types::body::SdkBody;
use http_body_util::Limited;

/// Ends the read of a response body after this many bytes, whatever its status and framing. The attempt then fails with
/// [`LengthLimitError`](http_body_util::LengthLimitError).
#[derive(Debug, Clone, Copy)]
pub(super) struct ResponseLimit(pub(super) usize);

impl Intercept for ResponseLimit {
    fn name(&self) -> &'static str {
        "ResponseLimit"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let unlimited = mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Limited::new(unlimited, self.0));
        Ok(())
    }
}
