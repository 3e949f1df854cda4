//! Runs one program in isolation: its own directory and process group, no input, a clean environment,
//! bounded time, output and processes. Whatever it leaves behind is ended with it.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::os;

/// What a sample may use. One set for all: a sample that needs more belongs in `examples/`.
const TIME: Duration = Duration::from_secs(10);
/// Seconds of processor time, which many threads use up faster than the clock runs.
const CPU_SECONDS: u64 = 40;
/// Bytes of standard output and of standard error, each.
const OUTPUT: u64 = 1 << 20;
/// Bytes of any file that a sample writes.
const FILE: u64 = 64 << 20;
/// Processes at once.
const PROCESSES: usize = 64;

/// Why a program was ended before it ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Time,
    Output,
    Processes,
}

impl Stop {
    /// The limit, as a sentence about the sample.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Time => format!("the sample still ran after {} s and was ended", TIME.as_secs()),
            Self::Output => {
                format!("the sample printed more than {} KiB and was ended", OUTPUT >> 10)
            }
            Self::Processes => {
                format!("the sample had more than {PROCESSES} processes and was ended")
            }
        }
    }
}

/// What a run left to look at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stopped: Option<Stop>,
}

/// Runs `program` in the empty directory `dir`; it sees `PATH` and `env` and no other variables.
///
/// # Errors
/// When the program cannot be started or its output cannot be kept: a fault of the machine.
pub(crate) fn run(program: &Path, dir: &Path, env: &[(&str, String)]) -> io::Result<Ran> {
    // Files without a name, not pipes: what a sample leaves running cannot block a reader.
    let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut child = start(program, dir, env, [&stdout, &stderr])?;
    os::limit(&child, CPU_SECONDS, FILE);
    let stopped = watch(&mut child, [&stdout, &stderr]);
    os::end_group(&mut child);
    let status = child.wait()?;
    os::end_processes_in(dir);
    Ok(Ran {
        stdout: read_bounded(&mut stdout)?,
        stderr: read_bounded(&mut stderr)?,
        code: status.code(),
        signal: os::signal(status),
        stopped: stopped?,
    })
}

fn start(
    program: &Path,
    dir: &Path,
    env: &[(&str, String)],
    [stdout, stderr]: [&File; 2],
) -> io::Result<Child> {
    let mut command = Command::new(program);
    command
        .current_dir(dir)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs(env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?);
    os::own_group(&mut command);
    command.spawn()
}

/// Waits until the child ends or reaches a limit.
fn watch(child: &mut Child, outputs: [&File; 2]) -> io::Result<Option<Stop>> {
    let started = Instant::now();
    let mut pause = Duration::from_micros(500);
    while child.try_wait()?.is_none() {
        if started.elapsed() > TIME {
            return Ok(Some(Stop::Time));
        } else if too_much(outputs)? {
            return Ok(Some(Stop::Output));
        } else if started.elapsed().as_millis() > 30 && os::group_size(child.id()) > PROCESSES {
            return Ok(Some(Stop::Processes));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    Ok(too_much(outputs)?.then_some(Stop::Output))
}

fn too_much(outputs: [&File; 2]) -> io::Result<bool> {
    let [stdout, stderr] = outputs;
    Ok(stdout.metadata()?.len() > OUTPUT || stderr.metadata()?.len() > OUTPUT)
}

fn read_bounded(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(OUTPUT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
