//! One file for each check.

mod accounts;
mod credentials;
mod deployment;
mod event_delivery;
mod landing_zone;
mod organization;
mod owners;
mod roles;
mod trusted_access;
mod watched;

use serde_json::Value;

use crate::cli::check;
use crate::fake_aws::FakeReply;

fn body(value: &Value) -> FakeReply {
    FakeReply::Body(value.to_string())
}

fn access_denied() -> FakeReply {
    FakeReply::Error(403, "AccessDeniedException", "not allowed")
}

/// Returns the problems of a check, with their hints.
fn problems(document: &Value, id: &str) -> String {
    check(document, id)["problems"].to_string()
}

/// Returns what a check could not check, with the hints.
fn not_checked(document: &Value, id: &str) -> String {
    check(document, id)["notChecked"].to_string()
}

/// Asserts that one check has one issue of this kind, and that no other check has an issue of any kind.
#[track_caller]
fn assert_only_issue(document: &Value, id: &str, kind: &str) {
    for check in document["checks"].as_array().unwrap() {
        for list in ["problems", "notChecked"] {
            let expected = usize::from(check["check"] == id && list == kind);
            assert_eq!(check[list].as_array().unwrap().len(), expected, "{check:#}");
        }
    }
}
