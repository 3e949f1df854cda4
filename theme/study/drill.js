// The drill: one card after the other, and what the reader's grades make of the days to come.

import { choiceFromAddress, choiceToAddress, chosen } from './choice.js';
import { sayDistance, today } from './dates.js';
import { element } from './dom.js';
import { back, front, grades } from './drill-card.js';
import { ending } from './drill-ending.js';
import { drillSettings } from './drill-settings.js';
import { question } from './questions.js';
import { mountRun } from './run.js';
import { cards, interviewDay, isFinale, queue, schedule, unseen, weakest } from './schedule.js';
import { mountScrolling } from './scrolling.js';
import { onChange, read, review, takeBack } from './state.js';
import { weakestList } from './weakest.js';

export function mount(place) {
    new Drill(place).begin();
}

class Drill {
    constructor(place) {
        this.choice = choiceFromAddress();
        this.graded = [];
        this.extra = 0;
        this.current = null;
        this.isOpen = false;
        this.settings = drillSettings(this.choice, (field, value) => this.choose(field, value));
        this.left = element('p', { class: 'drill-left' });
        this.list = element('div');
        this.stage = element('section', { class: 'drill-stage', 'aria-label': 'Card' });
        this.tools = element('p', { class: 'drill-tools' });
        this.said = element('p', { class: 'for-listeners', role: 'status' });
        const line = element('div', { class: 'drill-line' }, this.left, this.tools);
        place.replaceChildren(this.settings.place, this.list, line, this.stage, this.said);
    }

    begin() {
        document.addEventListener('keydown', event => this.press(event));
        onChange(() => this.follow());
        this.advance();
    }

    choose(field, value) {
        this.choice[field] = value;
        choiceToAddress(this.choice);
        this.extra = 0;
        this.advance();
    }

    cards() {
        return cards(chosen(this.choice), read());
    }

    queue() {
        return queue(this.cards(), read(), { only: this.choice.only, extra: this.extra });
    }

    // Shows the next card, or what there is to say when there is none.
    advance() {
        const [next] = this.queue();
        this.show(next ? next.question.id : null);
    }

    // Another tab may have graded the card that is asked here.
    follow() {
        const isAsked = this.current && !this.isOpen;
        if (isAsked && !this.queue().some(card => card.question.id === this.current)) this.advance();
        else this.showAround();
    }

    show(id) {
        this.current = id;
        this.isOpen = false;
        if (id) this.stage.replaceChildren(...front(question(id), () => this.reveal()));
        else this.stage.replaceChildren(...this.ending());
        this.showAround();
    }

    async reveal() {
        const id = this.current;
        try {
            const shown = await back(question(id), this.intervals(id), rating => this.grade(rating));
            if (this.current !== id) return;
            this.isOpen = true;
            this.stage.replaceChildren(...shown.filter(Boolean));
            mountScrolling(this.stage);
            mountRun(this.stage, id);
            this.stage.querySelector('.drill-answer').focus();
        } catch {
            this.stage.append(element('p', { role: 'alert' }, 'The answer could not be loaded. Try again when there is a connection.'));
        }
    }

    // For each grade, in how many days the card would come up again.
    intervals(id) {
        const reviews = read().reviews[id] ?? [];
        const interview = interviewDay(read());
        return grades.map((_, index) => schedule(id, [...reviews, [Date.now(), index + 1]], interview).due - today());
    }

    grade(rating) {
        const at = Date.now();
        const id = this.current;
        const days = this.intervals(id)[rating - 1];
        review(id, rating, at);
        this.graded.push({ id, rating, at });
        this.advance();
        this.focusQuestion();
        this.say(`${grades[rating - 1]}: comes back ${sayDistance(today() + days)}. ${this.leftInWords()}`);
    }

    undo() {
        const last = this.graded.pop();
        if (!last) return;
        takeBack(last.id, last.at);
        this.show(last.id);
        this.focusQuestion();
        this.say(`Undone: ${grades[last.rating - 1]}.`);
    }

    finish() {
        this.show(null);
        this.focusQuestion();
    }

    focusQuestion() {
        this.stage.querySelector('h2')?.focus();
    }

    ending() {
        const session = {
            cards: this.cards(), choice: this.choice, graded: this.graded, isLeft: this.queue().length > 0,
        };
        return ending(session, {
            goOn: () => this.goOn(),
            more: () => this.goOn(10),
            all: () => location.assign(location.pathname),
        });
    }

    goOn(extra = 0) {
        this.extra += extra;
        this.advance();
        this.focusQuestion();
    }

    // Everything but the card itself.
    showAround() {
        this.settings.show(this.cards());
        this.left.textContent = this.leftInWords();
        this.list.replaceChildren(...this.weakest());
        const last = this.graded.at(-1);
        this.tools.replaceChildren(...[
            last && this.tool(`Undo “${grades[last.rating - 1]}”`, 'U', () => this.undo()),
            this.current && last && this.tool('Stop here', null, () => this.finish()),
        ].filter(Boolean));
    }

    tool(text, key, onclick) {
        const hint = key && element('kbd', { 'aria-hidden': 'true' }, key);
        return element('button', { type: 'button', 'aria-keyshortcuts': key, onclick }, text, hint);
    }

    leftInWords() {
        const left = this.queue();
        if (left.length === 0) return 'Nothing is left for today.';
        const fresh = unseen(left).length;
        const seen = left.length - fresh;
        return `Left: ${[seen && `${seen} to repeat`, fresh && `${fresh} new`].filter(Boolean).join(', ')}`;
    }

    // In the last two days: the ten that need it most.
    weakest() {
        const state = read();
        if (!isFinale(state)) return [];
        const interview = interviewDay(state);
        const list = weakest(this.cards(), interview).slice(0, 10);
        if (list.length === 0) return [];
        return [element('details', { class: 'drill-weakest', open: this.graded.length === 0 },
            element('summary', {}, `Interview ${sayDistance(interview)}: the weakest come first`),
            weakestList(list, interview))];
    }

    press(event) {
        if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return;
        const action = this.actionOf(event);
        if (!action) return;
        event.preventDefault();
        action();
    }

    actionOf({ key, target }) {
        if (target.closest('input, select, textarea, dialog')) return null;
        if (key === 'u' && this.graded.length > 0) return () => this.undo();
        if (!this.current) return null;
        // On a button or a link, these keys press it.
        if ((key === ' ' || key === 'Enter') && !target.closest('button, summary, a')) return this.onward();
        return this.isOpen && '1234'.includes(key) ? () => this.grade(Number(key)) : null;
    }

    // First the answer, then what proves it. After that, Space turns the page as ever.
    onward() {
        if (!this.isOpen) return () => this.reveal();
        const evidence = this.stage.querySelector('.drill-evidence:not([open])');
        return evidence && (() => { evidence.open = true; });
    }

    say(text) {
        this.said.textContent = text;
    }
}
