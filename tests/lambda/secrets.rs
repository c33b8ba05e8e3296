//! Secrets of the environment are in no response and in no line, at any log level.

use super::{CONTROL_TOWER, at_once, disabled, function};
use crate::support::event_files;
use crate::support::function::{Function, binary};
use crate::support::http;
use crate::support::scripted_organizations::{
    ENABLE, LIST, LIST_ZONES, Reply, ScriptedOrganizations,
};

const SECRET: &str = "SECRET-9d1c";
const ENVIRONMENT: [(&str, &str); 5] = [
    ("AWS_SECRET_ACCESS_KEY", "SECRET-9d1c-key"),
    ("AWS_SESSION_TOKEN", "SECRET-9d1c-token"),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "SECRET-9d1c-container"),
    ("DATABASE_PASSWORD", "SECRET-9d1c-other"),
    ("SECRET_NAME", "SECRET-9d1c-name"),
];
const LEVELS: [&str; 3] = ["INFO", "DEBUG", "TRACE"];

fn function_at_level(
    server: &ScriptedOrganizations,
    level: &str,
    more: &[(&str, &str)],
) -> Function {
    let mut environment = ENVIRONMENT.to_vec();
    environment.push(("AWS_LAMBDA_LOG_LEVEL", level));
    environment.extend(more);
    function(server, &environment)
}

/// Shows that the SDK's own lines, including those about signing, are among the lines that these tests search.
#[test]
fn the_sdk_logs_its_signing_at_trace() {
    let function = function_at_level(&disabled(), "TRACE", &[]);
    function.invoke("{}");
    let lines = function.lines(1);
    assert!(
        lines
            .iter()
            .any(|line| line.contains("aws_sigv4") && line.contains("AKIAEXAMPLE")),
        "{lines:?}"
    );
}

/// Invokes the function, searches its results and all its lines, and returns the number of runs so far.
fn assert_no_secret(function: &Function, payloads: &[&str], runs_before: usize) -> usize {
    for payload in payloads {
        let result = function.invoke(payload);
        assert!(!result.json().to_string().contains(SECRET), "{payload}");
    }
    let runs = runs_before + payloads.len();
    for line in function.lines(runs) {
        assert!(!line.contains(SECRET), "{line}");
    }
    runs
}

#[test]
fn a_successful_run_prints_no_secret() {
    let events = event_files::all();
    let payloads: Vec<&str> = events.iter().map(|(_, content)| content.as_str()).collect();
    at_once(LEVELS, |level| {
        assert_no_secret(&function_at_level(&disabled(), level, &[]), &payloads, 0);
    });
}

#[test]
fn a_failed_run_prints_no_secret() {
    at_once(LEVELS, |level| {
        let server = disabled();
        let function = function_at_level(&server, level, &[]);
        let mut runs = 0;
        for reply in [
            Reply::error("AccessDeniedException"),
            Reply::error("ExpiredTokenException"),
            Reply::html(200),
            Reply::html(302),
        ] {
            server.script(LIST, [reply.clone()]);
            runs = assert_no_secret(&function, &["{}"], runs);
            server.script(ENABLE, [reply]);
            runs = assert_no_secret(&function, &["{}", "7"], runs);
            server.set(CONTROL_TOWER, false);
        }
    });
}

#[test]
fn an_invalid_configuration_prints_no_secret() {
    at_once(LEVELS, |level| {
        for (name, value) in [
            ("MODE", "off"),
            ("AWS_CA_BUNDLE", "/nowhere"),
            ("AWS_ENDPOINT_URL_ORGANIZATIONS", "no url"),
            ("AWS_ACCESS_KEY_ID", ""),
        ] {
            assert_no_secret(
                &function_at_level(&disabled(), level, &[(name, value)]),
                &["{}"],
                0,
            );
        }
    });
}

/// Returns the message of AWS if it calculates another signature, with the secret token and signature of this request.
fn signature_message() -> String {
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
     and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should \
     have been\n'POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:organizations.us-east-1.amazonaws.com\n\
     x-amz-date:20261128T101500Z\nx-amz-security-token:IQoJb3JpZ2luX2VjEGSECRET-9d1c-token\n\
     x-amz-target:AWSOrganizationsV20161128.ListAWSServiceAccessForOrganization\n\n\
     content-type;host;x-amz-date;x-amz-security-token;x-amz-target\nSECRET-9d1c-hash'\n\nThe String-to-Sign should have \
     been\n'AWS4-HMAC-SHA256\n20261128T101500Z\n20261128/us-east-1/organizations/aws4_request\nSECRET-9d1c-digest'\n"
        .to_owned()
}

