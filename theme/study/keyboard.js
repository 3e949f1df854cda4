// Keys for everything, and the list of them under `?`, which takes the place of mdBook's own.

import { toggleAnswer, toggleAnswers } from './answers.js';
import { element } from './dom.js';
import { address } from './load.js';
import { copyLink, mark } from './marks.js';
import { currentQuestion, hasStops, moveBy } from './page.js';
import { editCurrent, runCurrent } from './run.js';
import { change, onChange, read } from './state.js';

const pages = { q: 'questions', d: 'drill', p: 'plan', m: 'mock', r: 'progress' };

const actions = {
    j: () => moveBy(1),
    k: () => moveBy(-1),
    o: () => onQuestion(toggleAnswer),
    h: toggleAnswers,
    1: () => onQuestion(heading => mark(heading, 1)),
    2: () => onQuestion(heading => mark(heading, 2)),
    3: () => onQuestion(heading => mark(heading, 3)),
    4: () => onQuestion(heading => mark(heading, 4)),
    c: () => onQuestion(copyLink),
    r: runCurrent,
    e: editCurrent,
    '?': showKeys,
};

const list = [
    ['On a page of questions', [
        [['j'], 'next question or puzzle'],
        [['k'], 'previous question or puzzle'],
        [['h'], 'hide or show all answers'],
        [['o'], 'open or close this answer, as Enter does'],
        [['1', '…', '4'], 'mark it: again, hard, good, easy'],
        [['c'], 'copy a link to this question'],
        [['r'], 'run this sample'],
        [['e'], 'edit this sample'],
        [['Ctrl', 'Enter'], 'run what you edit'],
    ]],
    ['Anywhere', [
        [['g', 'q'], 'go to all questions'],
        [['g', 'd'], 'drill'],
        [['g', 'p'], 'plan'],
        [['g', 'm'], 'mock interview'],
        [['g', 'r'], 'progress'],
        [['s'], 'search, as / does'],
        [['←'], 'previous chapter'],
        [['→'], 'next chapter'],
        [['?'], 'this list'],
        [['Esc'], 'close this list or the search'],
    ]],
    ['In the drill', [
        [['Space'], 'answer, then evidence'],
        [['1', '…', '4'], 'grade: again, hard, good, easy'],
        [['u'], 'undo the last grade'],
    ]],
];

let dialog = null;
let isGoing = false;

export function mountKeyboard() {
    // Before mdBook's listeners, which would show their own list and turn pages under this one.
    addEventListener('keydown', onKey, true);
    document.querySelector('.left-buttons').append(element('button', {
        type: 'button',
        class: 'icon-button keys-button',
        title: 'Keyboard shortcuts (?)',
        'aria-label': 'Keyboard shortcuts',
        'aria-haspopup': 'dialog',
        onclick: showKeys,
    }, element('kbd', {}, '?')));
}

function onKey(event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const [target] = event.composedPath();
    // mdBook takes only fields of forms for text.
    if (target.isContentEditable) event.stopPropagation();
    if (isForText(target)) return;
    if (dialog?.open) return event.stopPropagation();
    if (event.key.length !== 1 || event.key === ' ') return;
    if (!areOn()) return event.stopPropagation();
    const action = actionFor(event.key);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || action === actions.j || action === actions.k) action();
}

function isForText(target) {
    return target instanceof Element
        && (target.matches('input, textarea, select, [role=textbox], [role=combobox]') || target.isContentEditable);
}

// `g` and then a letter leave for another page: one letter alone must not end what somebody is doing.
function actionFor(key) {
    const wasGoing = isGoing;
    isGoing = key === 'g' && !wasGoing;
    if (isGoing) return () => { setTimeout(() => { isGoing = false; }, 1500); };
    if (wasGoing) return pages[key] && (() => location.assign(address(`study/${pages[key]}.html`)));
    return Object.hasOwn(actions, key) && isOfUse(key) ? actions[key] : null;
}

// A page without questions may have a use of its own for these keys.
function isOfUse(key) {
    if (key === '?') return true;
    if ('jk'.includes(key)) return hasStops();
    return Boolean(currentQuestion()) || ('re'.includes(key) && document.querySelector('[data-run]'));
}

function onQuestion(act) {
    act(currentQuestion());
}

function areOn() {
    return read().settings.singleKeys !== false;
}

function showKeys() {
    dialog ??= makeDialog();
    dialog.showModal();
}

function makeDialog() {
    const made = element('dialog', { class: 'keys', 'aria-labelledby': 'keys-title', closedby: 'any' },
        // The list begins at its beginning, whatever stands in it.
        element('h2', { id: 'keys-title', tabindex: -1, autofocus: true }, 'Keyboard shortcuts'),
        element('div', { class: 'keys-groups' }, list.map(keyGroup)),
        keySwitch(),
        element('button', { type: 'button', onclick: () => dialog.close() }, 'Close'));
    return document.body.appendChild(made);
}

function keyGroup([title, keys]) {
    return element('section', {}, element('h3', {}, title), element('dl', {}, keys.map(keyLine)));
}

function keyLine([keys, does]) {
    const marks = keys.flatMap(key => [key === '…' ? key : element('kbd', {}, key), ' ']);
    return element('div', {}, element('dt', {}, marks), element('dd', {}, does));
}

// Who speaks to the computer, or presses keys by accident, must be able to do without them.
function keySwitch() {
    const box = element('input', {
        type: 'checkbox',
        onchange: () => change(state => { state.settings.singleKeys = box.checked; }),
    });
    const show = () => { box.checked = areOn(); };
    show();
    onChange(show);
    return element('p', {}, element('label', {}, box, ' Use single keys. Without them, arrows, Space, Enter, Esc and Ctrl+Enter still work.'));
}
