//! The vector does what the standard one does, drops each value once, and survives panics.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use primitives::vec::Vec as OurVec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};

/// What happened to all values of one test.
#[derive(Default)]
struct Ledger {
    /// How often each value was dropped.
    drops: RefCell<Vec<u32>>,
    /// How many calls of foreign code are left until one panics; 0 if none does any more.
    until_panic: Cell<usize>,
}

impl Ledger {
    fn panicking_at(call: usize) -> Rc<Self> {
        Rc::new(Self { until_panic: Cell::new(call), ..Self::default() })
    }

    fn value(self: &Rc<Self>) -> Value {
        let number = self.drops.borrow().len();
        self.drops.borrow_mut().push(0);
        Value { number, ledger: Rc::clone(self) }
    }

    /// Foreign code runs: a destructor or a closure.
    fn call(&self) {
        let left = self.until_panic.get();
        self.until_panic.set(left.saturating_sub(1));
        if left == 1 {
            resume_unwind(Box::new("planted"));
        }
    }

    fn is_dropped(&self, number: usize) -> bool {
        self.drops.borrow()[number] > 0
    }
}

/// A value that tells the ledger when it is dropped. It owns memory, for sanitizers.
struct Value {
    number: usize,
    ledger: Rc<Ledger>,
}

impl Drop for Value {
    fn drop(&mut self) {
        self.ledger.drops.borrow_mut()[self.number] += 1;
        self.ledger.call();
    }
}

/// One use of a vector. An index that is too large must panic.
#[derive(Debug, Clone)]
enum Step {
    Push,
    Pop,
    Insert(usize),
    Remove(usize),
    Truncate(usize),
    /// Keeps the values whose number is not a multiple of this.
    Retain(usize),
    Reserve(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Push),
        1 => Just(Step::Pop),
        3 => (0..20_usize).prop_map(Step::Insert),
        1 => (0..20_usize).prop_map(Step::Remove),
        1 => (0..20_usize).prop_map(Step::Truncate),
        1 => (1..4_usize).prop_map(Step::Retain),
        1 => (0..40_usize).prop_map(Step::Reserve),
    ];
    proptest::collection::vec(step, 0..40)
}

impl Step {
    fn on_ours(&self, vec: &mut OurVec<Value>, ledger: &Rc<Ledger>) {
        let keep = |modulus| {
            move |value: &Value| {
                ledger.call();
                !value.number.is_multiple_of(modulus)
            }
        };
        let make = || {
            ledger.call();
            ledger.value()
        };
        match *self {
            Self::Push => vec.push(ledger.value()),
            Self::Pop => drop(vec.pop()),
            Self::Insert(index) => vec.insert_with(index, make),
            Self::Remove(index) => drop(vec.remove(index)),
            Self::Truncate(len) => vec.truncate(len),
            Self::Retain(modulus) => vec.retain(keep(modulus)),
            Self::Reserve(additional) => vec.reserve(additional),
        }
    }

    /// The same on the vector of `std`, where a value is its number and `next` is a new one.
    fn on_theirs(&self, vec: &mut Vec<usize>, next: usize) {
        match *self {
            Self::Push => vec.push(next),
            Self::Pop => drop(vec.pop()),
            Self::Insert(index) => vec.insert(index, next),
            Self::Remove(index) => drop(vec.remove(index)),
            Self::Truncate(len) => vec.truncate(len),
            Self::Retain(modulus) => vec.retain(|number| !number.is_multiple_of(modulus)),
            Self::Reserve(additional) => vec.reserve(additional),
        }
    }
}

/// Whether `work` panics.
fn panics(work: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}

