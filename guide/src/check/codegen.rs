//! Claims about the code of functions, settled by the assembly of their sample: `same: sum_loop sum_iter`,
//! `calls: clear memset`, `no-calls: get_fast panic_bounds_check`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::compare;
use super::emitted::{self, readable};
use crate::book::Emit;

/// Names that hold only within the file: places to jump to, constants, tables.
static LOCAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\.L[\w.$]+").expect("a valid pattern"));
static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[A-Za-z_][\w.$]*").expect("a valid pattern"));

/// Names that the assembler has itself: registers, and sizes of operands.
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    let general = "[re]?(?:[abcd]x|[sd]i|[sb]p|ip)|[abcd][lh]|[sd]il|[sb]pl|r(?:[89]|1[0-5])[bwd]?";
    let other = r"[xyz]?mm\d+|k[0-7]|st|[c-gs]s|(?:[dqtxyz]|xmm|ymm|zmm)?(?:byte|word)|ptr|offset";
    Regex::new(&format!("^(?:{general}|{other})$")).expect("a valid pattern")
});

/// Directives that hold bytes. All others only say where things go.
const DATA: [&str; 9] =
    [".quad", ".long", ".short", ".byte", ".ascii", ".asciz", ".zero", ".fill", ".nops"];

/// A claim that does not hold, or that says nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refuted {
    /// The line of the block, counted from 0.
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) what: String,
    pub(crate) expected: String,
    pub(crate) remedy: String,
    pub(crate) detail: String,
}

/// The first claim that does not hold; `None` when all hold.
pub(crate) fn refuted(claims: &str, assembly: &str) -> Option<Refuted> {
    let code = Assembly::read(assembly);
    if claims.trim().is_empty() {
        return Some(malformed("the block claims nothing"));
    }
    let refuted = |(line, claim)| code.refute(claim).map(|refuted| Refuted { line, ..refuted });
    claims.lines().enumerate().filter(|(_, claim)| !claim.trim().is_empty()).find_map(refuted)
}

/// What stands at each label of an assembly file.
struct Assembly<'a> {
    text: &'a str,
    /// Instructions and data by the label before them.
    bodies: BTreeMap<&'a str, Vec<&'a str>>,
    /// Functions that the compiler found to be the same as another.
    aliases: BTreeMap<&'a str, &'a str>,
}

impl<'a> Assembly<'a> {
    fn read(text: &'a str) -> Self {
        let mut read = Self { text, bodies: BTreeMap::new(), aliases: BTreeMap::new() };
        let mut label = "";
        for line in text.lines() {
            if let Some((alias, function)) = alias(line) {
                read.aliases.insert(alias, function);
            } else if let Some(next) = line.strip_suffix(':').filter(|next| is_start(next)) {
                label = next;
                read.bodies.insert(label, Vec::new());
            } else if is_code(line.trim()) {
                read.bodies.entry(label).or_default().push(line.trim());
            }
        }
        read
    }

    fn refute(&self, claim: &str) -> Option<Refuted> {
        let (verb, names) = claim.split_once(':').unwrap_or((claim, ""));
        let names: Vec<&str> = names.split_whitespace().collect();
        match (verb.trim(), &names[..]) {
            ("same", [first, others @ ..]) if !others.is_empty() && !others.contains(first) => {
                others.iter().find_map(|other| self.refute_same(first, other))
            }
            ("calls", [function, callees @ ..]) if !callees.is_empty() => {
                callees.iter().find_map(|callee| self.refute_call(function, callee))
            }
            ("no-calls", [function, callees @ ..]) if !callees.is_empty() => {
                callees.iter().find_map(|callee| self.refute_absence(function, callee))
            }
            _ => Some(malformed(&format!("`{}` is no claim about code", claim.trim()))),
        }
    }

    fn refute_same(&self, one: &str, other: &str) -> Option<Refuted> {
        let missing = [one, other].into_iter().find(|name| self.body(name).is_none());
        if let Some(name) = missing {
            return Some(not_emitted(name));
        }
        let (before, after) = (self.canonical(one), self.canonical(other));
        // Instances of a generic function have symbols of their own, and maybe the same path.
        let differ_by_path = readable(&before) != readable(&after);
        let shown = |code: &str| if differ_by_path { readable(code) } else { code.to_owned() };
        (before != after).then(|| {
            broken(
                format!("`{one}` and `{other}` are not the same code"),
                format!("the same instructions and constants (- `{one}`, + `{other}`)"),
                compare::diff(&shown(&before), &shown(&after)),
            )
        })
    }

