// From what the API gives of a metric to what a chart draws.
import { asNumber } from '../documents.ts';

export type XAxis = 'step' | 'time' | 'relative';

export const X_AXES: readonly XAxis[] = ['step', 'time', 'relative'];

/** A metric of a run by columns, as the API gives it. */
export interface Series {
  key: string;
  count: number;
  steps: unknown;
  times: unknown;
  values: unknown;
}

/** What is drawn as one curve; null is a gap. */
export interface Line {
  id: string;
  /** Empty where nothing else is drawn with it. */
  label: string;
  /** Its place among all that are compared: the same curve looks the same in each chart. */
  place: number;
  steps: readonly number[];
  xs: readonly number[];
  ys: readonly (number | null)[];
  /** How many values were logged there; more than are drawn when they are samples. */
  count: number;
}

/** Which values can be drawn: at least one number, also an infinite one or none (NaN). */
export function isChartable(values: unknown): boolean {
  return Array.isArray(values) && values.some((value) => asNumber(value) !== null || typeof value === 'boolean');
}

interface LineOptions {
  id: string;
  label: string;
  place: number;
  axis: XAxis;
  startedAt: string;
  /** The metric that is the horizontal axis in place of the steps, when its author said so. */
  stepSeries?: Series | undefined;
}

export function lineOf(series: Series, { id, label, place, axis, startedAt, stepSeries }: LineOptions): Line {
  const steps = numbers(series.steps);
  const times = numbers(series.times);
  const values = Array.isArray(series.values) ? series.values : [];
  const start = Date.parse(startedAt) / 1000;
  const along = stepSeries ? interpolation(numbers(stepSeries.steps), finite(stepSeries.values)) : null;
  const points = values.flatMap((value, index): [number, number, number | null][] => {
    const step = steps[index] ?? 0;
    const time = times[index] ?? 0;
    const x = axis === 'time' ? time : axis === 'relative' ? time - start : along ? along(step) : step;
    const number = typeof value === 'boolean' ? Number(value) : asNumber(value);
    return x === null ? [] : [[step, x, number !== null && Number.isFinite(number) ? number : null]];
  });
  // Clocks and metrics may go back; a curve needs its points from left to right.
  points.sort(([, one], [, other]) => one - other);
  return {
    id,
    label,
    place,
    steps: points.map(([step]) => step),
    xs: ascending(points.map(([, x]) => x)),
    ys: points.map(([, , y]) => y),
    count: series.count,
  };
}

/** Sorted places with those that are equal moved apart by what nobody sees: joined curves keep all of their points. */
export function ascending(xs: readonly number[]): number[] {
  const gap = Math.abs((xs.at(-1) ?? 0) - (xs[0] ?? 0)) * 1e-9;
  let before = Number.NEGATIVE_INFINITY;
  return xs.map((x) => {
    before = x > before ? x : before + Math.max(gap, Math.abs(before) * 2 ** -50, Number.MIN_VALUE);
    return before;
  });
}

function numbers(values: unknown): number[] {
  return Array.isArray(values) ? values.map(Number) : [];
}

function finite(values: unknown): (number | null)[] {
  return Array.isArray(values) ? values.map(asNumber) : [];
}

/** The value at a step between those that are known, on a straight line; then the last one; null before the first. */
function interpolation(steps: readonly number[], values: readonly (number | null)[]): (step: number) => number | null {
  return (step) => {
    let low = 0;
    let high = steps.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((steps[middle] ?? 0) < step) low = middle + 1;
      else high = middle;
    }
    const [right, after] = [steps[low], values[low]];
    if (right === undefined || after === undefined || after === null) return null;
    if (right <= step) return after;
    const [left, before] = [steps[low - 1], values[low - 1]];
    if (left === undefined || before === undefined || before === null) return null;
    return before + ((after - before) * (step - left)) / (right - left);
  };
}

/** An exponential moving average without the pull of its beginning; gaps stay. `weight` is from 0 (as it is) to below 1. */
export function smooth(ys: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...ys];
  let mean = 0;
  let share = 0;
  return ys.map((y) => {
    if (y === null) return null;
    mean = mean * weight + y * (1 - weight);
    share = share * weight + (1 - weight);
    return mean / share;
  });
}

/** A stretch of steps, both ends included; null is all of them. */
export interface Zoom {
  from: number;
  to: number;
}

/** `100~500`, as an address holds it. */
export function parseZoom(text: string | null): Zoom | null {
  const found = /^(-?\d+)~(-?\d+)$/.exec(text ?? '');
  if (!found) return null;
  const [from, to] = [Number(found[1]), Number(found[2])];
  return from <= to ? { from, to } : null;
}

export function formatZoom({ from, to }: Zoom): string {
  return `${Math.floor(from)}~${Math.ceil(to)}`;
}

/** The steps of all points that lie in a stretch of the horizontal axis; null when there are fewer than two. */
export function stepsWithin(lines: readonly Line[], left: number, right: number): Zoom | null {
  const steps = lines.flatMap((line) => line.steps.filter((_, at) => isBetween(line.xs[at], left, right)));
  if (new Set(steps).size < 2) return null;
  return {
    from: steps.reduce((one, other) => Math.min(one, other)),
    to: steps.reduce((one, other) => Math.max(one, other)),
  };
}

function isBetween(x: number | undefined, left: number, right: number): boolean {
  return x !== undefined && left <= x && x <= right;
}

/** Metrics under the part of their names before the first `/`; those without one come first, under the empty text. */
export function byPrefix(keys: readonly string[]): [prefix: string, keys: string[]][] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const slash = key.indexOf('/');
    const prefix = slash < 0 ? '' : key.slice(0, slash);
    groups.set(prefix, [...(groups.get(prefix) ?? []), key]);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
}

interface MetricRule {
  name: string;
  stepMetric: string | null;
  isHidden: boolean;
}

/** What the program said of a metric: the rule of its name, else the longest beginning (`val/*`) that fits. */
export function ruleOf(key: string, rules: readonly MetricRule[]): MetricRule | undefined {
  const fitting = rules.filter((rule) =>
    rule.name.endsWith('*') ? key.startsWith(rule.name.slice(0, -1)) : key === rule.name,
  );
  return fitting.sort((one, other) => other.name.replace(/\*$/, '').length - one.name.replace(/\*$/, '').length)[0];
}
