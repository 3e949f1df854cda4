// The questions of a page, the row of buttons below each, and which of them the reader is at.

import { element } from './dom.js';

// The headings of the questions, in their order. The page to print has nothing to click.
export function questions() {
    return headingsOf('.junior, .mid, .senior, .staff');
}

// The headings that one goes to by key: also those of puzzles.
function stops() {
    return headingsOf('.junior, .mid, .senior, .staff, [class^="puzzle-"]');
}

export function hasStops() {
    return stops().length > 0;
}

function headingsOf(kinds) {
    if (location.pathname.endsWith('/print.html')) return [];
    return [...document.querySelectorAll(`main > h2:is(${kinds})`)];
}

// The row of buttons below the heading of a question.
export function toolsOf(heading) {
    const next = heading.nextElementSibling;
    if (next?.matches('.question-tools')) return next;
    const tools = element('div', { class: 'question-tools', role: 'group', 'aria-labelledby': heading.id });
    heading.after(tools);
    return tools;
}

// The question that has the focus in the window, or else the last one that begins in its upper part.
export function currentQuestion() {
    const headings = questions();
    return headings[focusedIndex(headings)]
        ?? headings.findLast(heading => heading.getBoundingClientRect().top < innerHeight / 2)
        ?? headings[0];
}

// Goes `step` questions on or back. From above the first question, on leads to the first.
export function moveBy(step) {
    const headings = stops();
    const focused = focusedIndex(headings);
    const edge = readingEdge();
    const isAbove = heading => heading.getBoundingClientRect().top <= edge;
    const isBefore = heading => heading.getBoundingClientRect().top < edge - 4;
    const index = focused >= 0 ? focused + step
        : step > 0 ? headings.findLastIndex(isAbove) + 1 : headings.findLastIndex(isBefore);
    goTo(headings[index]);
}

function goTo(heading) {
    if (!heading) return;
    heading.querySelector('a').focus({ preventScroll: true });
    heading.scrollIntoView();
}

// Where the heading of the question being read stands when one has gone to it.
function readingEdge() {
    return document.getElementById('mdbook-menu-bar').offsetHeight + 24;
}

// The index of the question to which what has the focus belongs, or -1: also when the reader scrolled away from it.
function focusedIndex(headings) {
    const part = document.activeElement;
    if (!part?.closest('main') || !isInWindow(part)) return -1;
    const sections = [...document.querySelectorAll('main > :is(h1, h2)')];
    return headings.indexOf(sections.findLast(heading => heading.contains(part) || follows(heading, part)));
}

function isInWindow(part) {
    const { top, bottom } = part.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
}

function follows(heading, part) {
    return Boolean(heading.compareDocumentPosition(part) & Node.DOCUMENT_POSITION_FOLLOWING);
}

// There before it says anything: only then it is read out.
const line = document.body.appendChild(element('p', { class: 'said', role: 'status' }));
let fading = 0;

// Says at the foot of the window, for a moment and aloud, what a click or a key has done.
export function say(text) {
    clearTimeout(fading);
    line.textContent = text;
    fading = setTimeout(() => { line.textContent = ''; }, 5000);
}
