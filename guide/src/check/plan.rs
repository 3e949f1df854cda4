//! Which samples are compiled together: pure, so that it is tested without a compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use regex::Regex;

use crate::book::{CheckKind, Edition, Expectation, Form, Sample};

/// One program to compile.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Samples that share a program; indices into the list that was planned.
    Merged(Vec<usize>),
    /// A sample by itself.
    Alone(usize),
}

/// Signs that a sample could notice, or state, that it is not a crate of its own.
static SOLITARY: LazyLock<Regex> = LazyLock::new(|| {
    let macros = "file|line|column|module_path|dbg|include|include_str|include_bytes|env|option_env|\
        asm|naked_asm|global_asm";
    let words = "crate|super|extern|macro_export|export_name|link_section|link_name|\
        global_allocator|panic_handler|type_name|type_name_of_val|\
        TypeId|type_id|set_hook|take_hook|current_exe|Location|Backtrace|track_caller|target_feature";
    // Whether letters of other scripts are suspicious depends on all names of a crate.
    let letters = r"[\p{Alphabetic}--\p{ASCII}]";
    Regex::new(&format!(r"#!\s*\[|#\[link\b|\b(?:{macros})!|\b(?:{words})\b|{letters}|/proc"))
        .expect("a valid pattern")
});

/// A panic hook that looks at nothing, so that it cannot tell where the panic was.
const BLIND_HOOK: &str = "set_hook(Box::new(|_|";

/// A `main` that may be that of a program: any other function that is called `main` would do in a module.
static MAIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bfn main \(\) (?:- > [^{}]*)?\{\}").expect("a valid pattern"));

/// An item with an unmangled name.
static UNMANGLED: LazyLock<Regex> = LazyLock::new(|| {
    let attribute = r"#\[(?:no_mangle|unsafe\(no_mangle\))\]\s*(?:#\[[^\]]*\]\s*)*";
    Regex::new(&format!(r"{attribute}(?:pub\s+)?(?:unsafe\s+)?(?:fn|static(?:\s+mut)?)\s+(\w+)"))
        .expect("a valid pattern")
});

/// Below this many samples a second program costs more than it saves.
const WORTH_SPLITTING: usize = 8;

/// Plans the compilation of `samples` on `cores` processors; `uses_crates` tells which of them link
/// the chapters' crates. Large jobs come first, so that no core waits for a late one.
pub(crate) fn plan(
    samples: &[&Sample],
    uses_crates: impl Fn(&Sample) -> bool,
    cores: usize,
) -> Vec<Job> {
    // The allocator of `chapter-support` serves all samples of a program. It passes everything on to the
    // default one, so that no sample can tell.
    let mut groups: BTreeMap<(Edition, bool), Vec<usize>> = BTreeMap::new();
    let mut alone = Vec::new();
    let mut taken = BTreeSet::new();
    for (index, sample) in samples.iter().enumerate() {
        if can_share(sample) && take_names(&sample.source(), &mut taken) {
            groups.entry((sample.edition, uses_crates(sample))).or_default().push(index);
        } else {
            alone.push(Job::Alone(index));
        }
    }
    let mut jobs: Vec<Job> = groups.into_values().flat_map(|group| split(&group, cores)).collect();
    jobs.extend(alone);
    jobs
}

fn split(group: &[usize], cores: usize) -> Vec<Job> {
    let parts = cores.min(group.len().div_ceil(WORTH_SPLITTING)).max(1);
    let chunks = group.chunks(group.len().div_ceil(parts));
    chunks
        .map(|chunk| if let [one] = chunk { Job::Alone(*one) } else { Job::Merged(chunk.to_vec()) })
        .collect()
}

/// Whether nothing that the sample does or shows depends on being a crate of its own.
fn can_share(sample: &Sample) -> bool {
    let shareable =
        matches!(sample.expectation, Expectation::Run | Expectation::Panic | Expectation::Compile);
    let shows_no_places = sample
        .checks
        .iter()
        .all(|block| !matches!(block.kind, CheckKind::Diagnostic | CheckKind::Stderr));
    shareable
        && shows_no_places
        && sample.form == Form::Program
        && !sample.needs_miri_for_options()
        && sample.edition != Edition::E2015
        && !SOLITARY.is_match(&sample.text.replace(BLIND_HOOK, ""))
        && !may_start_itself(&sample.text)
        && is_whole(&sample.source())
}

/// Whether a sample could start its own program again, which would not know which sample it is.
fn may_start_itself(text: &str) -> bool {
    text.contains("args") && text.contains("Command")
}

