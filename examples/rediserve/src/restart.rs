//! Another process takes over the listening socket, so that no connection is refused meanwhile.
//!
//! The new process finds the socket as its standard input, as programs of inetd do. Its first line on
//! the standard output says that it is ready. Both are ordinary redirections: no file descriptor travels
//! as a number, and nothing here is unsafe.

use std::env;
use std::fs::File;
use std::io::{self, stdin};
use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::limits::Limits;

const INHERITED: &str = "REDISERVE_INHERITED";

// ANCHOR: inherit
/// The listening socket that another process left to this one, if one did.
///
/// # Errors
///
/// If the standard input is no socket.
pub fn inherited() -> io::Result<Option<TcpListener>> {
    if env::var_os(INHERITED).is_none() {
        return Ok(None);
    }
    let listener = TcpListener::from(stdin().as_fd().try_clone_to_owned()?);
    // Or the socket would listen as long as the process lives, whatever is dropped.
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    listener.local_addr()?;
    Ok(Some(listener))
}
// ANCHOR_END: inherit

// ANCHOR: hot-restart
/// Starts `program` as the heir of the listening socket, and waits until it is
/// ready. Returns what it said.
///
/// # Errors
///
/// If it cannot be started, ends, or is not ready in time. It is dead then, and the
/// socket is still served from here.
pub async fn successor(
    program: &Path,
    listener: &TcpListener,
    limits: &Limits,
) -> anyhow::Result<String> {
    let mut child = Command::new(program)
        .args(env::args_os().skip(1))
        .env(INHERITED, "stdin")
        .stdin(Stdio::from(OwnedFd::from(listener.try_clone()?)))
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} does not start", program.display()))?;
    let ready = timeout(limits.successor, first_line(&mut child)).await;
    match ready.context("it was not ready in time").flatten() {
        Ok(line) => Ok(line),
        Err(error) => {
            child.kill().await.context("it does not end")?;
            Err(error)
        }
    }
}

async fn first_line(child: &mut Child) -> anyhow::Result<String> {
    let output = child.stdout.take().context("the output is no pipe")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).await?;
    ensure!(line.ends_with('\n'), "it ended before it was ready");
    Ok(line)
}
// ANCHOR_END: hot-restart
