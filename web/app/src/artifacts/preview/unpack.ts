// How pages of Parquet files are unpacked: by libraries, of which some take a page that is too short for a whole one,
// with zeros behind. None stops where a hostile page should end: see `parquet-worker.ts` for what bounds the time.
import { type Compressors, snappyUncompress } from 'hyparquet';
import {
  decompressBrotli,
  decompressGzip,
  decompressLz4,
  decompressLz4Raw,
  decompressZstd,
} from 'hyparquet-compressors';
import { TooLargeError, UnknownPackingError } from './unreadable.ts';

type Unpack = (input: Uint8Array, size: number) => Uint8Array;

// ZSTD is how our own tables are compressed; Snappy is the usual one elsewhere.
const BY_NAME: Compressors = {
  SNAPPY: (input, size) => {
    const output = new Uint8Array(size);
    snappyUncompress(input, output);
    return output;
  },
  ZSTD: (input, size) => decompressZstd(input, new Uint8Array(size)),
  GZIP: (input, size) => (isGzipOf(input, size) ? decompressGzip(input, size) : broken()),
  LZ4_RAW: (input, size) => whole(decompressLz4Raw, input, size),
  LZ4: (input, size) => whole(decompressLz4, input, size),
  BROTLI: decompressBrotli,
  LZO: () => {
    throw new UnknownPackingError('LZO');
  },
};

/** Unpacks pages of so many bytes in all. Throws a TooLargeError beyond, and any other error for a broken page. */
export function unpackers(most: number): Compressors {
  let left = most;
  const bounded = (unpack: Unpack) => (input: Uint8Array, size: number) => {
    left -= size;
    if (left < 0) throw new TooLargeError();
    return unpack(input, size);
  };
  return Object.fromEntries(Object.entries(BY_NAME).map(([name, unpack]) => [name, bounded(unpack)]));
}

function broken(): never {
  throw new RangeError('a page that is not packed as it says');
}

const HEADER = [0x1f, 0x8b, 8];
const LEAST_GZIP = 18;

/** GZIP notes at its end how long it was. A page may be several in a row, of which only the last one's size is there. */
function isGzipOf(input: Uint8Array, size: number): boolean {
  const startsAt = (at: number) => HEADER.every((byte, index) => input[at + index] === byte);
  if (input.length < LEAST_GZIP || !startsAt(0)) return false;
  const noted = new DataView(input.buffer, input.byteOffset).getUint32(input.length - 4, true);
  if (noted === size || noted > size) return noted === size;
  for (let at = input.indexOf(0x1f, LEAST_GZIP); at > 0; at = input.indexOf(0x1f, at + 1))
    if (startsAt(at)) return true;
  return false;
}

/** LZ4 ends with bytes as they are: a page that fits into less room is too short. */
function whole(unpack: Unpack, input: Uint8Array, size: number): Uint8Array {
  const output = unpack(input, size);
  if (size === 0) return output;
  try {
    unpack(input, size - 1);
  } catch {
    return output;
  }
  return broken();
}
