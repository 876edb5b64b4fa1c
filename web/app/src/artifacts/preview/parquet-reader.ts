// Reads a Parquet file: its footer, and the rows that are asked for, by parts of the file that somebody else fetches.
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { takeMeaning, writerOf } from './parquet-values.ts';
import { unpackers } from './unpack.ts';

/** All pages that are unpacked for some rows. */
const MOST_UNPACKED = 512 * 1024 * 1024;

export interface Found {
  columns: string[];
  total: number;
  rows: Record<string, unknown>[];
}

export type ReadRows = (range: readonly [number, number] | null) => Promise<Found>;

/** Reads what a Parquet file says of itself; its rows from a number to before another one whenever they are wanted. */
export async function openFile(file: AsyncBuffer, areBytesText: boolean): Promise<ReadRows> {
  const metadata = await parquetMetadataAsync(file);
  const total = Number(metadata.num_rows);
  const meanings = takeMeaning(metadata.schema);
  const trees = parquetSchema(metadata).children;
  const columns = trees.map((child) => child.element.name);
  const writers = trees.map((child) => [child.element.name, writerOf(child, meanings, areBytesText)] as const);
  const options = { file, metadata, utf8: false, useOffsetIndex: true };
  return async (range) => {
    if (!range) return { columns, total, rows: [] };
    const [rowStart, rowEnd] = [range[0], Math.min(range[1], total)];
    const found = await parquetReadObjects({ ...options, compressors: unpackers(MOST_UNPACKED), rowStart, rowEnd });
    const rows = found.map((row) => Object.fromEntries(writers.map(([name, written]) => [name, written(row[name])])));
    return { columns, total, rows };
  };
}
