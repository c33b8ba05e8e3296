//! Keeps credentials out of messages.
//!
//! If AWS refuses a signature, its message repeats the canonical request, and one of the signed headers is the session
//! token. A URL may contain a password.

use super::sanitize::sanitize_line;

/// AWS's error codes for a signature, a token or an access key that it does not accept, without the suffix `Exception`
/// that some services append. The services do not agree on one list: these are from the common errors of IAM, EC2 and S3
/// and from the SDKs.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>,
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
const CREDENTIAL_ERRORS: [&str; 18] = [
    "AuthFailure",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "InvalidSignature",
    "InvalidToken",
    "MalformedSignature",
    "MissingAuthenticationToken",
    "MissingSecurityHeader",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClient",
];

/// Text that comes with a credential: names of signed headers and parts of a signature, and the first bytes of every
/// session token of STS in Base64. Lower case.
const CREDENTIAL_MARKS: [&str; 22] = [
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-s3session-token",
    "authorization:",
    "authorization=",
    "authorization\"",
    "authorization'",
    "authorization header",
    "credential=",
    "signature=",
    "canonical string",
    "canonical request",
    "string-to-sign",
    "string to sign",
    "aws4-",
    "aws4_request",
    "session_token=",
    "secret_access_key=",
    // The tokens of different years and Regions.
    "iqojb3jpz2lu",
    "fwogzxivyxdz",
    "fqogzxivyxdz",
];

const NOT_SHOWN: &str = "a message with a credential in it, which is not shown";

/// Returns whether the code means that AWS does not accept the credentials or the signature.
#[must_use]
pub fn is_credential_error(code: &str) -> bool {
    let name = code.strip_suffix("Exception").unwrap_or(code);
    CREDENTIAL_ERRORS.contains(&name)
}

/// Returns AWS's error code and message as one line without a full stop, or only the code if the message may repeat a
/// credential.
///
/// The list of codes may grow, and a proxy may answer in AWS's place, so the text is searched as well.
#[must_use]
pub fn describe_error(code: &str, message: Option<&str>) -> String {
    if has_credential(code) {
        return NOT_SHOWN.to_owned();
    }
    let message = message.filter(|message| {
        !message.is_empty() && !is_credential_error(code) && !has_credential(message)
    });
    let line = match message {
        Some(message) => without_userinfo(&format!("{code}: {message}")),
        None => code.to_owned(),
    };
    sanitize_line(&line).trim_end_matches(['.', ' ']).to_owned()
}

/// Returns a message that AWS did not send, but the SDK or the operating system, as one line without credentials.
#[must_use]
pub fn redact(message: &str) -> String {
    if has_credential(message) {
        return NOT_SHOWN.to_owned();
    }
    sanitize_line(&without_userinfo(&without_endpoint(&without_stderr(
        message,
    ))))
}

/// Removes what a `credential_process` wrote to stderr.
fn without_stderr(message: &str) -> String {
    match message.to_ascii_lowercase().find("stderr") {
        Some(at) => format!("{}its stderr is not shown", &message[..at]),
        None => message.to_owned(),
    }
}

/// Removes an endpoint that the SDK could not parse, so that it is unknown what in it is a password.
fn without_endpoint(message: &str) -> String {
    match message.split_once("endpoint `") {
        Some((before, after)) => {
            let rest = after.split_once('`').map_or("", |(_, rest)| rest);
            format!("{before}configured endpoint{rest}")
        }
        None => message.to_owned(),
    }
}

fn has_credential(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    CREDENTIAL_MARKS.iter().any(|mark| lower.contains(mark))
}

