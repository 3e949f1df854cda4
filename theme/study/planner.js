// From now to the interview, day by day. Without a reader's own state it plans as `guide/src/study/plan.rs`
// does for the ready-made plans; a test compares the two.

import { dayFromText, dayOf } from './dates.js';
import { schedule, weakest } from './schedule.js';

// How long a card of the drill takes.
export const cardMinutes = 2;
// A card comes back so many days after its question was read, and so many after that: what the drill does
// with one that is known.
export const repeats = [2, 11, 46, 163];
// Less new material a day than this many minutes is no plan, however far away the interview is.
const leastPace = 30;

// What to do on each day from `today` up to the day of the interview. Days are numbers as in dates.js, `hours`
// may be a fraction, and 'any' is a role. The answer:
//   days     [{ day, kind: 'study' | 'review' | 'interview', cards, items, summaries, weakest, minutes }, …], an
//            item being { kind: 'page' | 'question' | 'puzzle', entry, minutes, done }. The first day also has
//            `drilled`, the number of cards seen today, and `done`, what else was done today.
//   pace     minutes of new material a day, at most
//   leftOut  the items that do not fit, likeliest first
//   missed   the items that were planned for a day before today and are not done
export function makePlan(wish) {
    const { catalog, state, today, interview } = wish;
    const minutes = Math.round(wish.hours * 60);
    const past = before(state, today);
    const known = catalog.questions.filter(({ id }) => id in past.reviews);
    const dayCount = interview - today;
    // On the last day nothing is new, unless everything is.
    const isCram = known.length === 0 && dayCount <= 1;
    const everything = isCram ? chapterSummaries(wish, () => true, minutes) : [];
    const candidates = [...(known.length === 0 ? pages(catalog) : []), ...untouched(wish, past)];
    const studyDays = isCram ? dayCount : Math.max(dayCount - 1, 0);
    const { days, pace, leftOut } = fit(candidates, studyDays, minutes - total(everything), comingBack(known, past, wish));
    const last = isCram ? { summaries: everything } : lastDay({ ...wish, state: past }, known, days, minutes);
    if (isCram) days.forEach(day => { day.summaries = everything; });
    else if (dayCount > 0) days.push(last);
    days.push({ ...emptyDay('interview'), summaries: dayCount === 0 ? last.summaries : [] });
    days.forEach((day, index) => { day.day = today + index; });
    checkOff(days, wish, past);
    for (const day of days) day.minutes = total(day.items) + total(day.summaries) + day.cards * cardMinutes;
    return { days, pace, leftOut, missed: missed(wish, past) };
}

const emptyDay = kind => ({ kind, cards: 0, items: [], summaries: [], weakest: [] });

const total = items => items.reduce((sum, item) => sum + item.minutes, 0);

// The state as it was when `day` began.
function before(state, day) {
    const earlier = records => Object.fromEntries(Object.entries(records)
        .map(([id, list]) => [id, list.filter(([at]) => dayOf(at) < day)])
        .filter(([, list]) => list.length > 0));
    return { reviews: earlier(state.reviews), puzzles: earlier(state.puzzles) };
}

// What has no questions and is to be read first.
function pages(catalog) {
    return catalog.pages.map(page => ({ kind: 'page', entry: page, minutes: page.minutes, unlikely: 0, group: -1 }));
}

// The questions and puzzles that were never touched.
function untouched(wish, past) {
    const { catalog } = wish;
    const item = (kind, entry) => ({ kind, entry, minutes: entry.minutes, unlikely: unlikely(wish, entry), group: group(wish, entry) });
    return [
        ...catalog.questions.filter(({ id }) => !(id in past.reviews)).map(question => item('question', question)),
        ...catalog.puzzles.filter(({ id }) => !(id in past.puzzles)).map(puzzle => item('puzzle', puzzle)),
    ];
}

const isAsked = (role, entry) => !entry.roles || role === 'any' || entry.roles.includes(role);

// How unlikely it is that this is asked: 0 at the reader's level and just below it.
function unlikely({ catalog, role, level }, entry) {
    const above = catalog.levels.indexOf(entry.level) - catalog.levels.indexOf(level);
    return (above > 0 ? above * 4 : Math.max(-above - 1, 0)) + (isAsked(role, entry) ? 0 : 2);
}

// What comes before what: the start and the core of the language, then what the role is asked about; above the
// reader's level, last.
function group({ catalog, role, level }, entry) {
    const first = ['start', 'core'].indexOf(entry.part);
    const of = first >= 0 ? first : isAsked(role, entry) ? 2 : 3;
    return catalog.levels.indexOf(entry.level) > catalog.levels.indexOf(level) ? of + 4 : of;
}

// When the cards of the questions read so far are due: one list for each day from `today` on.
function comingBack(known, past, { today, interview }) {
    const due = [];
    for (const { id } of known) {
        const day = Math.max(schedule(id, past.reviews[id], interview).due - today, 0);
        (due[day] ??= []).push(0);
    }
    return due;
}

// Spreads the candidates evenly over the days. When they do not fit, the least likely are left out.
function fit(candidates, dayCount, minutes, due) {
    const kept = candidates.map((item, index) => ({ ...item, index }));
    const byChance = [...kept].sort((one, other) => one.unlikely - other.unlikely
        || Number(one.kind === 'puzzle') - Number(other.kind === 'puzzle') || one.index - other.index);
    const leftOut = [];
    let queue = inOrder(byChance);
    while (!fill(queue, dayCount, minutes, minutes, due)) {
        leftOut.unshift(byChance.pop());
        queue = inOrder(byChance);
    }
    let pace = Math.min(leastPace, minutes);
    let days = fill(queue, dayCount, minutes, pace, due);
    while (!days) days = fill(queue, dayCount, minutes, ++pace, due);
    return { days, pace, leftOut };
}

