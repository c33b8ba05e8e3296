//! What is looked at, each in a file of its own. A check answers with a finding whatever happens to it.

pub mod accounts;
pub mod deployment;
pub mod events;
pub mod identity;
pub mod landing_zone;
pub mod organization;
pub mod roles;
pub mod trusted_access;
