// Keeps the files of one edition of this site, which the tool lists above with names for their contents, and
// answers with them, with or without network. A newer edition is fetched beside the one that is shown: only
// files that differ, and each must be what the list says, because a host may still hand out older ones. If
// one is not, or cannot be kept, the older edition stays, and the next visit fetches what is missing.

const SCOPE = self.registration.scope;
const CACHE = `guide ${SCOPE}`;
const AT_ONCE = 6;

self.addEventListener('install', event => event.waitUntil(install()));
self.addEventListener('activate', event => event.waitUntil(activate()));
self.addEventListener('fetch', event => {
    const file = fileOf(event.request);
    if (file) event.respondWith(answer(event.request, file));
});
// The reader accepts the newer edition.
self.addEventListener('message', event => {
    if (event.data === 'activate') self.skipWaiting();
});

// Under which a file is kept: the same contents are kept once for all editions.
function key(file) {
    return `${new URL(encodeURI(file), SCOPE)}?${FILES[file]}`;
}

async function keptKeys(cache) {
    return new Set((await cache.keys()).map(request => request.url));
}

async function install() {
    const cache = await caches.open(CACHE);
    const kept = await keptKeys(cache);
    const missing = Object.keys(FILES).filter(file => !kept.has(key(file)));
    const fetchOneByOne = async () => {
        while (missing.length > 0) await keep(cache, missing.shift());
    };
    await Promise.all(Array.from({ length: AT_ONCE }, fetchOneByOne));
}

async function keep(cache, file) {
    const response = await fetch(new URL(encodeURI(file), SCOPE), { cache: 'no-cache' });
    if (!response.ok) throw new Error(`${file}: ${response.status}`);
    const contents = await response.arrayBuffer();
    if (await nameOf(contents) !== FILES[file]) throw new Error(`${file} is not of this edition`);
    // A response of its own: a browser shows no page that was redirected.
    const headers = { 'Content-Type': response.headers.get('Content-Type') };
    await cache.put(key(file), new Response(contents, { headers }));
}

async function nameOf(contents) {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', contents));
    return Array.from(hash.slice(0, 8), byte => byte.toString(16).padStart(2, '0')).join('');
}

async function activate() {
    const cache = await caches.open(CACHE);
    const current = new Set(Object.keys(FILES).map(key));
    const stale = [...await keptKeys(cache)].filter(kept => !current.has(kept));
    await Promise.all(stale.map(kept => cache.delete(kept)));
    await self.clients.claim();
}

// The file that a request asks for, if it is one of this edition. Some hosts leave out the `.html`.
function fileOf({ method, url }) {
    const path = new URL(url).pathname;
    const base = new URL(SCOPE).pathname;
    if (method !== 'GET' || !path.startsWith(base)) return undefined;
    const file = decodeURI(path.slice(base.length)).replace(/(^|\/)$/, '$1index.html');
    return [file, `${file}.html`].find(file => Object.hasOwn(FILES, file));
}

async function answer(request, file) {
    const cache = await caches.open(CACHE);
    return await cache.match(key(file)) ?? fetch(request);
}
