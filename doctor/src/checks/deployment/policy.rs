//! IAM policy documents in a form that can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use controltower_trusted_access::core::sanitize::sanitize_line;
use serde_json::Value;

/// A statement without its name. A single value and a list of one are the same, and the order does not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Statement {
    /// The lists by element, such as `Action`. Those of `Condition` and `Principal` have a longer key.
    elements: BTreeMap<String, BTreeSet<String>>,
}

impl Statement {
    fn new(statement: &Value) -> Option<Self> {
        let mut elements = BTreeMap::new();
        for (element, value) in statement.as_object()? {
            // The name and the description of a statement have no effect.
            if element != "Sid" {
                collect(element, value, &mut elements);
            }
        }
        Some(Self { elements })
    }

    fn list(&self, element: &str) -> Option<String> {
        let values = self.elements.get(element)?;
        Some(values.iter().cloned().collect::<Vec<_>>().join(", "))
    }
}

/// Adds the values below `key`. The keys of the objects in it become part of the key.
fn collect(key: &str, value: &Value, elements: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                collect(&format!("{key} {name}"), value, elements);
            }
        }
        Value::Array(values) => {
            // An empty list is not the same as none.
            elements.entry(key.to_owned()).or_default();
            for value in values {
                collect(key, value, elements);
            }
        }
        Value::String(text) => {
            elements
                .entry(key.to_owned())
                .or_default()
                .insert(text.clone());
        }
        other => {
            elements
                .entry(key.to_owned())
                .or_default()
                .insert(other.to_string());
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        for (element, words) in [
            ("Effect", ""),
            ("Action", ""),
            ("NotAction", "everything but "),
            ("Resource", "on "),
            ("NotResource", "on everything but "),
        ] {
            text.extend(self.list(element).map(|list| format!("{words}{list}")));
        }
        let is_principal = |key: &&String| key.contains("Principal");
        for key in self.elements.keys().filter(is_principal) {
            text.extend(self.list(key).map(|list| format!("for {list}")));
        }
        formatter.write_str(&sanitize_line(&text.join(" ")))
    }
}

/// Parses the statements of a document.
pub(super) fn statements(document: &Value) -> Option<BTreeSet<Statement>> {
    match document.get("Statement")? {
        Value::Array(statements) => statements.iter().map(Statement::new).collect(),
        statement => Some([Statement::new(statement)?].into()),
    }
}

/// Parses a document as IAM returns it, which is URL-encoded:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>
pub(super) fn parse(document: &str) -> Option<BTreeSet<Statement>> {
    statements(&serde_json::from_slice(&percent_decode(document)?).ok()?)
}

fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        decoded.push(u8::try_from(high * 16 + low).ok()?);
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(statement: &Value) -> BTreeSet<Statement> {
        statements(&json!({"Statement": statement})).unwrap()
    }

    fn allow(action: &Value) -> Value {
        json!({"Effect": "Allow", "Action": action, "Resource": "*"})
    }

    #[test]
    fn the_same_permissions_are_equal_however_they_are_written() {
        let short = one(
            &json!({"Sid": "A", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}),
        );
        let long = one(
            &json!([{"Effect": "Allow", "Action": ["s3:List*", "s3:Get*"], "Resource": ["*"]}]),
        );
        assert_eq!(short, long);
    }

    #[test]
    fn every_element_of_a_statement_counts_except_its_name() {
        let usual = allow(&json!("s3:Get*"));
        for (element, value) in [
            ("Effect", json!("Deny")),
            ("Action", json!("s3:*")),
            ("Resource", json!("arn:aws:s3:::one")),
            ("Principal", json!("*")),
            ("Condition", json!({"Bool": {"aws:SecureTransport": true}})),
        ] {
            let mut other = usual.clone();
            other[element] = value;
            assert_ne!(one(&other), one(&usual), "{element}");
        }
        let mut condition = usual.clone();
        condition["Condition"] = json!({"Bool": {"aws:SecureTransport": "true"}});
        let mut other = usual;
        other["Condition"] = json!({"StringLike": {"aws:SecureTransport": "true"}});
        assert_ne!(one(&condition), one(&other));
    }

    #[test]
    fn a_document_of_iam_is_decoded_and_any_other_text_is_rejected() {
        let text = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22a%3Ab%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";
        assert_eq!(parse(text).unwrap(), one(&allow(&json!("a:b"))));
        for invalid in ["", "%7", "%zz", "{}", r#"{"Statement":[1]}"#] {
            assert!(parse(invalid).is_none(), "{invalid}");
        }
    }

    #[test]
    fn a_statement_is_described_by_its_effect_actions_and_resources() {
        let text = |value| one(&value).first().unwrap().to_string();
        assert_eq!(
            text(allow(&json!(["s3:PutObject", "s3:Get*"]))),
            "Allow s3:Get*, s3:PutObject on *"
        );
        let trust =
            json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}});
        assert_eq!(text(trust), "Allow sts:AssumeRole for *");
    }
}
