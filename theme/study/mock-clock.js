// The clock of a mock interview, as times to show.

// Milliseconds spent on a question, or with the running clock at `now` on the current one.
export function spentOn(mock, id, now) {
    const running = mock.since !== null && mock.questions[mock.current] === id ? Math.max(now - mock.since, 0) : 0;
    return (mock.spent[id] ?? 0) + running;
}

export function spentInAll(mock, now) {
    return mock.questions.reduce((sum, id) => sum + spentOn(mock, id, now), 0);
}

// Stops the clock of a mock that is being changed.
export function stopClock(mock, now) {
    const id = mock.questions[mock.current];
    mock.spent[id] = spentOn(mock, id, now);
    mock.since = null;
}

// "4:07".
export function clock(milliseconds) {
    const seconds = Math.floor(milliseconds / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

// "4:07 of 7:00", "8:10, 1:10 over".
export function against(spent, minutes) {
    const most = minutes * 60_000;
    return spent <= most ? `${clock(spent)} of ${clock(most)}` : `${clock(spent)}, ${clock(spent - most)} over`;
}
