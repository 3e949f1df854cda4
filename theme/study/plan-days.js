// The days of a plan as a page shows them. `guide/src/site/plan.rs` writes the ready-made plans with the same
// elements.

import { sayDay, sayDistance, today } from './dates.js';
import { element, html } from './dom.js';
import { address } from './load.js';
import { describe } from './plan-form.js';
import { cardMinutes } from './planner.js';
import { count } from './words.js';

// What is planned, in a few sentences.
export function planSummary({ days, pace, leftOut, missed }, wish) {
    const items = days.flatMap(day => day.items).filter(item => !item.done && item.kind !== 'page');
    const isNew = items.length > 0;
    const left = countKinds(items);
    const distance = sayDistance(days.at(-1).day);
    const sentences = [
        `For ${describe(wish)}.`,
        days.length === 1 ? 'The interview is today: nothing new.' : `The interview is ${distance}.`,
        isNew ? `To read: ${left}, at most ${time(pace)} of new material a day.` : days.length > 1 && 'Nothing new is planned: what is left is to repeat.',
        missed.length > 0 && missedInWords(missed, days, leftOut),
    ];
    return [
        element('p', { class: 'plan-summary' }, sentences.filter(Boolean).join(' ')),
        leftOut.length > 0 ? leftOutList(leftOut, days.some(day => day.kind === 'study'), wish) : null,
    ].filter(Boolean);
}

function countKinds(items) {
    const of = kind => items.filter(item => item.kind === kind).length;
    const words = [
        of('page') > 0 && count(of('page'), 'page'),
        of('question') > 0 && count(of('question'), 'question'),
        of('puzzle') > 0 && count(of('puzzle'), 'puzzle'),
    ];
    return words.filter(Boolean).join(' and ');
}

function missedInWords(missed, days, leftOut) {
    const dropped = leftOut.filter(({ entry }) => missed.some(item => item.entry === entry)).length;
    const left = days.filter(day => day.kind === 'study').length;
    const behind = `Planned for earlier days and not done: ${countKinds(missed)}.`;
    if (left === 0) return `${behind} No day is left for them.`;
    const spread = left === 1 ? 'What fits is on the one day left.' : `They are spread over the ${left} days left.`;
    return dropped === 0 ? `${behind} ${spread}` : `${behind} ${spread} ${dropped} of them no longer fit.`;
}

function leftOutList(items, isStudied, { role, level }) {
    const whom = role === 'any' ? `a ${level} interview` : `a ${level} ${role} interview`;
    const why = isStudied ? `No time for ${countKinds(items)}, the least likely in ${whom}`
        : `Not read: ${countKinds(items)}. The last day is for what you have read`;
    return element('details', { class: 'plan-left-out' }, element('summary', {}, why),
        element('ul', { class: 'plan-list' }, items.map(item => planItem(item))));
}

export function planDays({ days }) {
    const sections = [];
    for (let index = 0; index < days.length;) {
        const end = endOfRest(days, index);
        sections.push(end - index > 1 ? restSection(days.slice(index, end)) : daySection(days[index]));
        index = Math.max(end, index + 1);
    }
    return sections;
}

// Where the days without anything new end that begin at `index`.
function endOfRest(days, index) {
    const isRest = day => day.kind === 'study' && day !== days[0] && day.items.length === 0;
    let end = index;
    while (end < days.length && isRest(days[end])) end++;
    return end;
}

function restSection(days) {
    const cards = days.reduce((sum, day) => sum + day.cards, 0);
    return section(`${sayDay(days[0].day)} to ${sayDay(days.at(-1).day)}`, '', [
        element('li', {}, drillLink(), `: what is due, about ${count(cards, 'card')} in all`),
    ]);
}

function daySection(day) {
    const isToday = day.day === today();
    const when = isToday ? 'Today, ' : '';
    const name = day.kind === 'interview' ? `${when}${sayDay(day.day)}: the interview` : `${when}${sayDay(day.day)}`;
    const tasks = [drill(day, isToday), ...readings(day.items), puzzles(day.items), summaries(day.summaries), done(day.done)];
    const made = section(name, day.minutes > 0 ? time(day.minutes) : '', tasks.filter(Boolean));
    if (isToday && isFinished(day)) made.append(element('p', { class: 'plan-done' }, 'All of today is done.'));
    return made;
}

function isFinished({ items, cards, drilled }) {
    const open = items.filter(item => item.kind !== 'page' && !item.done);
    return open.length === 0 && drilled >= cards && items.length + cards > 0;
}

function section(name, spent, tasks) {
    return element('section', { class: 'plan-day' },
        element('h2', {}, name, ' ', spent && element('span', { class: 'plan-time' }, spent)),
        tasks.length > 0 ? element('ul', { class: 'plan-tasks' }, tasks) : null);
}

const drillLink = () => element('a', { href: address('study/drill.html?only=due') }, 'Drill');

function drill({ cards, drilled = 0, weakest, kind }, isToday) {
    if (cards === 0) return null;
    const which = kind === 'review' ? 'the weakest ' : isToday ? '' : 'about ';
    const seen = isToday && drilled > 0 ? `, ${drilled} seen today` : '';
    return element('li', {}, drillLink(), `: ${which}${count(cards, 'card')}${seen} `,
        element('span', { class: 'plan-time' }, time(cards * cardMinutes)),
        weakest.length > 0 ? weakestList(weakest) : null);
}

function weakestList(items) {
    return element('ul', { class: 'plan-list plan-weakest' }, items.slice(0, 10).map(planItem));
}

// What is to be read, below the titles of chapters.
function readings(items) {
    const groups = [];
    for (const item of items.filter(item => item.kind !== 'puzzle')) {
        const last = groups.at(-1);
        if (last && title(last[0]) === title(item)) last.push(item);
        else groups.push([item]);
    }
    return groups.map(group => element('li', {}, groupName(group[0]), element('ul', { class: 'plan-list' }, group.map(planItem))));
}

const title = item => item.entry.chapterTitle ?? 'Read first';

function groupName(item) {
    if (item.kind === 'page') return title(item);
    return element('a', { href: address(`${item.entry.chapter}.html`) }, title(item));
}

function puzzles(items) {
    const found = items.filter(item => item.kind === 'puzzle');
    if (found.length === 0) return null;
    return element('li', {}, 'Puzzles', element('ul', { class: 'plan-list' }, found.map(planItem)));
}

function planItem({ kind, entry, minutes, done }) {
    const level = kind === 'page' ? null : element('span', { class: `level level-${entry.level}` }, entry.level);
    return element('li', { class: 'plan-item', 'data-done': Boolean(done) },
        done ? element('span', { class: 'for-listeners' }, 'Done: ') : null,
        link(entry), level, ' ', element('span', { class: 'plan-time' }, time(minutes)));
}

function link({ url, title }) {
    return element('a', { href: address(url) }, html(title));
}

function summaries(list) {
    if (list.length === 0) return null;
    return element('li', {}, 'The chapters in short', element('ul', { class: 'plan-list' },
        list.map(({ entry, minutes }) => planItem({ kind: 'page', entry, minutes, done: false }))));
}

function done(entries = []) {
    if (entries.length === 0) return null;
    const items = entries.map(entry => element('li', { class: 'plan-item', 'data-done': true },
        element('span', { class: 'for-listeners' }, 'Done: '), link(entry)));
    return element('li', {}, 'Also done today', element('ul', { class: 'plan-list' }, items));
}

// "1 h 5 min".
export function time(minutes) {
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    return [hours > 0 && `${hours} h`, (rest > 0 || hours === 0) && `${rest} min`].filter(Boolean).join(' ');
}
