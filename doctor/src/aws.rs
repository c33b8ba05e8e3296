//! AWS as the operator's credentials reach it: the usual chain of profiles, sign-ins and variables, and a
//! client for each service and Region. Patience is bounded everywhere, so that nothing hangs.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::time::Duration;

use aws_config::default_provider::region;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::aws::organizations::{Organizations, client_config};

use crate::partition::of_region;

/// How long one attempt may take, its connection included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Attempts of a call of which there are few.
const ATTEMPTS: u32 = 3;
/// Attempts of a call of which there are thousands, which are throttled sooner.
const PATIENT_ATTEMPTS: u32 = 8;
/// How long such a call may take with all its attempts.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest pause before an attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// Where STS is asked whose credentials these are, when nobody says where.
const ANYWHERE: &str = "us-east-1";

/// What the operator's environment comes to.
#[derive(Debug, Clone)]
pub struct Aws {
    sdk: SdkConfig,
}

impl Aws {
    /// Of the profile, or else of the default chain. Calls nobody: credentials are looked up by the
    /// first call.
    pub async fn load(profile: Option<&str>) -> Self {
        // Set here and not left to AWS_MAX_ATTEMPTS, on whose bad values the SDK panics.
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_max_backoff(LONGEST_PAUSE);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(retries)
            .timeout_config(timeouts);
        if let Some(profile) = profile {
            let credentials = of_profile(profile).await;
            loader = loader
                .profile_name(profile)
                .credentials_provider(credentials);
        }
        Self {
            sdk: loader.load().await,
        }
    }

    /// The Region of the profile or of the environment.
    pub fn own_region(&self) -> Option<String> {
        self.sdk.region().map(Region::to_string)
    }

    /// The partition, before AWS has said which, as far as the Region's name tells.
    pub fn likely_partition(&self, region: Option<&str>) -> &'static str {
        let own = self.own_region();
        of_region(region.or(own.as_deref()).unwrap_or(ANYWHERE))
    }

    /// For the one question that comes before the Region is known.
    pub fn identity(&self, region: Option<&str>) -> aws_sdk_sts::Client {
        let own = self.own_region();
        aws_sdk_sts::Client::new(&self.in_region(region.or(own.as_deref()).unwrap_or(ANYWHERE)))
    }

    /// For thousands of questions: the adaptive retries slow all of them down when one is throttled.
    ///
    /// Their quota is off, as it is for the function's adapter: shared by all calls, it would let
    /// the throttling of some become failures of others.
    pub fn patient_sts(&self, region: &str) -> aws_sdk_sts::Client {
        let retries = RetryConfig::adaptive()
            .with_max_attempts(PATIENT_ATTEMPTS)
            .with_max_backoff(LONGEST_PAUSE);
        let unlimited = RetryPartition::custom("roles")
            .token_bucket(TokenBucket::unlimited())
            .build();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(PATIENCE)
            .build();
        let config = aws_sdk_sts::config::Builder::from(&self.in_region(region))
            .timeout_config(timeouts)
            .retry_config(retries)
            .retry_partition(unlimited);
        aws_sdk_sts::Client::from_conf(config.build())
    }

    /// The function's own adapter.
    pub fn trusted_access(&self, region: &str) -> Organizations {
        Organizations::new(self.organizations(region), BTreeSet::new())
    }

    /// With the retries of the function's own adapter, whose quotas all operations share.
    pub fn organizations(&self, region: &str) -> aws_sdk_organizations::Client {
        let config = client_config(&self.in_region(region));
        aws_sdk_organizations::Client::from_conf(config.build())
    }

    /// The trails as they are seen from a Region.
    pub fn cloudtrail(&self, region: &str) -> aws_sdk_cloudtrail::Client {
        aws_sdk_cloudtrail::Client::new(&self.in_region(region))
    }

    /// The function's own adapter.
    pub fn landing_zone(&self, region: &str) -> ControlTower {
        ControlTower::new(&self.in_region(region), region.to_owned(), None)
    }

    /// Control Tower in a Region.
    pub fn control_tower(&self, region: &str) -> aws_sdk_controltower::Client {
        aws_sdk_controltower::Client::new(&self.in_region(region))
    }

    /// Stacks in a Region.
    pub fn cloudformation(&self, region: &str) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.in_region(region))
    }

    /// Functions in a Region.
    pub fn lambda(&self, region: &str) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.in_region(region))
    }

    /// Logs in a Region.
    pub fn logs(&self, region: &str) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::new(&self.in_region(region))
    }

    /// Alarms in a Region.
    pub fn cloudwatch(&self, region: &str) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.in_region(region))
    }

    /// The same credentials, which are looked up once for all Regions and services.
    fn in_region(&self, region: &str) -> SdkConfig {
        let region = Region::new(region.to_owned());
        self.sdk.to_builder().region(region).build()
    }
}

/// The profile's credentials and no others: the SDK's chain would prefer variables of the environment,
/// and go on to other sources where there is no such profile. Both would look at another account.
async fn of_profile(profile: &str) -> ProfileFileCredentialsProvider {
    let region = region::Builder::default().profile_name(profile).build();
    let config = ProviderConfig::without_region().with_region(region.region().await);
    ProfileFileCredentialsProvider::builder()
        .configure(&config)
        .profile_name(profile)
        .build()
}

/// The variable of an endpoint that is set to nothing, on which the SDK panics in a debug build.
pub fn empty_endpoint(variables: impl Iterator<Item = (OsString, OsString)>) -> Option<OsString> {
    let is_endpoint = |name: &OsString| name.to_string_lossy().starts_with("AWS_ENDPOINT_URL");
    let mut empty = variables.filter(|(name, value)| value.is_empty() && is_endpoint(name));
    empty.next().map(|(name, _)| name)
}
