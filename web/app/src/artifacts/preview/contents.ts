// What a piece of a file is, and how it is written out.

/** The text of bytes, or null when they are none. A sign that the end of the piece cuts apart is left out. */
export function textOf(bytes: Uint8Array, isCut: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return null;
  }
}

/** JSON with one value a line; text that is none, or cut off, as it is. */
export function prettyJson(text: string, isCut: boolean): string {
  if (isCut) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Lines of 16 bytes: offset, hexadecimal, and the signs that can be printed. */
export function hexLines(bytes: Uint8Array, most: number): string {
  const lines: string[] = [];
  for (let start = 0; start < Math.min(bytes.length, most); start += 16) {
    const row = [...bytes.subarray(start, start + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const signs = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${start.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${signs}`);
  }
  return lines.join('\n');
}

/** A value of a table's cell as a text. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (typeof value === 'object') {
    return JSON.stringify(value, (_, inner) => jsonValue(inner)) ?? '';
  }
  return String(value);
}

/** What JSON has no form for as a text; whole numbers as numbers, as far as those are exact. */
function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value instanceof Uint8Array ? cellText(value) : value;
}
