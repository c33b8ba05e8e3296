//! A file that is there for one test.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

pub struct NamedFile(PathBuf);

impl NamedFile {
    pub fn holding(content: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!(
            "controltower-trusted-access-{}-{number}",
            std::process::id()
        );
        let path = std::env::temp_dir().join(name);
        fs::write(&path, content).expect("a temporary file");
        Self(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().expect("a plain path")
    }
}

impl Drop for NamedFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
