// Before a mock interview: role, level and length, what would be drawn, and the interviews so far.

import { dayOf, sayDay } from './dates.js';
import { element } from './dom.js';
import { candidates, draw, freshSeed, slot } from './draw.js';
import { grades } from './drill-card.js';
import { describeWish, drawAddress, drawn, lengths } from './mock-wish.js';
import { catalog } from './questions.js';
import { read } from './state.js';
import { count } from './words.js';

const shownMocks = 10;

// The nodes. `begin` gets a wish with its seed, `goOn` and `lookBack` the time at which an interview began.
export function setUp(asked, { begin, goOn, lookBack }) {
    const controls = form(asked);
    const facts = element('p', { class: 'mock-facts', role: 'status' });
    const sheets = element('p', { class: 'mock-sheets' });
    let wish = asked.seed ? asked : withSeed(controls.values());
    const show = () => {
        facts.textContent = factsOf(wish, wish.seed === asked.seed);
        sheets.replaceChildren('For two people, on paper: ',
            element('a', { href: drawAddress(wish, 'interviewer') }, 'the interviewer’s sheet'), ' and ',
            element('a', { href: drawAddress(wish, 'candidate') }, 'the candidate’s'), ' of one draw.');
    };
    controls.place.addEventListener('change', () => {
        wish = withSeed(controls.values());
        show();
    });
    controls.place.addEventListener('submit', event => {
        event.preventDefault();
        begin(wish);
    });
    show();
    controls.place.append(facts, element('p', {}, element('button', { class: 'primary' }, 'Start')));
    return [openInterview(goOn), controls.place, sheets, past(lookBack)].filter(Boolean);
}

function withSeed(values) {
    const mocks = read().mocks;
    const wish = { ...values, catalog: catalog(), weak: values.isWeak ? weakIds() : [] };
    const seed = freshSeed(wish, mocks.at(-1)?.questions ?? []);
    // What the reader is weak in changes: such a draw is repeated by its questions.
    const ids = values.isWeak ? draw({ ...wish, seed }).map(({ id }) => id) : null;
    const { role, level, minutes } = values;
    return { role, level, minutes, seed, ids };
}

// Rated again or hard the last time.
function weakIds() {
    const { reviews } = read();
    return Object.keys(reviews).filter(id => reviews[id].at(-1)?.[1] <= 2);
}

function factsOf(wish, isRepeat) {
    const questions = drawn(wish);
    const pool = candidates(catalog(), wish.role, wish.level).length;
    const minutes = questions.reduce((sum, question) => sum + slot(catalog(), question), 0);
    const asked = count(questions.length, 'question');
    if (questions.length === 0) return `No question fits so far.`;
    if (isRepeat) return `The link repeats a draw of ${asked}.`;
    if (minutes <= wish.minutes / 2) return `Only ${asked} fit${questions.length === 1 ? 's' : ''} so far: enough for ${minutes} minutes.`;
    if (pool < 2 * questions.length) return `${asked}, drawn from only ${pool} that fit: most will come again in the next interview.`;
    return `${asked}, drawn from ${pool} that fit.`;
}

function form({ role, level, minutes }) {
    const { roles, levels } = catalog();
    const roleControl = select([['any', 'any role'], ...roles.map(name => [name, name])], role);
    const levelControl = select(levels.map(name => [name, name]), level);
    const length = element('fieldset', { class: 'mock-lengths' }, element('legend', {}, 'Length'),
        lengths.map(each => element('label', {},
            element('input', { type: 'radio', name: 'minutes', value: each, checked: each === minutes }), ` ${each} min`)));
    const weak = element('input', { type: 'checkbox', name: 'weak' });
    const place = element('form', { class: 'mock-form' },
        element('div', { class: 'mock-choices' }, field('Role', roleControl), field('Level', levelControl), length),
        element('label', { class: 'mock-weak' }, weak, ' Prefer what I am weak in'));
    const values = () => ({
        role: roleControl.value,
        level: levelControl.value,
        minutes: Number(length.querySelector(':checked').value),
        isWeak: weak.checked,
    });
    return { place, values };
}

function field(name, control) {
    return element('label', {}, element('span', {}, name), control);
}

function select(options, chosen) {
    return element('select', {}, options.map(([value, text]) => element('option', { value, selected: value === chosen }, text)));
}

function openInterview(goOn) {
    const open = read().mocks.findLast(mock => mock.isOver === false);
    if (!open) return null;
    return element('p', { class: 'mock-open' }, `An interview is not over: ${describeWish(open)}. `,
        element('button', { type: 'button', onclick: () => goOn(open.at) }, 'Go on with it'));
}

function past(lookBack) {
    const mocks = read().mocks.filter(mock => mock.isOver !== false).slice(-shownMocks).reverse();
    if (mocks.length === 0) return null;
    return element('section', { class: 'mock-past' },
        element('h2', {}, 'Interviews so far'),
        element('ul', {}, mocks.map(mock => pastItem(mock, lookBack))));
}

function pastItem(mock, lookBack) {
    return element('li', {},
        element('button', { type: 'button', class: 'link', onclick: () => lookBack(mock.at) }, sayDay(dayOf(mock.at))),
        ` ${describeWish(mock)}: ${gradesInWords(mock)}`);
}

// "2 good, 1 again".
function gradesInWords(mock) {
    const given = Object.values(mock.grades);
    if (given.length === 0) return 'nothing graded';
    const words = grades.map((name, index) => [given.filter(rating => rating === index + 1).length, name.toLowerCase()]);
    return words.filter(([number]) => number > 0).reverse().map(([number, name]) => `${number} ${name}`).join(', ');
}
