//! The compiler that proves the samples, and the crates that samples may use.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Artifact, Message, Metadata};
use regex::Regex;

use super::Unusable;
use super::run::Ran;
use crate::book::digest;
use crate::book::examples::{self, CHAPTER_CRATES};

/// A compiler, found once.
#[derive(Debug, Clone)]
pub(crate) struct Toolchain {
    /// The compiler itself, without rustup's wrapper.
    pub(crate) rustc: PathBuf,
    /// All that `rustc -vV` prints.
    pub(crate) version: String,
}

impl Toolchain {
    /// Asks the `rustc` on the path, from `root`, so that rustup reads the book's toolchain file.
    pub(crate) fn find(root: &Path) -> Result<Self> {
        let ask = |question| spawn(Command::new("rustc").arg(question).current_dir(root));
        // Both at once, as rustup's wrapper takes a moment for each.
        let (sysroot, version) = (ask("--print=sysroot")?, ask("-vV")?);
        let (sysroot, version) = (answer(sysroot)?, answer(version)?);
        let rustc = Path::new(sysroot.trim()).join("bin").join("rustc");
        Ok(Self { rustc, version })
    }
}

fn spawn(command: &mut Command) -> Result<Child> {
    match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(Unusable::NoCompiler),
        child => child.context("cannot start rustc"),
    }
}

