//! The Lambda edge: events in, reports and errors out, log lines and metrics.

pub mod event;
pub mod handler;
pub mod invocation_error;
pub mod logging;
pub mod metrics;
pub mod standalone;
