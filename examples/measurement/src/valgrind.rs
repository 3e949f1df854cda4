//! Exact counts by cachegrind, a tool of valgrind that simulates a processor and its caches.

use std::env;
use std::hint::black_box;
use std::io::ErrorKind;
use std::process::{Command, exit};

use crate::not_run;

/// Tells the program that runs under valgrind what to do.
const WORK: &str = "MEASUREMENT_WORK";
/// The same simulated processor everywhere, whatever the real one has: bytes, ways, bytes of a line.
const CACHES: [&str; 3] = ["--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64"];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Instructions that were executed.
    Instructions,
    /// Reads and writes of data that missed a first-level cache of 32 KiB, 8 ways, and lines of 64 bytes.
    CacheMisses,
    /// Conditional branches and indirect jumps that a simple predictor got wrong.
    Mispredictions,
}

impl Event {
    /// The names of cachegrind's counters whose sum it is.
    fn counters(self) -> &'static [&'static str] {
        match self {
            Self::Instructions => &["Ir"],
            Self::CacheMisses => &["D1mr", "D1mw"],
            Self::Mispredictions => &["Bcm", "Bim"],
        }
    }
}

/// How often the event happens in each variant, for each of the inputs in turn: whole numbers.
///
/// Each variant and input is a run of its own under cachegrind: this program is started again, prepares
/// the input and calls the variant. What a run costs that only prepares the input is subtracted. Call
/// it once, as the first thing in `main`. Where valgrind is missing it ends the program by [`not_run`].
///
/// # Panics
/// When cachegrind fails.
///
/// ```no_run
/// use measurement::{Event, counts};
///
/// let sum = |numbers: &Vec<u64>| numbers.iter().sum::<u64>();
/// let [[few], [many]] = counts(Event::Instructions, &[10, 1000], |&n| vec![1; n], [sum]);
/// assert!(few < many);
/// ```
pub fn counts<I, T, R, const INPUTS: usize, const N: usize>(
    event: Event,
    inputs: &[I; INPUTS],
    prepare: impl Fn(&I) -> T,
    variants: [fn(&T) -> R; N],
) -> [[f64; N]; INPUTS] {
    if let Ok(work) = env::var(WORK) {
        do_work(&work, inputs, prepare, variants);
        exit(0);
    }
    std::array::from_fn(|input| {
        let idle = count(event, input, N);
        std::array::from_fn(|variant| (count(event, input, variant) - idle).max(0.0))
    })
}

/// The part that runs under valgrind. The variant after the last one does nothing.
fn do_work<I, T, R, const N: usize>(
    work: &str,
    inputs: &[I],
    prepare: impl Fn(&I) -> T,
    variants: [fn(&T) -> R; N],
) {
    let (input, variant) = work.split_once(' ').expect("two numbers");
    let [input, variant] = [input, variant].map(|number| number.parse().expect("a number"));
    let prepared = black_box(prepare(&inputs[input]));
    if let Some::<&fn(&T) -> R>(variant) = variants.get::<usize>(variant) {
        black_box(variant(&prepared));
    }
}

fn count(event: Event, input: usize, variant: usize) -> f64 {
    let program = env::current_exe().expect("the path of this program");
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--tool=cachegrind", "--cache-sim=yes", "--branch-sim=yes"])
        .args(CACHES)
        .args(["--cachegrind-out-file=/dev/stdout", "--"])
        .arg(program)
        // The environment lies on the stack, where its size moves what is counted.
        .env_clear()
        .envs(env::var_os("PATH").map(|path| ("PATH", path)))
        .env(WORK, format!("{input} {variant}"));
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => not_run("valgrind is not installed"),
        Err(error) => panic!("valgrind does not start: {error}"),
    };
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cachegrind fails:\n{complaint}");
    total(event, &String::from_utf8_lossy(&output.stdout)).expect("counts from cachegrind")
}

/// The sum of the event's counters in what cachegrind wrote.
fn total(event: Event, written: &str) -> Option<f64> {
    let fields = |start: &str| {
        let line = written.lines().find_map(|line| line.strip_prefix(start))?;
        Some(line.split_whitespace().collect::<Vec<_>>())
    };
    let (names, counts) = (fields("events:")?, fields("summary:")?);
    let count = |counter: &&str| {
        let index = names.iter().position(|name| name == counter)?;
        counts.get(index)?.parse::<f64>().ok()
    };
    event.counters().iter().map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counters_of_an_event_are_added() {
        let written =
            "events: Ir D1mr D1mw Bcm Bim\nfn=main\n1 2 3 4 5 6\nsummary: 10 20 30 40 50\n";
        assert_eq!(total(Event::Instructions, written), Some(10.0));
        assert_eq!(total(Event::CacheMisses, written), Some(50.0));
        assert_eq!(total(Event::Mispredictions, written), Some(90.0));
        assert_eq!(total(Event::Instructions, "events: Ir\n"), None);
    }
}
