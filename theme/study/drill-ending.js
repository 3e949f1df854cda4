// What the drill says when no card is shown: what was done, when it goes on, and what to do instead.

import { sayDay, sayDistance, today } from './dates.js';
import { element } from './dom.js';
import { grades } from './drill-card.js';
import { address } from './load.js';
import { unseen } from './schedule.js';
import { count } from './words.js';

// `session` has the cards chosen, the choice, what was graded, and whether cards are left. `act` says what
// the buttons do: `more` brings new cards beyond those of the day, `all` removes the choice, `goOn` goes on.
export function ending(session, act) {
    const { graded, cards } = session;
    return [
        element('h2', { class: 'drill-question', tabindex: '-1' }, title(session)),
        graded.length > 0 ? element('p', {}, summary(graded)) : null,
        cards.length > 0 ? element('p', {}, outlook(cards)) : null,
        element('p', { class: 'drill-do' }, buttons(session, act)),
        graded.length > 0 ? element('p', {}, element('a', { href: address('study/progress.html') }, 'Progress: what is weak, what is due')) : null,
    ].filter(Boolean);
}

function title({ cards, choice, graded, isLeft }) {
    if (cards.length === 0) return 'No question fits this choice.';
    if (graded.length > 0) return isLeft ? 'Stopped.' : 'Done for today.';
    if (choice.only === 'new' && unseen(cards).length === 0) return 'You have seen every question of this choice.';
    return 'Nothing is due today.';
}

function summary(graded) {
    const each = grades
        .map((name, index) => [graded.filter(({ rating }) => rating === index + 1).length, name.toLowerCase()])
        .filter(([number]) => number > 0)
        .map(([number, name]) => `${number} ${name}`);
    return `Graded: ${count(graded.length, 'card')} (${each.join(', ')}).`;
}

function outlook(cards) {
    const days = cards.filter(card => card.memory).map(card => card.memory.due).filter(day => day > today());
    if (days.length === 0) return 'No card of this choice is planned for another day yet.';
    const next = Math.min(...days);
    const number = days.filter(day => day === next).length;
    const week = days.filter(day => day <= today() + 7).length;
    return `Next: ${count(number, 'card')} ${sayDistance(next)} (${sayDay(next)}); ${week} within seven days.`;
}

function buttons({ cards, choice, isLeft }, act) {
    const button = (text, onclick) => element('button', { type: 'button', onclick }, text);
    if (cards.length === 0) return [button('Show all questions', act.all)];
    if (isLeft) return [button('Go on', act.goOn)];
    const left = unseen(cards).length;
    if (left === 0) return [];
    if (choice.only === 'due') return [button('Start with new cards', act.all)];
    const last = left === 1 ? 'The last new card' : `The last ${left} new cards`;
    return [button(left > 10 ? 'Ten more new cards' : last, act.more)];
}
