// Days, counted in the reader's own calendar: a day is a number, one more than the day before it.

const dayLength = 86_400_000;

// The day on which a moment falls here, whatever the time zone and its summer time.
export function dayOf(moment) {
    const here = new Date(moment);
    return Date.UTC(here.getFullYear(), here.getMonth(), here.getDate()) / dayLength;
}

export function today() {
    return dayOf(Date.now());
}

// The day that "2026-12-05" names, or null when there is no such day.
export function dayFromText(text) {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
    const day = Date.parse(`${text}T00:00:00Z`) / dayLength;
    // Some browsers take 30 February for a day in March.
    return Number.isInteger(day) && textFromDay(day) === text ? day : null;
}

export function textFromDay(day) {
    return new Date(day * dayLength).toISOString().slice(0, 10);
}

// "Sat, Dec 5", with the year where it is not the present one.
export function sayDay(day) {
    const date = new Date(day * dayLength);
    const year = date.getUTCFullYear() === new Date().getFullYear() ? undefined : 'numeric';
    const words = { weekday: 'short', month: 'short', day: 'numeric', year, timeZone: 'UTC' };
    return date.toLocaleDateString('en-US', words);
}

// "today", "tomorrow", "in 3 days", "yesterday", "5 days ago".
export function sayDistance(day, from = today()) {
    return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(day - from, 'day');
}
