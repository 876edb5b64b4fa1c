// What the explorer asks for and puts together. In place of the network stands a small project.
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Client, cacheExchange, fetchExchange, Provider } from 'urql';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ExplorerState, readState } from './explorer-state.ts';
import { useLineage } from './use-lineage.ts';

/** raw → r1 → data → r2 → model, and data → r3. */
const EDGES = [
  ['raw', 'r1'],
  ['r1', 'data'],
  ['data', 'r2'],
  ['r2', 'model'],
  ['data', 'r3'],
] as const;

interface Asked {
  ids?: string[];
  onlyTotals?: boolean;
  id: string;
  direction: string;
  up: number | null;
  down: number | null;
  limit: number;
  types: string[] | null;
}

let edges: readonly (readonly [string, string])[] = EDGES;
/** Nodes of whose neighbours the total is known at once, and later how many may be seen: all but one. */
let hubs: readonly string[] = [];
/** What an answer with more than totals waits for. */
let parts: Promise<void> = Promise.resolve();
let asked: Asked[] = [];
let failure: string | null = null;

function reach(start: string, steps: number | null, isUp: boolean): Map<string, number> {
  const found = new Map([[start, 0]]);
  for (const [id, distance] of found) {
    if (steps !== null && distance >= steps) continue;
    for (const [source, target] of edges) {
      const next = isUp ? (target === id ? source : null) : source === id ? target : null;
      if (next && !found.has(next)) found.set(next, distance + 1);
    }
  }
  return found;
}

/** The answer of the service, by columns. */
function compactOf({ id, direction, up, down, limit, onlyTotals }: Asked) {
  const found = new Map<string, number>();
  const sides = direction === 'UPSTREAM' ? [true] : direction === 'DOWNSTREAM' ? [false] : [false, true];
  for (const isUp of sides) for (const [one, distance] of reach(id, isUp ? up : down, isUp)) found.set(one, distance);
  const all = [...found].sort((one, other) => one[1] - other[1]);
  const ids = all.slice(0, limit).map(([one]) => one);
  const inside = edges.filter(([source, target]) => ids.includes(source) && ids.includes(target));
  const each = <Value,>(value: (one: string) => Value) => ids.map(value);
  const isRun = (one: string) => one.startsWith('r') && one !== 'raw';
  return {
    nodes: {
      id: ids,
      kind: each((one) => (isRun(one) ? 'RUN' : 'ARTIFACT_VERSION')),
      label: ids,
      path: each((one) => `a/b/${one}`),
      url: each(() => ''),
      type: each(() => null),
      runState: each((one) => (isRun(one) ? 'FINISHED' : null)),
      isDeleted: each(() => false),
      aliases: each(() => []),
      protected: each(() => []),
      isRecalled: each(() => false),
      recall: each(() => null),
      inputs: each((one) => edges.filter(([, target]) => target === one).length),
      outputs: each(
        (one) => edges.filter(([source]) => source === one).length + (hubs.includes(one) && onlyTotals ? 1 : 0),
      ),
      forbiddenInputs: each(() => 0),
      forbiddenOutputs: each((one) => (hubs.includes(one) ? (onlyTotals ? null : 1) : 0)),
      createdAt: each(() => 0),
      distance: each((one) => found.get(one) ?? 0),
    },
    edges: {
      source: inside.map(([source]) => ids.indexOf(source)),
      target: inside.map(([, target]) => ids.indexOf(target)),
      kind: inside.map(([source]) => (isRun(source) ? 'PRODUCED' : 'CONSUMED')),
      at: inside.map(() => 0),
      reused: inside.map(() => null),
    },
    completeness: { isComplete: false, reason: all.length > limit ? 'NODES' : 'DEPTH' },
    clusters: { id: [], kind: [], type: [], states: [], recall: [], collection: [], indexRange: [], members: [] },
    hubs: { node: [], direction: [], count: [], forbidden: [], members: [] },
  };
}

async function answering(_address: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { variables } = JSON.parse(String(init?.body)) as { variables: Asked };
  asked.push(variables);
  if (failure) throw new Error(failure);
  if (variables.ids) return answerOf({ lineageEdges: edgesAmong(variables.ids) });
  if (!variables.onlyTotals) await parts;
  const node = { __typename: 'Run', id: variables.id, kind: 'RUN', label: variables.id };
  return answerOf({ node: { ...node, lineage: { __typename: 'LineageGraph', compact: compactOf(variables) } } });
}

function answerOf(data: unknown): Response {
  return new Response(JSON.stringify({ data }), { headers: { 'Content-Type': 'application/json' } });
}

function edgesAmong(ids: readonly string[]) {
  return edges
    .filter(([source, target]) => ids.includes(source) && ids.includes(target))
    .map(([source, target]) => ({
      __typename: 'LineageEdge',
      source,
      target,
      kind: target.startsWith('r') ? 'CONSUMED' : 'PRODUCED',
      at: '2026-11-01T00:00:00Z',
      isReused: null,
    }));
}

