//! The info string of a fence: what a block states about itself, in rustdoc's words first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

/// The words a `rust` fence may carry, apart from error codes and `warn=…`.
const SAMPLE_WORDS: [&str; 12] = [
    "should_panic",
    "compile_fail",
    "no_run",
    "ignore",
    "asan",
    "tsan",
    "miri",
    "edition2015",
    "edition2018",
    "edition2021",
    "edition2024",
    "warn=",
];

/// The words that make a `text` fence a checked block.
const CHECKED_WORDS: [&str; 9] =
    ["output", "panic", "stderr", "diagnostic", "report", "codegen", "mir", "hir", MEASURED];

/// How the word starts that makes a `text` fence show a recording.
const MEASURED: &str = "measured=";

/// What `-C opt-level` takes.
const LEVELS: [&str; 6] = ["0", "1", "2", "3", "s", "z"];

/// Languages a fence may name. Short on purpose: a misspelled `rust` must not pass for a language.
const LANGUAGES: [&str; 19] = [
    "rust",
    "text",
    "admonish",
    "toml",
    "console",
    "sh",
    "json",
    "yaml",
    "markdown",
    "diff",
    "html",
    "css",
    "javascript",
    "python",
    "c",
    "cpp",
    "go",
    "java",
    "sql",
];

/// What a sample promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Expectation {
    /// Compiles without undeclared warnings and exits with 0.
    Run,
    /// Compiles and panics.
    Panic,
    /// Fails to compile with exactly these error codes.
    CompileFail {
        /// Such as `E0502`; empty where rustc gives no code.
        codes: BTreeSet<String>,
    },
    /// Compiles; is not run.
    Compile,
    /// Compiles, and a run under the tool is reported by it.
    Reported {
        /// The tool that must complain.
        tool: Tool,
    },
    /// Shown from a crate under `examples/`, which `cargo test` compiles and tests.
    Example,
    /// Not proved at all, for the reason the author gives.
    Ignored {
        /// The comment above the fence.
        reason: String,
    },
}

/// A tool that reports undefined behavior or data races.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// `AddressSanitizer`: memory errors.
    Asan,
    /// `ThreadSanitizer`: data races.
    Tsan,
    /// Miri: undefined behavior of every kind that it knows.
    Miri,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asan => "AddressSanitizer",
            Self::Tsan => "ThreadSanitizer",
            Self::Miri => "Miri",
        })
    }
}

/// The edition a sample is compiled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Edition {
    /// 2015.
    #[serde(rename = "2015")]
    E2015,
    /// 2018.
    #[serde(rename = "2018")]
    E2018,
    /// 2021.
    #[serde(rename = "2021")]
    E2021,
    /// 2024, the guide's own.
    #[default]
    #[serde(rename = "2024")]
    E2024,
}

impl Edition {
    /// The year, as `rustc --edition` wants it.
    #[must_use]
    pub fn year(self) -> &'static str {
        match self {
            Self::E2015 => "2015",
            Self::E2018 => "2018",
            Self::E2021 => "2021",
            Self::E2024 => "2024",
        }
    }

    /// The edition that a word such as `edition2021` names.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let all = [Self::E2015, Self::E2018, Self::E2021, Self::E2024];
        all.into_iter().find(|edition| word.strip_prefix("edition") == Some(edition.year()))
    }
}

/// What a checked block is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum CheckKind {
    /// Standard output, exactly.
    Output,
    /// The panic message.
    Panic,
    /// Standard error, exactly.
    Stderr,
    /// What rustc prints for people; `...` elides lines.
    Diagnostic,
    /// Lines that must occur in the report of a sanitizer or of Miri.
    Report,
    /// Claims about the code of functions, such as `same: sum_loop sum_iter`.
    Codegen {
        /// The optimization level, as `-C opt-level` takes it.
        opt: String,
    },
    /// What the compiler emits; `...` elides lines.
    Emitted {
        /// The representation.
        form: Emit,
        /// The function that is cut out; without one, the whole sample is shown.
        function: Option<String>,
        /// The optimization level, as `-C opt-level` takes it.
        opt: String,
    },
}

/// A representation that rustc can emit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Emit {
    /// The high-level intermediate representation: the syntax with its sugar resolved.
    Hir,
    /// The mid-level intermediate representation.
    Mir,
    /// The input of LLVM's code generation, after its optimizations.
    Llvm,
    /// Assembly, in Intel syntax on x86-64.
    Asm,
}

