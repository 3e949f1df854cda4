//! How many functions are left after each step: of a loop over a range, and of an iterator chain.

use compiling::Ir;
use measurement::Table;

const BILL: &str = "#[unsafe(no_mangle)]
pub fn bill(price: u32, cups: u32) -> u32 {
    let mut total = 0;
    for _ in 0..cups {
        total += price;
    }
    total
}";
const IS_CODE: &str = "#[unsafe(no_mangle)]
pub fn is_code(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_digit())
}";

fn main() {
    let bill = [Ir::unoptimized(BILL), Ir::handed_over(BILL)];
    let is_code = [Ir::unoptimized(IS_CODE), Ir::handed_over(IS_CODE), Ir::optimized(IS_CODE)];
    let bill = bill.map(|ir| f64::from(ir.functions()));
    let is_code = is_code.map(|ir| f64::from(ir.functions()));
    Table::bars("functions in the LLVM IR")
        .row("bill, opt-level = 0", [bill[0]])
        .row("bill, opt-level = 3, before LLVM", [bill[1]])
        .row("is_code, opt-level = 0", [is_code[0]])
        .row("is_code, opt-level = 3, before LLVM", [is_code[1]])
        .row("is_code, opt-level = 3, after LLVM", [is_code[2]])
        .claim("rustc alone inlines at least {} functions into bill", 4.0, bill[0] - bill[1]);
}
