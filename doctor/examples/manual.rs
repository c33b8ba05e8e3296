//! Writes the man pages and the shell completions of the doctor, as clap makes them from its arguments.
//!
//! `cargo run --package trusted-access-doctor --example manual -- FOLDER`

use std::env;
use std::fs::create_dir_all;
use std::io::{self, Error, ErrorKind};
use std::path::PathBuf;

use clap_complete::Shell;

const BINARY: &str = "trusted-access-doctor";

fn main() -> io::Result<()> {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        return Err(Error::new(ErrorKind::InvalidInput, "the folder is missing"));
    };
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    create_dir_all(&man)?;
    create_dir_all(&completions)?;
    // `help` would have a page for each command, with nothing but the names of the pages.
    let mut command = trusted_access_doctor::command_line().disable_help_subcommand(true);
    for shell in [
        Shell::Bash,
        Shell::Elvish,
        Shell::Fish,
        Shell::PowerShell,
        Shell::Zsh,
    ] {
        clap_complete::generate_to(shell, &mut command, BINARY, &completions)?;
    }
    clap_mangen::generate_to(command, &man)
}
