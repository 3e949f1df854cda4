//! One chapter: its text sorted into questions and samples.

use std::path::Path;

use super::Book;
use super::finding::{Finding, Location};
use super::include::{self, Resolved, Shown};
use super::info::{self, Expectation, Kind, SampleInfo};
use super::links::Anchors;
use super::markdown::{self, Element, Fence, Heading, TaskList};
use super::measurement::{self, MeasuredBlock};
use super::puzzle::{self, Puzzle};
use super::sample::{CheckedBlock, Directive, Form, Question, Sample};
use super::source::{self, Lines};

/// A chapter of the book.
#[derive(Debug)]
pub struct Chapter {
    /// Path relative to the source directory, such as `core/ownership.md`.
    pub path: String,
    /// Path relative to the root of the book.
    pub file: String,
    /// The first-level heading.
    pub title: String,
    /// The Markdown.
    pub text: String,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// The puzzles, in order.
    pub puzzles: Vec<Puzzle>,
    /// The samples, in order, also those inside directives.
    pub samples: Vec<Sample>,
    /// The blocks that show recordings, in order.
    pub measured: Vec<MeasuredBlock>,
    pub(crate) headings: Vec<Heading>,
    pub(crate) anchors: Anchors,
    /// Links to pages of this book, with their lines and columns.
    pub(crate) links: Vec<(String, usize, usize)>,
    /// What the chapter shows of `examples/`.
    pub(crate) shown: Vec<Shown>,
    /// What is wrong with single fences and includes.
    pub(crate) findings: Vec<Finding>,
    /// Directives in order, also those outside of questions.
    pub(crate) directives: Vec<Directive>,
}

impl Chapter {
    /// Reads the chapter at `path`, relative to the book's source directory.
    pub(crate) fn load(book: &Book, path: &str) -> Result<Self, Finding> {
        Self::load_file(book, path, format!("{}/{path}", book.source_dir().display()))
    }

    /// Reads a page from `file`, relative to the root of the book.
    pub(crate) fn load_file(book: &Book, path: &str, file: String) -> Result<Self, Finding> {
        let text = source::read(&book.root.join(&file), &file)?;
        let elements = markdown::parse(&text);
        let mut chapter = Self::empty(path, file, text);
        chapter.resolve_includes(&book.root);
        chapter.anchors = Anchors::of(&elements);
        let lines = Lines::of(&chapter.text);
        let mut reader = Reader { book, chapter, lines, section: None, previous: None };
        reader.read(elements);
        Ok(reader.chapter)
    }

    /// A chapter in which nothing has been found yet.
    pub(super) fn empty(path: &str, file: String, text: String) -> Self {
        Self {
            path: path.to_owned(),
            file,
            title: String::new(),
            text,
            questions: Vec::new(),
            puzzles: Vec::new(),
            samples: Vec::new(),
            measured: Vec::new(),
            headings: Vec::new(),
            anchors: Anchors::default(),
            links: Vec::new(),
            shown: Vec::new(),
            findings: Vec::new(),
            directives: Vec::new(),
        }
    }

    /// Whether a question or a puzzle has this id.
    #[must_use]
    pub fn has_id(&self, id: &str) -> bool {
        self.questions.iter().any(|question| question.id == id)
            || self.puzzles.iter().any(|puzzle| puzzle.id == id)
    }

    /// The line of the first second-level heading below `line`.
    #[must_use]
    pub fn section_below(&self, line: usize) -> Option<usize> {
        let sections = self.headings.iter().filter(|heading| heading.depth == 2);
        sections.map(|heading| heading.line).find(|&heading| heading > line)
    }

    /// A place in this chapter.
    pub(crate) fn at(&self, line: usize, column: usize) -> Location {
        Location::new(&self.file, line, column)
    }

    /// The directory of the chapter, relative to the root.
    pub(crate) fn dir(&self) -> &Path {
        Path::new(&self.file).parent().unwrap_or(Path::new(""))
    }

    fn resolve_includes(&mut self, root: &Path) {
        let Resolved { shown, errors, .. } = include::resolve(&self.text, root, self.dir());
        self.shown = shown;
        for (line, error) in errors {
            let finding = Finding::new(
                self.at(line + 1, 1),
                "include",
                error,
                "a file of this book, and an anchor in it that is opened, closed and not empty",
                "correct the path or the anchor, or mark the lines in the file",
            );
            self.findings.push(finding);
        }
    }
}

