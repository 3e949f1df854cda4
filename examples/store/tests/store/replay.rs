//! Replaying what is already there changes nothing.

use proptest::prelude::*;
use store::{Batch, Entries};

use crate::crash::commit;
use crate::script::batch;

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    proptest::collection::vec(commit().prop_map(|operations| batch(&operations)), 1..10)
}

/// The entries at the beginning and after each batch.
fn moments(batches: &[Batch]) -> Vec<Entries> {
    let mut moments = vec![Entries::new()];
    for batch in batches {
        let mut next = moments[moments.len() - 1].clone();
        batch.apply_to(&mut next);
        moments.push(next);
    }
    moments
}

fn replay(batches: &[Batch], entries: &mut Entries) {
    for batch in batches {
        batch.apply_to(entries);
    }
}

proptest! {
    #[test]
    fn a_log_replayed_twice_ends_as_if_replayed_once(batches in batches()) {
        let once = moments(&batches).pop().expect("the last moment");
        let mut twice = once.clone();
        replay(&batches, &mut twice);
        prop_assert_eq!(twice, once);
    }

    /// A snapshot that is taken while writers go on has each entry as of another moment.
    #[test]
    fn a_snapshot_of_no_single_moment_is_repaired_by_the_log(
        batches in batches(),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 5),
    ) {
        let moments = moments(&batches);
        let mut snapshot = Entries::new();
        for (key, pick) in (0..).zip(picks) {
            let key = vec![key];
            let value = pick.get(&moments).get(&key).cloned();
            snapshot.extend(value.map(|value| (key, value)));
        }
        replay(&batches, &mut snapshot);
        prop_assert_eq!(Some(&snapshot), moments.last());
    }
}
