//! Runs one program in isolation: its own directory and process group, no input, a clean environment,
//! bounded time, output, processes and, where asked for, memory. Whatever it leaves behind is ended with it.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::cancel::Cancel;
use super::confine;
use super::os;

/// What a program may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(super) time: Duration,
    /// Seconds of processor time, which many threads use up faster than the clock runs.
    pub(super) cpu_seconds: u64,
    /// Bytes of standard output and of standard error, each.
    pub(super) output: u64,
    /// Whether standard output is kept; what nobody compares may be of any length.
    pub(super) keeps_stdout: bool,
    /// Bytes of any file.
    pub(super) file: u64,
    /// Processes at once; without a number, any.
    pub(super) processes: Option<usize>,
    /// Threads at once, of all processes together; without a number, any.
    pub(super) threads: Option<usize>,
    /// Bytes of memory that all its processes use together; without a number, any.
    pub(super) memory: Option<u64>,
    /// Whether the system keeps the program and all that it starts together; see [`confine`].
    pub(super) is_confined: bool,
}

impl Limits {
    /// How long nobody need look.
    fn longest_pause(&self) -> Duration {
        Duration::from_millis(if self.is_confined { 5 } else { 20 })
    }
}

/// One set for all samples: what needs more belongs in `examples/`.
pub(crate) const SAMPLE: Limits = Limits {
    time: Duration::from_secs(10),
    cpu_seconds: 40,
    output: 1 << 20,
    keeps_stdout: true,
    file: 64 << 20,
    processes: Some(64),
    threads: None,
    memory: None,
    is_confined: false,
};

/// For tests of rustdoc, which may print as much as they like; their errors fit into a file.
pub(crate) const DOCTEST: Limits = Limits { keeps_stdout: false, output: SAMPLE.file, ..SAMPLE };

/// For rustc, whose types and constants can be made to compute for as long as one likes.
pub(crate) const COMPILER: Limits = Limits {
    time: Duration::from_mins(1),
    cpu_seconds: 240,
    output: 16 << 20,
    keeps_stdout: true,
    file: 4 << 30,
    // It starts a linker, and no code of a sample.
    processes: None,
    threads: None,
    memory: None,
    is_confined: false,
};

/// For Cargo, which may have many crates to build.
pub(crate) const CARGO: Limits =
    Limits { time: Duration::from_hours(1), cpu_seconds: 3600, output: 64 << 20, ..COMPILER };

/// Why a program was ended before it ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Time,
    Output,
    /// More than this many.
    Processes(usize),
    /// More than this many, of all processes together.
    Threads(usize),
    /// More than this many bytes.
    Memory(u64),
}

