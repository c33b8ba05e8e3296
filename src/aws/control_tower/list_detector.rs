//! Detects whether a response had its list.
//!
//! If the list is missing, as in `{}`, the SDK puts an empty one in its place. "No landing zone" permits disabling,
//! so it is not concluded from a response that does not say so.

use std::collections::HashMap;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_controltower::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_controltower::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_controltower::error::BoxError;
use serde_json::value::RawValue;

/// Inspects the last response of one call for the list with the name `list`.
#[derive(Debug, Clone)]
pub(super) struct ListDetector {
    list: &'static str,
    has_list: Arc<AtomicBool>,
}

impl ListDetector {
    pub(super) fn new(list: &'static str) -> Self {
        Self {
            list,
            has_list: Arc::default(),
        }
    }

    pub(super) fn has_list(&self) -> bool {
        self.has_list.load(Ordering::Relaxed)
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
        let page: Option<HashMap<String, &RawValue>> = serde_json::from_slice(body).ok();
        let list = page.and_then(|page| page.get(self.list).copied());
        let has_list = list.is_some_and(|list| list.get().starts_with('['));
        self.has_list.store(has_list, Ordering::Relaxed);
        Ok(())
    }
}