// The order of study, with the puzzles spread over the questions.
function inOrder(items) {
    const sorted = [...items].sort((one, other) => one.group - other.group || one.index - other.index);
    const puzzles = sorted.filter(item => item.kind === 'puzzle');
    const others = sorted.filter(item => item.kind !== 'puzzle');
    const queue = [];
    let placed = 0;
    others.forEach((item, index) => {
        queue.push(item);
        const share = Math.floor((index + 1) * puzzles.length / others.length);
        while (placed < share) queue.push(puzzles[placed++]);
    });
    return [...queue, ...puzzles.slice(placed)];
}

// The days with at most `pace` minutes of new material each, unless one item alone is longer, and `minutes` in
// all; nothing when the queue does not fit. Cards that are due come first, but leave room to read.
function fill(queue, dayCount, minutes, pace, due) {
    const waiting = Array.from({ length: dayCount + 1 }, (_, day) => [...due[day] ?? []]);
    const length = item => Math.min(item.minutes, minutes);
    const later = (day, step) => waiting[day + repeats[step]]?.push(step);
    const days = [];
    let next = 0;
    for (let day = 0; day < dayCount; day++) {
        const reserve = next < queue.length ? Math.max(Math.ceil(minutes / 2), length(queue[next])) : 0;
        const cards = waiting[day].splice(0, Math.floor((minutes - reserve) / cardMinutes));
        waiting[day + 1].unshift(...waiting[day]);
        for (const step of cards) later(day, step + 1);
        const items = [];
        let fresh = 0;
        const room = minutes - cards.length * cardMinutes;
        while (next < queue.length && fresh + length(queue[next]) <= (items.length > 0 ? Math.min(pace, room) : room)) {
            const item = queue[next++];
            fresh += length(item);
            if (item.kind === 'question') later(day, 0);
            items.push({ kind: item.kind, entry: item.entry, minutes: length(item), done: false });
        }
        days.push({ ...emptyDay('study'), cards: cards.length, items });
    }
    return next === queue.length ? days : null;
}

// The last day: what the chapters read say in short, and the weakest cards.
function lastDay(wish, known, days, minutes) {
    const read = [...known, ...days.flatMap(day => day.items).map(item => item.entry)];
    const chapters = new Set(read.map(entry => entry.chapter));
    const hasQuestions = name => wish.catalog.questions.some(({ chapter }) => chapter === name);
    const isKnown = ({ chapter }) => chapters.has(chapter) || !hasQuestions(chapter);
    const summaries = chapterSummaries(wish, isKnown, minutes);
    const readQuestions = read.filter(entry => wish.catalog.questions.includes(entry)).length;
    const cards = Math.min(readQuestions, Math.floor((minutes - total(summaries)) / cardMinutes));
    return { ...emptyDay('review'), summaries, cards, weakest: weakestFirst(known, wish).slice(0, cards) };
}

function weakestFirst(known, { state, interview }) {
    const card = question => {
        const reviews = state.reviews[question.id];
        const lapses = reviews.filter(([, rating]) => rating === 1).length;
        return { question, memory: schedule(question.id, reviews, interview), lapses };
    };
    return weakest(known.map(card), interview)
        .map(({ question }) => ({ kind: 'question', entry: question, minutes: cardMinutes }));
}

// The summaries of the likeliest chapters, for half of the time at most, in the order of the book.
function chapterSummaries(wish, isWanted, minutes) {
    const chance = chapter => wish.catalog.questions
        .filter(question => question.chapter === chapter)
        .reduce((least, question) => Math.min(least, unlikely(wish, question)), Infinity);
    const ranked = wish.catalog.summaries.filter(isWanted)
        .map((entry, index) => ({ kind: 'summary', entry, minutes: entry.minutes, index, unlikely: chance(entry.chapter) }))
        .sort((one, other) => one.unlikely - other.unlikely || one.index - other.index);
    while (total(ranked) > minutes / 2) ranked.pop();
    return ranked.sort((one, other) => one.index - other.index);
}

// Marks what was done today, and takes it away from the days for which it was planned.
function checkOff(days, { catalog, state, today }, past) {
    const isToday = ([at]) => dayOf(at) === today;
    const isDone = ({ id }) => [state.reviews[id], state.puzzles[id]].some(list => list?.some(isToday));
    const [first, ...later] = days;
    for (const item of [...first.items, ...first.weakest]) item.done = item.kind !== 'page' && isDone(item.entry);
    for (const day of later) day.items = day.items.filter(item => item.kind === 'page' || !isDone(item.entry));
    const touched = [...catalog.questions, ...catalog.puzzles].filter(isDone);
    const isDrilled = ({ id }) => id in past.reviews || id in past.puzzles;
    const planned = first.items.map(item => item.entry);
    first.drilled = touched.filter(({ id }) => id in past.reviews).length;
    first.done = touched.filter(entry => !isDrilled(entry) && !planned.includes(entry));
}

// What the plan that was made on an earlier day wanted done before today, and was not.
function missed(wish, past) {
    const start = dayFromText(wish.state.plan?.start ?? '');
    if (start === null || start >= wish.today) return [];
    const { days } = makePlan({ ...wish, state: { ...before(wish.state, start), plan: null }, today: start });
    const planned = days.filter(({ day }) => day < wish.today).flatMap(({ items }) => items);
    return planned.filter(({ kind, entry }) => kind !== 'page' && !(entry.id in past.reviews) && !(entry.id in past.puzzles));
}
