//! The variables that redirect the function's requests or replace its trusted root CAs.

use std::ffi::OsString;

use super::network::{CONTROL_TOWER, GENERAL, ORGANIZATIONS};

/// The endpoints and the trusted certificates. An empty value of these is not the default.
const ENDPOINTS_AND_CERTIFICATES: [&str; 6] = [
    GENERAL,
    ORGANIZATIONS,
    CONTROL_TOWER,
    "AWS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// The proxies. `HTTP_PROXY` is for `http://` endpoints, which are on this machine and are called without a proxy. It is
/// treated like the others all the same, because it usually has the value of `HTTPS_PROXY`.
///
/// `NO_PROXY` is not among them: alone it has no effect.
pub(super) const PROXIES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "HTTP_PROXY",
    "http_proxy",
];

/// Returns the names of the variables that are set and redirect the function's network. `variable` returns the value of
/// an environment variable.
///
/// The template sets none of them. A person who can set one can answer in AWS's place, so that each run ends `InSync`
/// whatever the state is.
#[must_use]
pub fn custom_network_variables(variable: impl Fn(&str) -> Option<OsString>) -> Vec<&'static str> {
    let variable = effective(variable);
    let is_set = |name: &&str| variable(name).is_some();
    // An empty proxy counts as unset, as in curl.
    let has_value = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
    let set = ENDPOINTS_AND_CERTIFICATES.into_iter().filter(is_set);
    set.chain(PROXIES.into_iter().filter(has_value)).collect()
}

/// Returns `variable` without the endpoints that have no effect: that of Control Tower if the function does not call it,
/// and all if `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` says so.
pub(super) fn effective(
    variable: impl Fn(&str) -> Option<OsString>,
) -> impl Fn(&str) -> Option<OsString> {
    let uses_control_tower = variable("LANDING_ZONE_REGION").is_some();
    let ignores_endpoints = is_true(variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"));
    move |name| {
        let has_effect = match name {
            CONTROL_TOWER => uses_control_tower && !ignores_endpoints,
            GENERAL | ORGANIZATIONS => !ignores_endpoints,
            _ => true,
        };
        variable(name).filter(|_| has_effect)
    }
}

/// Returns whether a switch of the SDK is on. As the SDK reads it: a value that is not a boolean counts as unset.
pub(super) fn is_true(value: Option<OsString>) -> bool {
    value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(environment: &[(&str, &str)]) -> Vec<&'static str> {
        custom_network_variables(|name| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn each_variable_that_redirects_the_network_is_named() {
        let region = ("LANDING_ZONE_REGION", "eu-west-1");
        let all = [ENDPOINTS_AND_CERTIFICATES, PROXIES].concat();
        for name in &all {
            assert_eq!(names(&[region, (name, "x")]), [*name]);
        }
        let mut environment: Vec<_> = all.iter().map(|name| (*name, "x")).collect();
        environment.push(region);
        assert_eq!(names(&environment), all);
    }

    #[test]
    fn other_variables_and_variables_without_an_effect_are_not_named() {
        for environment in [
            &[][..],
            &[
                ("NO_PROXY", "*"),
                ("no_proxy", "*"),
                ("AWS_REGION", "us-east-1"),
            ],
            &[("HTTPS_PROXY", ""), ("https_proxy", ""), ("all_proxy", "")],
            &[("AWS_ENDPOINT_URL_CONTROLTOWER", "https://x")],
            &[("AWS_ENDPOINT_URL_STS", "https://x")],
            &[
                ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE"),
                ("LANDING_ZONE_REGION", "eu-west-1"),
                ("AWS_ENDPOINT_URL", "https://x"),
                ("AWS_ENDPOINT_URL_ORGANIZATIONS", "https://x"),
                ("AWS_ENDPOINT_URL_CONTROLTOWER", "https://x"),
            ],
        ] {
            assert_eq!(names(environment), [""; 0], "{environment:?}");
        }
    }

    #[test]
    fn an_empty_endpoint_or_certificate_variable_is_named() {
        for name in [
            "AWS_ENDPOINT_URL",
            "AWS_CA_BUNDLE",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
        ] {
            assert_eq!(names(&[(name, "")]), [name]);
        }
    }
}