impl fmt::Display for CheckKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Output => "output",
            Self::Panic => "panic",
            Self::Stderr => "stderr",
            Self::Diagnostic => "diagnostic",
            Self::Report => "report",
            Self::Codegen { .. } => "codegen",
            Self::Emitted { form: Emit::Hir, .. } => "hir",
            Self::Emitted { form: Emit::Mir, .. } => "mir",
            Self::Emitted { form: Emit::Llvm, .. } => "llvm",
            Self::Emitted { form: Emit::Asm, .. } => "asm",
        })
    }
}

/// What a fence is, by its info string.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Sample(SampleInfo),
    Checked(CheckKind),
    /// Shows the recording of the measurement with this name.
    Measured(String),
    /// A directive or a block in another language: nothing to prove.
    Plain,
}

/// The words of a `rust` fence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SampleInfo {
    pub(crate) expectation: Expectation,
    pub(crate) edition: Edition,
    pub(crate) warns: BTreeSet<String>,
}

/// Why an info string is refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) rule: &'static str,
    pub(crate) what: String,
    pub(crate) expected: String,
    pub(crate) remedy: String,
}

impl Refusal {
    fn new(
        rule: &'static str,
        what: impl Into<String>,
        expected: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { rule, what: what.into(), expected: expected.into(), remedy: remedy.into() }
    }
}

/// Reads an info string.
pub(crate) fn parse(info: &str) -> Result<Kind, Refusal> {
    let words: Vec<&str> = info.split([',', ' ', '\t']).filter(|word| !word.is_empty()).collect();
    match words.split_first() {
        None => Err(no_language()),
        Some((&"rust", words)) => sample(words).map(Kind::Sample),
        Some((&"text", [])) => Ok(Kind::Plain),
        Some((&"text", &[word])) if word.starts_with(MEASURED) => {
            Ok(Kind::Measured(word[MEASURED.len()..].to_owned()))
        }
        Some((&"text", words)) => checked("text", words).map(Kind::Checked),
        Some((&language @ ("asm" | "llvm"), words)) => checked(language, words).map(Kind::Checked),
        Some((language, _)) if LANGUAGES.contains(language) => Ok(Kind::Plain),
        Some((language, _)) => Err(unknown("language", language, &LANGUAGES)),
    }
}

fn sample(words: &[&str]) -> Result<SampleInfo, Refusal> {
    let mut flags = BTreeSet::new();
    let mut info = SampleInfo {
        expectation: Expectation::Run,
        edition: Edition::default(),
        warns: BTreeSet::new(),
    };
    let mut codes = BTreeSet::new();
    for &word in words {
        if is_error_code(word) {
            codes.insert(word.to_owned());
        } else if let Some(lint) = word.strip_prefix("warn=").filter(|lint| !lint.is_empty()) {
            info.warns.insert(lint.to_owned());
        } else if let Some(edition) = Edition::from_word(word) {
            info.edition = edition;
        } else if SAMPLE_WORDS.contains(&word) && word != "warn=" {
            flags.insert(word);
        } else {
            return Err(unknown("word", word, &SAMPLE_WORDS));
        }
    }
    info.expectation = expectation(&flags, codes)?;
    Ok(info)
}

fn expectation(flags: &BTreeSet<&str>, codes: BTreeSet<String>) -> Result<Expectation, Refusal> {
    if !codes.is_empty() && !flags.contains("compile_fail") {
        return Err(code_without_compile_fail(&codes));
    }
    match flags.iter().copied().collect::<Vec<_>>()[..] {
        [] => Ok(Expectation::Run),
        ["should_panic"] => Ok(Expectation::Panic),
        ["compile_fail"] => Ok(Expectation::CompileFail { codes }),
        ["no_run"] => Ok(Expectation::Compile),
        ["asan", "no_run"] => Ok(Expectation::Reported { tool: Tool::Asan }),
        ["no_run", "tsan"] => Ok(Expectation::Reported { tool: Tool::Tsan }),
        ["miri", "no_run"] => Ok(Expectation::Reported { tool: Tool::Miri }),
        ["ignore"] => Ok(Expectation::Ignored { reason: String::new() }),
        _ => Err(contradiction(flags)),
    }
}

