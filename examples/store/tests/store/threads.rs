//! Many writers, a compaction beside them, and the power fails.

use std::thread;

use store::{Error, SimulatedDisk, Store};

const WRITERS: u8 = 4;

/// Writes 1, 2, 3 … under the writer's key until the disk stops; returns the last number that was
/// acknowledged.
fn count(store: &Store<SimulatedDisk>, writer: u8) -> u8 {
    let is_written = |number: &u8| store.put(&[writer], &[*number]).is_ok();
    (1..u8::MAX).take_while(is_written).last().unwrap_or(0)
}

fn compact_until_it_stops(store: &Store<SimulatedDisk>) {
    while !matches!(store.compact(), Err(Error::Stopped)) {}
}

#[test]
fn no_writer_loses_what_was_acknowledged_to_it() {
    for stop in (10..400).step_by(13) {
        let disk = SimulatedDisk::default();
        let store = Store::open(disk.clone()).expect("an empty disk");
        disk.stop_at(stop);
        let acknowledged: Vec<u8> = thread::scope(|scope| {
            scope.spawn(|| compact_until_it_stops(&store));
            let start = |writer| {
                scope.spawn({
                    let store = &store;
                    move || count(store, writer)
                })
            };
            let writers: Vec<_> = (0..WRITERS).map(start).collect();
            writers.into_iter().map(|writer| writer.join().expect("it ends")).collect()
        });
        for seed in 0..4 {
            check(&disk.after_crash(seed), &acknowledged);
        }
    }
}

fn check(disk: &SimulatedDisk, acknowledged: &[u8]) {
    let store = Store::open(disk.clone()).expect("it opens");
    for (writer, acknowledged) in (0..WRITERS).zip(acknowledged) {
        let found = store.get(&[writer]).map_or(0, |value| value[0]);
        let allowed = *acknowledged..=acknowledged + 1;
        assert!(allowed.contains(&found), "{found} found, {acknowledged} acknowledged");
    }
}
