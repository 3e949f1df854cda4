//! The crash test finds what it is there to find: on a disk that skips a step, the store loses data.

use crate::crash::survives_power_failures;
use crate::faulty::{Fault, FaultyDisk};
use crate::script::{Action, Operation};

fn script() -> Vec<Action> {
    let put = |key, value: &[u8]| vec![Operation { key, value: Some(value.to_vec()) }];
    vec![
        Action::Commit(put(1, b"two teas")),
        Action::Compact(vec![put(2, b"one coffee")]),
        Action::Commit(put(1, b"three teas")),
    ]
}

fn is_found(fault: Fault) -> bool {
    survives_power_failures(&script(), |disk| FaultyDisk { disk, fault }).is_err()
}

#[test]
fn the_script_survives_on_an_honest_disk() {
    survives_power_failures(&script(), |disk| disk).expect("nothing is lost");
}

#[test]
fn a_sync_of_a_file_that_is_left_out_is_found() {
    assert!(is_found(Fault::SkipsFileSync));
}

#[test]
fn a_sync_of_the_directory_that_is_left_out_is_found() {
    assert!(is_found(Fault::SkipsNameSync));
}

#[test]
fn an_acknowledgment_before_the_sync_is_found() {
    assert!(is_found(Fault::SyncsLate));
}
