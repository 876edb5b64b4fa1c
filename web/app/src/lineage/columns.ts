// The column form of a lineage (`LineageGraph.compact`). GraphQL has no type for it, so this one is written by hand,
// and an answer that is not of this form is refused here instead of being drawn wrong.
import type { Kind } from '../ui/state.tsx';
import type { EdgeKind, Reason, Recall, Side } from './model.ts';

/** Each list has an entry for each node or edge; nodes are named by their position. Times are microseconds. */
export interface Columns {
  nodes: {
    id: string[];
    kind: Kind[];
    label: string[];
    path: string[];
    url: string[];
    type: (string | null)[];
    runState: (string | null)[];
    isDeleted: boolean[];
    aliases: string[][];
    protected: string[][];
    isRecalled: boolean[];
    recall: (Recall | null)[];
    inputs: number[];
    outputs: number[];
    /** Null: only the total is known, which is that of the visible ones then. */
    forbiddenInputs: (number | null)[];
    forbiddenOutputs: (number | null)[];
    createdAt: number[];
    distance: number[];
  };
  edges: { source: number[]; target: number[]; kind: EdgeKind[]; at: number[]; reused: (boolean | null)[] };
  completeness: { isComplete: boolean; reason: Reason | null };
  clusters: {
    id: string[];
    kind: Kind[];
    type: (string | null)[];
    states: Record<string, number>[];
    recall: (Recall | null)[];
    collection: (string | null)[];
    indexRange: ([number, number] | null)[];
    members: number[][];
  };
  hubs: { node: number[]; direction: Side[]; count: number[]; forbidden: (number | null)[]; members: number[][] };
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isFlag: Check = (value) => typeof value === 'boolean';
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const oneOf =
  (...names: string[]): Check =>
  (value) =>
    typeof value === 'string' && names.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const countsByName: Check = (value) => isRecord(value) && Object.values(value).every(isCount);
const isRange: Check = (value) => Array.isArray(value) && value.length === 2 && value.every(isCount);

const KIND = oneOf('RUN', 'ARTIFACT_VERSION', 'REGISTRY_VERSION');
const RECALL = orNull(oneOf('WARNING', 'CRITICAL', 'UNKNOWN'));
const REASON = orNull(oneOf('DEPTH', 'NODES', 'TIME', 'PERMISSION'));

/** Takes the value of `compact`; throws a TypeError that names the column that is not as it should be. */
export function parseColumns(value: unknown): Columns {
  if (!isRecord(value)) throw new TypeError('The lineage is no object');
  const count = checkTable(value, 'nodes', {
    id: isText,
    kind: KIND,
    label: isText,
    path: isText,
    url: isText,
    type: orNull(isText),
    runState: orNull(isText),
    isDeleted: isFlag,
    aliases: listOf(isText),
    protected: listOf(isText),
    isRecalled: isFlag,
    recall: RECALL,
    inputs: isCount,
    outputs: isCount,
    forbiddenInputs: orNull(isCount),
    forbiddenOutputs: orNull(isCount),
    createdAt: isCount,
    distance: isCount,
  });
  const isPosition: Check = (one) => Number.isInteger(one) && (one as number) >= 0 && (one as number) < count;
  checkTable(value, 'edges', {
    source: isPosition,
    target: isPosition,
    kind: oneOf('CONSUMED', 'PRODUCED', 'LINKED_TO'),
    at: isCount,
    reused: orNull(isFlag),
  });
  checkTable(value, 'clusters', {
    id: isText,
    kind: KIND,
    type: orNull(isText),
    states: countsByName,
    recall: RECALL,
    collection: orNull(isText),
    indexRange: orNull(isRange),
    members: listOf(isPosition),
  });
  checkTable(value, 'hubs', {
    node: isPosition,
    direction: oneOf('UPSTREAM', 'DOWNSTREAM'),
    count: isCount,
    forbidden: orNull(isCount),
    members: listOf(isPosition),
  });
  const { completeness } = value;
  if (!isRecord(completeness) || !isFlag(completeness.isComplete) || !REASON(completeness.reason)) {
    throw new TypeError('The lineage does not say whether it is complete');
  }
  return value as unknown as Columns;
}

/** Checks the columns of one table, and that they are of the same length, which it returns. */
function checkTable(parent: Record<string, unknown>, name: string, checks: Record<string, Check>): number {
  const table = parent[name];
  if (!isRecord(table)) throw new TypeError(`The lineage has no ${name}`);
  let length: number | undefined;
  for (const [column, check] of Object.entries(checks)) {
    const values = table[column];
    if (!Array.isArray(values)) throw new TypeError(`The lineage has no column ${name}.${column}`);
    length ??= values.length;
    if (values.length !== length) throw new TypeError(`The lineage's column ${name}.${column} has another length`);
    const wrong = values.findIndex((value) => !check(value));
    if (wrong >= 0) throw new TypeError(`The lineage's column ${name}.${column} is wrong at ${wrong}`);
  }
  return length ?? 0;
}
