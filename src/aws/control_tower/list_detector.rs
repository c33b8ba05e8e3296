//! Detects whether a response had a list of landing zones.
//!
//! If the list is missing, as in `{}`, the SDK puts an empty one in its place. "No landing zone" permits disabling,
//! so it is not concluded from a response that does not say so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_controltower::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_controltower::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_controltower::error::BoxError;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Inspects the last response of one call.
#[derive(Debug, Clone, Default)]
pub(super) struct ListDetector(Arc<AtomicBool>);

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "landingZones")]
    landing_zones: Option<Vec<IgnoredAny>>,
}

impl ListDetector {
    pub(super) fn has_list(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for ListDetector {
    fn name(&self) -> &'static str {
        "ListDetector"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        let page: Option<Page> = serde_json::from_slice(body).ok();
        let has_list = page.is_some_and(|page| page.landing_zones.is_some());
        self.0.store(has_list, Ordering::Relaxed);
        Ok(())
    }
}
