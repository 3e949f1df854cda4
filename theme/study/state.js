// What the reader did, in one place: the key `guide-study` of this browser's localStorage.
//
// Version 1:
//   version     1
//   generation  grows when the reader forgets everything, so that another tab does not bring it back
//   settings    { hideAnswers: true | false, interview: null | "2026-12-05", level, role, hours: 0 to 24,
//              newPerDay: null | how many new cards a day }
//   reviews     { [questionId]: [[ms, rating], …] }, rating 1 again, 2 hard, 3 good, 4 easy; memory is derived
//   puzzles     { [puzzleId]: [[ms, index of the option picked, right 0 | 1], …] }
//   plan        null | { start: "2026-11-21", … }
//   mocks       [{ at: ms, seed, level, role, minutes, grades: { id: rating }, notes: { id: text } }, …]
//   edits       { [sampleKey]: code }
//   changed     { [path]: ms }, when a setting, plan, mock, edit was changed, or anything was removed: `merge.js`
//
// Ids that this edition of the guide does not know are kept: a later one may have them again.

import { announceOnce } from './status.js';
import { add, clone, merge, stamp } from './merge.js';
import { check, empty, version } from './schema.js';

const key = 'guide-study';
const format = 'executable-rust-interview-guide';
const largestFile = 5_000_000;
// A second mark so soon corrects the first.
const correction = 10 * 60_000;

const troubles = {
    blocked: 'This browser keeps no data for this site. What you mark here is lost when you leave the page. '
        + 'Allow the site to keep data, then reload.',
    full: 'The storage that this browser has for the site is full. What you do now is lost when you leave the page. '
        + 'To make room, reset samples that you edited.',
    newer: 'Your study data was written by a newer version of this guide. It is left as it is: '
        + 'reload to get that version. What you mark here is lost when you leave the page.',
    damaged: 'Your study data in this browser was damaged and cannot be read. It is kept aside, and you start anew. '
        + 'If you saved a file earlier, add it under Progress.',
};

let memory = null;
let known = null;
let writable = true;
let problem = null;
const subscribers = new Set();

// The present state. It is not for changing: `change` does that.
export function read() {
    memory ??= load() ?? clone(empty());
    return memory;
}

// Gives `edit` a copy of the state to modify, and keeps what it made of it, joined with what other tabs did.
// Throws, and keeps nothing, when what it made is not a state.
export function change(edit) {
    const before = latest();
    const after = clone(before);
    edit(after);
    check(after);
    stamp(before, after, Date.now());
    keep(clone(after));
}

// Calls `subscriber` with the state after each change, here or in another tab, until the returned function is called.
export function onChange(subscriber) {
    subscribers.add(subscriber);
    return () => subscribers.delete(subscriber);
}

// A review: one card that came up, and how well it was known.
export function review(id, rating, at = Date.now()) {
    change(state => { (state.reviews[id] ??= []).push([at, rating]); });
}

// A mark: a review that takes the place of one given within the last ten minutes.
export function record(id, rating, at = Date.now()) {
    change(state => {
        const reviews = state.reviews[id] ??= [];
        if (reviews.length > 0 && Math.abs(at - reviews.at(-1)[0]) <= correction) reviews.pop();
        reviews.push([at, rating]);
    });
}

export function takeBack(id, at) {
    change(state => {
        state.reviews[id] = (state.reviews[id] ?? []).filter(([when]) => when !== at);
    });
}

export function forgetEverything() {
    const { generation } = latest();
    keep(clone({ ...empty(), generation: generation + 1 }));
    removeAside();
}

// Says why what the reader does is not kept, on a page where that matters before anything is changed.
export function announceTrouble() {
    read();
    if (problem) announceOnce(problem, troubles[problem]);
}

export function exportText() {
    const { generation, ...rest } = read();
    return JSON.stringify({ format, version, exported: new Date().toISOString(), ...rest });
}

// Adds what a file holds to the state. A file that is not right changes nothing.
export function importText(text) {
    let file;
    try {
        file = parseFile(text);
    } catch (error) {
        return { ok: false, reason: error.message };
    }
    keep(add(latest(), file));
    return { ok: true };
}

