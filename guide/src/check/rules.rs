//! By which rules samples are proved: the guide's own, or those of `mdbook test` for any book.

use std::ffi::OsString;
use std::path::PathBuf;

use super::run::{self, Limits};
use super::verdict::{self, Evidence};
use crate::book::{Finding, Sample};

/// What a sample must do to be proved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Rules {
    /// Everything that the page states, and no warnings but stated ones.
    #[default]
    Guide,
    /// What rustdoc's tests ask for.
    Doctests {
        /// Whether a sample that must not compile has to fail with the codes that it names.
        strict: bool,
        /// Directories of compiled crates.
        libraries: Vec<PathBuf>,
    },
}

impl Rules {
    /// Whether the samples are tests of rustdoc.
    pub(crate) fn is_doctests(&self) -> bool {
        matches!(self, Self::Doctests { .. })
    }

    /// Whether a proof depends on nothing that changes unnoticed, as a directory of crates does.
    pub(crate) fn allow_cache(&self) -> bool {
        !matches!(self, Self::Doctests { libraries, .. } if !libraries.is_empty())
    }

    /// Everything that is wrong with the sample.
    pub(crate) fn judge(&self, sample: &Sample, evidence: &Evidence) -> Vec<Finding> {
        match self {
            Self::Guide => verdict::judge(sample, evidence),
            Self::Doctests { strict, .. } => {
                verdict::judge_doctest(sample, evidence, *strict).into_iter().collect()
            }
        }
    }

    /// What a run of a sample may use.
    pub(crate) fn limits(&self) -> Limits {
        if self.is_doctests() { run::DOCTEST } else { run::SAMPLE }
    }

    /// The name of a crate with these samples; `None` where a sample may name itself.
    pub(crate) fn crate_name(&self, samples: &[&Sample]) -> Option<&'static str> {
        let is_named = || samples.iter().any(|sample| sample.text.contains("crate_name"));
        match self {
            Self::Guide => Some("main"),
            Self::Doctests { .. } => (!is_named()).then_some("rust_out"),
        }
    }

    /// What the compiler is told about every sample, where that is not the same for all books.
    pub(crate) fn arguments(&self) -> Option<Vec<OsString>> {
        let Self::Doctests { libraries, .. } = self else { return None };
        // rustdoc writes `#![allow(unused)]` above every test.
        let mut arguments = vec!["-A".into(), "unused".into()];
        for directory in libraries {
            arguments.extend(["-L".into(), directory.into()]);
        }
        Some(arguments)
    }
}
