// Values of Parquet columns as people write them: the reader itself gives decimals that are rounded, days as instants
// and no fractions of milliseconds. So it is told that such columns are plain numbers, and they are written here.
import type { SchemaElement, SchemaTree } from 'hyparquet';
import { textOf } from './contents.ts';

type Written = (value: unknown) => unknown;

const PLAIN = new Set(['DECIMAL', 'DATE', 'TIME', 'TIME_MILLIS', 'TIME_MICROS', 'TIMESTAMP']);
const CONVERTED = new Set([...PLAIN, 'TIMESTAMP_MILLIS', 'TIMESTAMP_MICROS']);

/** Takes what a column means from its schema, so that the reader gives it raw; and tells how to write its values. */
export function takeMeaning(elements: readonly SchemaElement[]): Map<SchemaElement, Written> {
  const found = new Map<SchemaElement, Written>();
  for (const element of elements) {
    if (element.num_children) continue;
    const written = writtenAs(element);
    if (!written) continue;
    found.set(element, written);
    delete element.converted_type;
    delete element.logical_type;
  }
  return found;
}

function writtenAs(element: SchemaElement): Written | null {
  const { converted_type: converted, logical_type: logical } = element;
  const kind =
    logical && PLAIN.has(logical.type) ? logical.type : converted && CONVERTED.has(converted) ? converted : '';
  if (kind === 'DECIMAL') return (value) => decimalText(value, element.scale ?? 0);
  if (kind === 'DATE') return (value) => dayText(value);
  const digits = digitsOf(element);
  if (kind.startsWith('TIMESTAMP')) {
    // Those of old have no other meaning than that of an instant.
    const isInstant = logical?.type === 'TIMESTAMP' ? logical.isAdjustedToUTC : true;
    return (value) => instantText(value, digits, isInstant);
  }
  return kind.startsWith('TIME') ? (value) => timeText(value, digits) : null;
}

/** How many digits the fraction of a second has: 3, 6 or 9. */
function digitsOf({ converted_type: converted, logical_type: logical }: SchemaElement): number {
  const unit = logical?.type === 'TIME' || logical?.type === 'TIMESTAMP' ? logical.unit : null;
  if (unit === 'NANOS') return 9;
  return unit === 'MICROS' || converted?.endsWith('MICROS') ? 6 : 3;
}

function wholeOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (!(value instanceof Uint8Array)) return null;
  const bits = value.length * 8;
  return BigInt.asIntN(
    bits,
    value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n),
  );
}

/** All digits of a decimal number, as many behind its point as it has. */
export function decimalText(value: unknown, scale: number): unknown {
  const whole = wholeOf(value);
  if (whole === null || scale <= 0) return whole === null ? value : String(whole * 10n ** BigInt(-scale));
  const text = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
  return `${whole < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

const DAY_MS = 86_400_000;

function dayText(value: unknown): unknown {
  return typeof value === 'number' ? (isoText(value * DAY_MS)?.slice(0, -'T00:00:00.000Z'.length) ?? value) : value;
}

/** `2026-01-01T12:30:00.123456Z`; without the `Z` where it is no instant, but what a clock on some wall says. */
export function instantText(value: unknown, digits: number, isInstant: boolean): unknown {
  const whole = wholeOf(value);
  if (whole === null) return value;
  const [seconds, rest] = parted(whole, digits);
  const text = isoText(Number(seconds) * 1000);
  return text ? `${text.slice(0, -'.000Z'.length)}${fraction(rest, digits)}${isInstant ? 'Z' : ''}` : String(whole);
}

export function timeText(value: unknown, digits: number): unknown {
  const whole = wholeOf(value);
  if (whole === null) return value;
  const [seconds, rest] = parted(whole, digits);
  return `${isoText(Number(seconds) * 1000)?.slice(-13, -5) ?? seconds}${fraction(rest, digits)}`;
}

function parted(whole: bigint, digits: number): [bigint, bigint] {
  const unit = 10n ** BigInt(digits);
  const rest = ((whole % unit) + unit) % unit;
  return [(whole - rest) / unit, rest];
}

function fraction(rest: bigint, digits: number): string {
  const text = String(rest).padStart(digits, '0').replace(/0+$/, '');
  return text ? `.${text}` : '';
}

/** Null beyond the years that a date can have. */
function isoText(milliseconds: number): string | null {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** How to write the values of a column, however deep they lie. */
export function writerOf(
  tree: SchemaTree,
  meanings: ReadonlyMap<SchemaElement, Written>,
  areBytesText: boolean,
): Written {
  const leaf = (value: unknown): unknown => {
    if (value === null || value === undefined) return value;
    if (Array.isArray(value)) return value.map(leaf);
    const written = meanings.get(tree.element);
    if (written) return written(value);
    return areBytesText && value instanceof Uint8Array ? (textOf(value, false) ?? value) : value;
  };
  if (tree.children.length === 0) return leaf;
  const inner = tree.children.map((child): [string, Written] => [
    child.element.name,
    writerOf(child, meanings, areBytesText),
  ]);
  const { converted_type: kind, logical_type: logical } = tree.element;
  const first = tree.children[0];
  if (first && (kind === 'LIST' || logical?.type === 'LIST')) {
    const item = first.children.length === 1 && first.children[0] ? first.children[0] : first;
    return eachOf(writerOf(item, meanings, areBytesText));
  }
  const ofMap = first?.children[1];
  if (ofMap && (kind === 'MAP' || kind === 'MAP_KEY_VALUE' || logical?.type === 'MAP')) {
    const written = writerOf(ofMap, meanings, areBytesText);
    return mapped((value) => Object.fromEntries(Object.entries(value).map(([key, one]) => [key, written(one)])));
  }
  return mapped((value) => ({
    ...value,
    ...Object.fromEntries(
      inner.filter(([name]) => name in value).map(([name, written]) => [name, written(value[name])]),
    ),
  }));
}

function eachOf(written: Written): Written {
  return (value) => (Array.isArray(value) ? value.map(written) : value);
}

function mapped(written: (value: Record<string, unknown>) => unknown): Written {
  const one = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(one);
    const isPlain = typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
    return isPlain ? written(value as Record<string, unknown>) : value;
  };
  return one;
}