#[test]
fn an_error_message_with_a_credential_is_in_no_response_and_in_no_line() {
    let header = "Authorization=AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261128/us-east-1/organizations/aws4_request, \
                  SignedHeaders=host, Signature=SECRET-9d1c-signature";
    let token = "The security token IQoJb3JpZ2luX2VjEGSECRET-9d1c-token is invalid";
    at_once(LEVELS, |level| {
        let server = disabled();
        let zone = ("LANDING_ZONE_REGION", "eu-west-1");
        let endpoint = server.endpoint();
        let control_tower = ("AWS_ENDPOINT_URL_CONTROLTOWER", endpoint.as_str());
        let function = function_at_level(&server, level, &[zone, control_tower]);
        let mut runs = 0;
        for (code, message) in [
            ("InvalidSignatureException", signature_message().as_str()),
            ("SignatureDoesNotMatch", &signature_message()),
            ("IncompleteSignatureException", header),
            ("UnrecognizedClientException", token),
            // Codes that nobody knows, and none.
            ("SomethingNewException", &signature_message()),
            ("SomethingNewException", header),
            ("SomethingNewException", token),
            ("", &signature_message()),
            (&signature_message(), ""),
        ] {
            let reply = Reply::error_with_status(403, code, message);
            for operation in [LIST, LIST_ZONES, ENABLE] {
                server.always(operation, reply.clone());
                runs = assert_no_secret(&function, &["{}"], runs);
                server.reset();
                server.set(CONTROL_TOWER, false);
            }
        }
    });
}

#[test]
fn a_credential_error_is_reduced_to_its_code() {
    let server = disabled();
    let message = signature_message();
    server.always(
        LIST,
        Reply::error_with_status(403, "InvalidSignatureException", &message),
    );
    let result = function(&server, &[]).invoke("{}");
    let message = "ListAWSServiceAccessForOrganization: InvalidSignatureException. A retry does not help: look for \
                   credentials in the function's environment that are not those of its role, and for a proxy that \
                   changes requests";
    assert_eq!(result.error(), ("Rejected", message));
}

#[test]
fn a_password_in_a_url_is_in_no_response_and_in_no_line() {
    let proxy = http::serve(|_, stream| {
        http::send(stream, b"HTTP/1.1 407 SECRET-9d1c\r\n\r\n");
        http::ConnectionAction::Close
    });
    let endpoint = "https://localhost:9";
    at_once(LEVELS, |level| {
        let variables = [
            ("HTTPS_PROXY", format!("http://user:SECRET-9d1c@{proxy}")),
            ("HTTPS_PROXY", format!("SECRET-9d1c@{proxy}")),
            (
                "HTTPS_PROXY",
                "https://user:SECRET-9d1c@proxy.invalid".to_owned(),
            ),
            ("ALL_PROXY", "socks5://user:SECRET-9d1c@[bad".to_owned()),
            (
                "AWS_ENDPOINT_URL",
                "http://user:SECRET-9d1c@aws.invalid".to_owned(),
            ),
            (
                "AWS_ENDPOINT_URL",
                "https://user:SECRET-9d1c@localhost".to_owned(),
            ),
            (
                "AWS_CA_BUNDLE",
                "https://user:SECRET-9d1c@ca.invalid".to_owned(),
            ),
            (
                "SSL_CERT_FILE",
                "https://user:SECRET-9d1c@ca.invalid".to_owned(),
            ),
        ];
        for (name, value) in variables {
            let environment = [
                ("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint),
                ("AWS_LAMBDA_LOG_LEVEL", level),
                (name, &value),
            ];
            let function = Function::start(&binary(), &environment);
            assert_no_secret(&function, &["{}"], 0);
        }
    });
}

/// The SDK panics on credentials that are not valid in a header.
#[test]
fn a_panic_prints_no_secret() {
    at_once(LEVELS, |level| {
        let broken = [("AWS_SESSION_TOKEN", "SECRET-9d1c\nSECRET-9d1c")];
        assert_no_secret(&function_at_level(&disabled(), level, &broken), &["{}"], 0);
    });
}
