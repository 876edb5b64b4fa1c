// Times to live, as people give them.

const DAY = 86_400;

/** Seconds of a number of days; null when the text is no such number. */
export function secondsOfDays(days: string): number | null {
  const number = Number(days.trim().normalize('NFKC'));
  return days.trim() !== '' && Number.isFinite(number) && number * DAY >= 1 ? Math.round(number * DAY) : null;
}

/** Days of a number of seconds, with at most two decimals. */
export function daysOfSeconds(seconds: number): string {
  return String(Math.round((seconds / DAY) * 100) / 100);
}
