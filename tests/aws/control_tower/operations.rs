//! The list of operations: its request, pagination and errors.

use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::landing_zone::DeleteStatus::{self, InProgress, Succeeded};
use controltower_trusted_access::core::model::Operation;
use controltower_trusted_access::core::ports::ReadLandingZone;
use serde_json::{Value, json};

use super::{adapter, server};
use crate::support::scripted_organizations::{LIST_OPERATIONS, Reply, ScriptedOrganizations};

async fn has_delete_operation(
    server: &ScriptedOrganizations,
    status: DeleteStatus,
) -> Result<bool, ApiError> {
    adapter(server).has_delete_operation(status).await
}

fn page(operations: &Value) -> Reply {
    Reply::ok(&json!({"landingZoneOperations": operations}))
}

#[tokio::test]
async fn one_request_asks_for_the_delete_operations_with_the_status() {
    for (status, name) in [(InProgress, "IN_PROGRESS"), (Succeeded, "SUCCEEDED")] {
        let server = server();
        assert!(!has_delete_operation(&server, status).await.unwrap());
        server.set_delete_operation(name);
        assert!(has_delete_operation(&server, status).await.unwrap());
        assert_eq!(server.operations(), [LIST_OPERATIONS; 2]);
        let filter = json!({"filter": {"types": ["DELETE"], "statuses": [name]}});
        assert_eq!(server.calls()[0].body, filter);
        let scope = "/eu-west-1/controltower/aws4_request";
        assert!(server.calls()[0].signature.contains(scope));
    }
}

#[tokio::test]
async fn an_operation_of_another_type_or_status_does_not_count() {
    let server = server();
    server.always(
        LIST_OPERATIONS,
        page(&json!([
            {"operationType": "RESET", "status": "IN_PROGRESS"},
            {"operationType": "DELETE", "status": "FAILED"},
            {"operationType": "SOMETHING_NEW", "status": "IN_PROGRESS"},
        ])),
    );
    assert!(!has_delete_operation(&server, InProgress).await.unwrap());
    assert!(!has_delete_operation(&server, Succeeded).await.unwrap());
}

#[tokio::test]
async fn pagination_of_operations_continues_after_an_empty_page_and_ends_after_10_pages() {
    let server = server();
    server.set_delete_operation("IN_PROGRESS");
    let empty = || Reply::ok(&json!({"landingZoneOperations": [], "nextToken": "x"}));
    server.script(LIST_OPERATIONS, [empty()]);
    assert!(has_delete_operation(&server, InProgress).await.unwrap());
    assert_eq!(server.calls()[1].body["nextToken"], "x");
    server.forget_calls();
    server.always(LIST_OPERATIONS, empty());
    let error = has_delete_operation(&server, InProgress).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
    assert_eq!(server.operations().len(), 10);
}

#[tokio::test]
async fn a_list_of_operations_of_an_unexpected_shape_is_an_error_and_not_no_operation() {
    for reply in [
        Reply::ok(&json!({})),
        Reply::ok(&json!([])),
        page(&Value::Null),
        page(&json!([{}])),
        page(&json!([{"operationType": "DELETE"}])),
        page(&json!([{"status": "IN_PROGRESS"}])),
        page(&json!([{"operationType": 7, "status": []}])),
        Reply::html(200),
    ] {
        let server = server();
        server.always(LIST_OPERATIONS, reply);
        let error = has_delete_operation(&server, InProgress).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse, "{error}");
        assert_eq!(error.operation, Operation::ListLandingZoneOperations);
    }
}

#[tokio::test]
async fn a_denied_list_of_operations_names_its_permission_and_is_not_retried() {
    let server = server();
    let denied = Reply::error_with_status(403, "AccessDeniedException", "no");
    server.always(LIST_OPERATIONS, denied);
    let error = has_delete_operation(&server, InProgress).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::AccessDenied);
    let allow = "Allow controltower:ListLandingZoneOperations in the function's role";
    assert!(error.to_string().contains(allow), "{error}");
    assert_eq!(server.operations(), [LIST_OPERATIONS]);
}

#[tokio::test]
async fn a_throttled_list_of_operations_is_retried() {
    let server = server();
    server.set_delete_operation("IN_PROGRESS");
    let throttled = Reply::error_with_status(429, "ThrottlingException", "x");
    server.script(LIST_OPERATIONS, [throttled]);
    assert!(has_delete_operation(&server, InProgress).await.unwrap());
    assert_eq!(server.operations(), [LIST_OPERATIONS; 2]);
}
