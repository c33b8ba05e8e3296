//! AWS Organizations in this process, called through the real SDK.

use std::collections::BTreeSet;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::OrganizationFeatureSet;
use controltower_trusted_access::aws::organizations::{Organizations, client_config};
use controltower_trusted_access::core::model::{CONTROL_TOWER, TrustedAccess};
use winterbaume_core::MockAws;
use winterbaume_organizations::OrganizationsService;

use crate::call_recorder::CallRecorder;
use crate::output::print_error;

/// An organization in which some services have trusted access.
pub struct EmulatedOrganization {
    /// The client of the function.
    function: Client,
    /// The client of an administrator. Its calls are not recorded.
    administrator: Client,
}

impl EmulatedOrganization {
    /// Returns an organization with all features, in which trusted access is enabled for Control Tower and the
    /// services that it uses. `calls` records the calls of the function.
    pub async fn new(calls: &CallRecorder) -> Self {
        let aws = MockAws::builder()
            .with_service(OrganizationsService::new())
            .build();
        // Built and not loaded: the user's AWS configuration must not reach the sandbox.
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(aws.credentials_provider())
            .http_client(aws.http_client())
            .build();
        let function = Client::from_conf(client_config(&sdk).interceptor(calls.clone()).build());
        let administrator = Client::new(&sdk);
        let create = administrator
            .create_organization()
            .feature_set(OrganizationFeatureSet::All);
        or_exit(create.send().await);
        for service in [
            "cloudtrail.amazonaws.com",
            "config.amazonaws.com",
            CONTROL_TOWER,
            "sso.amazonaws.com",
        ] {
            let enable = administrator
                .enable_aws_service_access()
                .service_principal(service);
            or_exit(enable.send().await);
        }
        Self {
            function,
            administrator,
        }
    }

    /// Returns the function's adapter over this organization.
    pub fn adapter(&self, watched: BTreeSet<String>) -> Organizations {
        Organizations::new(self.function.clone(), watched)
    }

    /// Disables Control Tower's trusted access, as an administrator can in the console.
    pub async fn disable(&self) {
        let disable = self
            .administrator
            .disable_aws_service_access()
            .service_principal(CONTROL_TOWER);
        or_exit(disable.send().await);
    }

    /// Returns the state of Control Tower's trusted access, read without the function.
    pub async fn state(&self) -> TrustedAccess {
        let list = self
            .administrator
            .list_aws_service_access_for_organization();
        let list = or_exit(list.send().await);
        let mut entries = list.enabled_service_principals().iter();
        if entries.any(|entry| entry.service_principal() == Some(CONTROL_TOWER)) {
            TrustedAccess::Enabled
        } else {
            TrustedAccess::Disabled
        }
    }
}

/// Ends the process if a call of the administrator fails: then the emulator is broken, and no step can be checked.
fn or_exit<T, E: std::error::Error>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| {
        print_error(&format!("the emulated Organizations failed: {error}"));
        std::process::exit(1)
    })
}
