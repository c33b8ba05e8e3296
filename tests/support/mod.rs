//! The fakes that all tests share, from the ports up to the built binary.

pub mod event_files;
pub mod fake_landing_zone;
pub mod fake_organizations;
pub mod function;
pub mod http;
pub mod reconcilers;
pub mod runtime_api;
pub mod scripted_organizations;
pub mod temp_file;
pub mod tls;
