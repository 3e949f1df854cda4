//! What one generic function hands to LLVM, by the number of types it is called with: with all of its body
//! generic, and with only a conversion.

use compiling::Ir;
use compiling::sources::{generic, outlined};
use measurement::Table;

const TYPES: [u32; 5] = [1, 10, 20, 30, 40];

fn main() {
    let lines = TYPES.map(|types| lines(types).map(f64::from));
    let columns = ["generic", "outlined", "generic, after LLVM", "outlined, after LLVM"];
    let mut table = Table::curve("lines of LLVM IR in an optimized build", "types", columns);
    for (types, lines) in TYPES.into_iter().zip(lines) {
        table = table.row(types, lines);
    }
    let [.., [generic, outlined, ..]] = lines;
    let sentence = "with 40 types, the generic body gives LLVM at least {} times as many lines";
    table.claim(sentence, 2.0, generic / outlined);
}

fn lines(types: u32) -> [u32; 4] {
    let sources = [generic(types), outlined(types)];
    let [handed_over, optimized] = [Ir::handed_over, Ir::optimized]
        .map(|emit| sources.each_ref().map(|source| emit(source).lines()));
    [handed_over[0], handed_over[1], optimized[0], optimized[1]]
}
