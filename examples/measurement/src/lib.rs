//! What a measurement needs: times that can be compared ([`medians`]), counts that are the same in every
//! run ([`counts`]), and a [`Table`] that ends with a claim.
//!
//! A measurement is a program in `benches/` of an example crate. `cargo guide measure` builds it with
//! optimizations, runs it, checks its claim and records its table; a page shows only what is recorded.
//!
//! ```
//! use std::collections::{BTreeSet, HashSet};
//!
//! use measurement::{Table, medians};
//!
//! let (hashed, sorted): (HashSet<u32>, BTreeSet<u32>) = (0..1000).map(|id| (id, id)).unzip();
//! let [hash, tree] = medians(5, [
//!     &|| (0..1000).filter(|id| hashed.contains(id)).count(),
//!     &|| (0..1000).filter(|id| sorted.contains(id)).count(),
//! ]);
//! Table::bars("time, hash set = 1")
//!     .row("hash set", [1.0])
//!     .row("B-tree set", [tree / hash])
//!     .claim("a lookup in a B-tree set takes at least {} times as long", 0.01, tree / hash);
//! ```

mod clock;
mod table;
mod valgrind;

pub use clock::{medians, medians_of};
pub use table::{Table, not_run};
pub use valgrind::{Event, counts};
