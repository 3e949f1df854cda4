// Reloads the page when the book has been rendered again, shows what is wrong with it meanwhile, and says
// beside each sample what its check has found.
(() => {
    'use strict';
    const build = document.currentScript.dataset.build;

    function element(tag, className, text) {
        const made = document.createElement(tag);
        made.className = className;
        made.textContent = text;
        return made;
    }

    // What is wrong with the book, over the page.

    let overlay = null;
    let shown = '[]';

    function showProblems(problems) {
        if (JSON.stringify(problems) === shown) return;
        shown = JSON.stringify(problems);
        overlay?.remove();
        overlay = null;
        if (problems.length === 0) return;
        overlay = document.createElement('div');
        const style = `
            :host { all: initial; position: fixed; inset: auto 0 0 0; z-index: 2000; }
            section { max-height: 60vh; overflow: auto; padding: 16px 24px; background: #2a1614; color: #fbe9e6;
                border-top: 3px solid #f0978a; font: 14px/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
            pre { margin: 0 0 1em; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
            button { float: right; font: inherit; color: inherit; background: none; border: 1px solid; border-radius: 3px; cursor: pointer; }
            @media print { :host { display: none; } }`;
        const root = overlay.attachShadow({ mode: 'open' });
        root.innerHTML = `<style>${style}</style><section role="alert"><button>hide</button></section>`;
        for (const problem of problems) root.querySelector('section').append(element('pre', '', problem));
        root.querySelector('button').onclick = () => overlay.remove();
        document.documentElement.append(overlay);
    }

    // What has been found out about each sample, below it.

    const samples = [...document.querySelectorAll('[data-sample]')].map(frame => {
        const [, file, line] = frame.dataset.sample.match(/^(.*):(\d+)$/);
        const verdict = element('span', 'verdict', '');
        return { frame, file, line, verdict, findings: null, known: null };
    });
    const files = new Set(samples.map(sample => sample.file));
    // The page to print holds all chapters, and is not for authors.
    const file = files.size === 1 ? samples[0].file : '';
    const summary = element('p', 'verdicts', '');

    function prepareVerdicts() {
        const style = `
            .verdict { font-weight: 600; }
            .verdict::before { content: " · "; font-weight: 400; }
            .verdict-proved { color: var(--good); }
            .verdict-refuted { color: var(--bad); }
            .verdict-checking, .verdict-not-run { font-weight: 400; }
            .findings { margin-block-start: 0.8rem; padding-inline-start: 1.2rem; border-inline-start: 3px solid var(--bad);
                font-family: var(--sans); font-size: 1.4rem; line-height: 1.5; color: var(--fg); overflow-wrap: anywhere; }
            .content .findings p { margin-block: 0 0.3rem; }
            .finding + .finding { margin-block-start: 1.4rem; }
            .finding-what { font-weight: 600; }
            .finding-place { color: var(--muted); }
            .finding-detail { overflow-x: auto; white-space: pre; margin-block-start: 0.6rem; padding: 0.8rem 1.2rem;
                border-radius: 4px; background: var(--code-bg); color: var(--code-fg); font: 1.2rem/1.5 var(--mono-font); }
            .verdicts { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
            @media print { .verdict, .findings { display: none; } }`;
        document.head.append(element('style', '', style));
        for (const sample of samples) sample.frame.querySelector('.proof').append(sample.verdict);
        // One sentence for those who listen; the verdicts themselves would be read out one by one.
        summary.setAttribute('role', 'status');
        summary.setAttribute('aria-live', 'polite');
        document.body.append(summary);
    }

    function showVerdicts(verdicts) {
        const kinds = samples.map(sample => showVerdict(sample, verdicts[sample.line]));
        const words = ['proved', 'refuted', 'checking', 'not-run']
            .map(kind => [kinds.filter(each => each === kind).length, kind.replace('not-run', 'not run here')])
            .filter(([count]) => count > 0)
            .map(([count, kind]) => `${count} ${kind}`);
        const text = kinds.includes('checking') ? 'Checking samples…' : `Samples: ${words.join(', ')}`;
        if (summary.textContent !== text) summary.textContent = text;
    }

    function showVerdict(sample, verdict = { checking: true }) {
        const [kind] = Object.keys(verdict);
        const known = JSON.stringify(verdict);
        if (sample.known !== known) {
            sample.known = known;
            sample.verdict.className = `verdict verdict-${kind}`;
            sample.verdict.textContent = {
                checking: 'checking…',
                proved: 'proved',
                refuted: 'refuted',
                'not-run': `not run here: ${verdict['not-run']}`,
            }[kind];
            sample.findings?.remove();
            sample.findings = kind === 'refuted' ? findingsOf(verdict.refuted) : null;
            if (sample.findings) sample.frame.append(sample.findings);
        }
        return kind;
    }

    // A finding quotes code: it goes into the page as text, never as HTML.
    function findingsOf(findings) {
        const list = element('div', 'findings', '');
        for (const { at, what, expected, remedy, detail } of findings) {
            const finding = element('div', 'finding', '');
            finding.append(
                element('p', 'finding-what', what),
                element('p', 'finding-place', `${at.file}:${at.line}:${at.column}`),
                element('p', '', `expected: ${expected}`),
                element('p', '', `to do: ${remedy}`),
            );
            if (detail) finding.append(scrollable(element('div', 'finding-detail', detail)));
            list.append(finding);
        }
        return list;
    }

    // One that the keyboard can reach.
    function scrollable(box) {
        box.tabIndex = 0;
        box.setAttribute('role', 'group');
        box.setAttribute('aria-label', 'detail');
        return box;
    }

    async function follow() {
        for (let version = 0; ;) {
            try {
                const answer = await fetch(`/__guide/news/${encodeURIComponent(file)}?after=${version}`);
                const news = await answer.json();
                if (String(news.build) !== build) return location.reload();
                showProblems(news.problems);
                if (file) showVerdicts(news.verdicts);
                version = news.version;
            } catch {
                // The server has stopped; it may come back.
                await new Promise(resolve => setTimeout(resolve, 1000));
            }
        }
    }

    if (file) prepareVerdicts();
    follow();
})();
