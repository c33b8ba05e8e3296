//! The fakes that all tests share, from the port up to the built binary.

pub mod event_files;
pub mod fake_lambda;
pub mod fake_landing_zone;
pub mod fake_organizations;
pub mod http;
pub mod named_file;
pub mod reconcilers;
pub mod scripted_organizations;
pub mod tls;
