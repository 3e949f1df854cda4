// The page of the mock interview: choosing, answering against a clock, looking back, and sheets for two.

import { element } from './dom.js';
import { Interview } from './mock-interview.js';
import { setUp } from './mock-setup.js';
import { sheet } from './mock-sheet.js';
import { summary } from './mock-summary.js';
import { askedWish, drawAddress, drawn } from './mock-wish.js';
import { change, read } from './state.js';

export function mount(place) {
    const page = new MockPage(place);
    const { seed, side } = askedWish(read());
    const open = read().mocks.findLast(mock => mock.isOver === false);
    if (side && seed) page.showSheet();
    else if (open && (!seed || seed === open.seed)) page.interview(open.at);
    else page.setUp();
}

class MockPage {
    constructor(place) {
        this.place = place;
    }

    setUp() {
        const wish = askedWish(read());
        this.place.replaceChildren(...setUp(wish, {
            begin: wish => this.begin(wish),
            goOn: at => this.interview(at),
            lookBack: at => this.lookBack(at),
        }));
    }

    begin(wish) {
        const at = Date.now();
        const { role, level, minutes, seed, ids } = wish;
        change(state => {
            for (const mock of state.mocks) if (mock.isOver === false) mock.isOver = true;
            state.mocks.push({
                at, seed, level, role, minutes, grades: {}, notes: {},
                questions: drawn(wish).map(({ id }) => id), isChosen: Boolean(ids), isOver: false,
                // The clock: milliseconds spent on each question, and since when it runs on the current one.
                spent: {}, current: 0, isAnswered: false, since: at,
            });
        });
        this.interview(at);
    }

    interview(at) {
        const mock = read().mocks.find(mock => mock.at === at);
        history.replaceState(history.state, '', drawAddress({ ...mock, ids: mock.isChosen ? mock.questions : null }));
        const interview = new Interview(at, () => this.lookBack(at));
        this.place.replaceChildren(interview.place);
        interview.begin();
    }

    lookBack(at) {
        const mock = read().mocks.find(mock => mock.at === at);
        this.place.replaceChildren(...summary(mock, {
            goOn: () => this.interview(at),
            another: () => {
                history.replaceState(history.state, '', location.pathname);
                this.setUp();
            },
        }));
        this.place.querySelector('h2').focus();
    }

    async showSheet() {
        const wish = askedWish(read());
        this.place.replaceChildren(element('p', { role: 'status' }, 'The sheet is being made.'));
        try {
            this.place.replaceChildren(...await sheet(wish, drawn(wish)));
        } catch {
            this.place.replaceChildren(element('p', { role: 'alert' }, 'The answers could not be loaded. Try again when there is a connection.'));
        }
    }
}
