//! Times, compared in rounds.

use std::hint::black_box;
use std::time::Instant;

/// The median time of each variant, in seconds, over so many rounds.
///
/// In a round each variant runs once, one after the other, so that what slows the machine for a while
/// slows all of them. A round before the first warms up and does not count. Only the ratio of two times
/// says something about another machine.
///
/// # Panics
/// When there are no rounds.
///
/// ```
/// let words = vec!["tea"; 1000];
/// let [joined, counted] = measurement::medians(5, [
///     &|| words.join(" ").len(),
///     &|| words.iter().map(|word| word.len()).sum(),
/// ]);
/// assert!(joined / counted > 0.0);
/// ```
pub fn medians<T, const N: usize>(rounds: usize, variants: [&dyn Fn() -> T; N]) -> [f64; N] {
    let timed = variants.map(|work| || seconds(work));
    medians_of(rounds, timed.each_ref().map(|work| work as &dyn Fn() -> f64))
}

fn seconds<T>(work: &dyn Fn() -> T) -> f64 {
    let started = Instant::now();
    black_box(work());
    started.elapsed().as_secs_f64()
}

/// The median of what each variant returns, over so many rounds, as for [`medians`]: for variants that
/// measure a part of their work.
///
/// # Panics
/// When there are no rounds.
pub fn medians_of<const N: usize>(rounds: usize, variants: [&dyn Fn() -> f64; N]) -> [f64; N] {
    assert!(rounds > 0, "a median needs at least one round");
    let round = || variants.map(|measure| measure());
    let _warm_up = round();
    let measured: Vec<[f64; N]> = (0..rounds).map(|_| round()).collect();
    std::array::from_fn(|variant| median(measured.iter().map(|round| round[variant]).collect()))
}

/// The middle one, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the mean of 2 and 3 is exact")]
    fn a_median_is_not_moved_by_one_slow_run() {
        assert_eq!(median(vec![3.0, 1.0, 900.0]), 3.0);
        assert_eq!(median(vec![3.0, 1.0, 900.0, 2.0]), 2.5);
    }

    #[test]
    fn variants_take_turns() {
        let order = RefCell::new(String::new());
        let note = |name| order.borrow_mut().push(name);
        medians(2, [&|| note('a'), &|| note('b')]);
        assert_eq!(order.into_inner(), "ababab");
    }
}
