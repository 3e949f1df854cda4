//! A timing wheel with a level for each six bits of time: what every operation of the timers costs.
//!
//! An entry lies on the level of the highest six-bit digit in which its deadline differs from now, in the
//! slot of that digit. So level 0 has the entries of this block of 64 ticks, one slot for each tick; level
//! 1 those of this block of 4096, one slot for 64 ticks. When time reaches a slot above level 0, its entries
//! are placed anew, further down. An entry moves at most once a level, however many others there are:
//! inserting and removing take constant time, where a heap takes a time that grows with its size.

use std::mem;

use slab::Slab;

const DIGIT: u32 = 6;
const SLOTS: usize = 1 << DIGIT;
/// Enough for every `u64`, so that no deadline is too far away.
const LEVELS: usize = u64::BITS.div_ceil(DIGIT) as usize;

/// Values with deadlines, in ticks. Time is what the caller says it is.
pub struct Wheel<T> {
    now: u64,
    entries: Slab<Entry<T>>,
    levels: [Level; LEVELS],
    inserted: u64,
}

struct Level {
    /// A bit for each slot that has entries.
    occupied: u64,
    slots: [Vec<usize>; SLOTS],
}

struct Entry<T> {
    value: T,
    deadline: u64,
    serial: u64,
    level: usize,
    slot: usize,
    /// Its place in the slot.
    place: usize,
}

/// Names an entry for as long as it is in the wheel, and nothing afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    index: usize,
    /// Tells it from a later entry with the same index.
    serial: u64,
}

impl<T> Default for Wheel<T> {
    /// An empty wheel at tick 0.
    fn default() -> Self {
        let level = |_| Level { occupied: 0, slots: [const { Vec::new() }; SLOTS] };
        let levels = std::array::from_fn(level);
        Self { now: 0, entries: Slab::new(), levels, inserted: 0 }
    }
}

impl<T> Wheel<T> {
    /// Adds a value. A deadline that is not in the future becomes the next tick.
    pub fn insert(&mut self, deadline: u64, value: T) -> Key {
        let deadline = deadline.max(self.now + 1);
        self.inserted += 1;
        let serial = self.inserted;
        let entry = Entry { value, deadline, serial, level: 0, slot: 0, place: 0 };
        let index = self.entries.insert(entry);
        self.place(index);
        Key { index, serial }
    }

    /// The value of an entry that has neither expired nor been removed.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let entry = self.entries.get_mut(key.index).filter(|entry| entry.serial == key.serial)?;
        Some(&mut entry.value)
    }

    /// Takes an entry out, unless it has expired or been removed.
    pub fn remove(&mut self, key: Key) -> Option<T> {
        self.get_mut(key)?;
        let entry = self.entries.remove(key.index);
        let level = &mut self.levels[entry.level];
        let slot = &mut level.slots[entry.slot];
        slot.swap_remove(entry.place);
        if let Some(moved) = slot.get(entry.place) {
            self.entries[*moved].place = entry.place;
        } else if slot.is_empty() {
            level.occupied &= !(1 << entry.slot);
        }
        Some(entry.value)
    }

    /// When the wheel has to be advanced next: not after the first deadline, but perhaps before it, to place
    /// entries anew.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.first_slot().map(|(_, _, start)| start)
    }

    // ANCHOR: advance
    /// Sets the time, and appends the values whose deadlines have come: those of an earlier tick first,
    /// those of one tick in no order. The tick `u64::MAX` never comes.
    pub fn advance(&mut self, now: u64, expired: &mut Vec<T>) {
        let now = now.min(u64::MAX - 1);
        while let Some((level, slot, start)) = self.first_slot().filter(|first| first.2 <= now) {
            self.now = start;
            self.empty(level, slot, expired);
        }
        self.now = self.now.max(now);
    }
    // ANCHOR_END: advance

    /// The occupied slot that comes next: its level, its number, and its first tick.
    fn first_slot(&self) -> Option<(usize, usize, u64)> {
        // All slots of a level lie within one slot of the level above, the current one: the lowest is first.
        let level = self.levels.iter().position(|level| level.occupied != 0)?;
        let slot = self.levels[level].occupied.trailing_zeros();
        let low = DIGIT * u32::try_from(level).expect("there are few levels");
        let higher = self.now & u64::MAX.checked_shl(low + DIGIT).unwrap_or(0);
        Some((level, slot as usize, higher | u64::from(slot) << low))
    }

    // ANCHOR: empty
    fn empty(&mut self, level: usize, slot: usize, expired: &mut Vec<T>) {
        self.levels[level].occupied &= !(1 << slot);
        for index in mem::take(&mut self.levels[level].slots[slot]) {
            if self.entries[index].deadline <= self.now {
                expired.push(self.entries.remove(index).value);
            } else {
                self.place(index);
            }
        }
    }
    // ANCHOR_END: empty

    // ANCHOR: place
    /// Puts an entry, whose deadline is in the future, into the slot where it belongs now.
    fn place(&mut self, index: usize) {
        let entry = &mut self.entries[index];
        let level = (entry.deadline ^ self.now).ilog2() / DIGIT;
        let slot = (entry.deadline >> (level * DIGIT)) % SLOTS as u64;
        entry.level = level as usize;
        entry.slot = usize::try_from(slot).expect("it is one of 64");
        let level = &mut self.levels[entry.level];
        entry.place = level.slots[entry.slot].len();
        level.slots[entry.slot].push(index);
        level.occupied |= 1 << slot;
    }
    // ANCHOR_END: place
}
