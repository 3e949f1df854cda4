// Where code runs. Each answer is `{ said, output, others }`: a sentence, what the program printed, and what else was
// written, as pairs of a name and a text. What prevents an answer is thrown, with a sentence for the reader.

const playground = 'https://play.rust-lang.org/execute';
const checked = 'What the page shows for this sample was checked when the guide was built.';
// The guide's own, which the Playground does not have.
const ownCrate = /^\s*(?:pub )?use (chapter_support|measurement|rediserve|runtime|store)::/m;
const cargoLine = /^\s+(?:Compiling|Finished|Running|Updating|Locking|Downloading|Downloaded) .*\n?/gm;
const lackingCrate = /error\[E043[23]\]: (?:unresolved import|cannot find (?:module or )?crate|failed to resolve)/;

// The token of the server on this computer, or nothing when the page comes from elsewhere.
export function localToken() {
    return document.querySelector('meta[name=guide-runner]')?.content;
}

// Why the Playground need not be asked to run `code`, or nothing.
export function obstacle(code) {
    const [, name] = ownCrate.exec(code) ?? [];
    if (name) return `This needs the guide's own crate ${name}, which the Playground does not have: \`cargo guide serve\` runs it on your computer. ${checked}`;
    if (!navigator.onLine) return `You are offline, so the code was not sent. ${checked}`;
    return null;
}

export async function runHere(code, edition, signal) {
    const response = await send('/__guide/run', { code, edition }, signal, { 'X-Guide-Token': localToken() })
        .catch(() => { throw new Error(`The server that showed this page does not answer. Is \`cargo guide serve\` running? ${checked}`); });
    const { error, message, stdout, stderr, diagnostics, truncated } = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(error ?? `The server answered ${response.status}.`);
    return {
        said: truncated ? `${message} What it printed was cut.` : message,
        output: stdout,
        others: [['compiler', diagnostics], ['standard error', stderr]],
    };
}

// `isSound` says that the sample, as it stands in the guide, compiles.
export async function runThere(code, edition, isSound, signal) {
    const request = { channel: 'stable', mode: 'debug', edition, crateType: 'bin', tests: false, code, backtrace: false };
    const response = await send(playground, request, signal)
        .catch(() => { throw new Error(`The Playground cannot be reached. ${checked}`); });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok || typeof answer.stdout !== 'string') {
        throw new Error(`The Playground did not run it: ${answer.error ?? response.status}. ${checked}`);
    }
    if (isSound && lackingCrate.test(answer.stderr)) {
        throw new Error(`The Playground lacks a crate that this sample uses: \`cargo guide serve\` runs it on your computer. ${checked}`);
    }
    return { said: saidThere(answer), output: answer.stdout, others: [['messages', answer.stderr.replace(cargoLine, '')]] };
}

function saidThere({ success, exitDetail, stderr }) {
    if (success) return saidOfExit(0);
    if (stderr.includes('could not compile')) return 'It does not compile.';
    const [, code] = /status (\d+)/.exec(exitDetail) ?? [];
    return code ? saidOfExit(Number(code)) : `It ended with ${exitDetail.replace('Exited with ', '')}.`;
}

function saidOfExit(code) {
    if (code === 0) return 'It ran and ended with success.';
    return code === 101 ? 'It panicked: exit code 101.' : `It ended with exit code ${code}.`;
}

function send(address, body, signal, headers = {}) {
    return fetch(address, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
    });
}
