// What runs on study pages: each tool in the place that its page keeps for it.

import { mount as catalog } from './catalog.js';
import { mount as drill } from './drill.js';
import { mount as mock } from './mock.js';
import { mount as plan } from './plan.js';
import { mount as progress } from './progress.js';

const tools = { catalog, drill, mock, plan, progress };

for (const place of document.querySelectorAll('[data-study]')) tools[place.dataset.study]?.(place);
