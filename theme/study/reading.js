// What runs on every page. Keep it small: whatever a reader has not asked for comes later.

import { loadTools } from './load.js';
import { mendMenu } from './menu.js';
import { reachScrolling } from './scrolling.js';

mendMenu();
reachScrolling();
loadTools();
