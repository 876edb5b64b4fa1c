// The graph that the explorer shows: what lies around the focus, and what each move of the reader added to it.
import { useEffect, useMemo, useRef, useState } from 'react';
import type { CombinedError } from 'urql';
import {
  LineageDocument,
  LineageEdgesAmongDocument,
  type LineageQuery,
  type LineageQueryVariables,
} from '../generated/lineage/queries.ts';
import { useLiveChanges } from '../lib/live.ts';
import { useData, useShownQuery } from '../lib/page-query.tsx';
import type { Kind } from '../ui/state.tsx';
import { fold, joined, merge, toGraph } from './answer.ts';
import { type ExplorerState, FEW_NODES, MANY_NODES, type Move, stepsOf } from './explorer-state.ts';
import { directLine, withHubsCounted, without } from './graph-edits.ts';
import type { Graph, GraphEdge } from './model.ts';
import { around, compactOf, type Filters, isSame, useMoves } from './use-moves.ts';
import { useSteady } from './use-steady.ts';

const LONG_MS = 5000;
/** After a change on the server it is asked again, but not more often than this. */
const LIVE_PAUSE_MS = 2000;

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
  /** The server has another graph by now, whose nodes or groups are not those that are drawn. */
  hasChanged: boolean;
  showChanges: () => void;
}

export function useLineage(focusId: string, kind: Kind, state: ExplorerState): ShownLineage {
  const [stopped, setStopped] = useState<string | null>(null);
  const filters = filtersOf(state);
  const steps = stepsOf(state, kind);
  const variables = { ...filters, ...around(focusId, steps.up, steps.down) };
  const key = JSON.stringify(variables);
  const isCancelled = stopped === key;
  const base = useBase(variables, isCancelled);
  const added = useMoves(state.moves, filters);

  const { moves, isDirect } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the moves were answered changes with its version.
  const moved = useMemo(
    () => base.graph && moves.reduce((so, move) => applied(so, move, added.answerTo), base.graph),
    [base.graph, moves, added.version],
  );
  const between = useEdgesBetween(moved, moves.length > 0);
  const edited = useMemo(() => {
    if (!moved) return null;
    const hidden = new Set(moves.filter((move) => move.kind === 'hide').map((move) => move.id));
    const shown = without(joined(moved, between.edges), hidden);
    return withHubsCounted(isDirect ? directLine(shown) : shown);
  }, [moved, moves, isDirect, between.edges]);
  const isLoading = base.isLoading || added.isLoading || between.isLoading;
  const steady = useSteady(edited, { key: JSON.stringify([key, moves, isDirect]), isLoading });
  useLiveReload(() => {
    for (const part of [base, added, between]) part.reload();
  }, isCancelled);

  const isAwaited = isLoading && !steady.isSettled;
  return {
    graph: base.isMissing ? null : steady.graph,
    isMissing: base.isMissing,
    error: base.error ?? added.error ?? between.error,
    isLoading: isAwaited && !isCancelled,
    isLong: useLong(base.isLoading && isAwaited && !isCancelled, key),
    isCancelled,
    cancel: () => setStopped(key),
    retry: () => {
      setStopped(null);
      if (isCancelled) return;
      base.reload();
      added.retry();
    },
    hasChanged: steady.hasChanged,
    showChanges: steady.accept,
  };
}

type Variables = Filters & ReturnType<typeof around>;

/** What lies around the focus. Of a node with very many neighbours their total comes first, and the parts of it later. */
function useBase(variables: Variables, isPaused: boolean) {
  const first = useData(LineageDocument, { ...variables, onlyTotals: true }, { isPaused });
  const total = useGraphOf(first);
  const isTotal = total?.isTotal === true;
  const second = useData(LineageDocument, variables, { isPaused: isPaused || !isTotal });
  const parts = useGraphOf(second);
  useShownQuery(isPaused ? null : LineageDocument, variables);
  return {
    graph: isTotal && parts ? parts : total,
    isMissing: first.isCurrent && first.data !== undefined && compactOf(first.data.node) === undefined,
    error: first.error ?? (isTotal ? second.error : undefined),
    isLoading: !isPaused && (first.isLoading || (isTotal && !parts && !second.error)),
    reload: () => {
      first.reload();
      if (isTotal) second.reload();
    },
  };
}

function useGraphOf({ data, isCurrent }: ReturnType<typeof useLineageData>): Graph | null {
  const compact = useSame(isCurrent ? compactOf(data?.node) : undefined);
  return useMemo(() => {
    if (compact === undefined) return null;
    performance.mark('lineage:answer');
    return toGraph(compact);
  }, [compact]);
}

/** The same object for as long as it says the same: an answer without news changes nothing. */
function useSame(value: unknown): unknown {
  const kept = useRef(value);
  if (kept.current !== value && !isSame(kept.current, value)) kept.current = value;
  return kept.current;
}

const useLineageData = useData<LineageQuery, LineageQueryVariables>;
const NO_EDGES: readonly GraphEdge[] = [];

/** The edges between nodes that came with different answers: both their ends lack a neighbour then. */
function useEdgesBetween(graph: Graph | null, isAsked: boolean) {
  const ids = useMemo(() => {
    if (!graph || !isAsked) return [];
    const lacking = [...graph.nodes.values()].filter((node) => node.hiddenUp > 0 || node.hiddenDown > 0);
    const canMeet = lacking.some((node) => node.hiddenUp > 0) && lacking.some((node) => node.hiddenDown > 0);
    return canMeet && lacking.length > 1 ? lacking.map((node) => node.id).sort() : [];
  }, [graph, isAsked]);
  const isPaused = ids.length === 0;
  const { data, error, isLoading, reload } = useData(LineageEdgesAmongDocument, { ids }, { isPaused });
  const found = data?.lineageEdges;
  const edges = useMemo(
    () =>
      found?.map((one) => ({ ...one, isReused: one.isReused === true, at: Date.parse(one.at) }) satisfies GraphEdge) ??
      NO_EDGES,
    [found],
  );
  return {
    edges: isPaused ? NO_EDGES : edges,
    error: isPaused ? undefined : error,
    isLoading: !isPaused && isLoading,
    reload: () => {
      if (!isPaused) reload();
    },
  };
}

/** Asks again when something happened: soon, but no faster than now and then. */
function useLiveReload(reload: () => void, isPaused: boolean): void {
  const current = useRef(reload);
  current.current = reload;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveChanges(
    () => {
      clearTimeout(timer.current);
      const wait = Math.max(0, last.current + LIVE_PAUSE_MS - Date.now());
      timer.current = setTimeout(() => {
        last.current = Date.now();
        current.current();
      }, wait);
    },
    { isPaused },
  );
}

function applied(graph: Graph, move: Move, answerTo: (move: Move) => unknown): Graph {
  if (!graph.nodes.has(move.id)) return graph;
  if (move.kind === 'fold') return fold(graph, move.id);
  const answer = answerTo(move);
  return answer === undefined ? graph : merge(graph, answer);
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
