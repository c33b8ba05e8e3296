//! Who can write into an event, or into an answer of the network, can write into no line but what the
//! function says of it: no forged line, no terminal code, no flood. No payload widens its power.

use serde_json::{Value, json};

use super::{CONTROL_TOWER, OTHER, disabled, enabled, function};
use crate::support::event_files;
use crate::support::fake_lambda::Function;
use crate::support::scripted_organizations::{LIST, Reply};

/// A line that an attacker would like to see in the log, and whatever may begin a new one, clear a
/// terminal, or turn the direction of writing.
const FORGERY: &str = "x\n{\"level\":\"ERROR\",\"message\":\"forged\"}\r\n\u{b}\u{c}\u{85}\u{2028}\u{2029}\
                       \u{1b}[2J\u{1b}]0;forged\u{7}\u{9b}31m\u{202e}\u{2066}\u{0}";
/// Longer than any line of the function, in bytes.
const LONGEST_LINE: usize = 4_000;

/// What ends a line, drives a terminal or turns the direction of writing.
fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text can do nothing but be read.
fn is_harmless(text: &str) -> bool {
    text.chars().count() <= 1024 && !text.contains(is_harmful)
}

/// Every text in a JSON value, the keys included.
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

/// One payload for each text in an event, with that text replaced.
fn with_each_text_replaced(event: &Value, text: &str) -> Vec<Value> {
    let mut pointers = Vec::new();
    collect_pointers(event, String::new(), &mut pointers);
    let replaced = |pointer: &String| {
        let mut event = event.clone();
        *event.pointer_mut(pointer).expect("it was found there") = json!(text);
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

/// That so many runs left their own lines and no others: one INFO line or one ERROR line each, a metric
/// line each, and warnings.
fn assert_own_lines_only(function: &Function, runs: usize) {
    let lines = function.lines(runs);
    let mut ends = 0;
    for line in &lines {
        assert!(
            line.len() < LONGEST_LINE && !line.contains("forged"),
            "{line}"
        );
        let fields: Value = serde_json::from_str(line).expect("every line is JSON");
        assert!(texts(&fields).into_iter().all(is_harmless), "{line}");
        ends += usize::from(fields["level"] == "INFO" || fields["level"] == "ERROR");
    }
    assert_eq!(function.metrics(runs).len(), runs);
    assert_eq!(ends, runs, "each run ends with one line of its own");
}

#[test]
fn no_text_of_an_event_forges_breaks_or_floods_a_line_or_a_report() {
    let server = enabled();
    let function = function(&server, &[]);
    let flood = "forged ".repeat(20_000);
    let mut runs = 0;
    for (_, content) in event_files::all() {
        let event = serde_json::from_str(&content).expect("JSON");
        let mut payloads = with_each_text_replaced(&event, FORGERY);
        payloads.extend(with_each_text_replaced(&event, &flood));
        for payload in payloads {
            let answer = function.invoke(&payload.to_string());
            assert!(
                texts(&answer.json()).into_iter().all(is_harmless),
                "{payload}"
            );
            runs += 1;
        }
    }
    assert!(runs > 500, "{runs}");
    assert_own_lines_only(&function, runs);
}

#[test]
fn no_key_of_an_event_forges_a_line() {
    let function = function(&enabled(), &[]);
    for payload in [
        json!({FORGERY: FORGERY}),
        json!({"source": "aws.organizations", FORGERY: {FORGERY: 1}}),
        json!({"source": "aws.organizations", "detail": {"userIdentity": {FORGERY: FORGERY}}}),
        json!({"mode": "audit", FORGERY: 1}),
    ] {
        let answer = function.invoke(&payload.to_string());
        assert!(
            texts(&answer.json()).into_iter().all(is_harmless),
            "{payload}"
        );
    }
    assert_own_lines_only(&function, 4);
}

/// At DEBUG the payload is logged, as the contract says: as one string of one line.
#[test]
fn at_debug_a_hostile_payload_is_still_one_line_of_json() {
    let function = function(&enabled(), &[("AWS_LAMBDA_LOG_LEVEL", "DEBUG")]);
    let payload = json!({"source": "aws.organizations", "id": FORGERY}).to_string();
    function.invoke(&payload);
    let lines = function.lines(1);
    let of_level = |level: &str| function.log_lines(1, level).len();
    assert_eq!((of_level("INFO"), of_level("ERROR")), (1, 0));
    for line in lines {
        assert!(!line.contains(is_harmful), "{line:?}");
        serde_json::from_str::<Value>(&line).expect("every line is JSON");
    }
}

#[test]
fn no_text_of_an_answer_forges_breaks_or_floods_a_line() {
    let server = disabled();
    let function = function(&server, &[]);
    let flood = "forgery ".repeat(20_000);
    let hostile = FORGERY.replace("forged", "forgery");
    let mut runs = 0;
    for text in [&hostile, &flood] {
        for reply in [
            Reply::error_of(400, "InvalidInputException", text),
            Reply::error_of(400, text, "no"),
            Reply::error_of(400, text, text),
        ] {
            server.script(LIST, [reply]);
            let answer = function.invoke("{}");
            let (_, message) = answer.error();
            assert!(!message.contains(is_harmful), "{message:?}");
            assert!(message.len() < LONGEST_LINE, "{message}");
            runs += 1;
        }
    }
    let errors = function.log_lines(runs, "ERROR");
    assert_eq!(errors.len(), runs);
    let all = function.lines(runs);
    assert_eq!(all.len(), 2 * runs, "an ERROR line and a metric line each");
    assert!(all.iter().all(|line| line.len() < 2 * LONGEST_LINE));
}

/// What decides is the configuration alone, whatever an event calls itself or brings along.
#[test]
fn no_payload_makes_an_auditing_function_write_or_another_principal_written() {
    let server = disabled();
    let function = function(&server, &[("MODE", "audit")]);
    let wishes = json!({
        "mode": "enforce", "MODE": "enforce", "DESIRED_STATE": "disabled", "ALLOW_DISABLE": "true",
        "desired": "disabled", "desiredState": "disabled", "servicePrincipal": OTHER,
        "requestParameters": {"servicePrincipal": OTHER}, "endpoint": "http://127.0.0.1:1", "region": "x",
    });
    let with_wishes = |mut event: Value| {
        for at in ["", "/detail"] {
            if let Some(Value::Object(fields)) = event.pointer_mut(at) {
                fields.extend(wishes.as_object().expect("an object").clone());
            }
        }
        event
    };
    for (name, content) in event_files::all() {
        let event = with_wishes(serde_json::from_str(&content).expect("JSON"));
        let answer = function.invoke(&event.to_string());
        if !name.starts_with("manual") {
            assert_eq!(answer.outcome(), "DriftDetected", "{name}");
            assert_eq!(answer.report()["servicePrincipal"], CONTROL_TOWER);
            assert_eq!(answer.report()["desired"], "enabled");
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
