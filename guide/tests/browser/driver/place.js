(selector, matches) => {
    const elements = [...document.querySelectorAll(selector)].filter(matches);
    if (elements.length === 0) throw new Error('there is none');
    let reason = '';
    for (const element of elements) {
        const shown = element.outerHTML.slice(0, 100);
        if (element.disabled) { reason = `it is disabled: ${shown}`; continue; }
        element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
        const [box] = element.getClientRects();
        if (!box || box.width === 0 || box.height === 0) { reason ||= `it is not shown: ${shown}`; continue; }
        const x = box.left + box.width / 2;
        const y = box.top + box.height / 2;
        const hit = document.elementFromPoint(x, y);
        const labels = [...element.labels ?? []];
        if (element.contains(hit) || labels.some(label => label.contains(hit))) return [x, y, shown];
        reason = `it is covered by ${hit?.outerHTML.slice(0, 100)}`;
    }
    throw new Error(reason);
}
