//! The AWS SDK as every adapter uses it: how AWS is reached, how patient a client is, whom it trusts,
//! and how a call that failed is classified.

mod connection;
mod failure;
pub(crate) mod patience;
mod transport;
mod trust;

pub use connection::connect;
pub use transport::http_client;

pub(crate) use failure::{Attempts, api_error};
pub(crate) use patience::patient;
