// A list of the cards that are known least, with links to them.

import { element, html } from './dom.js';
import { retrievability } from './fsrs.js';
import { address } from './load.js';
import { count, percent } from './words.js';

export function weakestList(cards, day) {
    return element('ol', { class: 'weakest' }, cards.map(card => weakestItem(card, day)));
}

function weakestItem({ question, memory, lapses }, day) {
    const facts = [`${percent(retrievability(memory, day))} remembered`, lapses > 0 ? `missed ${count(lapses, 'time')}` : ''];
    return element('li', {},
        element('a', { href: address(question.url) }, html(question.title)), ' ',
        element('span', { class: 'weakest-facts' }, facts.filter(Boolean).join(', ')));
}
