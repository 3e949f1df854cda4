//! The compiler, run on source text.

use std::io::Write;
use std::process::{Command, Stdio};

/// The options of a run that checks a library and generates no code, as `cargo check` does.
pub const CHECK: [&str; 1] = ["--emit=metadata=-"];

/// Runs the compiler with these options on the text of a library, which becomes one codegen unit.
/// Returns what it writes to standard output.
///
/// # Panics
/// When there is no `rustc`, and when it rejects the library.
#[must_use]
pub fn rustc(source: &str, options: &[&str]) -> Vec<u8> {
    let mut compiler = Command::new("rustc")
        .args(["--edition=2024", "--crate-type=lib", "--crate-name=library"])
        .arg("-Ccodegen-units=1")
        .args(options)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustc starts");
    let mut input = compiler.stdin.take().expect("a pipe");
    input.write_all(source.as_bytes()).expect("rustc reads the library");
    drop(input);
    let output = compiler.wait_with_output().expect("rustc ends");
    assert!(output.status.success(), "rustc rejects the library:\n{source}");
    output.stdout
}

/// The LLVM IR of a library.
#[derive(Debug)]
pub struct Ir(String);

impl Ir {
    /// As it is when nobody optimizes. It lacks the checks that only debug assertions make, as the others
    /// do, so that what differs is optimization.
    ///
    /// # Panics
    /// As [`rustc`] does; so do the others.
    #[must_use]
    pub fn unoptimized(source: &str) -> Self {
        Self::emitted(source, &["-Copt-level=0", "-Cdebug-assertions=off"])
    }

    /// As rustc hands it to LLVM in an optimized build.
    #[must_use]
    pub fn handed_over(source: &str) -> Self {
        Self::emitted(source, &["-Copt-level=3", "-Cno-prepopulate-passes"])
    }

    /// As LLVM leaves it in an optimized build.
    #[must_use]
    pub fn optimized(source: &str) -> Self {
        Self::emitted(source, &["-Copt-level=3"])
    }

    fn emitted(source: &str, options: &[&str]) -> Self {
        let ir = rustc(source, &[options, &["--emit=llvm-ir=-"]].concat());
        Self(String::from_utf8(ir).expect("LLVM IR is text"))
    }

    /// How many functions have a body in it.
    #[must_use]
    pub fn functions(&self) -> u32 {
        count(self.0.lines().filter(|line| line.starts_with("define ")))
    }

    /// How many lines it has.
    #[must_use]
    pub fn lines(&self) -> u32 {
        count(self.0.lines())
    }
}

fn count<'a>(lines: impl Iterator<Item = &'a str>) -> u32 {
    u32::try_from(lines.count()).expect("less than four billion lines")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENERIC: &str = "fn same<T>(value: T) -> T { value }
        #[unsafe(no_mangle)] pub fn small(value: u8) -> u8 { same(value) }
        #[unsafe(no_mangle)] pub fn large(value: u64) -> u64 { same(value) }";

    #[test]
    fn a_generic_function_is_emitted_once_for_each_type() {
        assert_eq!(Ir::unoptimized(GENERIC).functions(), 4);
    }

    #[test]
    fn an_optimized_build_inlines_small_functions_before_llvm() {
        assert_eq!(Ir::handed_over(GENERIC).functions(), 2);
        assert_eq!(Ir::optimized(GENERIC).functions(), 2);
    }

    #[test]
    fn what_is_not_called_generates_no_lines() {
        let unused = GENERIC.lines().next().expect("a line");
        assert!(Ir::unoptimized(unused).lines() < Ir::unoptimized(GENERIC).lines());
    }

    #[test]
    #[should_panic(expected = "rustc rejects the library")]
    fn an_error_is_no_result() {
        let _ = rustc("fn", &CHECK);
    }
}
