//! The operations on the landing zone in the last 90 days.
//!
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_ListLandingZoneOperations.html>

use aws_sdk_controltower::Client;
use aws_sdk_controltower::types::{
    LandingZoneOperationFilter, LandingZoneOperationStatus, LandingZoneOperationSummary,
    LandingZoneOperationType,
};

use super::list_detector::ListDetector;
use super::{MAX_PAGES, invalid_response};
use crate::aws::error_classification::{AttemptRecorder, api_error};
use crate::core::error::ApiError;
use crate::core::landing_zone::DeleteStatus;
use crate::core::model::Operation;

const OPERATION: Operation = Operation::ListLandingZoneOperations;

/// Returns whether the list has a `DELETE` operation with `status`.
///
/// # Errors
/// Any [`ApiError`] of the call, or a response that the API does not allow.
pub(super) async fn has_delete_operation(
    client: &Client,
    status: DeleteStatus,
) -> Result<bool, ApiError> {
    let status = match status {
        DeleteStatus::InProgress => LandingZoneOperationStatus::InProgress,
        DeleteStatus::Succeeded => LandingZoneOperationStatus::Succeeded,
    };
    let filter = LandingZoneOperationFilter::builder()
        .types(LandingZoneOperationType::Delete)
        .statuses(status.clone())
        .build();
    let mut token = None;
    for _ in 0..MAX_PAGES {
        let recorder = AttemptRecorder::default();
        let detector = ListDetector::new("landingZoneOperations");
        let page = client
            .list_landing_zone_operations()
            .filter(filter.clone())
            .set_next_token(token)
            .customize()
            .interceptor(recorder.clone())
            .interceptor(detector.clone())
            .send()
            .await
            .map_err(|error| api_error(OPERATION, error, &recorder))?;
        if !detector.has_list() {
            return Err(invalid_response(
                OPERATION,
                "a response without a list of operations",
            ));
        }
        for operation in &page.landing_zone_operations {
            if is_delete_with(operation, &status)? {
                return Ok(true);
            }
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(false);
        }
    }
    Err(invalid_response(
        OPERATION,
        "more than 10 pages of delete operations",
    ))
}

/// Compares although the service has filtered: a stand-in for AWS may ignore the filter, and another operation must not
/// block a repair.
fn is_delete_with(
    operation: &LandingZoneOperationSummary,
    status: &LandingZoneOperationStatus,
) -> Result<bool, ApiError> {
    match (&operation.operation_type, &operation.status) {
        (Some(found_type), Some(found_status)) => {
            Ok(*found_type == LandingZoneOperationType::Delete && found_status == status)
        }
        _ => Err(invalid_response(
            OPERATION,
            "an operation without a type or a status",
        )),
    }
}
