// A draw on paper, for two people: the interviewer's side with the answers, the candidate's without.

import { element, html } from './dom.js';
import { slot } from './draw.js';
import { grades } from './drill-card.js';
import { address } from './load.js';
import { describeWish, drawAddress } from './mock-wish.js';
import { card, catalog } from './questions.js';
import { mountScrolling } from './scrolling.js';

// Longer programs stay in the chapters.
const mostLines = 16;

export async function sheet(wish, questions) {
    const isInterviewer = wish.side === 'interviewer';
    const backs = isInterviewer ? await Promise.all(questions.map(({ id }) => card(id))) : [];
    const made = element('article', { class: `mock-sheet mock-sheet-${wish.side}` },
        element('h2', {}, isInterviewer ? 'The interviewer’s side' : 'The candidate’s side'),
        element('p', {}, `${describeWish(wish)}. Draw ${wish.seed}.`),
        blanks(),
        element('p', {}, isInterviewer ? advice : 'Claim first, then the mechanism, then what would prove you wrong. Ask what you need to know.'),
        questions.map((question, index) => isInterviewer
            ? interviewerQuestion(question, index, backs[index])
            : candidateQuestion(question, index)));
    mountScrolling(made);
    return [tools(wish, isInterviewer), made];
}

const advice = 'Read a question aloud and let the candidate finish. Ask the follow-ups while there is time. '
    + 'Grade what was said: the claim, the mechanism, the evidence, the limit and the cost, and none of the traps.';

function tools(wish, isInterviewer) {
    const other = isInterviewer ? ['candidate', 'The candidate’s side'] : ['interviewer', 'The interviewer’s side'];
    return element('p', { class: 'mock-tools' },
        element('button', { type: 'button', class: 'primary', onclick: () => window.print() }, 'Print this side'),
        element('a', { href: drawAddress(wish, other[0]) }, other[1]),
        element('a', { href: drawAddress(wish) }, 'Answer it here instead'));
}

function blanks() {
    return element('p', { class: 'mock-blanks' }, ['Candidate', 'Interviewer', 'Date'].map(name => element('span', {}, name)));
}

function interviewerQuestion(question, index, { answer, traps, followUps }) {
    const made = element('section', {}, heading(question, index),
        html(answer), html(traps), html(followUps),
        space('Notes'),
        element('p', { class: 'mock-boxes' }, grades.map(name => element('span', {}, name))));
    for (const details of made.querySelectorAll('details')) details.open = true;
    const isLong = sample => sample.querySelector('pre').textContent.split('\n').length > mostLines;
    for (const sample of [...made.querySelectorAll('.sample')].filter(isLong)) {
        sample.replaceWith(element('p', {}, element('a', { href: address(question.url) }, 'The program stands in the chapter.')));
    }
    return made;
}

function candidateQuestion(question, index) {
    return element('section', {}, heading(question, index), space('Notes'));
}

function heading(question, index) {
    return element('h3', {}, `${index + 1}. `, html(question.title),
        element('span', { class: `level level-${question.level}` }, question.level), ' ',
        element('span', { class: 'mock-slot' }, `${slot(catalog(), question)} min`));
}

function space(name) {
    return element('div', { class: 'mock-space' }, name);
}