fn checked(language: &str, words: &[&str]) -> Result<CheckKind, Refusal> {
    let (options, names): (Vec<&str>, Vec<&str>) =
        words.iter().copied().partition(|word| word.contains('='));
    let stated = options.len();
    let options: BTreeMap<&str, &str> =
        options.into_iter().filter_map(|option| option.split_once('=')).collect();
    if options.len() < stated {
        return Err(stated_twice(words));
    }
    match (language, &names[..]) {
        ("text", ["codegen"]) => codegen(&options),
        ("text", ["hir"]) => hir(&options),
        ("text", ["mir"]) => emitted(Emit::Mir, &options, "0"),
        ("llvm", []) => emitted(Emit::Llvm, &options, "3"),
        ("asm", []) => emitted(Emit::Asm, &options, "3"),
        ("text", [name]) if options.is_empty() => plain_check(name),
        _ => Err(unknown("word", &words.join(","), &CHECKED_WORDS)),
    }
}

fn plain_check(name: &str) -> Result<CheckKind, Refusal> {
    match name {
        "output" => Ok(CheckKind::Output),
        "panic" => Ok(CheckKind::Panic),
        "stderr" => Ok(CheckKind::Stderr),
        "diagnostic" => Ok(CheckKind::Diagnostic),
        "report" => Ok(CheckKind::Report),
        _ => Err(unknown("word", name, &CHECKED_WORDS)),
    }
}

fn codegen(options: &BTreeMap<&str, &str>) -> Result<CheckKind, Refusal> {
    only(&["opt"], options)?;
    Ok(CheckKind::Codegen { opt: level(options, "3")? })
}

/// The one form that is made before optimization, and that can show a whole sample.
fn hir(options: &BTreeMap<&str, &str>) -> Result<CheckKind, Refusal> {
    only(&["fn"], options)?;
    let function = options.get("fn").map(|&name| name.to_owned());
    Ok(CheckKind::Emitted { form: Emit::Hir, function, opt: "0".to_owned() })
}

fn emitted(form: Emit, options: &BTreeMap<&str, &str>, opt: &str) -> Result<CheckKind, Refusal> {
    only(&["fn", "opt"], options)?;
    let function = options.get("fn").map(|&name| name.to_owned()).ok_or_else(no_function)?;
    Ok(CheckKind::Emitted { form, function: Some(function), opt: level(options, opt)? })
}

fn level(options: &BTreeMap<&str, &str>, default: &str) -> Result<String, Refusal> {
    let level = *options.get("opt").unwrap_or(&default);
    if LEVELS.contains(&level) {
        Ok(level.to_owned())
    } else {
        Err(unknown("optimization level", level, &LEVELS))
    }
}

fn only(known: &[&str], options: &BTreeMap<&str, &str>) -> Result<(), Refusal> {
    match options.keys().find(|key| !known.contains(key)) {
        Some(option) => Err(unknown("option", option, known)),
        None => Ok(()),
    }
}

/// Whether a word is an error code of rustc: `E` and four digits.
pub(crate) fn is_error_code(word: &str) -> bool {
    word.len() == 5 && word.starts_with('E') && word[1..].bytes().all(|byte| byte.is_ascii_digit())
}

fn no_language() -> Refusal {
    Refusal::new(
        "no-language",
        "the fence names no language",
        "a language after the opening fence",
        "write ```rust for a sample, or ```text for anything else",
    )
}

fn no_function() -> Refusal {
    Refusal::new(
        "unknown-word",
        "the block does not say which function it shows",
        "`fn=NAME`",
        "name the function, as in ```text,mir,fn=longest",
    )
}

fn stated_twice(words: &[&str]) -> Refusal {
    Refusal::new(
        "contradiction",
        format!("`{}` states an option twice", words.join(",")),
        "each option once",
        "keep the one that you mean",
    )
}

fn code_without_compile_fail(codes: &BTreeSet<String>) -> Refusal {
    let codes = codes.iter().cloned().collect::<Vec<_>>().join(",");
    Refusal::new(
        "contradiction",
        format!("`{codes}` stands on a sample that is expected to compile"),
        "error codes only beside `compile_fail`",
        format!("write ```rust,compile_fail,{codes}, or remove the code"),
    )
}

