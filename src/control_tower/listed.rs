//! Whether an answer had a list of landing zones, which the SDK does not tell.
//!
//! Where the list is missing, as in `{}`, it puts an empty one in its place. "No landing zone" is what
//! permits to disable, so it is not taken from an answer that does not say so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_controltower::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_controltower::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_controltower::error::BoxError;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Looks at the last answer of one call.
#[derive(Debug, Clone, Default)]
pub(super) struct Listed(Arc<AtomicBool>);

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "landingZones")]
    landing_zones: Option<Vec<IgnoredAny>>,
}

impl Listed {
    pub(super) fn there_was_a_list(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for Listed {
    fn name(&self) -> &'static str {
        "whether there was a list"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        let page: Option<Page> = serde_json::from_slice(body).ok();
        let there = page.is_some_and(|page| page.landing_zones.is_some());
        self.0.store(there, Ordering::Relaxed);
        Ok(())
    }
}
