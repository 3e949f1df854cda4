//! Faults of the machine, apart from errors of the book.

use thiserror::Error;

/// Why nothing can be proved here at all. Not the author's fault.
#[derive(Debug, Error)]
pub enum Unusable {
    /// There is no `rustc` on the path.
    #[error(
        "there is no `rustc` on the path: install Rust from https://rustup.rs, then run this again"
    )]
    NoCompiler,
    /// The compiler finds no linker.
    #[error("{0}: install a C compiler, such as Debian's package `gcc`, then run this again")]
    NoLinker(String),
    /// The compiler failed for another reason than the sample.
    #[error("rustc does not work here: {0}")]
    Compiler(String),
    /// The crates for samples cannot be built.
    #[error("the crates that samples use cannot be built:\n{0}")]
    Crates(String),
    /// No space is left.
    #[error("no space is left: {0}\nfree some, or set CARGO_TARGET_DIR to a directory with space")]
    NoSpace(String),
}
