//! The AWS SDK variables that the function reads: endpoints, FIPS and dual-stack, and the trust store.

use std::ffi::OsString;
use std::fs;

use thiserror::Error;

use super::custom_network::{PROXIES, custom_network_variables, effective, is_true};
use super::network_url::{check_proxy, endpoint};
use super::{InvalidSetting, collect_error, quote};

/// Regions of the partition `aws` begin with one of these and have three parts (`us-gov-west-1` and
/// `eusc-de-east-1` are in other partitions). A new one that is missing here gets the system's roots, which costs
/// 2 ms at the start. Source: `partitions.json` of the AWS SDKs.
const AWS_PARTITION_REGION_PREFIXES: [&str; 9] =
    ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"];

pub(super) const GENERAL: &str = "AWS_ENDPOINT_URL";
pub(super) const ORGANIZATIONS: &str = "AWS_ENDPOINT_URL_ORGANIZATIONS";
pub(super) const CONTROL_TOWER: &str = "AWS_ENDPOINT_URL_CONTROLTOWER";

/// How AWS is reached.
#[derive(Debug, Clone)]
pub struct NetworkSettings {
    /// The certificates that the HTTP client trusts.
    pub trust_store: TrustStore,
    /// The endpoint of Organizations: `AWS_ENDPOINT_URL_ORGANIZATIONS`, else `AWS_ENDPOINT_URL`; `None` for the SDK's
    /// own.
    pub organizations_endpoint: Option<String>,
    /// The endpoint of Control Tower: `AWS_ENDPOINT_URL_CONTROLTOWER`, else as above.
    pub control_tower_endpoint: Option<String>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub fips: bool,
    /// `AWS_USE_DUALSTACK_ENDPOINT`.
    pub dual_stack: bool,
}

/// The certificates that the HTTP client trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustStore {
    /// The roots of Amazon Trust Services, which signs for AWS's endpoints. The default in the partition `aws` if no
    /// variable points to another network.
    Amazon,
    /// The system's roots. The default otherwise.
    System,
    /// The certificates of the PEM file that `AWS_CA_BUNDLE` names, and no others: its content.
    CaBundle(Vec<u8>),
}

/// Why a file cannot be used as a CA bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CaBundleError {
    /// The file cannot be read.
    #[error("which cannot be read ({0})")]
    Unreadable(std::io::ErrorKind),
    /// A PEM section is damaged.
    #[error("in which a PEM section is damaged")]
    InvalidPem,
    /// A PEM section is not a certificate.
    #[error("in which a certificate is damaged")]
    InvalidCertificate,
    /// There is no certificate.
    #[error("in which there is no certificate")]
    Empty,
}

/// Returns the settings, which are complete if nothing was added to `invalid`. An endpoint without an effect is not read.
pub(super) fn read(
    variable: impl Fn(&str) -> Option<OsString>,
    check_ca_bundle: impl Fn(&[u8]) -> Result<(), CaBundleError>,
    invalid: &mut Vec<InvalidSetting>,
) -> Option<NetworkSettings> {
    let variable = &effective(variable);
    let general = collect_error(endpoint(GENERAL, variable), invalid);
    let organizations = collect_error(endpoint(ORGANIZATIONS, variable), invalid);
    let control_tower = collect_error(endpoint(CONTROL_TOWER, variable), invalid);
    // The HTTP client itself reads the proxies.
    for name in PROXIES {
        collect_error(check_proxy(name, variable), invalid);
    }
    let trust_store = collect_error(trust_store(variable, check_ca_bundle), invalid);
    let general = general?;
    let endpoint = |own: Option<String>| own.or_else(|| general.clone());
    Some(NetworkSettings {
        trust_store: trust_store?,
        organizations_endpoint: endpoint(organizations?),
        control_tower_endpoint: endpoint(control_tower?),
        fips: is_true(variable("AWS_USE_FIPS_ENDPOINT")),
        dual_stack: is_true(variable("AWS_USE_DUALSTACK_ENDPOINT")),
    })
}

fn trust_store(
    variable: impl Fn(&str) -> Option<OsString>,
    check_ca_bundle: impl Fn(&[u8]) -> Result<(), CaBundleError>,
) -> Result<TrustStore, InvalidSetting> {
    let Some(path) = variable("AWS_CA_BUNDLE") else {
        return Ok(default_trust_store(variable));
    };
    let pem = fs::read(&path).map_err(|error| CaBundleError::Unreadable(error.kind()));
    let checked = pem.and_then(|pem| check_ca_bundle(&pem).map(|()| pem));
    checked
        .map(TrustStore::CaBundle)
        .map_err(|problem| InvalidSetting {
            variable: "AWS_CA_BUNDLE",
            actual: format!("{}, {problem}", quote(&path)),
            expected: "the path of a PEM file with at least one CA certificate",
        })
}

