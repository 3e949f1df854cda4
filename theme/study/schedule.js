// When a card comes up: the day that FSRS says, or an earlier one because of an interview.
//
// An interview on day D divides the time before it:
//   until D - 10     as FSRS says, at most until the card's day in the week below
//   D - 9 to D - 3   every card seen earlier comes up once more, spread evenly
//   D - 2 to D       the weakest first, and no card is due after D

import { dayFromText, dayOf, today } from './dates.js';
import { memory, retrievability } from './fsrs.js';

const finale = 2;
const week = 7;
const usualNew = 10;
const mostNew = 50;
// Before a card rated again comes back, other cards come up, if there are any.
const pause = 10 * 60_000;

// The day of the interview, or null when there is none ahead.
export function interviewDay(state, now = today()) {
    const day = state.settings.interview && dayFromText(state.settings.interview);
    return day && day >= now ? day : null;
}

// Whether there is so little time that only the weakest are worth it.
export function isFinale(state, now = today()) {
    const interview = interviewDay(state, now);
    return interview !== null && interview - now <= finale;
}

// What is remembered of a question, as `memory` says, with `due` as it is with that interview; null when unseen.
export function schedule(id, reviews = [], interview = null) {
    const remembered = memory(reviews);
    return remembered && { ...remembered, due: Math.min(remembered.due, latest(id, remembered.last, interview)) };
}

function latest(id, last, interview) {
    if (interview === null || last >= interview) return Infinity;
    const start = interview - finale - week;
    const latest = last < start ? start + spread(id) : interview - 1;
    return Math.max(latest, last + 1);
}

// From 0 to 6, the same at every call.
function spread(id) {
    let sum = 0;
    for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
    return sum % week;
}

// Questions as cards: { question, reviews, memory, lapses }, in their order.
export function cards(questions, state, now = today()) {
    const interview = interviewDay(state, now);
    return questions.map(question => {
        const reviews = state.reviews[question.id] ?? [];
        const lapses = reviews.filter(([, rating]) => rating === 1).length;
        return { question, reviews, memory: schedule(question.id, reviews, interview), lapses };
    });
}

// Those seen, worst first: the lowest chance to remember on `day`, then the most lapses.
export function weakest(cards, day) {
    const chance = new Map(cards.filter(card => card.memory).map(card => [card, retrievability(card.memory, day)]));
    return [...chance.keys()].sort((one, other) => chance.get(one) - chance.get(other) || other.lapses - one.lapses);
}

// Those due today, the longest overdue first.
export function due(cards, now = today()) {
    const early = cards.filter(card => card.memory && card.memory.due <= now);
    return early.sort((one, other) => one.memory.due - other.memory.due);
}

export function unseen(cards) {
    return cards.filter(card => !card.memory);
}

// How many of `cards` were seen for the first time today.
export function begun(cards, now = today()) {
    return cards.filter(card => card.memory && dayOf(card.reviews[0][0]) === now).length;
}

// How many new cards a day: what the reader set, else so many that each of `cards` is seen before the last week.
export function newPerDay(cards, state, now = today()) {
    return state.settings.newPerDay ?? suggestedNew(cards, state, now);
}

export function suggestedNew(cards, state, now = today()) {
    const interview = interviewDay(state, now);
    if (interview === null) return usualNew;
    const days = Math.max(interview - finale - now, 1);
    const count = Math.ceil((unseen(cards).length + begun(cards, now)) / days);
    return Math.min(Math.max(count, usualNew), mostNew);
}

// What comes up now, in order: what is due, or in the last days all that was seen, weakest first; then new
// cards, `extra` more than those of the day. `only` can be 'due' or 'new'. A card rated again waits a little.
export function queue(cards, state, { only = '', extra = 0 } = {}, moment = Date.now()) {
    const now = dayOf(moment);
    const seen = isFinale(state, now) ? weakestLeft(cards, state, now) : due(cards, now);
    const retried = seen.filter(card => isRetried(card, now)).sort((one, other) => lastMoment(one) - lastMoment(other));
    const rested = retried.filter(card => moment - lastMoment(card) >= pause);
    return [
        ...only === 'new' ? [] : seen.filter(card => !retried.includes(card)),
        ...rested,
        ...only === 'due' ? [] : unseen(cards).slice(0, newLeft(cards, state, now) + extra),
        ...retried.filter(card => !rested.includes(card)),
    ];
}

function weakestLeft(cards, state, now) {
    const left = card => card.memory.last < now || isRetried(card, now);
    return weakest(cards, interviewDay(state, now)).filter(left);
}

function newLeft(cards, state, now) {
    return Math.max(newPerDay(cards, state, now) - begun(cards, now), 0);
}

const lastMoment = card => card.reviews.at(-1)[0];

function isRetried(card, now) {
    const [moment, rating] = card.reviews.at(-1);
    return rating === 1 && dayOf(moment) === now;
}
