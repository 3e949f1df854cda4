// mdBook's menu for readers who use a keyboard or a screen reader.

import { element } from './dom.js';

export function mountMenu() {
    document.getElementById('mdbook-menu-bar').setAttribute('role', 'banner');
    document.getElementById('mdbook-search-wrapper').setAttribute('role', 'search');
    document.getElementById('mdbook-searchbar').setAttribute('aria-label', 'Search this book');
    replaceSidebarLabel();
}

// What opens the sidebar is a label, which a keyboard does not reach. A button clicks it.
function replaceSidebarLabel() {
    const label = document.getElementById('mdbook-sidebar-toggle');
    const button = element('button', {
        type: 'button',
        class: label.className,
        title: label.title,
        'aria-label': label.title,
        'aria-controls': 'mdbook-sidebar',
        onclick: () => label.click(),
    }, ...label.childNodes);
    const show = () => button.setAttribute('aria-expanded', label.getAttribute('aria-expanded'));
    new MutationObserver(show).observe(label, { attributeFilter: ['aria-expanded'] });
    show();
    label.before(button);
    label.style.display = 'none';
}
