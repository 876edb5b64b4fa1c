// What runs logged beside numbers: images, tables, sound, film, documents, plots, histograms.
import type { PreviewedFile } from '../../artifacts/file-preview.tsx';
import { asNumber, isMedium, isObject, type Medium } from '../documents.ts';

/** What was logged under a key at a step; lists of media are several at once. */
export interface Logged {
  step: number;
  media: readonly Medium[];
}

/** The media of a value: itself, the items of a list of media, or none. */
export function mediaOf(value: unknown): readonly Medium[] {
  if (!isMedium(value)) return [];
  if (Array.isArray(value.items)) return value.items.filter(isMedium);
  return [value];
}

/** By key, what each row of a history holds that is a medium, in order of steps. */
export function loggedMedia(rows: readonly unknown[], key: string): Logged[] {
  return rows.flatMap((row) => {
    if (!isObject(row)) return [];
    const media = mediaOf(row[key]);
    return media.length ? [{ step: Number(row._step), media }] : [];
  });
}

/** The keys whose values are media, from a few values of each. */
export function mediaKeys(series: readonly { key: string; values: unknown }[]): string[] {
  return series
    .filter(({ values }) => Array.isArray(values) && values.some((value) => mediaOf(value).length > 0))
    .map(({ key }) => key);
}

/** The address of a file of a run: `entity/project/key` and the path in it. */
export function runFileAddress(runPath: string, path: string): string {
  const [entity = '', project = '', key = ''] = runPath.split('/');
  return `/files/${[entity, project, '-', 'runs', key, ...path.split('/')].map(encodeURIComponent).join('/')}`;
}

/** The file behind a medium; null when it has none, as histograms. */
export function fileOf(runPath: string, medium: Medium): PreviewedFile | null {
  if (typeof medium.path !== 'string') return null;
  return {
    path: medium.path,
    size: asNumber(medium.size) ?? 0,
    digest: typeof medium.digest === 'string' ? medium.digest : null,
    reference: null,
    url: runFileAddress(runPath, medium.path),
  };
}

export interface Box {
  /** Shares of the width and height of the image. */
  left: number;
  top: number;
  width: number;
  height: number;
  label: string;
}

/** The boxes of an image, of all its sets; those that are not as they should be are left out. */
export function boxesOf(image: Medium): Box[] {
  if (!isObject(image.boxes)) return [];
  return Object.values(image.boxes).flatMap((set) => {
    if (!isObject(set) || !Array.isArray(set.box_data)) return [];
    const labels = isObject(set.class_labels) ? set.class_labels : {};
    return set.box_data.flatMap((one) => boxOf(one, labels, image));
  });
}

function boxOf(box: unknown, labels: Record<string, unknown>, image: Medium): Box[] {
  if (!isObject(box) || !isObject(box.position)) return [];
  const isPixels = box.domain === 'pixel';
  const [wide, high] = isPixels ? [asNumber(image.width) ?? 1, asNumber(image.height) ?? 1] : [1, 1];
  const { minX, maxX, minY, maxY, middle, width, height } = box.position;
  const label = String(box.box_caption ?? labels[String(box.class_id)] ?? box.class_id ?? '');
  if (Array.isArray(middle)) {
    const [x, y] = middle.map(Number);
    const [w, h] = [Number(width) / wide, Number(height) / high];
    return finite({ left: Number(x) / wide - w / 2, top: Number(y) / high - h / 2, width: w, height: h, label });
  }
  const [left, top] = [Number(minX) / wide, Number(minY) / high];
  return finite({ left, top, width: Number(maxX) / wide - left, height: Number(maxY) / high - top, label });
}

function finite(box: Box): Box[] {
  return [box.left, box.top, box.width, box.height].every(Number.isFinite) ? [box] : [];
}

export interface Histogram {
  bins: number[];
  values: number[];
}

/** The counts of a histogram between the edges of its bins; null when it is not one. */
export function histogramOf(medium: Medium): Histogram | null {
  const { bins, values } = medium;
  if (medium._type !== 'histogram' || !Array.isArray(bins) || !Array.isArray(values)) return null;
  if (bins.length !== values.length + 1) return null;
  return { bins: bins.map(Number), values: values.map(Number) };
}
