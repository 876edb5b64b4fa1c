// The rows of the table that is the graph's twin: what the graph shows by place and shape, in words and numbers.
import type { Graph, GraphNode } from './model.ts';

export type Direction = 'focus' | 'up' | 'down' | 'both' | 'beside';

export interface TableRow {
  node: GraphNode;
  /** Edges from the focus, by the shortest way that the data took. */
  distance: number;
  /** Where it lies: before the focus, after it, both (a cycle), or beside its line. */
  direction: Direction;
}

export type SortKey = 'distance' | 'kind' | 'type' | 'name' | 'state' | 'inputs' | 'outputs' | 'hidden' | 'created';

export interface Sort {
  key: SortKey;
  isDescending: boolean;
}

export const SORT_KEYS: readonly SortKey[] = [
  'distance',
  'kind',
  'type',
  'name',
  'state',
  'inputs',
  'outputs',
  'hidden',
  'created',
];
const DIRECTIONS: readonly Direction[] = ['focus', 'up', 'both', 'down', 'beside'];

export function rowsOf(graph: Graph): TableRow[] {
  const up = distances(graph, true);
  const down = distances(graph, false);
  return [...graph.nodes.values()].map((node) => {
    const above = up.get(node.id);
    const below = down.get(node.id);
    const ways = [above, below].filter((way) => way !== undefined);
    return {
      node,
      distance: ways.length ? Math.min(...ways) : node.distance,
      direction: directionOf(node.id === graph.focus, above !== undefined, below !== undefined),
    };
  });
}

/** The rows that have all the words of a search somewhere: name, path, type, alias. */
export function filterRows(rows: readonly TableRow[], search: string): readonly TableRow[] {
  const words = fold(search).split(/\s+/).filter(Boolean);
  if (!words.length) return rows;
  return rows.filter(({ node }) => {
    const text = fold([node.name, node.path, node.type ?? '', ...node.aliases].join(' '));
    return words.every((word) => text.includes(word));
  });
}

/** Sorted; what is equal stays by distance and then by name, so `v10` comes after `v9`. */
export function sortRows(rows: readonly TableRow[], sort: Sort, locale: string): TableRow[] {
  const collator = new Intl.Collator(locale, { numeric: true });
  const compare = (one: string | null, other: string | null) =>
    Number(one === null) - Number(other === null) || collator.compare(one ?? '', other ?? '');
  const by: Record<SortKey, (one: TableRow, other: TableRow) => number> = {
    distance: (one, other) =>
      one.distance - other.distance || DIRECTIONS.indexOf(one.direction) - DIRECTIONS.indexOf(other.direction),
    kind: (one, other) => compare(one.node.kind, other.node.kind),
    type: (one, other) => compare(one.node.type, other.node.type),
    name: (one, other) => compare(one.node.name, other.node.name),
    state: (one, other) => compare(one.node.state, other.node.state),
    inputs: (one, other) => one.node.inputs - other.node.inputs,
    outputs: (one, other) => one.node.outputs - other.node.outputs,
    hidden: (one, other) => hiddenOf(one.node) - hiddenOf(other.node),
    created: (one, other) => one.node.createdAt - other.node.createdAt,
  };
  const turn = sort.isDescending ? -1 : 1;
  return rows.toSorted(
    (one, other) => turn * by[sort.key](one, other) || by.distance(one, other) || by.name(one, other),
  );
}

/** `name` or `-name`, as the address has it; anything else is by distance. */
export function readSort(text: string | null): Sort {
  const isDescending = text?.startsWith('-') ?? false;
  const key = SORT_KEYS.find((one) => one === text?.replace(/^-/, ''));
  return key ? { key, isDescending } : { key: 'distance', isDescending: false };
}

export function writeSort({ key, isDescending }: Sort): string | null {
  return key === 'distance' && !isDescending ? null : `${isDescending ? '-' : ''}${key}`;
}

/** Neighbours that are not in the graph, whether they can be shown or not. */
export function hiddenOf(node: GraphNode): number {
  return node.hiddenUp + node.hiddenDown + node.forbiddenUp + node.forbiddenDown;
}

function distances(graph: Graph, isUp: boolean): Map<string, number> {
  const next = new Map<string, string[]>();
  for (const { source, target } of graph.edges) {
    const [from, to] = isUp ? [target, source] : [source, target];
    const known = next.get(from);
    if (known) known.push(to);
    else next.set(from, [to]);
  }
  const found = new Map([[graph.focus, 0]]);
  // A Map gives what is added while it is walked through: nearest first.
  for (const [id, distance] of found) {
    for (const one of next.get(id) ?? []) if (!found.has(one)) found.set(one, distance + 1);
  }
  return found;
}

function directionOf(isFocus: boolean, isUp: boolean, isDown: boolean): Direction {
  if (isFocus) return 'focus';
  if (isUp && isDown) return 'both';
  return isUp ? 'up' : isDown ? 'down' : 'beside';
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
