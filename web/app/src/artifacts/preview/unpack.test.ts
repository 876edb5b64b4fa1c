import { brotliCompressSync, constants, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpackers } from './unpack.ts';
import { TooLargeError } from './unreadable.ts';

const MOST = 1024 * 1024;

function unpack(codec: 'GZIP' | 'LZ4_RAW' | 'LZ4' | 'BROTLI' | 'ZSTD' | 'SNAPPY', page: Uint8Array, size: number) {
  const bytes = unpackers(MOST)[codec]?.(page, size);
  if (!bytes) throw new Error(`no ${codec}`);
  return bytes;
}
const gunzip = (page: Uint8Array, size: number) => unpack('GZIP', page, size);

const encode = (text: string) => new TextEncoder().encode(text);
/** Bytes that no code makes shorter, always the same. */
function noise(size: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}
const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('a page of GZIP', () => {
  const texts = encode(Array.from({ length: 5000 }, (_, row) => `行 ${row} ${row % 7}`).join('\n'));

  it.each([
    ['texts', texts, {}],
    ['texts with fixed codes', texts, { strategy: constants.Z_FIXED }],
    ['codes alone', texts, { strategy: constants.Z_HUFFMAN_ONLY }],
    ['runs', new Uint8Array(70_000).fill(7), { strategy: constants.Z_RLE }],
    ['noise, stored as it is', noise(200_000), {}],
    ['mixed', joined(texts, noise(100_000), texts), { level: 9 }],
    ['nothing packed', texts, { level: 0 }],
    ['one byte', encode('a'), {}],
    ['nothing', new Uint8Array(0), {}],
  ])('of %s is unpacked', (_, bytes, options) => {
    expect(Buffer.compare(gunzip(gzipSync(bytes, options), bytes.length), bytes)).toBe(0);
  });

  it('may be several in a row, with names', () => {
    const named = joined(Uint8Array.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3), encode('name\0'), deflateRawSync('b'));
    const page = joined(gzipSync(encode('aa')), named, new Uint8Array(8));
    expect(gunzip(page, 3)).toEqual(encode('aab'));
  });

  it('that is broken is refused, wherever it breaks', () => {
    const page = gzipSync(texts);
    expect(() => gunzip(page.subarray(0, page.length >> 1), texts.length)).toThrow();
    expect(() => gunzip(page, texts.length + 1)).toThrow();
    expect(() => gunzip(page, texts.length - 1)).toThrow();
    expect(() => gunzip(texts, 10)).toThrow();
  });

  it('of noise throws or ends, and never hangs', () => {
    const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);
    for (let start = 0; start < 100; start++) {
      try {
        expect(gunzip(joined(header, noise(2000).subarray(start)), 4000)).toHaveLength(4000);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});

describe('a page of LZ4', () => {
  const repeated = Uint8Array.of(0x2f, 97, 98, 2, 0, 255, 10, 0x10, 99);
  const text = encode(`${'ab'.repeat(143)}c`);

  it('is literals and what is repeated, also over itself and at length', () => {
    expect(unpack('LZ4_RAW', Uint8Array.of(0x30, 97, 98, 99), 3)).toEqual(encode('abc'));
    expect(unpack('LZ4_RAW', repeated, text.length)).toEqual(text);
  });

  it('may be framed as Hadoop does, or not', () => {
    const frame = joined(Uint8Array.of(0, 0, text.length >> 8, text.length & 255, 0, 0, 0, repeated.length), repeated);
    expect(unpack('LZ4', frame, text.length)).toEqual(text);
    expect(unpack('LZ4', joined(frame, frame), 2 * text.length)).toEqual(joined(text, text));
    expect(unpack('LZ4', repeated, text.length)).toEqual(text);
    expect(() => unpack('LZ4', frame, text.length + 1)).toThrow();
  });

  it('that is broken is refused', () => {
    expect(() => unpack('LZ4_RAW', Uint8Array.of(0x30, 97), 3)).toThrow();
    expect(() => unpack('LZ4_RAW', Uint8Array.of(0x10, 97, 9, 0), 9)).toThrow();
    expect(() => unpack('LZ4_RAW', Uint8Array.of(0xf0, 255), 9)).toThrow();
    expect(() => unpack('LZ4_RAW', repeated, text.length - 1)).toThrow();
    expect(() => unpack('LZ4_RAW', repeated, text.length + 1)).toThrow();
  });
});

describe('a page of Brotli', () => {
  const text = encode(Array.from({ length: 2000 }, (_, row) => `the time of the year ${row} 行`).join('\n'));

  it('is unpacked, with the words that Brotli knows', () => {
    expect(unpack('BROTLI', brotliCompressSync(text), text.length)).toEqual(text);
    expect(unpack('BROTLI', brotliCompressSync(noise(100_000)), 100_000)).toEqual(noise(100_000));
  });

  it('that is broken is refused', () => {
    const page = brotliCompressSync(text);
    expect(() => unpack('BROTLI', page.subarray(0, page.length >> 1), text.length)).toThrow();
    expect(() => unpack('BROTLI', noise(2000), text.length)).toThrow();
  });
});

it.each(['SNAPPY', 'ZSTD', 'GZIP', 'LZ4', 'LZ4_RAW', 'BROTLI'] as const)(
  'pages of %s that say they are too much are not unpacked',
  (codec) => {
    expect(() => unpack(codec, noise(100), MOST + 1)).toThrow(TooLargeError);
  },
);

it('pages are counted together', () => {
  const page = gzipSync(new Uint8Array(MOST / 2));
  const all = unpackers(MOST);
  for (let count = 0; count < 2; count++) expect(all.GZIP?.(page, MOST / 2)).toHaveLength(MOST / 2);
  expect(() => all.GZIP?.(page, MOST / 2)).toThrow(TooLargeError);
});
