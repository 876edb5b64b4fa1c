// Numbers, bytes and times as people read them, in the language of the page and the zone of the browser.

/** The browser's own variant of a language, so that a British reader gets British dates. */
export function regional(locale: string): string {
  return navigator.languages.find((one) => one.startsWith(`${locale}-`)) ?? locale;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

export function formatCount(value: number, locale: string): string {
  return new Intl.NumberFormat(regional(locale)).format(value);
}

/** A measured number, short enough for a cell; the whole number belongs into the title. */
export function formatNumber(value: number, locale: string): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return new Intl.NumberFormat(regional(locale)).format(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
  return new Intl.NumberFormat(regional(locale), { maximumSignificantDigits: 5 }).format(value);
}

/** A number on an axis: few signs, as "1.2M" in the language of the page. */
export function formatShort(value: number, locale: string): string {
  if (Math.abs(value) < 1e6) return formatNumber(value, locale);
  return new Intl.NumberFormat(regional(locale), { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

/** Bytes in units of 1,000, as disks and clouds count them. */
export function formatBytes(bytes: number, locale: string): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(regional(locale), { maximumFractionDigits: digits }).format(value)} ${UNITS[unit]}`;
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30.44],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
];

/** "2 minutes ago", in the narrowest unit that is at least one. */
export function formatAgo(time: string, locale: string, now = Date.now()): string {
  let value = (Date.parse(time) - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(value) < size) {
      return new Intl.RelativeTimeFormat(regional(locale), { numeric: 'auto', style: 'short' }).format(
        Math.trunc(value),
        unit,
      );
    }
    value /= size;
  }
  return time;
}

export function formatTime(time: string, locale: string): string {
  return new Intl.DateTimeFormat(regional(locale), { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(time));
}

export function formatDay(time: string, locale: string): string {
  return new Intl.DateTimeFormat(regional(locale), { dateStyle: 'medium' }).format(new Date(time));
}

/** "4m 12s", "4 分 12 秒": the two largest units that are not zero. */
export function formatDuration(seconds: number, locale: string): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'day'],
    [Math.floor(whole / 3600) % 24, 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ];
  // Narrow units are Latin letters in Japanese too.
  const unitDisplay = locale.startsWith('ja') ? 'short' : 'narrow';
  const first = parts.findIndex(([value]) => value > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2).filter(([value]) => value > 0);
  return shown
    .map(([value, unit]) => new Intl.NumberFormat(regional(locale), { style: 'unit', unit, unitDisplay }).format(value))
    .join(' ');
}
