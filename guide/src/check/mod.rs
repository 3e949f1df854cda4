//! Proves samples: plan (pure) → tangle → compile → run → verdict → report.
//!
//! A merged program can only acquit: whatever is not exactly as its page states is looked at again, alone,
//! and that second look decides. So merging saves time and never changes a verdict.

mod bless;
mod cache;
mod codegen;
mod compare;
mod compile;
mod emitted;
mod error;
mod miri;
mod os;
mod parallel;
mod plan;
mod prover;
mod report;
mod run;
mod scratch;
mod select;
mod session;
mod tangle;
mod toolchain;
mod verdict;

pub use self::bless::{Blessed, bless};
pub use self::error::Unusable;
pub use self::prover::{Outcome, Progress, Proof, Unwatched, clean_up, not_run_here, prove};
pub use self::report::{Counts, Terminal, json};
pub use self::select::{Filter, select};
