// The sections of the progress page, each made from the state.

import { dayOf, sayDay, sayDistance, today } from './dates.js';
import { element, html } from './dom.js';
import { retrievability } from './fsrs.js';
import { address } from './load.js';
import { catalog } from './questions.js';
import { cards, due, interviewDay, weakest } from './schedule.js';
import { weakestList } from './weakest.js';
import { count, percent } from './words.js';

const drill = (query = '') => address(`study/drill.html${query}`);

function section(title, ...content) {
    return element('section', { class: 'progress-section' }, element('h2', {}, title), ...content);
}

function paragraph(...content) {
    return element('p', {}, ...content);
}

function link(target, ...content) {
    return element('a', { href: target }, ...content);
}

// Readiness: a bar for each part, in a table whose numbers say the same.

export function readinessSection(state) {
    const all = cards(catalog().questions, state);
    const rows = catalog().parts.map(part => readinessRow(part, all.filter(card => card.question.part === part.id)));
    return section('Readiness',
        paragraph('How likely you are to know an answer today: the mean over all questions of a part, where one you have not seen counts as 0.'),
        element('div', { class: 'table-wrapper' }, element('table', { class: 'readiness' },
            element('thead', {}, element('tr', {}, ['Part', 'Ready', 'Seen'].map(name => element('th', { scope: 'col' }, name)))),
            element('tbody', {}, rows),
            element('tfoot', {}, readinessRow({ title: 'All' }, all)))));
}

function readinessRow({ id, title }, cards) {
    const ready = readiness(cards);
    const seen = cards.filter(card => card.memory).length;
    return element('tr', {},
        element('th', { scope: 'row' }, id ? link(drill(`?part=${id}`), title) : title),
        element('td', { class: 'ready' }, bar(ready), percent(ready)),
        element('td', {}, `${seen} of ${cards.length}`));
}

function readiness(cards) {
    const known = cards.filter(card => card.memory).map(card => retrievability(card.memory, today()));
    return known.reduce((sum, chance) => sum + chance, 0) / Math.max(cards.length, 1);
}

function bar(share) {
    return element('span', { class: 'bar', 'aria-hidden': 'true' }, element('span', { style: `inline-size: ${share * 100}%` }));
}

// What is due, today and in the six days after it.

export function dueSection(state) {
    const all = cards(catalog().questions, state);
    const now = today();
    const days = Array.from({ length: 7 }, (_, index) => ({ day: now + index, number: dueOn(all, now + index, now) }));
    const week = days.reduce((sum, { number }) => sum + number, 0);
    const most = Math.max(...days.map(({ number }) => number), 1);
    return section('Due',
        paragraph(dueInWords(days[0].number, week, all), ' ', link(drill(), 'Drill')),
        week > 0 ? element('ol', { class: 'due-days' }, days.map(each => dueDay(each, most))) : null,
        interviewInWords(state));
}

function dueOn(cards, day, now) {
    return day === now ? due(cards, now).length : cards.filter(card => card.memory?.due === day).length;
}

function dueInWords(number, week, cards) {
    if (cards.every(card => !card.memory)) return 'Nothing yet: no card has been graded.';
    return `${count(number, 'card')} today, ${week} within seven days.`;
}

function dueDay({ day, number }, most) {
    const name = day === today() ? 'today' : sayDay(day).split(',')[0];
    return element('li', {},
        element('span', { class: 'due-number' }, String(number)),
        element('span', { class: 'due-bar', 'aria-hidden': 'true', style: `block-size: ${number / most * 6}rem` }),
        element('span', { class: 'due-name' }, name));
}

function interviewInWords(state) {
    const interview = interviewDay(state);
    return interview === null ? null : paragraph(`Interview ${sayDistance(interview)}, ${sayDay(interview)}.`);
}

// Practice: a plain count.

export function practiceSection(state) {
    const days = new Set(moments(state).map(dayOf));
    const last = Array.from({ length: 14 }, (_, index) => today() - 13 + index);
    const practiced = last.filter(day => days.has(day)).length;
    return section('Practice',
        paragraph(`Practiced on ${practiced} of the last 14 days.`),
        element('p', { class: 'practice-days', 'aria-hidden': 'true' },
            last.map(day => element('span', { class: days.has(day) ? 'practiced' : '', title: sayDay(day) }))));
}

function moments({ reviews, puzzles, mocks }) {
    const lists = [...Object.values(reviews), ...Object.values(puzzles)];
    return [...lists.flat().map(([moment]) => moment), ...mocks.map(mock => mock.at)];
}

// What is weak.

export function weakestSection(state) {
    const list = weakest(cards(catalog().questions, state), today()).slice(0, 10);
    return section('Weakest',
        list.length > 0 ? weakestList(list, today()) : paragraph('Cards that you have graded are listed here, the least remembered first.'));
}

export function puzzleSection(state) {
    const puzzles = catalog().puzzles ?? [];
    if (puzzles.length === 0) return null;
    const tried = puzzles.filter(({ id }) => state.puzzles[id]?.length > 0);
    const missed = tried.filter(({ id }) => state.puzzles[id].at(-1)[2] === 0);
    return section('Puzzles',
        paragraph(puzzlesInWords(puzzles, tried, missed)),
        missed.length > 0 ? element('ul', {}, missed.map(puzzle => element('li', {}, link(address(puzzle.url), html(puzzle.title))))) : null);
}

function puzzlesInWords(puzzles, tried, missed) {
    if (tried.length === 0) return `None of ${count(puzzles.length, 'puzzle')} tried yet.`;
    const right = tried.length - missed.length;
    return `Tried ${tried.length} of ${puzzles.length}, ${right} right the last time.${missed.length > 0 ? ' Wrong the last time:' : ''}`;
}

export function mockSection(state) {
    const columns = ['Day', 'For', 'Minutes', 'Grades'];
    return section('Mock interviews', state.mocks.length === 0
        ? paragraph('None yet. ', link(address('study/mock.html'), 'Mock interview'))
        : element('div', { class: 'table-wrapper' }, element('table', {},
            element('thead', {}, element('tr', {}, columns.map(name => element('th', { scope: 'col' }, name)))),
            element('tbody', {}, state.mocks.toReversed().map(mockRow)))));
}

function mockRow({ at, level, role, minutes, grades }) {
    const ratings = Object.values(grades);
    const each = ['again', 'hard', 'good', 'easy']
        .map((name, index) => [ratings.filter(rating => rating === index + 1).length, name])
        .filter(([number]) => number > 0)
        .map(([number, name]) => `${number} ${name}`);
    return element('tr', {}, [sayDay(dayOf(at)), `${level} ${role}`, String(minutes), each.join(', ') || 'none']
        .map(text => element('td', {}, text)));
}
