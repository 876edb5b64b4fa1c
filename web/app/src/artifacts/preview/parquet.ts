// The head of a Parquet file, read by ranges: its footer and what the first rows need, never the whole file.
import { decompress } from 'fzstd';
import { type Compressors, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { readPart } from './bytes.ts';
import { cellText } from './contents.ts';
import type { Rows } from './delimited.ts';
import { takeMeaning, writerOf } from './parquet-values.ts';
import { gunzip, unpackLz4 } from './unpack.ts';
import { DamagedFileError, UnknownPackingError } from './unreadable.ts';

/** Rows come in groups, and columns of a group whole: of very large groups nothing is shown. */
const MOST_BYTES = 64 * 1024 * 1024;
/** A beginning, an end, and how long the footer is. */
const LEAST_BYTES = 12;

function unknown(kind: string): never {
  throw new UnknownPackingError(kind);
}

// ZSTD is how our own tables are compressed; Snappy, the usual one elsewhere, is known to the reader itself.
const COMPRESSORS: Compressors = {
  ZSTD: (input, size) => decompress(input, new Uint8Array(size)),
  GZIP: gunzip,
  LZ4_RAW: unpackLz4,
  LZ4: () => unknown('LZ4'),
  BROTLI: () => unknown('Brotli'),
  LZO: () => unknown('LZO'),
};

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
      try {
        return (await readPart(url, start, end - start)).bytes.buffer;
      } catch (error) {
        throw new NotRead(error);
      }
    },
  };
  if (size < LEAST_BYTES) throw new DamagedFileError();
  return unlessTooLarge(async () => {
    const metadata = await parquetMetadataAsync(file);
    const total = Number(metadata.num_rows);
    const meanings = takeMeaning(metadata.schema);
    const trees = parquetSchema(metadata).children;
    const columns = trees.map((child) => child.element.name);
    const writers = trees.map((child) => [child.element.name, writerOf(child, meanings, areBytesText)] as const);
    const options = { file, metadata, compressors: COMPRESSORS, utf8: false, useOffsetIndex: true };
    const rows = (rowStart: number, rowEnd: number) => {
      left = MOST_BYTES;
      return unlessTooLarge(async () => {
        const found = await parquetReadObjects({ ...options, rowStart, rowEnd: Math.min(rowEnd, total) });
        return found.map((row) => Object.fromEntries(writers.map(([name, written]) => [name, written(row[name])])));
      });
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
    if (error instanceof NotRead) throw error.cause;
    // What a reader stumbles over in bytes that are no Parquet file could be any error.
    throw error instanceof UnknownPackingError ? error : new DamagedFileError(error);
  }
}

class TooLarge extends Error {}

/** The bytes did not arrive, and nobody knows what they are. */
class NotRead extends Error {
  constructor(cause: unknown) {
    super('not read', { cause });
  }
}
