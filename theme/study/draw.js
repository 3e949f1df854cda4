// Which questions a mock interview asks. The same seed draws the same questions from the same catalog.

// Minutes for an answer and its follow-ups, by level, lowest first.
const slots = [3, 5, 7, 10];
// How often a question is drawn that is so many levels above (1) or below (-1) the reader's.
const levelWeights = { '-2': 0.5, '-1': 2, 0: 4, 1: 1 };
const roleWeight = 4;
const weakWeight = 3;

export function slot(catalog, question) {
    return slots[catalog.levels.indexOf(question.level)] ?? slots.at(-1);
}

// The questions, in the order in which they are asked: as many as fit into `minutes`, and no two of one chapter
// in a row where that can be avoided. `weak` holds the ids that are to come up more often.
export function draw({ catalog, role, level, minutes, seed, weak = [] }) {
    const random = generator(seed);
    const pool = candidates(catalog, role, level, weak);
    const drawn = [];
    let left = minutes;
    for (;;) {
        const fitting = pool.filter(({ question }) => !drawn.includes(question) && slot(catalog, question) <= left);
        const others = fitting.filter(({ question }) => question.chapter !== drawn.at(-1)?.chapter);
        const next = pick(others.length > 0 ? others : fitting, random);
        if (!next) return drawn;
        drawn.push(next);
        left -= slot(catalog, next);
    }
}

// All questions that may be drawn, each with its weight.
export function candidates(catalog, role, level, weak = []) {
    const distance = question => catalog.levels.indexOf(question.level) - catalog.levels.indexOf(level);
    const isAsked = question => role === 'any' || question.roles.includes(role);
    const weight = question => (levelWeights[distance(question)] ?? 0)
        * (isAsked(question) ? roleWeight : 1) * (weak.includes(question.id) ? weakWeight : 1);
    return catalog.questions.map(question => ({ question, weight: weight(question) })).filter(({ weight }) => weight > 0);
}

function pick(weighted, random) {
    let at = random() * weighted.reduce((sum, { weight }) => sum + weight, 0);
    return weighted.find(({ weight }) => (at -= weight) < 0)?.question;
}

// A seed for a draw whose questions are not those of `last`, a list of ids, unless there is no other draw.
export function freshSeed(wish, last) {
    const ids = seed => draw({ ...wish, seed }).map(question => question.id).sort().join();
    const used = [...last].sort().join();
    let seed = randomSeed();
    for (let tries = 0; tries < 50 && ids(seed) === used; tries++) seed = randomSeed();
    return seed;
}

function randomSeed() {
    return Math.floor(Math.random() * 36 ** 6).toString(36).padStart(6, '0');
}

// Numbers from 0 to 1, the same for the same text: FNV-1a, then mulberry32.
function generator(text) {
    let state = 0x811c9dc5;
    for (const character of String(text)) state = Math.imul(state ^ character.codePointAt(0), 0x01000193);
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}
