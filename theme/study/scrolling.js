// What scrolls sideways, such as long code on a phone, can be scrolled with keys in every browser.

export function mountScrolling(root = document) {
    const observer = new ResizeObserver(entries => {
        for (const { target } of entries) {
            if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
            else target.removeAttribute('tabindex');
        }
    });
    for (const part of root.querySelectorAll('pre > code, .table-wrapper')) observer.observe(part);
}