fn numbers(vec: &[Value]) -> Vec<usize> {
    vec.iter().map(|value| value.number).collect()
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn it_does_what_the_standard_one_does(steps in steps()) {
        let (ledger, mut ours, mut theirs) = (Rc::<Ledger>::default(), OurVec::new(), Vec::new());
        for step in &steps {
            let next = ledger.drops.borrow().len();
            let refused = panics(|| step.on_ours(&mut ours, &ledger));
            assert_eq!(refused, panics(|| step.on_theirs(&mut theirs, next)), "{step:?}");
            assert_eq!(numbers(&ours), theirs, "{step:?}");
            assert!(ours.capacity() >= ours.len());
        }
        drop(ours);
        assert!(ledger.drops.borrow().iter().all(|&drops| drops == 1), "{:?}", ledger.drops);
    }

    // ANCHOR: panic-anywhere
    /// The call that panics is a destructor's, or that of a closure.
    #[test]
    fn a_panic_anywhere_drops_nothing_twice(steps in steps(), call in 1..30_usize) {
        let (ledger, mut vec) = (Ledger::panicking_at(call), OurVec::new());
        for step in &steps {
            panics(|| step.on_ours(&mut vec, &ledger));
            let whole = numbers(&vec).iter().all(|&number| !ledger.is_dropped(number));
            assert!(whole, "{step:?} left a value that was dropped");
        }
        panics(|| drop(vec));
        assert!(ledger.drops.borrow().iter().all(|&drops| drops <= 1), "{:?}", ledger.drops);
    }
    // ANCHOR_END: panic-anywhere

    #[test]
    fn an_iterator_drops_what_it_did_not_hand_out(front in 0..6_usize, back in 0..6_usize) {
        let ledger = Rc::<Ledger>::default();
        let vec: OurVec<Value> = (0..8).map(|_| ledger.value()).collect();
        let mut values = vec.into_iter();
        let first: Vec<usize> = values.by_ref().take(front).map(|value| value.number).collect();
        let last: Vec<usize> = values.by_ref().rev().take(back).map(|value| value.number).collect();
        let rest = 8_usize.saturating_sub(front + back);
        assert_eq!((first.len() + last.len(), values.len()), (8 - rest, rest));
        assert_eq!((first.first(), last.first()), ((front > 0).then_some(&0), (back > 0).then_some(&7)));
        drop(values);
        assert_eq!(*ledger.drops.borrow(), [1; 8]);
    }
}

#[test]
fn a_destructor_that_panics_does_not_keep_the_others_from_running() {
    for use_it in [drop, |vec: OurVec<Value>| drop(vec.into_iter())] {
        let ledger = Ledger::panicking_at(2);
        let vec = (0..5).map(|_| ledger.value()).collect();
        assert!(panics(|| use_it(vec)));
        assert_eq!(*ledger.drops.borrow(), [1; 5]);
    }
}

#[test]
fn if_the_new_value_cannot_be_made_nothing_has_changed() {
    let ledger = Rc::<Ledger>::default();
    let mut vec: OurVec<Value> = (0..4).map(|_| ledger.value()).collect();
    assert!(panics(|| vec.insert_with(1, || resume_unwind(Box::new("planted")))));
    assert_eq!(numbers(&vec), [0, 1, 2, 3]);
}

#[test]
fn what_retain_was_not_asked_about_leaks_when_it_panics() {
    let ledger = Ledger::panicking_at(3);
    let mut vec: OurVec<Value> = (0..5).map(|_| ledger.value()).collect();
    assert!(panics(|| {
        vec.retain(|_| {
            ledger.call();
            true
        });
    }));
    assert_eq!(numbers(&vec), [0, 1]);
    drop(vec);
    assert_eq!(*ledger.drops.borrow(), [1, 1, 1, 0, 0]);
}

// ANCHOR: zero-sized
#[test]
fn values_without_a_size_are_counted_and_dropped_and_never_allocated() {
    thread_local!(static DROPS: Cell<usize> = const { Cell::new(0) });
    struct Ticket;
    impl Drop for Ticket {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }
    let mut tickets: OurVec<Ticket> = (0..1000).map(|_| Ticket).collect();
    assert_eq!((tickets.len(), tickets.capacity()), (1000, usize::MAX));
    tickets.insert(500, Ticket);
    tickets.truncate(900);
    assert_eq!(DROPS.get(), 101);
    drop(tickets.into_iter().nth(99));
    assert_eq!(DROPS.get(), 1001);
}
// ANCHOR_END: zero-sized

#[test]
fn what_cannot_be_addressed_is_refused() {
    assert!(panics(|| OurVec::<u64>::new().reserve(usize::MAX / 8)));
    let mut full = OurVec::new();
    // SAFETY: values without a size are valid anywhere, and there are `usize::MAX` slots for them.
    unsafe { full.set_len(usize::MAX) };
    assert!(panics(|| full.push(())));
}

#[test]
fn alignment_is_that_of_the_values() {
    #[repr(align(64))]
    struct Line([u8; 64]);
    let mut lines: OurVec<Line> = OurVec::new();
    for count in 1..=20 {
        lines.push(Line([0; 64]));
        assert!(lines.as_ptr().is_aligned(), "{count} lines");
        assert_eq!(lines[count - 1].0, [0; 64]);
    }
}

#[test]
fn growth_doubles_so_that_pushing_moves_each_value_about_once() {
    let (mut vec, mut growths) = (OurVec::new(), 0);
    for number in 0..1000 {
        let before = vec.capacity();
        vec.push(number);
        growths += usize::from(vec.capacity() != before);
    }
    assert_eq!((growths, vec.capacity()), (9, 1024));
}
