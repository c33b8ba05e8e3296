//! AWS clients with the operator's credentials: one for each service and Region, all with timeouts.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::time::Duration;

use aws_config::default_provider::region;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::{TimeoutConfig, TimeoutConfigBuilder};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::aws::organizations::{Organizations, client_config};

use crate::partition::partition_of_region;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The timeout of one attempt, with the time to connect.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_ATTEMPTS: u32 = 3;
const MAX_BACKOFF: Duration = Duration::from_secs(8);
/// `AssumeRole` is called thousands of times, so it is throttled sooner than the other calls.
const ASSUME_ROLE_MAX_ATTEMPTS: u32 = 8;
/// The timeout of `AssumeRole` with all its attempts.
const ASSUME_ROLE_TIMEOUT: Duration = Duration::from_secs(30);
const LOOKUP_MAX_ATTEMPTS: u32 = 8;
/// The timeout of one attempt to read a page of CloudTrail's event history.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(15);
/// The Region of the first STS call if the user and the profile name none.
const FALLBACK_REGION: &str = "us-east-1";

/// The SDK configuration of the operator's environment, from which the clients are made.
#[derive(Debug, Clone)]
pub struct AwsClients {
    sdk_config: SdkConfig,
}

impl AwsClients {
    /// Loads the configuration of a profile, or of the default chain. Makes no AWS call: the first call of a client
    /// fetches the credentials.
    pub async fn load(profile: Option<&str>) -> Self {
        // Set in code because the SDK panics on an invalid AWS_MAX_ATTEMPTS.
        let retries = RetryConfig::standard()
            .with_max_attempts(MAX_ATTEMPTS)
            .with_max_backoff(MAX_BACKOFF);
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(retries)
            .timeout_config(timeouts().build());
        if let Some(profile) = profile {
            loader = loader
                .profile_name(profile)
                .credentials_provider(profile_credentials(profile).await);
        }
        Self {
            sdk_config: loader.load().await,
        }
    }

    /// Returns the Region of the profile or the environment.
    pub fn profile_region(&self) -> Option<String> {
        self.sdk_config.region().map(Region::to_string)
    }