/// Returns `text` with `***` for the user name and the password of each URL: everything from `://` to the last `@` before
/// the next white space. A password may contain `/`, `?` and `@`, so a longer part is removed than the syntax of a URL
/// has.
fn without_userinfo(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        kept.push_str(before);
        kept.push_str("://");
        let end = after.find(char::is_whitespace).unwrap_or(after.len());
        let (url, following) = after.split_at(end);
        match url.rsplit_once('@') {
            Some((_, host)) => {
                kept.push_str("***@");
                kept.push_str(host);
            }
            None => kept.push_str(url),
        }
        rest = following;
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_credential_error_keeps_its_code_only() {
        for code in [
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidToken",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "RequestExpired",
            "AuthFailure",
            "MalformedSignature",
        ] {
            assert!(is_credential_error(code), "{code}");
            assert_eq!(describe_error(code, Some("any text")), code);
        }
    }

    #[test]
    fn other_errors_keep_their_message_without_the_full_stop() {
        for (code, message) in [
            ("AccessDeniedException", "You don't have permissions"),
            (
                "AccessDenied",
                "User: arn:aws:iam::111122223333:user/a is not authorized to perform: sts:AssumeRole",
            ),
            ("OptInRequired", "The account is not subscribed"),
        ] {
            assert!(!is_credential_error(code), "{code}");
            let line = describe_error(code, Some(&format!("{message}. ")));
            assert_eq!(line, format!("{code}: {message}"));
        }
        assert_eq!(describe_error("A", None), "A");
        assert_eq!(describe_error("A", Some("")), "A");
    }

    #[test]
    fn a_message_with_a_mark_of_a_credential_is_not_shown_whatever_its_code_is() {
        for mark in CREDENTIAL_MARKS {
            assert_eq!(mark, mark.to_ascii_lowercase());
            let message = format!("before {} after", mark.to_ascii_uppercase());
            assert_eq!(describe_error("Unknown", Some(&message)), "Unknown");
            assert_eq!(describe_error(&message, None), NOT_SHOWN, "{mark}");
            assert_eq!(redact(&message), NOT_SHOWN, "{mark}");
        }
    }

    #[test]
    fn the_user_name_and_the_password_of_a_url_are_not_shown() {
        for (text, expected) in [
            ("no URL, a@b", "no URL, a@b"),
            ("https://host/path is down", "https://host/path is down"),
            (
                "http://user:s3cret@host:1 is down",
                "http://***@host:1 is down",
            ),
            (
                "`http://u:s3c@r/e?t@[bad` failed",
                "`http://***@[bad` failed",
            ),
            (
                "ftp://s3cret@a http://b://s3cret@c",
                "ftp://***@a http://***@c",
            ),
        ] {
            assert_eq!(redact(text), expected);
            assert_eq!(describe_error("E", Some(text)), format!("E: {expected}"));
        }
    }

    #[test]
    fn the_stderr_of_a_credential_process_and_an_invalid_endpoint_are_not_shown() {
        for (message, expected) in [
            // The name of a setting is no credential.
            (
                "profile missing aws_secret_access_key",
                "profile missing aws_secret_access_key",
            ),
            (
                "the process exited with 3. Stderr: token=s3cret",
                "the process exited with 3. its stderr is not shown",
            ),
            (
                "failed to apply endpoint `http://user:hunter2@[bad` to request",
                "failed to apply configured endpoint to request",
            ),
            ("endpoint `s3cret", "configured endpoint"),
        ] {
            assert_eq!(redact(message), expected);
        }
    }

    /// A token as STS returns it: the usual first bytes, and Base64.
    fn token() -> impl Strategy<Value = String> {
        let start = prop::sample::select(vec!["IQoJb3JpZ2luX2Vj", "FwoGZXIvYXdz", "FQoGZXIvYXdz"]);
        (start, "[A-Za-z0-9+/]{40,400}={0,2}").prop_map(|(start, rest)| format!("{start}{rest}"))
    }

    fn parts_of(secret: &str) -> impl Iterator<Item = &str> {
        (0..secret.len() - 12).map(|at| &secret[at..at + 12])
    }

    proptest! {
        #[test]
        fn no_part_of_a_session_token_or_a_signature_is_shown(
            code in "[A-Za-z]{1,40}|InvalidSignatureException",
            token in token(),
            signature in "[0-9a-f]{64}",
            before in ".{0,2000}",
            shape in 0..4,
        ) {
            let message = match shape {
                0 => format!("{before}x-amz-security-token:{token}\nSignature={signature}"),
                1 => format!("{before} '{token}' Signature={signature}"),
                2 => format!("{before}AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature={signature} {token}"),
                _ => format!("{{\"Authorization\":\"{signature}\",\"token\":\"{token}\"}}{before}"),
            };
            for shown in [describe_error(&code, Some(&message)), redact(&message), describe_error(&message, None)] {
                for secret in [&token, &signature] {
                    prop_assert!(parts_of(secret).all(|part| !shown.contains(part)), "{}", shown);
                }
            }
        }

        #[test]
        fn no_part_of_a_password_in_a_url_is_shown(
            user in "[a-z]{0,8}",
            password in "[!-~]{13,40}",
            before in "[ -~]{0,40} ",
        ) {
            let message = format!("{before}http://{user}:{password}@proxy.example:3128 failed");
            for shown in [describe_error("Unknown", Some(&message)), redact(&message)] {
                prop_assert!(parts_of(&password).all(|part| !shown.contains(part)), "{}", shown);
            }
        }
    }
}
