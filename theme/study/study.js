// What runs on study pages: each tool in the place that its page keeps for it.

import { mount as catalog } from './catalog.js';

const tools = { catalog };

for (const place of document.querySelectorAll('[data-study]')) tools[place.dataset.study]?.(place);
