//! Proves samples: plan (pure) → tangle → compile → run → verdict → report.
//!
//! A merged program can only acquit: whatever is not exactly as its page states is looked at again, alone,
//! and that second look decides. So merging saves time and never changes a verdict.

mod bless;
mod cache;
mod cancel;
mod codegen;
mod compare;
mod compile;
mod confine;
mod emission;
mod emitted;
mod error;
mod measure;
mod miri;
mod options;
mod os;
mod parallel;
mod plan;
mod prover;
mod report;
mod rules;
mod run;
mod scratch;
mod select;
mod session;
mod settle;
mod tangle;
mod timings;
mod together;
mod toolchain;
mod trial;
mod verdict;

pub use self::bless::{Blessed, bless};
pub use self::cancel::Cancel;
pub use self::error::Unusable;
pub use self::measure::{Measured, measure};
pub use self::prover::{
    Outcome, Progress, Proof, Unwatched, clean_up, not_run_here, prove, prove_by, prove_until,
    work_in,
};
pub use self::report::{Counts, Terminal, json, time_table};
pub use self::rules::Rules;
pub use self::scratch::Scratch;
pub use self::select::{Filter, select, select_measured};
pub use self::timings::{Spent, Step, Timings};
pub use self::toolchain::ChapterCrates;
pub use self::trial::{Bounds, Status, Trial, Workbench};
