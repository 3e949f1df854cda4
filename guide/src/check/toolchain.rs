//! The compiler that proves the samples, and the crates that samples may use.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Artifact, Message, Metadata};

use super::Unusable;

/// The crate whose dependencies samples may use.
const CHAPTER_CRATES: &str = "chapter-crates";

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
        let sysroot =
            text_of(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root))?;
        let rustc = Path::new(sysroot.trim()).join("bin").join("rustc");
        let version = text_of(Command::new(&rustc).arg("-vV").current_dir(root))?;
        Ok(Self { rustc, version })
    }
}

fn text_of(command: &mut Command) -> Result<String> {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(Unusable::NoCompiler),
        Err(error) => return Err(error).context("cannot start rustc"),
    };
    if !output.status.success() {
        bail!(Unusable::Compiler(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).context("rustc printed something that is not UTF-8")
}

/// The crates that samples may use, by the names that samples use.
#[derive(Debug, Clone, Default)]
pub struct ChapterCrates {
    root: PathBuf,
    names: Vec<String>,
}

impl ChapterCrates {
    /// Reads the names from the manifest; a book without the manifest has none.
    #[must_use]
    pub fn load(root: &Path) -> Self {
        let manifest = root.join("examples").join(CHAPTER_CRATES).join("Cargo.toml");
        let text = std::fs::read_to_string(manifest).unwrap_or_default();
        let manifest: toml::Table = text.parse().unwrap_or_default();
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        let names = dependencies.into_iter().flat_map(toml::Table::keys);
        Self { root: root.to_owned(), names: names.map(|name| name.replace('-', "_")).collect() }
    }

    /// Whether a sample's text mentions one of the crates.
    #[must_use]
    pub fn used_by(&self, text: &str) -> bool {
        let mentions = |name: &String| {
            let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            words.any(|word| word == name)
        };
        self.names.iter().any(mentions)
    }

    /// What the built crates depend on: the manifest and the lock file.
    pub(super) fn fingerprint(&self) -> String {
        let manifest = Path::new("examples").join(CHAPTER_CRATES).join("Cargo.toml");
        let files = [manifest, PathBuf::from("Cargo.lock"), PathBuf::from("Cargo.toml")];
        files
            .iter()
            .map(|file| std::fs::read_to_string(self.root.join(file)).unwrap_or_default())
            .collect()
    }

    /// Builds the crates and returns the arguments that make rustc see them.
    pub(super) fn build(&self) -> Result<Vec<OsString>> {
        let metadata = self.metadata()?;
        let artifacts = self.artifacts()?;
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

    fn metadata(&self) -> Result<Metadata> {
        let output = self.cargo(&["metadata", "--format-version", "1", "--locked"])?;
        serde_json::from_slice(&output.stdout)
            .context("cargo metadata printed something unexpected")
    }

    fn artifacts(&self) -> Result<Vec<Artifact>> {
        let output =
            self.cargo(&["build", "--package", CHAPTER_CRATES, "--message-format", "json"])?;
        let keep = |message| match message {
            Ok(Message::CompilerArtifact(artifact)) => Some(Ok(artifact)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        };
        let artifacts: io::Result<_> =
            Message::parse_stream(output.stdout.as_slice()).filter_map(keep).collect();
        artifacts.context("cargo build printed something unexpected")
    }

    fn cargo(&self, arguments: &[&str]) -> Result<Output> {
        let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
        let output = Command::new(cargo)
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .context("cannot start cargo")?;
        if !output.status.success() {
            bail!(Unusable::Crates(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        Ok(output)
    }
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
