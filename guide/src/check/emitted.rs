//! One function cut out of what the compiler emits, without what differs between machines.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::book::Emit;

/// Labels that count functions: another sample, other numbers.
static LABEL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\.L(BB|CPI|JTI)\d+_(\d+)").expect("a valid pattern"));
/// The name of a static, by the hash of the crate and a number within it.
static ANONYMOUS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\.Lanon\.([0-9a-f]+\.\d+)").expect("a valid pattern"));
static SYMBOL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""?\b(_(?:R|ZN)[\w$.]+)"?"#).expect("a valid pattern"));
/// What refers to the end of an LLVM file, or explains: attribute groups, metadata and comments.
static ANNOTATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r",? ![\w.]+ !\d+| #\d+\b| *; preds = .*|\bdso_local ").expect("a valid pattern")
});
/// The name of a static that LLVM knows by the hash of its contents.
static CONTENTS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"@alloc_([0-9a-f]{32})").expect("a valid pattern"));

/// The function's text, or `None` when the compiler did not emit it.
pub(crate) fn function(form: Emit, name: &str, text: &str) -> Option<String> {
    let lines: Vec<String> = match form {
        Emit::Hir => hir(name, text),
        Emit::Mir => mir(name, text),
        Emit::Llvm => llvm(name, text),
        Emit::Asm => asm(name, text),
    };
    let cut: String = lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect();
    (!cut.is_empty()).then_some(cut)
}

/// From the line with the function's name to the next item. Items start in the first column, where
/// within an item only closing braces stand.
fn hir(name: &str, text: &str) -> Vec<String> {
    let heads = [format!("fn {name}("), format!("fn {name}<")];
    let is_item = |line: &str| !line.starts_with([' ', '}']);
    // Behind an `=` it stands in a text.
    let before = |line: &str| heads.iter().find_map(|head| line.find(head.as_str()));
    let is_head =
        |line: &str| is_item(line) && before(line).is_some_and(|at| !line[..at].contains('='));
    let mut lines = text.lines().skip_while(|line| !is_head(line));
    let head = lines.next().into_iter();
    head.chain(lines.take_while(|line| !is_item(line))).map(str::to_owned).collect()
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

fn llvm(name: &str, text: &str) -> Vec<String> {
    let symbol = format!(" @{name}(");
    let is_head = |line: &str| line.starts_with("define ") && line.contains(&symbol);
    let mut body = text.lines().skip_while(|line| !is_head(line));
    let mut cut: Vec<&str> = body.by_ref().take_while(|line| *line != "}").collect();
    if !cut.is_empty() {
        cut.push("}");
    }
    let code = cut.into_iter().filter(|line| !is_about_aliasing(line) && !line.starts_with(';'));
    let mut known = Vec::new();
    let set = |line: &str| readable(&ANNOTATION.replace_all(line, ""));
    code.map(|line| numbered(&set(line), &CONTENTS, "@alloc_", &mut known)).collect()
}

/// A call that generates no code and whose only argument is metadata.
fn is_about_aliasing(line: &str) -> bool {
    line.contains("@llvm.experimental.noalias.scope.decl(")
}

/// A line with its statics named by the order in which the function mentions them.
fn numbered(line: &str, name: &Regex, prefix: &str, known: &mut Vec<String>) -> String {
    let number = |found: &Captures<'_>| {
        let number = known.iter().position(|known| *known == found[1]).unwrap_or_else(|| {
            known.push(found[1].to_owned());
            known.len() - 1
        });
        format!("{prefix}{number}")
    };
    name.replace_all(line, number).into_owned()
}

/// A line with its symbols as the paths that they stand for.
pub(crate) fn readable(line: &str) -> String {
    let path = |symbol: &Captures<'_>| format!("{:#}", rustc_demangle::demangle(&symbol[1]));
    SYMBOL.replace_all(line, path).into_owned()
}

/// The function's code; for a function that the compiler found to be the same as another, that it is, and the
/// code of the other.
fn asm(name: &str, text: &str) -> Vec<String> {
    let alias = format!("{name} = ");
    if let Some(other) = text.lines().find_map(|line| line.strip_prefix(&alias)) {
        let same = std::iter::once(format!("{name} = {other}"));
        return same.chain(asm(other, text)).collect();
    }
    let label = format!("{name}:");
    let body = text.lines().skip_while(|line| *line != label);
    let body = body.take_while(|line| !line.starts_with(".Lfunc_end"));
    let mut known = Vec::new();
    let code = body.filter(|line| !is_noise(line)).map(set);
    code.map(|line| numbered(&line, &ANONYMOUS, ".Lanon_", &mut known)).collect()
}

