// What a mock interview is drawn for: role, level, minutes and a seed, as the address says them.

import { draw } from './draw.js';
import { catalog, question } from './questions.js';

export const lengths = [15, 30, 45, 60];

const sides = ['interviewer', 'candidate'];

// What the address asks for. `seed` is null without a draw, `ids` when the seed alone decides, `side` is that of
// a sheet to print. What it leaves out is as in the last interview, or else as the plan has it.
export function askedWish({ mocks, settings }) {
    const asked = new URLSearchParams(location.search);
    const { roles, levels } = catalog();
    const last = mocks.at(-1) ?? settings;
    const one = (values, name, otherwise) => values.find(value => String(value) === asked.get(name)) ?? otherwise;
    const known = (values, value, otherwise) => values.includes(value) ? value : otherwise;
    return {
        role: one(['any', ...roles], 'role', known(roles, last.role, 'any')),
        level: one(levels, 'level', known(levels, last.level, 'senior')),
        minutes: one(lengths, 'minutes', known(lengths, last.minutes, 30)),
        seed: asked.get('seed')?.slice(0, 100) || null,
        ids: asked.get('questions')?.split(',') ?? null,
        side: one(sides, 'sheet', null),
    };
}

// The questions of a draw.
export function drawn(wish) {
    if (wish.ids) return wish.ids.map(question).filter(Boolean);
    return draw({ ...wish, catalog: catalog() });
}

// The address that repeats a draw, on one side of a sheet or as an interview.
export function drawAddress({ role, level, minutes, seed, ids }, side = null) {
    const asked = new URLSearchParams({ role, level, minutes, seed });
    if (ids) asked.set('questions', ids.join(','));
    if (side) asked.set('sheet', side);
    return `${location.pathname}?${asked}`;
}

// "backend, senior, 30 minutes".
export function describeWish({ role, level, minutes }) {
    return `${role === 'any' ? 'any role' : role}, ${level}, ${minutes} minutes`;
}
