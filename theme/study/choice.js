// Which questions a reader wants, as the address says it: `?part=core&level=senior`.

import { catalog } from './questions.js';

// What can be chosen: each field with its values and their names.
export function choices() {
    const { parts, levels, roles } = catalog();
    return {
        part: new Map(parts.map(({ id, title }) => [id, title])),
        level: new Map(levels.map(level => [level, level])),
        role: new Map(roles.map(role => [role, role])),
        only: new Map([['due', 'due cards'], ['new', 'new cards']]),
    };
}

// The choice in the address; a field without a value that exists is empty.
export function choiceFromAddress() {
    const asked = new URLSearchParams(location.search);
    const fields = Object.entries(choices());
    return Object.fromEntries(fields.map(([field, values]) => {
        const value = asked.get(field);
        return [field, values.has(value) ? value : ''];
    }));
}

export function choiceToAddress(choice) {
    const asked = new URLSearchParams(Object.entries(choice).filter(([, value]) => value));
    history.replaceState(history.state, '', `${location.pathname}?${asked}`.replace(/\?$/, '') + location.hash);
}

export function chosen({ part, level, role }) {
    return catalog().questions.filter(question =>
        (!part || question.part === part)
        && (!level || question.level === level)
        && (!role || question.roles.includes(role)));
}