function show(first: Partial<ExplorerState> = {}) {
  const client = new Client({
    url: 'http://nowhere.invalid/',
    exchanges: [cacheExchange, fetchExchange],
    fetch: answering,
    preferGetMethod: false,
  });
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const nothing = readState(new URLSearchParams());
  return renderHook((part: Partial<ExplorerState>) => useLineage('data', 'ARTIFACT_VERSION', { ...nothing, ...part }), {
    wrapper,
    initialProps: first,
  });
}

const namesOf = (graph: { nodes: ReadonlyMap<string, unknown> } | null) => [...(graph?.nodes.keys() ?? [])].sort();

describe('lineage of the explorer', () => {
  beforeEach(() => {
    asked = [];
    edges = EDGES;
    hubs = [];
    parts = Promise.resolve();
    failure = null;
  });

  it('begins with what made a version, what that used, and who used it', async () => {
    const { result } = show();
    await waitFor(() => expect(namesOf(result.current.graph)).toEqual(['data', 'r1', 'r2', 'r3', 'raw']));
    expect(asked).toMatchObject([{ id: 'data', direction: 'BOTH', up: 2, down: 1, limit: 300 }]);
    expect(result.current.graph?.completeness.hidden).toBe(1);
  });

  it('adds what a move asks for, once, also when filters go and come back', async () => {
    const moves = [{ id: 'r2', kind: 'down' }] as const;
    const { result, rerender } = show({ moves });
    await waitFor(() => expect(namesOf(result.current.graph)).toContain('model'));
    expect(result.current.isLoading).toBe(false);
    const before = asked.filter((one) => one.id === 'r2').length;
    rerender({ moves, types: ['model'] });
    await waitFor(() => expect(asked.filter((one) => one.id === 'r2' && one.types)).toHaveLength(1));
    rerender({ moves });
    await waitFor(() => expect(namesOf(result.current.graph)).toContain('model'));
    expect(asked.filter((one) => one.id === 'r2' && !one.types)).toHaveLength(before);
  });

  it('draws the edges between nodes that came with different moves', async () => {
    edges = [...EDGES, ['model', 'r5'], ['r3', 'y'], ['y', 'r5']];
    const moves = [
      { id: 'r2', kind: 'allDown' },
      { id: 'r3', kind: 'down' },
    ] as const;
    const { result } = show({ moves });
    const drawn = () => result.current.graph?.edges.map((edge) => `${edge.source}>${edge.target}`) ?? [];
    await waitFor(() => expect(drawn()).toContain('y>r5'));
    expect(drawn().sort()).toEqual(edges.map(([source, target]) => `${source}>${target}`).sort());
    expect(result.current.graph?.completeness.hidden).toBe(0);
    expect(asked.filter((one) => one.ids).at(-1)?.ids).toEqual(['r5', 'y']);
  });

  it('shows the total of many neighbours first, and how many are not visible when that is known', async () => {
    hubs = ['data'];
    let goOn = () => {};
    parts = new Promise((resolve) => {
      goOn = resolve;
    });
    const { result } = show();
    await waitFor(() => expect(result.current.graph?.isTotal).toBe(true));
    expect(result.current.graph?.completeness.forbidden).toBe(0);
    expect(result.current.graph?.nodes.get('data')?.outputs).toBe(3);
    goOn();
    await waitFor(() => expect(result.current.graph?.completeness.forbidden).toBe(1));
    expect(result.current.graph?.nodes.get('data')?.outputs).toBe(2);
    expect(result.current.graph?.isTotal).toBe(false);
    expect(asked.map((one) => one.onlyTotals === true)).toEqual([true, false]);
  });

  it('asks once where no node has many neighbours', async () => {
    const { result } = show();
    await waitFor(() => expect(result.current.isLoading).toBe(false));
    expect(asked).toHaveLength(1);
  });

  it('hides and folds, and says what is missing then', async () => {
    const { result, rerender } = show({ moves: [{ id: 'r3', kind: 'hide' }] });
    await waitFor(() => expect(namesOf(result.current.graph)).toEqual(['data', 'r1', 'r2', 'raw']));
    expect(result.current.graph?.nodes.get('data')?.hiddenDown).toBe(1);
    rerender({ moves: [{ id: 'r1', kind: 'fold' }] });
    expect(namesOf(result.current.graph)).toEqual(['data', 'r1', 'r2', 'r3']);
  });

  it('keeps the last good graph when the next one fails, and tries again', async () => {
    const { result, rerender } = show();
    await waitFor(() => expect(result.current.graph).not.toBeNull());
    failure = 'away';
    rerender({ down: 2 });
    await waitFor(() => expect(result.current.error?.message).toContain('away'));
    expect(namesOf(result.current.graph)).toEqual(['data', 'r1', 'r2', 'r3', 'raw']);
    failure = null;
    act(() => result.current.retry());
    await waitFor(() => expect(namesOf(result.current.graph)).toContain('model'));
  });

  it('stops when it is told to, and goes on when it is told to', async () => {
    failure = 'away';
    const { result } = show();
    act(() => result.current.cancel());
    expect(result.current.isCancelled).toBe(true);
    expect(result.current.isMissing).toBe(false);
    failure = null;
    act(() => result.current.retry());
    await waitFor(() => expect(result.current.graph).not.toBeNull());
    expect(result.current.isCancelled).toBe(false);
  });
});
