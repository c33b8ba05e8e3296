//! A function whose network is redirected shows it: in a WARN line at its start, in each report, and in each metric line.

use std::sync::mpsc::channel;

use serde_json::json;

use super::REMEDY;
use crate::lambda::{CONTROL_TOWER, ScriptedOrganizations, at_once, disabled, enabled, function};
use crate::support::function::{Function, binary};
use crate::support::http::{self, ConnectionAction};
use crate::support::scripted_organizations::{LIST, Reply};
use crate::support::temp_file::TempFile;
use crate::support::tls::Authority;

/// Starts a function that makes no AWS call, with this variable.
fn unconfigured(variable: Option<(&str, &str)>) -> Function {
    let mut environment = vec![("MODE", "off"), ("LANDING_ZONE_REGION", "eu-west-1")];
    environment.extend(variable);
    Function::start(&binary(), &environment)
}

#[test]
fn every_report_of_a_redirected_function_says_so() {
    // A server that always lists the principal.
    let server = enabled();
    let function = function(&server, &[]);
    for payload in ["{}", r#"{"mode":"audit"}"#] {
        let result = function.invoke(payload);
        assert_eq!(result.outcome(), "InSync");
        assert_eq!(result.report()["customNetwork"], true);
    }
    server.set(CONTROL_TOWER, false);
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report()["customNetwork"], true);
}

#[test]
fn every_metric_line_of_a_redirected_function_counts_it_also_after_a_failure() {
    let server = disabled();
    server.script(LIST, [Reply::error("AccessDeniedException")]);
    let function = function(&server, &[]);
    for payload in ["{}", "{}", "7"] {
        function.invoke(payload);
    }
    let metrics = function.metrics(3);
    for (metric, failures) in metrics.iter().zip([1, 0, 1]) {
        assert_eq!(metric["Failures"], failures);
        assert_eq!(metric["CustomNetwork"], 1);
        let declared = &metric["_aws"]["CloudWatchMetrics"][0]["Metrics"];
        let declaration = json!({"Name": "CustomNetwork", "Unit": "Count"});
        assert!(
            declared.as_array().unwrap().contains(&declaration),
            "{declared}"
        );
    }
}

#[test]
fn the_start_warns_once_of_the_names_of_the_variables_and_not_of_their_values() {
    let bundle = TempFile::with_content(&Authority::new().pem());
    let more = [
        ("AWS_CA_BUNDLE", bundle.path()),
        ("all_proxy", "http://user:s3cret@127.0.0.1:9"),
    ];
    let function = function(&enabled(), &more);
    function.invoke("{}");
    function.invoke("{}");
    let lines = function.redirection_lines(2);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["level"], "WARN");
    assert_eq!(
        lines[0]["variables"],
        "AWS_ENDPOINT_URL_ORGANIZATIONS, AWS_CA_BUNDLE, all_proxy"
    );
    let line = lines[0].to_string();
    for value in ["127.0.0.1", "s3cret", bundle.path()] {
        assert!(!line.contains(value), "{line}");
    }
}

#[test]
fn each_variable_that_redirects_the_network_is_warned_of_and_counted_also_with_an_invalid_configuration()
 {
    for variable in [
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_ORGANIZATIONS",
        "AWS_ENDPOINT_URL_CONTROLTOWER",
        "AWS_CA_BUNDLE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTP_PROXY",
        "http_proxy",
    ] {
        let function = unconfigured(Some((variable, "https://127.0.0.1:9")));
        assert_eq!(function.invoke("{}").error().0, "InvalidConfiguration");
        let lines = function.redirection_lines(1);
        assert_eq!(lines.len(), 1, "{variable}: {lines:?}");
        assert_eq!(lines[0]["variables"], variable);
        assert_eq!(function.metrics(1)[0]["CustomNetwork"], 1, "{variable}");
    }
}

#[test]
fn a_function_in_the_default_network_has_no_warning_and_no_metric() {
    for variable in [None, Some(("NO_PROXY", "*")), Some(("HTTPS_PROXY", ""))] {
        let function = unconfigured(variable);
        assert_eq!(function.invoke("{}").error().0, "InvalidConfiguration");
        assert_eq!(function.redirection_lines(1), [json!(null); 0]);
        assert_eq!(function.log_lines(1, "WARN"), [json!(null); 0]);
        assert_eq!(function.metrics(1)[0].get("CustomNetwork"), None);
    }
}

/// The client opens no TLS connection to a proxy, so the password would be sent in clear text.
#[test]
fn a_proxy_that_is_not_http_is_an_invalid_configuration_and_gets_no_connection() {
    let proxy = http::serve(|_, _| panic!("the proxy got a request"));
    let server = ScriptedOrganizations::with_tls(&[CONTROL_TOWER], &Authority::new());
    for scheme in ["https", "socks5", "socks5h", "ftp"] {
        let url = format!("{scheme}://user:s3cret@{proxy}");
        let result = function(&server, &[("HTTPS_PROXY", &url)]).invoke("{}");
        let message = format!(
            "HTTPS_PROXY is \"{scheme}://***@{proxy}\": it takes the URL of a proxy that starts with http://, or \
             host:port; a password is percent-encoded. {REMEDY}"
        );
        assert_eq!(result.error(), ("InvalidConfiguration", message.as_str()));
    }
    assert_eq!(server.operations(), [""; 0]);
}

#[test]
fn all_invalid_endpoints_and_proxies_are_reported_together_without_passwords() {
    let invalid = [
        ("AWS_ENDPOINT_URL", "http://user:s3cret@aws.invalid"),
        ("ALL_PROXY", "socks5://user:s3cret@proxy.invalid:1080"),
        ("https_proxy", "http://user:s3cret%40proxy.invalid"),
        ("MODE", "https://user:s3cret@mode.invalid"),
    ];
    let result = function(&enabled(), &invalid).invoke("{}");
    let (error_type, message) = result.error();
    assert_eq!(error_type, "InvalidConfiguration");
    for shown in [
        "AWS_ENDPOINT_URL is \"http://***@aws.invalid\"",
        "ALL_PROXY is \"socks5://***@proxy.invalid:1080\"",
        "https_proxy is \"http://…\"",
        "MODE is \"https://***@mode.invalid\"",
    ] {
        assert!(message.contains(shown), "{message}");
    }
    assert!(!message.contains("s3cret"), "{message}");
}

/// Without a scheme it is an HTTP proxy, as in curl.
#[test]
fn an_http_proxy_is_asked_for_a_tunnel_with_the_user_name_and_the_password() {
    at_once(["http://", ""], |scheme| {
        let (sender, requests) = channel();
        let proxy = http::serve(move |request, stream| {
            let authorization = request.header("proxy-authorization").map(str::to_owned);
            let _ = sender.send((request.path, authorization));
            http::send(stream, b"HTTP/1.1 407 Authenticate\r\n\r\n");
            ConnectionAction::Close
        });
        let server = ScriptedOrganizations::with_tls(&[CONTROL_TOWER], &Authority::new());
        let url = format!("{scheme}user:password@{proxy}");
        let result = function(&server, &[("HTTPS_PROXY", &url)]).invoke("{}");
        assert_eq!(result.error().0, "Unavailable");
        let (path, authorization) = requests.recv().unwrap();
        assert_eq!(format!("https://{path}"), server.endpoint());
        assert_eq!(authorization.as_deref(), Some("Basic dXNlcjpwYXNzd29yZA=="));
        assert_eq!(server.operations(), [""; 0]);
    });
}