fn answer(rustc: Child) -> Result<String> {
    let output = rustc.wait_with_output().context("cannot read what rustc says")?;
    if !output.status.success() {
        bail!(Unusable::Compiler(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).context("rustc printed something that is not UTF-8")
}

/// The crates that samples may use, by the names that samples use.
#[derive(Debug, Clone, Default)]
pub struct ChapterCrates {
    root: PathBuf,
    mention: Option<Regex>,
}

impl ChapterCrates {
    /// Reads the names from the manifest; a book without the manifest has none.
    #[must_use]
    pub fn load(root: &Path) -> Self {
        let usable = examples::usable(root);
        let names: Vec<String> = usable.keys().map(|name| name.replace('-', "_")).collect();
        Self { root: root.to_owned(), mention: mention(&names) }
    }

    /// Whether a sample's text names one of the crates: at the start of a path, or in an import. A method
    /// may be called as a crate is.
    #[must_use]
    pub fn used_by(&self, text: &str) -> bool {
        self.mention.as_ref().is_some_and(|mention| mention.is_match(text))
    }

    /// What the built crates depend on: the manifest, the lock file, Cargo's settings, and the source of
    /// those that are part of the book.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let files = [
            examples::manifest(),
            "Cargo.lock".into(),
            "Cargo.toml".into(),
            ".cargo/config.toml".into(),
        ];
        let sources = examples::used_files(&self.root).into_iter().map(PathBuf::from);
        let settings: BTreeSet<String> = std::env::vars_os().filter_map(build_setting).collect();
        files.into_iter().chain(sources).map(|file| self.entry(&file)).chain(settings).collect()
    }

    /// A file's name and what is in it, told apart from what is in the next one.
    fn entry(&self, file: &Path) -> String {
        let text = std::fs::read(self.root.join(file)).unwrap_or_default();
        format!("{}={}\n", file.display(), digest(&text))
    }

    /// Builds the crates by calls of Cargo that `run` makes, and returns the arguments that make rustc see
    /// them.
    pub(super) fn build(
        &self,
        run: impl Fn(&mut Command) -> io::Result<Ran>,
    ) -> Result<Vec<OsString>> {
        let metadata = self.metadata(&run)?;
        let artifacts = self.artifacts(&run)?;
        let mut arguments = Vec::new();
        for (name, library) in direct_dependencies(&metadata, &artifacts) {
            let mut extern_path = OsString::from(format!("{name}="));
            extern_path.push(&library);
            let search = library.parent().unwrap_or(Path::new(".")).as_os_str();
            let mut search_path = OsString::from("dependency=");
            search_path.push(search);
            arguments.extend(["--extern".into(), extern_path, "-L".into(), search_path]);
        }
        Ok(arguments)
    }

    fn metadata(&self, run: impl Fn(&mut Command) -> io::Result<Ran>) -> Result<Metadata> {
        let output = self.cargo(&["metadata", "--format-version", "1", "--locked"], run)?;
        serde_json::from_str(&output.stdout).context("cargo metadata printed something unexpected")
    }

    fn artifacts(&self, run: impl Fn(&mut Command) -> io::Result<Ran>) -> Result<Vec<Artifact>> {
        let output =
            self.cargo(&["build", "--package", CHAPTER_CRATES, "--message-format", "json"], run)?;
        let keep = |message| match message {
            Ok(Message::CompilerArtifact(artifact)) => Some(Ok(artifact)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        };
        let artifacts: io::Result<_> =
            Message::parse_stream(output.stdout.as_bytes()).filter_map(keep).collect();
        artifacts.context("cargo build printed something unexpected")
    }

    fn cargo(
        &self,
        arguments: &[&str],
        run: impl Fn(&mut Command) -> io::Result<Ran>,
    ) -> Result<Ran> {
        let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
        let mut command = Command::new(cargo);
        command.args(arguments).current_dir(&self.root);
        let ran = run(&mut command).context("cannot run cargo")?;
        if ran.code != Some(0) {
            bail!(Unusable::Crates(ran.stderr.trim().to_owned()));
        }
        Ok(ran)
    }
}

/// What a text that uses one of the crates has in it.
fn mention(names: &[String]) -> Option<Regex> {
    let any = names.iter().map(|name| regex::escape(name)).collect::<Vec<_>>().join("|");
    let path = format!(r"(?:^|[^\w:.])(?:::\s*)?(?:{any})\s*::");
    let import = format!(r"\b(?:use|extern\s+crate)\s+(?:{any})\b");
    (!names.is_empty()).then(|| Regex::new(&format!("{path}|{import}")).expect("a valid pattern"))
}

/// A variable that changes what Cargo builds, with its value.
fn build_setting((name, value): (OsString, OsString)) -> Option<String> {
    let name = name.to_str()?;
    let is_meant = name.ends_with("RUSTFLAGS")
        || ["CARGO_BUILD_", "CARGO_PROFILE_"].iter().any(|start| name.starts_with(start));
    is_meant.then(|| format!("{name}={}\n", value.display()))
}

/// The libraries of the manifest's own dependencies, by the names under which samples use them.
fn direct_dependencies(metadata: &Metadata, artifacts: &[Artifact]) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let package = metadata.packages.iter().find(|package| package.name.as_str() == CHAPTER_CRATES);
    let mut nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let node = nodes.find(|node| package.is_some_and(|package| package.id == node.id));
    for dependency in node.into_iter().flat_map(|node| &node.deps) {
        // A package with a build script has an artifact for that, too.
        let of_package = artifacts.iter().filter(|artifact| artifact.package_id == dependency.pkg);
        let mut files = of_package.flat_map(|artifact| &artifact.filenames);
        let library = files.find(|file| matches!(file.extension(), Some("rlib")));
        found.extend(
            library.map(|file| (dependency.name.clone(), file.clone().into_std_path_buf())),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_change_in_a_crate_of_the_book_makes_another_fingerprint() {
        let dir = tempfile::tempdir().expect("a directory");
        let write = |file: &str, text: &str| {
            let path = dir.path().join("examples").join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
            ChapterCrates::load(dir.path()).fingerprint()
        };
        write("chapter-crates/Cargo.toml", "[dependencies]\nsupport = { path = \"../support\" }\n");
        let before = write("support/src/lib.rs", "pub fn count() -> u8 { 1 }\n");
        let after = write("support/src/lib.rs", "pub fn count() -> u8 { 2 }\n");
        assert_ne!(before, after);
        let after = write("support/src/words.txt", "one\n");
        assert_ne!(after, write("support/src/words.txt", "two\n"));
        write("support/Cargo.toml", "[dependencies]\nwords = { path = \"../words\" }\n");
        let before = write("words/src/lib.rs", "pub const ONE: u8 = 1;\n");
        let after = write("words/src/lib.rs", "pub const ONE: u8 = 2;\n");
        assert_ne!(before, after);
        assert_eq!(after, write("other/src/lib.rs", "pub fn count() -> u8 { 3 }\n"));
    }

    #[test]
    fn code_that_moves_to_the_next_file_makes_another_fingerprint() {
        let dir = tempfile::tempdir().expect("a directory");
        let source = dir.path().join("examples/support/src");
        let write = |path: &Path, text: &str| {
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
        };
        let manifest = dir.path().join(examples::manifest());
        write(&manifest, "[dependencies]\nsupport = { path = \"../support\" }\n");
        let fingerprint = |coffee: &str, tea: &str| {
            write(&source.join("coffee.rs"), coffee);
            write(&source.join("tea.rs"), tea);
            ChapterCrates::load(dir.path()).fingerprint()
        };
        let before = fingerprint("pub fn cup() {}\npub fn pot() {}\n", "");
        assert_ne!(before, fingerprint("pub fn cup() {}\n", "pub fn pot() {}\n"));
    }

    #[test]
    fn a_crate_is_used_where_a_path_or_an_import_begins_with_it() {
        let mention = mention(&["store".to_owned(), "tokio".to_owned()]).expect("names");
        for text in ["use store::Store;", "#[tokio::main]", "use tokio as t;", "x(::store::open())"]
        {
            assert!(mention.is_match(text), "{text}");
        }
        for text in
            ["flag.store(true, Release);", "disk::store::open()", "let store = 1;", "restore::x()"]
        {
            assert!(!mention.is_match(text), "{text}");
        }
    }

    #[test]
    fn variables_that_change_what_is_built_are_part_of_the_fingerprint() {
        let setting = |name: &str| build_setting((name.into(), "-O".into()));
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_PROFILE_DEV_OPT_LEVEL"] {
            assert_eq!(setting(name), Some(format!("{name}=-O\n")));
        }
        assert_eq!(setting("CARGO_TARGET_DIR"), None);
    }
}
