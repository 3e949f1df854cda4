// What runs on every page. Keep it small: whatever a reader has not asked for comes later.

import { mountAnswers } from './answers.js';
import { mountKeyboard } from './keyboard.js';
import { loadTools } from './load.js';
import { mountMarks } from './marks.js';
import { mountMenu } from './menu.js';
import { offerUpdates } from './offline.js';
import { mountPuzzles } from './puzzle.js';
import { mountRun } from './run.js';
import { mountScrolling } from './scrolling.js';

mountMenu();
mountMarks();
mountAnswers();
mountPuzzles();
mountRun();
mountScrolling();
mountKeyboard();
loadTools();
offerUpdates();
