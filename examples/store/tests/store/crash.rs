//! A crash at every operation of the disk, compared with a map in memory.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use store::{Disk, SimulatedDisk, Store};

use crate::script::{Action, Expected, Operation, run};

/// How many outcomes of each crash are tried.
const OUTCOMES: u64 = 6;

fn operation() -> impl Strategy<Value = Operation> {
    let value = proptest::option::weighted(0.8, proptest::collection::vec(any::<u8>(), 0..40));
    (0..5u8, value).prop_map(|(key, value)| Operation { key, value })
}

pub(crate) fn commit() -> impl Strategy<Value = Vec<Operation>> {
    proptest::collection::vec(operation(), 1..4)
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => commit().prop_map(Action::Commit),
        2 => proptest::collection::vec(commit(), 0..4).prop_map(Action::Compact),
        1 => Just(Action::Reopen),
        1 => Just(Action::Close),
    ]
}

fn scripts() -> impl Strategy<Value = Vec<Action>> {
    proptest::collection::vec(action(), 1..8)
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_power_failure_loses_what_was_acknowledged(script in scripts()) {
        survives_power_failures(&script, |disk| disk)?;
    }

    #[test]
    fn no_power_failure_during_recovery_does_either(script in scripts()) {
        each_stop(&script, |disk| disk, |disk, expected| {
            let crashed = disk.after_crash(1);
            let operations = operations_of(&crashed.after_kill());
            for at in 1..=operations {
                let interrupted = crashed.after_kill();
                interrupted.stop_at(at);
                prop_assert!(Store::open(interrupted.clone()).is_err());
                opens_as_expected(interrupted.after_crash(at as u64), expected)?;
            }
            Ok(())
        })?;
    }

    #[test]
    fn what_is_seen_after_a_kill_outlasts_a_power_failure(script in scripts()) {
        each_stop(&script, |disk| disk, |disk, expected| {
            stays(&disk.after_kill(), expected, |disk| disk)
        })?;
    }

    #[test]
    fn a_failed_sync_loses_nothing_that_was_acknowledged_or_seen(script in scripts()) {
        for at in 1..=operations_in(&script, |disk| disk) {
            let disk = SimulatedDisk::default();
            disk.fail_sync_at(at);
            let expected = run(&disk, &script);
            stays(&disk.after_kill(), &expected, |disk| disk)?;
        }
    }

    #[test]
    fn a_store_that_recovered_works(script in scripts()) {
        each_stop(&script, |disk| disk, |disk, _| {
            let crashed = disk.after_crash(2);
            let store = Store::open(crashed.clone()).map_err(failed)?;
            store.put(b"tea", b"two").and_then(|()| store.compact()).map_err(failed)?;
            let entries = store.entries();
            let reopened = Store::open(crashed.after_crash(3)).map_err(failed)?;
            prop_assert_eq!(reopened.entries(), entries);
            Ok(())
        })?;
    }
}

// ANCHOR: survives
/// Runs the script once for each operation, with the disk that `wrap` makes, and cuts the power there.
pub(crate) fn survives_power_failures<D: Disk + Clone>(
    script: &[Action],
    wrap: impl Fn(SimulatedDisk) -> D + Copy,
) -> Result<(), TestCaseError> {
    each_stop(script, wrap, |disk, expected| {
        (0..OUTCOMES).try_for_each(|seed| stays(&disk.after_crash(seed), expected, wrap))
    })
}
// ANCHOR_END: survives

/// Calls `check` with the disk that each stop leaves. The last stop is the end of the script.
fn each_stop<D: Disk + Clone>(
    script: &[Action],
    wrap: impl Fn(SimulatedDisk) -> D + Copy,
    check: impl Fn(&SimulatedDisk, &Expected) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    for at in 1..=operations_in(script, wrap) + 1 {
        let disk = SimulatedDisk::default();
        disk.stop_at(at);
        let expected = run(&wrap(disk.clone()), script);
        check(&disk, &expected)?;
    }
    Ok(())
}

fn operations_in<D: Disk + Clone>(script: &[Action], wrap: impl Fn(SimulatedDisk) -> D) -> usize {
    let disk = SimulatedDisk::default();
    run(&wrap(disk.clone()), script);
    disk.operations()
}

/// How many operations an opening takes.
fn operations_of(disk: &SimulatedDisk) -> usize {
    Store::open(disk.clone()).expect("it opens");
    disk.operations()
}

/// The store has an allowed state, and the same one after the power fails right after the opening.
fn stays<D: Disk>(
    disk: &SimulatedDisk,
    expected: &Expected,
    wrap: impl Fn(SimulatedDisk) -> D,
) -> Result<(), TestCaseError> {
    let entries = Store::open(wrap(disk.clone())).map_err(failed)?.entries();
    prop_assert!(expected.allows(&entries), "{expected:?}, found {entries:?}");
    for seed in 0..2 {
        let again = Store::open(wrap(disk.after_crash(seed))).map_err(failed)?.entries();
        prop_assert_eq!(&again, &entries, "a reader saw what was not durable");
    }
    Ok(())
}

fn opens_as_expected(disk: SimulatedDisk, expected: &Expected) -> Result<(), TestCaseError> {
    let entries = Store::open(disk).map_err(failed)?.entries();
    prop_assert!(expected.allows(&entries), "{expected:?}, found {entries:?}");
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` passes it so")]
fn failed(error: store::Error) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}
