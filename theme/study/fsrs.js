// FSRS-6 with its default parameters: how well a card is remembered, derived from its reviews.
//
// The formulas are those of https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm, the
// parameters and limits those of the crate `fsrs`, whose results a test compares with these.
//
// Stability is the number of days after which the chance to remember has fallen to 0.9.
// Difficulty goes from 1 to 10. Ratings: 1 again, 2 hard, 3 good, 4 easy.

import { dayOf } from './dates.js';

const parameters = [
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
    1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
];
const initialStability = parameters.slice(0, 4);
const [initialDifficulty, difficultySpread, difficultyStep, reversion] = parameters.slice(4, 8);
const [growth, growthDecay, growthSpacing] = parameters.slice(8, 11);
const [lapse, lapseDifficulty, lapseStability, lapseSpacing] = parameters.slice(11, 15);
const [hardPenalty, easyBonus] = parameters.slice(15, 17);
const [sameDay, sameDayShift, sameDayDecay, decay] = parameters.slice(17);

const retention = 0.9;
const curve = 0.9 ** (-1 / decay) - 1;
const [again, hard, good, easy] = [1, 2, 3, 4];

const between = (least, value, most) => Math.min(Math.max(value, least), most);
const possibleStability = stability => between(0.001, stability, 36_500);
const possibleDifficulty = difficulty => between(1, difficulty, 10);

// What `reviews`, [[ms, rating], …] in order, leave in memory: { stability, difficulty, last, due }, the days
// of the last review and of the next one; null without reviews. A card rated again is due on the same day.
export function memory(reviews) {
    if (reviews.length === 0) return null;
    let state = null;
    let last = null;
    for (const [moment, rating] of reviews) {
        const day = dayOf(moment);
        // Who travels west can review "a day before" the last time.
        state = state ? next(state, rating, Math.max(day - last, 0)) : first(rating);
        last = day;
    }
    const due = reviews.at(-1)[1] === again ? last : last + interval(state.stability);
    return { ...state, last, due };
}

// Days until the chance to remember has fallen to the retention wanted.
export function interval(stability) {
    return Math.max(Math.round(stability / curve * (retention ** (-1 / decay) - 1)), 1);
}

// The chance to remember on that day, from 0 to 1.
export function retrievability(memory, day) {
    return forgetting(memory.stability, Math.max(day - memory.last, 0));
}

// The state after the first review.
export function first(rating) {
    return {
        stability: initialStability[rating - 1],
        difficulty: possibleDifficulty(difficultyAtFirst(rating)),
    };
}

// The state after a review `days` after the last one.
export function next({ stability, difficulty }, rating, days) {
    return {
        stability: possibleStability(nextStability(stability, difficulty, rating, days)),
        difficulty: possibleDifficulty(nextDifficulty(difficulty, rating)),
    };
}

function forgetting(stability, days) {
    return (1 + curve * days / stability) ** -decay;
}

function nextStability(stability, difficulty, rating, days) {
    if (days === 0) return stability * sameDayIncrease(stability, rating);
    const forgotten = 1 - forgetting(stability, days);
    if (rating === again) return stabilityAfterLapse(stability, difficulty, forgotten);
    return stability * (1 + increase(stability, difficulty, forgotten, rating));
}

function increase(stability, difficulty, forgotten, rating) {
    const factor = { [hard]: hardPenalty, [good]: 1, [easy]: easyBonus }[rating];
    return Math.exp(growth) * (11 - difficulty) * stability ** -growthDecay
        * (Math.exp(growthSpacing * forgotten) - 1) * factor;
}

function stabilityAfterLapse(stability, difficulty, forgotten) {
    const left = lapse * difficulty ** -lapseDifficulty * ((stability + 1) ** lapseStability - 1)
        * Math.exp(lapseSpacing * forgotten);
    return Math.min(left, stability / Math.exp(sameDay * sameDayShift));
}

function sameDayIncrease(stability, rating) {
    const increase = Math.exp(sameDay * (rating - good + sameDayShift)) * stability ** -sameDayDecay;
    return rating === again ? increase : Math.max(increase, 1);
}

function difficultyAtFirst(rating) {
    return initialDifficulty - Math.exp(difficultySpread * (rating - 1)) + 1;
}

function nextDifficulty(difficulty, rating) {
    const change = -difficultyStep * (rating - good);
    const damped = difficulty + change * (10 - difficulty) / 9;
    return reversion * difficultyAtFirst(easy) + (1 - reversion) * damped;
}
