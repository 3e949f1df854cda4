//! Keeps a program and all that it starts in one process group, so that ending the group ends everything at
//! once: also a fork bomb, also where whoever watches is the superuser, to whom limits of processes do not
//! apply.
//!
//! On Linux (x86-64, ARM and RISC-V of 64 bits) a seccomp filter refuses `setsid` and `setpgid`, the only
//! ways out of a process group, and a signal to all processes at once. Ordinary users may install it, in most
//! containers too. Elsewhere what left its group is looked for by its directory. It is no sandbox: files,
//! network and other processes of the same user are as open to the program as to any other.

use std::io;
use std::process::Command;

#[cfg(target_os = "linux")]
use rustix::process::{
    Resource, Rlimit, Signal, getrlimit, nice, set_parent_process_death_signal, setrlimit, setsid,
};

use super::os;
use super::run::Limits;

/// A program may ask for so many times the memory that it may use: stacks are seldom full.
#[cfg(target_os = "linux")]
const RESERVE: u64 = 8;

/// Confines the program to be started, in a process group of its own. Some of `limits` the system then
/// enforces also while nobody watches.
///
/// # Errors
/// When the filter cannot be made.
pub(super) fn confine(command: &mut Command, limits: Limits) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        let stay = inner::filter()?;
        let memory = limits.memory.map(|bytes| bytes.saturating_mul(RESERVE));
        let threads = limits.threads.map(|more| (os::threads_of_all() + more) as u64);
        let confine = move || {
            // Also without a terminal, which it could take away from the server.
            setsid()?;
            limit(Resource::Data, memory)?;
            limit(Resource::Nproc, threads)?;
            set_parent_process_death_signal(Some(Signal::KILL))?;
            // Whoever watches goes first.
            nice(10)?;
            inner::close_files();
            inner::apply(&stay)
        };
        // SAFETY: between fork and exec it only makes system calls; it allocates nothing and takes no lock.
        unsafe { command.pre_exec(confine) };
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = limits;
        os::own_group(command);
    }
    Ok(())
}

/// Nobody but the superuser may raise a limit, so a lower one stays.
#[cfg(target_os = "linux")]
fn limit(resource: Resource, most: Option<u64>) -> io::Result<()> {
    let most = [most, getrlimit(resource).maximum].into_iter().flatten().min();
    Ok(setrlimit(resource, Rlimit { current: most, maximum: most })?)
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod inner {
    use std::io;

    use seccompiler::{
        BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
        SeccompFilter, SeccompRule, apply_filter,
    };

    /// What refuses to leave the process group and to signal everyone, and allows everything else.
    pub(super) fn filter() -> io::Result<BpfProgram> {
        let always = Vec::new();
        let to_all = signal_to_all().map_err(io::Error::other)?;
        let refused = [
            (libc::SYS_setsid, always.clone()),
            (libc::SYS_setpgid, always),
            (libc::SYS_kill, vec![to_all]),
        ];
        let refusal = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let architecture = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
        SeccompFilter::new(refused.into(), SeccompAction::Allow, refusal, architecture)
            .and_then(TryInto::try_into)
            .map_err(io::Error::other)
    }

    /// `kill(-1, ...)`: what a `fork` that failed leads to, whose result is taken for a child.
    fn signal_to_all() -> Result<SeccompRule, BackendError> {
        let all = u64::from(u32::MAX);
        let process = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, all)?;
        SeccompRule::new(vec![process])
    }

    /// No file that whoever started the server has left open reaches the program. Old systems cannot do it.
    pub(super) fn close_files() {
        let all = (3 as libc::c_uint, libc::c_uint::MAX);
        // SAFETY: the call has no pointers; the files are closed by `exec`, which nobody survives to use them.
        unsafe { libc::syscall(libc::SYS_close_range, all.0, all.1, libc::CLOSE_RANGE_CLOEXEC) };
    }

    /// It holds for this process and all that it starts, which also cannot gain privileges any more.
    pub(super) fn apply(filter: &BpfProgram) -> io::Result<()> {
        apply_filter(filter).map_err(|_| io::Error::last_os_error())
    }
}

#[cfg(all(
    target_os = "linux",
    not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))
))]
mod inner {
    use std::io;

    pub(super) fn filter() -> io::Result<()> {
        Ok(())
    }

    pub(super) fn close_files() {}

    pub(super) fn apply((): &()) -> io::Result<()> {
        Ok(())
    }
}
