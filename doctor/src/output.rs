//! The report as a table or JSON, and the progress bar.

pub mod json;
pub mod progress;
pub mod table;
pub mod terminal;
