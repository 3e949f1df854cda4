// The questions and their cards, as the tool derived them from the chapters.

import { loadScript } from './load.js';

// All questions, parts, roles, levels and puzzles. See `guide/src/study/data.rs`.
export function catalog() {
    return window.guideQuestions;
}

// The question of that id, or nothing: a chapter may have lost it since the reader saw it.
export function question(id) {
    return catalog().questions.find(question => question.id === id);
}

const cards = new Map();

// Called by the files of cards.
window.guideCards = (chapter, ofChapter) => {
    for (const [id, card] of Object.entries(ofChapter)) cards.set(id, card);
};

// What stands on the back of a question: `answer`, `evidence`, `traps` and `followUps`, each HTML or empty.
export async function card(id) {
    if (!cards.has(id)) await loadScript(`study/cards/${question(id).chapter}.js`);
    return cards.get(id);
}
