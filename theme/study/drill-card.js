// One card of the drill: the question, then the answer, then on demand what proves it, and the grades.

import { element, html } from './dom.js';
import { address } from './load.js';
import { card } from './questions.js';
import { span } from './words.js';

export const grades = ['Again', 'Hard', 'Good', 'Easy'];

// The front: a question and a button that shows the answer.
export function front(question, reveal) {
    return [
        place(question),
        heading(question),
        element('p', { class: 'drill-do' },
            element('button', { type: 'button', class: 'primary', 'aria-keyshortcuts': 'Space', onclick: reveal }, 'Show the answer'),
            element('span', { class: 'drill-hint' }, 'Answer aloud first. ', element('kbd', {}, 'Space'))),
    ];
}

// The back: the answer, more of it behind buttons, and the grades with the days that each would mean.
export async function back(question, intervals, grade) {
    const { answer = '', evidence, traps, followUps } = await card(question.id) ?? {};
    const shown = element('div', { class: 'drill-answer', tabindex: '-1', role: 'group', 'aria-label': 'Answer' }, html(answer));
    return [
        place(question),
        heading(question),
        shown,
        more('Evidence', evidence, 'drill-evidence'),
        more('Traps', traps),
        more('Follow-ups', followUps),
        element('p', { class: 'drill-whole' }, element('a', { href: address(question.url) }, 'The whole answer in its chapter')),
        gradeButtons(intervals, grade),
    ];
}

function place({ chapterTitle, level }) {
    return element('p', { class: 'drill-place' }, chapterTitle, element('span', { class: `level level-${level}` }, level));
}

function heading({ title }) {
    return element('h2', { class: 'drill-question', tabindex: '-1' }, html(title));
}

function more(title, content, name = '') {
    if (!content) return null;
    const shown = element('details', { class: `drill-more ${name}` }, element('summary', {}, title), html(content));
    // One click is enough.
    for (const inner of shown.querySelectorAll('details')) inner.open = true;
    return shown;
}

function gradeButtons(intervals, grade) {
    const buttons = grades.map((name, index) => element('button', {
        type: 'button',
        class: `grade grade-${name.toLowerCase()}`,
        'aria-keyshortcuts': index + 1,
        onclick: () => grade(index + 1),
    }, element('span', {}, name), ' ', element('span', { class: 'grade-when' }, when(intervals[index])),
    element('kbd', { 'aria-hidden': 'true' }, String(index + 1))));
    return element('div', { class: 'grades', role: 'group', 'aria-label': 'How well did you know it?' }, buttons);
}

function when(days) {
    return days === 0 ? 'today' : days === 1 ? 'tomorrow' : span(days);
}
