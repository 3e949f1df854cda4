//! The simulated disk is as bad as it says, and no worse.

use std::collections::BTreeSet;

use store::{Disk, DiskFile, SimulatedDisk};

const SEEDS: u64 = 500;

const NO_FILE: &str = "no file";

/// All contents that a file is found with.
fn outcomes(disk: &SimulatedDisk, name: &str) -> BTreeSet<String> {
    let outcome = |seed| match disk.after_crash(seed).files().get(name) {
        Some(content) => String::from_utf8_lossy(content).into_owned(),
        None => NO_FILE.to_owned(),
    };
    (0..SEEDS).map(outcome).collect()
}

fn only<const N: usize>(contents: [&str; N]) -> BTreeSet<String> {
    contents.map(str::to_owned).into()
}

/// A disk with the durable file `stock` and a handle to it.
fn with_stock() -> (SimulatedDisk, impl DiskFile) {
    let disk = SimulatedDisk::default();
    let mut file = disk.create("stock").expect("a new file");
    file.append(b"tea").and_then(|()| file.sync()).expect("the disk works");
    disk.sync_names().expect("the disk works");
    (disk, file)
}

#[test]
fn what_is_synced_survives() {
    let (disk, _file) = with_stock();
    assert_eq!(outcomes(&disk, "stock"), only(["tea"]));
}

#[test]
fn unsynced_writes_are_dropped_torn_and_reordered() {
    let (disk, mut file) = with_stock();
    file.append(b"12").and_then(|()| file.append(b"34")).expect("the disk works");
    let outcomes = outcomes(&disk, "stock");
    assert!(outcomes.contains("tea"), "dropped");
    assert!(outcomes.contains("tea123"), "torn");
    assert!(outcomes.contains("tea\0\x0034"), "reordered");
    assert!(outcomes.contains("tea1234"), "kept");
    assert!(outcomes.iter().all(|content| content.starts_with("tea")), "{outcomes:?}");
}

#[test]
fn a_name_is_lost_unless_the_names_are_synced() {
    let disk = SimulatedDisk::default();
    let mut file = disk.create("stock").expect("a new file");
    file.append(b"tea").and_then(|()| file.sync()).expect("the disk works");
    assert_eq!(outcomes(&disk, "stock"), only([NO_FILE, "tea"]));
}

#[test]
fn a_rename_puts_the_old_or_the_new_file_there_and_never_none() {
    let (disk, _file) = with_stock();
    let mut draft = disk.create("draft").expect("a new file");
    draft.append(b"coffee").and_then(|()| draft.sync()).expect("the disk works");
    disk.rename("draft", "stock").expect("the disk works");
    assert_eq!(outcomes(&disk, "stock"), only(["tea", "coffee"]));
    disk.sync_names().expect("the disk works");
    assert_eq!(outcomes(&disk, "stock"), only(["coffee"]));
}

#[test]
fn a_rename_before_the_sync_of_its_file_can_leave_an_empty_file() {
    let (disk, _file) = with_stock();
    let mut draft = disk.create("draft").expect("a new file");
    draft.append(b"coffee").expect("the disk works");
    disk.rename("draft", "stock").and_then(|()| disk.sync_names()).expect("the disk works");
    assert!(outcomes(&disk, "stock").contains(""));
}

#[test]
fn a_removal_can_overtake_a_rename() {
    let (disk, _file) = with_stock();
    let mut draft = disk.create("draft").expect("a new file");
    draft.sync().and_then(|()| disk.sync_names()).expect("the disk works");
    disk.rename("draft", "new").and_then(|()| disk.remove("stock")).expect("the disk works");
    let found = |seed| disk.after_crash(seed).files().into_keys().collect::<Vec<_>>();
    assert!((0..SEEDS).any(|seed| found(seed) == ["draft"]));
}

#[test]
fn a_sync_after_a_failed_one_succeeds_and_makes_nothing_durable() {
    let (disk, mut file) = with_stock();
    file.append(b"12").expect("the disk works");
    disk.fail_sync_at(disk.operations() + 1);
    file.sync().expect_err("it fails");
    file.sync().expect("it succeeds");
    assert_eq!(disk.files()["stock"], b"tea12");
    assert!(outcomes(&disk, "stock").contains("tea"));
}

#[test]
fn a_kill_keeps_what_was_written_and_does_not_make_it_durable() {
    let (disk, mut file) = with_stock();
    file.append(b"12").expect("the disk works");
    let killed = disk.after_kill();
    assert_eq!(killed.files()["stock"], b"tea12");
    assert!(outcomes(&killed, "stock").contains("tea"));
}
