//! Retry policy and timeouts.

use std::time::Duration;

use aws_sdk_organizations::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_organizations::config::timeout::TimeoutConfig;

pub(super) use super::error_classification::ApiErrorRetryClassifier;

/// Attempts per call, the first included. The contract promises at most five.
const MAX_ATTEMPTS: u32 = 5;
/// The longest pause before an attempt, also if AWS asks for more in `x-amz-retry-after`.
const MAX_BACKOFF: Duration = Duration::from_secs(8);
/// The time for one attempt. Five attempts and the usual pauses between them (at most 1, 2, 4 and 8 s) take
/// 45 s: two such calls and the 20 s for convergence fit into the function's timeout of 120 s.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(6);

/// Applies the retry policy, the timeouts and the limit of response bodies to a service's config builder. A macro,
/// because each service has a builder type of its own and they share no trait.
macro_rules! with_client_policy {
    ($builder:expr, $max_response_bytes:expr) => {
        $builder
            .interceptor($crate::aws::response_limit::ResponseLimit(
                $max_response_bytes,
            ))
            .retry_config($crate::aws::retry::retry_config())
            .retry_partition($crate::aws::retry::unlimited_retry_quota())
            .retry_classifier($crate::aws::retry::ApiErrorRetryClassifier)
            .timeout_config($crate::aws::retry::timeout_config())
    };
}
pub(super) use with_client_policy;

pub(super) fn retry_config() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(MAX_ATTEMPTS)
        .with_max_backoff(MAX_BACKOFF)
}

/// Switches off the SDK's retry quota. All calls of a process share it, so a long outage of AWS would use up the
/// retries of a warm function's first run after it.
pub(super) fn unlimited_retry_quota() -> RetryPartition {
    RetryPartition::custom("unlimited")
        .token_bucket(TokenBucket::unlimited())
        .build()
}

pub(super) fn timeout_config() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}
