// The ways in which pages of Parquet files are packed, beside those that libraries unpack: GZIP and LZ4. A reader of
// such files unpacks page by page without waiting, which the browser's own DecompressionStream cannot.

/** Unpacks a page of GZIP, to so many bytes. Throws a RangeError if it is broken. */
export function gunzip(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  let [at, filled] = [0, 0];
  // A page may be several such files in a row.
  while (at < input.length && filled < size) {
    const bits = new Bits(input, headerEnd(input, at));
    filled = inflate(bits, output, filled);
    at = bits.end() + 8;
  }
  return filled === size ? output : broken();
}

function broken(): never {
  throw new RangeError('a page that is not packed as it says');
}

const [HAS_CHECK, HAS_EXTRA, HAS_NAME, HAS_COMMENT] = [2, 4, 8, 16];

function headerEnd(input: Uint8Array, start: number): number {
  if (input[start] !== 0x1f || input[start + 1] !== 0x8b || input[start + 2] !== 8) broken();
  const flags = input[start + 3] ?? 0;
  let at = start + 10;
  if (flags & HAS_EXTRA) at += 2 + (input[at] ?? 0) + 256 * (input[at + 1] ?? 0);
  for (const flag of [HAS_NAME, HAS_COMMENT]) if (flags & flag) at = input.indexOf(0, at) + 1 || broken();
  return flags & HAS_CHECK ? at + 2 : at;
}

/** Bits from the lowest of each byte on. */
class Bits {
  private held = 0;
  private count = 0;

  constructor(
    private readonly input: Uint8Array,
    private at: number,
  ) {}

  /** The next bits, which stay; behind the end there are zeros, as far as a code may look. */
  peek(count: number): number {
    while (this.count < count) {
      if (this.at > this.input.length + 4) broken();
      this.held |= (this.input[this.at++] ?? 0) << this.count;
      this.count += 8;
    }
    return this.held & ((1 << count) - 1);
  }

  drop(count: number): void {
    this.held >>>= count;
    this.count -= count;
  }

  take(count: number): number {
    const bits = this.peek(count);
    this.drop(count);
    return bits;
  }

  /** Where the byte behind the last one that was used begins; bits left over of it are dropped. */
  end(): number {
    this.at -= this.count >> 3;
    this.held = 0;
    this.count = 0;
    return this.at;
  }

  bytes(count: number): Uint8Array {
    const start = this.end();
    this.at = start + count;
    return this.at <= this.input.length ? this.input.subarray(start, this.at) : broken();
  }
}

/** For each possible next bits, the symbol and in the low four bits the length of its code. */
interface Codes {
  table: Uint16Array;
  longest: number;
}

function codesOf(lengths: readonly number[]): Codes {
  const longest = Math.max(1, ...lengths);
  const table = new Uint16Array(1 << longest);
  let code = 0;
  for (let length = 1; length <= longest; length++) {
    lengths.forEach((own, symbol) => {
      if (own !== length) return;
      for (let at = reversed(code, length); at < table.length; at += 1 << length) table[at] = (symbol << 4) | length;
      code += 1;
    });
    code <<= 1;
  }
  return { table, longest };
}

function reversed(code: number, length: number): number {
  let found = 0;
  for (let bit = 0; bit < length; bit++) found |= ((code >> bit) & 1) << (length - 1 - bit);
  return found;
}

function symbolOf(bits: Bits, { table, longest }: Codes): number {
  const entry = table[bits.peek(longest)] ?? 0;
  if (entry === 0) broken();
  bits.drop(entry & 15);
  return entry >> 4;
}

const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END = 256;
const COUNTS = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
];
const LENGTHS = [...COUNTS, 227, 258];
const repeat = (value: number, count: number) => new Array<number>(count).fill(value);
const FIXED = [...repeat(8, 144), ...repeat(9, 112), ...repeat(7, 24), ...repeat(8, 8)];

function inflate(bits: Bits, output: Uint8Array, start: number): number {
  let filled = start;
  for (let isLast = false; !isLast; ) {
    isLast = bits.take(1) === 1;
    const kind = bits.take(2);
    if (kind === 0) {
      const size = bits.bytes(4);
      const stored = bits.bytes((size[0] ?? 0) + 256 * (size[1] ?? 0));
      if (filled + stored.length > output.length) broken();
      output.set(stored, filled);
      filled += stored.length;
    } else if (kind === 3) broken();
    else {
      const [symbols, distances] = kind === 1 ? [codesOf(FIXED), codesOf(repeat(5, 30))] : writtenCodes(bits);
      filled = inflateBlock(bits, symbols, distances, output, filled);
    }
  }
  return filled;
}

function writtenCodes(bits: Bits): [Codes, Codes] {
  const [symbols, distances, written] = [bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4];
  const lengths = repeat(0, 19);
  for (const at of ORDER.slice(0, written)) lengths[at] = bits.take(3);
  const codes = codesOf(lengths);
  const found: number[] = [];
  while (found.length < symbols + distances) {
    const symbol = symbolOf(bits, codes);
    if (symbol < 16) found.push(symbol);
    else if (symbol === 16) found.push(...repeat(found.at(-1) ?? broken(), 3 + bits.take(2)));
    else found.push(...repeat(0, symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7)));
  }
  return [codesOf(found.slice(0, symbols)), codesOf(found.slice(symbols, symbols + distances))];
}

function inflateBlock(bits: Bits, symbols: Codes, distances: Codes, output: Uint8Array, start: number): number {
  let filled = start;
  for (;;) {
    const symbol = symbolOf(bits, symbols);
    if (symbol === END) return filled;
    if (symbol < END) {
      if (filled >= output.length) broken();
      output[filled++] = symbol;
      continue;
    }
    const at = symbol - 257;
    const length = (LENGTHS[at] ?? broken()) + bits.take(at < 8 || at === 28 ? 0 : (at >> 2) - 1);
    const far = symbolOf(bits, distances);
    const more = far < 4 ? 0 : (far >> 1) - 1;
    const distance = 1 + (far < 4 ? far : (2 + (far & 1)) << more) + bits.take(more);
    filled = copyBack(output, filled, distance, length);
  }
}

/** Repeats what was written so far back; it may overlap with what it writes. */
function copyBack(output: Uint8Array, filled: number, distance: number, length: number): number {
  if (distance > filled || distance === 0 || filled + length > output.length) broken();
  for (let at = filled; at < filled + length; at++) output[at] = output[at - distance] ?? 0;
  return filled + length;
}

const LEAST_COPY = 4;

/** Unpacks a page of raw LZ4, to so many bytes. Throws a RangeError if it is broken. */
export function unpackLz4(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  let [at, filled] = [0, 0];
  const long = (short: number) => {
    let length = short;
    for (let more = short === 15 ? 255 : 0; more === 255; length += more) more = input[at++] ?? broken();
    return length;
  };
  while (at < input.length) {
    const token = input[at++] ?? 0;
    const literals = long(token >> 4);
    if (at + literals > input.length || filled + literals > size) broken();
    output.set(input.subarray(at, at + literals), filled);
    at += literals;
    filled += literals;
    // The last sequence has nothing to repeat.
    if (at >= input.length) break;
    const distance = (input[at] ?? 0) + 256 * (input[at + 1] ?? 0);
    at += 2;
    filled = copyBack(output, filled, distance, long(token & 15) + LEAST_COPY);
  }
  return filled === size ? output : broken();
}
