//! Files that are not what the store wrote: cut at every byte, flipped at every bit, missing.

use std::collections::BTreeMap;

use store::{Entries, Error, SimulatedDisk, Store};

/// A header, and so a record without a body.
const HEADER: usize = 13;

type Files = BTreeMap<String, Vec<u8>>;

const FIRST: &str = "0000000000.log";
const SECOND: &str = "0000000001.log";
const SNAPSHOT: &str = "0000000001.snapshot";

/// A log with some records.
struct Written {
    disk: SimulatedDisk,
    /// Where each record begins, and the last one ends.
    ends: Vec<usize>,
    /// The entries at each of these places.
    states: Vec<Entries>,
}

fn written(values: &[&[u8]]) -> Written {
    let disk = SimulatedDisk::default();
    let store = Store::open(disk.clone()).expect("an empty disk");
    let mut written =
        Written { disk: disk.clone(), ends: vec![HEADER], states: vec![store.entries()] };
    for (key, value) in (0..).zip(values) {
        store.put(&[key % 2], value).expect("the disk works");
        written.ends.push(disk.files()[FIRST].len());
        written.states.push(store.entries());
    }
    written
}

fn orders() -> Written {
    written(&[b"two teas", b"", b"one coffee", b"three teas"])
}

fn open(files: Files) -> Result<Store<SimulatedDisk>, Error> {
    Store::open(SimulatedDisk::with_files(files))
}