fn default_trust_store(variable: impl Fn(&str) -> Option<OsString>) -> TrustStore {
    let region = variable("AWS_REGION").unwrap_or_default();
    // An operator with a network of their own may have its CA among the system's roots.
    // `HTTP_PROXY` alone sends nothing of AWS's through the proxy, and must not replace the built-in roots.
    let mut redirected = custom_network_variables(variable).into_iter();
    let is_redirected = redirected.any(|name| !name.eq_ignore_ascii_case("HTTP_PROXY"));
    if in_partition_aws(&region.to_string_lossy()) && !is_redirected {
        TrustStore::Amazon
    } else {
        TrustStore::System
    }
}

fn in_partition_aws(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    matches!(parts[..], [prefix, _, _] if AWS_PARTITION_REGION_PREFIXES.contains(&prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(environment: &[(&str, &str)]) -> NetworkSettings {
        let lookup = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let mut invalid = Vec::new();
        let network = read(lookup, |_| Ok(()), &mut invalid);
        assert_eq!(invalid, []);
        network.unwrap()
    }

    fn trusts_amazon_only(environment: &[(&str, &str)]) -> bool {
        matches!(read_with(environment).trust_store, TrustStore::Amazon)
    }

    #[test]
    fn the_built_in_roots_are_the_default_in_the_partition_aws_only() {
        for region in [
            "us-east-1",
            "eu-central-2",
            "ap-southeast-7",
            "mx-central-1",
        ] {
            assert!(trusts_amazon_only(&[("AWS_REGION", region)]), "{region}");
        }
        for region in [
            "us-gov-west-1",
            "cn-northwest-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "eusc-de-east-1",
            "xx-east-1",
            "us-east",
            "",
        ] {
            assert!(!trusts_amazon_only(&[("AWS_REGION", region)]), "{region}");
        }
        assert!(!trusts_amazon_only(&[]));
    }

    #[test]
    fn a_custom_network_selects_the_system_roots() {
        let region = ("AWS_REGION", "us-east-1");
        for custom in [
            ("AWS_ENDPOINT_URL_ORGANIZATIONS", "https://localhost"),
            ("HTTPS_PROXY", "http://localhost"),
            ("SSL_CERT_DIR", "/etc/ssl"),
        ] {
            assert!(!trusts_amazon_only(&[region, custom]), "{custom:?}");
        }
        assert!(trusts_amazon_only(&[
            region,
            ("http_proxy", "http://localhost")
        ]));
    }

    #[test]
    fn the_endpoint_of_the_service_overrides_the_general_one() {
        let endpoints = |environment: &[(&str, &str)]| {
            let network = read_with(environment);
            [
                network.organizations_endpoint,
                network.control_tower_endpoint,
            ]
            .map(Option::unwrap_or_default)
        };
        let general = ("AWS_ENDPOINT_URL", "https://general");
        let region = ("LANDING_ZONE_REGION", "eu-west-1");
        let one = (ORGANIZATIONS, "https://one");
        let other = (CONTROL_TOWER, "https://other");
        assert_eq!(endpoints(&[general]), ["https://general"; 2]);
        assert_eq!(
            endpoints(&[general, one]),
            ["https://one", "https://general"]
        );
        assert_eq!(endpoints(&[one]), ["https://one", ""]);
        assert_eq!(
            endpoints(&[general, one, other, region]),
            ["https://one", "https://other"]
        );
        let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        let invalid = ("AWS_ENDPOINT_URL", "nonsense");
        assert_eq!(endpoints(&[invalid, one, other, region, ignored]), ["", ""]);
    }

    #[test]
    fn the_control_tower_endpoint_is_ignored_without_a_landing_zone_region() {
        let lookup = |region: Option<&'static str>| {
            move |name: &str| match name {
                "AWS_REGION" => Some(OsString::from("us-east-1")),
                "LANDING_ZONE_REGION" => region.map(OsString::from),
                CONTROL_TOWER => Some(OsString::from("nonsense")),
                _ => None,
            }
        };
        let mut invalid = Vec::new();
        let network = read(lookup(None), |_| Ok(()), &mut invalid).unwrap();
        assert_eq!(network.control_tower_endpoint, None);
        assert!(matches!(network.trust_store, TrustStore::Amazon));
        // An invalid Region may have been meant.
        for region in ["eu-west-1", "nonsense"] {
            assert!(read(lookup(Some(region)), |_| Ok(()), &mut invalid).is_none());
        }
    }

    #[test]
    fn fips_and_dual_stack_are_off_unless_true() {
        for (value, expected) in [
            ("true", true),
            ("TRUE", true),
            ("false", false),
            ("1", false),
        ] {
            let fips = read_with(&[("AWS_USE_FIPS_ENDPOINT", value)]);
            assert_eq!((fips.fips, fips.dual_stack), (expected, false), "{value}");
            let dual = read_with(&[("AWS_USE_DUALSTACK_ENDPOINT", value)]);
            assert_eq!((dual.fips, dual.dual_stack), (false, expected), "{value}");
        }
    }
}
