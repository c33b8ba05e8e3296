//! The part of a CPU that Lambda gives a function of 128 MB, by a control group.

use std::fs;
use std::path::{Path, PathBuf};

/// Lambda gives one CPU at 1,769 MB, so 7.2 % of one at 128 MB. The period is short: with 7.2 ms in
/// 100 ms a start would be over within its first slice and never wait for the next.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
const PERIOD_US: u32 = 20_000;
const QUOTA_US: u32 = 1_440;

/// A control group that its processes may use for that share; it is removed when this is dropped.
pub struct CpuShare {
    folder: PathBuf,
}

impl CpuShare {
    /// # Errors
    /// Why this machine has no control group that can be written.
    pub fn of_128_mib() -> Result<Self, String> {
        let name = format!("controltower-trusted-access-bench-{}", std::process::id());
        let root = Path::new("/sys/fs/cgroup");
        let second_version = root.join("cgroup.controllers").exists();
        let controller = if second_version { "" } else { "cpu" };
        let folder = root.join(controller).join(name);
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let share = Self { folder };
        let limit = |file: &str, value: String| {
            fs::write(share.folder.join(file), value).map_err(|error| format!("{file}: {error}"))
        };
        if second_version {
            limit("cpu.max", format!("{QUOTA_US} {PERIOD_US}"))?;
        } else {
            limit("cpu.cfs_period_us", PERIOD_US.to_string())?;
            limit("cpu.cfs_quota_us", QUOTA_US.to_string())?;
        }
        Ok(share)
    }

    /// From now on the process has no more than the share.
    ///
    /// # Errors
    /// Those of writing to the control group.
    pub fn limit(&self, pid: u32) -> Result<(), String> {
        let file = self.folder.join("cgroup.procs");
        fs::write(&file, pid.to_string()).map_err(|error| format!("{}: {error}", file.display()))
    }
}

impl Drop for CpuShare {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder);
    }
}
