// Elements, in one line each.

// An element with attributes and children. Functions among the attributes listen (`onclick`), `true` and
// `false` set and leave out, and strings among the children are text, never HTML.
export function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === 'function') made.addEventListener(name.slice(2), value);
        else if (typeof value === 'boolean') made.toggleAttribute(name, value);
        else if (value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.flat().filter(child => child !== null && child !== undefined));
    return made;
}

// The nodes of HTML that the guide itself made, such as the back of a card.
export function html(text) {
    const template = document.createElement('template');
    template.innerHTML = text;
    return template.content;
}
