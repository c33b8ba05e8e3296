//! The adapters over AWS: the SDK's configuration, its HTTP client, and the two services.

pub mod control_tower;
mod error_classification;
mod http_client;
pub mod organizations;
mod preconnect;
mod response_limit;
mod retry;
mod sdk_config;
mod trust_store;

pub use http_client::HttpClient;
pub use sdk_config::{organizations_endpoint, sdk_config};
pub use trust_store::parse_ca_bundle;
