// Masks are PNG files whose grey is no shade but the number of a class: read here bit by bit, since a browser would
// round numbers above 255, and some browsers change what a canvas gives back.
// The library looked at unpacks whatever a file holds before it looks at the size: see docs/dependencies.md.

/** The class of each pixel, row by row. */
export interface ClassMap {
  width: number;
  height: number;
  classes: Uint16Array;
}

/** Masks of more pixels are not drawn. */
export const MOST_PIXELS = 32 * 1024 * 1024;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GREY = 0;

interface Header {
  width: number;
  height: number;
  /** Bytes of a pixel. */
  depth: 1 | 2;
}

/** Reads a mask. Throws a RangeError if it is none, is broken, or is too large. */
export async function readClasses(bytes: Uint8Array<ArrayBuffer>): Promise<ClassMap> {
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte)) throw new RangeError('not a PNG file');
  const { header, data } = chunksOf(bytes);
  const { width, height, depth } = header;
  const stride = width * depth;
  const lines = await inflate(data, (stride + 1) * height);
  const classes = new Uint16Array(width * height);
  let above: Uint8Array = new Uint8Array(stride);
  for (let row = 0; row < height; row++) {
    const start = row * (stride + 1);
    const line = lines.subarray(start + 1, start + 1 + stride);
    unfilter(lines[start] ?? 0, line, above, depth);
    for (let column = 0; column < width; column++) {
      const at = column * depth;
      const high = line[at] ?? 0;
      classes[row * width + column] = depth === 1 ? high : high * 256 + (line[at + 1] ?? 0);
    }
    above = line;
  }
  return { width, height, classes };
}

function chunksOf(bytes: Uint8Array<ArrayBuffer>): { header: Header; data: Blob } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Uint8Array(bytes.length);
  let filled = 0;
  let header: Header | null = null;
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const start = at + 8;
    if (name === 'IHDR') header = headerOf(view, start);
    if (name === 'IDAT') {
      const part = bytes.subarray(start, start + length);
      data.set(part, filled);
      filled += part.length;
    }
    if (name === 'IEND') break;
    at = start + length + 4;
  }
  if (!header) throw new RangeError('a PNG file without a header');
  return { header, data: new Blob([data.subarray(0, filled)]) };
}

function headerOf(view: DataView, start: number): Header {
  const [width, height, bits] = [view.getUint32(start), view.getUint32(start + 4), view.getUint8(start + 8)];
  const [colour, interlace] = [view.getUint8(start + 9), view.getUint8(start + 12)];
  if (width * height > MOST_PIXELS) throw new RangeError(`${width} × ${height} pixels are too many`);
  if (colour !== GREY || interlace !== 0 || (bits !== 8 && bits !== 16)) {
    throw new RangeError('pixels that are no numbers of classes');
  }
  return { width, height, depth: bits === 8 ? 1 : 2 };
}

/** Unpacks so many bytes and no more, whatever else a hostile file would unpack to. */
async function inflate(data: Blob, size: number): Promise<Uint8Array> {
  const reader = data.stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  const read = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const { done, value } = await reader.read();
    if (done) throw new RangeError('pixels are missing');
    const piece = value.subarray(0, size - length);
    read.set(piece, length);
    length += piece.length;
  }
  await reader.cancel();
  return read;
}

/** Undoes in place what a line was written with, to be packed better: differences to the left, above, and both. */
function unfilter(kind: number, line: Uint8Array, above: Uint8Array, depth: number): void {
  if (kind === 0) return;
  for (let at = 0; at < line.length; at++) {
    const left = at < depth ? 0 : (line[at - depth] ?? 0);
    const up = above[at] ?? 0;
    const corner = at < depth ? 0 : (above[at - depth] ?? 0);
    line[at] = (line[at] ?? 0) + guess(kind, left, up, corner);
  }
}

function guess(kind: number, left: number, up: number, corner: number): number {
  if (kind === 1) return left;
  if (kind === 2) return up;
  if (kind === 3) return (left + up) >> 1;
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
