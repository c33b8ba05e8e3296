//! The SDK's variables that say how AWS is reached: endpoint, and whose certificates to believe.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;

use super::{Fault, note, quoted};

/// Regions of the partition `aws` start with one of these and have three parts (`us-gov-west-1` and
/// `eusc-de-east-1` are of other partitions). A new one that is missing here costs 2 ms, no more.
/// Source: `partitions.json` of the AWS SDKs.
const STARTS: [&str; 9] = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"];

/// Who sets one of these has a network of their own in mind, of which the system's roots may know.
const OWN_NETWORK: [&str; 9] = [
    "AWS_ENDPOINT_URL",
    ORGANIZATIONS,
    CONTROL_TOWER,
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
];

const ORGANIZATIONS: &str = "AWS_ENDPOINT_URL_ORGANIZATIONS";
const CONTROL_TOWER: &str = "AWS_ENDPOINT_URL_CONTROLTOWER";

/// How AWS is reached.
#[derive(Debug, Clone)]
pub struct Network {
    /// Whose certificates an endpoint may show.
    pub trust: Trust,
    /// Where Organizations is: `AWS_ENDPOINT_URL_ORGANIZATIONS`, else `AWS_ENDPOINT_URL`, else the
    /// SDK's own for the Region.
    pub organizations: Option<String>,
    /// Where Control Tower is: `AWS_ENDPOINT_URL_CONTROLTOWER`, else likewise.
    pub control_tower: Option<String>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub fips: bool,
    /// `AWS_USE_DUALSTACK_ENDPOINT`.
    pub dual_stack: bool,
}

/// Whose certificates an endpoint may show.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Those of Amazon Trust Services, which signs for AWS's endpoints: in the partition `aws`, where
    /// nothing hints at another network.
    Amazon,
    /// Those of the system: everywhere else.
    System,
    /// Those of the PEM file that `AWS_CA_BUNDLE` names, and no others.
    Bundle(RootCertStore),
}

/// Why a file is no CA bundle.
#[derive(Debug, Error)]
enum Unusable {
    #[error("which cannot be read ({0})")]
    Unreadable(std::io::ErrorKind),
    #[error("in which a PEM section is damaged")]
    NotPem,
    #[error("in which a certificate is damaged")]
    NotACertificate,
    #[error("in which there is no certificate")]
    Empty,
}

/// `None` where a fault was noted. Where nobody `asks` Control Tower, its endpoint says nothing.
pub(super) fn read(
    variable: impl Fn(&str) -> Option<OsString>,
    asks: bool,
    faults: &mut Vec<Fault>,
) -> Option<Network> {
    let variable = |name: &str| variable(name).filter(|_| asks || name != CONTROL_TOWER);
    let general = note(endpoint("AWS_ENDPOINT_URL", variable), faults);
    let organizations = note(endpoint(ORGANIZATIONS, variable), faults);
    let control_tower = note(endpoint(CONTROL_TOWER, variable), faults);
    let trust = note(trust(variable), faults);
    // As the SDK reads them: what is no boolean counts as not set.
    let is_true = |name| variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let ignored = is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    let general = general?;
    let chosen = |own: Option<String>| own.or_else(|| general.clone()).filter(|_| !ignored);
    Some(Network {
        trust: trust?,
        organizations: chosen(organizations?),
        control_tower: chosen(control_tower?),
        fips: is_true("AWS_USE_FIPS_ENDPOINT"),
        dual_stack: is_true("AWS_USE_DUALSTACK_ENDPOINT"),
    })
}

/// An endpoint that is no URL is not left to the SDK, which panics on an empty one in a debug build
/// and of others says no more than "dispatch failure".
fn endpoint(
    name: &'static str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<String>, Fault> {
    let is_url = |text: &&str| text.starts_with("http://") || text.starts_with("https://");
    let url = |value: OsString| {
        let text = value.to_str().filter(is_url).map(str::to_owned);
        text.ok_or_else(|| Fault {
            variable: name,
            got: quoted(&value),
            takes: "a URL that starts with http:// or https://",
        })
    };
    variable(name).map(url).transpose()
}

