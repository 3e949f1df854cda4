// Progress: what is known, what is due, what is weak, and the reader's data as a file.

import { dataTools } from './progress-data.js';
import { dueSection, mockSection, practiceSection, puzzleSection, readinessSection, weakestSection } from './progress-sections.js';
import { element } from './dom.js';
import { announceTrouble, onChange, read } from './state.js';

export function mount(place) {
    const sections = element('div');
    const makers = [readinessSection, dueSection, practiceSection, weakestSection, puzzleSection, mockSection];
    const show = () => {
        sections.replaceChildren(...makers.map(make => make(read())).filter(Boolean));
    };
    place.replaceChildren(sections, dataTools());
    onChange(show);
    show();
    announceTrouble();
}
