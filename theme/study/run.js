// Runs samples, and lets the reader change them first: on this computer when the guide is served by
// `cargo guide serve`, and otherwise on the Rust Playground, but only after the reader agreed to that.

import { element } from './dom.js';
import { address } from './load.js';
import { localToken, obstacle, runHere, runThere } from './runners.js';
import { change, read } from './state.js';

const longest = 65_536;
const shownCharacters = 20_000;
let samples = [];

addEventListener('pagehide', () => samples.forEach(sample => sample.keep()));

// Sees to the samples of a page, or to those of a card of a question, which come and go.
export function mountRun(place = document, question = null) {
    if (location.pathname.endsWith('/print.html')) return;
    const mounted = [...place.querySelectorAll('.sample[data-run]')].map(frame => new Sample(frame, question ?? placeOf(frame)));
    samples = samples.filter(({ frame }) => frame.isConnected).concat(mounted);
    // A card has only some of the samples of its question.
    if (!question) dropStaleEdits();
    for (const sample of mounted) sample.resume();
}

export function runCurrent() {
    currentSample()?.run();
}

export function editCurrent() {
    currentSample()?.edit().focus();
}

// The sample that has the focus, or else the first in the window whose button the reader sees.
function currentSample() {
    const isInWindow = ({ frame, runButton }) => {
        const { top, bottom } = frame.getBoundingClientRect();
        return bottom > 80 && top < innerHeight && runButton.checkVisibility({ visibilityProperty: true });
    };
    return samples.find(({ frame }) => frame.contains(document.activeElement)) ?? samples.find(isInWindow);
}

// A sample that has changed since the reader edited it is another sample.
function dropStaleEdits() {
    const places = new Set(samples.map(sample => sample.place));
    const keys = new Set(samples.map(sample => sample.key));
    const isStale = key => !keys.has(key) && places.has(key.slice(0, key.lastIndexOf('/')));
    const stale = Object.keys(read().edits).filter(isStale);
    if (stale.length > 0) change(state => { for (const key of stale) delete state.edits[key]; });
}

class Sample {
    #field = null;
    #running = new AbortController();
    #saving = 0;

    constructor(frame, place) {
        this.frame = frame;
        this.code = frame.querySelector(':scope > pre');
        this.original = this.code.querySelector('code').textContent;
        this.place = place;
        this.key = `${this.place}/${hash(this.original)}`;
        this.runButton = button('Run', `Run ${localToken() ? 'on this computer' : 'on the Rust Playground'} (r)`, () => this.run());
        this.editButton = button('Edit', 'Change the code before you run it (e)', () => this.edit().focus());
        this.resetButton = button('Reset', 'Back to the code of the guide', () => this.reset());
        this.resetButton.hidden = true;
        this.result = element('div', { class: 'ran', role: 'status' });
        const tools = element('span', { class: 'sample-tools' }, this.runButton, this.editButton, this.resetButton);
        frame.querySelector('.proof').append(tools);
        frame.append(this.result);
    }

    // Editing goes on where a reload interrupted it.
    resume() {
        if (read().edits[this.key] !== undefined) this.edit();
    }

    edit() {
        this.#field ??= this.#openField();
        return this.#field;
    }

