//! The scheduler agrees with the crate `fsrs`.

use fsrs::{FSRS, FSRSItem, FSRSReview};
use serde_json::Value;

use crate::course::asked;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![memories_are_those_of_the_crate];

const HISTORIES: usize = 1_000;
const RETENTION: f32 = 0.9;
/// The crate computes with 24 bits, which is 6e-8 of a value, and up to 30 reviews add up their rounding; the
/// page computes with 53.
const TOLERANCE: f64 = 1e-5;

/// From 1 to 30 reviews; a third of them on the day of the last one, a third within weeks.
fn history(random: &mut fastrand::Rng) -> Vec<FSRSReview> {
    let delay = |random: &mut fastrand::Rng| match random.u8(..3) {
        0 => 0,
        1 => random.u32(1..=20),
        _ => random.u32(0..=400),
    };
    let length = random.usize(1..=30);
    let reviews = (0..length).map(|index| FSRSReview {
        rating: random.u32(1..=4),
        delta_t: if index == 0 { 0 } else { delay(random) },
    });
    reviews.collect()
}

fn memories_are_those_of_the_crate(stage: &Stage) {
    let mut random = fastrand::Rng::with_seed(6);
    let histories: Vec<_> = (0..HISTORIES).map(|_| history(&mut random)).collect();
    let computed = of_the_page(stage, &histories);
    assert_eq!(computed.len(), HISTORIES);
    for (history, [stability, difficulty, interval]) in histories.into_iter().zip(computed) {
        let fsrs = FSRS::default();
        let item = FSRSItem { reviews: history.clone() };
        let memory = fsrs.memory_state(item, None).expect("a memory");
        let days = fsrs.next_interval(Some(memory.stability), RETENTION, 3);
        assert!(is_close(stability, memory.stability), "{stability}: {memory:?} {history:?}");
        assert!(is_close(difficulty, memory.difficulty), "{difficulty}: {memory:?} {history:?}");
        assert!(is_rounded(interval, f64::from(days)), "{interval}: {days} {history:?}");
    }
}

/// Stability, difficulty and interval of each history, as the site's own script has them.
fn of_the_page(stage: &Stage, histories: &[Vec<FSRSReview>]) -> Vec<[f64; 3]> {
    let pairs = histories.iter().map(|history| {
        history.iter().map(|review| Value::from(vec![review.delta_t, review.rating])).collect()
    });
    let histories: Vec<Value> = pairs.collect();
    let page = stage.page();
    page.goto(&stage.course().url("study/drill.html"));
    asked(&page);
    page.eval(&format!(
        "{}.map(history => {{
            let day = 1;
            const reviews = history.map(([delay, rating]) => [new Date(2026, 0, day += delay, 12).getTime(), rating]);
            const {{ stability, difficulty }} = guideModules.fsrs.memory(reviews);
            return [stability, difficulty, guideModules.fsrs.interval(stability)];
        }})",
        Value::from(histories)
    ))
}

fn is_close(value: f64, expected: f32) -> bool {
    (value - f64::from(expected)).abs() <= TOLERANCE * f64::from(expected)
}

/// Whether `days` is `exact` rounded to whole days, at least one.
fn is_rounded(days: f64, exact: f64) -> bool {
    let round = |exact: f64| exact.round().max(1.0);
    (round(exact * (1.0 - TOLERANCE))..=round(exact * (1.0 + TOLERANCE))).contains(&days)
}
