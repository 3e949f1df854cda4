//! Which samples are compiled together: pure, so that it is tested without a compiler.

use std::collections::BTreeMap;
use std::sync::LazyLock;

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

/// Words by which a sample could notice, or state, that it is not a crate of its own.
static SOLITARY: LazyLock<Regex> = LazyLock::new(|| {
    let words = "crate|super|extern|macro_export|no_mangle|export_name|link|link_section|link_name|\
        global_allocator|panic_handler|global_asm|module_path|type_name|type_name_of_val|TypeId|\
        file|line|column|dbg|include|include_str|include_bytes|env|option_env|args|args_os|\
        current_exe|set_hook|take_hook|Location|caller|Backtrace";
    Regex::new(&format!(r"#!\[|\b(?:{words})\b")).expect("a valid pattern")
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
    let mut groups: BTreeMap<(Edition, bool), Vec<usize>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (index, sample) in samples.iter().enumerate() {
        if can_share(sample) {
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
        .all(|block| matches!(block.kind, CheckKind::Output | CheckKind::Panic));
    shareable
        && shows_no_places
        && sample.form == Form::Program
        && !sample.included
        && sample.edition != Edition::E2015
        && !SOLITARY.is_match(&sample.text)
}
