//! Has the compiler emit what blocks are about, in as few calls as possible.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};

use super::compile::{Call, Goal, emit_name};
use super::emitted;
use crate::book::{CheckKind, Emit, Sample};

/// For each block about what the compiler emits: the text, if the compiler emitted it.
pub(crate) type Emissions = BTreeMap<CheckKind, Option<String>>;

/// How many blocks of the sample are about what the compiler emits.
pub(super) fn count(sample: &Sample) -> usize {
    sample.checks.iter().filter(|block| source(&block.kind).is_some()).count()
}

/// Emits what the blocks of `sample`, which stands alone in the crate of `call`, are about.
pub(super) fn emit(sample: &Sample, call: &Call<'_>) -> Result<Emissions> {
    let kinds: BTreeSet<&CheckKind> = sample.checks.iter().map(|block| &block.kind).collect();
    let mut by_level: BTreeMap<Option<&str>, Vec<(&CheckKind, Emit)>> = BTreeMap::new();
    for kind in kinds {
        if let Some((form, level)) = source(kind) {
            by_level.entry(level).or_default().push((kind, form));
        }
    }
    let mut emissions = Emissions::new();
    for (level, kinds) in by_level {
        if call.compile(&goal(level, &kinds))?.success {
            for (kind, form) in kinds {
                emissions.insert(kind.clone(), cut(kind, form, call)?);
            }
        }
    }
    Ok(emissions)
}

/// In which form a block is found, and at which optimization level; HIR has none.
fn source(kind: &CheckKind) -> Option<(Emit, Option<&str>)> {
    match kind {
        CheckKind::Emitted { form: Emit::Hir, .. } => Some((Emit::Hir, None)),
        CheckKind::Emitted { form, opt, .. } => Some((*form, Some(opt))),
        CheckKind::Codegen { opt } => Some((Emit::Asm, Some(opt))),
        _ => None,
    }
}

fn goal(level: Option<&str>, kinds: &[(&CheckKind, Emit)]) -> Goal {
    let forms = kinds.iter().map(|(_, form)| *form).collect();
    level.map_or(Goal::Hir, |level| Goal::Texts { forms, opt: level.to_owned() })
}

/// The part of a form's text that the block is about.
fn cut(kind: &CheckKind, form: Emit, call: &Call<'_>) -> Result<Option<String>> {
    let text = fs::read_to_string(call.dir.join(emit_name(form)));
    let text = text.context("rustc emitted nothing")?;
    match kind {
        CheckKind::Emitted { function: Some(name), .. } => Ok(emitted::function(form, name, &text)),
        _ => Ok(Some(text)),
    }
}