/// Walks over the elements of a page and sorts them.
struct Reader<'book> {
    book: &'book Book,
    chapter: Chapter,
    /// Those of the chapter's text.
    lines: Lines,
    /// What the text belongs to.
    section: Option<Section>,
    /// The last sample, and the line where it or its last checked block ends.
    previous: Option<(Previous, usize)>,
}

/// What is below a second-level heading with a level.
#[derive(Clone, Copy)]
enum Section {
    /// Index of a question.
    Question(usize),
    /// Index of a puzzle.
    Puzzle(usize),
}

/// What a checked block may belong to.
#[derive(Clone, Copy)]
enum Previous {
    /// Index of a sample.
    Sample(usize),
    /// A fence that was refused: that is the error to report.
    Refused,
}

impl Reader<'_> {
    fn read(&mut self, elements: Vec<Element>) {
        for element in elements {
            match element {
                Element::Heading(heading) => self.heading(heading),
                Element::Fence(fence) => self.fence(fence),
                Element::TaskList(list) => self.task_list(&list),
                Element::Link { target, line, column } => {
                    self.chapter.links.push((target, line, column));
                }
                Element::HtmlId(_) => {}
                Element::IndentedCode { line } => self.indented_code(line),
            }
        }
    }

    fn heading(&mut self, heading: Heading) {
        if heading.depth == 1 && self.chapter.title.is_empty() {
            self.chapter.title.clone_from(&heading.text);
        }
        if heading.depth <= 2 {
            self.section = (heading.depth == 2).then(|| self.open(&heading)).flatten();
        }
        self.chapter.headings.push(heading);
    }

    /// A question or a puzzle, if the heading opens one.
    fn open(&mut self, heading: &Heading) -> Option<Section> {
        if let Some(level) = heading.level(puzzle::PREFIX) {
            self.chapter.puzzles.push(Puzzle::new(heading, level));
            return Some(Section::Puzzle(self.chapter.puzzles.len() - 1));
        }
        let level = heading.level("")?;
        self.chapter.questions.push(Question {
            id: heading.id.clone().unwrap_or_default(),
            level,
            title: heading.text.clone(),
            line: heading.line,
            directives: Vec::new(),
            samples: 0,
        });
        Some(Section::Question(self.chapter.questions.len() - 1))
    }

    fn fence(&mut self, fence: Fence) {
        if fence.end.is_none() {
            self.unclosed(&fence);
        } else if fence.directive().is_some() {
            self.directive(fence);
        } else {
            self.block(&fence);
        }
    }

    /// The id of the question or puzzle that the text belongs to.
    fn section_id(&self) -> Option<String> {
        self.section.map(|section| match section {
            Section::Question(index) => self.chapter.questions[index].id.clone(),
            Section::Puzzle(index) => self.chapter.puzzles[index].id.clone(),
        })
    }

    /// The question that the text belongs to.
    fn question(&mut self) -> Option<&mut Question> {
        let Some(Section::Question(index)) = self.section else { return None };
        self.chapter.questions.get_mut(index)
    }

    fn directive(&mut self, fence: Fence) {
        let directive = Directive {
            name: fence.directive().unwrap_or_default().to_owned(),
            line: fence.line,
            words: fence.body.split_whitespace().count(),
        };
        if let Some(question) = self.question() {
            question.directives.push(directive.clone());
        }
        self.chapter.directives.push(directive);
        self.read(fence.inside);
    }

    fn block(&mut self, fence: &Fence) {
        match info::parse(&fence.info) {
            Ok(Kind::Sample(info)) => self.sample(fence, info),
            Ok(Kind::Checked(kind)) => self.checked(fence, kind),
            Ok(Kind::Measured(name)) => self.measured(fence, name),
            Ok(Kind::Plain) => {}
            Err(refusal) => {
                let at = self.chapter.at(fence.line, fence.column);
                let info::Refusal { rule, what, expected, remedy } = refusal;
                self.chapter.findings.push(Finding::new(at, rule, what, expected, remedy));
                self.previous = Some((Previous::Refused, fence.end.unwrap_or(fence.line)));
            }
        }
    }

    fn sample(&mut self, fence: &Fence, info: SampleInfo) {
        let resolved = include::resolve(&fence.body, &self.book.root, self.chapter.dir());
        let included = !resolved.shown.is_empty();
        let end = fence.end.unwrap_or(fence.line);
        let expectation = self.expectation(fence, info.expectation, &resolved);
        self.previous = Some((Previous::Sample(self.chapter.samples.len()), end));
        if let Some(question) = self.question() {
            question.samples += 1;
        }
        self.chapter.samples.push(Sample {
            chapter: self.chapter.path.clone(),
            file: self.chapter.file.clone(),
            question: self.section_id(),
            lines: fence.line..=end,
            column: fence.column,
            expectation,
            edition: info.edition,
            warns: info.warns,
            text: resolved.text,
            included,
            form: Form::Program,
            checks: Vec::new(),
            options: Vec::new(),
        });
    }

    /// The options of the sample right above; any other task list is prose.
    fn task_list(&mut self, list: &TaskList) {
        let Some(Previous::Sample(sample)) = self.right_above(list.line) else { return };
        if let Some(Section::Puzzle(index)) = self.section {
            self.chapter.puzzles[index].sample.get_or_insert(sample);
        }
        let (options, findings) = puzzle::options(list, &self.chapter.samples[sample]);
        self.chapter.samples[sample].options = options;
        self.chapter.findings.extend(findings);
    }

    fn measured(&mut self, fence: &Fence, name: String) {
        let at = self.chapter.at(fence.line, fence.column);
        let block = MeasuredBlock {
            recording: measurement::look_up(&self.book.root, &name, at),
            name,
            chapter: self.chapter.path.clone(),
            file: self.chapter.file.clone(),
            question: self.section_id(),
            lines: fence.line..=fence.end.unwrap_or(fence.line),
            column: fence.column,
            text: fence.body.clone(),
        };
        self.chapter.findings.extend(block.fault());
        self.chapter.measured.push(block);
    }

    /// The expectation, completed by what stands around and inside the fence.
    fn expectation(&mut self, fence: &Fence, stated: Expectation, body: &Resolved) -> Expectation {
        if let Some((_, error)) = body.errors.first() {
            return Expectation::Ignored { reason: error.clone() };
        }
        match stated {
            Expectation::Ignored { .. } => Expectation::Ignored { reason: self.reason(fence) },
            Expectation::Run if !body.shown.is_empty() && !body.text.contains("fn main") => {
                Expectation::Example
            }
            stated => stated,
        }
    }

    /// The comment on the line above an ignored sample.
    fn reason(&mut self, fence: &Fence) -> String {
        let above = self.lines.line(&self.chapter.text, fence.line - 1);
        let comment = above.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
        let reason = comment.unwrap_or_default().trim().to_owned();
        if reason.is_empty() {
            self.chapter.findings.push(Finding::new(
                self.chapter.at(fence.line, fence.column),
                "ignore-without-reason",
                "the sample is ignored, and nothing says why",
                "a comment on the line above, such as `<!-- needs a kernel module -->`",
                "write the reason, or state an expectation that can be proved",
            ));
        }
        reason
    }

    fn checked(&mut self, fence: &Fence, kind: info::CheckKind) {
        let end = fence.end.unwrap_or(fence.line);
        let Some(above) = self.right_above(fence.line) else {
            return self.orphan(fence, &kind);
        };
        self.previous = Some((above, end));
        if let Previous::Sample(sample) = above {
            let (lines, text) = (fence.line..=end, fence.body.clone());
            self.chapter.samples[sample].checks.push(CheckedBlock { kind, lines, text });
        }
    }

    /// What only blank lines separate from `line`.
    fn right_above(&self, line: usize) -> Option<Previous> {
        let (previous, end) = self.previous?;
        let line_of = |number| self.lines.line(&self.chapter.text, number);
        let is_blank = |number| line_of(number).trim_matches([' ', '>', '\t']).is_empty();
        (end + 1..line).all(is_blank).then_some(previous)
    }

    fn orphan(&mut self, fence: &Fence, kind: &info::CheckKind) {
        self.chapter.findings.push(Finding::new(
            self.chapter.at(fence.line, fence.column),
            "orphan-block",
            format!("the `{kind}` block does not stand right after a sample, so nothing checks it"),
            "only blank lines between a sample and its checked blocks",
            "move it below its sample, or write ```text",
        ));
    }

    fn unclosed(&mut self, fence: &Fence) {
        self.chapter.findings.push(Finding::new(
            self.chapter.at(fence.line, fence.column),
            "unclosed-fence",
            "the fence is never closed",
            "a closing fence of the same length on a line of its own",
            "close it where it ends; a directive that holds fences is opened and closed with ~~~",
        ));
    }

    fn indented_code(&mut self, line: usize) {
        self.chapter.findings.push(Finding::new(
            self.chapter.at(line, 1),
            "no-language",
            "a code block made by indentation cannot name its language",
            "a fence with a language",
            "put ```rust or ```text around it and remove the indentation",
        ));
    }
}
