//! The file system of this machine.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use store::{Error, RealDisk, Store};
use tempfile::tempdir;

fn open(path: &Path) -> Store<RealDisk> {
    RealDisk::open(path).and_then(Store::open).expect("it opens")
}

#[test]
fn what_was_put_is_there_after_opening_again() {
    let directory = tempdir().expect("a directory");
    let path = directory.path().join("orders");
    for round in 0..3 {
        let store = open(&path);
        assert_eq!(store.entries().len(), round);
        store.put(&[b'a'; 3][..=round], b"two teas").expect("the disk works");
        store.delete(b"no such order").expect("the disk works");
        store.compact().expect("the disk works");
    }
    open(&path).close().expect("the disk works");
    assert_eq!(open(&path).get(b"aaa"), Some(b"two teas".to_vec()));
}

#[test]
fn a_directory_in_use_is_refused() {
    let directory = tempdir().expect("a directory");
    let store = open(directory.path());
    assert!(matches!(RealDisk::open(directory.path()), Err(Error::InUse)));
    drop(store);
    open(directory.path());
}

#[test]
fn a_path_that_is_no_directory_is_an_error() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    assert!(matches!(RealDisk::open(file.path()), Err(Error::Disk(_))));
}

#[test]
fn a_process_that_is_killed_loses_nothing_that_it_acknowledged() {
    let directory = tempdir().expect("a directory");
    let mut acknowledged = 0;
    for lines in [1, 7, 50] {
        let printed = printed_until_killed(&mut start_counting(directory.path()), lines);
        assert!(printed[0] > acknowledged, "it begins behind {acknowledged}: {printed:?}");
        acknowledged = printed[printed.len() - 1];
        let count = open(directory.path()).get(b"count").expect("it counted");
        let count = u64::from_le_bytes(count.try_into().expect("8 bytes"));
        assert!((acknowledged..=acknowledged + 1).contains(&count), "{count}, {acknowledged}");
    }
}

fn start_counting(directory: &Path) -> Child {
    let mut count = Command::new(env!("CARGO_BIN_EXE_count"));
    count.arg(directory).stdout(Stdio::piped()).spawn().expect("it starts")
}

/// Kills the process once it has printed so many numbers; returns all that it printed.
fn printed_until_killed(child: &mut Child, lines: usize) -> Vec<u64> {
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut numbers = output.lines().map(|line| line.expect("text").parse().expect("a number"));
    let mut printed: Vec<u64> = numbers.by_ref().take(lines).collect();
    child.kill().expect("it runs");
    printed.extend(numbers);
    child.wait().expect("it ends");
    printed
}