function parseFile(text) {
    if (text.length > largestFile) throw new Error(`The file has more than ${largestFile / 1e6} million characters.`);
    const { format: found, exported, ...rest } = parseJson(text);
    if (found !== format) throw new Error('This is not a file that this guide exported.');
    if (rest.version > version) throw new Error('The file was written by a newer version of this guide. Update the guide first.');
    if (Number.isNaN(Date.parse(exported))) throw new Error('The file is damaged: it does not say when it was exported.');
    const state = { ...rest, generation: 0 };
    try {
        check(state);
    } catch (error) {
        throw new Error(`The file is damaged. In ${error.message}.`);
    }
    return state;
}

function parseJson(text) {
    let parsed;
    try {
        parsed = JSON.parse(text);
    } catch {
        throw new Error('The file is damaged, or not one that this guide exported: it is not JSON.');
    }
    return parsed ?? {};
}

// Storage

function storage() {
    try {
        return window.localStorage;
    } catch {
        return null;
    }
}

// What is stored, or null. Damaged data is moved away, newer data is left alone.
function load() {
    let text;
    try {
        text = storage().getItem(key);
    } catch {
        problem = 'blocked';
        writable = false;
        return null;
    }
    known = text;
    if (text === null) return null;
    const { state, wrong } = understand(text);
    if (wrong === 'newer') keepOut();
    if (wrong === 'damaged') setAside(text);
    return state ?? null;
}

function understand(text) {
    try {
        const stored = JSON.parse(text);
        if (stored.version > version) return { wrong: 'newer' };
        check(stored);
        return { state: clone(stored) };
    } catch {
        return { wrong: 'damaged' };
    }
}

function keepOut() {
    problem = 'newer';
    writable = false;
    announceOnce('newer', troubles.newer);
}

function setAside(text) {
    try {
        storage().setItem(`${key}-damaged-${new Date().toISOString()}`, text);
        // An empty state, and not nothing: another tab may still hold all of it, and then writes it.
        storage().setItem(key, JSON.stringify(empty()));
        announceOnce('damaged', troubles.damaged);
    } catch {
        // There is no room for a copy, so the only one stays where it is.
        problem = 'full';
        writable = false;
    }
}

function removeAside() {
    try {
        const aside = Object.keys(storage()).filter(name => name.startsWith(`${key}-damaged-`));
        for (const name of aside) storage().removeItem(name);
    } catch {
        // Where nothing can be reached, nothing was put aside.
    }
}

// The state, with what another tab may have stored since.
function latest() {
    read();
    if (!writable) return memory;
    try {
        if (storage().getItem(key) === known) return memory;
    } catch {
        return memory;
    }
    const stored = load();
    return stored ? merge(memory, stored) : memory;
}

function keep(state) {
    memory = state;
    save();
    tell();
}

function tell() {
    for (const subscriber of subscribers) subscriber(memory);
}

function save() {
    if (!writable) return announceOnce(problem, troubles[problem]);
    const text = JSON.stringify(memory);
    try {
        storage().setItem(key, text);
        known = text;
        problem = null;
    } catch {
        problem = 'full';
        announceOnce('full', troubles.full);
    }
}

// Another tab wrote `text`. Two tabs can write at the same moment, and the later one wins without having
// seen the earlier: whoever then finds something missing writes both.
function hear(text) {
    read();
    const { state, wrong } = understand(text);
    if (wrong === 'newer') return keepOut();
    if (!state) return;
    known = text;
    const merged = merge(memory, state);
    const lacking = JSON.stringify(merged) !== JSON.stringify(state);
    memory = merged;
    if (lacking && writable) save();
    tell();
}

function forget() {
    memory = clone(empty());
    known = null;
    tell();
}

function refresh() {
    memory = latest();
    tell();
}

addEventListener('storage', event => {
    if (event.key === key && event.newValue !== null) hear(event.newValue);
    // The reader has deleted the data of the site.
    else if (event.key === null || event.key === key) forget();
});
// A page that was put aside by the back button heard nothing meanwhile.
addEventListener('pageshow', event => { if (event.persisted) refresh(); });
