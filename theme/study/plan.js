// The page of the plan: what it depends on, and the days until the interview.

import { sayDay, textFromDay, today } from './dates.js';
import { element } from './dom.js';
import { planDays, planSummary } from './plan-days.js';
import { describe, planForm, sharedWish, wishIn, wishToAddress } from './plan-form.js';
import { makePlan } from './planner.js';
import { catalog } from './questions.js';
import { change, onChange, read } from './state.js';

export function mount(place) {
    new PlanPage(place).begin();
}

class PlanPage {
    constructor(place) {
        const own = wishIn(read().settings);
        const asked = sharedWish();
        this.shared = JSON.stringify(asked) === JSON.stringify(own) ? null : asked;
        this.form = planForm(this.shared ?? own, wish => this.choose(wish));
        this.notice = element('div');
        this.days = element('div', { class: 'plan' });
        this.said = element('p', { class: 'for-listeners', role: 'status' });
        place.replaceChildren(this.form.place, this.notice, this.days, this.said);
    }

    begin() {
        onChange(() => this.show());
        // A page that stays open over midnight.
        document.addEventListener('visibilitychange', () => this.show());
        if (!this.shared) this.keep(wishIn(read().settings));
        this.show();
    }

    // What is planned for: that of the link, else the reader's own; nothing when the day is past.
    wish() {
        const wish = this.shared ?? wishIn(read().settings);
        return wish.interview !== null && wish.interview >= today() ? wish : null;
    }

    choose(wish) {
        this.shared = null;
        this.keep(wish);
        this.show();
        this.said.textContent = `This is the plan up to ${sayDay(wish.interview)}.`;
    }

    // Remembers a plan as the reader's own. Another one than before starts today.
    keep(wish) {
        if (wish.interview === null || wish.interview < today()) return;
        const settings = { ...wish, interview: textFromDay(wish.interview) };
        const { start, ...planned } = read().plan ?? {};
        if (start && JSON.stringify(planned) === JSON.stringify(settings)) return;
        change(state => {
            Object.assign(state.settings, settings);
            state.plan = { start: textFromDay(today()), ...settings };
        });
    }

    plan(wish) {
        const state = this.shared ? { ...read(), plan: null } : read();
        return makePlan({ ...wish, catalog: catalog(), state, today: today() });
    }

    show() {
        const wish = this.wish();
        this.notice.replaceChildren(...this.notices());
        if (!wish) return this.days.replaceChildren();
        wishToAddress(wish);
        const plan = this.plan(wish);
        this.days.replaceChildren(...planSummary(plan, wish), this.tools(), ...planDays(plan));
    }

    notices() {
        const own = wishIn(read().settings);
        if (this.shared) return [this.sharedNotice(own)];
        if (own.interview === null || own.interview >= today()) return [];
        return [element('p', {}, `The interview of ${sayDay(own.interview)} is past. Choose the day of the next one.`)];
    }

    sharedNotice(own) {
        const button = (text, onclick) => element('button', { type: 'button', onclick }, text);
        const mine = own.interview === null || own.interview < today() ? null
            : button('Show mine', () => this.follow(own));
        return element('p', { class: 'plan-shared' }, `This plan came with the link: ${describe(this.shared)}. `,
            button('Make it mine', () => this.follow(this.shared)), ' ', mine);
    }

    follow(wish) {
        this.form.fill(wish);
        this.choose(wish);
    }

    tools() {
        const copy = element('button', { type: 'button', onclick: () => this.copy() }, 'Copy link');
        const print = element('button', { type: 'button', onclick: () => window.print() }, 'Print');
        this.copied = element('span', { role: 'status' });
        return element('p', { class: 'plan-tools' }, print, copy, this.copied);
    }

    async copy() {
        try {
            await navigator.clipboard.writeText(location.href);
            this.copied.textContent = 'Link copied.';
        } catch {
            this.copied.textContent = 'This browser does not let the page copy. The link is the address of this page.';
        }
    }
}