impl Stop {
    /// The limit, as the end of a sentence that starts with the program.
    pub(crate) fn describe(self, limits: Limits) -> String {
        match self {
            Self::Time => format!("still ran after {} s and was ended", limits.time.as_secs()),
            Self::Output => format!("printed more than {} KiB and was ended", limits.output >> 10),
            Self::Processes(most) => format!("had more than {most} processes and was ended"),
            Self::Threads(most) => format!("had more than {most} threads and was ended"),
            Self::Memory(most) => format!("used more than {} MiB and was ended", most >> 20),
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

impl Ran {
    /// How the program was stopped, as the end of a sentence that starts with it.
    pub(crate) fn describe_stop(&self) -> Option<String> {
        self.stopped.map(|stop| stop.describe(SAMPLE))
    }
}

/// The variables of a program whose home is `dir`.
pub(crate) fn home(dir: &Path) -> Vec<(&'static str, String)> {
    let dir = dir.to_string_lossy().into_owned();
    vec![("HOME", dir.clone()), ("TMPDIR", dir), ("LANG", "C.UTF-8".into())]
}

/// Runs `program` in the empty directory `dir`; it sees `PATH` and `env` and no other variables.
///
/// # Errors
/// When the program cannot be started or its output cannot be kept: a fault of the machine. When the
/// check is canceled.
pub(crate) fn run(
    program: &Path,
    dir: &Path,
    env: &[(&str, String)],
    limits: Limits,
    cancel: &Cancel,
) -> io::Result<Ran> {
    let mut command = Command::new(program);
    command
        .current_dir(dir)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs(env.iter().map(|(name, value)| (name, value)));
    let ran = observe(&mut command, limits, cancel);
    os::end_processes_in(dir);
    ran
}

/// Runs a command within limits, and ends its process group with it.
///
/// # Errors
/// As for [`run`].
pub(crate) fn observe(command: &mut Command, limits: Limits, cancel: &Cancel) -> io::Result<Ran> {
    cancel.check()?;
    // Files without a name, not pipes: what a sample leaves running cannot block a reader.
    let (mut stdout, mut stderr) = (os::unnamed_file()?, os::unnamed_file()?);
    if limits.is_confined {
        confine::confine(command, limits)?;
    } else {
        os::own_group(command);
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(if limits.keeps_stdout { stdout.try_clone()?.into() } else { Stdio::null() })
        .stderr(stderr.try_clone()?)
        .spawn()?;
    os::limit(&child, limits.cpu_seconds, limits.file);
    let stopped = watch(&mut child, limits, [&stdout, &stderr], cancel);
    os::end_group(&mut child);
    let status = child.wait()?;
    if limits.is_confined {
        os::wait_for_end_of_group(child.id());
    }
    Ok(Ran {
        stdout: read_bounded(&mut stdout, limits)?,
        stderr: read_bounded(&mut stderr, limits)?,
        code: status.code(),
        signal: os::signal(status),
        stopped: stopped?,
    })
}

/// Waits until the child ends or reaches a limit.
fn watch(
    child: &mut Child,
    limits: Limits,
    outputs: [&File; 2],
    cancel: &Cancel,
) -> io::Result<Option<Stop>> {
    let started = Instant::now();
    let mut crowd = Crowd::new(limits, child.id());
    let mut pause = Duration::from_micros(500);
    while child.try_wait()?.is_none() {
        cancel.check()?;
        if started.elapsed() > limits.time {
            return Ok(Some(Stop::Time));
        } else if too_much(outputs, limits)? {
            return Ok(Some(Stop::Output));
        } else if let Some(stop) = crowd.excess() {
            return Ok(Some(stop));
        }
        os::wait_at_most(pause, child);
        pause = (pause * 2).min(limits.longest_pause());
    }
    Ok(too_much(outputs, limits)?.then_some(Stop::Output))
}

/// All that a program started.
struct Crowd {
    limits: Limits,
    leader: u32,
    counted: Instant,
    /// Threads of the whole machine when there was no reason to count at once.
    usual: usize,
}

impl Crowd {
    /// Whoever is counted all the time is slow.
    const REST: Duration = Duration::from_millis(30);
    /// So many new threads, of anyone, are reason to count at once.
    const SUDDEN: usize = 64;

    fn new(limits: Limits, leader: u32) -> Self {
        Self { limits, leader, counted: Instant::now(), usual: os::threads_of_all() }
    }

    /// The limit that all of them together have passed, when it is time to count them.
    fn excess(&mut self) -> Option<Stop> {
        let is_sudden = self.limits.is_confined && os::threads_of_all() > self.usual + Self::SUDDEN;
        if is_sudden {
            return self.halted_excess();
        }
        let is_time = self.counted.elapsed() > Self::REST;
        is_time.then(|| self.count()).flatten()
    }

    /// A crowd that grows faster than it can be counted is halted meanwhile.
    fn halted_excess(&mut self) -> Option<Stop> {
        os::halt_group(self.leader);
        let excess = self.count();
        os::resume_group(self.leader);
        self.usual = os::threads_of_all();
        excess
    }

    fn count(&mut self) -> Option<Stop> {
        let Limits { processes, threads, memory, .. } = self.limits;
        if processes.is_none() && memory.is_none() {
            return None;
        }
        let all: Vec<u32> = os::group(self.leader).collect();
        self.counted = Instant::now();
        let processes = processes.filter(|most| all.len() > *most).map(Stop::Processes);
        let threads = || threads.filter(|most| os::threads(&all) > *most).map(Stop::Threads);
        let memory = || memory.filter(|most| os::use_more_than(*most, &all)).map(Stop::Memory);
        processes.or_else(threads).or_else(memory)
    }
}

fn too_much(outputs: [&File; 2], limits: Limits) -> io::Result<bool> {
    let [stdout, stderr] = outputs;
    Ok(stdout.metadata()?.len() > limits.output || stderr.metadata()?.len() > limits.output)
}

fn read_bounded(file: &mut File, limits: Limits) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(limits.output).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
