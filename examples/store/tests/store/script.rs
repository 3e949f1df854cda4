//! Scripts for a store, and what may be found after each.

use store::{Batch, Disk, Entries, Error, Store};

/// One thing to do with a store.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    Commit(Vec<Operation>),
    /// A compaction with commits between its steps.
    Compact(Vec<Vec<Operation>>),
    /// The store is dropped and opened again.
    Reopen,
    /// As before, but it is closed.
    Close,
}

/// Sets a key to a value or removes it.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) key: u8,
    pub(crate) value: Option<Vec<u8>>,
}

/// What a crash may leave.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    acknowledged: Entries,
    /// What there would be with the commit that was interrupted.
    in_flight: Option<Entries>,
}

impl Expected {
    pub(crate) fn allows(&self, entries: &Entries) -> bool {
        *entries == self.acknowledged || self.in_flight.as_ref() == Some(entries)
    }
}

pub(crate) fn batch(operations: &[Operation]) -> Batch {
    let mut batch = Batch::default();
    for Operation { key, value } in operations {
        match value {
            Some(value) => batch.put(&[*key], value).expect("it is short"),
            None => batch.delete(&[*key]).expect("it is short"),
        }
    }
    batch
}

/// Carries out a script until its end or the first error.
pub(crate) fn run<D: Disk + Clone>(disk: &D, script: &[Action]) -> Expected {
    let mut expected = Expected::default();
    // An error is how a script is interrupted; what may be found then stands in `expected`.
    let _interrupted = try_run(disk, script, &mut expected);
    expected
}

fn try_run<D: Disk + Clone>(
    disk: &D,
    script: &[Action],
    expected: &mut Expected,
) -> Result<(), Error> {
    let mut store = Store::open(disk.clone())?;
    for action in script {
        match action {
            Action::Commit(operations) => commit(&store, operations, expected)?,
            Action::Compact(commits) => compact(&store, commits, expected)?,
            Action::Reopen => {
                drop(store);
                store = Store::open(disk.clone())?;
            }
            Action::Close => {
                store.close()?;
                store = Store::open(disk.clone())?;
            }
        }
        assert_eq!(store.entries(), expected.acknowledged, "after {action:?}");
    }
    Ok(())
}

fn commit<D: Disk>(
    store: &Store<D>,
    operations: &[Operation],
    expected: &mut Expected,
) -> Result<(), Error> {
    let batch = batch(operations);
    let mut after = expected.acknowledged.clone();
    apply(operations, &mut after);
    expected.in_flight = Some(after);
    store.commit(&batch)?;
    expected.acknowledged = expected.in_flight.take().expect("set above");
    Ok(())
}

/// The model's own way, so that it does not repeat a mistake of the store.
fn apply(operations: &[Operation], entries: &mut Entries) {
    for Operation { key, value } in operations {
        match value {
            Some(value) => entries.insert(vec![*key], value.clone()),
            None => entries.remove(&vec![*key]),
        };
    }
}

fn compact<D: Disk>(
    store: &Store<D>,
    commits: &[Vec<Operation>],
    expected: &mut Expected,
) -> Result<(), Error> {
    let mut compaction = store.begin_compaction()?;
    for operations in commits {
        commit(store, operations, expected)?;
        compaction.step(1)?;
    }
    compaction.finish()
}
