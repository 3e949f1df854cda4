// Below each question: how well the reader knew it, a link to it, and where to say that the answer is wrong.

import { sayDistance } from './dates.js';
import { element } from './dom.js';
import { questions, say, toolsOf } from './page.js';
import { interviewDay, schedule } from './schedule.js';
import { onChange, read, record } from './state.js';

const ratings = [
    ['again', 'I did not know it'],
    ['hard', 'I knew it, with effort'],
    ['good', 'I knew it'],
    ['easy', 'I knew it at once'],
];

export function mountMarks() {
    const headings = questions();
    if (headings.length === 0) return;
    for (const heading of headings) toolsOf(heading).append(marksOf(heading), linksOf(heading));
    const showAll = () => headings.forEach(showMark);
    showAll();
    onChange(showAll);
}

// Marks a question with a rating from 1, again, to 4, easy.
export function mark(heading, rating) {
    record(heading.id, rating);
    const { due } = schedule(heading.id, read().reviews[heading.id], interviewDay(read()));
    say(`Marked ${ratings[rating - 1][0]}: the drill asks it again ${sayDistance(due)}`);
}

export async function copyLink(heading) {
    const address = new URL(`#${heading.id}`, location.href).href;
    say(await copy(address) ? 'Link copied' : `This browser does not let the page copy. The link is ${address}`);
}

function marksOf(heading) {
    const buttons = ratings.map(([name, meaning], index) => element('button', {
        type: 'button',
        title: `${meaning} (${index + 1})`,
        'aria-pressed': 'false',
        onclick: () => mark(heading, index + 1),
    }, name));
    return element('span', { class: 'marks', role: 'group', 'aria-label': 'Mark: how well I knew it' }, element('span', { 'aria-hidden': 'true' }, 'Mark:'), buttons);
}

function showMark(heading) {
    const last = read().reviews[heading.id]?.at(-1)?.[1];
    toolsOf(heading).querySelectorAll('.marks button').forEach((button, index) => {
        button.setAttribute('aria-pressed', index + 1 === last);
    });
}

function linksOf(heading) {
    const copyButton = element('button', { type: 'button', title: 'Copy a link to this question (c)', onclick: () => copyLink(heading) }, 'copy link');
    return element('span', { class: 'question-links' }, copyButton, wrongAnswerLink(heading));
}

// The form that the repository has for this, with what the page knows filled in.
function wrongAnswerLink(heading) {
    const repository = document.querySelector('meta[name=guide-repository]')?.content;
    if (!repository) return null;
    const filledIn = new URLSearchParams({
        template: 'wrong-answer.yml',
        title: `Wrong answer: ${titleOf(heading)}`,
        question: heading.id,
    });
    return element('a', { href: `${repository.replace(/\/$/, '')}/issues/new?${filledIn}` }, 'a wrong answer?');
}

function titleOf(heading) {
    const title = heading.cloneNode(true);
    title.querySelector('.level')?.remove();
    return title.textContent.trim();
}

async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        return copySelected(text);
    }
}

// Without a secure connection there is no other clipboard.
function copySelected(text) {
    const focused = document.activeElement;
    const field = document.body.appendChild(element('textarea', { class: 'copied', readonly: true }, text));
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    focused?.focus({ preventScroll: true });
    return copied;
}
