//! One function cut out of what the compiler emits, without what differs between machines.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::book::Emit;

/// Labels that count functions or hash contents: another sample, other numbers.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\.LBB\d+_(\d+)|\.Lanon\.[0-9a-f]+\.(\d+)").expect("a valid pattern")
});
static SYMBOL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b_(?:R|ZN)\w+").expect("a valid pattern"));

/// The function's text, or `None` when the compiler did not emit it.
pub(crate) fn function(form: Emit, name: &str, text: &str) -> Option<String> {
    let lines: Vec<String> = match form {
        Emit::Mir => mir(name, text),
        Emit::Asm => asm(name, text),
    };
    let cut: String = lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect();
    (!cut.is_empty()).then_some(cut)
}

fn mir(name: &str, text: &str) -> Vec<String> {
    let head = format!("fn {name}(");
    let mut body = text.lines().skip_while(|line| !line.starts_with(&head));
    let mut cut: Vec<String> =
        body.by_ref().take_while(|line| *line != "}").map(str::to_owned).collect();
    if !cut.is_empty() {
        cut.push("}".to_owned());
    }
    cut
}

fn asm(name: &str, text: &str) -> Vec<String> {
    let label = format!("{name}:");
    let body = text.lines().skip_while(|line| *line != label);
    let body = body.take_while(|line| !line.starts_with(".Lfunc_end"));
    body.filter(|line| !is_noise(line)).map(set).collect()
}

/// A line with spaces for the assembler's tabs, which pages show at different widths.
fn set(line: &str) -> String {
    let indent = if line.starts_with('\t') { "    " } else { "" };
    let line = line.trim().replace('\t', " ");
    let line = LABEL.replace_all(&line, |label: &Captures<'_>| match label.get(1) {
        Some(number) => format!(".LBB_{}", number.as_str()),
        None => format!(".Lanon_{}", &label[2]),
    });
    let readable = |symbol: &Captures<'_>| format!("{:#}", rustc_demangle::demangle(&symbol[0]));
    format!("{indent}{}", SYMBOL.replace_all(&line, readable))
}

/// Directives for the assembler, which say nothing about the instructions.
fn is_noise(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || (line.starts_with('.') && !line.ends_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_cut_out_of_assembly() {
        let text = "\t.text\nsum:\n\t.cfi_startproc\n\tadd\teax, 1\n.LBB0_1:\n\tcall\t_RNvCs1234_7mycrate3foo\n\tret\n.Lfunc_end0:\nother:\n";
        assert_eq!(
            function(Emit::Asm, "sum", text).as_deref(),
            Some("sum:\n    add eax, 1\n.LBB_1:\n    call mycrate::foo\n    ret\n")
        );
        assert_eq!(function(Emit::Asm, "product", text), None);
    }

    #[test]
    fn a_function_is_cut_out_of_mir() {
        let text = "fn main() -> () {\n}\n\nfn longest(_1: &str) -> &str {\n    bb0: {\n    }\n}\n\nconst X\n";
        let cut = "fn longest(_1: &str) -> &str {\n    bb0: {\n    }\n}\n";
        assert_eq!(function(Emit::Mir, "longest", text).as_deref(), Some(cut));
    }
}
