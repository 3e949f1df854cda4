// What to drill: filters, new cards a day, and the interview.

import { choices } from './choice.js';
import { dayFromText, sayDay, sayDistance, textFromDay, today } from './dates.js';
import { element } from './dom.js';
import { interviewDay, newPerDay, suggestedNew, unseen } from './schedule.js';
import { change, read } from './state.js';
import { count } from './words.js';

const names = { part: 'Part', level: 'Level', role: 'Role', only: 'Cards' };
const anything = { part: 'all parts', level: 'all levels', role: 'all roles', only: 'due and new' };

// The settings in a fold, with `show(cards)` to bring their text up to date. `onChoice` is called with the
// field and its value.
export function drillSettings(choice, onChoice) {
    const summary = element('summary');
    const filters = Object.keys(names).map(field => select(field, choice[field], onChoice));
    const amount = amountInput();
    const interview = interviewInput();
    const place = element('details', { class: 'drill-settings' }, summary,
        element('div', { class: 'drill-filters' }, filters),
        amount.place,
        interview.place);
    const show = cards => {
        summary.textContent = inShort(choice, cards);
        amount.show(cards);
        interview.show();
    };
    return { place, show };
}

function select(field, value, onChoice) {
    const options = [['', anything[field]], ...choices()[field]]
        .map(([option, name]) => element('option', { value: option, selected: option === value }, name));
    const control = element('select', { onchange: () => onChoice(field, control.value) }, options);
    return element('label', {}, element('span', {}, names[field]), control);
}

function inShort(choice, cards) {
    const fields = Object.entries(choices());
    const filters = fields.map(([field, values]) => values.get(choice[field])).filter(Boolean);
    const interview = interviewDay(read());
    return [
        filters.length > 0 ? filters.join(', ') : 'All questions',
        `${newPerDay(cards, read())} new a day`,
        interview === null ? 'no interview date' : `interview ${sayDistance(interview)}`,
    ].join(' · ');
}

function amountInput() {
    const control = element('input', { type: 'number', min: '0', max: '1000', inputmode: 'numeric', onchange: () => {
        if (control.validity.valid) set('newPerDay', control.value === '' ? null : Number(control.value));
    } });
    const help = element('p', { id: 'new-per-day-help' });
    control.setAttribute('aria-describedby', help.id);
    const show = cards => {
        const suggestion = suggestedNew(cards, read());
        control.placeholder = suggestion;
        keepTyping(control, read().settings.newPerDay ?? '');
        help.textContent = `${count(unseen(cards).length, 'card')} of this choice not seen yet. `
            + `Left empty: ${suggestion} a day${reason(cards)}.`;
    };
    return { place: element('div', { class: 'drill-setting' }, element('label', {}, element('span', {}, 'New cards a day'), control), help), show };
}

function reason(cards) {
    const interview = interviewDay(read());
    if (interview === null || unseen(cards).length === 0) return '';
    const days = interview - 2 - today();
    const all = suggestedNew(cards, read()) * days >= unseen(cards).length;
    return all ? ', enough to see each before the last two days' : ', too few to see each before the interview: choose a part or a level';
}

function interviewInput() {
    const control = element('input', { type: 'date', min: textFromDay(today()), onchange: () => {
        if (control.validity.valid) set('interview', control.value || null);
    } });
    const help = element('p', { id: 'interview-help' });
    control.setAttribute('aria-describedby', help.id);
    const show = () => {
        keepTyping(control, read().settings.interview ?? '');
        help.textContent = meaning();
    };
    return { place: element('div', { class: 'drill-setting' }, element('label', {}, element('span', {}, 'Interview'), control), help), show };
}

function meaning() {
    const { interview } = read().settings;
    if (interview && interviewDay(read()) === null) {
        return `${sayDay(dayFromText(interview))} has passed: cards come up when you are about to forget them.`;
    }
    return 'With a date, every card comes up again in the nine days before it, the last two of which are for the weakest.';
}

function set(name, value) {
    change(state => { state.settings[name] = value; });
}

function keepTyping(control, value) {
    if (document.activeElement !== control) control.value = value;
}
