//! From what a sample did to what is wrong with it: pure, so that every way to fail is tested at once.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Unusable;
use super::codegen::{self, Refuted};
use super::compare::{self, matches_elided};
use super::compile::Compiled;
use super::emission::Emissions;
use super::miri;
use super::options;
use super::run::Ran;
use crate::book::{
    CheckKind, CheckedBlock, Emit, Expectation, Finding, Location, Sample, Tool, tidy,
};

/// What was found out about a sample.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    pub(crate) compiled: Compiled,
    /// The same messages with the line numbers of the chapter, for the author.
    pub(crate) in_place: String,
    pub(crate) runs: Vec<Ran>,
    /// What the blocks about emitted code are about.
    pub(crate) emitted: Emissions,
    /// A run under Miri, where an option is about undefined behavior and nothing else decides it.
    pub(crate) miri: Option<Ran>,
}

impl Evidence {
    /// The machine's fault, where a run names one: a sample cannot be blamed for a full disk.
    pub(crate) fn fault(&self) -> Option<Unusable> {
        let sign = "No space left on device";
        let told =
            |run: &Ran| run.stderr.lines().find(|line| line.contains(sign)).map(str::to_owned);
        self.runs.iter().find_map(told).map(Unusable::NoSpace)
    }
}

static PANIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^thread '[^']*'(?: \(\d+\))? panicked at ").expect("a valid pattern")
});
static THREAD_ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(thread '[^']*') \(\d+\)").expect("a valid pattern"));

/// Everything that is wrong with the sample; nothing when it is proved.
pub(crate) fn judge(sample: &Sample, evidence: &Evidence) -> Vec<Finding> {
    let judge = Judge { sample, evidence };
    let mut findings: Vec<Finding> = judge.expectation().into_iter().collect();
    if findings.is_empty() {
        findings.extend(sample.checks.iter().filter_map(|block| judge.block(block)));
    }
    if findings.is_empty() {
        findings = options::judge(sample, evidence);
    }
    findings
}

/// What is wrong with a test of rustdoc; with `strict`, also codes that rustdoc on stable ignores.
pub(crate) fn judge_doctest(sample: &Sample, evidence: &Evidence, strict: bool) -> Option<Finding> {
    let judge = Judge { sample, evidence };
    match &sample.expectation {
        Expectation::CompileFail { codes } => judge.fails_as_doctest(codes, strict),
        _ if !evidence.compiled.success => Some(judge.does_not_compile()),
        Expectation::Run => judge.runs(0, "exits with 0"),
        Expectation::Panic => judge.fails_to_run(),
        _ => None,
    }
}

/// What a block would have to say to be right: the text that `bless` writes. `None` when there is
/// nothing of the kind, such as the output of a sample that does not compile.
pub(crate) fn actual(kind: &CheckKind, evidence: &Evidence) -> Option<String> {
    let first = evidence.runs.first();
    let text = match kind {
        CheckKind::Output => first?.stdout.clone(),
        CheckKind::Stderr => THREAD_ID.replace_all(&first?.stderr, "$1").into_owned(),
        CheckKind::Panic => panic_message(&first?.stderr)?,
        CheckKind::Diagnostic if evidence.compiled.diagnostics.is_empty() => return None,
        CheckKind::Diagnostic => evidence.compiled.rendered(),
        CheckKind::Report => first?.stderr.clone(),
        CheckKind::Codegen { .. } | CheckKind::Emitted { .. } => {
            evidence.emitted.get(kind)?.clone()?
        }
    };
    Some(tidy(&text))
}

/// Whether a block says what the sample produces, which is `actual`.
pub(crate) fn is_right(block: &CheckedBlock, actual: &str) -> bool {
    let expected = tidy(&block.text);
    match block.kind {
        CheckKind::Report => missing_line(block, actual).is_none(),
        CheckKind::Codegen { .. } => codegen::refuted(&block.text, actual).is_none(),
        CheckKind::Diagnostic | CheckKind::Emitted { .. } => matches_elided(&expected, actual),
        CheckKind::Output | CheckKind::Panic | CheckKind::Stderr => expected == actual,
    }
}

