// What scrolls sideways, such as long code on a phone, can be scrolled with keys in every browser.

export function mountScrolling() {
    observe(document);
    const changes = new MutationObserver(changes => {
        const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
        for (const node of added) if (node instanceof Element) observe(node);
    });
    changes.observe(document.querySelector('main'), { childList: true, subtree: true });
}

function observe(root) {
    for (const part of root.querySelectorAll('pre > code, .table-wrapper')) sizes.observe(part);
}

const sizes = new ResizeObserver(entries => {
    for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
        else target.removeAttribute('tabindex');
    }
});
