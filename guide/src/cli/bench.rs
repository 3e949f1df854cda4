//! `cargo guide bench`: starts the crate in `bench/`, which readers and authors need not compile.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::Exit;

pub(crate) fn run(root: &Path, options: &[String]) -> Result<Exit> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--package", "bench", "--", "table"])
        .args(options)
        .current_dir(root)
        .status()
        .context("cannot start cargo")?;
    Ok(if status.success() { Exit::Proved } else { Exit::Environment })
}
