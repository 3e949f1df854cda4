// What scrolls sideways, such as long code on a phone, can be scrolled with keys in every browser.

const observer = new ResizeObserver(entries => {
    for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
        else target.removeAttribute('tabindex');
    }
});

// Sees to all such parts of `place`, now and whenever their sizes change.
export function mountScrolling(place = document) {
    for (const part of place.querySelectorAll('pre > code, .table-wrapper')) observer.observe(part);
}