    #openField() {
        const field = element('textarea', {
            id: `edit-${this.key.replaceAll(/\W/g, '-')}`,
            wrap: 'off',
            spellcheck: 'false',
            autocapitalize: 'off',
            autocomplete: 'off',
            maxlength: longest,
            oninput: () => this.#changed(),
            onkeydown: event => this.#pressed(event),
        });
        field.value = read().edits[this.key] ?? this.original;
        this.editor = element('div', { class: 'edit' },
            element('label', { for: field.id }, `Your version: Ctrl+Enter runs it${warning()}`), field);
        this.code.after(this.editor);
        this.#showField(true);
        grow(field);
        field.setSelectionRange(0, 0);
        return field;
    }

    #showField(isShown) {
        this.code.hidden = isShown;
        this.editButton.hidden = isShown;
        this.resetButton.hidden = !isShown;
        this.frame.classList.toggle('edited', isShown);
    }

    #changed() {
        grow(this.#field);
        clearTimeout(this.#saving);
        this.#saving = setTimeout(() => this.keep(), 400);
    }

    #pressed(event) {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        this.run();
    }

    // Keeps what the reader wrote.
    keep() {
        if (!this.#field) return;
        const code = this.#field.value === this.original ? undefined : this.#field.value;
        if (read().edits[this.key] === code) return;
        change(state => {
            if (code === undefined) delete state.edits[this.key];
            else state.edits[this.key] = code;
        });
    }

    reset() {
        this.#running.abort();
        clearTimeout(this.#saving);
        this.#field.value = this.original;
        this.keep();
        this.#field = null;
        this.editor.remove();
        this.#showField(false);
        this.result.replaceChildren();
        this.editButton.focus();
    }

    run() {
        const code = this.#field?.value ?? this.original;
        const { run: edition } = this.frame.dataset;
        if (localToken()) return this.#show(signal => runHere(code, edition, signal));
        const reason = obstacle(code);
        if (reason) return this.#say(reason);
        if (!read().settings.playground) return this.#ask();
        const isSound = !this.frame.querySelector('.proof-fails');
        const where = 'Run at play.rust-lang.org, where the compiler may be a newer one.';
        return this.#show(signal => runThere(code, edition, isSound, signal), where);
    }

    #ask() {
        const agree = button('Send and run', '', () => {
            change(state => { state.settings.playground = true; });
            this.runButton.focus();
            this.run();
        });
        this.result.replaceChildren(sentence('This sends the code to the Rust Playground, play.rust-lang.org, which runs it. '
            + 'Nothing is sent unless you run something, and you are asked this once.'), element('p', {}, agree));
        agree.focus();
    }

    // Shows what comes of it, unless the reader runs it again or resets it meanwhile.
    async #show(start, where = '') {
        this.#running.abort();
        this.#running = new AbortController();
        const { signal } = this.#running;
        this.#say('Running…');
        let shown;
        try {
            const answer = await start(signal);
            const said = [answer.said, this.#compared(answer), where].filter(Boolean).join(' ');
            shown = [sentence(said), ...[['output', answer.output], ...answer.others].flatMap(block)];
        } catch (error) {
            shown = [sentence(error.message)];
        }
        if (!signal.aborted) this.result.replaceChildren(...shown);
    }

    #compared({ output }) {
        const expected = this.frame.querySelector('code.output')?.textContent;
        if (expected === undefined || !output) return '';
        return output.trimEnd() === expected.trimEnd() ? 'The output is the one above.' : 'The output differs from the one above.';
    }

    #say(text) {
        this.result.replaceChildren(sentence(text));
    }
}

function button(name, title, onclick) {
    return element('button', { type: 'button', title: title || null, onclick }, name);
}

// Bounds of time and memory are not a sandbox.
function warning() {
    return localToken() ? ' on this computer, where it may do all that you may do, also with your files' : '';
}

function sentence(text) {
    return element('p', {}, text);
}

// What a program wrote, as text.
function block([name, text]) {
    if (!text) return [];
    const rest = text.length - shownCharacters;
    const shown = rest > 0 ? `${text.slice(0, shownCharacters)}\n… and ${rest} characters more` : text;
    const code = element('code', { tabindex: 0, role: 'group', 'aria-label': name }, shown.trimEnd());
    return [element('p', { class: 'ran-label' }, name), element('pre', {}, code)];
}

function grow(field) {
    field.rows = field.value.split('\n').length;
}

// The question of a sample, or the page where it belongs to none.
function placeOf(frame) {
    const isBefore = heading => heading.compareDocumentPosition(frame) & Node.DOCUMENT_POSITION_FOLLOWING;
    const heading = [...document.querySelectorAll('main > h2')].findLast(isBefore);
    const isQuestion = heading?.matches('.junior, .mid, .senior, .staff');
    return isQuestion ? heading.id : location.href.slice(address('').length).replace(/[?#].*/, '');
}

// FNV-1a, to tell a sample from what it was before.
function hash(text) {
    let value = 0x811c9dc5;
    for (const character of text) value = Math.imul(value ^ character.codePointAt(0), 0x01000193) >>> 0;
    return value.toString(16).padStart(8, '0');
}
