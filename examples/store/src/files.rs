//! The names of the files.
//!
//! `0000000007.log` holds what was committed since `0000000007.snapshot` was begun. A name that ends in
//! `.tmp` is a draft that nothing depends on.

use std::io;

use crate::disk::Disk;

const LOG: &str = "log";
const SNAPSHOT: &str = "snapshot";
const DRAFT: &str = ".tmp";

/// What the files of a directory are, by their names. Other names are left alone.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// In ascending order.
    pub(crate) logs: Vec<u64>,
    /// In ascending order.
    pub(crate) snapshots: Vec<u64>,
    pub(crate) drafts: Vec<String>,
}

impl Files {
    pub(crate) fn of(names: Vec<String>) -> Self {
        let mut files = Self::default();
        for name in names {
            match parse(&name) {
                Some((number, LOG)) => files.logs.push(number),
                Some((number, SNAPSHOT)) => files.snapshots.push(number),
                _ if name.ends_with(DRAFT) => files.drafts.push(name),
                _ => {}
            }
        }
        files.logs.sort_unstable();
        files.snapshots.sort_unstable();
        files
    }

    /// The names of logs and snapshots with smaller numbers.
    fn before(&self, number: u64) -> Vec<String> {
        let old = |numbers: &[u64], name: fn(u64) -> String| {
            numbers.iter().filter(|old| **old < number).map(|old| name(*old)).collect::<Vec<_>>()
        };
        [old(&self.logs, log), old(&self.snapshots, snapshot)].concat()
    }
}

/// Removes the logs and snapshots that the snapshot of this number replaces.
pub(crate) fn remove_before(disk: &impl Disk, number: u64) -> io::Result<()> {
    let old = Files::of(disk.names()?).before(number);
    old.iter().try_for_each(|name| disk.remove(name))
}

fn parse(name: &str) -> Option<(u64, &str)> {
    let (number, extension) = name.split_once('.')?;
    let number: u64 = number.parse().ok()?;
    (name == named(number, extension)).then_some((number, extension))
}

pub(crate) fn log(number: u64) -> String {
    named(number, LOG)
}

pub(crate) fn snapshot(number: u64) -> String {
    named(number, SNAPSHOT)
}

pub(crate) fn draft(name: &str) -> String {
    format!("{name}{DRAFT}")
}

fn named(number: u64, extension: &str) -> String {
    format!("{number:010}.{extension}")
}
