//! Reading an author's file: strict about encoding and line ends, so that every later span is exact.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::finding::{Finding, Location};

/// Reads a UTF-8 file with LF line ends.
///
/// # Errors
/// A finding that names `shown` when the file is missing, unreadable, not UTF-8, or has a byte order
/// mark, carriage returns or NUL bytes.
pub(crate) fn read(path: &Path, shown: &str) -> Result<String, Finding> {
    let bytes = fs::read(path).map_err(|error| unreadable(shown, &error))?;
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(byte_order_mark(shown));
    }
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(shown, &error))?;
    match [text.find('\r'), text.find('\0')].into_iter().flatten().min() {
        Some(at) if text[at..].starts_with('\r') => {
            Err(carriage_return(shown, position(&text, at).0))
        }
        Some(at) => Err(nul_byte(shown, position(&text, at))),
        None => Ok(text),
    }
}

/// Replaces a file at once: a reader, or a crash, sees the old contents or the new.
///
/// # Errors
/// When the file or its directory cannot be written; then the old contents are still there.
pub(crate) fn write_whole(path: &Path, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut new = tempfile::Builder::new();
    // Others may read it too, as far as the user wants that.
    #[cfg(unix)]
    new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = new.tempfile_in(dir)?;
    file.write_all(contents.as_ref())?;
    if let Ok(old) = fs::metadata(path) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.persist(path)?;
    Ok(())
}

/// Without trailing space: editors remove it, and no reader sees it.
pub(crate) fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

/// The SHA-256 of a text or of bytes, in hexadecimal digits.
pub(crate) fn digest(contents: &(impl AsRef<[u8]> + ?Sized)) -> String {
    let bytes = Sha256::digest(contents);
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Where the lines of a text start, so that places in it are found without reading it again.
#[derive(Debug)]
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let starts = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self(std::iter::once(0).chain(starts).collect())
    }

    /// Line and column, both from 1 and in characters, of a byte offset in the text.
    pub(crate) fn position(&self, text: &str, offset: usize) -> (usize, usize) {
        let line = self.0.partition_point(|&start| start <= offset);
        (line, text[self.0[line - 1]..offset].chars().count() + 1)
    }

    /// The line with this number, from 1, of the text; empty where there is none.
    pub(crate) fn line<'text>(&self, text: &'text str, number: usize) -> &'text str {
        let start = number.checked_sub(1).and_then(|index| self.0.get(index));
        start.and_then(|&start| text[start..].lines().next()).unwrap_or_default()
    }
}

/// Line and column, both from 1 and in characters, of a byte offset.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    Lines::of(text).position(text, offset.min(text.len()))
}

fn unreadable(shown: &str, error: &io::Error) -> Finding {
    Finding::new(
        Location::new(shown, 1, 1),
        "unreadable",
        format!("`{shown}` cannot be read: {error}"),
        "a readable text file",
        "create the file, or remove what refers to it",
    )
}

fn byte_order_mark(shown: &str) -> Finding {
    Finding::new(
        Location::new(shown, 1, 1),
        "byte-order-mark",
        "the file starts with a byte order mark",
        "UTF-8 without a byte order mark",
        "save it as “UTF-8”, not “UTF-8 with BOM”",
    )
}

fn not_utf8(shown: &str, error: &std::string::FromUtf8Error) -> Finding {
    let valid = error.utf8_error().valid_up_to();
    let (line, column) = position(&String::from_utf8_lossy(&error.as_bytes()[..valid]), valid);
    Finding::new(
        Location::new(shown, line, column),
        "not-utf-8",
        format!("byte {valid} of the file is not UTF-8"),
        "UTF-8 text",
        "save the file as UTF-8",
    )
}

fn nul_byte(shown: &str, (line, column): (usize, usize)) -> Finding {
    Finding::new(
        Location::new(shown, line, column),
        "nul-byte",
        "the file has a NUL byte, which Markdown cannot show",
        "text",
        "remove the byte; write `\\0` where code needs one",
    )
}

fn carriage_return(shown: &str, line: usize) -> Finding {
    Finding::new(
        Location::new(shown, line, 1),
        "carriage-return",
        "the line ends with a carriage return (CRLF)",
        "LF line ends",
        "set your editor to LF; in a fresh checkout `.gitattributes` takes care of it",
    )
}