fn with(mut files: Files, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Files {
    change(files.get_mut(name).expect("the file exists"));
    files
}

fn flip(bit: usize) -> impl Fn(&mut Vec<u8>) {
    move |bytes| bytes[bit / 8] ^= 1 << (bit % 8)
}

/// The name and the place that the error states.
fn damage(outcome: Result<Store<SimulatedDisk>, Error>) -> (String, usize) {
    match outcome {
        Err(Error::Damaged { file, offset, .. }) => (file, offset),
        Err(error) => panic!("another error: {error}"),
        Ok(store) => panic!("it opened: {:?}", store.entries()),
    }
}

#[test]
fn a_log_cut_at_any_byte_has_the_records_before_the_cut() {
    let Written { disk, ends, states } = orders();
    for cut in HEADER..=ends[4] {
        let store = open(with(disk.files(), FIRST, |log| log.truncate(cut))).expect("it opens");
        let whole = ends.iter().rposition(|end| *end <= cut).expect("one is");
        assert_eq!(store.entries(), states[whole], "cut at {cut}");
        assert_eq!(store.recovery().records, whole);
        assert_eq!(store.recovery().dropped_bytes, cut - ends[whole]);
    }
}

/// The start was durable before the log had its name: no crash leaves a part of it.
#[test]
fn a_log_without_its_start_is_an_error() {
    let disk = orders().disk;
    for cut in 0..HEADER {
        let outcome = open(with(disk.files(), FIRST, |log| log.truncate(cut)));
        assert_eq!(damage(outcome), (FIRST.to_owned(), 0), "cut at {cut}");
    }
    for bit in 0..HEADER * 8 {
        let outcome = open(with(disk.files(), FIRST, flip(bit)));
        assert_eq!(damage(outcome), (FIRST.to_owned(), 0), "bit {bit}");
    }
}

#[test]
fn any_flipped_bit_of_the_last_record_drops_that_record_alone() {
    let Written { disk, ends, states } = orders();
    for bit in ends[3] * 8..ends[4] * 8 {
        let store = open(with(disk.files(), FIRST, flip(bit))).expect("it opens");
        assert_eq!(store.entries(), states[3], "bit {bit}");
        assert_eq!(store.recovery().dropped_bytes, ends[4] - ends[3]);
    }
}

#[test]
fn any_flipped_bit_of_a_torn_record_changes_nothing() {
    let Written { disk, ends, states } = orders();
    for cut in ends[3]..ends[4] {
        for bit in ends[3] * 8..cut * 8 {
            let torn = with(disk.files(), FIRST, |log| log.truncate(cut));
            let store = open(with(torn, FIRST, flip(bit))).expect("it opens");
            assert_eq!(store.entries(), states[3], "bit {bit}, cut at {cut}");
        }
    }
}

#[test]
fn any_flipped_bit_of_an_earlier_record_is_an_error() {
    let Written { disk, ends, .. } = orders();
    for bit in ends[0] * 8..ends[3] * 8 {
        let begin = ends.iter().rfind(|end| **end <= bit / 8).expect("one is");
        let outcome = open(with(disk.files(), FIRST, flip(bit)));
        assert_eq!(damage(outcome), (FIRST.to_owned(), *begin), "bit {bit}");
    }
}

#[test]
fn damage_before_a_torn_tail_is_an_error_once_the_tail_has_a_header() {
    let Written { disk, ends, .. } = orders();
    for cut in ends[3] + HEADER..ends[4] {
        let torn = with(disk.files(), FIRST, |log| log.truncate(cut));
        for bit in ends[2] * 8..ends[3] * 8 {
            let outcome = open(with(torn.clone(), FIRST, flip(bit)));
            assert_eq!(damage(outcome).1, ends[2], "bit {bit}, cut at {cut}");
        }
    }
}

#[test]
fn a_log_that_was_closed_does_not_lose_its_last_record_to_a_flipped_bit() {
    let Written { disk, ends, states } = orders();
    Store::open(disk.clone()).and_then(Store::close).expect("the disk works");
    for bit in 0..ends[4] * 8 {
        damage(open(with(disk.files(), FIRST, flip(bit))));
    }
    for bit in ends[4] * 8..disk.files()[FIRST].len() * 8 {
        let store = open(with(disk.files(), FIRST, flip(bit))).expect("only the seal is damaged");
        assert_eq!(store.entries(), states[4], "bit {bit}");
    }
}

#[test]
fn a_copy_of_the_log_in_a_value_is_no_trace_of_a_later_record() {
    let log = orders().disk.files()[FIRST].clone();
    let Written { disk, ends, states } = written(&[b"two teas", &log]);
    for bit in ends[1] * 8..ends[2] * 8 {
        let store = open(with(disk.files(), FIRST, flip(bit))).expect("the last record is torn");
        assert_eq!(store.entries(), states[1], "bit {bit}");
    }
}

#[test]
fn what_follows_a_seal_is_an_error() {
    let disk = orders().disk;
    Store::open(disk.clone()).and_then(Store::close).expect("the disk works");
    let end = disk.files()[FIRST].len();
    let outcome = open(with(disk.files(), FIRST, |log| log.push(0)));
    assert_eq!(damage(outcome), (FIRST.to_owned(), end));
}

/// The files of a compaction that stopped before it removed the old ones, with a record after it.
fn snapshot_and_logs() -> Files {
    let disk = orders().disk;
    let first = disk.files()[FIRST].clone();
    let store = Store::open(disk.clone()).expect("it opens");
    store.compact().and_then(|()| store.put(b"tea", b"3")).expect("the disk works");
    let mut files = disk.files();
    assert_eq!(files.keys().collect::<Vec<_>>(), [SECOND, SNAPSHOT]);
    files.insert(FIRST.to_owned(), first);
    files
}

#[test]
fn any_flipped_bit_or_cut_of_a_snapshot_is_an_error() {
    let files = snapshot_and_logs();
    for bit in 0..files[SNAPSHOT].len() * 8 {
        assert_eq!(damage(open(with(files.clone(), SNAPSHOT, flip(bit)))).0, SNAPSHOT);
    }
    for cut in 0..files[SNAPSHOT].len() {
        let cut = with(files.clone(), SNAPSHOT, |snapshot| snapshot.truncate(cut));
        assert_eq!(damage(open(cut)).0, SNAPSHOT);
    }
}

#[test]
fn any_flipped_bit_or_cut_of_a_sealed_log_is_an_error() {
    let mut files = snapshot_and_logs();
    files.remove(SNAPSHOT);
    let disk = orders().disk;
    Store::open(disk.clone()).and_then(Store::close).expect("the disk works");
    files.extend(disk.files());
    open(files.clone()).expect("without damage it opens");
    for bit in 0..files[FIRST].len() * 8 {
        assert_eq!(damage(open(with(files.clone(), FIRST, flip(bit)))).0, FIRST);
    }
    for cut in 0..files[FIRST].len() {
        let cut = with(files.clone(), FIRST, |log| log.truncate(cut));
        assert_eq!(damage(open(cut)).0, FIRST);
    }
}

#[test]
fn what_a_snapshot_replaced_is_not_read_and_is_removed() {
    let files = with(snapshot_and_logs(), FIRST, |log| log.fill(7));
    let disk = SimulatedDisk::with_files(files);
    let store = Store::open(disk.clone()).expect("the first log is not needed");
    assert_eq!(store.get(b"tea"), Some(b"3".to_vec()));
    assert_eq!(disk.files().keys().collect::<Vec<_>>(), [SECOND, SNAPSHOT]);
}

#[test]
fn a_missing_log_is_an_error() {
    let mut files = snapshot_and_logs();
    files.remove(SECOND);
    assert_eq!(damage(open(files)), (SECOND.to_owned(), 0));
    let mut files = snapshot_and_logs();
    files.retain(|name, _| name == SECOND);
    assert_eq!(damage(open(files)), (FIRST.to_owned(), 0));
}

#[test]
fn a_log_under_the_name_of_another_is_an_error() {
    let mut files = snapshot_and_logs();
    let first = files[FIRST].clone();
    files.insert(SECOND.to_owned(), first);
    assert_eq!(damage(open(files)), (SECOND.to_owned(), 0));
}

#[test]
fn damaged_files_are_left_as_they_are() {
    let files = with(snapshot_and_logs(), SNAPSHOT, flip(0));
    let disk = SimulatedDisk::with_files(files.clone());
    damage(Store::open(disk.clone()));
    assert_eq!(disk.files(), files);
}
