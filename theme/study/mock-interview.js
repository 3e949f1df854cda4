// A mock interview while it runs: a question, its clock and notes, then the answer and the reader's own grade.

import { element, html } from './dom.js';
import { slot } from './draw.js';
import { grades } from './drill-card.js';
import { address } from './load.js';
import { against, spentInAll, spentOn, stopClock } from './mock-clock.js';
import { card, catalog, question } from './questions.js';
import { mountRun } from './run.js';
import { mountScrolling } from './scrolling.js';
import { change, read, record, takeBack } from './state.js';

const meanings = ['wrong, or no answer', 'the claim, and little more', 'claim, mechanism, evidence', 'all five, and the follow-ups'];
const pauseOfTyping = 400;
const longestNote = 4_000;

export class Interview {
    // The interview that began at `at`. `over` is called when it has ended.
    constructor(at, over) {
        this.at = at;
        this.over = over;
        this.place = element('section', { class: 'mock-interview', 'aria-label': 'Interview' });
        this.lastGrade = null;
    }

    mock() {
        return read().mocks.find(mock => mock.at === this.at);
    }

    edit(modify) {
        change(state => modify(state.mocks.find(mock => mock.at === this.at)));
    }

    question() {
        const mock = this.mock();
        return question(mock.questions[mock.current]);
    }

    begin() {
        this.stopIfLeft();
        this.edit(mock => { mock.isOver = false; });
        this.show();
        const timer = setInterval(() => {
            if (this.place.isConnected && this.mock()) return this.tick();
            clearInterval(timer);
            this.place.replaceChildren(element('p', {}, 'This interview was deleted.'));
        }, 1000);
        addEventListener('pagehide', () => this.saveNote());
    }

    // The clock of an interview that was left behind has not measured anything.
    stopIfLeft() {
        const mock = this.mock();
        if (mock.since === null || Date.now() - mock.since < mock.minutes * 60_000) return;
        this.edit(mock => { mock.since = null; });
    }

    async show() {
        const mock = this.mock();
        const asked = this.question();
        // This edition of the guide may no longer have it.
        if (!asked) return this.advance();
        this.place.replaceChildren(...this.front(mock, asked));
        this.tick();
        this.place.querySelector('h2').focus();
        if (mock.isAnswered) await this.showBack(asked);
    }

    front(mock, asked) {
        this.clock = element('p', { class: 'mock-clock', role: 'timer' });
        this.bar = element('progress', { 'aria-label': 'Time for this question' });
        this.total = element('p', { class: 'mock-total' });
        this.note = element('textarea', { rows: 5, maxlength: longestNote, oninput: () => this.typed() });
        this.note.value = mock.notes[asked.id] ?? '';
        this.tools = element('p', { class: 'mock-tools' });
        this.answer = element('div', { class: 'mock-answer' });
        this.showTools();
        return [
            element('p', { class: 'mock-place' }, `Question ${mock.current + 1} of ${mock.questions.length}`,
                element('span', { class: `level level-${asked.level}` }, asked.level)),
            element('h2', { class: 'mock-question', tabindex: '-1' }, html(asked.title)),
            element('div', { class: 'mock-times' }, this.clock, this.bar, this.total),
            element('label', { class: 'mock-note' }, element('span', {}, 'Notes'), this.note),
            this.tools,
            this.answer,
        ];
    }

    showTools() {
        const mock = this.mock();
        const button = (text, onclick, kind = null) => element('button', { type: 'button', class: kind, onclick }, text);
        const before = this.lastGrade && `Undo “${grades[this.lastGrade.rating - 1]}”`;
        this.tools.replaceChildren(...[
            !mock.isAnswered && button('Show the answer', () => this.reveal(), 'primary'),
            !mock.isAnswered && button(mock.since === null ? 'Go on' : 'Pause', () => this.pause()),
            // Away from what is pressed all the time.
            element('span', { class: 'mock-aside' }, ...[
                before && button(before, () => this.undo()),
                button('End the interview', () => this.end()),
            ].filter(Boolean)),
        ].filter(Boolean));
    }

    tick() {
        const [mock, asked, now] = [this.mock(), this.question(), Date.now()];
        const minutes = slot(catalog(), asked);
        const spent = spentOn(mock, asked.id, now);
        const paused = mock.since === null && !mock.isAnswered ? ' (paused)' : '';
        this.clock.textContent = `This question: ${against(spent, minutes)}${paused}`;
        this.total.textContent = `Interview: ${against(spentInAll(mock, now), mock.minutes)}`;
        Object.assign(this.bar, { max: minutes * 60, value: Math.min(spent / 1000, minutes * 60) });
        this.bar.classList.toggle('over', spent > minutes * 60_000);
    }

