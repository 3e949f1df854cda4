// Keeps the whole guide for when there is no network, and offers a newer edition when there is one.

import { element } from './dom.js';

// Only a built site names its manifest: while it is written, pages must come from the local server.
export async function offerUpdates() {
    const manifest = document.querySelector('meta[name=guide-offline]')?.content;
    const container = navigator.serviceWorker;
    // No container: opened from a file, or a browser keeps nothing here.
    if (!manifest || !container || !location.protocol.startsWith('http')) return;
    document.head.append(element('link', { rel: 'manifest', href: manifest }));
    // A reader who pays for each megabyte has not asked for all pages.
    if (navigator.connection?.saveData) return;
    await loaded();
    try {
        follow(container, await container.register(new URL('sw.js', new URL(manifest, location))));
    } catch {
        // What cannot be kept can be read all the same.
    }
}

// What the reader waits for comes first.
function loaded() {
    if (document.readyState === 'complete') return null;
    return new Promise(resolve => addEventListener('load', resolve, { once: true }));
}

function follow(container, registration) {
    let isFirst = !registration.active;
    const offerWaiting = () => {
        if (registration.waiting && registration.active) offer(registration);
    };
    offerWaiting();
    registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', offerWaiting);
    });
    // Accepted on another page: this one is of the older edition.
    container.addEventListener('controllerchange', () => {
        if (!isFirst) offer(registration);
        isFirst = false;
    });
}

function offer(registration) {
    if (document.querySelector('.newer-edition')) return;
    const line = element('div', { class: 'newer-edition', role: 'status' });
    document.body.append(line);
    const accept = () => {
        if (!registration.waiting) return location.reload();
        navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
        registration.waiting.postMessage('activate');
    };
    line.append(
        element('span', {}, 'A newer edition is ready.'),
        element('button', { type: 'button', onclick: accept }, 'Reload'),
        element('button', { type: 'button', onclick: () => line.remove() }, 'Later'),
    );
}
