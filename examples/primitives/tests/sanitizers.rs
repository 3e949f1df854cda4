//! Programs that are clean, and that a sanitizer objects to with a broken twin in them.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A program of `tests/programs`, compiled with a sanitizer.
struct Program {
    dir: TempDir,
    compiled: Output,
}

impl Program {
    fn compile(name: &str, sanitizer: &str, flags: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name);
        let compiled = Command::new("rustc")
            .env("RUSTC_BOOTSTRAP", "1") // for `-Z` on a stable compiler
            .args(["--edition=2024", "-Cdebuginfo=1", "-Awarnings", "-Zunstable-options"])
            .args(["-Cunsafe-allow-abi-mismatch=sanitizer", &format!("-Zsanitizer={sanitizer}")])
            .args(flags)
            .args([OsStr::new("-o"), dir.path().join("program").as_os_str(), source.as_os_str()])
            .output()
            .expect("rustc starts");
        Self { dir, compiled }
    }

    /// Runs the program, and returns whether it succeeded and what it wrote to standard error.
    fn run(&self, argument: &str) -> (bool, String) {
        let compiler = String::from_utf8_lossy(&self.compiled.stderr);
        assert!(self.compiled.status.success(), "{compiler}");
        let program = self.dir.path().join("program");
        let ran = Command::new(program).arg(argument).output().expect("it starts");
        (ran.status.success(), String::from_utf8_lossy(&ran.stderr).into_owned())
    }
}

// ANCHOR: methods
/// The methods of the vector that have a twin, and what is reported about the twin.
const METHODS: [(&str, &str); 3] = [
    ("push", "heap-buffer-overflow"),
    ("truncate", "heap-use-after-free"),
    ("insert_with", "attempting double-free"),
];
// ANCHOR_END: methods

#[test]
#[cfg_attr(not(all(target_arch = "x86_64", target_os = "linux")), ignore = "it needs x86-64 Linux")]
fn the_methods_of_the_vector_are_clean() {
    let program = Program::compile("vec.rs", "address", &[]);
    for (method, _) in METHODS {
        let (succeeded, report) = program.run(method);
        assert!(succeeded, "{method}: {report}");
    }
}

// ANCHOR: twins
#[test]
#[cfg_attr(not(all(target_arch = "x86_64", target_os = "linux")), ignore = "it needs x86-64 Linux")]
fn their_twins_are_not() {
    let program = Program::compile("vec.rs", "address", &["--cfg=broken"]);
    for (method, objection) in METHODS {
        let (succeeded, report) = program.run(method);
        let objects = report.contains(&format!("AddressSanitizer: {objection}"));
        assert!(!succeeded && objects, "{method}: {report}");
    }
}
// ANCHOR_END: twins

/// The run ends with a search for what was never freed.
#[test]
#[cfg_attr(not(all(target_arch = "x86_64", target_os = "linux")), ignore = "it needs x86-64 Linux")]
fn an_allocation_is_freed_with_its_last_handle() {
    let (succeeded, report) = Program::compile("arc.rs", "address", &[]).run("");
    assert!(succeeded, "{report}");
}

#[test]
#[cfg_attr(not(all(target_arch = "x86_64", target_os = "linux")), ignore = "it needs x86-64 Linux")]
fn a_lock_does_not_make_an_rc_shareable() {
    let sound = Program::compile("rc_in_lock.rs", "thread", &[]);
    let refused = String::from_utf8_lossy(&sound.compiled.stderr).into_owned();
    assert!(
        refused.contains("error[E0277]: `Rc<&str>` cannot be sent between threads"),
        "{refused}"
    );
    let (succeeded, report) =
        Program::compile("rc_in_lock.rs", "thread", &["--cfg=broken"]).run("");
    assert!(!succeeded && report.contains("ThreadSanitizer: data race"), "{report}");
}