/// A line of the block that the report does not have.
fn missing_line<'block>(block: &'block CheckedBlock, report: &str) -> Option<&'block str> {
    block.text.lines().map(str::trim).find(|line| !report.contains(line))
}

/// The message of the main thread's panic, or of the first one when the main thread did not panic.
fn panic_message(stderr: &str) -> Option<String> {
    let heads: Vec<usize> = PANIC.find_iter(stderr).map(|found| found.start()).collect();
    let of_main = heads.iter().find(|&&at| stderr[at..].starts_with("thread 'main'"));
    let at = *of_main.or(heads.first())?;
    let is_end =
        |line: &&str| line.starts_with("note: run with `RUST_BACKTRACE") || PANIC.is_match(line);
    let lines: Vec<&str> = stderr[at..].lines().skip(1).take_while(|line| !is_end(line)).collect();
    Some(lines.join("\n"))
}

struct Judge<'a> {
    sample: &'a Sample,
    evidence: &'a Evidence,
}

impl Judge<'_> {
    fn expectation(&self) -> Option<Finding> {
        match &self.sample.expectation {
            Expectation::CompileFail { codes } => self.fails_with(codes),
            Expectation::Compile => self.compiles(),
            Expectation::Run => self.compiles().or_else(|| self.runs(0, "exits with 0")),
            Expectation::Panic => self
                .compiles()
                .or_else(|| self.runs(101, "panics"))
                .or_else(|| self.exits_like_a_panic()),
            Expectation::Reported { tool } => self.compiles().or_else(|| self.reported(*tool)),
            Expectation::Example | Expectation::Ignored { .. } => None,
        }
    }

    fn compiles(&self) -> Option<Finding> {
        if !self.evidence.compiled.success {
            return Some(self.does_not_compile());
        }
        self.warnings()
    }

    fn does_not_compile(&self) -> Finding {
        let stated = compile_fail(&self.evidence.compiled.error_codes());
        self.finding(
            "does-not-compile",
            "the sample does not compile",
            "a sample that compiles",
            format!("correct it, or state the failure: {stated}"),
        )
        .with_detail(&self.evidence.in_place)
    }

    fn warnings(&self) -> Option<Finding> {
        let fired = self.evidence.compiled.warnings();
        let undeclared: BTreeSet<_> = fired.difference(&self.sample.warns).cloned().collect();
        let silent: BTreeSet<_> = self.sample.warns.difference(&fired).cloned().collect();
        if undeclared.is_empty() {
            (!silent.is_empty()).then(|| self.silent_warning(&silent))
        } else {
            Some(self.undeclared_warning(&undeclared))
        }
    }

    fn undeclared_warning(&self, lints: &BTreeSet<String>) -> Finding {
        self.finding(
            "undeclared-warning",
            format!("the compiler warns: {}", list(lints)),
            "no warnings but declared ones",
            format!("correct the sample, or declare it: ```rust,{}", warn(lints)),
        )
        .with_detail(&self.evidence.in_place)
    }

    fn silent_warning(&self, lints: &BTreeSet<String>) -> Finding {
        self.finding(
            "silent-warning",
            format!("the compiler does not warn: {}", list(lints)),
            "every declared warning",
            format!("remove `{}`, or make the sample cause it", warn(lints)),
        )
    }

    fn fails_with(&self, expected: &BTreeSet<String>) -> Option<Finding> {
        let compiled = &self.evidence.compiled;
        if compiled.success {
            return Some(self.compiles_after_all(expected));
        }
        let codes = compiled.error_codes();
        if codes != *expected {
            return Some(self.wrong_codes(&codes, expected));
        }
        let uncoded = compiled.errors().any(|error| error.error_code().is_none());
        let shown = self.sample.checks.iter().any(|block| block.kind == CheckKind::Diagnostic);
        (uncoded && !shown).then(|| self.unshown_diagnostic())
    }

    fn wrong_codes(&self, codes: &BTreeSet<String>, expected: &BTreeSet<String>) -> Finding {
        self.finding(
            "wrong-codes",
            format!("the sample fails with {}", named(codes)),
            format!("exactly {}", named(expected)),
            format!("write {}, or make the sample fail as the text says", compile_fail(codes)),
        )
        .with_detail(&self.evidence.in_place)
    }

    fn unshown_diagnostic(&self) -> Finding {
        self.finding(
            "unshown-diagnostic",
            "an error of the sample has no code, so nothing says which error it is",
            "a `text,diagnostic` block after the sample",
            format!("add an empty ```text,diagnostic block and run `{}`", self.command("bless")),
        )
        .with_detail(&self.evidence.in_place)
    }

    fn compiles_after_all(&self, expected: &BTreeSet<String>) -> Finding {
        self.finding(
            "compiles",
            "the sample compiles",
            format!("a failure with {}", named(expected)),
            "remove `compile_fail`, or make the sample fail as the text says",
        )
    }

    fn fails_as_doctest(&self, codes: &BTreeSet<String>, strict: bool) -> Option<Finding> {
        let compiled = &self.evidence.compiled;
        if compiled.success {
            return Some(self.compiles_after_all(codes));
        }
        let found = compiled.error_codes();
        (strict && !codes.is_subset(&found)).then(|| self.wrong_codes(&found, codes))
    }

    /// To rustdoc, whatever does not end well has panicked.
    fn fails_to_run(&self) -> Option<Finding> {
        let run =
            self.evidence.runs.iter().find(|run| run.stopped.is_some() || run.code == Some(0));
        run.and_then(|_| self.runs(101, "panics"))
    }

    fn runs(&self, code: i32, expected: &str) -> Option<Finding> {
        let run =
            self.evidence.runs.iter().find(|run| run.stopped.is_some() || run.code != Some(code));
        if let Some(run) = run {
            let what = describe_end(run);
            let expected = format!("a sample that {expected}");
            let remedy = remedy_for(run, code);
            return Some(self.finding(rule_of(run), what, expected, remedy).with_detail(tail(run)));
        }
        self.stable_output()
    }

    /// Any program can exit with 101. Only a panic prints its message, unless a hook does something else.
    fn exits_like_a_panic(&self) -> Option<Finding> {
        let has_hook =
            ["set_hook", "resume_unwind"].iter().any(|word| self.sample.text.contains(word));
        let silent = self.evidence.runs.iter().find(|run| panic_message(&run.stderr).is_none());
        silent.filter(|_| !has_hook).map(|_| {
            self.finding(
                "wrong-exit",
                "the sample exits with 101 without a panic",
                "a sample that panics",
                remedy_for(&Ran { code: Some(0), ..Ran::default() }, 101),
            )
        })
    }

    fn stable_output(&self) -> Option<Finding> {
        let [first, second, ..] = &self.evidence.runs[..] else { return None };
        let shows_stderr = self.sample.checks.iter().any(|block| block.kind == CheckKind::Stderr);
        let stderr = |run: &Ran| THREAD_ID.replace_all(&run.stderr, "$1").into_owned();
        let (stream, before, after) = if first.stdout != second.stdout {
            ("output", first.stdout.clone(), second.stdout.clone())
        } else if shows_stderr && stderr(first) != stderr(second) {
            ("standard error", stderr(first), stderr(second))
        } else {
            return None;
        };
        Some(
            self.finding(
                "unstable-output",
                format!("the {stream} changes between two runs"),
                "the same output in every run",
                "print what does not depend on time, addresses, hashing or scheduling",
            )
            .with_detail(compare::diff(&before, &after)),
        )
    }

    fn reported(&self, tool: Tool) -> Option<Finding> {
        let run = self.evidence.runs.first()?;
        let complained = run.stderr.contains(sign(tool));
        (!complained || run.code == Some(0)).then(|| {
            self.finding(
                "clean-run",
                format!("{tool} finds nothing to report: {}", describe_end(run)),
                format!("a report of {tool}"),
                "make the sample commit the error that the text claims, or correct the text",
            )
            .with_detail(tail(run))
        })
    }

    fn block(&self, block: &CheckedBlock) -> Option<Finding> {
        let Some(actual) = actual(&block.kind, self.evidence) else {
            return Some(self.nothing_to_compare(block));
        };
        match block.kind {
            CheckKind::Report => self.report_lines(block, &actual),
            CheckKind::Codegen { .. } => self.claims(block, &actual),
            _ => (!is_right(block, &actual)).then(|| self.differs(block, &actual)),
        }
    }

    fn differs(&self, block: &CheckedBlock, actual: &str) -> Finding {
        self.at_block(
            block,
            "block-differs",
            format!("the `{}` block is not what the sample produces", block.kind),
            "the same text (- the page, + the sample)",
            format!("correct the sample, or run `{}` and review the diff", self.command("bless")),
        )
        .with_detail(compare::diff(&tidy(&block.text), actual))
    }

    fn claims(&self, block: &CheckedBlock, assembly: &str) -> Option<Finding> {
        let refuted = codegen::refuted(&block.text, assembly)?;
        let line = block.lines.start() + 1 + refuted.line;
        let at = Location::new(&self.sample.file, line, self.sample.column);
        let Refuted { rule, what, expected, remedy, detail, .. } = refuted;
        Some(Finding::new(at, rule, what, expected, remedy).with_detail(detail))
    }

    fn report_lines(&self, block: &CheckedBlock, report: &str) -> Option<Finding> {
        if block.text.trim().is_empty() {
            return Some(self.quotes_nothing(block, report));
        }
        let missing = missing_line(block, report)?;
        Some(
            self.at_block(
                block,
                "not-in-report",
                format!("the report does not say “{missing}”"),
                "lines that occur in the report",
                "quote the report below",
            )
            .with_detail(without_memory_dump(report)),
        )
    }

    fn quotes_nothing(&self, block: &CheckedBlock, report: &str) -> Finding {
        self.at_block(
            block,
            "not-in-report",
            "the block quotes nothing",
            "lines that occur in the report",
            "quote the report below",
        )
        .with_detail(without_memory_dump(report))
    }

    fn nothing_to_compare(&self, block: &CheckedBlock) -> Finding {
        let what = match &block.kind {
            CheckKind::Emitted { function: Some(function), .. } => {
                format!("the compiler emits no function `{function}`")
            }
            kind => format!("the sample has no {kind}"),
        };
        let remedy = match &block.kind {
            CheckKind::Emitted { form: Emit::Hir | Emit::Mir, .. } => {
                "name a function that stands in no other item".to_owned()
            }
            CheckKind::Emitted { function: Some(function), .. } => {
                format!("put `#[unsafe(no_mangle)]` above `{function}`, or name another function")
            }
            _ => "remove the block, or make the sample produce what it shows".to_owned(),
        };
        let expected = format!("something that the `{}` block can be compared with", block.kind);
        self.at_block(block, "nothing-to-compare", what, expected, remedy)
    }

    fn finding(
        &self,
        rule: &'static str,
        what: impl Into<String>,
        expected: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        let at = Location::new(&self.sample.file, *self.sample.lines.start(), self.sample.column);
        Finding::new(at, rule, what, expected, remedy)
    }

    fn at_block(
        &self,
        block: &CheckedBlock,
        rule: &'static str,
        what: impl Into<String>,
        expected: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        let at = Location::new(&self.sample.file, *block.lines.start(), self.sample.column);
        Finding::new(at, rule, what, expected, remedy)
    }

    fn command(&self, verb: &str) -> String {
        format!("cargo guide {verb} {}:{}", self.sample.chapter, self.sample.lines.start())
    }
}

