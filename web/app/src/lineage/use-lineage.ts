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

  const both = useMemo(() => {
    const compact = compactOf(base.data?.node);
    if (compact === undefined) return null;
    performance.mark('lineage:answer');
    return toGraph(compact);
  }, [base.data]);
  // Very many consumers leave no room for what it came from: that has a limit of its own then.
  const isCrowded = both?.focus === focusId && both.completeness.reason === 'NODES' && steps.up !== 0;
  const causes = useData(LineageDocument, { ...variables, direction: 'UPSTREAM' }, { isPaused: !isCrowded });
  const above = isCrowded && causes.data?.node?.id === focusId ? compactOf(causes.data.node) : undefined;
  const isWaiting = isCrowded && above === undefined && !causes.error;
  const walked = useMemo(() => {
    if (isWaiting || !both) return null;
    return above === undefined ? both : merge(both, above);
  }, [both, above, isWaiting]);
  const { moves, isDirect } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the moves were answered changes with its version.
  const moved = useMemo(() => {
    if (!walked) return null;
    const whole = moves.reduce((so, move) => applied(so, move, added.answerTo), walked);
    const shown = without(whole, new Set(moves.filter((move) => move.kind === 'hide').map((move) => move.id)));
    return withHubsCounted(isDirect ? directLine(shown) : shown);
  }, [walked, moves, isDirect, added.version]);
  // After a failure, and until all of the next one is there, the last good graph stays.
  const last = useRef(moved);
  if (moved) last.current = moved;
  const graph = moved ?? (base.error || isWaiting ? last.current : null);

  return {
    graph,
    isMissing: base.data !== undefined && !base.isLoading && both === null,
    error: base.error ?? (isCrowded ? causes.error : undefined) ?? added.error,
    isLoading: (base.isLoading && !isCancelled) || (isCrowded && causes.isLoading) || added.isLoading,
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

function applied(graph: Graph, move: Move, answerTo: (move: Move) => unknown): Graph {
  if (!graph.nodes.has(move.id)) return graph;
  if (move.kind === 'fold') return fold(graph, move.id);
  const answer = answerTo(move);
  return answer === undefined ? graph : merge(graph, answer);
}

/** What the moves ask for, each once for the same filters. */
function useMoves(moves: readonly Move[], filters: Filters) {
  const client = useClient();
  const [answers, setAnswers] = useState<Answers>(new Map());
  const [error, setError] = useState<CombinedError | undefined>();
  const asked = useRef(new Set<string>());
  const key = JSON.stringify(filters);
  const wanted = useMemo(() => moves.filter(isAsking).map((move) => ({ move, name: nameOf(key, move) })), [moves, key]);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again.
  useEffect(() => {
    for (const { move, name } of wanted) {
      if (asked.current.has(name)) continue;
      asked.current.add(name);
      const variables = { ...JSON.parse(key), ...moveSteps(move) } as LineageQueryVariables;
      void client
        .query(LineageDocument, variables)
        .toPromise()
        .then((result) => {
          if (result.error) {
            asked.current.delete(name);
            setError(result.error);
          } else {
            // A node that went away in the meantime adds nothing.
            setAnswers((before) => new Map(before).set(name, compactOf(result.data?.node)));
          }
        });
    }
  }, [client, key, wanted, attempt]);

  return {
    answerTo: (move: Move) => answers.get(nameOf(key, move)),
    /** Another object when there are other answers. */
    version: answers,
    error,
    isLoading: !error && wanted.some(({ name }) => !answers.has(name)),
    retry: () => {
      setError(undefined);
      setAttempt((count) => count + 1);
    },
  };
}

type Answers = ReadonlyMap<string, unknown>;

function nameOf(filters: string, move: Move): string {
  return `${move.id}.${move.kind} ${filters}`;
}

function isAsking(move: Move): boolean {
  return move.kind !== 'fold' && move.kind !== 'hide';
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
