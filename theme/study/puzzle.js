// Puzzles: the reader commits to an option before the page says what happens.

import { element } from './dom.js';
import { change } from './state.js';

export function mountPuzzles() {
    for (const place of document.querySelectorAll('[data-puzzle]')) mount(place);
}

export function mount(place) {
    const id = place.dataset.puzzle;
    const right = Number(place.dataset.right);
    const result = place.querySelector('.puzzle-result');
    const list = place.querySelector('.puzzle-options');
    const options = [...list.children];
    const radios = options.map((option, index) => withRadio(option, `puzzle-${id}`, index));
    const commit = element('button', { type: 'submit' }, 'That is my answer');
    const again = element('button', { type: 'button', hidden: true, onclick: reset }, 'Try again');
    const verdict = element('p', { class: 'puzzle-verdict', role: 'status' });
    const choices = element('fieldset', {}, element('legend', {}, 'What happens?'));
    const form = element('form', { class: 'puzzle-form', onsubmit: answer },
        choices, element('div', { class: 'puzzle-do' }, commit, again, verdict));
    list.replaceWith(form);
    choices.append(list);

    function answer(event) {
        event.preventDefault();
        const picked = radios.findIndex(radio => radio.checked);
        if (picked < 0) {
            verdict.textContent = 'Choose an option first.';
            return;
        }
        const isRight = picked === right;
        change(state => { (state.puzzles[id] ??= []).push([Date.now(), picked, isRight ? 1 : 0]); });
        show(picked, isRight);
    }

    function show(picked, isRight) {
        mark(options[right], 'right-option', isRight ? 'your answer, and right' : 'right');
        if (!isRight) mark(options[picked], 'wrong-option', 'your answer');
        verdict.textContent = isRight ? 'Right.' : `Not ${letter(picked)}. Right is ${letter(right)}.`;
        verdict.classList.add(isRight ? 'right' : 'wrong');
        choices.disabled = true;
        commit.hidden = true;
        again.hidden = false;
        again.focus();
        result.open = true;
        place.classList.add('answered');
    }

    function reset() {
        for (const option of options) option.classList.remove('right-option', 'wrong-option');
        for (const word of choices.querySelectorAll('.answer-mark')) word.remove();
        verdict.textContent = '';
        verdict.classList.remove('right', 'wrong');
        choices.disabled = false;
        commit.hidden = false;
        again.hidden = true;
        for (const radio of radios) radio.checked = false;
        radios[0].focus();
        result.open = false;
        place.classList.remove('answered');
    }
}

function withRadio(option, name, index) {
    const radio = element('input', { type: 'radio', name, value: index });
    const sentence = element('span', {}, ...option.childNodes);
    option.append(element('label', {}, radio, sentence));
    return radio;
}

function mark(option, kind, words) {
    option.classList.add(kind);
    option.querySelector('label > span').append(' ', element('span', { class: 'answer-mark' }, words));
}

function letter(index) {
    return String.fromCharCode('A'.charCodeAt(0) + index);
}