    fn refute_call(&self, function: &str, callee: &str) -> Option<Refuted> {
        let Some(body) = self.body(function) else { return Some(not_emitted(function)) };
        (!self.calls(body, callee)).then(|| {
            broken(
                format!("`{function}` does not call `{callee}`"),
                format!("a function that calls `{callee}`"),
                self.shown(function),
            )
        })
    }

    fn refute_absence(&self, function: &str, callee: &str) -> Option<Refuted> {
        let Some(body) = self.body(function) else { return Some(not_emitted(function)) };
        if self.calls(body, callee) {
            return Some(broken(
                format!("`{function}` calls `{callee}`"),
                format!("a function that does not call `{callee}`"),
                self.shown(function),
            ));
        }
        let is_called = self.bodies.values().any(|body| self.calls(body, callee));
        (!is_called).then(|| never_called(function, callee))
    }

    /// The function that really stands in the file for `name`.
    fn resolve<'b>(&'b self, name: &'b str) -> &'b str {
        self.aliases.get(name).copied().unwrap_or(name)
    }

    fn body(&self, function: &str) -> Option<&[&'a str]> {
        self.bodies.get(self.resolve(function)).map(Vec::as_slice)
    }

    /// Whether instructions mention the function: as the target of a call or of a tail call, or to load
    /// its address.
    fn calls(&self, body: &[&str], callee: &str) -> bool {
        let is_callee = |symbol: &str| {
            let function = self.resolve(symbol);
            let mut aliases = self.aliases.iter().filter(|(_, other)| **other == function);
            is_path_to(function, callee) || aliases.any(|(alias, _)| is_path_to(alias, callee))
        };
        let instructions = body.iter().filter(|line| !line.starts_with('.'));
        let uncommented = instructions.filter_map(|line| line.split('#').next());
        let operands = uncommented.filter_map(|line| line.split_once(char::is_whitespace));
        let names = operands.flat_map(|(_, operands)| NAME.find_iter(operands));
        let mut symbols = names.map(|name| name.as_str()).filter(|name| !WORD.is_match(name));
        symbols.any(is_callee)
    }

    /// A function's code and the constants that it uses, with local names in the order of their mention.
    fn canonical(&self, function: &str) -> String {
        let mut locals = Vec::new();
        let mut text = rename(self.body(function).unwrap_or_default(), &mut locals);
        let mut done = 0;
        while let Some(&local) = locals.get(done) {
            if let Some(body) = self.bodies.get(local) {
                text.extend([format!("L{done}:\n"), rename(body, &mut locals)]);
            }
            done += 1;
        }
        text
    }

    fn shown(&self, function: &str) -> String {
        emitted::function(Emit::Asm, self.resolve(function), self.text).unwrap_or_default()
    }
}

/// The two names of `alias = function`, which stands in the first column, unlike text with such a sign.
fn alias(line: &str) -> Option<(&str, &str)> {
    line.split_once(" = ").filter(|_| !line.starts_with(char::is_whitespace))
}

/// Whether a label starts a function or a constant; the others are places within a function.
fn is_start(label: &str) -> bool {
    let inner = [".LBB", ".Ltmp", ".Lfunc_begin"];
    !label.starts_with(char::is_whitespace) && !inner.iter().any(|inner| label.starts_with(inner))
}

fn is_code(line: &str) -> bool {
    let is_data = || line.split_whitespace().next().is_some_and(|word| DATA.contains(&word));
    let is_place = || line.starts_with(".LBB") || line.starts_with(".Ltmp");
    !line.is_empty()
        && !line.starts_with('#')
        && (!line.starts_with('.') || is_data() || is_place())
}

fn rename<'a>(body: &[&'a str], locals: &mut Vec<&'a str>) -> String {
    let mut text = String::new();
    for line in body.iter().filter(|line| !is_note(line, body)) {
        for local in LOCAL.find_iter(line).filter(|_| !line.starts_with(".asci")) {
            if !locals.contains(&local.as_str()) {
                locals.push(local.as_str());
            }
        }
        let number =
            |local: &Captures<'_>| match locals.iter().position(|known| *known == &local[0]) {
                Some(number) => format!("L{number}"),
                None => local[0].to_owned(),
            };
        text += &LOCAL.replace_all(line, number).replace('\t', " ");
        text.push('\n');
    }
    text
}

