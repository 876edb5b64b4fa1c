// The Vega-Lite documents that `headwater.plot` writes, as far as we draw them: heat maps of counts, curves, points,
// bars and histograms.
import { ascending } from '../charts/chart-data.ts';
import { asNumber, isObject } from '../documents.ts';
import type { Histogram } from './media.ts';

/** A matrix has the square of this in cells; larger ones are shown as their document. */
export const MOST_NAMES = 200;

export type DrawnPlot =
  | { sort: 'matrix'; title: string | null; x: string; y: string; names: string[]; counts: Map<string, number> }
  | CurvesPlot
  | { sort: 'bars'; title: string | null; x: string; y: string; bars: Bar[] }
  | { sort: 'histogram'; title: string | null; x: string; histogram: Histogram }
  | { sort: 'other' };

/** Curves, or points that nothing joins. */
export interface CurvesPlot {
  sort: 'curves';
  title: string | null;
  x: string;
  y: string;
  curves: Curve[];
  arePoints: boolean;
  isTime: boolean;
  /** What stands at 0, 1, 2 … of a horizontal axis without numbers. */
  names: readonly string[] | null;
  /** The ends of the vertical axis, when they are said. */
  range: readonly [low: number, high: number] | null;
}

export interface Curve {
  label: string;
  xs: number[];
  ys: (number | null)[];
}

export interface Bar {
  label: string;
  /** Null when there is no number. */
  value: number | null;
}

/** What a document draws; `other` when it is none of these. */
export function readPlot(spec: unknown): DrawnPlot {
  if (!isObject(spec) || !isObject(spec.data) || !Array.isArray(spec.data.values)) return { sort: 'other' };
  const rows = spec.data.values.filter(isObject);
  const title = titleOf(spec.title);
  const layers = Array.isArray(spec.layer) ? spec.layer.filter(isObject) : [];
  const isHeat = layers.some((layer) => markOf(layer.mark) === 'rect');
  const encoding = isObject(spec.encoding) ? spec.encoding : {};
  const [x, y] = [channelOf(encoding.x), channelOf(encoding.y)];
  if (markOf(spec.mark) === 'bar' && x) return barsOf(rows, encoding, title, x, y);
  if (!x || !y) return { sort: 'other' };
  if (isHeat) {
    const shade = layers
      .map((layer) => (isObject(layer.encoding) ? channelOf(layer.encoding.color) : null))
      .find(Boolean);
    return shade ? matrixOf(rows, { title, x, y, count: shade.field }) : { sort: 'other' };
  }
  const arePoints = markOf(spec.mark) === 'point';
  if (y.type === 'nominal' || y.type === 'temporal' || (markOf(spec.mark) !== 'line' && !arePoints)) {
    return { sort: 'other' };
  }
  const colour = channelOf(encoding.color)?.field;
  const names = x.type === 'nominal' ? [...new Set(rows.map((row) => String(row[x.field])))] : null;
  const place = names
    ? (value: unknown) => names.indexOf(String(value))
    : x.type === 'temporal'
      ? (value: unknown) => Date.parse(String(value).replace(' ', 'T')) / 1000
      : (value: unknown) => asNumber(value) ?? Number.NaN;
  const curves = curvesOf(rows, { x: x.field, y: y.field, colour, place });
  const parts = { arePoints, isTime: x.type === 'temporal', names, range: rangeOf(encoding.y) };
  return { sort: 'curves', title, x: x.title, y: y.title, curves, ...parts };
}

interface Channel {
  field: string;
  title: string;
  type: unknown;
  sort: readonly string[];
}

function channelOf(channel: unknown): Channel | null {
  if (!isObject(channel) || typeof channel.field !== 'string') return null;
  // A field may be written with escapes or as ["name"], for names with dots.
  const field = channel.field.replace(/^\["(.*)"\]$/s, '$1').replace(/\\(.)/gs, '$1');
  const sort = Array.isArray(channel.sort) ? channel.sort.map(String) : [];
  return { field, title: typeof channel.title === 'string' ? channel.title : field, type: channel.type, sort };
}

function matrixOf(rows: Record<string, unknown>[], { title, x, y, count }: MatrixParts): DrawnPlot {
  const names = x.sort.length
    ? [...x.sort]
    : [...new Set(rows.flatMap((row) => [String(row[x.field]), String(row[y.field])]))];
  if (names.length > MOST_NAMES) return { sort: 'other' };
  const counts = new Map(
    rows.map((row): [string, number] => [
      cellKey(String(row[y.field]), String(row[x.field])),
      asNumber(row[count]) ?? 0,
    ]),
  );
  return { sort: 'matrix', title, x: x.title, y: y.title, names, counts };
}