    pause() {
        this.edit(mock => {
            if (mock.since === null) mock.since = Date.now();
            else stopClock(mock, Date.now());
        });
        const focused = [...this.tools.children].indexOf(document.activeElement);
        this.showTools();
        this.tools.children[focused]?.focus();
        this.tick();
    }

    typed() {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.saveNote(), pauseOfTyping);
    }

    saveNote() {
        clearTimeout(this.typing);
        const { id } = this.question() ?? {};
        const text = this.note?.value ?? '';
        if (!this.place.isConnected || !id || text === (this.mock().notes[id] ?? '')) return;
        this.edit(mock => { mock.notes[id] = text; });
    }

    async reveal() {
        this.saveNote();
        this.edit(mock => {
            if (mock.since !== null) stopClock(mock, Date.now());
            mock.isAnswered = true;
        });
        this.showTools();
        this.tick();
        await this.showBack(this.question());
        this.answer.querySelector('h3')?.focus();
    }

    async showBack(asked) {
        try {
            const back = await card(asked.id);
            if (this.question() !== asked) return;
            this.answer.replaceChildren(...this.back(asked, back));
            mountScrolling(this.answer);
            mountRun(this.answer, asked.id);
        } catch {
            this.answer.replaceChildren(element('p', { role: 'alert' }, 'The answer could not be loaded. Try again when there is a connection.'),
                element('button', { type: 'button', onclick: () => this.showBack(asked) }, 'Try again'));
        }
    }

    back(asked, { answer, evidence, traps, followUps }) {
        const more = element('div', { class: 'mock-back' }, html(traps), html(followUps));
        for (const details of more.querySelectorAll('details')) details.open = true;
        return [
            element('h3', { tabindex: '-1' }, 'A good answer'),
            element('div', { class: 'mock-back' }, html(answer)),
            rubric(),
            evidence ? element('details', { class: 'mock-evidence' }, element('summary', {}, 'Evidence'), html(evidence)) : null,
            element('p', {}, element('a', { href: address(asked.url) }, 'The whole answer with all evidence')),
            more,
            element('div', { class: 'grades', role: 'group', 'aria-label': 'Your grade' },
                grades.map((name, index) => this.gradeButton(name, index))),
        ].filter(Boolean);
    }

    gradeButton(name, index) {
        return element('button', { type: 'button', class: `grade grade-${name.toLowerCase()}`, onclick: () => this.grade(index + 1) },
            element('span', {}, name), ' ', element('span', { class: 'grade-when' }, meanings[index]));
    }

    grade(rating) {
        this.saveNote();
        const { id } = this.question();
        const at = Date.now();
        record(id, rating, at);
        this.edit(mock => { mock.grades[id] = rating; });
        this.lastGrade = { id, rating, at };
        this.advance();
    }

    advance() {
        const { current, questions } = this.mock();
        if (current + 1 >= questions.length) return this.end();
        this.edit(mock => Object.assign(mock, { current: current + 1, isAnswered: false, since: Date.now() }));
        this.show();
    }

    undo() {
        this.saveNote();
        const { id, at } = this.lastGrade;
        this.lastGrade = null;
        takeBack(id, at);
        this.edit(mock => {
            if (mock.since !== null) stopClock(mock, Date.now());
            delete mock.grades[id];
            Object.assign(mock, { current: mock.questions.indexOf(id), isAnswered: true });
        });
        this.show();
    }

    end() {
        this.saveNote();
        this.edit(mock => {
            if (mock.since !== null) stopClock(mock, Date.now());
            mock.isOver = true;
        });
        this.over();
    }
}

function rubric() {
    const points = [
        ['Claim', 'The first sentence answered what was asked.'],
        ['Mechanism', 'What the compiler, the library or the processor does to make it so.'],
        ['Evidence', 'The error code, program or count that would prove it wrong.'],
        ['Limit and cost', 'Where it stops being true, and what it costs.'],
        ['Traps', 'None of the wrong answers below.'],
    ];
    return element('section', { class: 'mock-rubric', 'aria-label': 'What to grade by' },
        element('h3', {}, 'Was it all in ', element('a', { href: address('start/answering.html') }, 'your answer'), '?'),
        element('ul', {}, points.map(([name, text]) => element('li', {}, element('strong', {}, name), ' ', text))));
}
