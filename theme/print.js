// Opens collapsible callouts for paper, for browsers that cannot do so with CSS alone.
(() => {
    'use strict';
    let opened = [];
    addEventListener('beforeprint', () => {
        opened = [...document.querySelectorAll('main details:not([open])')];
        opened.forEach(details => { details.open = true; });
    });
    addEventListener('afterprint', () => {
        opened.forEach(details => { details.open = false; });
    });
})();