/// A line with spaces for the assembler's tabs, which pages show at different widths.
fn set(line: &str) -> String {
    let indent = if line.starts_with('\t') { "    " } else { "" };
    let line = line.trim().replace('\t', " ");
    let line = LABEL.replace_all(&line, ".L${1}_${2}");
    format!("{indent}{}", readable(&line))
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
        let text = "\t.text\nsum:\n\t.cfi_startproc\n\tadd\teax, dword ptr [rip + .LCPI7_2]\n.LBB0_1:\n\tcall\t_RNvCs1234_7mycrate3foo\n\tret\n.Lfunc_end0:\nother:\n";
        assert_eq!(
            function(Emit::Asm, "sum", text).as_deref(),
            Some(
                "sum:\n    add eax, dword ptr [rip + .LCPI_2]\n.LBB_1:\n    call mycrate::foo\n    ret\n"
            )
        );
        assert_eq!(function(Emit::Asm, "product", text), None);
    }

    #[test]
    fn a_function_that_is_another_is_shown_as_the_other() {
        let text = "sum:\n\tret\n.Lfunc_end0:\n\t.globl\ttotal\ntotal = sum\n";
        assert_eq!(
            function(Emit::Asm, "total", text).as_deref(),
            Some("total = sum\nsum:\n    ret\n")
        );
    }

    #[test]
    fn statics_are_numbered_by_the_function_that_mentions_them() {
        let text = "go:\n\tlea\trdi, [rip + .Lanon.0a1b.7]\n\tlea\trsi, [rip + .Lanon.0a1b.2]\n.Lfunc_end0:\n";
        let cut = function(Emit::Asm, "go", text).expect("the function");
        assert!(cut.contains("[rip + .Lanon_0]\n") && cut.contains("[rip + .Lanon_1]\n"), "{cut}");
    }

    #[test]
    fn a_function_is_cut_out_of_llvm_without_what_refers_elsewhere() {
        let text = r#"
; Function Attrs: nonlazybind uwtable
define dso_local noundef i32 @first(ptr noundef %v) unnamed_addr #3 !dbg !7 {
start:
; call core::panicking::panic_fmt
  tail call void @"_ZN4main4make28_$u7b$$u7b$closure$u7d$$u7d$17hdbee5a3fa7ab6636E"(ptr @alloc_90836e1a62f7cab653d2ad179fa1ad6f) #19, !noalias !8
  call void @llvm.experimental.noalias.scope.decl(metadata !9)
  br label %bb1

bb1:                                              ; preds = %start
  %_0 = load i32, ptr @alloc_f7a09f6ae3ef93640718dfe810954fb5, align 4, !range !6, !noundef !4
  ret i32 %_0
}

define void @other() #3 {
}
"#;
        let cut = function(Emit::Llvm, "first", text).expect("the function");
        let lines: Vec<&str> = cut.lines().collect();
        assert_eq!(lines[0], "define noundef i32 @first(ptr noundef %v) unnamed_addr {");
        assert!(lines[2].ends_with("{{closure}}(ptr @alloc_0)"), "{cut}");
        assert_eq!(lines[3..6], ["  br label %bb1", "", "bb1:"]);
        assert_eq!(lines[6], "  %_0 = load i32, ptr @alloc_1, align 4");
        assert_eq!(lines.last(), Some(&"}"));
        assert_eq!(function(Emit::Llvm, "fir", text), None);
    }

    #[test]
    fn a_function_is_cut_out_of_hir() {
        let text = "const HELP: &'static str = \"fn go(v)\";\nfn go(v:\n        u8) {\n    fn inner() { }\n}\n#[attr = Inline(Never)]\nfn half() { go(1); }\nfn id<T>(t: T) -> T { t }\n";
        assert_eq!(
            function(Emit::Hir, "go", text).as_deref(),
            Some("fn go(v:\n        u8) {\n    fn inner() { }\n}\n")
        );
        assert_eq!(function(Emit::Hir, "half", text).as_deref(), Some("fn half() { go(1); }\n"));
        assert_eq!(function(Emit::Hir, "id", text).as_deref(), Some("fn id<T>(t: T) -> T { t }\n"));
        assert_eq!(function(Emit::Hir, "inner", text), None);
    }

    #[test]
    fn a_function_is_cut_out_of_mir() {
        let text = "fn main() -> () {\n}\n\nfn longest(_1: &str) -> &str {\n    bb0: {\n    }\n}\n\nconst X\n";
        let cut = "fn longest(_1: &str) -> &str {\n    bb0: {\n    }\n}\n";
        assert_eq!(function(Emit::Mir, "longest", text).as_deref(), Some(cut));
    }
}
