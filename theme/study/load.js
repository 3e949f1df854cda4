// Where files of the site are, and how scripts are loaded when they are needed: from a file, too, where
// browsers refuse `fetch` and modules.

// The address of a file of the site, such as `study/tools.js`.
export function address(path) {
    return new URL(path_to_root + path, document.baseURI).href;
}

const loads = new Map();

// Loads a script of the site once.
export function loadScript(path) {
    if (!loads.has(path)) {
        loads.set(path, new Promise((resolve, reject) => {
            const script = document.createElement('script');
            script.src = address(path);
            script.addEventListener('load', resolve);
            script.addEventListener('error', () => {
                loads.delete(path);
                reject(new Error(`${path} cannot be loaded`));
            });
            document.head.append(script);
        }));
    }
    return loads.get(path);
}

// Starts the tools of a study page, in the places that its text keeps for them.
export async function loadTools() {
    const places = document.querySelectorAll('[data-study]');
    if (places.length === 0 || isPrintPage()) return;
    try {
        await loadScript('study/questions.js');
        await loadScript('study/tools.js');
    } catch {
        for (const place of places) place.append('This tool could not be loaded. Reload the page; if it is still missing, `cargo guide build` makes it.');
    }
}

// All chapters on one page: there are no tools on paper.
function isPrintPage() {
    return location.pathname.endsWith('/print.html');
}
