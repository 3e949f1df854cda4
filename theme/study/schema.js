// What a state looks like, and a check that names the first thing that does not.

import { dayFromText } from './dates.js';

export const version = 1;

export function empty() {
    return {
        version,
        generation: 0,
        settings: { hideAnswers: false, interview: null, level: 'senior', role: 'backend', hours: 2, newPerDay: null },
        reviews: {},
        puzzles: {},
        plan: null,
        mocks: [],
        edits: {},
        changed: {},
    };
}

// Throws an error whose message says where `state` is not a state, what should stand there, and what does.
export function check(state) {
    shape(state, '');
}

const [earliest, latest] = [Date.UTC(2020), Date.UTC(2100)];
const codeLength = 65_536;

function fail(place, expected, found) {
    const text = JSON.stringify(found) ?? 'nothing';
    throw new Error(`${place}: expected ${expected}, found ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
}

const rule = (expected, accepts) => (value, place) => { if (!accepts(value)) fail(place, expected, value); };

const whole = (least, most) => rule(`a whole number from ${least} to ${most}`,
    value => Number.isInteger(value) && value >= least && value <= most);
const number = (least, most) => rule(`a number from ${least} to ${most}`,
    value => Number.isFinite(value) && value >= least && value <= most);
const text = most => rule(`a text of at most ${most} characters`,
    value => typeof value === 'string' && value.length <= most);
const truth = rule('true or false', value => typeof value === 'boolean');
const date = rule('a date like "2026-12-05"', value => typeof value === 'string' && dayFromText(value) !== null);
// Not "until now": a clock that ran ahead may have been set right since.
const moment = rule('a time in milliseconds, in the years from 2020 to 2099',
    value => Number.isInteger(value) && value >= earliest && value < latest);
const small = most => rule(`at most ${most} characters of data`, value => JSON.stringify(value).length <= most);
const object = rule('an object', value => typeof value === 'object' && value !== null && !Array.isArray(value));
const name = rule('a name', value => value.length > 0 && value.length <= 300 && value !== '__proto__');

const within = (place, key) => (place ? `${place}, ${key}` : key);

function optional(inner) {
    return (value, place) => { if (value !== null) inner(value, place); };
}

function list(most, inner) {
    const right = rule(`a list of at most ${most}`, value => Array.isArray(value) && value.length <= most);
    return (value, place) => {
        right(value, place);
        value.forEach((entry, index) => inner(entry, `${place}, entry ${index + 1}`));
    };
}

function tuple(...inners) {
    const right = rule(`a list of ${inners.length}`, value => Array.isArray(value) && value.length === inners.length);
    return (value, place) => {
        right(value, place);
        inners.forEach((inner, index) => inner(value[index], `${place}, value ${index + 1}`));
    };
}

function map(inner) {
    return (value, place) => {
        object(value, place);
        for (const [key, entry] of Object.entries(value)) {
            name(key, place);
            inner(entry, within(place, key));
        }
    };
}

// An object with these fields. Others are refused unless there is a rule for them.
function fields(inners, others = rule('no such field', () => false)) {
    return (value, place) => {
        object(value, place);
        for (const key of new Set([...Object.keys(inners), ...Object.keys(value)])) {
            name(key, place);
            const inner = Object.hasOwn(inners, key) ? inners[key] : others;
            inner(value[key], within(place, key));
        }
    };
}

// Settings are added without a new version: a state without one has its default.
const known = inner => (value, place) => { if (value !== undefined) inner(value, place); };

const both = (...inners) => (value, place) => inners.forEach(inner => inner(value, place));

const mock = fields({
    at: moment,
    seed: rule('a number or a text', value => Number.isFinite(value) || (typeof value === 'string' && value.length <= 100)),
    level: text(40),
    role: text(40),
    minutes: number(0, 1440),
    grades: map(whole(1, 4)),
    notes: map(text(20_000)),
}, small(20_000));

const shape = fields({
    version: rule('1', value => value === version),
    generation: whole(0, 1_000_000),
    settings: fields({
        hideAnswers: known(truth),
        interview: known(optional(date)),
        level: known(text(40)),
        role: known(text(40)),
        hours: known(number(0, 24)),
        newPerDay: known(optional(whole(0, 1_000))),
    }, small(200)),
    reviews: map(list(2_000, tuple(moment, whole(1, 4)))),
    puzzles: map(list(2_000, tuple(moment, whole(0, 100), whole(0, 1)))),
    plan: optional(both(fields({ start: date }, small(50_000)), small(100_000))),
    mocks: list(2_000, mock),
    edits: map(text(codeLength)),
    changed: map(moment),
});
