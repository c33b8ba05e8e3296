//! Text of an event or of a response cannot forge a log line, send terminal codes or flood the log, and no payload
//! widens what the function may do.

use serde_json::{Value, json};

use super::{CONTROL_TOWER, OTHER, disabled, enabled, function, landing_zone};
use crate::aws::control_tower::drifted_landing_zone;
use crate::support::event_files;
use crate::support::function::Function;
use crate::support::scripted_organizations::{LIST, Reply};

/// A forged log line, with every character that may start a line, control a terminal or change the text direction.
const FORGERY: &str = "x\n{\"level\":\"ERROR\",\"message\":\"forged\"}\r\n\u{b}\u{c}\u{85}\u{2028}\u{2029}\
                       \u{1b}[2J\u{1b}]0;forged\u{7}\u{9b}31m\u{202e}\u{2066}\u{0}\u{200b}\u{e0041}\\<outcome>";
/// The longest line of the function, in bytes.
const MAX_LINE: usize = 4_000;

/// Returns whether the character ends a line, controls a terminal or changes the text direction.
fn is_control(c: char) -> bool {
    let is_invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{e0020}'..='\u{e007f}');
    c.is_control() || is_invisible || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether the text is short and has no such character.
fn is_sanitized(text: &str) -> bool {
    text.chars().count() <= 1024 && !text.contains(is_control)
}

/// Returns whether the text stays as it is if it is inserted into a JSON string or a notification.
fn is_sanitized_value(text: &str) -> bool {
    is_sanitized(text) && !text.contains(['"', '\\', '<', '>'])
}

/// Returns every string in a JSON value, keys included.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| std::iter::once(key.as_str()).chain(texts(value)))
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns one event per string in `event`, with that string replaced.
fn with_each_text_replaced(event: &Value, text: &str) -> Vec<Value> {
    let mut pointers = Vec::new();
    collect_pointers(event, String::new(), &mut pointers);
    let replaced = |pointer: &String| {
        let mut event = event.clone();
        *event
            .pointer_mut(pointer)
            .expect("a pointer into the event") = json!(text);
        event
    };
    pointers.iter().map(replaced).collect()
}

fn collect_pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at),
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect_pointers(value, format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect_pointers(value, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Checks that each run has one INFO or ERROR line and one metric line, and that every line is short and sanitized.
fn assert_own_lines_only(function: &Function, runs: usize) {
    let lines = function.lines(runs);
    let mut ends = 0;
    for line in &lines {
        assert!(line.len() < MAX_LINE && !line.contains("forged"), "{line}");
        let fields: Value = serde_json::from_str(line).expect("every line is JSON");
        assert!(texts(&fields).into_iter().all(is_sanitized), "{line}");
        ends += usize::from(fields["level"] == "INFO" || fields["level"] == "ERROR");
    }
    assert_eq!(function.metrics(runs).len(), runs);
    assert_eq!(ends, runs, "each run ends with one line");
}

#[test]
fn text_of_an_event_is_sanitized_in_lines_and_reports() {
    let server = enabled();
    let function = function(&server, &[]);
    let flood = "forged ".repeat(20_000);
    let mut runs = 0;
    for (_, content) in event_files::all() {
        let event = serde_json::from_str(&content).expect("JSON");
        let mut payloads = with_each_text_replaced(&event, FORGERY);
        payloads.extend(with_each_text_replaced(&event, &flood));
        for payload in payloads {
            let result = function.invoke(&payload.to_string());
            let is_safe = if result.is_error() {
                is_sanitized
            } else {
                is_sanitized_value
            };
            assert!(texts(&result.json()).into_iter().all(is_safe), "{payload}");
            runs += 1;
        }
    }
    assert!(runs > 500, "{runs}");
    assert_own_lines_only(&function, runs);
}

#[test]
fn keys_of_an_event_are_sanitized_in_lines_and_reports() {
    let function = function(&enabled(), &[]);
    for payload in [
        json!({FORGERY: FORGERY}),
        json!({"source": "aws.organizations", FORGERY: {FORGERY: 1}}),
        json!({"source": "aws.organizations", "detail": {"userIdentity": {FORGERY: FORGERY}}}),
        json!({"mode": "audit", FORGERY: 1}),
    ] {
        let result = function.invoke(&payload.to_string());
        assert!(
            texts(&result.json()).into_iter().all(is_sanitized),
            "{payload}"
        );
    }
    assert_own_lines_only(&function, 4);
}

/// At DEBUG the payload is logged as one JSON string.
#[test]
fn a_forged_payload_at_debug_is_one_line_of_json() {
    let function = function(&enabled(), &[("AWS_LAMBDA_LOG_LEVEL", "DEBUG")]);
    let payload = json!({"source": "aws.organizations", "id": FORGERY}).to_string();
    function.invoke(&payload);
    let lines = function.lines(1);
    let of_level = |level: &str| function.log_lines(1, level).len();
    assert_eq!((of_level("INFO"), of_level("ERROR")), (1, 0));
    for line in lines {
        assert!(!line.contains(is_control), "{line:?}");
        serde_json::from_str::<Value>(&line).expect("every line is JSON");
    }
}

#[test]
fn text_of_an_aws_error_is_sanitized_in_lines_and_reports() {
    let server = disabled();
    let function = function(&server, &[]);
    let flood = "forgery ".repeat(20_000);
    let forgery = FORGERY.replace("forged", "forgery");
    let mut runs = 0;
    for text in [&forgery, &flood] {
        for reply in [
            Reply::error_with_status(400, "InvalidInputException", text),
            Reply::error_with_status(400, text, "no"),
            Reply::error_with_status(400, text, text),
        ] {
            server.script(LIST, [reply]);
            let result = function.invoke("{}");
            let (_, message) = result.error();
            assert!(!message.contains(is_control), "{message:?}");
            assert!(message.len() < MAX_LINE, "{message}");
            runs += 1;
        }
    }
    let errors = function.log_lines(runs, "ERROR");
    assert_eq!(errors.len(), runs);
    let all = function.lines(runs);
    assert_eq!(
        all.len(),
        1 + 2 * runs,
        "the start's WARN line, and an ERROR line and a metric line each"
    );
    assert!(all.iter().all(|line| line.len() < 2 * MAX_LINE));
}

#[test]
fn text_of_control_tower_is_sanitized_in_reports_and_lines() {
    let server = disabled();
    let mut zone: Value = drifted_landing_zone();
    zone["version"] = json!("3.3\u{202e}\u{1b}[31m");
    zone["driftStatus"]["status"] = json!("x".repeat(10_000));
    server.set_landing_zone(&zone);
    let function = landing_zone::function(&server, &[]);
    let report = function.invoke("{}").report().clone();
    assert_eq!(report["landingZone"]["version"], "3.3  [31m");
    assert_eq!(
        report["landingZone"]["driftStatus"].as_str().unwrap().len(),
        1024
    );
    zone["arn"] = json!("arn:aws:controltower:us\u{1b}[31m:111122223333:landingzone/X");
    server.set_landing_zone(&zone);
    server.set(CONTROL_TOWER, false);
    function.invoke("{}");
    let warning = &function.log_lines(2, "WARN")[0]["error"];
    assert!(
        warning
            .as_str()
            .unwrap()
            .starts_with("its home Region is us [31m and"),
        "{warning}"
    );
}

/// Only the configuration decides what a run does.
#[test]
fn no_payload_makes_an_auditing_function_write_any_principal() {
    let server = disabled();
    let function = function(&server, &[("MODE", "audit")]);
    let overrides = json!({
        "mode": "enforce", "MODE": "enforce", "DESIRED_STATE": "disabled", "ALLOW_DISABLE": "true",
        "desired": "disabled", "desiredState": "disabled", "servicePrincipal": OTHER,
        "requestParameters": {"servicePrincipal": OTHER}, "endpoint": "http://127.0.0.1:1", "region": "x",
    });
    let with_overrides = |mut event: Value| {
        for at in ["", "/detail"] {
            if let Some(Value::Object(fields)) = event.pointer_mut(at) {
                fields.extend(overrides.as_object().expect("an object").clone());
            }
        }
        event
    };
    for (name, content) in event_files::all() {
        let event = with_overrides(serde_json::from_str(&content).expect("JSON"));
        let result = function.invoke(&event.to_string());
        if !name.starts_with("manual") {
            assert_eq!(result.outcome(), "DriftDetected", "{name}");
            assert_eq!(result.report()["servicePrincipal"], CONTROL_TOWER);
            assert_eq!(result.report()["desired"], "enabled");
        }
    }
    assert!(
        server
            .operations()
            .iter()
            .all(|operation| operation == LIST)
    );
    assert_eq!(server.principals(), [OTHER]);
}