    /// Returns the partition by the name of the Region, for use until AWS has returned an ARN.
    pub fn probable_partition(&self, region: Option<&str>) -> &'static str {
        partition_of_region(&self.initial_region(region))
    }

    /// Returns the STS client of the first call, which is made before the partition is known.
    pub fn initial_sts(&self, region: Option<&str>) -> aws_sdk_sts::Client {
        aws_sdk_sts::Client::new(&self.in_region(&self.initial_region(region)))
    }

    /// Returns the STS client for `AssumeRole` in thousands of accounts.
    ///
    /// If one call is throttled, adaptive retries slow down all of them. The retry quota is off: it is shared by all
    /// calls, so that the throttling of some calls would make others fail.
    pub fn assume_role_sts(&self, region: &str) -> aws_sdk_sts::Client {
        let retries = RetryConfig::adaptive()
            .with_max_attempts(ASSUME_ROLE_MAX_ATTEMPTS)
            .with_max_backoff(MAX_BACKOFF);
        let unlimited_retry_quota = RetryPartition::custom("roles")
            .token_bucket(TokenBucket::unlimited())
            .build();
        let timeouts = timeouts().operation_timeout(ASSUME_ROLE_TIMEOUT).build();
        let config = aws_sdk_sts::config::Builder::from(&self.in_region(region))
            .timeout_config(timeouts)
            .retry_config(retries)
            .retry_partition(unlimited_retry_quota);
        aws_sdk_sts::Client::from_conf(config.build())
    }

    /// Returns the function's own adapter of AWS Organizations, which also looks for the `watched` service principals.
    pub fn trusted_access(&self, region: &str, watched: BTreeSet<String>) -> Organizations {
        Organizations::new(self.organizations(region), watched)
    }

    /// Returns an AWS Organizations client with the retry policy of the function.
    pub fn organizations(&self, region: &str) -> aws_sdk_organizations::Client {
        let config = client_config(&self.in_region(region));
        aws_sdk_organizations::Client::from_conf(config.build())
    }

    /// Returns the function's own adapter of Control Tower.
    pub fn landing_zone(&self, region: &str) -> ControlTower {
        ControlTower::new(&self.in_region(region), region.to_owned(), None)
    }

    /// Returns a Control Tower client.
    pub fn control_tower(&self, region: &str) -> aws_sdk_controltower::Client {
        aws_sdk_controltower::Client::new(&self.in_region(region))
    }

    /// Returns a CloudTrail client.
    pub fn cloudtrail(&self, region: &str) -> aws_sdk_cloudtrail::Client {
        aws_sdk_cloudtrail::Client::new(&self.in_region(region))
    }

    /// Returns the CloudTrail client for `LookupEvents`, whose pages are slow, and whose quota all users of the account share.
    pub fn event_history(&self, region: &str) -> aws_sdk_cloudtrail::Client {
        let retries = RetryConfig::standard()
            .with_max_attempts(LOOKUP_MAX_ATTEMPTS)
            .with_max_backoff(MAX_BACKOFF);
        let unlimited_retry_quota = RetryPartition::custom("event history")
            .token_bucket(TokenBucket::unlimited())
            .build();
        let timeouts = timeouts().operation_attempt_timeout(LOOKUP_TIMEOUT).build();
        let config = aws_sdk_cloudtrail::config::Builder::from(&self.in_region(region))
            .timeout_config(timeouts)
            .retry_config(retries)
            .retry_partition(unlimited_retry_quota);
        aws_sdk_cloudtrail::Client::from_conf(config.build())
    }

    /// Returns a CloudFormation client.
    pub fn cloudformation(&self, region: &str) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.in_region(region))
    }

    /// Returns a Lambda client.
    pub fn lambda(&self, region: &str) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.in_region(region))
    }

    /// Returns a CloudWatch Logs client.
    pub fn logs(&self, region: &str) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::new(&self.in_region(region))
    }

    /// Returns a CloudWatch client.
    pub fn cloudwatch(&self, region: &str) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.in_region(region))
    }

    /// Returns an `EventBridge` client.
    pub fn eventbridge(&self, region: &str) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::new(&self.in_region(region))
    }

    /// Returns an `EventBridge` Scheduler client.
    pub fn scheduler(&self, region: &str) -> aws_sdk_scheduler::Client {
        aws_sdk_scheduler::Client::new(&self.in_region(region))
    }

    /// Returns an IAM client. The Region selects the partition: IAM has one endpoint in each.
    pub fn iam(&self, region: &str) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.in_region(region))
    }

    /// Returns an SNS client.
    pub fn sns(&self, region: &str) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.in_region(region))
    }

    fn initial_region(&self, region: Option<&str>) -> String {
        let region = region.map(str::to_owned);
        region
            .or_else(|| self.profile_region())
            .unwrap_or_else(|| FALLBACK_REGION.to_owned())
    }

    /// All configurations share one credentials cache, so that the credentials are fetched once.
    fn in_region(&self, region: &str) -> SdkConfig {
        let region = Region::new(region.to_owned());
        self.sdk_config.to_builder().region(region).build()
    }
}

fn timeouts() -> TimeoutConfigBuilder {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
}

/// Returns the credentials of this profile only.
///
/// The SDK's default chain would prefer environment variables, and would go on to other sources if the profile does
/// not exist. Both could check the wrong account.
async fn profile_credentials(profile: &str) -> ProfileFileCredentialsProvider {
    let region = region::Builder::default().profile_name(profile).build();
    let config = ProviderConfig::without_region().with_region(region.region().await);
    ProfileFileCredentialsProvider::builder()
        .configure(&config)
        .profile_name(profile)
        .build()
}

/// Returns the name of an endpoint variable that is set but empty. The SDK panics on it in a debug build.
pub fn empty_endpoint_variable(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Option<OsString> {
    let is_endpoint = |name: &OsString| name.to_string_lossy().starts_with("AWS_ENDPOINT_URL");
    let mut empty = variables.filter(|(name, value)| value.is_empty() && is_endpoint(name));
    empty.next().map(|(name, _)| name)
}
