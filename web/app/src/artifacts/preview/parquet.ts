// The head of a Parquet file, read by ranges: its footer and what the first rows need, never the whole file.
import { decompress } from 'fzstd';
import { type Compressors, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { readPart } from './bytes.ts';
import { cellText } from './contents.ts';
import type { Rows } from './delimited.ts';

/** Rows come in groups, and columns of a group whole: of very large groups nothing is shown. */
const MOST_BYTES = 64 * 1024 * 1024;

// How our own tables are compressed; Snappy, the usual one elsewhere, is known to the reader itself.
const COMPRESSORS: Compressors = { ZSTD: (input, size) => decompress(input, new Uint8Array(size)) };

/** A Parquet file that rows can be read of, as its values are. */
export interface ParquetTable {
  columns: readonly string[];
  total: number;
  /** Rows from a number to before another one; null when that would take too many bytes. */
  rows: (start: number, end: number) => Promise<Record<string, unknown>[] | null>;
}

/** Reads what a Parquet file says of itself. Bytes that nobody calls a text are one all the same, unless told. */
export async function openParquet(url: string, size: number, areBytesText = true): Promise<ParquetTable | null> {
  let left = MOST_BYTES;
  const file = {
    byteLength: size,
    slice: async (start: number, end = size) => {
      left -= end - start;
      if (left < 0) throw new TooLarge();
      return (await readPart(url, start, end - start)).bytes.buffer;
    },
  };
  return unlessTooLarge(async () => {
    const metadata = await parquetMetadataAsync(file);
    const total = Number(metadata.num_rows);
    const columns = parquetSchema(metadata).children.map((child) => child.element.name);
    const rows = (rowStart: number, rowEnd: number) => {
      left = MOST_BYTES;
      const end = Math.min(rowEnd, total);
      return unlessTooLarge(() =>
        parquetReadObjects({ file, metadata, compressors: COMPRESSORS, utf8: areBytesText, rowStart, rowEnd: end }),
      );
    };
    return { columns, total, rows };
  });
}

/** The first rows as texts, and how many there are in all; null when that would take too many bytes. */
export async function readParquetHead(
  url: string,
  size: number,
  most: number,
): Promise<(Rows & { total: number }) | null> {
  const table = await openParquet(url, size);
  const found = await table?.rows(0, most);
  if (!table || !found) return null;
  const { columns, total } = table;
  return { columns: [...columns], total, rows: found.map((row) => columns.map((column) => cellText(row[column]))) };
}

async function unlessTooLarge<Value>(read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  }
}

class TooLarge extends Error {}
