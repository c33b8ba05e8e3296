//! The report as a table or JSON, and the progress bar.

pub mod fix_hints;
pub mod json;
pub mod progress;
pub mod table;
pub mod terminal;
