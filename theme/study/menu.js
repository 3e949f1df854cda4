// mdBook's menu for readers who use a keyboard or a screen reader. What opens its sidebar is a label; here it
// becomes a button.

import { element } from './dom.js';

export function mountMenu() {
    document.getElementById('mdbook-menu-bar').setAttribute('role', 'banner');
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
