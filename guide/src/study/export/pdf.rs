//! A book for paper: the print page, printed by Chromium.

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use thiserror::Error;

use super::rendered::{MOUNT, Rendered};

/// The first is the same engine without what only windows need, and starts sooner.
const NAMES: [&str; 5] = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// What mdBook puts between the chapters of the print page.
const BREAK: &str = "<div style=\"break-before: page; page-break-before: always;\"></div>";
/// Browsers let whoever prints choose the paper; here nobody does.
const PAPER: &str = "<style>@page { size: A4; }</style></head>";
/// Far longer than it takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_mins(10);
const PAUSE: Duration = Duration::from_millis(50);
/// Nothing is asked of the network, not even by the browser itself.
const FLAGS: [&str; 13] = [
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
];

/// There is nothing to print with.
#[derive(Debug, Error)]
#[error(
    "a PDF is printed by Chromium, and none is on the path\n  \
     to do: install Chromium or Chrome (Debian: apt install chromium), or name one: CHROMIUM=/path/to/it"
)]
pub struct NoBrowser;

/// The file. `work` is where the browser keeps what it needs meanwhile.
pub(super) fn export(guide: &Rendered<'_>, work: &Path) -> Result<Vec<u8>> {
    let browser = browser().ok_or(NoBrowser)?;
    let page = guide.site.join("export.html");
    fs::write(&page, on_paper(&guide.read("print.html")?))?;
    let (target, said) = (work.join("guide.pdf"), work.join("said"));
    let mut command = print(&browser, &page, work, &target);
    command.stderr(File::create(&said)?);
    let name = browser.display();
    let status = run(command).with_context(|| format!("cannot print with {name}"))?;
    let bytes = fs::read(&target).unwrap_or_default();
    ensure!(
        status.success() && bytes.starts_with(b"%PDF"),
        "{name} printed nothing: {status}\n{}",
        fs::read_to_string(said).unwrap_or_default().trim()
    );
    Ok(bytes)
}

/// The program of Chromium or Chrome: the one that `CHROMIUM` names, or the first one on the path.
#[must_use]
pub fn browser() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let path = env::var_os("PATH")?;
    let directories = env::split_paths(&path);
    let mut programs =
        directories.flat_map(|directory| NAMES.map(|name| directory.join(name)).into_iter());
    programs.find(|program| program.is_file())
}

/// The print page without the tools of the site, and with all that a click would open.
fn on_paper(page: &str) -> String {
    let (start, rest) = page.split_once("<main>").unwrap_or((page, ""));
    let (chapters, end) = rest.split_once("</main>").unwrap_or((rest, ""));
    let is_read = |chapter: &&str| !chapter.contains(MOUNT);
    let chapters: Vec<&str> = chapters.split(BREAK).filter(is_read).collect();
    let chapters = chapters.join(BREAK).replace("<details ", "<details open ");
    let start = start.replace("</head>", PAPER);
    format!("{start}<main>{chapters}</main>{end}")
}

fn print(browser: &Path, page: &Path, work: &Path, target: &Path) -> Command {
    let mut command = Command::new(browser);
    command
        .args(FLAGS)
        .args(sandbox())
        .arg(format!("--user-data-dir={}", work.join("profile").display()))
        .arg(format!("--print-to-pdf={}", target.display()))
        .arg(page)
        // Whoever made the directory ends what still works there, or has its home there.
        .current_dir(work)
        .env("HOME", work)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// The browser refuses to start its sandbox for an administrator, as whom a container runs.
fn sandbox() -> Option<&'static str> {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root().then_some("--no-sandbox");
    #[cfg(not(unix))]
    return None;
}

fn run(mut command: Command) -> Result<ExitStatus> {
    let mut child = command.spawn()?;
    let status = wait(&mut child);
    end(&mut child);
    match status? {
        Some(status) => Ok(status),
        None => bail!("it still ran after {} s and was ended", PATIENCE.as_secs()),
    }
}

/// `None` when it takes too long.
fn wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        sleep(PAUSE);
    }
    Ok(None)
}

/// Ends the browser and its helpers. What has ended already needs no signal.
fn end(child: &mut Child) {
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(
        rustix::process::Pid::from_child(child),
        rustix::process::Signal::KILL,
    );
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::{BREAK, PAPER, on_paper};

    #[test]
    fn paper_has_no_tools_and_nothing_to_open() {
        let page = format!(
            "<head></head><main>one<details class=\"x\">more</details>{BREAK}\
             <div data-study=\"drill\"></div>{BREAK}two</main><script></script>"
        );
        let paper = format!(
            "<head>{PAPER}<main>one<details open class=\"x\">more</details>{BREAK}two</main>\
             <script></script>"
        );
        assert_eq!(on_paper(&page), paper);
    }
}
