//! What one generic function that is called with many types hands to LLVM, and what LLVM leaves of it: with
//! all of its body generic, and with only a conversion.

use compiling::Ir;
use compiling::sources::{generic, outlined};
use measurement::Table;

const TYPES: u32 = 40;

fn main() {
    let [generic, outlined] = [generic(TYPES), outlined(TYPES)];
    let before = [&generic, &outlined].map(|source| f64::from(Ir::handed_over(source).lines()));
    let after = [&generic, &outlined].map(|source| f64::from(Ir::optimized(source).lines()));
    Table::bars("lines of LLVM IR for 40 types, opt-level = 3")
        .row("body in the generic function, before LLVM", [before[0]])
        .row("body in a function of its own, before LLVM", [before[1]])
        .row("body in the generic function, after LLVM", [after[0]])
        .row("body in a function of its own, after LLVM", [after[1]])
        .claim(
            "a generic body gives LLVM at least {} times as many lines",
            2.0,
            before[0] / before[1],
        );
}
