//! How often and how long a call is tried.

use std::time::Duration;

use aws_sdk_organizations::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_organizations::config::timeout::TimeoutConfig;

pub(crate) use super::failure::RetryAsClassified;

/// Attempts of one call, the first included. The contract promises at most five.
const ATTEMPTS: u32 = 5;
/// The longest pause before an attempt, also where AWS asks for more in `x-amz-retry-after`.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// How long one attempt may take in all. Five of them and the usual pauses between them (at most
/// 1, 2, 4 and 8 s) are 45 s: two such calls and the 20 s that a write is given to show fit into the
/// function's timeout of 120 s.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(6);

/// What every client of this program is set to, over a service's own builder; each is a type of its own
/// without a common trait, hence a macro.
macro_rules! patient {
    ($builder:expr) => {
        $builder
            .retry_config($crate::sdk::patience::retries())
            .retry_partition($crate::sdk::patience::unlimited())
            .retry_classifier($crate::sdk::patience::RetryAsClassified)
            .timeout_config($crate::sdk::patience::timeouts())
    };
}
pub(crate) use patient;

pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_max_backoff(LONGEST_PAUSE)
}

/// The SDK's quota of retries is switched off: it is shared by all calls of a process, so a long
/// outage seen by a warm function would use up the retries of the first run after it.
pub(crate) fn unlimited() -> RetryPartition {
    RetryPartition::custom("unlimited")
        .token_bucket(TokenBucket::unlimited())
        .build()
}

pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}
