// What runs on study pages: each tool in the place that its page keeps for it.

import { mount as drill } from './drill.js';
import { mount as progress } from './progress.js';

const tools = { drill, progress };

for (const place of document.querySelectorAll('[data-study]')) tools[place.dataset.study]?.(place);
