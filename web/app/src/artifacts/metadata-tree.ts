// Metadata as the rows of a tree: what is open, what a search finds, and the path by which each value is filtered.

export interface MetadataRow {
  /** Keys from the top joined by dots, as filters of versions take it; items of a list have their number in brackets. */
  path: string;
  key: string;
  depth: number;
  value: unknown;
  /** How many values it holds; null for a value. */
  count: number | null;
  isOpen: boolean;
}

type Branch = Record<string, unknown> | readonly unknown[];

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null;
}

function entriesOf(branch: Branch, path: string): [key: string, path: string, value: unknown][] {
  if (Array.isArray(branch)) return branch.map((value, index) => [String(index), `${path}[${index}]`, value]);
  return Object.entries(branch).map(([key, value]) => [key, path ? `${path}.${key}` : key, value]);
}

/** The rows that are shown: below what is not closed, and with a search only what it finds and what leads there. */
export function metadataRows(document: unknown, closed: ReadonlySet<string>, search = ''): MetadataRow[] {
  const wanted = normal(search).trim();
  const rows: MetadataRow[] = [];
  const walk = (branch: Branch, path: string, depth: number, isFound: boolean): boolean => {
    let hasFound = false;
    for (const [key, below, value] of entriesOf(branch, path)) {
      const isHit =
        isFound ||
        wanted === '' ||
        normal(below).includes(wanted) ||
        (!isBranch(value) && normal(valueText(value)).includes(wanted));
      const place = rows.length;
      const isOpen = wanted !== '' || !closed.has(below);
      const count = isBranch(value) ? entriesOf(value, below).length : null;
      rows.push({ path: below, key, depth, value, count, isOpen });
      const hasBelow = isBranch(value) && isOpen && walk(value, below, depth + 1, isHit && wanted !== '');
      if (isHit || hasBelow) hasFound = true;
      else rows.length = place;
    }
    return hasFound;
  };
  if (isBranch(document)) walk(document, '', 0, false);
  return rows;
}

function normal(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** A value as it stands in JSON, texts without quotes. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Metadata that somebody typed: one JSON object, or what is wrong with it. */
export function parseMetadata(text: string): { value: Record<string, unknown> } | { fault: string | null } {
  try {
    const value: unknown = JSON.parse(text);
    if (isBranch(value) && !Array.isArray(value)) return { value: value as Record<string, unknown> };
    return { fault: null };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}