fn contradiction(flags: &BTreeSet<&str>) -> Refusal {
    let flags = flags.iter().copied().collect::<Vec<_>>().join("`, `");
    Refusal::new(
        "contradiction",
        format!("`{flags}` do not go together"),
        "one expectation: none, `should_panic`, `compile_fail`, `no_run` (with `asan`, `tsan` or `miri`) or `ignore`",
        "keep the one that you mean",
    )
}

fn unknown(what: &str, word: &str, known: &[&str]) -> Refusal {
    let remedy = match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("remove `{word}`"),
    };
    Refusal::new(
        "unknown-word",
        format!("unknown {what} `{word}`"),
        format!("one of `{}`", known.join("`, `")),
        remedy,
    )
}

/// The known word that `word` is most likely a misspelling of.
pub(crate) fn nearest<'known>(word: &str, known: &[&'known str]) -> Option<&'known str> {
    let distance = |known: &str| strsim::osa_distance(word, known);
    known
        .iter()
        .copied()
        .filter(|known| distance(known) <= 1 + known.len() / 4)
        .min_by_key(|known| distance(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectation_of(info: &str) -> Expectation {
        match parse(info) {
            Ok(Kind::Sample(sample)) => sample.expectation,
            other => panic!("{info}: {other:?}"),
        }
    }

    fn refusal_of(info: &str) -> Refusal {
        parse(info).expect_err(info)
    }

    #[test]
    fn every_expectation_has_its_words() {
        let codes = BTreeSet::from(["E0382".to_owned(), "E0502".to_owned()]);
        assert_eq!(expectation_of("rust"), Expectation::Run);
        assert_eq!(expectation_of("rust,should_panic"), Expectation::Panic);
        assert_eq!(expectation_of("rust,no_run"), Expectation::Compile);
        assert_eq!(
            expectation_of("rust,compile_fail,E0502,E0382"),
            Expectation::CompileFail { codes }
        );
        assert_eq!(expectation_of("rust,no_run,asan"), Expectation::Reported { tool: Tool::Asan });
    }

    #[test]
    fn a_recording_is_named() {
        assert_eq!(parse("text,measured=traversal"), Ok(Kind::Measured("traversal".to_owned())));
        assert_eq!(refusal_of("text,measured").remedy, "did you mean `measured=`?");
        assert_eq!(refusal_of("text,measured=traversal,output").rule, "unknown-word");
    }

    #[test]
    fn misspelled_words_get_a_suggestion() {
        assert_eq!(refusal_of("rust,should_pannic").remedy, "did you mean `should_panic`?");
        assert_eq!(refusal_of("text,ouput").remedy, "did you mean `output`?");
        assert_eq!(refusal_of("rsut").remedy, "did you mean `rust`?");
        assert_eq!(refusal_of("rust,edition2025").remedy, "did you mean `edition2015`?");
    }

    #[test]
    fn contradictions_are_refused() {
        assert_eq!(refusal_of("rust,E0502").rule, "contradiction");
        assert_eq!(refusal_of("rust,should_panic,no_run").rule, "contradiction");
        assert_eq!(refusal_of("").rule, "no-language");
    }

    #[test]
    fn emitted_blocks_name_a_function() {
        let form = Emit::Mir;
        let function = Some("longest".into());
        let shown = CheckKind::Emitted { form, function, opt: "0".into() };
        assert_eq!(parse("text,mir,fn=longest"), Ok(Kind::Checked(shown)));
        assert_eq!(refusal_of("text,mir").expected, "`fn=NAME`");
        assert_eq!(refusal_of("llvm").expected, "`fn=NAME`");
        assert_eq!(refusal_of("asm,fn=sum,level=3").what, "unknown option `level`");
    }

    #[test]
    fn only_hir_can_show_a_whole_sample_and_only_hir_has_no_optimization() {
        let form = Emit::Hir;
        let shown = CheckKind::Emitted { form, function: None, opt: "0".into() };
        assert_eq!(parse("text,hir"), Ok(Kind::Checked(shown)));
        assert_eq!(refusal_of("text,hir,opt=3").what, "unknown option `opt`");
        assert_eq!(refusal_of("asm,fn=sum,opt=4").what, "unknown optimization level `4`");
        assert_eq!(refusal_of("asm,fn=sum,opt=0,opt=3").rule, "contradiction");
        assert_eq!(refusal_of("text,codegen,opt=").what, "unknown optimization level ``");
    }
}
