//! The service as a process: what it is told by its environment and by signals.

use std::env;
use std::io::{Write, stdout};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use rediserve::embedded::Embedded;
use rediserve::limits::Limits;
use rediserve::metrics::Metrics;
use rediserve::restart::{inherited, successor};
use rediserve::routes::{App, router};
use rediserve::serve::{Phase, serve};
use rediserve::store::Store;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tracing::{error, info, warn};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    // Before anything is announced: a signal from now on is not lost.
    let signals = Signals::new()?;
    let limits = Limits::default();
    let (redis, redis_url) = redis().await?;
    let store = Store::new(&redis_url, &limits)?;
    let heir = inherited()?;
    if heir.is_some() {
        store.ping().await.context("a process that takes over needs Redis")?;
    }
    let listener = heir.map_or_else(bind, Ok)?;
    listener.set_nonblocking(true)?;

    let (phase, watched) = watch::channel(Phase::Serving);
    let app = App {
        store,
        metrics: Metrics::default(),
        phase: watched,
        limits: limits.clone(),
    };
    let served = tokio::net::TcpListener::from_std(listener.try_clone()?)?;
    announce(&listener, redis.is_some())?;
    let departure = signals.departure(listener, limits.clone(), redis.is_some());
    let drained = serve(served, router(app), phase, departure, &limits).await;
    if !drained {
        warn!("requests were cut off");
    }
    Ok(if drained { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The Redis of `REDIS_URL`, or else one in this process.
async fn redis() -> anyhow::Result<(Option<Embedded>, String)> {
    if let Ok(url) = env::var("REDIS_URL") {
        return Ok((None, url));
    }
    let embedded = Embedded::start("127.0.0.1:0").await?;
    let url = embedded.url();
    Ok((Some(embedded), url))
}

fn bind() -> anyhow::Result<TcpListener> {
    let address = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    TcpListener::bind(&address)
        .with_context(|| format!("{address} cannot be listened to"))
}

/// The one line on the standard output. A process that is replaced by this one waits for it.
fn announce(listener: &TcpListener, embedded: bool) -> anyhow::Result<()> {
    let redis = if embedded {
        "an embedded Redis that forgets all when it ends; REDIS_URL names a real one"
    } else {
        "the Redis of REDIS_URL"
    };
    let (id, address) = (std::process::id(), listener.local_addr()?);
    writeln!(stdout(), "process {id} serves http://{address} with {redis}")?;
    Ok(())
}

struct Signals {
    end: Signal,
    interrupt: Signal,
    restart: Signal,
    program: PathBuf,
}

impl Signals {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            end: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            restart: signal(SignalKind::user_defined2())?,
            // Asked now: after an update the path of a running program names a deleted file.
            program: env::current_exe()?,
        })
    }

    // ANCHOR: departure
    /// Waits until the process shall leave, and has another one ready if it shall be
    /// replaced.
    async fn departure(
        mut self,
        listener: TcpListener,
        limits: Limits,
        embedded: bool,
    ) -> Phase {
        loop {
            tokio::select! {
                _ = self.end.recv() => return Phase::Ending,
                _ = self.interrupt.recv() => return Phase::Ending,
                _ = self.restart.recv() => {
                    match self.replace(&listener, &limits, embedded).await {
                        Ok(line) => {
                            info!(successor = line.trim_end(), "handed over");
                            return Phase::HandedOver;
                        }
                        Err(error) => error!("not replaced, serving on: {error:#}"),
                    }
                }
            }
        }
    }
    // ANCHOR_END: departure

    async fn replace(
        &self,
        listener: &TcpListener,
        limits: &Limits,
        embedded: bool,
    ) -> anyhow::Result<String> {
        if embedded {
            bail!("the entries are in this process, and would be gone");
        }
        successor(&self.program, listener, limits).await
    }
}
