//! A child process ends, and at first nobody waits for it. For Linux.

use std::process::{Child, Command};
use std::time::Duration;
use std::{fs, io, thread};

/// What Linux says about a process, such as `S (sleeping)`; an error if there is none.
fn state(process: u32) -> io::Result<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let state = status.lines().find_map(|line| line.strip_prefix("State:"));
    Ok(state.unwrap_or_default().trim().to_owned())
}

fn end(child: &Child) -> io::Result<String> {
    loop {
        let state = state(child.id())?;
        if state.starts_with('Z') {
            return Ok(state);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn main() -> io::Result<()> {
    let mut child = Command::new("true").spawn()?;
    println!("after its end: {}", end(&child)?);
    println!("wait returns {}", child.wait()?);
    println!("after wait it is there: {}", state(child.id()).is_ok());
    Ok(())
}
