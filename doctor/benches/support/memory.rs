//! The peak memory of a process.

use std::error::Error;
use std::fs;
use std::process::Child;
use std::thread;
use std::time::Duration;

/// Waits for the process to end. Returns its peak resident memory in KiB.
pub fn wait_for_peak_memory(doctor: &mut Child) -> Result<u32, Box<dyn Error>> {
    let status = format!("/proc/{}/status", doctor.id());
    let mut max = 0;
    while doctor.try_wait()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok());
        max = max.max(number.unwrap_or(0));
        thread::sleep(Duration::from_millis(20));
    }
    Ok(max)
}
