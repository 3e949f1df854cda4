//! The sum of a matrix, row by row and column by column: how often the cache does not have a number.

use cache_lines::matrix::Matrix;
use measurement::{Event, Table, counts};

const SIDES: [u32; 6] = [32, 64, 128, 256, 512, 1024];

fn main() {
    let prepare = |&side: &u32| Matrix::of_ones(side as usize);
    let variants = [Matrix::sum_by_rows, Matrix::sum_by_columns];
    let misses = counts(Event::CacheMisses, &SIDES, prepare, variants);
    let [by_rows, by_columns] = misses[SIDES.len() - 1];
    let quantity = "misses of a simulated 32 KiB cache for each number";
    let mut table = Table::curve(quantity, "side of the matrix", ["by rows", "by columns"]);
    for (side, misses) in SIDES.into_iter().zip(misses) {
        table = table.row(side, misses.map(|misses| misses / f64::from(side * side)));
    }
    let sentence =
        "in the largest matrix, a sum by columns misses the cache at least {} times as often";
    table.claim(sentence, 7.5, by_columns / by_rows);
}