/// What every report of the tool says, and the tool does not say when it cannot work on this machine.
fn sign(tool: Tool) -> &'static str {
    match tool {
        Tool::Asan => "ERROR: AddressSanitizer: ",
        Tool::Tsan => "WARNING: ThreadSanitizer: data race",
        Tool::Miri => miri::UNDEFINED_BEHAVIOR,
    }
}

fn rule_of(run: &Ran) -> &'static str {
    if run.stopped.is_some() { "out-of-bounds" } else { "wrong-exit" }
}

fn describe_end(run: &Ran) -> String {
    match (run.stopped, run.code, run.signal) {
        (Some(_), ..) => format!("the sample {}", run.describe_stop().unwrap_or_default()),
        (None, Some(101), _) => "the sample panics".to_owned(),
        (None, Some(code), _) => format!("the sample exits with {code}"),
        (None, None, Some(signal)) => {
            format!("the sample is ended by signal {signal}{}", signal_name(signal))
        }
        (None, None, None) => "the sample ends in an unknown way".to_owned(),
    }
}

/// What to do about a run that did not exit with `code`.
fn remedy_for(run: &Ran, code: i32) -> &'static str {
    match (run.stopped, run.code, code) {
        (None, Some(101), 0) => "correct it, or state the panic: ```rust,should_panic",
        (None, Some(0), 101) => "make it panic, or remove `should_panic`",
        (None, Some(_), _) => {
            "correct it; what must end otherwise can only be shown: ```rust,no_run"
        }
        _ => "correct it; what must not be run here can only be shown: ```rust,no_run",
    }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        9 => " (killed: out of time or memory)",
        11 => " (segmentation fault)",
        25 => " (a file grew too large)",
        _ => "",
    }
}

