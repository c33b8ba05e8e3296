//! What the fuzz targets share.

use std::sync::OnceLock;

use controltower_trusted_access::core::error::{ApiError, ReconcileError};
use controltower_trusted_access::core::model::Operation;
use tokio::runtime::{Builder, Runtime};

/// The longest text that the function copies from outside.
pub const LONGEST: usize = 1024;
/// Such a text with the function's own words around it.
const LONGEST_MESSAGE: usize = LONGEST + 400;

/// Runs a future on a clock that jumps to the next timer, so that no back-off takes its real time.
///
/// # Panics
/// If there is no runtime to be had, or the future panics: then there is a finding.
pub fn in_paused_time<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime")
    });
    runtime.block_on(future)
}

/// That an error is one of these operations', says something, and nothing that harms who reads it.
///
/// # Panics
/// If it does not: then there is a finding.
pub fn check_error(error: ApiError, operations: &[Operation]) {
    assert!(operations.contains(&error.operation));
    assert_safe_to_show(&error.to_string(), LONGEST_MESSAGE);
    assert!(!error.said.is_empty());
    let error = ReconcileError::Read(error);
    assert_safe_to_show(&error.cause(), LONGEST);
}

/// That a text from outside stays on one line, moves no terminal and no direction of writing, and is
/// no longer than the function lets such a text be.
///
/// # Panics
/// If it does not: then there is a finding.
pub fn assert_safe_to_show(text: &str, longest: usize) {
    let harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(harmful), "{text:?}");
    assert!(text.chars().count() <= longest, "{text}");
}
