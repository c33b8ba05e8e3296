//! The checks. Each returns a finding, also if its AWS calls fail.

pub mod accounts;
pub mod credentials;
pub mod deployment;
pub mod event_delivery;
pub mod landing_zone;
pub mod organization;
pub mod roles;
pub mod trusted_access;

/// Returns a count with its noun: `1 account`, `2 accounts`.
fn count_of(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
