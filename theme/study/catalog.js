// Filters the list of all questions, and shows the reader's own marks in it. The filter is in the page's address.

import { element } from './dom.js';
import { onChange, read } from './state.js';

const levels = ['junior', 'mid', 'senior', 'staff'];
const marks = ['unseen', 'again', 'hard', 'good', 'easy'];

let form = null;
let count = null;
let items = [];
let groups = [];
let isTyping = false;

export function mount(place) {
    items = [...place.querySelectorAll('li[data-question]')].map(itemOf);
    // Chapters before the parts that hold them.
    groups = [...place.querySelectorAll('.chapter-questions'), ...place.querySelectorAll('section[data-part]')];
    form = filterForm(place);
    count = element('p', { class: 'catalog-count', role: 'status' });
    place.prepend(form, count);
    fillForm();
    apply();
    form.addEventListener('input', event => follow(event.target.name === 'text'));
    form.addEventListener('submit', event => event.preventDefault());
    addEventListener('popstate', goBack);
    onChange(apply);
}

function itemOf(node) {
    const { question, level, roles } = node.dataset;
    const mark = node.appendChild(element('span', { class: 'own-mark' }));
    return {
        node,
        mark,
        id: question,
        level,
        part: node.closest('[data-part]').dataset.part,
        roles: roles.split(' '),
        text: node.querySelector('a').textContent.toLowerCase(),
    };
}

function filterForm(place) {
    const parts = [...place.querySelectorAll('section[data-part]')]
        .map(section => [section.dataset.part, section.querySelector('h2').textContent]);
    const roles = [...new Set(items.flatMap(item => item.roles))].filter(Boolean).sort();
    return element('form', { class: 'catalog-filter', autocomplete: 'off', 'aria-label': 'Filter the questions' },
        element('label', {}, 'Text', element('input', { type: 'search', name: 'text' })),
        choice('part', 'Part', parts),
        choice('role', 'Role', roles.map(role => [role, role])),
        choice('mark', 'My mark', marks.map(mark => [mark, mark === 'unseen' ? 'none yet' : mark])),
        element('fieldset', {}, element('legend', {}, 'Level'), levels.map(levelBox)),
        element('button', { type: 'button', onclick: clear }, 'Show all'));
}

function choice(name, label, options) {
    return element('label', {}, label, element('select', { name },
        element('option', { value: '' }, 'all'),
        options.map(([value, text]) => element('option', { value }, text))));
}

function levelBox(level) {
    return element('label', {}, element('input', { type: 'checkbox', name: 'level', value: level }), level);
}

// The form and the address

function follow(typed) {
    const query = queryOfForm();
    const address = `${location.pathname}${query && `?${query}`}`;
    // What is typed letter by letter is one step back, not many.
    if (typed && isTyping) history.replaceState(null, '', address);
    else if (query !== location.search.slice(1)) history.pushState(null, '', address);
    isTyping = typed;
    apply();
}

function queryOfForm() {
    const query = new URLSearchParams();
    const filter = filterOfForm();
    for (const [name, value] of Object.entries(filter)) {
        if (value.length > 0) query.set(name, Array.isArray(value) ? value.join('-') : value);
    }
    return query.toString();
}

function filterOfForm() {
    const { text, part, role, mark } = form.elements;
    const checked = [...form.querySelectorAll('[name=level]:checked')].map(box => box.value);
    return { level: checked, part: part.value, role: role.value, mark: mark.value, text: text.value.trim() };
}

function fillForm() {
    const query = new URLSearchParams(location.search);
    const checked = (query.get('level') ?? '').split('-');
    for (const box of form.querySelectorAll('[name=level]')) box.checked = checked.includes(box.value);
    form.elements.text.value = query.get('text') ?? '';
    for (const name of ['part', 'role', 'mark']) choose(form.elements[name], query.get(name) ?? '');
}

// An address may name what this edition of the guide does not have.
function choose(select, value) {
    select.value = value;
    if (select.selectedIndex < 0) select.value = '';
}

function goBack() {
    isTyping = false;
    fillForm();
    apply();
}

function clear() {
    form.reset();
    follow(false);
    form.elements.text.focus();
}

// The list

function apply() {
    const filter = filterOfForm();
    const words = filter.text.toLowerCase().split(/\s+/);
    for (const item of items) {
        const mark = markOf(item.id);
        item.mark.replaceChildren(...(mark === 'unseen' ? [] : [element('span', {}, 'my mark: '), mark]));
        item.node.hidden = !(fits(item, mark, filter) && words.every(word => item.text.includes(word)));
    }
    for (const group of groups) group.hidden = !group.querySelector('li:not([hidden])');
    const shown = items.filter(item => !item.node.hidden).length;
    count.textContent = shown === items.length ? `All ${shown} questions` : `${shown} of ${items.length} questions`;
}

function fits(item, mark, { level, part, role, mark: wanted }) {
    return (level.length === 0 || level.includes(item.level))
        && (!part || item.part === part)
        && (!role || item.roles.includes(role))
        && (!wanted || mark === wanted);
}

function markOf(id) {
    return marks[read().reviews[id]?.at(-1)?.[1] ?? 0];
}
