//! Samples to Rust files, line for line: what rustc says about line 42 is about line 42 of the chapter.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::book::Sample;

/// The variable by which a merged program learns which of its samples to run.
pub(crate) const SELECT: &str = "GUIDE_SAMPLE";

/// The files of a crate, by path relative to the crate's directory.
pub(crate) type Files = BTreeMap<String, String>;

/// Many samples as one program: a module for each file, in it a module for each sample. They are public, as
/// the root of a crate is: some lints look at public items only.
///
/// The program runs the sample whose index in `samples` stands in [`SELECT`].
pub(crate) fn merged(samples: &[&Sample]) -> Files {
    let mut by_file: BTreeMap<String, Vec<(usize, &Sample)>> = BTreeMap::new();
    for (index, sample) in samples.iter().enumerate() {
        by_file.entry(file(sample)).or_default().push((index, sample));
    }
    let mut files = Files::new();
    let (mut root, mut arms) = (String::new(), String::new());
    for (number, (path, members)) in by_file.into_iter().enumerate() {
        let _ = writeln!(root, "#[path = {path:?}] pub mod file_{number};");
        for (index, sample) in &members {
            let line = sample.lines.start();
            let _ = writeln!(arms, "        {index} => file_{number}::line_{line}::guide_entry(),");
        }
        files.insert(path, text(members.iter().map(|(_, sample)| *sample)));
    }
    files.insert("main.rs".to_owned(), format!("{root}{}", dispatcher(&arms)));
    files
}

/// The file of a shared program in which a sample stands: its chapter, or one of its own when its lines are
/// not those of the chapter.
pub(crate) fn file(sample: &Sample) -> String {
    let line = sample.lines.start();
    if sample.included { format!("{}.line_{line}.rs", sample.file) } else { sample.file.clone() }
}

/// The selecting variable is removed before the sample runs: a sample sees what it would see alone.
fn dispatcher(arms: &str) -> String {
    format!(
        "#[allow(warnings)]\n\
         fn main() -> std::process::ExitCode {{\n    \
             let selected: usize = std::env::var(\"{SELECT}\").unwrap().parse().unwrap();\n    \
             unsafe {{ std::env::remove_var(\"{SELECT}\") }};\n    \
             match selected {{\n{arms}        _ => unreachable!(),\n    }}\n}}\n"
    )
}

/// The samples of one file, each in the lines where its chapter has it, with the very text that it has alone:
/// a string may go on in the next line.
fn text<'book>(samples: impl Iterator<Item = &'book Sample>) -> String {
    const ENTRY: &str = "#[allow(warnings)] pub(crate) fn guide_entry() -> ::std::process::ExitCode { \
         ::std::process::Termination::report(main()) } }";
    let mut text = String::new();
    let mut line = 1;
    for sample in samples {
        blank_lines(&mut text, &mut line, *sample.lines.start());
        let _ = writeln!(text, "pub mod line_{} {{", sample.lines.start());
        let source = sample.source();
        text.push_str(&source);
        line += 1 + source.lines().count();
        blank_lines(&mut text, &mut line, *sample.lines.end());
        text.push_str(ENTRY);
        text.push('\n');
        line += 1;
    }
    text
}

fn blank_lines(text: &mut String, line: &mut usize, until: usize) {
    while *line < until {
        text.push('\n');
        *line += 1;
    }
}

/// One sample as a reader would compile it: pasted into `src/main.rs`.
pub(crate) fn alone(sample: &Sample) -> Files {
    Files::from([("src/main.rs".to_owned(), sample.source())])
}

/// One sample by itself, in the lines where its chapter has it: for errors that the author reads.
pub(crate) fn in_place(sample: &Sample) -> Files {
    let above = "\n".repeat(*sample.lines.start());
    Files::from([(sample.file.clone(), above + &sample.source_in_place())])
}
