// Numbers in words.

export function count(number, one, many = `${one}s`) {
    return `${number} ${number === 1 ? one : many}`;
}

// "3 days", "2 months", "1.5 years".
export function span(days) {
    if (days < 60) return count(days, 'day');
    if (days < 720) return count(Math.round(days / 30), 'month');
    return count(Math.round(days / 36.5) / 10, 'year');
}

export function percent(share) {
    return `${Math.round(share * 100)}%`;
}