/// Takes the unmangled names of a text, of which a program has each only once; `false` when one is taken or
/// not understood.
fn take_names(source: &str, taken: &mut BTreeSet<String>) -> bool {
    let names: Vec<String> =
        UNMANGLED.captures_iter(source).map(|item| item[1].to_owned()).collect();
    let is_clear = names.len() == source.matches("no_mangle").count()
        && names.iter().all(|name| !taken.contains(name));
    if is_clear {
        taken.extend(names);
    }
    is_clear
}

/// Whether a text is items and nothing else, so that what surrounds it cannot complete it, with a `main`.
fn is_whole(source: &str) -> bool {
    let Ok(tokens) = source.parse::<TokenStream>() else { return false };
    let outline: Vec<String> = tokens.into_iter().map(outline).collect();
    let outline = outline.join(" ");
    let is_main = MAIN.find(&outline).is_some_and(|main| !main.as_str().contains(" where "));
    is_main && outline.ends_with(['}', ';'])
}

/// A token as it is written; of what stands in braces only the braces.
fn outline(token: TokenTree) -> String {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => "{}".to_owned(),
        token => token.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_betray_the_merging_stands_alone() {
        for text in [
            "crate::ship()",
            "println!(\"{}\", line!())",
            "#![allow(unused)]",
            "#!  [no_std]",
            "unsafe { asm!(\"call tax\") }",
            "TypeId::of::<Tea>() < TypeId::of::<Pot>()",
            "#[link(name = \"m\")]",
            "let ο = 1;",
            "Command::new(env::args().next().unwrap())",
            "env::current_exe()",
            "fs::read(\"/proc/self/environ\")",
            "set_hook(Box::new(|panic| println!(\"{panic}\")))",
        ] {
            assert!(!can_share(&in_main(text)), "{text}");
        }
        for text in [
            "let line = file.read();",
            "env::var(\"PORT\")",
            "list.link(node)",
            "env::args().count()",
            "Command::new(\"sort\")",
            "set_hook(Box::new(|_| ()))",
        ] {
            assert!(can_share(&in_main(text)), "{text}");
        }
        assert!(!can_share(&Sample { edition: Edition::E2015, ..in_main("") }));
    }

    #[test]
    fn an_unmangled_name_stands_once_in_a_program() {
        let mut taken = BTreeSet::new();
        let mut fits = |source: &str| take_names(source, &mut taken);
        assert!(fits("#[unsafe(no_mangle)]\n#[inline(never)]\npub fn tax() {}"));
        assert!(!fits("#[no_mangle]\nfn tax() {}"), "the name is taken");
        assert!(!fits("#[unsafe(no_mangle)]\npub(crate) fn rate() {}"), "not understood");
        assert!(fits("#[unsafe(no_mangle)]\nstatic mut RATE: u8 = 19;"));
        assert!(fits("fn tax() {}"));
    }

    fn in_main(text: &str) -> Sample {
        Sample::of_text(&format!("fn main() {{ {text} }}\n"))
    }

    #[test]
    fn what_a_module_around_it_would_mend_stands_alone() {
        for text in [
            "const main: fn() = || ();",
            "fn main() where String: Sized {}",
            "fn main<'a>() {}",
            "mod stock { fn main() {} }",
            "fn main() {} } mod stock {",
            "fn main() {}\n/// Ships it.\n",
            "fn main() {}\n#[inline]\n",
        ] {
            assert!(!can_share(&Sample::of_text(text)), "{text}");
        }
        for text in ["# fn main() {}\n// Ships it.\n", "fn main() -> Result<(), E> {}\nuse a::B;"] {
            assert!(can_share(&Sample::of_text(text)), "{text}");
        }
    }

    #[test]
    fn samples_share_by_edition_and_crates_and_fill_the_cores() {
        let mut samples: Vec<Sample> = (0..20).map(|_| Sample::of_text("fn main() {}")).collect();
        samples[3].edition = Edition::E2021;
        samples[5].text = "use tokio::time; fn main() {}".into();
        samples[7].text = "fn main() { crate::ship() }".into();
        let samples: Vec<&Sample> = samples.iter().collect();
        let jobs = plan(&samples, |sample| sample.text.contains("tokio"), 2);
        let sizes: Vec<usize> = jobs
            .iter()
            .map(|job| match job {
                Job::Merged(group) => group.len(),
                Job::Alone(_) => 1,
            })
            .collect();
        assert_eq!(sizes, [1, 9, 8, 1, 1]);
    }

    #[test]
    fn a_few_samples_are_not_worth_two_programs() {
        let sample = Sample::of_text("fn main() {}");
        assert_eq!(plan(&[&sample; 5], |_| false, 2), [Job::Merged(vec![0, 1, 2, 3, 4])]);
    }
}
