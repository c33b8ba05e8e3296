//! A control group with the CPU share of a Lambda function of 128 MB.

use std::fs;
use std::path::{Path, PathBuf};

/// Lambda gives a whole CPU at 1,769 MB, so 7.2 % of one at 128 MB. The period is short, because a start of the function
/// would fit into the first slice of 7.2 ms in 100 ms.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
const PERIOD_US: u32 = 20_000;
const QUOTA_US: u32 = 1_440;

/// A control group that limits its processes to this share. Dropping it removes the group.
pub struct CpuShare {
    folder: PathBuf,
}

impl CpuShare {
    /// Creates the group.
    ///
    /// # Errors
    /// If this machine has no writable control groups.
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

    /// Limits a process to the share.
    ///
    /// # Errors
    /// If the group cannot be written.
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
