// Configs and summaries: JSON objects of any depth, looked at leaf by leaf.

export type Leaf = readonly [path: string, value: unknown];

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An image, a table or another medium, as a run logs it: where its file lies and what it is. */
export interface Medium extends Record<string, unknown> {
  _type: string;
}

export function isMedium(value: unknown): value is Medium {
  return isObject(value) && typeof value._type === 'string';
}

/** The values of a document by their keys from the top, joined by dots; lists and media are values. */
export function leavesOf(document: unknown, prefix = ''): Leaf[] {
  if (!isObject(document)) return [];
  return Object.entries(document).flatMap(([key, value]): Leaf[] => {
    const path = prefix + key;
    const isBranch = isObject(value) && !isMedium(value) && Object.keys(value).length > 0;
    return isBranch ? leavesOf(value, `${path}.`) : [[path, value]];
  });
}

/** The value at keys joined by dots; keys may hold dots themselves. */
export function valueAt(document: unknown, path: string): unknown {
  if (!isObject(document)) return undefined;
  if (Object.hasOwn(document, path)) return document[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(document, head)) continue;
    const found = valueAt(document[head], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The leaves whose key or value has a text in it, whatever the case. */
export function searchLeaves(leaves: readonly Leaf[], text: string): readonly Leaf[] {
  const wanted = text.normalize('NFKC').toLowerCase().trim();
  if (wanted === '') return leaves;
  return leaves.filter(([path, value]) => `${path} ${asText(value)}`.normalize('NFKC').toLowerCase().includes(wanted));
}

/** A value as a text: itself, or JSON. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : (JSON.stringify(value) ?? String(value));
}

/** A number, also one that JSON has no form for and the API writes as a text. */
export function asNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  return value === '-Infinity' ? Number.NEGATIVE_INFINITY : null;
}
