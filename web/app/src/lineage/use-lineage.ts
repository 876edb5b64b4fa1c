// The graph that the explorer shows: what lies around the focus, and what each move of the reader added to it.
import { useEffect, useMemo, useRef, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { LineageDocument, type LineageQuery, type LineageQueryVariables } from '../generated/lineage/queries.ts';
import { useData } from '../lib/page-query.tsx';
import type { Kind } from '../ui/state.tsx';
import { fold, merge, toGraph } from './answer.ts';
import { type ExplorerState, FEW_NODES, MANY_NODES, type Move, type Steps, stepsOf } from './explorer-state.ts';
import { directLine, withHubsCounted, without } from './graph-edits.ts';
import type { Graph } from './model.ts';

const LONG_MS = 5000;

export interface ShownLineage {
  graph: Graph | null;
  /** There is no such node, or the viewer may not see it. */
  isMissing: boolean;
  error: CombinedError | undefined;
  isLoading: boolean;
  /** It takes long: the reader may want to stop it. */
  isLong: boolean;
  isCancelled: boolean;
  cancel: () => void;
  retry: () => void;
}

type Answer = NonNullable<LineageQuery['node']>;
type Filters = Omit<LineageQueryVariables, 'id' | 'direction' | 'depth' | 'up' | 'down'>;

export function useLineage(focusId: string, kind: Kind, state: ExplorerState): ShownLineage {
  const [stopped, setStopped] = useState<string | null>(null);
  const filters = filtersOf(state);
  const steps = stepsOf(state, kind);
  const variables = { ...filters, ...around(focusId, steps.up, steps.down) };
  const key = JSON.stringify(variables);
  const isCancelled = stopped === key;
  const base = useData(LineageDocument, variables, { isMain: true, isPaused: isCancelled });
  const added = useMoves(state.moves, filters);
  const isLong = useLong(base.isLoading && !isCancelled, key);

  const walked = useMemo(() => {
    const compact = compactOf(base.data?.node);
    if (compact === undefined) return null;
    performance.mark('lineage:answer');
    return toGraph(compact);
  }, [base.data]);
  const { moves, isDirect } = state;
  const graph = useMemo(() => {
    if (!walked) return null;
    const moved = moves.reduce((so, move) => applied(so, move, added.answers), walked);
    const shown = without(moved, new Set(moves.filter((move) => move.kind === 'hide').map((move) => move.id)));
    return withHubsCounted(isDirect ? directLine(shown) : shown);
  }, [walked, moves, isDirect, added.answers]);

  return {
    graph,
    isMissing: base.data !== undefined && !base.isLoading && walked === null,
    error: base.error ?? added.error,
    isLoading: (base.isLoading && !isCancelled) || added.isLoading,
    isLong,
    isCancelled,
    cancel: () => setStopped(key),
    retry: () => {
      setStopped(null);
      if (isCancelled) return;
      base.reload();
      added.retry();
    },
  };
}

function applied(graph: Graph, move: Move, answers: ReadonlyMap<string, unknown>): Graph {
  if (move.kind === 'fold') return graph.nodes.has(move.id) ? fold(graph, move.id) : graph;
  const answer = answers.get(moveKey(move));
  return answer === undefined || !graph.nodes.has(move.id) ? graph : merge(graph, answer);
}

/** What the moves ask for, each once, kept for as long as the filters stay. */
function useMoves(moves: readonly Move[], filters: Filters) {
  const client = useClient();
  const [kept, setKept] = useState<Kept>({ key: '', answers: new Map(), error: undefined });
  const [attempt, setAttempt] = useState(0);
  const key = JSON.stringify(filters);
  const asked = useRef(new Set<string>());
  const answers = kept.key === key ? kept.answers : NO_ANSWERS;
  const wanted = moves.filter(isAsking);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again.
  useEffect(() => {
    for (const move of moves.filter(isAsking)) {
      const name = `${key} ${moveKey(move)}`;
      if (asked.current.has(name)) continue;
      asked.current.add(name);
      const variables = { ...JSON.parse(key), ...moveSteps(move) } as LineageQueryVariables;
      void client
        .query(LineageDocument, variables)
        .toPromise()
        .then(({ data, error }) => {
          const answer = compactOf(data?.node);
          if (error) asked.current.delete(name);
          setKept((before) => keptWith(before, key, moveKey(move), answer, error));
        });
    }
  }, [client, key, moves, attempt]);

  return {
    answers,
    error: kept.key === key ? kept.error : undefined,
    isLoading: wanted.some((move) => !answers.has(moveKey(move))) && !kept.error,
    retry: () => {
      setKept((before) => ({ ...before, error: undefined }));
      setAttempt((count) => count + 1);
    },
  };
}

interface Kept {
  key: string;
  answers: ReadonlyMap<string, unknown>;
  error: CombinedError | undefined;
}

const NO_ANSWERS: ReadonlyMap<string, unknown> = new Map();

function keptWith(before: Kept, key: string, move: string, answer: unknown, error: CombinedError | undefined): Kept {
  const answers = new Map(before.key === key ? before.answers : []);
  // A node that went away in the meantime adds nothing.
  if (!error) answers.set(move, answer);
  return { key, answers, error };
}

function isAsking(move: Move): boolean {
  return move.kind !== 'fold' && move.kind !== 'hide';
}

function moveKey(move: Move): string {
  return `${move.id}.${move.kind}`;
}

function moveSteps({ id, kind }: Move) {
  const depth: Steps = kind === 'up' || kind === 'down' ? 1 : 'all';
  return kind === 'up' || kind === 'allUp' ? around(id, depth, 0) : around(id, 0, depth);
}

function around(id: string, up: Steps, down: Steps) {
  const edges = (steps: Steps) => (steps === 'all' ? null : steps);
  // Without an end on one side, the other's number stands for itself.
  return { id, direction: 'BOTH' as const, depth: null, up: edges(up), down: edges(down) };
}

function filtersOf(state: ExplorerState): Filters {
  const listed = (names: readonly string[]) => (names.length ? [...names] : null);
  return {
    limit: state.isLarge ? MANY_NODES : FEW_NODES,
    types: listed(state.types),
    jobTypes: listed(state.jobTypes),
    aliases: listed(state.aliases),
    createdAfter: state.from ? new Date(`${state.from}T00:00:00`).toISOString() : null,
    createdBefore: state.to ? new Date(`${state.to}T23:59:59.999`).toISOString() : null,
  };
}

/** The lineage of a node by columns; undefined when there is no such node. */
export function compactOf(node: Answer | null | undefined): unknown {
  return node && 'lineage' in node ? node.lineage.compact : undefined;
}

/** Whether something has taken long; a new question begins anew. */
function useLong(isLoading: boolean, key: string): boolean {
  const [late, setLate] = useState<string | null>(null);
  useEffect(() => {
    if (!isLoading) return setLate(null);
    const timer = setTimeout(() => setLate(key), LONG_MS);
    return () => clearTimeout(timer);
  }, [isLoading, key]);
  return isLoading && late === key;
}
