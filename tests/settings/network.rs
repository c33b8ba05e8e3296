//! The variables of the network: endpoints, Region, trusted roots, and other variables of the AWS SDK.

use super::REMEDY;
use crate::lambda::{CONTROL_TOWER, ScriptedOrganizations, enabled, function};
use crate::support::function::{Function, binary};
use crate::support::scripted_organizations::LIST;
use crate::support::temp_file::TempFile;
use crate::support::tls::Authority;

#[test]
fn an_invalid_ca_bundle_is_an_invalid_configuration() {
    for (content, problem) in [
        ("", "in which there is no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            "in which a PEM section is damaged",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "in which a certificate is damaged",
        ),
    ] {
        let bundle = TempFile::with_content(content);
        let result = function(&enabled(), &[("AWS_CA_BUNDLE", bundle.path())]).invoke("{}");
        let (error_type, message) = result.error();
        assert_eq!(error_type, "InvalidConfiguration");
        assert!(message.contains(problem), "{message}");
    }
}

#[test]
fn the_general_endpoint_variable_of_the_sdk_is_used() {
    let server = enabled();
    let endpoint = server.endpoint();
    let function = Function::start(&binary(), &[("AWS_ENDPOINT_URL", &endpoint)]);
    assert_eq!(function.invoke("{}").outcome(), "InSync");
    assert_eq!(server.operations(), [LIST]);
}

#[test]
fn requests_are_signed_for_aws_region_if_an_endpoint_is_set() {
    let server = enabled();
    function(&server, &[("AWS_REGION", "eu-west-1")]).invoke("{}");
    let signature = server.calls()[0].signature.clone();
    // Without an endpoint, the SDK takes the one Region of Organizations in the partition.
    assert!(
        signature.contains("/eu-west-1/organizations/aws4_request"),
        "{signature}"
    );
}

#[test]
fn other_variables_of_the_sdk_do_not_fail_a_run() {
    for variable in [
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_SDK_UA_APP_ID",
        "AWS_DISABLE_REQUEST_COMPRESSION",
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        "AWS_SIGV4A_SIGNING_REGION_SET",
        "AWS_AUTH_SCHEME_PREFERENCE",
        "AWS_DEFAULTS_MODE",
        "AWS_PROFILE",
        "AWS_CONFIG_FILE",
    ] {
        for value in ["", "0", "no such thing"] {
            let server = enabled();
            let result = function(&server, &[(variable, value)]).invoke("{}");
            assert_eq!(result.outcome(), "InSync", "{variable}={value:?}");
        }
    }
}

/// A debug build of the SDK panics on an empty endpoint.
#[test]
fn an_endpoint_that_is_not_https_and_not_on_this_machine_is_an_invalid_configuration() {
    let server = enabled();
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ORGANIZATIONS"] {
        for value in [
            "",
            "localhost:5000",
            "ftp://example.com",
            "http://organizations.invalid",
            "http://10.0.0.1:5000",
        ] {
            let result = function(&server, &[(variable, value)]).invoke("{}");
            let message = format!(
                "{variable} is {value:?}: it takes a URL that starts with https://, or with http:// and a host of \
                 this machine (localhost, 127.0.0.0/8 or [::1]), without a user name. {REMEDY}"
            );
            assert_eq!(result.error(), ("InvalidConfiguration", message.as_str()));
        }
    }
    assert_eq!(server.operations(), [""; 0]);
}

#[test]
fn a_ca_bundle_replaces_the_trusted_roots() {
    let authority = Authority::new();
    let server = ScriptedOrganizations::with_tls(&[CONTROL_TOWER], &authority);
    let bundle = TempFile::with_content(&authority.pem());
    let function = function(&server, &[("AWS_CA_BUNDLE", bundle.path())]);
    assert_eq!(function.invoke("{}").outcome(), "InSync");
    assert_eq!(function.invoke("{}").outcome(), "InSync");
}

/// `SSL_CERT_FILE` selects the system roots, which contain the server's root here. The bundle must replace them and not
/// be added to them.
#[test]
fn with_a_ca_bundle_the_system_roots_are_not_trusted() {
    let system_authority = Authority::new();
    let server = ScriptedOrganizations::with_tls(&[CONTROL_TOWER], &system_authority);
    let system = TempFile::with_content(&system_authority.pem());
    let bundle = TempFile::with_content(&Authority::new().pem());
    let roots = ("SSL_CERT_FILE", system.path());
    let without = function(&server, &[roots]).invoke("{}");
    assert_eq!(without.outcome(), "InSync");
    server.forget_calls();
    let with = function(&server, &[roots, ("AWS_CA_BUNDLE", bundle.path())]).invoke("{}");
    assert_eq!(with.error().0, "Unavailable");
    assert_eq!(server.operations(), [""; 0]);
}
