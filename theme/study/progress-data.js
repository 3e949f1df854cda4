// The reader's data: saved as a file, added from one, forgotten.

import { textFromDay, today } from './dates.js';
import { element } from './dom.js';
import { exportText, forgetEverything, importText, read } from './state.js';
import { count } from './words.js';

export function dataTools() {
    const result = element('p', { class: 'data-result', role: 'status' });
    const say = text => { result.textContent = text; };
    const picker = element('input', {
        type: 'file', accept: '.json,application/json', class: 'for-listeners', tabindex: '-1', 'aria-hidden': 'true',
        onchange: () => addFile(picker, say),
    });
    return element('section', { class: 'progress-section progress-data' },
        element('h2', {}, 'Your data'),
        element('p', {}, 'All of this is kept in this browser only. A file takes it to another one; adding a file keeps what is here.'),
        element('p', { class: 'data-buttons' },
            button('Save as a file', () => saveFile(say)),
            button('Add from a file', () => picker.click()),
            picker,
            button('Forget everything', () => askToForget(say))),
        result);
}

function button(text, onclick) {
    return element('button', { type: 'button', onclick }, text);
}

function saveFile(say) {
    const name = `rust-interview-study-${textFromDay(today())}.json`;
    const target = URL.createObjectURL(new Blob([exportText()], { type: 'application/json' }));
    element('a', { href: target, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(target), 60_000);
    say(`Saved as ${name}.`);
}

async function addFile(picker, say) {
    const [file] = picker.files;
    if (!file) return;
    say('');
    say(await added(file));
    // The same file can be picked again.
    picker.value = '';
}

async function added(file) {
    let text;
    try {
        text = await file.text();
    } catch {
        return `${file.name} cannot be read. Nothing was changed.`;
    }
    const before = reviewCount();
    const { ok, reason } = importText(text);
    if (!ok) return `${file.name} was not added, and nothing was changed. ${reason}`;
    return `${file.name} was added: ${count(reviewCount() - before, 'new grade')}.`;
}

function reviewCount() {
    return Object.values(read().reviews).reduce((sum, reviews) => sum + reviews.length, 0);
}

function askToForget(say) {
    const dialog = element('dialog', {
        class: 'forget',
        'aria-labelledby': 'forget-title',
        onclose: () => dialog.remove(),
        // mdBook would keep Escape from closing it.
        onkeydown: event => event.stopPropagation(),
    },
        element('h2', { id: 'forget-title' }, 'Forget everything?'),
        element('p', {}, 'Grades, marks, puzzles, plans, mock interviews, notes, edited code and settings in this browser are deleted. Only a file brings them back.'),
        element('p', { class: 'data-buttons' },
            button('Save as a file first', () => saveFile(say)),
            element('button', { type: 'button', class: 'danger', onclick: () => {
                forgetEverything();
                dialog.close();
                say('Everything is forgotten.');
            } }, 'Forget everything'),
            element('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, 'Keep it')));
    document.querySelector('.progress-data').append(dialog);
    dialog.showModal();
}