fn trust(variable: impl Fn(&str) -> Option<OsString>) -> Result<Trust, Fault> {
    let Some(path) = variable("AWS_CA_BUNDLE") else {
        return Ok(Trust::without_a_bundle(variable));
    };
    Trust::bundle(path.as_ref()).map_err(|problem| Fault {
        variable: "AWS_CA_BUNDLE",
        got: format!("{}, {problem}", quoted(&path)),
        takes: "the path of a PEM file with at least one CA certificate",
    })
}

impl Trust {
    /// What holds where no bundle is named.
    fn without_a_bundle(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let own_network = OWN_NETWORK.iter().any(|name| variable(name).is_some());
        let region = variable("AWS_REGION").unwrap_or_default();
        if in_partition_aws(&region.to_string_lossy()) && !own_network {
            Self::Amazon
        } else {
            Self::System
        }
    }

    /// The roots of a PEM file.
    fn bundle(path: &Path) -> Result<Self, Unusable> {
        let pem = fs::read(path).map_err(|error| Unusable::Unreadable(error.kind()))?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|_| Unusable::NotPem)?;
            roots
                .add(certificate)
                .map_err(|_| Unusable::NotACertificate)?;
        }
        if roots.is_empty() {
            return Err(Unusable::Empty);
        }
        Ok(Self::Bundle(roots))
    }
}

fn in_partition_aws(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    matches!(parts[..], [start, _, _] if STARTS.contains(&start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(environment: &[(&str, &str)]) -> Network {
        let lookup = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let mut faults = Vec::new();
        let network = read(lookup, true, &mut faults);
        assert_eq!(faults, []);
        network.unwrap()
    }

    fn trusts_amazon_alone(environment: &[(&str, &str)]) -> bool {
        matches!(read_with(environment).trust, Trust::Amazon)
    }

    #[test]
    fn amazons_roots_are_for_the_partition_aws_alone() {
        for region in [
            "us-east-1",
            "eu-central-2",
            "ap-southeast-7",
            "mx-central-1",
        ] {
            assert!(trusts_amazon_alone(&[("AWS_REGION", region)]), "{region}");
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
            assert!(!trusts_amazon_alone(&[("AWS_REGION", region)]), "{region}");
        }
        assert!(!trusts_amazon_alone(&[]));
    }

    #[test]
    fn whoever_names_a_network_of_their_own_gets_the_systems_roots() {
        for name in OWN_NETWORK {
            let environment = [("AWS_REGION", "us-east-1"), (name, "https://localhost")];
            assert!(!trusts_amazon_alone(&environment), "{name}");
        }
    }

    #[test]
    fn the_endpoint_of_the_service_beats_the_general_one() {
        let endpoints = |environment: &[(&str, &str)]| {
            let network = read_with(environment);
            [network.organizations, network.control_tower].map(Option::unwrap_or_default)
        };
        let general = ("AWS_ENDPOINT_URL", "https://general");
        let one = (ORGANIZATIONS, "https://one");
        let other = (CONTROL_TOWER, "https://other");
        assert_eq!(endpoints(&[general]), ["https://general"; 2]);
        assert_eq!(
            endpoints(&[general, one]),
            ["https://one", "https://general"]
        );
        assert_eq!(endpoints(&[one]), ["https://one", ""]);
        assert_eq!(
            endpoints(&[general, one, other]),
            ["https://one", "https://other"]
        );
        let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        assert_eq!(endpoints(&[general, one, other, ignored]), ["", ""]);
    }

    #[test]
    fn where_nobody_asks_control_tower_its_endpoint_says_nothing() {
        let lookup = |name: &str| match name {
            "AWS_REGION" => Some(OsString::from("us-east-1")),
            CONTROL_TOWER => Some(OsString::from("nonsense")),
            _ => None,
        };
        let mut faults = Vec::new();
        let network = read(lookup, false, &mut faults).unwrap();
        assert_eq!(network.control_tower, None);
        assert!(matches!(network.trust, Trust::Amazon));
        assert!(read(lookup, true, &mut faults).is_none());
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