/// A sanitizer's report up to the bytes around the address, which nobody quotes.
fn without_memory_dump(report: &str) -> &str {
    report.find("Shadow bytes around").map_or(report, |at| &report[..at])
}

/// The end of what a run printed: enough to see why it failed.
fn tail(run: &Ran) -> String {
    const LINES: usize = 20;
    let text = if run.stderr.trim().is_empty() { &run.stdout } else { &run.stderr };
    let text = THREAD_ID.replace_all(text.trim(), "$1");
    let lines: Vec<&str> = text.lines().collect();
    let kept = lines[lines.len().saturating_sub(LINES)..].iter();
    kept.map(|line| compare::clip(line)).collect::<Vec<_>>().join("\n")
}

/// The opening fence of a sample that fails with these codes.
fn compile_fail(codes: &BTreeSet<String>) -> String {
    let words: Vec<&str> =
        std::iter::once("```rust,compile_fail").chain(codes.iter().map(String::as_str)).collect();
    words.join(",")
}

/// The words that declare these lints.
fn warn(lints: &BTreeSet<String>) -> String {
    lints.iter().map(|lint| format!("warn={lint}")).collect::<Vec<_>>().join(",")
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(", ")
}

fn named(codes: &BTreeSet<String>) -> String {
    if codes.is_empty() { "an error that has no code".to_owned() } else { list(codes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules_for(tool: Tool, stderr: &str, quoted: &str) -> Vec<&'static str> {
        let report = CheckedBlock { kind: CheckKind::Report, lines: 52..=54, text: quoted.into() };
        let expectation = Expectation::Reported { tool };
        let sample = Sample { expectation, checks: vec![report], ..Sample::of_text("") };
        let run = Ran { stderr: stderr.into(), code: Some(66), ..Ran::default() };
        let compiled = Compiled { success: true, ..Compiled::default() };
        let evidence = Evidence { compiled, runs: vec![run], ..Evidence::default() };
        judge(&sample, &evidence).iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_sanitizer_that_cannot_work_here_has_found_nothing() {
        let race = "WARNING: ThreadSanitizer: data race (pid=7)\n";
        let mapping = "FATAL: ThreadSanitizer: unexpected memory mapping 0x5eed-0x5eee\n";
        assert!(rules_for(Tool::Tsan, race, "data race\n").is_empty());
        assert_eq!(rules_for(Tool::Tsan, mapping, "ThreadSanitizer\n"), ["clean-run"]);
        let memory = "==7==AddressSanitizer: failed to intercept\n";
        assert_eq!(rules_for(Tool::Asan, memory, "AddressSanitizer\n"), ["clean-run"]);
    }

    #[test]
    fn a_report_must_be_quoted() {
        let report = "==7==ERROR: AddressSanitizer: heap-use-after-free\n";
        assert!(rules_for(Tool::Asan, report, "heap-use-after-free\n").is_empty());
        assert_eq!(rules_for(Tool::Asan, report, "\n"), ["not-in-report"]);
    }
}
