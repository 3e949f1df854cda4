// After a mock interview: what was asked, how it went, and what to do about it.

import { dayOf, sayDay } from './dates.js';
import { element, html } from './dom.js';
import { slot } from './draw.js';
import { grades } from './drill-card.js';
import { address } from './load.js';
import { against, spentInAll, spentOn } from './mock-clock.js';
import { describeWish, drawAddress } from './mock-wish.js';
import { catalog, question } from './questions.js';
import { count } from './words.js';

// The nodes. `goOn` continues an interview that was ended early, `another` begins anew.
export function summary(mock, { goOn, another }) {
    const left = mock.questions.filter(id => !(id in mock.grades)).length;
    const button = (text, onclick, kind = null) => element('button', { type: 'button', class: kind, onclick }, text);
    const again = drawAddress({ ...mock, ids: mock.isChosen ? mock.questions : null });
    return [
        element('h2', { tabindex: '-1', class: 'mock-question' }, `The interview of ${sayDay(dayOf(mock.at))}`),
        element('p', {}, `${describeWish(mock)}. ${count(mock.questions.length - left, 'question')} graded, `
            + `${against(spentInAll(mock, Date.now()), mock.minutes)}.`),
        element('ol', { class: 'mock-results' }, mock.questions.map(id => result(mock, id))),
        element('p', {}, 'Your grades are in ', element('a', { href: address('study/drill.html?only=due') }, 'the drill'),
            ': what you graded again or hard comes up there soonest.'),
        element('p', { class: 'mock-tools' },
            left > 0 ? button(`Go on with ${count(left, 'question')}`, goOn) : null,
            button('Another interview', another, 'primary'),
            element('a', { href: again }, 'The same questions again')),
    ];
}

function result(mock, id) {
    const asked = question(id);
    const rating = mock.grades[id];
    const grade = rating ? grades[rating - 1] : 'Not graded';
    const title = asked ? element('a', { href: address(asked.url) }, html(asked.title)) : id;
    const time = asked && id in mock.spent ? `, ${against(spentOn(mock, id, Date.now()), slot(catalog(), asked))}` : '';
    return element('li', {}, title,
        element('p', { class: rating ? `mock-grade grade-${grade.toLowerCase()}` : 'mock-grade' }, element('strong', {}, grade), time),
        mock.notes[id] ? element('p', { class: 'mock-written' }, mock.notes[id]) : null);
}
