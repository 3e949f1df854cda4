// Two states become one that has what either has. The result does not depend on which came first, so
// that tabs that merge each other's states agree in the end.
//
// A state is taken apart into entries, each with a path: `reviews/<id>/<ms>`, `settings/level`,
// `mocks/<ms>`, `plan`. `state.changed` holds the time at which a path was last changed or removed;
// a review that was only ever added needs none.

import { empty } from './schema.js';

const defaults = empty().settings;

const copy = value => JSON.parse(JSON.stringify(value));

export function clone(state) {
    return assemble(entries(state), { ...state.changed }, state.generation);
}

export function merge(one, other) {
    // Whoever forgot everything has begun a new generation.
    if (one.generation !== other.generation) return clone(one.generation > other.generation ? one : other);
    return union(one, other, one.generation);
}

// What a file adds to a state.
export function add(state, file) {
    return union(state, file, state.generation);
}

function union(one, other, generation) {
    const [left, right] = [entries(one), entries(other)];
    const changed = { ...other.changed, ...one.changed };
    const merged = new Map();
    const paths = new Set([...left.keys(), ...right.keys(), ...Object.keys(changed)]);
    for (const path of paths) {
        const [leftTime, rightTime] = [one.changed[path] ?? 0, other.changed[path] ?? 0];
        if (leftTime || rightTime) changed[path] = Math.max(leftTime, rightTime);
        const value = later([left.get(path), leftTime], [right.get(path), rightTime]);
        if (value !== undefined) merged.set(path, value);
    }
    return assemble(merged, changed, generation);
}

function later([left, leftTime], [right, rightTime]) {
    if (leftTime !== rightTime) return leftTime > rightTime ? left : right;
    if (left === undefined || right === undefined) return left ?? right;
    return JSON.stringify(left) > JSON.stringify(right) ? left : right;
}

// Notes in `after.changed` what is different from `before`.
export function stamp(before, after, now) {
    const [old, present] = [entries(before), entries(after)];
    for (const path of new Set([...old.keys(), ...present.keys()])) {
        const added = !old.has(path) && !(path in before.changed);
        if (added && isRecord(path)) continue;
        if (JSON.stringify(old.get(path)) === JSON.stringify(present.get(path))) continue;
        // A clock that was set back must not make the change look older than the one before it.
        after.changed[path] = Math.max(now, (before.changed[path] ?? 0) + 1);
    }
}

const isRecord = path => path.startsWith('reviews/') || path.startsWith('puzzles/');

function entries(state) {
    const found = new Map();
    for (const [key, value] of Object.entries(state.settings)) {
        // What nobody set must not win over what somebody did.
        if (value !== defaults[key]) found.set(`settings/${key}`, value);
    }
    for (const kind of ['reviews', 'puzzles']) {
        for (const [id, list] of Object.entries(state[kind])) {
            for (const [at, ...rest] of list) found.set(`${kind}/${id}/${at}`, rest);
        }
    }
    if (state.plan) found.set('plan', state.plan);
    for (const mock of state.mocks) found.set(`mocks/${mock.at}`, mock);
    for (const [key, code] of Object.entries(state.edits)) found.set(`edits/${key}`, code);
    return found;
}

// In one order, so that states with the same entries are the same text.
function assemble(found, changed, generation) {
    const state = { ...empty(), generation };
    for (const field of ['reviews', 'puzzles', 'edits', 'changed']) state[field] = named();
    for (const path of [...found.keys()].sort()) place(state, path, found.get(path));
    for (const path of Object.keys(changed).sort()) state.changed[path] = changed[path];
    for (const list of [...Object.values(state.reviews), ...Object.values(state.puzzles)]) {
        list.sort((one, other) => one[0] - other[0]);
    }
    state.mocks.sort((one, other) => one.at - other.at);
    return state;
}

function place(state, path, value) {
    const [kind] = path.split('/', 1);
    const key = path.slice(kind.length + 1);
    if (isRecord(path)) {
        const end = key.lastIndexOf('/');
        (state[kind][key.slice(0, end)] ??= []).push([Number(key.slice(end + 1)), ...value]);
    } else if (kind === 'plan') {
        state.plan = copy(value);
    } else if (kind === 'mocks') {
        state.mocks.push(copy(value));
    } else {
        state[kind][key] = value;
    }
}

// Keys come from files: one named `constructor` must be a key like any other.
function named() {
    return Object.create(null);
}
