//! The decision: observe trusted access, compare it with the desired state, change a difference, verify.
//!
//! Nothing here names an `aws_*` or a `lambda_*` crate: the services are behind [`ports`], and events are
//! classified before they reach this module.

pub mod error;
pub mod landing_zone;
pub mod model;
mod next_steps;
mod outage;
pub mod plan;
pub mod ports;
pub mod reconcile;
pub mod redact;
pub mod report;
pub mod sanitize;
pub mod timestamp;
pub mod trigger;
