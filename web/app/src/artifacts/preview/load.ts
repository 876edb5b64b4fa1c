// What a preview shows of a file: read once, by its kind.
import { loadPart } from '../../lib/parts.ts';
import { readPart } from './bytes.ts';
import { hexLines, prettyJson, textOf } from './contents.ts';
import { parseDelimited, type Rows, sniffDelimiter } from './delimited.ts';
import { extensionOf, type PreviewKind } from './preview-kind.ts';

export const MOST_BYTES = 256 * 1024;
export const MOST_ROWS = 100;
/** Images are shown from memory up to this; larger ones can be downloaded. */
export const MOST_IMAGE_BYTES = 8 * 1024 * 1024;
const MOST_HEX = 4096;

export interface FileFacts {
  path: string;
  size: number;
  url: string;
}

export type Preview =
  | { sort: 'text'; text: string; isCut: boolean }
  | { sort: 'hex'; text: string }
  | ({ sort: 'table'; total?: number; isCut: boolean } & Rows)
  | { sort: 'image'; source: string }
  | { sort: 'too-large' };

/** Reads what is needed to show a file of this kind; media are played from their address and not read here. */
export async function loadPreview(file: FileFacts, kind: PreviewKind, signal: AbortSignal): Promise<Preview> {
  if (kind === 'parquet') {
    const { readParquetHead } = await loadPart(() => import('./parquet.ts'));
    const head = await readParquetHead(file.url, file.size, MOST_ROWS);
    return head ? { sort: 'table', isCut: true, ...head } : { sort: 'too-large' };
  }
  if (kind === 'svg' || kind === 'image') {
    const { bytes } = await readPart(file.url, 0, MOST_IMAGE_BYTES, signal);
    const type = kind === 'svg' ? 'image/svg+xml' : `image/${extensionOf(file.path)}`;
    return { sort: 'image', source: await dataUrl(new Blob([bytes], { type })) };
  }
  const part = await readPart(file.url, 0, MOST_BYTES, signal);
  const isCut = file.size > part.bytes.length;
  const text = textOf(part.bytes, isCut);
  if (text === null) return { sort: 'hex', text: hexLines(part.bytes, MOST_HEX) };
  if (kind === 'table') {
    const isTsv = extensionOf(file.path) === 'tsv';
    const rows = parseDelimited(text, isTsv ? '\t' : sniffDelimiter(text, isCut), MOST_ROWS, isCut);
    return { sort: 'table', isCut: isCut || rows.rows.length >= MOST_ROWS, ...rows };
  }
  return { sort: 'text', text: kind === 'json' ? prettyJson(text, isCut) : text, isCut };
}

// Not an address of ours, as a blob's would be: opened by itself, a hostile drawing would then run as a page of ours.
function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