interface MatrixParts {
  title: string | null;
  x: Channel;
  y: Channel;
  count: string;
}

/** Where a matrix has the count of a row and a column. */
export function cellKey(row: string, column: string): string {
  return JSON.stringify([row, column]);
}

interface CurveParts {
  x: string;
  y: string;
  colour: string | undefined;
  /** Where a value lies on the horizontal axis; NaN when nowhere. */
  place: (value: unknown) => number;
}

function curvesOf(rows: Record<string, unknown>[], { x, y, colour, place }: CurveParts): Curve[] {
  const found = new Map<string, Curve>();
  for (const row of rows) {
    const at = place(row[x]);
    if (!Number.isFinite(at)) continue;
    const label = colour === undefined ? '' : String(row[colour]);
    const curve = found.get(label) ?? { label, xs: [], ys: [] };
    curve.xs.push(at);
    curve.ys.push(finiteOf(row[y]));
    found.set(label, curve);
  }
  return [...found.values()].map(sorted).filter((curve) => curve.xs.length > 0);
}

function finiteOf(value: unknown): number | null {
  const number = asNumber(value);
  return number !== null && Number.isFinite(number) ? number : null;
}

function sorted(curve: Curve): Curve {
  const order = curve.xs.map((_, index) => index).sort((one, other) => (curve.xs[one] ?? 0) - (curve.xs[other] ?? 0));
  return {
    label: curve.label,
    xs: ascending(order.map((index) => curve.xs[index] ?? 0)),
    ys: order.map((index) => curve.ys[index] ?? null),
  };
}

/** Bars as they are given, or how often the values of a column lie in each of some ranges. */
function barsOf(
  rows: Record<string, unknown>[],
  encoding: Record<string, unknown>,
  title: string | null,
  x: Channel,
  y: Channel | null,
): DrawnPlot {
  if (y) {
    const bars = rows.map((row): Bar => ({ label: String(row[y.field]), value: finiteOf(row[x.field]) }));
    return x.type === 'quantitative' ? { sort: 'bars', title, x: x.title, y: y.title, bars } : { sort: 'other' };
  }
  const isCount = isObject(encoding.y) && encoding.y.aggregate === 'count';
  if (!isCount || !isObject(encoding.x) || encoding.x.bin !== true) return { sort: 'other' };
  if (x.type === 'quantitative') {
    const values = rows.map((row) => finiteOf(row[x.field])).filter((value) => value !== null);
    return values.length ? { sort: 'histogram', title, x: x.title, histogram: countedIn(values) } : { sort: 'other' };
  }
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(String(row[x.field]), (counts.get(String(row[x.field])) ?? 0) + 1);
  const bars = [...counts].map(([label, value]): Bar => ({ label, value }));
  const counted = isObject(encoding.y) && typeof encoding.y.title === 'string' ? encoding.y.title : '';
  return { sort: 'bars', title, x: counted, y: x.title, bars };
}

const MOST_BINS = 10;

/** At most ten ranges with round ends, and how many values lie in each; the last one has its upper end too. */
function countedIn(values: readonly number[]): Histogram {
  const low = values.reduce((one, other) => Math.min(one, other));
  const high = values.reduce((one, other) => Math.max(one, other));
  if (low === high) return { bins: [low - 0.5, low + 0.5], values: [values.length] };
  const least = (high - low) / MOST_BINS;
  const power = 10 ** Math.floor(Math.log10(least));
  const isEnough = (wide: number) => Math.ceil(high / wide) - Math.floor(low / wide) <= MOST_BINS;
  const step = [1, 2, 5, 10, 20].map((times) => times * power).find(isEnough) ?? 50 * power;
  const first = Math.floor(low / step);
  const count = Math.max(1, Math.ceil(high / step) - first);
  const bins = Array.from({ length: count + 1 }, (_, index) => (first + index) * step);
  const counts = new Array<number>(count).fill(0);
  for (const value of values) {
    const at = Math.max(0, Math.min(count - 1, Math.floor(value / step) - first));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return { bins, values: counts };
}

function rangeOf(channel: unknown): readonly [number, number] | null {
  const scale = isObject(channel) && isObject(channel.scale) ? channel.scale : null;
  const [low, high] = scale && Array.isArray(scale.domain) ? scale.domain.map(finiteOf) : [];
  return typeof low === 'number' && typeof high === 'number' && low < high ? [low, high] : null;
}

function markOf(mark: unknown): unknown {
  return isObject(mark) ? mark.type : mark;
}

function titleOf(title: unknown): string | null {
  if (typeof title === 'string') return title;
  return isObject(title) && typeof title.text === 'string' ? title.text : null;
}
