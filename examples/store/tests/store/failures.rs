//! Disks that report errors, and callers that ask for too much.

use std::panic::{AssertUnwindSafe, catch_unwind};

use store::{Batch, Error, MAX_BATCH, MAX_KEY, MAX_VALUE, SimulatedDisk, Store};

use crate::faulty::{Fault, FaultyDisk};

fn open() -> (SimulatedDisk, Store<SimulatedDisk>) {
    let disk = SimulatedDisk::default();
    (disk.clone(), Store::open(disk).expect("an empty disk"))
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged_and_reading_goes_on() {
    let (disk, store) = open();
    store.put(b"tea", b"3").expect("the disk works");
    disk.fail_sync_at(disk.operations() + 2);
    assert!(matches!(store.put(b"tea", b"2"), Err(Error::Disk(_))));
    assert!(matches!(store.put(b"tea", b"1"), Err(Error::Stopped)));
    assert!(matches!(store.compact(), Err(Error::Stopped)));
    assert_eq!(store.get(b"tea"), Some(b"3".to_vec()));
    assert!(matches!(store.close(), Err(Error::Stopped)));
}

#[test]
fn a_panic_while_writing_stops_the_store_instead_of_blocking_it() {
    let disk = FaultyDisk { disk: SimulatedDisk::default(), fault: Fault::Panics };
    let store = Store::open(disk).expect("an empty disk");
    let panics = catch_unwind(AssertUnwindSafe(|| store.put(b"tea", b"3")));
    assert!(panics.is_err());
    assert!(matches!(store.put(b"tea", b"3"), Err(Error::Stopped)));
    assert_eq!(store.get(b"tea"), None);
}

#[test]
fn a_full_disk_while_a_snapshot_is_written_stops_the_compaction_alone() {
    let (disk, store) = open();
    store.put(b"tea", b"3").expect("the disk works");
    let compaction = store.begin_compaction().expect("the disk works");
    disk.fail_sync_at(disk.operations() + 3);
    assert!(matches!(compaction.finish(), Err(Error::Disk(_))));
    store.put(b"tea", b"2").expect("the store goes on");
    store.compact().expect("the next compaction works");
    assert_eq!(disk.files().len(), 2, "the draft is gone: {:?}", disk.files());
    let reopened = Store::open(disk.after_crash(0)).expect("it opens");
    assert_eq!(reopened.entries(), store.entries());
}

#[test]
fn a_compaction_that_is_given_up_changes_nothing() {
    let (disk, store) = open();
    store.put(b"tea", b"3").expect("the disk works");
    let mut compaction = store.begin_compaction().expect("the disk works");
    assert!(matches!(store.begin_compaction(), Err(Error::Compacting)));
    compaction.step(1).expect("the disk works");
    drop(compaction);
    let reopened = Store::open(disk.after_crash(0)).expect("it opens");
    assert_eq!(reopened.entries(), store.entries());
}

#[test]
fn a_compaction_shortens_the_log() {
    let (disk, store) = open();
    (0..100).for_each(|stock: u8| store.put(b"tea", &[stock]).expect("the disk works"));
    let size = |disk: &SimulatedDisk| disk.files().values().map(Vec::len).sum::<usize>();
    let before = size(&disk);
    store.compact().expect("the disk works");
    assert!(size(&disk) < before / 10, "{} of {before} bytes", size(&disk));
    assert_eq!(store.get(b"tea"), Some(vec![99]));
}

#[test]
fn what_is_too_long_is_refused_and_leaves_the_batch_as_it_was() {
    let mut batch = Batch::default();
    let before = batch.clone();
    let key = vec![0; MAX_KEY + 1];
    assert!(matches!(batch.put(&key, b""), Err(Error::KeyTooLong(65_536))));
    assert!(matches!(batch.delete(&key), Err(Error::KeyTooLong(65_536))));
    let value = vec![0; MAX_VALUE + 1];
    assert!(matches!(batch.put(b"", &value), Err(Error::ValueTooLong(1_048_577))));
    assert_eq!(batch, before);
    let value = &value[1..];
    (0..3).for_each(|key| batch.put(&[key], value).expect("three fit"));
    let before = batch.clone();
    assert!(matches!(batch.put(&[3], value), Err(Error::BatchTooLarge(size)) if size > MAX_BATCH));
    assert_eq!(batch, before);
}

#[test]
fn the_longest_key_and_value_are_kept() {
    let (disk, store) = open();
    let (key, value) = (vec![7; MAX_KEY], vec![8; MAX_VALUE]);
    store.put(&key, &value).expect("they fit");
    drop(store);
    let store = Store::open(disk.after_crash(0)).expect("it opens");
    assert_eq!(store.get(&key), Some(value));
}
