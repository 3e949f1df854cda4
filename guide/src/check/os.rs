//! What differs between operating systems: process groups, priorities, limits, and finding what a sample left.
//!
//! On Linux all of it works. On other Unix systems the kernel's limits and the search for escaped
//! processes are missing; elsewhere process groups too. The time limit works everywhere.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

/// A file without a name that is gone when it is closed; in memory where the system has such.
pub(crate) fn unnamed_file() -> io::Result<File> {
    #[cfg(target_os = "linux")]
    return Ok(rustix::fs::memfd_create("output", rustix::fs::MemfdFlags::CLOEXEC)?.into());
    #[cfg(not(target_os = "linux"))]
    return tempfile::tempfile();
}

/// Puts the program to be started into a process group of its own.
pub(crate) fn own_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Lets others go first: this thread and all that it starts get the processor time that is left over.
pub(crate) fn step_back() {
    #[cfg(unix)]
    // Without it the work is done all the same.
    let _ = rustix::process::nice(10);
}

/// Ends the child and its whole process group. Signaling a group is atomic, so a fork bomb cannot
/// outrun it. What has ended already needs no signal, so failures do not matter.
pub(crate) fn end_group(child: &mut Child) {
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(
        rustix::process::Pid::from_child(child),
        rustix::process::Signal::KILL,
    );
    let _ = child.kill();
}

/// Sets limits that the kernel enforces on the child and its descendants, even when nobody watches any
/// more: no core file, seconds of processor time, bytes a file may grow to.
pub(crate) fn limit(child: &Child, cpu_seconds: u64, file_bytes: u64) {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let limits =
            [(Resource::Core, 0), (Resource::Cpu, cpu_seconds), (Resource::Fsize, file_bytes)];
        for (resource, value) in limits {
            let limit = Rlimit { current: Some(value), maximum: Some(value) };
            let _ = prlimit(Some(Pid::from_child(child)), resource, limit);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (child, cpu_seconds, file_bytes);
}

/// What programs can tell apart about the processor: its features, where the system lists them, and how
/// many cores may be used.
pub(crate) fn processor() -> String {
    let listed = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let features =
        listed.lines().find(|line| ["flags", "Features"].iter().any(|name| line.starts_with(name)));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores", features.unwrap_or_default())
}

/// Waits for the end of a program, but not longer than `pause`.
pub(crate) fn wait_at_most(pause: Duration, child: &Child) {
    #[cfg(target_os = "linux")]
    if poll_end(pause, child).is_ok() {
        return;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = child;
    std::thread::sleep(pause);
}

#[cfg(target_os = "linux")]
fn poll_end(pause: Duration, child: &Child) -> rustix::io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    let end = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    let pause = Timespec::try_from(pause).map_err(|_| rustix::io::Errno::INVAL)?;
    poll(&mut [PollFd::new(&end, PollFlags::IN)], Some(&pause)).map(|_| ())
}

/// The signal that ended a program.
pub(crate) fn signal(status: std::process::ExitStatus) -> Option<i32> {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    return status.code().and(None);
}

/// The living processes of the group that `leader` started.
pub(crate) fn group(leader: u32) -> impl Iterator<Item = u32> {
    let group = leader.to_string();
    processes().filter(move |pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let mut after_name = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let is_alive = !matches!(after_name.next(), Some("Z" | "X"));
        is_alive && after_name.nth(1) == Some(group.as_str())
    })
}

/// The threads of processes.
pub(crate) fn threads(processes: &[u32]) -> usize {
    let threads = |pid| std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    processes.iter().map(threads).sum()
}

/// The threads of all processes of this machine, which the system can tell at once.
pub(crate) fn threads_of_all() -> usize {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let all = text.split('/').nth(1).and_then(|rest| rest.split_whitespace().next());
    all.and_then(|all| all.parse().ok()).unwrap_or(0)
}

/// Halts all processes of a group at once, until it is resumed.
pub(crate) fn halt_group(leader: u32) {
    #[cfg(unix)]
    signal_group(leader, rustix::process::Signal::STOP);
    #[cfg(not(unix))]
    let _ = leader;
}

/// Lets a halted group go on.
pub(crate) fn resume_group(leader: u32) {
    #[cfg(unix)]
    signal_group(leader, rustix::process::Signal::CONT);
    #[cfg(not(unix))]
    let _ = leader;
}

#[cfg(unix)]
fn signal_group(leader: u32, signal: rustix::process::Signal) {
    if let Some(leader) = pid(leader) {
        let _ = rustix::process::kill_process_group(leader, signal);
    }
}

#[cfg(unix)]
fn pid(pid: u32) -> Option<rustix::process::Pid> {
    i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw)
}

/// Whether processes use more than so many bytes of memory together.
pub(crate) fn use_more_than(bytes: u64, processes: &[u32]) -> bool {
    // What several of them share is counted for each at first: that is quick, and hardly ever too much.
    let use_more =
        |of_one: fn(u32) -> u64| processes.iter().copied().map(of_one).sum::<u64>() > bytes;
    use_more(resident_memory) && use_more(proportional_memory)
}

fn resident_memory(pid: u32) -> u64 {
    kibibytes(&format!("/proc/{pid}/status"), "VmRSS:")
}

/// Likewise, with its part of what it shares with others. A process can keep that to itself.
fn proportional_memory(pid: u32) -> u64 {
    match kibibytes(&format!("/proc/{pid}/smaps_rollup"), "Pss:") {
        0 => resident_memory(pid),
        part => part,
    }
}

/// The bytes that a line of a file in `/proc` gives as `Name: 12 kB`.
fn kibibytes(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0_u64) << 10
}

/// Waits until the system has ended all processes of a group that were told to end.
pub(crate) fn wait_for_end_of_group(leader: u32) {
    const ROUNDS: usize = 1000;
    for _ in 0..ROUNDS {
        if group(leader).next().is_none() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Makes a directory removable that a program has shut.
pub(crate) fn open_up(dir: &Path) {
    #[cfg(unix)]
    {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::PermissionsExt;
        let _ = set_permissions(dir, Permissions::from_mode(0o700));
    }
    #[cfg(not(unix))]
    let _ = dir;
}

/// Ends processes that left their group but still work in `dir`.
pub(crate) fn end_processes_in(dir: &Path) {
    end_all(|pid| works_in(pid, dir));
}

/// Ends all processes that a check with this directory started: they work in it, or were told that their
/// home is in it.
pub(crate) fn end_processes_of(dir: &Path) {
    let dir_in_environment = dir.to_string_lossy();
    end_all(|pid| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        works_in(pid, dir) || String::from_utf8_lossy(&environment).contains(&*dir_in_environment)
    });
}

/// Whether the process works in `dir`, also after that was removed or got a longer name.
fn works_in(pid: u32, dir: &Path) -> bool {
    let cwd = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
    cwd.to_string_lossy().starts_with(&*dir.to_string_lossy())
}

/// Ends processes until there are none of the kind, as they may start others meanwhile.
fn end_all(is_meant: impl Fn(u32) -> bool) {
    const ROUNDS: usize = 100;
    for _ in 0..ROUNDS {
        let meant: Vec<u32> = processes().filter(|&pid| is_meant(pid)).collect();
        if meant.is_empty() {
            return;
        }
        meant.into_iter().for_each(kill);
    }
}

fn kill(process: u32) {
    #[cfg(unix)]
    if let Some(process) = pid(process) {
        let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = process;
}

/// The ids of all processes, where the system lists them in `/proc`.
fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}
