//! The URLs of endpoints and proxies. They may contain a password, which no message repeats.

use std::ffi::OsString;
use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;

use super::InvalidSetting;
use super::quote::quote_url;

const ENDPOINT: &str = "a URL that starts with https://, or with http:// and a host of this machine (localhost, \
     127.0.0.0/8 or [::1]), without a user name";
const PROXY: &str =
    "the URL of a proxy that starts with http://, or host:port; a password is percent-encoded";

/// Reads an endpoint. An invalid one is not left to the SDK, which panics on an empty one in a debug build and says
/// only "dispatch failure" about others. Over plain HTTP the endpoint's network could read and change each response.
pub(super) fn endpoint(
    name: &'static str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<String>, InvalidSetting> {
    let url = |value: OsString| {
        let text = value.to_str().filter(|text| is_endpoint(text));
        text.map(str::to_owned).ok_or_else(|| InvalidSetting {
            variable: name,
            actual: quote_url(&value),
            expected: ENDPOINT,
        })
    };
    variable(name).map(url).transpose()
}

/// Checks a proxy. The HTTP client would silently go without a proxy that it cannot parse, and would send the password of
/// an `https://` proxy in clear text, because it opens no TLS connection to a proxy.
///
/// An empty value counts as unset, as in curl.
pub(super) fn check_proxy(
    name: &'static str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<(), InvalidSetting> {
    match variable(name) {
        Some(value) if !value.is_empty() && !value.to_str().is_some_and(is_proxy) => {
            Err(InvalidSetting {
                variable: name,
                actual: quote_url(&value),
                expected: PROXY,
            })
        }
        _ => Ok(()),
    }
}

fn is_endpoint(text: &str) -> bool {
    let Some((uri, host)) = parse(text) else {
        return false;
    };
    let is_trustworthy = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_loopback(&host),
        _ => false,
    };
    let has_user = uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'));
    is_trustworthy && !has_user
}

fn is_proxy(text: &str) -> bool {
    let is_http = |uri: &Uri| uri.scheme().is_none_or(|scheme| *scheme == Scheme::HTTP);
    // The HTTP client splits the user name from the host at the first `@`, and the parser at the last.
    parse(text).is_some_and(|(uri, _)| is_http(&uri)) && text.matches('@').count() <= 1
}

/// Returns a URL and its host, found by the parser of the HTTP client. That parser also accepts a port that is not a
/// number, and text between an address in brackets and the port.
fn parse(text: &str) -> Option<(Uri, String)> {
    let uri = text.parse::<Uri>().ok()?;
    let authority = uri.authority()?;
    let host = authority.host().to_owned();
    let host_and_port = authority.as_str().rsplit('@').next()?;
    let expected = match authority.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.clone(),
    };
    (!host.is_empty() && host_and_port == expected).then_some((uri, host))
}

fn is_loopback(host: &str) -> bool {
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || address
            .unwrap_or(host)
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn endpoint_error(value: &str) -> Option<String> {
        let result = endpoint("E", |_| Some(OsString::from(value)));
        result.err().map(|error| error.actual)
    }

    fn proxy_error(value: &str) -> Option<String> {
        let result = check_proxy("P", |_| Some(OsString::from(value)));
        result.err().map(|error| error.actual)
    }

    #[test]
    fn an_endpoint_is_https_or_on_this_machine() {
        for valid in [
            "https://example.com",
            "https://example.com:8443/path",
            "https://[2001:db8::1]:8443",
            "http://localhost:5000",
            "http://LOCALHOST",
            "http://127.0.0.1:4566/",
            "http://127.8.9.1",
            "http://[::1]:1",
            "http://[0:0:0:0:0:0:0:1]",
            "https://example.com/api@v1",
            "HTTP://localhost",
        ] {
            assert_eq!(endpoint_error(valid), None, "{valid}");
        }
        for invalid in [
            "http://example.com",
            "http://10.0.0.1:5000",
            "http://[::1].example.com:80",
            "http://[::ffff:10.0.0.1]",
            "http://169.254.169.254",
            "http://0.0.0.0",
            "http://127.0.0.1.example.com",
            "http://127.1",
            "http://2130706433",
            "http://localhost.example.com",
            "http://localhost.",
            "http://[::2]",
            "http://[::ffff:127.0.0.1]",
            "http://localhost@example.com",
            "http://user@localhost",
            "https://user@example.com",
            "http://example.com#@localhost",
            "http://example.com\\@localhost",
            "http://",
            "https://",
            "http:/localhost",
            "https:example.com",
            "https://example.com:",
            "https://example.com:https",
            "https://x:x",
            "https://example.com:65536",
            "localhost:5000",
            "//localhost",
            "/path",
            "*",
            "ftp://localhost",
            "https://exa mple.com",
            " https://example.com",
            "",
        ] {
            assert!(endpoint_error(invalid).is_some(), "{invalid}");
        }
    }

    #[test]
    fn a_proxy_is_http_or_has_no_scheme() {
        for valid in [
            "",
            "http://proxy.example",
            "http://proxy.example:3128/",
            "http://user:p%40ss@proxy.example:3128",
            "http://user@proxy.example",
            "http://[2001:db8::1]:3128",
            "HTTP://proxy.example",
            "proxy.example:3128",
            "proxy",
            "10.0.0.1:3128",
            "user:password@proxy.example:3128",
        ] {
            assert_eq!(proxy_error(valid), None, "{valid}");
        }
        for invalid in [
            "https://proxy.example",
            "https://user:password@proxy.example",
            "socks5://proxy.example:1080",
            "socks5h://user:password@proxy.example:1080",
            "ftp://proxy.example",
            "http://",
            "http://user:p@ss@proxy.example",
            "proxy.example:3128/",
            "http:proxy.example",
            "http://proxy.example:65536",
            "proxy.example:",
            "//proxy.example",
            "/proxy",
            "proxy example",
            "*@",
        ] {
            assert!(proxy_error(invalid).is_some(), "{invalid}");
        }
        let not_unicode = || {
            use std::os::unix::ffi::OsStringExt;
            OsString::from_vec(vec![b'h', 0xff])
        };
        assert!(check_proxy("P", |_| Some(not_unicode())).is_err());
        assert!(check_proxy("P", |_| None).is_ok());
    }

    proptest! {
        #[test]
        fn no_message_shows_any_part_of_a_password(
            scheme in "(http://|https://|socks5://|//|://|)",
            user in "[a-z]{0,8}",
            password in "s3cret[!-~]{0,20}",
            at in "(@|%40|@@)",
            host in "[a-z.]{0,20}",
        ) {
            let value = format!("{scheme}{user}:{password}{at}{host}");
            for shown in [endpoint_error(&value), proxy_error(&value)].into_iter().flatten() {
                prop_assert!(!shown.contains("s3cret"), "{} {}", value, shown);
            }
        }
    }
}
