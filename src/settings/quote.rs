//! How a message shows an invalid value.

use std::ffi::OsString;

/// The longest part of a value that a message repeats, in characters.
const MAX_QUOTED_CHARS: usize = 64;

/// Returns a value as a message shows it: in quotes, on one line, not longer than [`MAX_QUOTED_CHARS`]. A value with an
/// `@` or a `://` may be a URL with a password, whatever the variable is.
pub(super) fn quote(value: &OsString) -> String {
    let text = value.to_string_lossy();
    if text.contains('@') || text.contains("://") {
        return quote_url(value);
    }
    quote_start(&text)
}

fn quote_start(text: &str) -> String {
    let start: String = text.chars().take(MAX_QUOTED_CHARS).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{start:?}{more}")
}

/// Returns a URL as a message shows it: its scheme, and its host and port if they can be recognized. Everything
/// else may be a password: what is before an `@`, a path or a query, and the whole text if it is not a URL.
pub(super) fn quote_url(value: &OsString) -> String {
    let text = value.to_string_lossy();
    let is_scheme = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (format!("{scheme}://"), rest),
        _ => (String::new(), &*text),
    };
    let (user, rest) = match rest.rsplit_once('@') {
        Some((_, rest)) => ("***@", rest),
        None => ("", rest),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = if is_host_and_port(authority) {
        authority
    } else {
        "…"
    };
    let path = if matches!(path, "" | "/") {
        path
    } else {
        "/…"
    };
    quote_start(&format!("{scheme}{user}{authority}{path}"))
}

fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.starts_with('[') || host.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':');
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let is_host = match address {
        Some(address) => address.bytes().all(is_address),
        None => host.bytes().all(is_name),
    };
    // A longer number is no port, and may be a password.
    is_host && (port.is_empty() || port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_quoted_up_to_64_characters() {
        let quoted = |value: &str| quote(&OsString::from(value));
        let longest = "x".repeat(64);
        assert_eq!(quoted(&longest), format!("\"{longest}\""));
        assert_eq!(quoted(&format!("{longest}x")), format!("\"{longest}\"…"));
    }

    #[test]
    fn a_value_that_may_be_a_url_with_a_password_is_quoted_like_one() {
        let quoted = quote(&OsString::from("http://user:s3cret@host/path"));
        assert_eq!(quoted, "\"http://***@host/…\"");
        let quoted = quote(&OsString::from("http://user:s3cret%40host"));
        assert_eq!(quoted, "\"http://…\"");
    }

    #[test]
    fn a_message_shows_scheme_host_and_port_only() {
        for (value, shown) in [
            ("", "\"\""),
            ("localhost:5000", "\"localhost:5000\""),
            ("ftp://example.com", "\"ftp://example.com\""),
            ("http://[2001:db8::1]:80/", "\"http://[2001:db8::1]:80/\""),
            ("https://u:s3cret@proxy:1", "\"https://***@proxy:1\""),
            ("u:s3cret@proxy", "\"***@proxy\""),
            ("http://u:s3@cr/et@proxy", "\"http://***@proxy\""),
            ("u:s3cret://x@proxy", "\"***@proxy\""),
            ("http://host/s3cret", "\"http://host/…\""),
            ("http://host?s3cret", "\"http://host/…\""),
            ("http://u:s3cret%40proxy", "\"http://…\""),
            ("https://user:847261", "\"https://…\""),
            ("s3cret and more", "\"…\""),
        ] {
            assert_eq!(quote_url(&OsString::from(value)), shown, "{value}");
        }
        let long = format!("ftp://{}", "x".repeat(100));
        let shown = format!("\"ftp://{}\"…", "x".repeat(58));
        assert_eq!(quote_url(&OsString::from(long)), shown);
    }
}
