// What a plan depends on: the day of the interview, hours a day, role and level. They stand in the form, in the
// address and in the settings.

import { dayFromText, sayDay, textFromDay, today } from './dates.js';
import { element } from './dom.js';
import { catalog } from './questions.js';

const longest = 365;
const [fewestHours, mostHours] = [0.5, 12];

// The values that texts or settings stand for. What is not possible gives way to what most readers want, a day
// that does not exist to none.
export function wishIn({ interview, hours, role, level }) {
    const { roles, levels } = catalog();
    return {
        interview: dayFromText(interview ?? ''),
        hours: isPossible(Number(hours)) ? Number(hours) : 2,
        role: roles.includes(role) ? role : 'any',
        level: levels.includes(level) ? level : 'senior',
    };
}

const isPossible = hours => hours >= fewestHours && hours <= mostHours;

// What the address asks for, or null when it asks for nothing that could be planned.
export function sharedWish() {
    const asked = Object.fromEntries(new URLSearchParams(location.search));
    const wish = wishIn(asked);
    return wrongDay(wish.interview) ? null : wish;
}

export function wishToAddress(wish) {
    const asked = new URLSearchParams({ ...wish, interview: textFromDay(wish.interview) });
    history.replaceState(history.state, '', `${location.pathname}?${asked}${location.hash}`);
}

// "any role, senior, 2 hours a day".
export function describe({ hours, role, level }) {
    return `${role === 'any' ? 'any role' : role}, ${level}, ${hours === 1 ? '1 hour' : `${hours} hours`} a day`;
}

// Why that is no day to plan for, or nothing.
function wrongDay(day) {
    if (day === null) return 'Choose the day of the interview.';
    if (day < today()) return `${sayDay(day)} is past. Choose today or a later day.`;
    if (day > today() + longest) return `${sayDay(day)} is more than a year away. Choose an earlier day.`;
    return '';
}

function wrongHours(hours) {
    return isPossible(hours) ? '' : `Choose between ${fewestHours} and ${mostHours} hours a day.`;
}

// The form, and `fill` to put other values into it. `submit` gets the values when they are possible.
export function planForm(wish, submit) {
    const { roles, levels } = catalog();
    const day = element('input', { type: 'date', name: 'interview', min: textFromDay(today()), 'aria-describedby': 'plan-wrong' });
    const hours = element('input', { type: 'number', name: 'hours', min: fewestHours, max: mostHours, step: '0.5', 'aria-describedby': 'plan-wrong' });
    const role = select('role', [['any', 'any role'], ...roles.map(name => [name, name])]);
    const level = select('level', levels.map(name => [name, name]));
    const wrong = element('p', { class: 'plan-wrong', id: 'plan-wrong', role: 'alert' });
    const fill = values => {
        day.value = values.interview === null ? '' : textFromDay(values.interview);
        Object.assign(hours, { value: values.hours });
        role.value = values.role;
        level.value = values.level;
    };
    const onsubmit = event => {
        event.preventDefault();
        const values = { interview: dayFromText(day.value), hours: Number(hours.value), role: role.value, level: level.value };
        const [control, reason] = wrongDay(values.interview) ? [day, wrongDay(values.interview)] : [hours, wrongHours(values.hours)];
        for (const each of [day, hours]) each.toggleAttribute('aria-invalid', false);
        wrong.textContent = reason;
        if (!reason) return submit(values);
        control.setAttribute('aria-invalid', 'true');
        control.focus();
    };
    const place = element('form', { class: 'plan-form', novalidate: true, onsubmit },
        field('Interview on', day), field('Hours a day', hours), field('Role', role), field('Level', level),
        element('button', { class: 'primary' }, 'Make the plan'), wrong);
    fill(wish);
    return { place, fill };
}

function field(name, control) {
    return element('label', {}, element('span', {}, name), control);
}

function select(name, options) {
    return element('select', { name }, options.map(([value, text]) => element('option', { value }, text)));
}
