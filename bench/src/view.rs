//! Samples as a book that every tool can read: nothing but fences, whose words rustdoc knows or ignores.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use guide::book::{CheckKind, Emit, Expectation, Sample};

pub(crate) const BOOK_TOML: &str = "[book]\ntitle = \"Samples\"\n\n[rust]\nedition = \"2024\"\n";

/// Writes an mdBook of these samples into `root`. Each keeps its chapter and its lines, so that what a
/// tool says about it names the author's place.
///
/// # Errors
/// When it cannot be written.
pub fn write_view<'book>(
    root: &Path,
    samples: impl IntoIterator<Item = &'book Sample>,
) -> Result<()> {
    let mut chapters: BTreeMap<&str, String> = BTreeMap::new();
    for sample in samples {
        add(chapters.entry(&sample.chapter).or_default(), sample);
    }
    let mut summary = "# Summary\n\n".to_owned();
    for (path, text) in &chapters {
        let _ = writeln!(summary, "- [{path}]({path})");
        write(&root.join("src").join(path), text)?;
    }
    write(&root.join("src/SUMMARY.md"), &summary)?;
    write(&root.join("book.toml"), BOOK_TOML)
}

/// Writes a file, and the directories above it.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(path, text))
        .with_context(|| format!("cannot write `{}`", path.display()))
}

fn add(chapter: &mut String, sample: &Sample) {
    // Longer than any fence inside of a sample.
    const FENCE: &str = "~~~~~~~~~~~~";
    let above = sample.lines.start().saturating_sub(chapter.lines().count() + 1);
    chapter.push_str(&"\n".repeat(above));
    let _ = write!(chapter, "{FENCE}{}\n{}{FENCE}\n", words(sample), sample.text);
    for block in &sample.checks {
        let _ = write!(chapter, "\n{FENCE}{}\n{}\n{FENCE}\n", block_words(&block.kind), block.text);
    }
}

/// What the sample promises; rustdoc ignores the words that it does not know.
fn words(sample: &Sample) -> String {
    let promise = match &sample.expectation {
        Expectation::Run => String::new(),
        Expectation::Panic => ",should_panic".to_owned(),
        Expectation::CompileFail { codes } => {
            let codes = codes.iter().flat_map(|code| [",", code]);
            [",compile_fail"].into_iter().chain(codes).collect()
        }
        Expectation::Compile | Expectation::Reported { .. } => ",no_run".to_owned(),
        Expectation::Example | Expectation::Ignored { .. } => ",ignore".to_owned(),
    };
    let warns: String = sample.warns.iter().flat_map(|lint| [",warn=", lint]).collect();
    format!("rust{promise},edition{}{warns}", sample.edition.year())
}

/// The words of a block that only the harness compares.
fn block_words(kind: &CheckKind) -> String {
    match kind {
        CheckKind::Codegen { opt } => format!("text,codegen,opt={opt}"),
        CheckKind::Emitted { form, function, opt } => {
            let language = if matches!(form, Emit::Llvm | Emit::Asm) { "" } else { "text," };
            let function = function.as_ref().map_or_else(String::new, |name| format!(",fn={name}"));
            // HIR has no optimization level.
            let opt = if *form == Emit::Hir { String::new() } else { format!(",opt={opt}") };
            format!("{language}{kind}{function}{opt}")
        }
        other => format!("text,{other}"),
    }
}