/// Whether a line is a label of the tables for unwinding, to which no instruction jumps. Labels of assembly in the
/// source have the same names.
fn is_note(line: &str, body: &[&str]) -> bool {
    let Some(label) = line.strip_suffix(':').filter(|label| label.starts_with(".Ltmp")) else {
        return false;
    };
    let mentions = |other: &&str| LOCAL.find_iter(other).any(|local| local.as_str() == label);
    !body.iter().filter(|other| **other != line).any(mentions)
}

/// Whether a symbol stands for a path that ends with `name`, whatever its type parameters are.
fn is_path_to(symbol: &str, name: &str) -> bool {
    let path = without_parameters(&format!("{:#}", rustc_demangle::demangle(symbol)));
    path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
}

fn without_parameters(path: &str) -> String {
    let mut depth = 0_usize;
    let mut previous = ' ';
    let mut kept = String::new();
    for character in path.chars() {
        let is_arrow = previous == '-' && character == '>';
        depth += usize::from(character == '<');
        if depth == 0 {
            kept.push(character);
        }
        depth = depth.saturating_sub(usize::from(character == '>' && !is_arrow));
        previous = character;
    }
    kept.replace("::::", "::")
}

fn broken(what: String, expected: String, detail: String) -> Refuted {
    let remedy = "correct the sample, or the claim and the text around it".to_owned();
    Refuted { line: 0, rule: "false-claim", what, expected, remedy, detail }
}

fn malformed(what: &str) -> Refuted {
    Refuted {
        line: 0,
        rule: "unknown-word",
        what: what.to_owned(),
        expected: "`same: FN FN…`, `calls: FN CALLEE…` or `no-calls: FN CALLEE…`".to_owned(),
        remedy: "write one claim a line".to_owned(),
        detail: String::new(),
    }
}

fn not_emitted(function: &str) -> Refuted {
    Refuted {
        line: 0,
        rule: "nothing-to-compare",
        what: format!("the compiler emits no function `{function}`"),
        expected: "a function that the claim can be checked on".to_owned(),
        remedy: format!("put `#[unsafe(no_mangle)]` above `{function}`, or name another function"),
        detail: String::new(),
    }
}

