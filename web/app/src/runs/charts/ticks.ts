// Places on the axes of charts, and values of their curves, as texts.
import { formatBytes, formatDuration, formatNumber, formatShort, regional } from '../../lib/format.ts';
import type { Locale } from '../../lib/messages.tsx';
import type { XAxis } from './chart-data.ts';

/** A place on the vertical axis. */
export function formatTick(y: number, areBytes: boolean, locale: Locale): string {
  if (areBytes) return formatBytes(y, locale);
  const isSmall = y !== 0 && Math.abs(y) < 1e-4;
  return isSmall ? Number(y.toPrecision(3)).toExponential() : formatShort(y, locale);
}

const DAY = 86_400;

/** Places on an axis of times so far apart: in the language of the page, the day below where it begins. */
export function timeTicks(ticks: readonly number[], step: number, locale: Locale): string[] {
  let before = '';
  return ticks.map((tick) => {
    const date = new Date(tick * 1000);
    const day = date.toLocaleDateString(regional(locale), { year: '2-digit', month: 'short', day: 'numeric' });
    if (step >= DAY) return day;
    const time = date.toLocaleTimeString(regional(locale), {
      hour: '2-digit',
      minute: '2-digit',
      ...(step < 60 && { second: '2-digit' }),
      ...(step < 1 && { fractionalSecondDigits: 3 as const }),
    });
    const text = day === before ? time : `${time}\n${day}`;
    before = day;
    return text;
  });
}

/** A value of a curve, as the legend and tables write it. */
export function formatY(y: number, areBytes: boolean, locale: Locale): string {
  return areBytes ? formatBytes(y, locale) : formatNumber(y, locale);
}

/** A place on the horizontal axis, as its axis and the legend write it. */
export function formatX(x: number, axis: XAxis, locale: Locale, names?: readonly string[] | null): string {
  if (names) return names[x] ?? '';
  if (axis === 'relative' && Math.abs(x) < 60) {
    const seconds = { style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumSignificantDigits: 4 } as const;
    return new Intl.NumberFormat(regional(locale), seconds).format(x);
  }
  if (axis === 'relative') return formatDuration(x, locale);
  return axis === 'time' ? new Date(x * 1000).toLocaleString(regional(locale)) : formatNumber(x, locale);
}
