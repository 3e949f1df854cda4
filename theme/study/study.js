// What runs on study pages: each tool in the place that its page keeps for it.

const tools = {};


for (const place of document.querySelectorAll('[data-study]')) tools[place.dataset.study]?.(place);
