// A site that was once served at this address left a service worker, which would show its pages instead of
// these. Browsers look for a newer one, find this, and are rid of both.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(leave()));

async function leave() {
    await self.registration.unregister();
    await caches.delete(`guide ${self.registration.scope}`);
    for (const page of await self.clients.matchAll({ type: 'window' })) page.navigate(page.url);
}
