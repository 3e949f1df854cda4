// Reloads the page when the book has been rendered again, and shows what is wrong with it meanwhile.
(() => {
    'use strict';
    const build = document.currentScript.dataset.build;
    let overlay = null;

    function show(problems) {
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
        for (const problem of problems) {
            const pre = document.createElement('pre');
            pre.textContent = problem;
            root.querySelector('section').append(pre);
        }
        root.querySelector('button').onclick = () => show([]);
        document.documentElement.append(overlay);
    }

    async function follow() {
        for (let version = 0; ;) {
            try {
                const answer = await fetch(`/__guide/news?after=${version}`);
                const news = await answer.json();
                if (String(news.build) !== build) return location.reload();
                if (news.version !== version) show(news.problems);
                version = news.version;
            } catch {
                // The server has stopped; it may come back.
                await new Promise(resolve => setTimeout(resolve, 1000));
            }
        }
    }
    follow();
})();
