// Leaves only the questions of a chapter on the page; each answer opens by itself.

import { element } from './dom.js';
import { currentQuestion, questions, toolsOf } from './page.js';
import { change, onChange, read } from './state.js';

const page = document.documentElement;
const answers = new Map();
let menuButton = null;

export function mountAnswers() {
    if (questions().length === 0) return;
    menuButton = element('button', {
        type: 'button',
        class: 'icon-button hide-answers-button',
        title: 'Leave only the questions on the page (h)',
        'aria-keyshortcuts': 'h',
        onclick: toggleAnswers,
    }, document.getElementById('fa-eye-slash').content.cloneNode(true), element('span', {}, 'Hide answers'));
    document.querySelector('.left-buttons').append(menuButton);
    apply();
    openTarget();
    onChange(apply);
    addEventListener('hashchange', openTarget);
    document.querySelector('main').addEventListener('click', openClicked);
}

// Shows or hides all answers of the guide, now and on later visits.
export function toggleAnswers() {
    const heading = currentQuestion();
    const before = heading?.getBoundingClientRect().top;
    change(state => { state.settings.hideAnswers = !state.settings.hideAnswers; });
    if (heading) scrollBy({ top: heading.getBoundingClientRect().top - before, behavior: 'instant' });
}

// Opens or closes the answer to one question.
export function toggleAnswer(heading) {
    const answer = answers.get(heading);
    if (areHidden() && answer) show(answer, answer.part.hasAttribute('hidden'));
}

function areHidden() {
    return read().settings.hideAnswers;
}

function apply() {
    const hide = areHidden();
    if (menuButton.getAttribute('aria-pressed') === String(hide)) return;
    menuButton.setAttribute('aria-pressed', hide);
    if (hide) questions().forEach(fold);
    for (const answer of answers.values()) {
        answer.button.hidden = !hide;
        show(answer, !hide);
    }
    page.classList.toggle('hide-answers', hide);
    page.classList.add('answers-folded');
}

// Gathers an answer, which ends where the next question or section begins, below a button that opens it.
function fold(heading) {
    if (answers.has(heading)) return;
    const tools = toolsOf(heading);
    const part = element('div', { id: `answer-${heading.id}`, class: 'answer' });
    while (tools.nextElementSibling && !tools.nextElementSibling.matches('h1, h2')) {
        part.append(tools.nextElementSibling);
    }
    tools.after(part);
    const button = element('button', {
        type: 'button',
        class: 'answer-button',
        'aria-controls': part.id,
        'aria-describedby': heading.id,
        onclick: () => toggleAnswer(heading),
    }, 'Answer');
    tools.prepend(button);
    answers.set(heading, { heading, part, button });
    part.addEventListener('beforematch', () => show(answers.get(heading), true));
    heading.addEventListener('keydown', event => {
        if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
        if (!areHidden()) return;
        event.preventDefault();
        toggleAnswer(heading);
    });
}

// Hidden so that the browser's own search still finds it, and opens it.
function show({ part, button }, shown) {
    if (shown) part.removeAttribute('hidden');
    else part.setAttribute('hidden', 'until-found');
    button.setAttribute('aria-expanded', shown);
}

function openTarget() {
    const target = document.getElementById(targetId());
    const answer = [...answers.values()].find(({ heading, part }) => heading === target || part.contains(target));
    if (!target || !answer || !areHidden()) return;
    show(answer, true);
    target.scrollIntoView();
}

function targetId() {
    try {
        return decodeURIComponent(location.hash.slice(1));
    } catch {
        return '';
    }
}

// A link to the question whose address the page has already changes no address.
function openClicked(event) {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) openTarget();
}
