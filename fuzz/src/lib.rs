//! Helpers shared by the fuzz targets.

use std::sync::OnceLock;

use controltower_trusted_access::core::error::{ApiError, ReconcileError};
use controltower_trusted_access::core::model::Operation;
use tokio::runtime::{Builder, Runtime};

/// The longest text that the function copies from an event or a response, in characters.
pub const MAX_TEXT: usize = 1024;
/// The longest error message: one such text and the function's own words around it.
const MAX_MESSAGE: usize = MAX_TEXT + 400;

/// Runs a future in paused time: the clock jumps to the next timer, so back-off takes no real time.
///
/// # Panics
/// If the runtime cannot be built, or if the future panics, which is a finding.
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

/// Checks that an error belongs to one of `operations`, and that its message is not empty and safe to print.
///
/// # Panics
/// If a check fails, which is a finding.
pub fn check_error(error: ApiError, operations: &[Operation]) {
    assert!(operations.contains(&error.operation));
    assert_sanitized(&error.to_string(), MAX_MESSAGE);
    assert!(!error.message.is_empty());
    let error = ReconcileError::Read(error);
    assert_sanitized(&error.cause(), MAX_TEXT);
}

/// Checks that a value of a report is sanitized, and stays one JSON string if it is inserted between quotes.
///
/// # Panics
/// If it is not, which is a finding.
pub fn assert_value_sanitized(text: &str) {
    assert_sanitized(text, MAX_TEXT);
    assert!(
        !text.contains(['"', '\\', '<', '>', '`']) && !text.contains("]("),
        "{text:?}"
    );
}

/// Checks that an untrusted text is sanitized: one line, no terminal or bidirectional control character, at most
/// `max` characters.
///
/// # Panics
/// If it is not, which is a finding.
pub fn assert_sanitized(text: &str, max: usize) {
    let harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(harmful), "{text:?}");
    assert!(text.chars().count() <= max, "{text}");
}
