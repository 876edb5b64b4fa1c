import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readClasses } from './png-classes.ts';

// 31 × 20 pixels of 8 bits, as Pillow writes them.
const OF_PILLOW =
  'iVBORw0KGgoAAAANSUhEUgAAAB8AAAAUCAAAAABQArkmAAAAQklEQVR4nO3PoQ3AQBADwbxXZtd/tZaVCnL0SZCBNWDPA5mQIZgw' +
  'IRMwwSC3rfs1Wr7W1c6rnVs7r3Ze7dx/392+F3+DrnpSg1EmAAAAAElFTkSuQmCC';

function chunk(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 12);
  new DataView(bytes.buffer).setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  return bytes;
}

interface Written {
  bits?: number;
  colour?: number;
  /** The width and height that it says it has. */
  size?: [number, number];
}

/** A PNG of one byte a pixel (or two), a filter a line. */
function png(lines: readonly number[][], { bits = 8, colour = 0, size }: Written = {}): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, size?.[0] ?? ((lines[0]?.length ?? 1) - 1) / (bits / 8));
  view.setUint32(4, size?.[1] ?? lines.length);
  header.set([bits, colour], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const data = deflateSync(Uint8Array.from(lines.flat()));
  const parts = [signature, chunk('IHDR', header), chunk('tEXt', Uint8Array.of(1)), chunk('IDAT', data)];
  return Uint8Array.from([...parts, chunk('IEND', new Uint8Array(0))].flatMap((part) => [...part]));
}

describe('a mask', () => {
  it('gives back the classes that a program wrote', async () => {
    const map = await readClasses(Uint8Array.from(atob(OF_PILLOW), (sign) => sign.charCodeAt(0)));
    const expected = Array.from({ length: 620 }, (_, at) => {
      const [x, y] = [at % 31, Math.floor(at / 31)];
      return (((x * 3 + y * 5) % 7) + Math.floor(x / 4) * 9) % 256;
    });
    expect([map.width, map.height, [...map.classes]]).toEqual([31, 20, expected]);
  });

  it('is read whatever its lines are filtered with', async () => {
    const lines = [
      [0, 1, 2, 3],
      [1, 5, 1, 255],
      [2, 1, 1, 1],
      [3, 10, 10, 10],
      [4, 1, 2, 3],
    ];
    expect([...(await readClasses(png(lines))).classes]).toEqual([1, 2, 3, 5, 6, 5, 6, 7, 6, 13, 20, 23, 14, 22, 26]);
  });

  it('may have classes above 255, which a browser would round', async () => {
    const lines = [
      [0, 0x03, 0xe8, 0, 1],
      [1, 0xff, 0xff, 0, 1],
    ];
    expect([...(await readClasses(png(lines, { bits: 16 }))).classes]).toEqual([1000, 1, 65535, 65280]);
  });

  it('in very many pieces is read soon', async () => {
    const whole = png([[0, 5]]);
    const pieces = new Uint8Array(12 * 400_000);
    for (let at = 0; at < pieces.length; at += 12) pieces.set(chunk('IDAT', new Uint8Array(0)), at);
    const headers = 8 + 25;
    const file = new Uint8Array(whole.length + pieces.length);
    file.set(whole.subarray(0, headers));
    file.set(pieces, headers);
    file.set(whole.subarray(headers), headers + pieces.length);
    const started = performance.now();
    expect([...(await readClasses(file)).classes]).toEqual([5]);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('is not unpacked beyond its size', async () => {
    expect([
      ...(await readClasses(png([[0, 5], new Array<number>(100_000).fill(0)], { size: [1, 1] }))).classes,
    ]).toEqual([5]);
  });

  it.each([
    ['a text', new TextEncoder().encode('<html>')],
    ['coloured', png([[0, 1, 2, 3]], { colour: 2, size: [1, 1] })],
    ['short of pixels', png([[0, 1]], { size: [1, 9] })],
    ['larger than anything to look at', png([[0, 1]], { size: [60_000, 60_000] })],
    ['empty', new Uint8Array(0)],
  ])('that is %s is refused', async (_, bytes) => {
    await expect(readClasses(bytes)).rejects.toThrow(RangeError);
  });
});
