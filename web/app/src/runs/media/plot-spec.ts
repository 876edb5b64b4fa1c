// The Vega-Lite documents that `headwater.plot` writes, as far as we draw them: heat maps of counts, and curves.
import { asNumber, isObject } from '../documents.ts';

/** A matrix has the square of this in cells; larger ones are shown as their document. */
export const MOST_NAMES = 200;

export type DrawnPlot =
  | { sort: 'matrix'; title: string | null; x: string; y: string; names: string[]; counts: Map<string, number> }
  | { sort: 'curves'; title: string | null; x: string; y: string; curves: Curve[] }
  | { sort: 'other' };

export interface Curve {
  label: string;
  xs: number[];
  ys: (number | null)[];
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
  if (!x || !y) return { sort: 'other' };
  if (isHeat) {
    const shade = layers
      .map((layer) => (isObject(layer.encoding) ? channelOf(layer.encoding.color) : null))
      .find(Boolean);
    return shade ? matrixOf(rows, { title, x, y, count: shade.field }) : { sort: 'other' };
  }
  if (markOf(spec.mark) !== 'line') return { sort: 'other' };
  const colour = channelOf(encoding.color)?.field;
  return { sort: 'curves', title, x: x.title, y: y.title, curves: curvesOf(rows, x.field, y.field, colour) };
}

interface Channel {
  field: string;
  title: string;
  sort: readonly string[];
}

function channelOf(channel: unknown): Channel | null {
  if (!isObject(channel) || typeof channel.field !== 'string') return null;
  // A field may be written with escapes or as ["name"], for names with dots.
  const field = channel.field.replace(/^\["(.*)"\]$/s, '$1').replace(/\\(.)/gs, '$1');
  const sort = Array.isArray(channel.sort) ? channel.sort.map(String) : [];
  return { field, title: typeof channel.title === 'string' ? channel.title : field, sort };
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

function curvesOf(rows: Record<string, unknown>[], x: string, y: string, colour: string | undefined): Curve[] {
  const found = new Map<string, Curve>();
  for (const row of rows) {
    const at = asNumber(row[x]);
    if (at === null || !Number.isFinite(at)) continue;
    const label = colour === undefined ? '' : String(row[colour]);
    const curve = found.get(label) ?? { label, xs: [], ys: [] };
    const value = asNumber(row[y]);
    curve.xs.push(at);
    curve.ys.push(value !== null && Number.isFinite(value) ? value : null);
    found.set(label, curve);
  }
  return [...found.values()].map(sorted).filter((curve) => curve.xs.length > 0);
}

function sorted(curve: Curve): Curve {
  const order = curve.xs.map((_, index) => index).sort((one, other) => (curve.xs[one] ?? 0) - (curve.xs[other] ?? 0));
  return {
    label: curve.label,
    xs: order.map((index) => curve.xs[index] ?? 0),
    ys: order.map((index) => curve.ys[index] ?? null),
  };
}

function markOf(mark: unknown): unknown {
  return isObject(mark) ? mark.type : mark;
}

function titleOf(title: unknown): string | null {
  if (typeof title === 'string') return title;
  return isObject(title) && typeof title.text === 'string' ? title.text : null;
}
