// One line at the foot of the window for what a reader must know and need not answer.

let line = null;
const saidHere = new Set();

// Shows `text`, and has it read out, until the reader closes it. A second text joins the first.
export function announce(text) {
    line ??= openLine();
    const sentence = document.createElement('p');
    sentence.textContent = text;
    line.querySelector('[role=status]').append(sentence);
}

// Says it in this tab only once, on whichever page comes first.
export function announceOnce(key, text) {
    if (said(key)) return;
    announce(text);
}

function said(key) {
    const name = `guide-said-${key}`;
    if (saidHere.has(name)) return true;
    saidHere.add(name);
    try {
        if (sessionStorage.getItem(name)) return true;
        sessionStorage.setItem(name, 'yes');
    } catch {
        // Nothing can be kept here, not even that it was said: the next page says it again.
    }
    return false;
}

function openLine() {
    const made = document.createElement('div');
    made.className = 'study-status';
    made.innerHTML = '<div role="status"></div><button type="button">Close</button>';
    made.querySelector('button').onclick = () => {
        made.remove();
        line = null;
    };
    document.body.append(made);
    return made;
}
