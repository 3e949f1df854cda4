//! Miri, which is a part of nightly toolchains only.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use super::cancel::Cancel;
use super::run::{self, Ran, SAMPLE};
use crate::book::Edition;

/// What every report of Miri on undefined behavior says.
pub(super) const UNDEFINED_BEHAVIOR: &str = "error: Undefined Behavior: ";

static VERSION: LazyLock<Option<String>> =
    LazyLock::new(|| succeeded(cargo_miri().arg("--version")));
/// The library is made ready once, so that no sample's time is spent on it.
static IS_READY: LazyLock<bool> =
    LazyLock::new(|| version().is_some() && succeeded(cargo_miri().arg("setup")).is_some());

/// What Miri says about its version; `None` where no installed nightly has it.
pub(super) fn version() -> Option<&'static str> {
    VERSION.as_deref()
}

/// Whether Miri can run programs.
pub(super) fn is_ready() -> bool {
    *IS_READY
}

/// Whether a run under Miri ended with undefined behavior.
pub(super) fn found_undefined_behavior(ran: &Ran) -> bool {
    ran.stderr.contains(UNDEFINED_BEHAVIOR)
}

/// Runs the program whose `src/main.rs` stands in `dir` under Miri.
///
/// # Errors
/// When the machine is at fault, or the check is canceled.
pub(super) fn run(dir: &Path, edition: Edition, cancel: &Cancel) -> io::Result<Ran> {
    let manifest = format!(
        "[package]\nname = \"main\"\nversion = \"0.0.0\"\nedition = \"{}\"\n\n[workspace]\n",
        edition.year()
    );
    fs::write(dir.join("Cargo.toml"), manifest)?;
    let mut command = cargo_miri();
    command.args(["run", "--quiet", "--offline"]).current_dir(dir).env("TMPDIR", dir);
    run::observe(&mut command, SAMPLE, cancel)
}

/// The `cargo` on the path is rustup's, which knows `+nightly`; it must not install anything.
fn cargo_miri() -> Command {
    let kept = ["PATH", "HOME", "TMPDIR", "RUSTUP_HOME", "CARGO_HOME"];
    let mut command = Command::new("cargo");
    command
        .args(["+nightly", "miri"])
        .env_clear()
        .envs(kept.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .env("RUSTUP_AUTO_INSTALL", "0");
    command
}

/// What the command prints, if it succeeds.
fn succeeded(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
