//! Whether the options of a puzzle say what its sample did: the checked one must, and no other may.
//!
//! The sample itself is proved already, so what its fence states has happened.

use super::compile::{Diagnostic, Span};
use super::miri;
use super::verdict::{self, Evidence};
use crate::book::{
    CheckKind, Choice, Claim, Error, Expectation, Finding, Location, Sample, squeezed, tidy,
};

/// Everything that is wrong with the options.
pub(crate) fn judge(sample: &Sample, evidence: &Evidence) -> Vec<Finding> {
    let witness = Witness { sample, evidence };
    sample.options.iter().filter_map(|option| witness.judge(option)).collect()
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Holds,
    Fails,
    /// It holds in part, or but for white space: somebody could argue.
    Arguable(&'static str),
}

/// Knows what a sample did.
struct Witness<'a> {
    sample: &'a Sample,
    evidence: &'a Evidence,
}

impl Witness<'_> {
    fn judge(&self, option: &Choice) -> Option<Finding> {
        match (self.fate(&option.claim), option.is_right) {
            (Fate::Holds, true) | (Fate::Fails, false) => None,
            (Fate::Holds, false) => Some(self.also_right(option)),
            (Fate::Fails, true) => Some(self.not_right(option)),
            (Fate::Arguable(why), _) => Some(arguable(self.at(option), why)),
        }
    }

    fn fate(&self, claim: &Claim) -> Fate {
        match claim {
            Claim::Prints(lines) => self.prints(lines),
            Claim::Fails { error, at } => self.fails(error, at.as_deref()),
            Claim::Panics(message) => self.panics(message),
            Claim::Undefined => self.is_undefined(),
            // What is proved to end in any way does not run forever.
            Claim::NeverEnds => Fate::Fails,
        }
    }

    fn prints(&self, lines: &[String]) -> Fate {
        let Some(run) = self.evidence.runs.first() else { return Fate::Fails };
        let is_alike = squeezed(&lines.concat()) == squeezed(&run.stdout);
        match self.sample.expectation {
            Expectation::Run if tidy(&lines.join("\n")) == tidy(&run.stdout) => Fate::Holds,
            Expectation::Run if is_alike => {
                Fate::Arguable("it differs from the output in white space only")
            }
            Expectation::Panic if is_alike => {
                Fate::Arguable("the sample prints that before it panics")
            }
            _ => Fate::Fails,
        }
    }

    fn panics(&self, message: &str) -> Fate {
        if self.sample.expectation != Expectation::Panic {
            return Fate::Fails;
        }
        let actual = verdict::actual(&CheckKind::Panic, self.evidence).unwrap_or_default();
        if message == actual {
            Fate::Holds
        } else if squeezed(message) == squeezed(&actual) {
            Fate::Arguable("it differs from the message in white space only")
        } else {
            Fate::Fails
        }
    }

    fn fails(&self, error: &Error, at: Option<&str>) -> Fate {
        if !matches!(self.sample.expectation, Expectation::CompileFail { .. }) {
            return Fate::Fails;
        }
        let for_this = match error {
            Error::Codes(codes) => {
                let actual = self.evidence.compiled.error_codes();
                if *codes != actual && !codes.is_disjoint(&actual) {
                    return Fate::Arguable("some of the codes are right");
                }
                *codes == actual
            }
            Error::Message(message) => self.uncoded().any(|error| error.message == *message),
        };
        let is_there = at.is_none_or(|code| self.points_to(code));
        if for_this && is_there { Fate::Holds } else { Fate::Fails }
    }

    fn uncoded(&self) -> impl Iterator<Item = &Diagnostic> {
        self.evidence.compiled.errors().filter(|error| error.error_code().is_none())
    }

    /// Whether an error is about the line that has this code.
    fn points_to(&self, code: &str) -> bool {
        let lines = self.sample.lines_with(code);
        let spans = self.evidence.compiled.errors().flat_map(|error| &error.spans);
        let mut places = spans.filter(|span| span.is_primary).flat_map(Span::with_callers);
        places.any(|span| span.file_name == "src/main.rs" && lines.contains(&span.line_start))
    }

    fn is_undefined(&self) -> Fate {
        let reported = matches!(self.sample.expectation, Expectation::Reported { .. });
        let by_miri = self.evidence.miri.as_ref().is_some_and(miri::found_undefined_behavior);
        if reported || by_miri { Fate::Holds } else { Fate::Fails }
    }

    fn at(&self, option: &Choice) -> Location {
        self.sample.at_line(*option.lines.start())
    }

    fn also_right(&self, option: &Choice) -> Finding {
        Finding::new(
            self.at(option),
            "wrong-option",
            "the option is right, and its box is not checked",
            "options that are wrong, but for the checked one",
            "make it say something that does not happen, or correct the sample",
        )
        .with_detail(self.told())
    }

    fn not_right(&self, option: &Choice) -> Finding {
        Finding::new(
            self.at(option),
            "wrong-option",
            "the option is wrong, and its box is checked",
            format!("what happens: {}", self.happens()),
            "find out why, then correct the option or the sample",
        )
        .with_detail(self.told())
    }

    /// The sentence that would be right.
    fn happens(&self) -> String {
        let actual = |kind| verdict::actual(&kind, self.evidence).unwrap_or_default();
        let claim = match &self.sample.expectation {
            Expectation::CompileFail { codes } if !codes.is_empty() => {
                Claim::Fails { error: Error::Codes(codes.clone()), at: None }
            }
            Expectation::CompileFail { .. } => {
                let message = self.uncoded().map(|error| error.message.clone()).collect();
                Claim::Fails { error: Error::Message(message), at: None }
            }
            Expectation::Panic => Claim::Panics(actual(CheckKind::Panic)),
            Expectation::Reported { .. } => Claim::Undefined,
            _ => Claim::Prints(actual(CheckKind::Output).lines().map(str::to_owned).collect()),
        };
        format!("“{claim}”")
    }

    /// What the compiler or Miri said.
    fn told(&self) -> String {
        match &self.evidence.miri {
            Some(ran) if miri::found_undefined_behavior(ran) => ran.stderr.clone(),
            _ => self.evidence.in_place.clone(),
        }
    }
}

fn arguable(at: Location, why: &str) -> Finding {
    Finding::new(
        at,
        "arguable-option",
        format!("one could argue whether the option is right: {why}"),
        "options that are plainly right or plainly wrong",
        "make it say something else, or exactly what happens",
    )
}
