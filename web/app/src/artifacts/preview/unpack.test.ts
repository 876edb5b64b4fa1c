import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gunzip, unpackLz4 } from './unpack.ts';

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
    expect(() => gunzip(page.subarray(0, page.length >> 1), texts.length)).toThrow(RangeError);
    expect(() => gunzip(page, texts.length + 1)).toThrow(RangeError);
    expect(() => gunzip(page, texts.length - 1)).toThrow(RangeError);
    expect(() => gunzip(texts, 10)).toThrow(RangeError);
  });

  it('of noise throws or ends, and never hangs', () => {
    const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);
    for (let start = 0; start < 100; start++) {
      try {
        expect(gunzip(joined(header, noise(2000).subarray(start)), 4000)).toHaveLength(4000);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });
});

describe('a page of LZ4', () => {
  it('is literals and what is repeated, also over itself and at length', () => {
    expect(unpackLz4(Uint8Array.of(0x30, 97, 98, 99), 3)).toEqual(encode('abc'));
    const page = Uint8Array.of(0x2f, 97, 98, 2, 0, 255, 10, 0x10, 99);
    expect(unpackLz4(page, 2 + 15 + 255 + 10 + 4 + 1)).toEqual(encode(`${'ab'.repeat(143)}c`));
  });

  it('that is broken is refused', () => {
    expect(() => unpackLz4(Uint8Array.of(0x30, 97), 3)).toThrow(RangeError);
    expect(() => unpackLz4(Uint8Array.of(0x10, 97, 9, 0), 9)).toThrow(RangeError);
    expect(() => unpackLz4(Uint8Array.of(0xf0, 255), 9)).toThrow(RangeError);
  });
});
