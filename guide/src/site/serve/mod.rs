//! The local server: builds, shows, checks, watches, builds again.
//!
//! The site is rendered into a temporary directory, read into memory, and the directory is removed:
//! readers see one whole site or the other, and an interrupted server leaves nothing behind.

mod http;
mod origin;
mod pages;
mod recheck;
mod run;
mod state;
mod watch;

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use tokio::runtime::Runtime;

use self::http::Site;
use self::pages::Pages;
use self::recheck::Recheck;
use self::run::Runner;
use self::state::State;
use self::watch::Watch;
use super::annotate::Audience;
use super::build::render;
use crate::check::{Bounds, Workbench};

/// An editor writes a file in several steps; this is how long it must be quiet before a build.
const QUIET: Duration = Duration::from_millis(30);
/// How many ports are tried from the wanted one on.
const PORTS: u16 = 100;

/// What to serve, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// Directory of `book.toml`.
    pub root: PathBuf,
    /// Where to listen. Programs are run for pages only where no other machine can ask for it.
    pub host: IpAddr,
    /// The port to use if it is free; otherwise the next free one.
    pub port: u16,
    /// Whether to show the site in the reader's browser.
    pub open: bool,
    /// What a program that a page sends may use.
    pub bounds: Bounds,
}

impl Options {
    /// Those of `cargo guide serve` without arguments, for the book in `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Self { root: root.to_owned(), host, port: 3000, open: false, bounds: Bounds::default() }
    }
}

/// Serves the book, on this machine only if not asked otherwise, until Ctrl-C. After each build, `findings` says what else is
/// wrong with the book in this directory; the open page shows it over the text.
///
/// # Errors
///
/// When no port is free or files cannot be watched. A book that cannot be rendered is no error here: its
/// author sees what is wrong in the terminal and in the page, and mends it.
pub fn serve(
    options: &Options,
    findings: impl Fn(&Path) -> Vec<String> + Send + 'static,
) -> Result<()> {
    let (interrupt, interrupted) = mpsc::channel();
    // A second Ctrl-C finds nobody listening, which is fine.
    ctrlc::set_handler(move || interrupt.send(()).unwrap_or_default())
        .context("cannot listen for Ctrl-C")?;
    let server = Server::start(options, findings)?;
    announce(&server, options);
    interrupted.recv().context("Ctrl-C can no longer be heard")
}

fn announce(server: &Server, options: &Options) {
    let url = server.url();
    if server.address().port() != options.port {
        eprintln!("port {} is taken, using the next free one", options.port);
    }
    eprintln!("serving {url} (Ctrl-C to stop)");
    if !options.host.is_loopback() {
        eprintln!("other machines can reach it, so its pages cannot run programs");
    }
    if options.open
        && let Err(error) = open::that_detached(&url)
    {
        eprintln!("cannot start a browser ({error}): open {url} yourself");
    }
}

/// A running server. It stops when dropped.
pub struct Server {
    address: SocketAddr,
    events: Sender<Event>,
    builder: Option<JoinHandle<()>>,
    requests: Option<Runtime>,
    /// Closed when no program runs any more for a page.
    programs: tokio::sync::mpsc::Receiver<Infallible>,
}

/// What the builder reacts to.
#[derive(Debug)]
enum Event {
    Changed,
    Stop,
}

impl Server {
    /// Starts serving a book; see [`serve`].
    ///
    /// # Errors
    ///
    /// As for [`serve`].
    pub fn start(
        options: &Options,
        findings: impl Fn(&Path) -> Vec<String> + Send + 'static,
    ) -> Result<Self> {
        let root = &options.root;
        let root = root.canonicalize().with_context(|| format!("no book in {}", root.display()))?;
        let socket = bind(options.host, options.port)?;
        let address = socket.local_addr()?;
        let (events, received) = mpsc::channel();
        let watch = Watch::start(&root, events.clone())?;
        let state = Arc::new(State::default());
        let (runs, programs) = tokio::sync::mpsc::channel(1);
        let runner = if address.ip().is_loopback() {
            Some(Arc::new(Runner::new(Workbench::new(&root, options.bounds), runs)?))
        } else {
            None
        };
        let site = Site { address, state: Arc::clone(&state), runner };
        let requests = Some(http::start(socket, site)?);
        let recheck = Recheck::new(&root, Arc::clone(&state));
        let mut builder = Builder { root, state, watch, findings, recheck };
        let builder = thread::spawn(move || builder.run(&received));
        Ok(Self { address, events, builder: Some(builder), requests, programs })
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address to type into a browser.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Not waiting: some requests wait for news that will not come.
        if let Some(requests) = self.requests.take() {
            requests.shutdown_background();
        }
        // Whoever asked for a program is gone by now, so it is being ended.
        let _ = self.programs.blocking_recv();
        // Both fail only when the builder has already ended.
        let _ = self.events.send(Event::Stop);
        let _ = self.builder.take().map(JoinHandle::join);
    }
}

fn bind(host: IpAddr, wanted: u16) -> Result<TcpListener> {
    let mut taken = None;
    for port in wanted..=wanted.saturating_add(PORTS) {
        match TcpListener::bind((host, port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => taken = Some(error),
            outcome => {
                return outcome.with_context(|| format!("cannot listen on {host}, port {port}"));
            }
        }
    }
    let error = taken.unwrap_or_else(|| io::ErrorKind::AddrInUse.into());
    Err(error).with_context(|| format!("no free port from {wanted} on: choose another by --port"))
}

struct Builder<F> {
    root: PathBuf,
    state: Arc<State>,
    watch: Watch,
    findings: F,
    recheck: Recheck,
}

impl<F: Fn(&Path) -> Vec<String>> Builder<F> {
    fn run(&mut self, events: &Receiver<Event>) {
        loop {
            self.watch.refresh();
            self.build();
            if !self.wait_for_change(events) {
                return;
            }
        }
    }

    /// Waits until files have changed and are quiet again; `false` when the server is to stop.
    fn wait_for_change(&self, events: &Receiver<Event>) -> bool {
        let event = events.recv().unwrap_or(Event::Stop);
        self.recheck.cancel();
        wait_for_quiet(event, events)
    }

    fn build(&mut self) {
        let progress = ProgressBar::new_spinner().with_message("rendering");
        progress.enable_steady_tick(Duration::from_millis(100));
        let start = Instant::now();
        let rendered = rendered(&self.root);
        progress.finish_and_clear();
        match rendered {
            Ok(pages) => {
                self.recheck.wait();
                self.state.publish(pages);
                eprintln!("rendered in {:.1} s", start.elapsed().as_secs_f32());
                self.report((self.findings)(&self.root));
                self.recheck.start();
            }
            Err(error) => self.report(vec![format!("{error:#}")]),
        }
    }

    fn report(&self, problems: Vec<String>) {
        for problem in &problems {
            eprintln!("{problem}\n");
        }
        self.state.report(problems);
    }
}

fn rendered(root: &Path) -> Result<Pages> {
    let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
    render(root, directory.path(), Audience::Author)?;
    Pages::read(directory.path())
}

/// Waits until files are quiet after `event`; `false` when the server is to stop.
fn wait_for_quiet(mut event: Event, events: &Receiver<Event>) -> bool {
    while let Event::Changed = event {
        match events.recv_timeout(QUIET) {
            Ok(next) => event = next,
            Err(_) => return true,
        }
    }
    false
}