/// A misspelled name is never called either.
fn never_called(function: &str, callee: &str) -> Refuted {
    Refuted {
        line: 0,
        rule: "nothing-to-compare",
        what: format!(
            "nothing in the sample calls `{callee}`, so its absence in `{function}` proves nothing"
        ),
        expected: format!("a function in the sample that does call `{callee}`"),
        remedy: format!("correct the name, or show the version that calls `{callee}` beside it"),
        detail: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "\
.LCPI0_0:
\t.long\t0x3e800000
half:
\t.cfi_startproc
\tmulss\txmm0, dword ptr [rip + .LCPI0_0]
.LBB0_2:
\tjmp\t.LBB0_2
.Lfunc_end0:
\t.size\thalf, .Lfunc_end0-half
.LCPI1_0:
\t.long\t0x3e800000
quarter:
\tmulss\txmm0, dword ptr [rip + .LCPI1_0]
.LBB1_1:
\tjmp\t.LBB1_1
.Lfunc_end1:
.LCPI2_0:
\t.long\t0x3f000000
other:
\tmulss\txmm0, dword ptr [rip + .LCPI2_0]
.LBB2_1:
\tjmp\t.LBB2_1
.Lfunc_end2:
get:
\tadd\teax, 1
\tcall\tqword ptr [rip + _RNvNtCsgEmfK2I1SDS_4core9panicking18panic_bounds_check@GOTPCREL]
.Lfunc_end3:
clear:
\tmov\trbx, qword ptr [rip + memset@GOTPCREL]
\tcall\trbx
\tjmp\t_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17haedf27248d30d5c4E
.Lfunc_end4:
wrap_u32:
\tjmp\t_ZN4main4wrap17h3c2bc632dac39777E
.Lfunc_end5:
wrap_u64:
\tjmp\t_ZN4main4wrap17h99e955c441387b2dE
.Lfunc_end6:
.Lanon.9de6.0:
\t.ascii\t\"x = 1\"
one:
\tlea\trax, [rip + .Lanon.9de6.0]
.Lfunc_end7:
.Lanon.9de6.1:
\t.ascii\t\"x = 2, ship\"
two:
\tlea\trax, [rip + .Lanon.9de6.1]
.Lfunc_end8:
three:
.Ltmp0:
\tcall\ttwin
.Ltmp1:
\tdec\trax
\tjne\t.Ltmp1
.Lfunc_end8:
four:
\tcall\ttwin
.Ltmp2:
\tdec\trax
\tjne\t.Ltmp2
.Lfunc_end8:
five:
.Ltmp3:
\tcall\ttwin
\tdec\trax
\tjne\t.Ltmp3
.Lfunc_end8:
noted:
\tnop\t# call memset
.Lfunc_end8:
padded:
\tnop\t# call memset
\t.nops\t3
.Lfunc_end8:
by_twin:
\tjmp\ttwin
.Lfunc_end9:
twin = get
";

    fn refutation(claim: &str) -> Option<(&'static str, String)> {
        refuted(claim, CODE).map(|refuted| (refuted.rule, refuted.what))
    }

    #[test]
    fn the_same_code_differs_only_in_local_names() {
        assert_eq!(refutation("same: half quarter"), None);
        assert_eq!(refutation("same: get twin"), None);
        let what = "`half` and `get` are not the same code".to_owned();
        assert_eq!(refutation("same: half quarter get"), Some(("false-claim", what)));
    }

    #[test]
    fn a_jump_to_another_place_is_other_code() {
        assert_eq!(refutation("same: three four"), None);
        let what = "`three` and `five` are not the same code".to_owned();
        assert_eq!(refutation("same: three five"), Some(("false-claim", what)));
    }

    #[test]
    fn other_constants_are_other_code() {
        assert_eq!(refutation("same: noted padded").map(|(rule, _)| rule), Some("false-claim"));
        let refuted = refuted("same: half other", CODE).expect("a refutation");
        assert!(refuted.detail.contains("-.long 0x3e800000\n+.long 0x3f000000"), "{refuted:?}");
    }

    #[test]
    fn instances_of_a_generic_function_are_other_code() {
        let refuted = refuted("same: wrap_u32 wrap_u64", CODE).expect("a refutation");
        assert!(refuted.detail.contains("-jmp _ZN4main4wrap17h3c2bc632dac39777E"), "{refuted:?}");
    }

    #[test]
    fn text_is_neither_an_alias_nor_a_call() {
        assert_eq!(refutation("same: one two").map(|(rule, _)| rule), Some("false-claim"));
        assert_eq!(refutation("calls: noted memset").map(|(rule, _)| rule), Some("false-claim"));
        let never = refutation("no-calls: get ship").map(|(rule, _)| rule);
        assert_eq!(never, Some("nothing-to-compare"));
    }

    #[test]
    fn a_call_of_an_alias_is_one_of_the_function() {
        assert_eq!(refutation("calls: by_twin get twin"), None);
        let what = "`by_twin` calls `get`".to_owned();
        assert_eq!(refutation("no-calls: by_twin get"), Some(("false-claim", what)));
    }

    #[test]
    fn a_register_is_no_callee() {
        for word in ["rbx", "xmm0", "dword", "ptr", "eax"] {
            assert!(refutation(&format!("calls: clear {word}")).is_some(), "{word}");
            assert!(refutation(&format!("calls: half {word}")).is_some(), "{word}");
        }
    }

    #[test]
    fn a_call_is_found_by_the_end_of_its_path() {
        assert_eq!(refutation("calls: get panic_bounds_check"), None);
        assert_eq!(refutation("calls: get panicking::panic_bounds_check"), None);
        assert_eq!(refutation("calls: twin panic_bounds_check"), None);
        assert_eq!(refutation("calls: clear memset drop_in_place"), None);
        let what = |callee| Some(("false-claim", format!("`get` does not call `{callee}`")));
        assert_eq!(refutation("calls: get bounds_check"), what("bounds_check"));
        assert_eq!(refutation("calls: get add"), what("add"));
    }

    #[test]
    fn an_absent_call_must_be_present_elsewhere() {
        assert_eq!(refutation("no-calls: clear panic_bounds_check"), None);
        let what = "`get` calls `panic_bounds_check`".to_owned();
        assert_eq!(refutation("no-calls: get panic_bounds_check"), Some(("false-claim", what)));
        let misspelled = refutation("no-calls: clear panic_bound_check");
        assert_eq!(misspelled.map(|(rule, _)| rule), Some("nothing-to-compare"));
    }

    #[test]
    fn a_claim_that_claims_nothing_is_refused() {
        for claim in ["", "sam: get twin", "same: get", "same: get get", "calls: get", "no-calls:"]
        {
            assert_eq!(refutation(claim).map(|(rule, _)| rule), Some("unknown-word"), "{claim}");
        }
        let missing = refutation("calls: put memset").map(|(rule, _)| rule);
        assert_eq!(missing, Some("nothing-to-compare"));
        assert_eq!(refuted("\nsame: get twin\ncalls: get memset", CODE).map(|r| r.line), Some(2));
    }
}
